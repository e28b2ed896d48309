package ui

import (
	"encoding/base64"
	"fmt"
	"os"
	"strings"

	"github.com/gdamore/tcell/v2"

	"elbscope/analyze"
	"elbscope/ui/report"
)

// copier is a screen with something to copy.
type copier interface {
	// copyText returns what it is and its text.
	copyText() (what, text string)
}

// maxCopy bounds what is copied. Terminals drop longer sequences without a
// word; the known limits are around 100 KB of base64.
const maxCopy = 64 << 10

// copy puts what the screen shows into the clipboard of the terminal, masked
// as the report masks, whatever the screen shows.
func (a *App) copy() {
	c, ok := a.top().(copier)
	if !ok {
		a.frame.say("nothing to copy here")
		return
	}
	var what, text string
	a.asReported(func() { what, text = c.copyText() })
	if text == "" {
		a.frame.say("nothing to copy")
		return
	}
	cut := ""
	if len(text) > maxCopy {
		text, cut = strings.ToValidUTF8(text[:maxCopy], ""), ", the first 64 KB of it"
	}
	if !a.toClipboard(text) {
		a.frame.say("this terminal takes no clipboard text (TERM=" + os.Getenv("TERM") + "); select with Shift and the mouse")
		return
	}
	note := fmt.Sprintf("copied %s (%d bytes%s) to the terminal's clipboard", what, len(text), cut)
	if os.Getenv("TMUX") != "" {
		note += "; tmux needs: set -g set-clipboard on"
	}
	a.frame.say(note)
}

// toClipboard sends OSC 52, which the terminal at the user's end of an ssh
// obeys. tcell does so where the terminfo entry looks like xterm's. That of
// "screen" does not, which is also what tmux may call itself.
func (a *App) toClipboard(text string) bool {
	drawn := a.term.Load()
	if drawn == nil {
		return false
	}
	term, name := *drawn, os.Getenv("TERM")
	tty, real := term.Tty()
	switch {
	case !real: // a simulated terminal, or Windows
		term.SetClipboard([]byte(text))
		return true
	case name == "" || name == "dumb" || name == "linux" || strings.HasPrefix(name, "vt"):
		return false // they would show it, or parts of it
	case !strings.HasPrefix(name, "screen"):
		term.SetClipboard([]byte(text))
		return true
	}
	_, err := tty.Write([]byte(osc52(text, os.Getenv("TMUX") == "")))
	return err == nil
}

// osc52 is the sequence that sets the clipboard; wrapped for GNU screen, which
// passes on what stands in device control strings, of at most 768 bytes.
func osc52(text string, wrapped bool) string {
	seq := "\x1b]52;c;" + base64.StdEncoding.EncodeToString([]byte(text)) + "\a"
	if !wrapped {
		return seq
	}
	var out strings.Builder
	const piece = 512
	for len(seq) > 0 {
		n := min(piece, len(seq))
		out.WriteString("\x1bP" + seq[:n] + "\x1b\\")
		seq = seq[n:]
	}
	return out.String()
}

// plainText is lines as text, without blanks at their ends.
func plainText(lines []line) string {
	var b strings.Builder
	for _, l := range lines {
		b.WriteString(strings.TrimRight(l.String(), " "))
		b.WriteByte('\n')
	}
	return b.String()
}

// rowText is the selected one of rows with the titles of its columns.
func (l *list) rowText(from rows) string {
	if from.Len() == 0 {
		return ""
	}
	var b strings.Builder
	for c, cell := range from.Cells(l.selected) {
		if text := strings.TrimSpace(cell.String()); text != "" {
			fmt.Fprintf(&b, "%s: %s\n", l.columns[c].title, text)
		}
	}
	return b.String()
}

func (h *home) copyText() (what, text string) {
	if len(h.now.rows) == 0 {
		return "why there is none", plainText(h.whyEmpty(80))
	}
	return "the row", h.list.rowText(&homeRows{h, h.now, h.a.o.Report.NoRedact})
}

func (e *exchanges) copyText() (what, text string) {
	if e.now == nil {
		return "the row", ""
	}
	rows := *e.now
	rows.bare = e.a.o.Report.NoRedact
	return "the row", e.list.rowText(&rows)
}

func (s *story) copyText() (what, text string) {
	words := s.a.wordsOn(s.h)
	out := s.a.lines(words.Summary(s.h, 100))
	return "the summary", "Handshake " + s.a.target(s.h.Target) + "\n" + plainText(append(append(out, nil), s.a.lines(words.Ladder(s.h, 100))...))
}

func (s *sheet) copyText() (what, text string) {
	return s.name, plainText(s.pane.content(max(s.pane.width, 80)))
}

func (t *traffic) copyText() (what, text string) { return t.sheet.copyText() }

// wordsOn makes the words on one handshake alone, by the present masking.
func (a *App) wordsOn(h *analyze.Handshake) *report.Lines {
	one := *a.state.Snap
	one.Handshakes = []*analyze.Handshake{h}
	o := a.o.Report
	o.Extent = a.state.extent()
	return report.NewLines(&one, o)
}

// keepTerminal remembers the terminal that is drawn on, for the clipboard and
// for Abandon.
func (a *App) keepTerminal(s tcell.Screen) { a.term.Store(&s) }
