package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"io"
	"runtime"
	"testing"
	"time"

	"elbscope/analyze"
	"elbscope/analyze/rules"
	"elbscope/capture"
	"elbscope/capture/flow"
	"elbscope/internal/traffic"
)

// cost is what a capture took.
type cost struct {
	processor time.Duration
	// heap is what is in use at the end, with all that is known still there.
	heap uint64
}

// costOf takes a capture from a pipe through the program with the least memory
// there is, and checks the ledger.
func costOf(t *testing.T, in io.Reader, reportOnly bool) cost {
	t.Helper()
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	engine := analyze.New(analyze.Config{Rules: rules.All, Memory: minMemory, ReportOnly: reportOnly})
	pump := capture.NewPump(engine, minMemory)
	src, err := capture.OpenReader("hostile", in, false)
	if err != nil {
		t.Fatal(err)
	}
	start := processorTime(t)
	if err := pump.Run(context.Background(), []capture.Source{src}); err != nil {
		t.Fatal(err)
	}
	engine.Finish()
	took := processorTime(t) - start
	snap := engine.Snapshot([]*flow.SourceInfo{src.Info()}, pump.Totals())
	if sum := snap.Totals.Ledger.Sum(); sum != snap.Totals.Packets {
		t.Errorf("the ledger holds %d of %d packets: %+v", sum, snap.Totals.Packets, snap.Totals.Ledger)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(engine)
	runtime.KeepAlive(pump)
	return cost{took, after.HeapAlloc - min(before.HeapAlloc, after.HeapAlloc)}
}

// hostileRounds is how many rounds of each kind are enough to fill memory; four
// times as many follow.
var hostileRounds = map[string]int{
	"syns": 125, "holes": 30, "heads": 60, "headers": 15, "chunks": 60,
	"one key": 5, "no key": 5, "one session": 5, "targets": 3,
}

// TestHostile: memory stays within its bound whatever comes, and four times as
// much of it does not take sixteen times as much of the processor. The SYNs are a million.
func TestHostile(t *testing.T) {
	if len(hostileRounds) != len(traffic.Hostile) {
		t.Errorf("%d of %d kinds are tested", len(hostileRounds), len(traffic.Hostile))
	}
	for _, k := range traffic.Hostile {
		t.Run(k.Name, func(t *testing.T) {
			rounds := hostileRounds[k.Name]
			var little, much bytes.Buffer
			for buf, n := range map[*bytes.Buffer]int{&little: rounds, &much: 4 * rounds} {
				if err := traffic.Write(buf, k, n); err != nil {
					t.Fatal(err)
				}
			}
			for _, reportOnly := range []bool{true, false} {
				if !reportOnly && k.Name == "syns" {
					continue // nothing of them gets as far as the analysis
				}
				one := costOf(t, bytes.NewReader(little.Bytes()), reportOnly)
				var four cost
				// The machine may have been busy: what counts is that it can be
				// fast.
				for range 3 {
					four = costOf(t, bytes.NewReader(much.Bytes()), reportOnly)
					if four.processor < 9*one.processor {
						break
					}
					one.processor = max(one.processor, costOf(t, bytes.NewReader(little.Bytes()), reportOnly).processor)
				}
				t.Logf("report only %v: %d MB take %v and %d KB, %d MB take %v and %d KB", reportOnly,
					little.Len()>>20, one.processor, one.heap>>10, much.Len()>>20, four.processor, four.heap>>10)
				if four.processor > 9*max(one.processor, 10*time.Millisecond) {
					t.Errorf("%v for a part, %v for four times as much", one.processor, four.processor)
				}
				if four.heap > minMemory*5/4 {
					t.Errorf("%d MB are in use, of %d", four.heap>>20, minMemory>>20)
				}
			}
		})
	}
}

// TestSmallGzip reads a gigabyte that was compressed to little.
func TestSmallGzip(t *testing.T) {
	const megabytes = 1024
	member := func(b []byte) []byte {
		var out bytes.Buffer
		z := gzip.NewWriter(&out)
		_, _ = z.Write(b)
		_ = z.Close()
		return out.Bytes()
	}
	le := binary.LittleEndian
	head := le.AppendUint32(nil, 0xa1b2c3d4)
	head = append(le.AppendUint16(le.AppendUint16(head, 2), 4), make([]byte, 8)...)
	head = le.AppendUint32(le.AppendUint32(head, 262144), 1)
	const length = 1<<18 - 16
	record := le.AppendUint32(le.AppendUint32(make([]byte, 8), length), length)
	record = append(record, make([]byte, length)...)
	file := append(member(head), bytes.Repeat(member(bytes.Repeat(record, 4)), megabytes)...)
	if len(file) > megabytes<<12 {
		t.Fatalf("%d bytes are not little", len(file))
	}
	if c := costOf(t, bytes.NewReader(file), true); c.heap > minMemory {
		t.Errorf("%d KB are in use behind %d KB of gzip", c.heap>>10, len(file)>>10)
	}
}
