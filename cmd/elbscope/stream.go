package main

import (
	"context"
	"io"

	"elbscope/analyze"
	"elbscope/analyze/filter"
	"elbscope/capture"
	"elbscope/capture/flow"
	"elbscope/ui/report"
)

// streamer is the Sink of a run that prints the stream: the engine, and after
// every tick what is new. When nobody reads it any more, the run ends.
type streamer struct {
	*analyze.Engine
	o        *options
	out      *report.Stream
	counters func() flow.Counters
	stop     context.CancelFunc
	chosen   *filter.Filter // by -Y; nil before the first packet
	now      flow.Time
	err      error // of writing
}

// newStreamer returns a streamer that calls stop when w fails. It is still to be
// connected.
func newStreamer(o *options, w io.Writer, stop context.CancelFunc) *streamer {
	s := &streamer{o: o, stop: stop}
	s.out = report.NewStream(w, o.reportOptions(w), func(h *analyze.Handshake) bool { return s.chosen.Match(h) })
	return s
}

// connect puts the streamer between an engine and a pump, which it makes.
func (s *streamer) connect(e *analyze.Engine, memory int64) *capture.Pump {
	s.Engine = e
	pump := capture.NewPump(s, memory)
	s.counters = pump.Totals
	return pump
}

// Tick implements flow.Sink.
func (s *streamer) Tick(now flow.Time) {
	s.Engine.Tick(now)
	if s.chosen == nil {
		ctx := s.o.filterContext(nil)
		ctx.First = now
		s.chosen, _ = filter.Parse(s.o.expr, ctx) // it was right when the arguments were read
	}
	s.now = now
	s.update()
}

// update prints what is new.
func (s *streamer) update() {
	if s.err != nil {
		return
	}
	t := s.Totals(s.counters())
	if s.err = s.out.Update(s.now, s.Handshakes.Snapshot(), s.TakeRetracted(), &t); s.err != nil {
		s.stop()
	}
}

// end prints what the end of the capture has settled, then the report.
func (s *streamer) end(snap *analyze.Snapshot, note string) error {
	for i := range snap.Sources {
		s.now = max(s.now, snap.Sources[i].Last) // the last tick was before it
	}
	if s.err == nil {
		s.err = s.out.Report(s.now, s.Handshakes.Snapshot(), s.TakeRetracted(), snap, note)
	}
	return s.err
}
