package ui

import (
	"strings"
	"testing"

	"elbscope/analyze"
	"elbscope/capture/flow"
	"elbscope/internal/wiretext"
)

// TestTimeline draws known handshakes at all widths.
func TestTimeline(t *testing.T) {
	snap := &analyze.Snapshot{Sources: []analyze.Source{{SourceInfo: flow.SourceInfo{Packets: 2, First: 1000e9, Last: 1100e9}}}}
	tl := newTimeline(snap)
	add := func(seconds int, v analyze.Verdict, n int) {
		for range n {
			tl.add(&analyze.Handshake{Start: flow.Time(seconds) * 1e9, Verdict: v})
		}
	}
	add(1000, analyze.Rewritten, 8)
	add(1050, analyze.Refused, 1)
	add(1100, analyze.Healthy, 4)
	add(900, analyze.Healthy, 1)  // before the first packet, by another clock
	add(2000, analyze.Dropped, 1) // and after the last
	add(1010, analyze.Pending, 3)
	for _, ascii := range []bool{false, true} {
		a := &App{theme: &theme{ascii: ascii}}
		a.o.Report.Location = flow.Time(0).Std().Location()
		for width := 40; width < 1300; width += 30 {
			l := tl.line(a, width)
			if l.width() > width {
				t.Errorf("at %d it is %d wide: %s", width, l.width(), l)
			}
			text := l.String()
			if ascii != (wiretext.ASCII(text, 0) == text) {
				t.Errorf("ascii %v: %s", ascii, text)
			}
			for _, want := range []string{"10 bad", "5 good", "3 unclear"} {
				if !strings.Contains(text, want) {
					t.Errorf("at %d there is no %q: %s", width, want, text)
				}
			}
		}
		want := " 00:16:40 ✗ 10 bad █····▁···▁  ✓ 5 good ▁········▄  ? 3 unclear 00:18:20"
		if ascii {
			want = " 00:16:40 x 10 bad #....:...:  + 5 good :........=  ? 3 unclear 00:18:20"
		}
		if got := tl.line(a, 73).String(); got != want {
			t.Errorf("\n got %q\nwant %q", got, want)
		}
	}
	if empty := newTimeline(&analyze.Snapshot{}); empty.first != 0 || empty.last != 0 {
		t.Error("without a packet there is no time")
	}
}
