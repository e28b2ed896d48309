package ui

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"elbscope/internal/wiretext"
	"elbscope/ui/report"
)

// TestColumnsOfTheLadder draws every handshake of every sample at many widths:
// no line is wider than asked for, and the lines of all columns stand straight.
func TestColumnsOfTheLadder(t *testing.T) {
	files, err := filepath.Glob("../samples/*.pcap*")
	if err != nil || len(files) == 0 {
		t.Fatal("no samples found", err)
	}
	drawn := 0
	for _, f := range files {
		s := samples(t, filepath.Base(f))
		for _, ascii := range []bool{false, true} {
			lines := report.NewLines(s.Snap, report.Options{Location: time.UTC, ASCII: ascii})
			rail := map[bool]string{false: "│", true: "|"}[ascii]
			for _, h := range s.Snap.Handshakes {
				legs := 0
				for i, x := range h.Sightings {
					if i == 0 || x.Hop != h.Sightings[i-1].Hop {
						legs++
					}
				}
				for width := 40; width < 130; width += 7 {
					place := -1
					for _, l := range lines.Ladder(h, width) {
						text := ""
						for _, span := range l {
							text += span.Text
						}
						if w := wiretext.Width(text); w > width {
							t.Errorf("%s: %s at %d: %d cells: %s", f, h.ID, width, w, text)
						}
						if !strings.HasSuffix(text, rail) || !strings.Contains(text[:9], "s") {
							continue
						}
						drawn++
						if at := wiretext.Width(text); place >= 0 && at != place {
							t.Errorf("%s: %s at %d: a line is not straight: %s", f, h.ID, width, text)
						} else {
							place = at
						}
						if n := strings.Count(text, rail) + strings.Count(text[10:], "✗") + strings.Count(text[10:], "x-"); n < legs+1 {
							t.Errorf("%s: %s at %d: %d lines for %d legs: %s", f, h.ID, width, n, legs, text)
						}
					}
					if place < 0 && width >= 60 && legs <= 3 {
						t.Errorf("%s: %s is not drawn in columns at %d", f, h.ID, width)
					}
				}
			}
		}
	}
	if drawn == 0 {
		t.Error("nothing was drawn")
	}
}
