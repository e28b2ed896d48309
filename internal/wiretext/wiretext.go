// Package wiretext is the one way by which bytes from the wire reach a
// terminal. A header value can hold terminal commands, text that runs from
// right to left, characters that nobody can see, and passwords; what leaves
// this package is one line that shows what was there and does nothing.
//
// Printable makes text harmless, Redact and its siblings take out secrets.
// Redact first: a name that was escaped is no longer recognized.
//
// Non-goals: it knows no markup. What is printable may still mean something
// to a widget that reads "[red]" as a colour; that is for the widget's owner.
package wiretext

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// The signs that something was left out.
const (
	ellipsis      = "…"
	ellipsisASCII = "..."
)

// maxMarks is how many combining marks one character may carry. Living
// scripts need at most three; more of them climb over the lines above.
const maxMarks = 3

// Printable returns s on one line with everything visible that would act on a
// terminal or hide from the eye, as \n, \x1b or \u202e. A result wider than
// max display cells is cut and ends in an ellipsis; 0 sets no limit. Printing
// what is printable already changes nothing.
func Printable(s string, max int) string {
	return show(s, max, ellipsis, Safe)
}

// ASCII is Printable for terminals without UTF-8: every character beyond
// ASCII is escaped, and the ellipsis is three dots.
func ASCII(s string, max int) string {
	return show(s, max, ellipsisASCII, func(r rune) bool { return r >= ' ' && r <= '~' })
}

// show escapes what is not safe and stops as soon as max is exceeded: it may
// be given a whole head of which twenty cells are wanted.
func show(s string, max int, dots string, safe func(rune) bool) string {
	if max < 0 {
		return ""
	}
	if fits(s, max) {
		return s
	}
	var b strings.Builder
	width, marks := 0, maxMarks
	for i := 0; i < len(s) && (max == 0 || width <= max); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			width += escapeByte(&b, s[i])
			marks = maxMarks
		case unicode.Is(unicode.M, r) && safe(r) && marks < maxMarks:
			b.WriteRune(r)
			width += runeWidth(r)
			marks++
		case unicode.Is(unicode.M, r) || !safe(r):
			width += escapeRune(&b, r)
			marks = maxMarks
		default:
			b.WriteRune(r)
			width += runeWidth(r)
			marks = 0
		}
		i += n
	}
	if max == 0 || width <= max {
		return b.String()
	}
	return cut(b.String(), max, dots)
}

// fits is the fast path: plain ASCII that is short enough.
func fits(s string, max int) bool {
	if max > 0 && len(s) > max {
		return false
	}
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// Safe reports whether a terminal shows r as one visible sign and does
// nothing else. unicode.IsPrint leaves out controls, format characters
// (bidirectional, zero-width, tags), separators, private use, surrogates and
// what is unassigned; invisible says what it lets pass.
func Safe(r rune) bool {
	if r < utf8.RuneSelf {
		return r >= ' ' && r <= '~'
	}
	return unicode.IsPrint(r) && !unicode.Is(invisible, r)
}

// invisible are printing characters by category that show nothing, or that
// change how wide others are: Default_Ignorable_Code_Point and the variation
// selectors, the Hangul fillers, the empty Braille pattern.
var invisible = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x034f, Hi: 0x034f, Stride: 1},
		{Lo: 0x115f, Hi: 0x1160, Stride: 1},
		{Lo: 0x17b4, Hi: 0x17b5, Stride: 1},
		{Lo: 0x180b, Hi: 0x180f, Stride: 1},
		{Lo: 0x2800, Hi: 0x2800, Stride: 1},
		{Lo: 0x3164, Hi: 0x3164, Stride: 1},
		{Lo: 0xfe00, Hi: 0xfe0f, Stride: 1},
		{Lo: 0xffa0, Hi: 0xffa0, Stride: 1},
		{Lo: 0xfff9, Hi: 0xfffd, Stride: 1},
	},
	R32: []unicode.Range32{
		{Lo: 0xe0000, Hi: 0xe0fff, Stride: 1},
	},
}

func escapeByte(b *strings.Builder, c byte) int {
	const hex = "0123456789abcdef"
	b.WriteString(`\x`)
	b.WriteByte(hex[c>>4])
	b.WriteByte(hex[c&15])
	return 4
}

func escapeRune(b *strings.Builder, r rune) int {
	var short string
	switch r {
	case '\n':
		short = `\n`
	case '\r':
		short = `\r`
	case '\t':
		short = `\t`
	}
	switch {
	case short != "":
	case r < utf8.RuneSelf:
		return escapeByte(b, byte(r))
	case r <= 0xffff:
		short = `\u` + pad0(strconv.FormatInt(int64(r), 16), 4)
	default:
		short = `\U` + pad0(strconv.FormatInt(int64(r), 16), 8)
	}
	b.WriteString(short)
	return len(short)
}

func pad0(s string, n int) string {
	return strings.Repeat("0", n-len(s)) + s
}

// Width returns how many cells of a terminal s takes: two for East Asian wide
// characters and emoji, none for combining marks and for what Printable would
// not let through. It adds up: the width of two strings is that of both
// together, which the width of grapheme clusters is not.
func Width(s string) int {
	w := 0
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			if c >= ' ' && c <= '~' {
				w++
			}
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 {
			w++ // a terminal shows a replacement character
		} else {
			w += runeWidth(r)
		}
		i += n
	}
	return w
}

func runeWidth(r rune) int {
	if r < utf8.RuneSelf {
		if r >= ' ' && r <= '~' {
			return 1
		}
		return 0
	}
	if unicode.In(r, unicode.Mn, unicode.Me) || !Safe(r) {
		return 0
	}
	return max(1, uniseg.StringWidth(string(r)))
}

// Cut returns s if it is at most max cells wide, else its beginning with an
// ellipsis, together at most max cells; nothing where max is not positive.
func Cut(s string, max int) string { return cutTo(s, max, ellipsis) }

// CutASCII is Cut with three dots.
func CutASCII(s string, max int) string { return cutTo(s, max, ellipsisASCII) }

func cutTo(s string, max int, dots string) string {
	switch {
	case max <= 0:
		return ""
	case len(s) <= max || Width(s) <= max:
		return s
	}
	return cut(s, max, dots)
}

// cut shortens s, which is too wide. Where the dots alone would fill max they
// are cut themselves: something must say that there was more.
func cut(s string, max int, dots string) string {
	room := max - Width(dots)
	if room < 0 {
		return dots[:max]
	}
	w := 0
	for i, r := range s {
		n := runeWidth(r)
		if w+n > room {
			return s[:i] + dots
		}
		w += n
	}
	return s + dots
}

// Pad returns s followed by as many spaces as it takes to fill width cells.
func Pad(s string, width int) string {
	if n := width - Width(s); n > 0 {
		return s + strings.Repeat(" ", n)
	}
	return s
}
