package ui

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"

	"elbscope/capture/flow"
)

// frame is what stands around every screen: the title with how far the reading
// is, the line of counters, and the keys.
type frame struct {
	*tview.Box
	a    *App
	note string
	// prompt takes the keys while something is being typed.
	prompt *prompt
	find   string
	// small is set while there is no room for a screen.
	small bool
}

func newFrame(a *App) *frame { return &frame{Box: tview.NewBox(), a: a} }

// The least that the screen can work with.
const (
	leastWidth  = 60
	leastHeight = 15
)

// PasteHandler implements tview.Primitive: what is pasted is typed where
// something is being typed, in one line. Elsewhere its letters would be keys.
func (f *frame) PasteHandler() func(string, func(tview.Primitive)) {
	return func(text string, _ func(tview.Primitive)) {
		f.note = ""
		if f.prompt == nil {
			f.say("pasted text does nothing here; f filters, / finds")
			return
		}
		f.prompt.add([]rune(strings.Join(strings.Fields(text), " "))...)
	}
}

// say shows a sentence in the footer until the next key.
func (f *frame) say(note string) { f.note = note }

// Draw implements tview.Primitive.
func (f *frame) Draw(screen tcell.Screen) {
	f.DrawForSubclass(screen, f)
	x, y, width, height := f.GetInnerRect()
	t := f.a.theme
	if f.small = width < leastWidth || height < leastHeight; f.small {
		for i, l := range f.tooSmall(width) { // what is below the terminal is not drawn
			t.draw(screen, x, y+i, width, l, tcell.StyleDefault)
		}
		return
	}
	t.draw(screen, x, y, width, f.head(width), tcell.StyleDefault.Reverse(true))
	f.a.top().draw(screen, x, y+1, width, height-3)
	t.draw(screen, x, y+height-2, width, f.counters(width), tcell.StyleDefault)
	foot := f.foot(width)
	for i, l := range foot {
		t.draw(screen, x, y+height-len(foot)+i, width, l, tcell.StyleDefault)
	}
}

// tooSmall is what stands where there is no room for a screen: how much is
// needed and how to leave, or the question that waits for an answer.
func (f *frame) tooSmall(width int) (out []line) {
	say := []string{fmt.Sprintf("elbscope needs %dx%d", leastWidth, leastHeight)}
	if p := f.prompt; p != nil {
		say = append(say, fold(f.a.theme.wire(plain, p.label+": "+string(p.text)+"_", 0).text, width)...)
	} else {
		say = append(say, wrap("Q leaves; --no-tui prints the report", width)...)
	}
	for _, s := range say {
		out = append(out, line{own(plain, s)})
	}
	return out
}

// head says what is being read and how far it is. Where there is little room,
// our own name gives way first, then the capture filter, which has not changed
// since the start, then the name of what is read; the filter of the list stays.
func (f *frame) head(width int) line {
	a := f.a
	right := own(plain, a.progressWords(a.state)+" ")
	room := width - line{right}.width() - 1
	left := f.what(max(width/3, 10))
	var only line
	if words := a.o.Report.CaptureFilter.Words; words != "" {
		only = line{own(plain, "  only packets: "), a.theme.wire(strong, words, 30)}
	}
	if left.width()+only.width() > room {
		left = append(line{own(plain, " ")}, left[1:]...)
	}
	if over := left.width() - room; over > 0 {
		left = append(left[:1:1], f.what(max(line{left[1]}.width()-over, 10))[1:]...)
	}
	if rest := room - left.width(); rest > len("  only") {
		left = append(left, a.theme.shorten(only, rest)...)
	}
	left = a.theme.shorten(left, max(room, 10))
	return append(left, own(plain, strings.Repeat(" ", max(room-left.width(), 0)+1)), right)
}

// what says what is read and shown, the former in at most so many cells.
func (f *frame) what(name int) line {
	a := f.a
	out := line{own(strong, " elbscope "), a.theme.wire(plain, a.o.Name, name), own(plain, "  "+a.top().title())}
	if a.secrets {
		out = append(out, own(bad, "  SECRETS SHOWN"))
	}
	if a.top() != screen(a.home) { // the filter of handshakes applies to nothing else
		return out
	}
	only := a.filter().String()
	if f.prompt != nil && f.prompt.steady != nil { // the footer shows what is typed
		only = *f.prompt.steady
	}
	if strings.TrimSpace(only) != "" {
		out = append(out, own(plain, "  filter: "), a.theme.wire(strong, only, 30))
	}
	return out
}

// progressWords says how far the reading is.
func (a *App) progressWords(s *State) string {
	if s.Live {
		return liveWords(s)
	}
	if !s.Reading {
		switch {
		case s.Stopped:
			return "stopped before the end"
		case s.Err != nil:
			return "incomplete, t says why"
		}
		return "read to the end"
	}
	if s.Replay != nil {
		return a.replayWords(s)
	}
	if s.Size <= 0 {
		return "reading; s stops"
	}
	done := float64(s.Done) / float64(s.Size)
	words := fmt.Sprintf("reading %.0f %% of %s", 100*done, size(s.Size))
	if done > 0.02 && s.Elapsed > time.Second {
		left := time.Duration(float64(s.Elapsed) * (1 - done) / done)
		words += ", " + left.Round(time.Second).String() + " left"
	}
	return words + "; s stops"
}

// size is a number of bytes in three digits or fewer.
func size(n int64) string {
	f := float64(n)
	for _, unit := range []string{"B", "kB", "MB"} {
		if f < 999.5 {
			return fmt.Sprintf("%.0f %s", f, unit)
		}
		f /= 1000
	}
	return fmt.Sprintf("%.1f GB", f)
}

// replayWords says where a replay is and at what speed; P [ ] are its keys.
func (a *App) replayWords(s *State) string {
	words := "replay " + s.Replay.Speed
	if s.Replay.Paused {
		words = "PAUSED at " + s.Replay.Speed
	}
	if whole := s.Replay.Last - s.Replay.First; whole > 0 {
		at := min(max(s.Replay.At-s.Replay.First, 0), whole)
		words += fmt.Sprintf(", %.0f %% of the time", 100*float64(at)/float64(whole))
	} else if s.Size > 0 {
		words += fmt.Sprintf(", %.0f %% of the file", 100*float64(s.Done)/float64(s.Size))
	}
	if s.Replay.At != 0 {
		words += ", " + a.clock(s.Replay.At.Std())[:8]
	}
	return words
}

// liveWords says how long packets have been captured.
func liveWords(s *State) string {
	switch {
	case s.Reading && s.Snap.HasProblem(flow.ProblemUnsaved):
		return "live; SAVING STOPPED, t says why"
	case s.Reading:
		return "live, " + s.Elapsed.Truncate(time.Second).String() + "; s stops"
	case s.Err != nil:
		return "live; something failed: t"
	}
	return "capturing has ended"
}

// counters is the line that is always there. On a narrow screen those that
// are zero go first, then those that matter less.
func (f *frame) counters(width int) line {
	t := &f.a.state.Snap.Totals
	all := []struct {
		n    uint64
		word string
		st   style
		// rank is 0 for what stays longest.
		rank int
	}{
		{t.Packets, "packets", plain, 2},
		{t.Connections, "conns", plain, 4},
		{t.Requests, "requests", plain, 3},
		{t.Handshakes, "handshakes", strong, 0},
		{uint64(f.a.home.now.findings), "findings", bad, 1},
		{t.Gaps, "gaps", warn, 5},
		{t.Ledger.Duplicate, "duplicates", plain, 9},
		{t.Ledger.Damaged + t.Ledger.NotIP, "not decoded", warn, 6},
		{t.KernelDropped, "dropped", warn, 7},
		{t.Evicted + t.Forgotten, "evicted", warn, 8},
	}
	texts := make([]string, len(all))
	shown := make([]bool, len(all))
	for rank := range 2 * len(all) {
		for i, c := range all {
			if c.n == 0 {
				c.rank += len(all)
			}
			if c.rank != rank {
				continue
			}
			if c.n == 1 {
				c.word = strings.TrimSuffix(c.word, "s")
			}
			texts[i] = fmt.Sprintf(" %d %s ", c.n, c.word)
			if len(texts[i]) <= width {
				shown[i] = true
				width -= len(texts[i])
			}
		}
	}
	var out line
	for i, c := range all {
		if c.n == 0 {
			c.st = faint
		}
		if shown[i] {
			out = append(out, own(c.st, texts[i]))
		}
	}
	return out
}

// foot shows what is being typed, a note, or the keys of this screen.
func (f *frame) foot(width int) []line {
	if f.prompt != nil {
		return f.prompt.lines(f.a.theme, width)
	}
	note := f.note
	if note == "" && f.a.cancel != nil {
		note = "writing " + f.a.writing
		if done := f.a.percent.Load(); done >= 0 {
			note += fmt.Sprintf(", %d %%", done)
		}
		note += "; Ctrl-C stops"
	}
	if note != "" {
		return f.a.theme.noted(strong, note, width)
	}
	return []line{f.keys(width)}
}

// mostNoted is how many lines a note takes at most.
const mostNoted = 5

// noted is a note in as many lines as it takes, above which the rest of the
// screen stays: what it warns of may stand at its end.
func (t *theme) noted(st style, note string, width int) (out []line) {
	for _, part := range wrap(t.wire(st, note, 0).text, width-2) {
		for _, l := range fold(part, width-2) { // a long path
			out = append(out, line{own(st, " "+l)})
		}
	}
	return out[:min(len(out), mostNoted)]
}

// keys are those of this screen, as many as fit; the way back (out, where
// there is none) and the help always do.
func (f *frame) keys(width int) line {
	last := []string{"back", "help"}
	if len(f.a.stack) == 1 {
		last[0] = "quit"
	}
	var out, end line
	all := slices.Concat(f.a.replaying(), f.a.top().bindings(), f.a.everywhere())
	text := func(b binding) line { return line{own(strong, " "+b.keys[0]), own(plain, " "+b.brief+" ")} }
	for _, b := range all {
		if slices.Contains(last, b.brief) {
			end = append(end, text(b)...)
		}
	}
	for _, b := range all {
		if b.brief == "" || slices.Contains(last, b.brief) || b.brief == "back" {
			continue
		}
		if next := text(b); out.width()+next.width()+end.width() <= width {
			out = append(out, next...)
		}
	}
	return append(out, end...)
}
