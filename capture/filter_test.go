package capture

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"elbscope/capture/bpf"
	"elbscope/capture/flow"
	"elbscope/internal/needs"
)

func mustFilter(t *testing.T, expr string) *Filter {
	t.Helper()
	parsed, err := bpf.Parse(expr)
	if err != nil {
		t.Fatal(err)
	}
	f, err := NewFilter(parsed)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// filteredRun pumps a file through a filter and returns the packets that came
// to connections.
func filteredRun(t *testing.T, name string, f *Filter) (flow.Counters, []flow.Packet) {
	t.Helper()
	s, err := Open(name)
	if err != nil {
		t.Fatal(err)
	}
	var seen []flow.Packet
	p := NewPump(&packetTap{add: func(p flow.Packet) {
		p.Raw = bytes.Clone(p.Raw)
		seen = append(seen, p)
	}}, 8<<20)
	p.Filter = f
	_ = p.Run(context.Background(), []Source{s}) // damaged samples say so
	totals := p.Totals()
	if sum := totals.Ledger.Sum(); sum != totals.Packets {
		t.Errorf("%s: the ledger adds up to %d, not %d", name, sum, totals.Packets)
	}
	return totals, seen
}

// TestFilterOracle: reading a file through a filter is reading the file that
// tcpdump makes with the same filter, but for the numbers, which stay.
func TestFilterOracle(t *testing.T) {
	tcpdump := needs.Program(t, "tcpdump")
	compared, strangers := 0, 0
	for i, name := range sampleFiles(t) {
		expr := []string{"tcp port 80", "not tcp port 8081", "src port 80 or 8081", "host 10.99.1.2", "ip and not host 127.0.0.1"}[i%5]
		file := filepath.Join(t.TempDir(), "filtered.pcap")
		if err := exec.Command(tcpdump, "-r", name, "-w", file, expr).Run(); err != nil {
			strangers++ // compressed, damaged, or of several link types
			continue
		}
		compared++
		got, through := filteredRun(t, name, mustFilter(t, expr))
		want, direct := filteredRun(t, file, nil)
		if all, _ := filteredRun(t, name, nil); got.Packets != all.Packets {
			t.Errorf("%s: %d of %d packets were read", name, got.Packets, all.Packets)
		}
		got.Packets -= got.Ledger.Filtered
		got.Ledger.Filtered = 0
		if got != want {
			t.Errorf("%s: %q comes to %+v, and of tcpdump's file %+v", name, expr, got, want)
		}
		if len(through) != len(direct) {
			t.Errorf("%s: %q shows %d packets, and tcpdump's file %d", name, expr, len(through), len(direct))
			continue
		}
		for i := range through {
			if through[i].Time != direct[i].Time || through[i].Num < direct[i].Num || !bytes.Equal(through[i].Raw, direct[i].Raw) {
				t.Errorf("%s: %q: packet %d is not that of tcpdump", name, expr, through[i].Num)
				break
			}
		}
	}
	if compared < 50 || strangers > compared/4 {
		t.Errorf("%d samples were compared, tcpdump could not read %d", compared, strangers)
	}
}

// TestFilterKeepsNumbers: a packet has the number that it has in the file, and
// time passes while packets are left out.
func TestFilterKeepsNumbers(t *testing.T) {
	web, other := ends{40000, 80}, ends{40001, 22}
	var all []Packet
	for i := range 10 {
		all = append(all, at(float64(i), other.says(i, "x"), web.says(i, "y"))...)
	}
	rec := &recorder{t: t, mute: true}
	var nums []uint64
	tap := &packetTap{add: func(p flow.Packet) { nums = append(nums, p.Num) }}
	for _, sink := range []flow.Sink{rec, tap} {
		p := NewPump(sink, 8<<20)
		p.Filter = mustFilter(t, "port 80")
		if err := p.Run(context.Background(), []Source{source("a.pcap", all...)}); err != nil {
			t.Fatal(err)
		}
		if got := ledgerWords(p.Totals().Ledger); got != "delivered 10, filtered 10" {
			t.Error(got)
		}
	}
	if got := fmt.Sprint(nums); !strings.HasPrefix(got, "[2 2 4 6 8") {
		t.Error(got)
	}
	if len(rec.ticks) < 9 {
		t.Errorf("%d ticks in nine seconds", len(rec.ticks))
	}
}

// TestFilterLinkTypes: each link type has its own program, what cannot be read
// is kept, and a program for one link type judges no other.
func TestFilterLinkTypes(t *testing.T) {
	web, ssh := ends{40000, 80}.says(0, "x"), ends{40000, 22}.says(0, "x")
	packet := func(link LinkType, data []byte) *Packet { return forgePacket(link, data) }
	f := mustFilter(t, "port 80")
	for _, c := range []struct {
		p    *Packet
		keep bool
	}{
		{packet(LinkRaw, web), true}, {packet(LinkRaw, ssh), false},
		{packet(LinkEthernet, forgeEthernet(0x0800, web)), true}, {packet(LinkEthernet, forgeEthernet(0x0800, ssh)), false},
		{packet(LinkEthernet, forgeTags(0x0800, web, 7)), false},
		{packet(105, web), true}, {packet(LinkRaw, nil), false},
	} {
		if got := f.Keep(c.p, nil); got != c.keep {
			t.Errorf("%v %x: %v", c.p.Link, c.p.Data, got)
		}
	}
	if !(*Filter)(nil).Keep(packet(LinkRaw, nil), nil) {
		t.Error("no filter leaves something out")
	}

	parsed, err := bpf.Parse("port 80")
	if err != nil {
		t.Fatal(err)
	}
	program, err := parsed.Compile(uint16(LinkRaw), bpf.Everything)
	if err != nil {
		t.Fatal(err)
	}
	var info flow.SourceInfo
	one := NewProgramFilter(program)
	for _, c := range []struct {
		p    *Packet
		keep bool
	}{
		{packet(LinkRaw, ssh), false}, {packet(LinkRaw, web), true},
		{packet(LinkEthernet, forgeEthernet(0x0800, ssh)), true}, {packet(LinkEthernet, forgeEthernet(0x0800, web)), true},
	} {
		if got := one.Keep(c.p, info.AddProblem); got != c.keep {
			t.Errorf("program: %v %x: %v", c.p.Link, c.p.Data, got)
		}
	}
	if p := info.Problems; len(p) != 1 || p[0].Code != "filter-link-type" || p[0].Count != 2 || !strings.Contains(p[0].Message, " RAW") {
		t.Errorf("%+v", p)
	}
	for link := range LinkType(1000) { // a file can describe 65,536
		one.Keep(packet(link, web), info.AddProblem)
	}
	if n := len(info.Problems); n != 1 {
		t.Errorf("1000 link types are %d problems", n)
	}
}

// TestFilterTooLong is refused before anything is read.
func TestFilterTooLong(t *testing.T) {
	parsed, err := bpf.Parse("host 10.0.0.1" + strings.Repeat(" or 10.0.0.1", 500))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := NewFilter(parsed); err == nil {
		t.Error("it is taken")
	}
}
