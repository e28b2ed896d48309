package ui

import (
	"strings"
	"testing"
)

// TestRowsAreCopiedMasked copies rows while secrets are shown: what leaves the
// screen is masked all the same.
func TestRowsAreCopiedMasked(t *testing.T) {
	const hidden = "hunter2hunter2"
	s := manyExchanges(3)
	s.Snap.Handshakes[0].Target = "/chat?token=" + hidden
	for x := range s.Exchanges.All {
		x.Target = "/chat?token=" + hidden
	}
	r := launch(t, s, 220, 40, simpleOptions())
	for _, way := range []string{"", "x"} {
		r.press(way)
		r.press("v")
		r.see(hidden)
		r.press("y")
		r.see("copied the row")
		if got := string(r.sim.GetClipboardData()); strings.Contains(got, hidden) || !strings.Contains(got, "/chat?token=") {
			t.Errorf("copied: %q", got)
		}
		r.press("v")
	}
}
