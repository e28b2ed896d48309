package ui

import (
	"path/filepath"
	"slices"
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

// ladderOf draws a sample's first handshake, as texts.
func ladderOf(t *testing.T, name string) (texts []string) {
	t.Helper()
	s := samples(t, name)
	for _, l := range report.NewLines(s.Snap, report.Options{Location: time.UTC}).Ladder(s.Snap.Handshakes[0], 100) {
		text := ""
		for _, span := range l {
			text += span.Text
		}
		texts = append(texts, text)
	}
	return texts
}

// TestFramesInTheLadder wants the frames at the time of the last one, which is
// long before an idle timeout, and none of what is not known.
func TestFramesInTheLadder(t *testing.T) {
	for _, c := range []struct{ name, frames, before, after string }{
		{"idle-timeout-load-balancer.pcap", "+6.8 ms", "101 Switching", "+60.0 s"},
		{"healthy-closed-after-a-minute.pcap", "+60.0 s", "101 Switching", "FIN"},
		// What came in the 101's place of frames is no frame; when those
		// before it came is not known.
		{"http-response-after-101.pcap", "", "101 Switching", "FIN"},
	} {
		lines := ladderOf(t, c.name)
		at := slices.IndexFunc(lines, func(l string) bool { return strings.Contains(l, "⇅") })
		if at < 1 {
			t.Errorf("%s: no frames in\n%s", c.name, strings.Join(lines, "\n"))
			continue
		}
		when, _, _ := strings.Cut(lines[at], "│")
		if strings.TrimSpace(when) != c.frames ||
			!slices.ContainsFunc(lines[:at], func(l string) bool { return strings.Contains(l, c.before) }) ||
			!slices.ContainsFunc(lines[at:], func(l string) bool { return strings.Contains(l, c.after) }) {
			t.Errorf("%s: the frames stand wrong in\n%s", c.name, strings.Join(lines, "\n"))
		}
	}
}
