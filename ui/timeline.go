package ui

import (
	"fmt"
	"slices"
	"strings"

	"elbscope/analyze"
	"elbscope/capture/flow"
)

// timeline counts handshakes over the time of the capture, good against bad.
type timeline struct {
	first, last flow.Time
	good, bad   [timelineBins]int
	// sums, and those of which it is not known (yet).
	goods, bads, unclear int
}

// timelineBins is more than any terminal has columns for half a line, so that
// a drawing only has to add some up.
const timelineBins = 512

// newTimeline makes room for the time of all sources, on the clock of the
// first one.
func newTimeline(snap *analyze.Snapshot) *timeline {
	t := &timeline{}
	begun := false
	for i := range snap.Sources {
		s := &snap.Sources[i]
		if s.Packets == 0 {
			continue
		}
		off := flow.Time(0)
		if s.ClockOffset != nil {
			off = flow.Time(*s.ClockOffset)
		}
		if !begun || s.First+off < t.first {
			t.first = s.First + off
		}
		if !begun || s.Last+off > t.last {
			t.last = s.Last + off
		}
		begun = true
	}
	return t
}

// add counts a handshake.
func (t *timeline) add(h *analyze.Handshake) {
	bin := 0
	if span := t.last - t.first; span > 0 {
		bin = int(float64(h.Start-t.first) / float64(span) * timelineBins)
	}
	bin = min(max(bin, 0), timelineBins-1)
	wrong := slices.ContainsFunc(h.Findings, func(f *analyze.Finding) bool { return f.Severity == analyze.Error })
	switch rank := badness(h); {
	case wrong:
		t.bad[bin]++
		t.bads++
	case h.Verdict == analyze.Undetermined, h.Verdict == analyze.Pending:
		t.unclear++
	case rank < worst[analyze.Undetermined]:
		t.bad[bin]++
		t.bads++
	default:
		t.good[bin]++
		t.goods++
	}
}

// heights are drawn from nothing to the most.
var (
	heights      = []rune("·▁▂▃▄▅▆▇█")
	asciiHeights = []rune(".:-=+*%#")
)

// line draws it: both graphs have the same scale.
func (t *timeline) line(a *App, width int) line {
	th := a.theme
	from, to := a.clock(t.first.Std())[:8], a.clock(t.last.Std())[:8]
	badWord := fmt.Sprintf("%s %d bad ", th.sign("✗", "x"), t.bads)
	goodWord := fmt.Sprintf("  %s %d good ", th.sign("✓", "+"), t.goods)
	unclear := ""
	if t.unclear > 0 {
		unclear = fmt.Sprintf("  ? %d unclear", t.unclear)
	}
	rest := line{own(plain, from+badWord+goodWord+unclear+to)}.width() + 4
	cells := min((width-rest)/2, timelineBins)
	if cells < 4 {
		return line{own(bad, " "+badWord), own(good, goodWord), own(warn, unclear)}
	}
	most := 1
	for _, n := range append(t.sum(&t.bad, cells), t.sum(&t.good, cells)...) {
		most = max(most, n)
	}
	return line{
		own(faint, " "+from+" "),
		own(bad, badWord+th.graph(t.sum(&t.bad, cells), most)),
		own(good, goodWord+th.graph(t.sum(&t.good, cells), most)),
		own(warn, unclear), own(faint, " "+to),
	}
}

// sum adds bins up to so many cells.
func (t *timeline) sum(bins *[timelineBins]int, cells int) []int {
	out := make([]int, cells)
	for i, n := range bins {
		out[i*cells/timelineBins] += n
	}
	return out
}

// graph draws counts as heights; what is not nothing is seen.
func (t *theme) graph(counts []int, most int) string {
	signs := heights
	if t.ascii {
		signs = asciiHeights
	}
	var b strings.Builder
	for _, n := range counts {
		level := 0
		if n > 0 {
			level = max(1, n*(len(signs)-1)/most)
		}
		b.WriteRune(signs[level])
	}
	return b.String()
}
