package ui

import (
	"strings"

	"github.com/gdamore/tcell/v2"

	"elbscope/internal/wiretext"
)

// Everything on the screen is made of lines, and lines of pieces with one
// style each. Pieces are drawn cell by cell and never pass through tview's
// markup, so that no text can change the screen: "[red]" is five characters.

// piece is a run of text in one style. Its text is safe to draw: own words, or
// bytes from the wire that went through wiretext.
type piece struct {
	text  string
	style style
}

// line is one line of the screen.
type line []piece

// style is the role of a text; theme.go says how it looks.
type style uint8

const (
	plain style = iota
	strong
	bad
	warn
	good
	accent
	faint
	marked // changed, damaged: the eye should fall on it
	chosen // in reverse video, as a selected row is
)

// own makes a piece of our own words.
func own(st style, text string) piece { return piece{text, st} }

// wire makes a piece of bytes from the wire, in at most max cells (0: any).
func (t *theme) wire(st style, text string, max int) piece {
	if t.ascii {
		return piece{wiretext.ASCII(text, max), st}
	}
	return piece{wiretext.Printable(text, max), st}
}

// width returns how many cells the line takes.
func (l line) width() int {
	n := 0
	for _, p := range l {
		n += wiretext.Width(p.text)
	}
	return n
}

// String returns the text without styles.
func (l line) String() string {
	var b strings.Builder
	for _, p := range l {
		b.WriteString(p.text)
	}
	return b.String()
}

// canvas is what lines are drawn on.
type canvas interface {
	SetContent(x, y int, primary rune, combining []rune, style tcell.Style)
}

// draw puts l on row y from column x, in width cells: cut if longer, filled up
// with base if shorter.
func (t *theme) draw(c canvas, x, y, width int, l line, base tcell.Style) {
	end := x + width
	for _, p := range l {
		st := t.over(base, p.style)
		x = t.drawText(c, x, y, end, p.text, st)
		if x >= end {
			return
		}
	}
	for ; x < end; x++ {
		c.SetContent(x, y, ' ', nil, base)
	}
}

// drawText draws text until end and returns the next column. A character of
// several runes is drawn whole or not at all, and one that is two cells wide
// does not hang over the edge.
func (t *theme) drawText(c canvas, x, y, end int, text string, st tcell.Style) int {
	var main rune
	var more []rune
	wide := 0
	flush := func() bool {
		if wide == 0 {
			return true
		}
		if x+wide > end {
			for ; x < end; x++ {
				c.SetContent(x, y, ' ', nil, st)
			}
			return false
		}
		c.SetContent(x, y, main, more, st)
		x += wide
		wide, more = 0, nil
		return true
	}
	for _, r := range text {
		w := wiretext.Width(string(r))
		if w == 0 {
			if wide > 0 {
				more = append(more, r)
			}
			continue
		}
		if !flush() {
			return end
		}
		main, wide = r, w
	}
	flush()
	return x
}
