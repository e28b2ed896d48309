//go:build unix

package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"runtime/metrics"
	"testing"
	"time"

	"elbscope/analyze"
	"elbscope/analyze/rules"
	"elbscope/capture"
	"elbscope/capture/flow"
	"elbscope/ui/report"
)

// FuzzWholeProgram takes any bytes all the way from file to report: nothing
// panics, every packet is accounted for, and memory and time are in proportion
// to what came in.
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
		src.Close()
		once := fuzzReport(t, b, 1)
		once.check(t, len(b))
		// Four files of it, one behind the other or beside each other, cost
		// four times as much, and not sixteen. It takes long, so it is done for
		// one input in four.
		if len(b)%4 == 0 {
			four := fuzzReport(t, b, 4)
			four.check(t, 4*len(b))
			if most := 8*once.allocated + fuzzSlack; four.allocated > most {
				t.Errorf("%d bytes of memory for a file of %d, %d for four of them", once.allocated, len(b), four.allocated)
			}
		}
		fuzzStream(t, b)
	})
}

// fuzzCost is what a run took: counted, or of the processor, so that it does
// not depend on how busy the machine is.
type fuzzCost struct {
	packets, captured, allocated uint64
	cpu                          time.Duration
	compressed                   bool
}

// fuzzSlack is how many bytes of memory a run may ask for whatever comes: the
// windows over the input, and what does the fuzzing.
const fuzzSlack = 12 << 20

// check holds the cost against what came in. A handshake is dear, as two reports
// explain it with its remedies: most of a run's memory is theirs.
func (c *fuzzCost) check(t *testing.T, size int) {
	t.Helper()
	most := fuzzSlack + 64<<10*c.packets + 64*c.captured
	if raceEnabled {
		most += 24 << 20 // sync.Pool then throws much away, which regexps are made of
	}
	if c.compressed {
		most += 128 << 20
	}
	if c.allocated > most {
		t.Errorf("%d bytes of memory for %d packets of %d bytes, in %d bytes of files", c.allocated, c.packets, c.captured, size)
	}
	if most := 2*time.Second + time.Duration(c.packets)*10*time.Millisecond; c.cpu > most {
		t.Errorf("%v for %d packets in %d bytes of files", c.cpu, c.packets, size)
	}
}

// fuzzReport reports on some files of the same bytes, within the least memory
// that there is.
func fuzzReport(t *testing.T, b []byte, files int) (c fuzzCost) {
	t.Helper()
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	before, start := sample[0].Value.Uint64(), processorTime(t)
	var sources []capture.Source
	var infos []*flow.SourceInfo
	for range files {
		src, err := capture.OpenReader("fuzz", bytes.NewReader(b), len(b)%2 == 0)
		if err != nil {
			t.Fatal(err) // it could be opened before
		}
		sources, infos = append(sources, src), append(infos, src.Info())
	}
	engine := analyze.New(analyze.Config{Rules: rules.All, Memory: minMemory})
	pump := capture.NewPump(engine, minMemory)
	_ = pump.Run(context.Background(), sources) // damage is expected
	(&inputs{infos: infos}).conclude(engine)
	snap := engine.Snapshot(infos, pump.Totals())
	read := uint64(0)
	for _, info := range infos {
		c.captured, c.compressed = c.captured+info.Bytes, info.Compression != ""
		read += info.Packets
	}
	if c.packets = snap.Totals.Packets; snap.Totals.Ledger.Sum() != c.packets || read != c.packets {
		t.Errorf("the ledger holds %d of %d packets: %+v", snap.Totals.Ledger.Sum(), read, snap.Totals.Ledger)
	}
	o := report.Options{Explain: explanation}
	if err := report.JSON(io.Discard, snap, o); err != nil {
		t.Error(err)
	}
	if err := report.Text(io.Discard, snap, o); err != nil {
		t.Error(err)
	}
	metrics.Read(sample)
	c.allocated, c.cpu = sample[0].Value.Uint64()-before, processorTime(t)-start
	return c
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
