package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"elbscope/analyze"
	"elbscope/analyze/rules"
	"elbscope/capture"
	"elbscope/capture/flow"
	"elbscope/internal/story"
)

// relay is a Source of what others have, one after the other.
type relay struct {
	info flow.SourceInfo
	rest []capture.Packet
}

func (r *relay) Next(p *capture.Packet) error {
	if len(r.rest) == 0 {
		return io.EOF
	}
	*p, r.rest = r.rest[0], r.rest[1:]
	return nil
}

func (r *relay) Info() *flow.SourceInfo { return &r.info }
func (r *relay) Close() error           { return nil }

// pause lets time pass by heartbeats, as on a silent wire.
func (r *relay) pause(from flow.Time, d time.Duration) flow.Time {
	for at := time.Second; at <= d; at += time.Second {
		r.rest = append(r.rest, capture.Packet{Time: from + flow.Time(at)})
	}
	return from + flow.Time(d)
}

// add takes all packets of a capture, with their times moved to begin at start;
// it returns the time of the last one.
func (r *relay) add(t testing.TB, c story.Capture, start flow.Time) flow.Time {
	t.Helper()
	s, err := capture.OpenReader(c.Name, bytes.NewReader(c.Bytes), false)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var p capture.Packet
	shift, last, any := flow.Time(0), start, false
	for s.Next(&p) == nil {
		if !any {
			shift, any = start-p.Time, true
		}
		p.Data, p.Time = bytes.Clone(p.Data), p.Time+shift
		if p.Data == nil {
			p.Data = []byte{}
		}
		r.info.Packets++
		p.Num, p.Offset = r.info.Packets, -1
		last = max(last, p.Time)
		r.rest = append(r.rest, p)
	}
	return last
}

// promise is what a final handshake has promised not to change.
func promise(h *analyze.Handshake) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s %s %q %d %s", h.ID, h.Verdict, h.Certainty, h.Why, h.Status, culpritValue(h.Culprit))
	for _, f := range h.Findings {
		a := f.Group.Value()
		fmt.Fprintf(&b, " [%s %s %s %s %v %v %v %d %q %q]", f.Rule, f.Severity, f.Certainty, f.Title(),
			a.Front, a.Back, a.Server, a.Status, a.Effect, a.CauseRule)
	}
	for _, s := range h.Sightings {
		fmt.Fprintf(&b, " %d@%s:%d", s.RequestPacket.Num, s.Leg, s.ResponsePacket.Num)
	}
	return b.String()
}

// watcher is a Sink that looks after every tick at what became final.
type watcher struct {
	*analyze.Engine
	t     testing.TB
	final map[string]string
	rev   uint64 // of the log, when it was looked at
}

func (w *watcher) Tick(now flow.Time) {
	w.Engine.Tick(now)
	if rev := w.Handshakes.Rev(); rev != w.rev {
		w.rev = rev
		w.look()
	}
}

func (w *watcher) look() {
	w.t.Helper()
	there := make(map[string]bool)
	for h := range w.Handshakes.Snapshot().All {
		there[h.ID] = true
		said, was := w.final[h.ID]
		now := promise(h)
		switch {
		case was && (said != now || !h.Final):
			w.t.Errorf("what was final changed, final is %v:\n%s\n%s", h.Final, said, now)
		case h.Final && h.Verdict == analyze.Pending:
			w.t.Errorf("%s is final and pending", h.ID)
		case h.Final:
			w.final[h.ID] = now
		}
	}
	for id := range w.final {
		if !there[id] {
			w.t.Errorf("%s was final and is gone", id)
		}
	}
}

// watched runs a source as a live run does. It returns what was final before
// the end.
func watched(t testing.TB, r *relay, early bool) (*analyze.Snapshot, int) {
	t.Helper()
	source := *r
	engine := analyze.New(analyze.Config{Rules: rules.All, Live: true, EarlyFinal: early})
	w := &watcher{Engine: engine, t: t, final: make(map[string]string)}
	pump := capture.NewPump(w, defaultMemory)
	if err := pump.Run(context.Background(), []capture.Source{&source}); err != nil {
		t.Fatal(err)
	}
	w.look()
	before := len(w.final)
	engine.Finish()
	w.look()
	return engine.Snapshot([]*flow.SourceInfo{&source.info}, pump.Totals()), before
}

// singles are the samples of one capture, whole and in one-byte segments.
func singles(t testing.TB) (all []story.Capture) {
	t.Helper()
	for _, folder := range []string{"../../samples", "testdata/lab"} {
		for _, s := range shelf(t, os.DirFS(folder)) {
			if len(s.Captures) > 1 {
				continue
			}
			all = append(all, s.Captures[0])
			if s.Story != nil && !s.Story.Fragile() {
				c := s.Story.Captures(story.WithSegments(1))[0]
				c.Name += " (bytes)"
				all = append(all, c)
			}
		}
	}
	return all
}

// TestFinalStays holds every sample to its promises: what was final never
// changes, and to have made it final early changes nothing of the outcome.
func TestFinalStays(t *testing.T) {
	early, all := 0, 0
	for _, c := range singles(t) {
		t.Run(c.Name, func(t *testing.T) {
			r := &relay{info: flow.SourceInfo{Name: c.Name, Format: "live"}}
			end := r.add(t, c, flow.Time(time.Hour))
			r.pause(end, 400*time.Second)
			want := essence(analyse(t, []story.Capture{c}))
			snap, before := watched(t, r, true)
			got := essence(snap)
			// Holes that stay open to the end of a file are given up earlier
			// where time goes on; it is the handshakes that count.
			if _, got = cutLine(got); got != second(cutLine(want)) {
				t.Errorf("with early ends:\n%s\nwithout:\n%s", got, want)
			}
			early, all = early+before, all+len(snap.Handshakes)
		})
	}
	if all < 100 || early < all/3 {
		t.Errorf("only %d of %d handshakes were final before the end", early, all)
	}
	t.Logf("%d of %d handshakes were final before the end", early, all)
}

// TestFinalUnsorted reads files that were joined one behind the other: the
// second goes back in time by less than a minute. From then on nothing is final
// before the end, for the third holds the other leg.
func TestFinalUnsorted(t *testing.T) {
	for _, s := range everySample(t) {
		if s.Name != "same-key-two-files" {
			continue
		}
		r := &relay{info: flow.SourceInfo{Name: "joined", Format: "live"}}
		at := r.pause(r.add(t, everySample(t)[0].Captures[0], flow.Time(time.Hour)), 100*time.Second)
		back := at - flow.Time(40*time.Second)
		r.pause(r.add(t, s.Captures[0], back), 90*time.Second)
		r.pause(r.add(t, s.Captures[1], back), 90*time.Second)
		want, _ := watched(t, r, false)
		got, early := watched(t, r, true)
		if g, w := essence(got), essence(want); g != w || early == 0 {
			t.Errorf("with %d early ends:\n%s\nwithout:\n%s", early, g, w)
		}
		return
	}
	t.Fatal("there is no such sample")
}

func cutLine(s string) (first, rest string) {
	first, rest, _ = strings.Cut(s, "\n")
	return first, rest
}

func second(_, s string) string { return s }

// TestFinalInOneCapture plays all samples one after the other in one capture,
// with the same addresses and ports again and again.
func TestFinalInOneCapture(t *testing.T) {
	r := &relay{info: flow.SourceInfo{Name: "all", Format: "live"}}
	at := flow.Time(time.Hour)
	for _, c := range singles(t) {
		at = r.add(t, c, at)
		at = r.pause(at, 200*time.Second)
	}
	got, early := watched(t, r, true)
	want, none := watched(t, r, false)
	if g, w := essence(got), essence(want); g != w {
		t.Errorf("with early ends:\n%s\nwithout:\n%s", g, w)
	}
	if n := len(got.Handshakes); none != 0 || early < n/3 {
		t.Errorf("%d of %d handshakes were final before the end, %d without being asked", early, n, none)
	}
	t.Logf("%d of %d handshakes were final before the end", early, len(got.Handshakes))
}
