package ui

import (
	"os"

	"github.com/gdamore/tcell/v2"
)

// theme says how the styles look. Colours are from the 16 of the terminal,
// which its owner has made readable, and never say anything that words or
// symbols do not; the selection is reverse video.
type theme struct {
	ascii bool
	mono  bool
}

// newTheme follows https://no-color.org and TERM=dumb.
func newTheme(ascii, mono bool) *theme {
	return &theme{ascii: ascii, mono: mono || os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb"}
}

// colors are blue and orange-like where something is good or bad, so that they
// differ for the colour-blind as well.
var colors = map[style]tcell.Color{
	bad: tcell.ColorMaroon, warn: tcell.ColorOlive, good: tcell.ColorTeal,
	accent: tcell.ColorTeal, marked: tcell.ColorMaroon, faint: tcell.ColorGray,
}

// over lays a style over what is beneath.
func (t *theme) over(base tcell.Style, st style) tcell.Style {
	switch st {
	case strong:
		return base.Bold(true)
	case chosen:
		return base.Reverse(true)
	case marked, bad:
		base = base.Bold(true)
	case plain, warn, good, accent, faint:
	}
	if c, ok := colors[st]; ok && !t.mono {
		base = base.Foreground(c)
	}
	return base
}

// sign returns a symbol, or its stand-in where only ASCII can be shown.
func (t *theme) sign(unicode, ascii string) string {
	if t.ascii {
		return ascii
	}
	return unicode
}
