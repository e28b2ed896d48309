package http1

import "testing"

// Each byte at each place in texts of each length that matters: the words of
// eight, and what is left of them.
func TestHasControl(t *testing.T) {
	for n := range 26 {
		for at := range n {
			for c := range 256 {
				text := make([]byte, n)
				for i := range text {
					text[i] = "a\t~ \xff"[i%5]
				}
				text[at] = byte(c)
				want := c < ' ' && c != '\t' || c == 0x7f
				if got := hasControl(string(text)); got != want {
					t.Fatalf("hasControl(%q) = %v", text, got)
				}
			}
		}
	}
}
