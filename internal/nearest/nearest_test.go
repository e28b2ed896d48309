package nearest

import (
	"strings"
	"testing"
)

func TestWord(t *testing.T) {
	words := []string{"report", "live", "interfaces", "explain", "tcpdump-command", "help", "version"}
	for s, want := range map[string]string{
		"reprot": "report", "REPORT": "report", "reports": "report", "lvie": "live", "liv": "live", "explian": "explain",
		"interface": "interfaces", "hepl": "help", "vesrion": "version", "tcpdump-comand": "tcpdump-command",
		"file": "", "": "", "x": "", "a": "", "capture": "", "résumé": "", "test": "",
		strings.Repeat("report", 20): "",
	} {
		if got := Word(s, words); got != want {
			t.Errorf("%q is near %q, not %q", s, got, want)
		}
	}
}

// TestSlips holds the distance to its laws, and to some known values.
func TestSlips(t *testing.T) {
	for _, c := range []struct {
		a, b string
		n    int
	}{
		{"", "", 0}, {"", "abc", 3}, {"abc", "abc", 0}, {"abc", "acb", 1}, {"abc", "ab", 1}, {"abc", "xbc", 1},
		{"ca", "abc", 3}, {"kitten", "sitting", 3},
	} {
		if got, back := slips(c.a, c.b), slips(c.b, c.a); got != c.n || back != c.n {
			t.Errorf("%q and %q: %d and %d, not %d", c.a, c.b, got, back, c.n)
		}
	}
}
