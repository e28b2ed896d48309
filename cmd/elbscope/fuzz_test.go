package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"testing"

	"elbscope/analyze"
	"elbscope/analyze/rules"
	"elbscope/capture"
	"elbscope/capture/flow"
	"elbscope/ui/report"
)

// FuzzWholeProgram takes any bytes all the way from file to report: nothing
// panics, and every packet is accounted for.
func FuzzWholeProgram(f *testing.F) {
	for _, folder := range []string{"../../samples", "testdata/lab"} {
		for _, s := range shelf(f, os.DirFS(folder)) {
			for _, c := range s.Captures {
				if len(c.Bytes) < 8<<10 {
					f.Add(c.Bytes)
				}
			}
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		src, err := capture.OpenReader("fuzz", bytes.NewReader(b), len(b)%2 == 0)
		if err != nil {
			return
		}
		engine := analyze.New(analyze.Config{Rules: rules.All, Memory: minMemory})
		pump := capture.NewPump(engine, minMemory)
		_ = pump.Run(context.Background(), []capture.Source{src}) // damage is expected
		engine.Finish()
		snap := engine.Snapshot([]*flow.SourceInfo{src.Info()}, pump.Totals())
		if sum := snap.Totals.Ledger.Sum(); sum != snap.Totals.Packets {
			t.Errorf("the ledger holds %d of %d packets: %+v", sum, snap.Totals.Packets, snap.Totals.Ledger)
		}
		o := report.Options{Explain: explanation}
		if err := report.JSON(io.Discard, snap, o); err != nil {
			t.Error(err)
		}
		if err := report.Text(io.Discard, snap, o); err != nil {
			t.Error(err)
		}
		fuzzStream(t, b)
	})
}

// fuzzStream reads the same bytes through a capture filter and as a stream:
// what is final stays, and the stream can be written to its end.
func fuzzStream(t *testing.T, b []byte) {
	src, err := capture.OpenReader("fuzz", bytes.NewReader(b), false)
	if err != nil {
		return
	}
	packets, err := newCaptureFilter("not (tcp port 22 or arp)", "", fileFilters)
	if err != nil {
		t.Fatal(err)
	}
	s := newStreamer(&options{format: "jsonl", files: []string{"fuzz"}}, io.Discard, func() { t.Error("stopped") })
	engine := analyze.New(analyze.Config{Rules: rules.All, Memory: minMemory, Live: true, EarlyFinal: true})
	pump := s.connect(engine, minMemory)
	pump.Filter = packets.forFiles()
	_ = pump.Run(context.Background(), []capture.Source{src})
	w := &watcher{Engine: engine, t: t, final: make(map[string]string)}
	w.look()
	engine.Finish()
	w.look()
	snap := engine.Snapshot([]*flow.SourceInfo{src.Info()}, pump.Totals())
	if sum := snap.Totals.Ledger.Sum(); sum != snap.Totals.Packets {
		t.Errorf("filtered, the ledger holds %d of %d packets", sum, snap.Totals.Packets)
	}
	if err := s.end(snap, ""); err != nil {
		t.Error(err)
	}
}
