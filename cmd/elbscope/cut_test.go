package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"slices"
	"sync"
	"testing"

	"elbscope/analyze"
	"elbscope/analyze/rules"
	"elbscope/capture"
	"elbscope/capture/flow"
)

// TestCutAnywhere cuts every sample off at every byte. What can be read is
// read, to the last whole packet, and the cut is reported unless it falls
// between two records. What is judged hangs on the packets alone, so every
// number of packets is judged once at the end of its last record, and once in
// the middle of the next one. A verdict on what there is by then may be weaker
// than the one on the whole, or unsure; it is never another one.
func TestCutAnywhere(t *testing.T) {
	var mu sync.Mutex
	cuts, analyses, effects := 0, 0, make(map[string]int)
	t.Cleanup(func() {
		t.Logf("%d cuts, %d of them judged", cuts, analyses)
		for _, effect := range slices.Sorted(maps.Keys(effects)) {
			t.Logf("%6d %s", effects[effect], effect)
		}
	})
	for _, s := range everySample(t) {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			for _, c := range s.Captures {
				whole := judgedPart(t, c.Bytes)
				packets, ends := recordsOf(t, c.Bytes)
				done := func(n int) int {
					return slices.IndexFunc(append(packets, span{to: len(c.Bytes) + 1}), func(p span) bool { return p.to > n })
				}
				n := cutEverywhere(t, c.Bytes, ends, done)
				for _, p := range packets {
					at := essence(judgedPart(t, c.Bytes[:p.from]))
					if got := essence(judgedPart(t, c.Bytes[:(p.from+p.to)/2])); got != at {
						t.Errorf("cut in the middle of a record:\n%s\nbefore it:\n%s", got, at)
					}
					part := judgedPart(t, c.Bytes[:p.to])
					mu.Lock()
					analyses += 3
					for _, h := range part.Handshakes {
						effect := compare(whole, h)
						if effect == "" {
							effect = "wrong"
							t.Errorf("%s: of the first %d bytes %s is %s %s, which the whole does not say", c.Name, p.to, h.ID, h.Verdict, h.Certainty)
						}
						effects[effect]++
					}
					mu.Unlock()
				}
				mu.Lock()
				cuts += n
				mu.Unlock()
			}
		})
	}
}

// cutEverywhere reads a file cut at every byte; done tells how many whole
// packets the first n bytes hold.
func cutEverywhere(t *testing.T, file []byte, ends map[int]bool, done func(n int) int) (cuts int) {
	for n := range len(file) {
		cuts++
		src, err := capture.OpenReader("cut", bytes.NewReader(file[:n]), true)
		if err != nil {
			var input *capture.InputError
			if !errors.As(err, &input) || done(n) > 0 {
				t.Fatalf("cut at %d: %v", n, err)
			}
			continue
		}
		var p capture.Packet
		packets := 0
		for err = src.Next(&p); err == nil; err = src.Next(&p) {
			packets++
		}
		if packets != done(n) {
			t.Errorf("cut at %d: %d packets were read, not %d", n, packets, done(n))
		}
		told := slices.ContainsFunc(src.Info().Problems, func(p flow.Problem) bool { return p.Code == flow.ProblemTruncated })
		if clean := ends[n]; clean != (err == io.EOF) || clean == told || !clean && !errors.Is(err, capture.ErrTruncated) {
			t.Errorf("cut at %d: ended with %v, problems %v", n, err, src.Info().Problems)
		}
	}
	return cuts
}

// judgedPart analyses what a cut capture holds.
func judgedPart(t *testing.T, file []byte) *analyze.Snapshot {
	t.Helper()
	engine := analyze.New(analyze.Config{Rules: rules.All, Memory: defaultMemory, ReportOnly: true})
	pump := capture.NewPump(engine, defaultMemory)
	src, err := capture.OpenReader("cut", bytes.NewReader(file), true)
	if err != nil {
		return engine.Snapshot(nil, pump.Totals()) // the header is cut
	}
	if err := pump.Run(context.Background(), []capture.Source{src}); err != nil && !errors.Is(err, capture.ErrTruncated) {
		t.Error(err)
	}
	engine.Finish()
	snap := engine.Snapshot([]*flow.SourceInfo{src.Info()}, pump.Totals())
	if sum := snap.Totals.Ledger.Sum(); sum != snap.Totals.Packets || sum != src.Info().Packets {
		t.Errorf("the ledger holds %d of %d packets: %+v", sum, src.Info().Packets, snap.Totals.Ledger)
	}
	return snap
}
