package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"elbscope/capture"
	"elbscope/capture/bpf"
)

// TestSaveFiltered: what a capture filter left out is not saved either, so that
// the saved file, read without the filter, shows the same.
func TestSaveFiltered(t *testing.T) {
	packets, err := newCaptureFilter("tcp port 80 and not port 8081 and not src 10.99.1.2", "", fileFilters)
	if err != nil {
		t.Fatal(err)
	}
	s := readThrough(t, packets, "../../samples/article-502.pcapng")
	if len(s.handshakes()) == 0 {
		t.Fatal("no handshake")
	}
	path := filepath.Join(t.TempDir(), "saved.pcapng")
	if _, err := s.save(context.Background(), s.handshakes(), path, false, func(float64) {}); err != nil {
		t.Fatal(err)
	}
	again := readFiles(t, path)
	got, want := fates(again.handshakes()), fates(s.handshakes())
	if !slices.Equal(got, want) {
		t.Errorf("saved %q, was %q", got, want)
	}
	if whole := fates(readFiles(t, "../../samples/article-502.pcapng").handshakes()); slices.Equal(whole, want) {
		t.Error("the filter makes no difference, so nothing is shown")
	}
}

// TestProgramOfTwoLinkTypes: a program of --bpf is for the link type of the first
// packet. Those of another file and link type are kept, which is said, and when
// they are saved they are kept as well.
func TestProgramOfTwoLinkTypes(t *testing.T) {
	expr, err := bpf.Parse("tcp port 80 and not port 50001")
	if err != nil {
		t.Fatal(err)
	}
	program, err := expr.Compile(uint16(capture.LinkEthernet), bpf.Everything)
	if err != nil {
		t.Fatal(err)
	}
	lines := []string{fmt.Sprint(len(program))}
	for _, i := range program {
		lines = append(lines, fmt.Sprint(i.Op, i.Jt, i.Jf, i.K))
	}
	dump := filepath.Join(t.TempDir(), "filter.bpf")
	if err := os.WriteFile(dump, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	packets, err := newCaptureFilter("", dump, fileFilters)
	if err != nil {
		t.Fatal(err)
	}
	const ethernet, raw = "../../samples/rewritten-502.pcap", "../../samples/healthy-frames-of-all-sizes.pcap"
	s := readThrough(t, packets, ethernet, raw)
	snap := s.feed.State().Snap
	if len(snap.Handshakes) != 2 || snap.Totals.Ledger.Filtered == 0 {
		t.Fatalf("%d handshakes, %+v", len(snap.Handshakes), snap.Totals.Ledger)
	}
	if p := snap.Sources[1].Problems; len(p) != 1 || p[0].Code != "filter-link-type" {
		t.Errorf("nothing is said of the second file: %+v", p)
	}
	path := filepath.Join(t.TempDir(), "saved.pcapng")
	second := s.handshakes()[1:] // the first one has the same addresses and ports
	if _, err := s.save(context.Background(), second, path, false, func(float64) {}); err != nil {
		t.Fatal(err)
	}
	got, want := fates(readFiles(t, path).handshakes()), fates(second)
	if !slices.Equal(got, want) {
		t.Errorf("saved %q, was %q", got, want)
	}
}
