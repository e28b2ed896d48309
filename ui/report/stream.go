package report

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"elbscope/analyze"
	"elbscope/capture/flow"
)

// StreamSchema names the stream's format and version.
const StreamSchema = "elbscope/stream/v1"

// Stream prints what is found while packets come, one JSON object a line
// (elbscope/stream/v1): each handshake when it is first seen, and again when
// its verdict, status, findings or sightings have changed; each finding before
// the first handshake that has it; the counters every ten seconds; the report
// at the end. Time is that of the packets.
//
// It belongs to one goroutine. It keeps no handshake that the log has
// forgotten, and of findings only their identity.
type Stream struct {
	e *emitter
	o Options
	b *builder
	// choose tells whether a handshake is to be printed.
	choose func(*analyze.Handshake) bool
	seen   analyze.View[analyze.Handshake]
	// found are the findings that were printed, ids how many ever were. When
	// there are limit of them, those that no handshake has are forgotten.
	found map[analyze.GroupKey]*foundGroup
	ids   uint64
	limit int
	// counted is when counters were last printed; 0 before the first time.
	counted flow.Time
	counts  uint64
}

// foundGroup is a finding that was printed.
type foundGroup struct {
	id string
	// handshakes have met it so far, printed of them when it was last printed.
	handshakes, printed int
	revision            uint64
}

// countersEvery is how often the counters are printed.
const countersEvery = flow.Time(10 * time.Second)

// manyFound is how many findings are told apart without a look whether all are
// still there.
const manyFound = 1 << 12

// NewStream returns a Stream that writes to w. choose says which handshakes to
// print; nil stands for all.
func NewStream(w io.Writer, o Options, choose func(*analyze.Handshake) bool) *Stream {
	s := &Stream{
		e: newEmitter(bufio.NewWriterSize(w, 64<<10), true), o: o, choose: choose,
		found: make(map[analyze.GroupKey]*foundGroup), limit: manyFound,
	}
	if s.choose == nil {
		s.choose = func(*analyze.Handshake) bool { return true }
	}
	s.b = newBuilder(&analyze.Snapshot{}, nil, &s.o)
	return s
}

// Update prints what is new at a moment of packet time. retracted are the IDs
// of handshakes that turned out to be part of others. An error is that of the
// writer, and every later call returns it as well.
func (s *Stream) Update(now flow.Time, view analyze.View[analyze.Handshake], retracted []string, t *analyze.Totals) error {
	s.news(now, view, retracted)
	if s.counted == 0 || now < s.counted {
		s.counted = now // the beginning, or the clock was set back
	}
	if now-s.counted >= countersEvery {
		s.counters(now, t)
	}
	return s.flush()
}

// news prints the handshakes that have changed, and their findings.
func (s *Stream) news(now flow.Time, view analyze.View[analyze.Handshake], retracted []string) {
	s.forget(view)
	grown := make(map[analyze.GroupKey]bool)
	for was, is := range view.Changes(s.seen) {
		switch {
		case is != nil:
			s.change(now, was, is, grown)
		case slices.Contains(retracted, was.ID) && s.choose(was):
			s.handshake(now, was, true)
		}
	}
	s.seen = view
	s.again(now, view, grown)
}

// Report prints what the end of the capture has settled, and as the last line
// the report on snap. note is Options.Note.
func (s *Stream) Report(now flow.Time, view analyze.View[analyze.Handshake], retracted []string, snap *analyze.Snapshot, note string) error {
	s.b = newBuilder(snap, nil, &s.o) // the clocks are known now
	s.news(now, view, retracted)
	s.o.Note = note
	s.begin(now, "report", 1)
	s.e.name("report")
	s.e.report(snap, &s.o, func(g *analyze.Group) string { return s.group(g.Key()).id })
	s.end()
	return s.flush()
}

func (s *Stream) flush() error {
	if err := s.e.w.Flush(); s.e.err == nil {
		s.e.err = err
	}
	if s.e.err != nil {
		return fmt.Errorf("writing the stream: %w", s.e.err)
	}
	return nil
}

// begin starts a line.
func (s *Stream) begin(now flow.Time, kind string, revision uint64) {
	s.e.open()
	s.e.field("schema", StreamSchema)
	s.e.field("type", kind)
	s.e.field("revision", revision)
	if now != 0 {
		s.e.field("time", timestamp(now))
	}
}

func (s *Stream) end() {
	s.e.close()
	s.e.put("\n")
}

// change prints a handshake if it is news. grown takes the findings that more
// handshakes have met.
func (s *Stream) change(now flow.Time, was, is *analyze.Handshake, grown map[analyze.GroupKey]bool) {
	known := was != nil && s.choose(was)
	if !s.choose(is) && !known || known && sameNews(was, is) {
		return
	}
	for _, f := range is.Findings {
		k := f.Key()
		if known && slices.ContainsFunc(was.Findings, func(o *analyze.Finding) bool { return o.Key() == k }) {
			continue
		}
		g := s.group(k)
		if g.revision == 0 {
			s.finding(now, g, &analyze.Group{Finding: f, Findings: []*analyze.Finding{f}, Handshakes: []*analyze.Handshake{is}})
		}
		g.handshakes++
		grown[k] = true
	}
	s.handshake(now, is, false)
}

// group returns what is known of a finding, which gets an id with that.
func (s *Stream) group(k analyze.GroupKey) *foundGroup {
	g := s.found[k]
	if g == nil {
		s.ids++
		g = &foundGroup{id: "f" + strconv.FormatUint(s.ids, 10)}
		s.found[k] = g
	}
	return g
}

// forget drops what no handshake in the log has, once there is much of it.
func (s *Stream) forget(view analyze.View[analyze.Handshake]) {
	if len(s.found) < s.limit {
		return
	}
	there := make(map[analyze.GroupKey]*foundGroup)
	for h := range view.All {
		for _, f := range h.Findings {
			if g := s.found[f.Key()]; g != nil {
				there[f.Key()] = g
			}
		}
	}
	s.found, s.limit = there, max(manyFound, 2*len(there))
}

// sameNews reports whether a handshake says nothing new. How many frames there
// were, and who closed a connection, is no news.
func sameNews(a, b *analyze.Handshake) bool {
	return a.ID == b.ID && a.Verdict == b.Verdict && a.Certainty == b.Certainty && a.Why == b.Why && a.Status == b.Status &&
		a.Final == b.Final && slices.EqualFunc(a.Findings, b.Findings, sameFinding) &&
		slices.EqualFunc(a.Sightings, b.Sightings, sameSighting)
}

func sameFinding(a, b *analyze.Finding) bool { return a.Key() == b.Key() && a.Title() == b.Title() }

func sameSighting(a, b *analyze.Sighting) bool {
	return a.Exchange == b.Exchange && a.Hop == b.Hop && a.Leg == b.Leg && a.Answer == b.Answer &&
		a.ResponsePacket.Num == b.ResponsePacket.Num
}

// handshake prints one as it is.
func (s *Stream) handshake(now flow.Time, h *analyze.Handshake, retracted bool) {
	clear(s.b.groups)
	for _, f := range h.Findings {
		s.b.groups[f.Key()] = s.group(f.Key()).id
	}
	revision := h.Rev + 1
	if retracted {
		revision++
	}
	s.begin(now, "handshake", revision)
	s.e.field("final", h.Final || retracted)
	if retracted {
		s.e.field("retracted", true)
	}
	s.e.field("handshake", s.b.handshake(h))
	s.end()
}

// finding prints one with the handshakes of g.
func (s *Stream) finding(now flow.Time, f *foundGroup, g *analyze.Group) {
	g.ID = f.id
	if c := g.Finding.Cause; c != nil {
		g.Cause = &analyze.Group{ID: s.group(c.Key()).id}
	}
	f.revision++
	f.printed = len(g.Handshakes)
	s.begin(now, "finding", f.revision)
	s.e.field("finding", s.b.finding(g, &s.o))
	s.end()
}

// again prints the findings that twice as many handshakes have met as when they
// were printed last, so that the stream does not grow with the square of them.
func (s *Stream) again(now flow.Time, view analyze.View[analyze.Handshake], grown map[analyze.GroupKey]bool) {
	var wanted []analyze.GroupKey
	for k := range grown {
		if g := s.found[k]; g != nil && g.handshakes >= 2*g.printed {
			wanted = append(wanted, k)
		}
	}
	if len(wanted) == 0 {
		return
	}
	var all []*analyze.Handshake
	for h := range view.All {
		if s.choose(h) {
			all = append(all, h)
		}
	}
	for _, g := range analyze.Fold(all) {
		if f := s.found[g.Key()]; slices.Contains(wanted, g.Key()) && len(g.Handshakes) >= 2*f.printed {
			s.finding(now, f, g)
		}
	}
}

func (s *Stream) counters(now flow.Time, t *analyze.Totals) {
	s.counted = now
	s.counts++
	s.begin(now, "counters", s.counts)
	s.e.field("counters", s.b.counters(t))
	s.end()
}
