package capture

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"elbscope/capture/flow"
	"elbscope/internal/needs"
)

// roughCapture is a random capture of several hosts at once: connections from
// the SYN and in mid-stream, used ports used again, lone segments, copies,
// loss and packets in the wrong order.
func roughCapture(seed uint64) (packets []*Packet) {
	r := rand.New(rand.NewPCG(seed, 1))
	type place struct {
		order int
		data  []byte
	}
	var all []place
	add := func(order int, data []byte) {
		switch r.IntN(12) {
		case 0: // lost
		case 1:
			all = append(all, place{order, data}, place{order, data})
		default:
			all = append(all, place{order, data})
		}
	}
	for i := range 40 {
		// The ports of one connection in four are used again, by one with
		// other numbers.
		for use := range 1 + (i%4)/3 {
			e := ends{20000 + i, 80 + i%3}
			start := use*100_000 + r.IntN(100)
			numbered := func(data []byte) []byte {
				data = slices.Clone(data)
				for at := 24; at < 32; at += 4 { // sequence and acknowledgement number
					copy(data[at:], be32(int(big.Uint32(data[at:]))+use*7_000_000))
				}
				return data
			}
			if r.IntN(4) > 0 || use > 0 {
				// tshark needs the SYN to see that the ports are used again.
				all = append(all, place{start, numbered(e.syn())})
				add(start+20, numbered(e.synAck()))
			}
			for at := range r.IntN(10) {
				d := flow.Dir(r.IntN(2))
				add(start+40+20*at+r.IntN(30), numbered(e.tcp(d, flagACK, at*5, at*5, "hello")))
			}
			switch r.IntN(4) {
			case 0:
				add(start+400, numbered(e.tcp(0, flagRST, 50, 0, "")))
			case 1, 2:
				add(start+400, numbered(e.tcp(0, flagFIN|flagACK, 50, 50, "")))
				add(start+410, numbered(e.tcp(1, flagFIN|flagACK, 50, 51, "")))
			}
		}
	}
	slices.SortStableFunc(all, func(a, b place) int { return a.order - b.order })
	for _, p := range all {
		packets = append(packets, forgePacket(LinkRaw, p.data))
	}
	return packets
}

// TestPumpOracle compares the number of connections with that of tshark's TCP
// streams, in random captures and in all samples; except where the same
// addresses are in several VLANs, which tshark takes for one.
func TestPumpOracle(t *testing.T) {
	tshark := needs.Program(t, "tshark")
	var names []string
	for _, name := range sampleFiles(t) {
		if !strings.Contains(name, "vlan-twins") && filepath.Ext(name) != ".gz" {
			names = append(names, name)
		}
	}
	for seed := range uint64(10) {
		data := pcapOf(LinkRaw, roughCapture(seed))
		names = append(names, writeFile(t, fmt.Sprintf("rough%d.pcap", seed), data))
	}
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel() // tshark takes long to start
			out, err := exec.Command(tshark, "-n", "-r", name, "-T", "fields", "-e", "tcp.stream").Output()
			if err != nil {
				t.Fatal(err)
			}
			streams := make(map[string]bool)
			for line := range bytes.Lines(out) {
				if s := strings.TrimSpace(string(line)); s != "" {
					streams[s] = true
				}
			}
			s, err := Open(name)
			if err != nil {
				t.Fatal(err)
			}
			rec := &recorder{t: t, mute: true}
			p := NewPump(rec, 8<<20)
			if err := p.Run(context.Background(), []Source{s}); err != nil {
				t.Log(err)
			}
			checkPumped(t, p, rec)
			if len(rec.conns) != len(streams) {
				t.Errorf("%d connections, tshark has %d", len(rec.conns), len(streams))
			}
		})
	}
}
