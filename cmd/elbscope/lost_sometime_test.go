package main

import (
	"encoding/binary"
	"os"
	"slices"
	"testing"

	"elbscope/analyze"
	"elbscope/internal/story"
)

// TestLostSometime: dumpcap says once, at the end of its file, how many packets
// were dropped. Any of them may be one that a verdict misses.
func TestLostSometime(t *testing.T) {
	file, err := os.ReadFile("../../samples/article-502.pcapng")
	if err != nil {
		t.Fatal(err)
	}
	// An Interface Statistics Block with isb_ifdrop = 5, of interface 0, from
	// 1970; by pcapng's rules its place in the file says nothing.
	block := []byte{5, 0, 0, 0, 36, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 0, 8, 0}
	block = binary.LittleEndian.AppendUint64(block, 5)
	block = binary.LittleEndian.AppendUint32(block, 36)
	for _, lost := range []bool{false, true} {
		all := slices.Clone(file)
		want, dropped := analyze.Proven, uint64(0)
		if lost {
			all, want, dropped = append(all, block...), analyze.Inferred, 5
		}
		snap := analyse(t, []story.Capture{{Name: "article-502.pcapng", Bytes: all}})
		if snap.Totals.KernelDropped != dropped || len(snap.Handshakes) != 2 {
			t.Fatalf("%d dropped, %d handshakes", snap.Totals.KernelDropped, len(snap.Handshakes))
		}
		for _, h := range snap.Handshakes {
			if h.Verdict != analyze.Rewritten || h.Certainty != want {
				t.Errorf("with losses %v: %s is %v, %v", lost, h.ID, h.Verdict, h.Certainty)
			}
		}
	}
}
