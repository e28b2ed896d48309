package capture

import (
	"testing"

	"elbscope/capture/flow"
)

// nothing is a Sink that does nothing.
type nothing struct{ bytes int }

func (n *nothing) Open(*flow.Conn, *flow.Packet) flow.Stream         { return n }
func (n *nothing) Tick(flow.Time)                                    {}
func (n *nothing) Data(_ flow.Dir, b []byte, _ *flow.Packet)         { n.bytes += len(b) }
func (n *nothing) Gap(flow.Dir, uint64, flow.GapCause, *flow.Packet) {}
func (n *nothing) Close(flow.Dir, flow.How, *flow.Packet)            {}
func (n *nothing) End(flow.EndCause)                                 {}

// stream returns a function that has an assembler take the next segment of a
// connection and its acknowledgement, in order.
func stream(sink flow.Sink) func() {
	var totals flow.Counters
	a := newAssembler(&shared{sink: sink, totals: &totals, names: func(uint32) string { return "" }, lim: plenty})
	c := endpoint{forgeSrc6.As16(), forgeSrcPort}
	s := endpoint{forgeDst6.As16(), forgeDstPort}
	p := flow.Packet{Num: 1}
	a.segment(&segment{src: c, dst: s, flags: flagSYN, print: 1}, &p)
	a.segment(&segment{src: s, dst: c, flags: flagSYN | flagACK, ack: 1, print: 2}, &p)
	payload := letters(1400)
	data := segment{src: c, dst: s, flags: flagACK, seq: 1, ack: 1, payload: payload, length: len(payload), print: 3}
	ack := segment{src: s, dst: c, flags: flagACK, seq: 1}
	return func() {
		a.segment(&data, &p)
		data.seq += uint32(data.length)
		data.print++
		ack.ack, ack.print = data.seq, ^data.print
		a.segment(&ack, &p)
		p.Num += 2
	}
}

func TestAssembleAllocates(t *testing.T) {
	sink := new(nothing)
	next := stream(sink)
	if n := testing.AllocsPerRun(1000, next); n != 0 {
		t.Errorf("%v allocations per segment", n)
	}
	if sink.bytes != 1001*1400 {
		t.Error(sink.bytes)
	}
}

// TestAssembleCopiesNothing: a segment in order is handed on as it is.
func TestAssembleCopiesNothing(t *testing.T) {
	var got []byte
	sink := &tap{data: func(b []byte) { got = b }}
	w := newWire(t, plenty)
	w.shared.sink = sink
	w.play(opened)
	s := w.segment([]string{">", "0:hello"})
	w.a.segment(&s, &flow.Packet{Num: 4})
	if &got[0] != &s.payload[0] {
		t.Error("the bytes are copied")
	}
}

// tap is a Sink for bytes alone.
type tap struct {
	nothing
	data func([]byte)
}

func (s *tap) Open(*flow.Conn, *flow.Packet) flow.Stream { return s }
func (s *tap) Data(_ flow.Dir, b []byte, _ *flow.Packet) { s.data(b) }

// BenchmarkAssemble takes a segment in order and its acknowledgement.
func BenchmarkAssemble(b *testing.B) {
	next := stream(new(nothing))
	b.ReportAllocs()
	b.SetBytes(1400)
	for b.Loop() {
		next()
	}
}
