package ui

import (
	"context"
	"slices"
	"strings"
	"testing"

	"elbscope/analyze"
)

// TestLeaveUnsaved wants to be asked, once, before packets are lost that are
// in no file, and not to be where nothing is lost.
func TestLeaveUnsaved(t *testing.T) {
	for _, test := range []struct {
		name, keys string
		see        string // what the screen says then; "" where it has ended
		o          func(*Options, *State)
	}{
		{"a file", "Q", "", func(o *Options, s *State) { o.Unsaved = nil }},
		{"saved by -w", "Q", "", func(o *Options, s *State) { o.Unsaved = func(*State) bool { return false } }},
		{"nothing seen", "Q", "", func(o *Options, s *State) { snap := *s.Snap; snap.Handshakes = nil; s.Snap = &snap }},
		{"a pipe that has ended", "Q", "", func(o *Options, s *State) { s.Live, s.Reading = false, false }},
		{"asked", "Q", "leave? packets are not saved: y leaves, n stays, s saves", nil},
		{"yes", "Q y", "", nil},
		{"Q again", "Q Q", "", nil},
		{"no", "Q n", "Q leaves", nil},
		{"another key", "Q x", "leave?", nil},
		{"Esc", "Q Esc", "Q leaves", nil},
		{"Enter", "Q Enter", "Q leaves", nil},
		{"saving", "Q s", "save packets of 2 handshakes as", nil},
		{"Ctrl-C", "Ctrl-C", "stopping; not saved: w saves, Ctrl-C again leaves", nil},
		{"Ctrl-C again", "Ctrl-C Ctrl-C", "", nil},
		{"Ctrl-C at the end", "Ctrl-C", "leave?", func(o *Options, s *State) { s.Reading = false }},
		{"Ctrl-C at the end, again", "Ctrl-C Ctrl-C", "", func(o *Options, s *State) { s.Reading = false }},
	} {
		s := *samples(t, "article-502.pcapng")
		s.Live, s.Reading = true, true
		o := simpleOptions()
		o.Unsaved = func(*State) bool { return true }
		o.Save = func(context.Context, []*analyze.Handshake, string, bool, func(float64)) (string, error) {
			return "saved", nil
		}
		if test.o != nil {
			test.o(&o, &s)
		}
		r := launch(t, &s, 60, 15, o)
		r.press(test.keys)
		if test.see == "" {
			if err := r.ended(); err != nil {
				t.Errorf("%s: %v", test.name, err)
			}
			continue
		}
		if got := r.text(); !strings.Contains(got, test.see) {
			t.Errorf("%s: no %q in\n%s", test.name, test.see, got)
		}
		r.leave()
	}
}

// TestLeaveSaved wants nobody to be asked once all packets are saved; and to be
// asked where something else was written, or something came later.
func TestLeaveSaved(t *testing.T) {
	const asked = "leave? packets are not saved"
	start := func() (*rig, *State) {
		s := *samples(t, "article-502.pcapng")
		s.Live = true
		o := simpleOptions()
		o.Unsaved = func(*State) bool { return true }
		o.Save = func(context.Context, []*analyze.Handshake, string, bool, func(float64)) (string, error) {
			return "all saved", nil
		}
		o.Export = func(context.Context, []*analyze.Handshake, string, bool, func(float64)) (string, error) {
			return "wrote the report", nil
		}
		return launch(t, &s, 80, 24, o), &s
	}
	r, s := start()
	r.press("e Enter")
	r.see("wrote the report")
	r.press("Q")
	r.see(asked)
	r.press("s Enter")
	r.see("all saved")
	more := grown(s, plainHandshake("later", analyze.Healthy, "/later"))
	r.publish(more)
	r.see("/later")
	r.press("Q")
	r.see(asked)
	r.press("s Enter")
	r.see("all saved")
	// An answer that comes later is lost as well.
	changed, snap := *more, *more.Snap
	snap.Handshakes = slices.Clone(snap.Handshakes)
	answered := *snap.Handshakes[0]
	answered.Rev++
	answered.Target = "/answered"
	snap.Handshakes[0] = &answered
	changed.Rev, changed.Snap = more.Rev+1, &snap
	r.publish(&changed)
	r.see("/answered")
	r.press("Q")
	r.see(asked)
	r.press("s Enter")
	r.see("all saved")
	r.press("Q")
	if err := r.ended(); err != nil {
		t.Error(err)
	}
}
