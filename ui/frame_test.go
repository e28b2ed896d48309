package ui

import (
	"slices"
	"strings"
	"testing"

	"elbscope/capture/flow"
)

// TestTitleNamesTheFilter wants the list's filter to be seen, whatever else
// there is to say, and only where it applies.
func TestTitleNamesTheFilter(t *testing.T) {
	const words = "tcp port 80 or tcp port 8080 or tcp port 443"
	o := filteredOptions(words)
	o.Name = "captured-on-the-instance-2026-11-24.pcapng"
	for _, width := range []int{60, 80, 100, 120} {
		r := launch(t, filtered(t, "tcp port 80"), width, 24, o)
		title := func() string { first, _, _ := strings.Cut(r.text(), "\n"); return first }
		before := title()
		r.press("f status:502 Enter")
		if got := title(); !strings.Contains(got, "  filter: status:502 ") || !strings.Contains(got, "read to the end") {
			t.Errorf("%d: %s", width, got)
		}
		if !strings.Contains(before, "  only p") || strings.Contains(before, "filter:") {
			t.Errorf("%d: without a filter: %s", width, before)
		}
		for _, key := range []string{"x", "t"} {
			r.press(key)
			if got := title(); strings.Contains(got, "filter:") {
				t.Errorf("%d: of handshakes, after %s: %s", width, key, got)
			}
			r.press("Esc")
		}
		r.leave()
	}
}

// TestNoteIsWhole wants every word of a long note to be seen.
func TestNoteIsWhole(t *testing.T) {
	note := "saved to /srv/captures/elbscope-20261124-234749.pcapng; with 1 other handshake on shared connections; " +
		"only the packets that carried them: -w keeps all; 43 packets of 1 handshake, 8336 bytes"
	for _, width := range []int{60, 80, 100, 200} {
		r := launch(t, samples(t, "article-502.pcapng"), width, 15, simpleOptions())
		r.on(func() { r.app.frame.say(note); r.app.app.ForceDraw() })
		if got := strings.Join(strings.Fields(r.text()), " "); !strings.HasSuffix(got, note) {
			t.Errorf("%d:\n%s", width, r.text())
		}
		r.press("Down")
		if got := r.text(); !strings.Contains(got, "packets") || !strings.Contains(got, "? help") {
			t.Errorf("the counters and the keys do not come back:\n%s", got)
		}
		r.leave()
	}
}

// TestTitleTellsThatSavingStopped wants a full disk to be seen while capturing
// goes on, on every screen.
func TestTitleTellsThatSavingStopped(t *testing.T) {
	for _, width := range []int{60, 80} {
		s := *samples(t, "article-502.pcapng")
		s.Live, s.Reading = true, true
		snap := *s.Snap
		snap.Sources = slices.Clone(snap.Sources)
		snap.Sources[0].Problems = []flow.Problem{{Code: flow.ProblemUnsaved, Message: "Saving to x stopped.", Count: 1}}
		s.Snap = &snap
		r := launch(t, &s, width, 24, simpleOptions())
		for _, key := range []string{"", "Enter", "t"} {
			r.press(key)
			if first, _, _ := strings.Cut(r.text(), "\n"); !strings.Contains(first, "SAVING STOPPED, t says why") {
				t.Errorf("%d, after %q: %s", width, key, first)
			}
			if key == "Enter" {
				r.press("Esc")
			}
		}
		r.leave()
	}
}
