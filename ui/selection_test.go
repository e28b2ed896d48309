package ui

import (
	"testing"

	"github.com/gdamore/tcell/v2"

	"elbscope/analyze"
)

// TestWorstIsSelected wants the first row to be selected whatever comes, until
// the user chose one.
func TestWorstIsSelected(t *testing.T) {
	for _, test := range []struct {
		name, keys string
		chosen     bool
	}{
		{"untouched", "", false},
		{"help was looked at", "? Esc", false},
		{"moved to", "Down Up", true},
		{"the start was asked for", "Home", true},
		{"read", "Enter Esc", true},
		{"marked", "Space", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := stillReading(t)
			r := launch(t, s, 80, 24, simpleOptions())
			good := r.selected()
			if test.keys == "Space" {
				r.key(tcell.KeyRune, ' ')
			} else {
				r.press(test.keys)
			}
			r.publish(grown(s, plainHandshake("bad", analyze.Dropped, "/bad")))
			want := "bad"
			if test.chosen {
				want = good
			}
			if got := r.selected(); got != want {
				t.Errorf("%s is selected, not %s", got, want)
			}
		})
	}
}
