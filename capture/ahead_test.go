package capture

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"elbscope/capture/flow"
)

// outcomeOf is what a run came to, as a text to compare.
func outcomeOf(ctx context.Context, t *testing.T, s Source) (told []string) {
	t.Helper()
	rec := &recorder{t: t}
	p := NewPump(rec, 8<<20)
	err := p.Run(ctx, []Source{s})
	checkPumped(t, p, rec)
	if n := s.Info().Packets; n != p.Totals().Packets {
		t.Errorf("%d packets were read, %d are counted", n, p.Totals().Packets)
	}
	return append(rec.words, fmt.Sprintf("%+v %+v %v", p.Totals(), s.Info(), err))
}

// setAhead says whether a source is to be read ahead, whatever its size.
func setAhead(t *testing.T, s Source, ahead bool) Source {
	switch s := s.(type) {
	case *pcapSource:
		s.ahead = ahead
	case *pcapngSource:
		s.ahead = ahead
	default:
		t.Fatalf("%T cannot be read ahead", s)
	}
	return s
}

// TestAhead: whether a file is read ahead makes no difference to what is found
// in it, and none to what is said about it.
func TestAhead(t *testing.T) {
	files := make(map[string][]byte)
	for name, f := range forgedFiles() {
		files[name] = f.data
		if !strings.HasSuffix(name, ", empty") { // cut, that is no capture
			files[name+", cut"] = f.data[:len(f.data)-1]
		}
	}
	for _, name := range sampleFiles(t) {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files[filepath.Base(name)] = data
	}
	files["many batches"] = manyBatches(0)
	files["many batches, cut"] = manyBatches(0)[:batchSize+200]
	files["many batches with a large packet"] = manyBatches(maxCapLen)
	for name, data := range files {
		t.Run(name, func(t *testing.T) {
			file := writeFile(t, "capture", data)
			open := func() Source {
				s, err := Open(file)
				if err != nil {
					t.Fatal(err)
				}
				return s
			}
			want := outcomeOf(context.Background(), t, setAhead(t, open(), false))
			got := outcomeOf(context.Background(), t, setAhead(t, open(), true))
			if !slices.Equal(want, got) {
				t.Errorf("ahead:\n%q\nin step:\n%q", got, want)
			}
		})
	}
}

// manyBatches returns a capture of several batches: requests in order, one of
// them so long if that is not 0.
func manyBatches(long int) []byte {
	all := []*Packet{forgePacket(LinkRaw, alice.syn()), forgePacket(LinkRaw, alice.synAck())}
	for n := range 4 * batchSize / 1400 {
		all = append(all, forgePacket(LinkRaw, alice.says(1400*n, string(letters(1400)))))
		if n == 200 && long > 0 {
			all = append(all, forgePacket(LinkRaw, make([]byte, long)))
		}
	}
	return pcapOf(LinkRaw, all)
}

// TestAheadCancelled: what is said to be read was looked at, also when the
// reading is stopped.
func TestAheadCancelled(t *testing.T) {
	file := writeFile(t, "capture", manyBatches(0))
	s, err := Open(file)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	told := outcomeOf(ctx, t, setAhead(t, s, true))
	t.Log(told[len(told)-1])
	a := newAhead(new(flow.SourceInfo), brokenSource{}, newWindow(nil), newDecoder(nil))
	if _, err := a.next(); !errors.Is(err, ErrDamaged) {
		t.Error(err)
	}
	a.stop()
	a.stop()
}

// brokenSource has nothing but an error.
type brokenSource struct{}

func (brokenSource) Next(*Packet) error     { return ErrDamaged }
func (brokenSource) Info() *flow.SourceInfo { return new(flow.SourceInfo) }
func (brokenSource) Close() error           { return nil }

// TestPumpAllocates: from the file to the sink, a packet takes no memory. Of
// two captures, one four times as long, the longer one may take no more than
// the other but for a slice that grew.
func TestPumpAllocates(t *testing.T) {
	for _, ahead := range []bool{false, true} {
		var mallocs, packets [2]uint64
		for i, long := range []int{1, 4} {
			s, err := Open(writeFile(t, "capture", longStream(long*2000)))
			if err != nil {
				t.Fatal(err)
			}
			p := NewPump(new(nothing), 8<<20)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			if err := p.Run(context.Background(), []Source{setAhead(t, s, ahead)}); err != nil {
				t.Fatal(err)
			}
			runtime.ReadMemStats(&after)
			mallocs[i], packets[i] = after.Mallocs-before.Mallocs, p.Totals().Packets
		}
		t.Logf("ahead %v: %d packets cost %d allocations, %d cost %d", ahead, packets[0], mallocs[0], packets[1], mallocs[1])
		if more := packets[1] - packets[0]; mallocs[1] > mallocs[0]+more/50 { // a batch takes some
			t.Errorf("ahead %v: %d more packets cost %d more allocations", ahead, more, mallocs[1]-mallocs[0])
		}
	}
}

// longStream is a capture of n full segments of one connection.
func longStream(n int) []byte {
	all := []*Packet{forgePacket(LinkRaw, alice.syn()), forgePacket(LinkRaw, alice.synAck())}
	for i := range n {
		all = append(all, forgePacket(LinkRaw, alice.says(1400*i, string(letters(1400)))))
	}
	return pcapOf(LinkRaw, all)
}
