package main

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// look is how a piece of a row looks. The pictures are of our own sample, in
// which every character is one cell wide.
type look struct {
	color                    int // of the 16, -1 for the terminal's own
	bold, underline, reverse bool
}

// piece is text in one look.
type piece struct {
	text string
	look look
}

// parseScreen takes the rows of `tmux capture-pane -e` apart.
func parseScreen(screen string) [][]piece {
	var rows [][]piece
	now := look{color: -1}
	for l := range strings.SplitSeq(strings.TrimSuffix(screen, "\n"), "\n") {
		var row []piece
		for l != "" {
			text, rest, escape := strings.Cut(l, "\x1b[")
			if text != "" {
				row = append(row, piece{text, now})
			}
			if l = rest; !escape {
				break
			}
			codes, rest, _ := strings.Cut(l, "m")
			now.apply(codes)
			l = rest
		}
		rows = append(rows, row)
	}
	return rows
}

// apply follows Select Graphic Rendition (ECMA-48 section 8.3.117).
func (k *look) apply(codes string) {
	for code := range strings.SplitSeq(codes, ";") {
		n, _ := strconv.Atoi(code) // nothing stands for 0
		switch {
		case n == 0:
			*k = look{color: -1}
		case n == 1:
			k.bold = true
		case n == 4:
			k.underline = true
		case n == 7:
			k.reverse = true
		case n >= 30 && n <= 37:
			k.color = n - 30
		case n == 39:
			k.color = -1
		case n >= 90 && n <= 97:
			k.color = n - 90 + 8
		}
	}
}

// The measures of a cell, and the colours of a dark terminal.
const (
	cellWidth, cellHeight = 8.0, 17.0
	paper, ink            = "#1c1f26", "#d8dce4"
)

var palette = [16]string{
	"#1c1f26", "#ff7a6b", "#8fd18f", "#e3b341", "#6cb2ff", "#d39bff", "#4fc6c0", "#d8dce4",
	"#8a919e", "#ff9a8d", "#a9e3a9", "#f2cc60", "#91c7ff", "#e2bbff", "#7fdcd7", "#ffffff",
}

// svg draws rows of pieces. Every piece has its own place and length, so that
// the columns stand straight in any font.
func svg(rows [][]piece, width, height int) []byte {
	var b bytes.Buffer
	w, h := float64(width)*cellWidth+16, float64(height)*cellHeight+16
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %g %g" width="%g" height="%g">`+"\n", w, h, w, h)
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" rx="6" fill="%s"/>`+"\n", paper)
	b.WriteString(`<g font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="13" xml:space="preserve">` + "\n")
	for y, row := range rows {
		x := 0
		for _, p := range row {
			n := utf8.RuneCountInString(p.text)
			p.draw(&b, 8+float64(x)*cellWidth, 8+float64(y)*cellHeight, float64(n)*cellWidth)
			x += n
		}
	}
	b.WriteString("</g>\n</svg>\n")
	return b.Bytes()
}

func (p *piece) draw(b *bytes.Buffer, x, y, length float64) {
	front := ink
	if p.look.color >= 0 {
		front = palette[p.look.color]
	}
	if p.look.reverse {
		fmt.Fprintf(b, `<rect x="%g" y="%g" width="%g" height="%g" fill="%s"/>`, x, y, length, cellHeight, front)
		front = paper
	}
	style := ""
	if p.look.bold {
		style += ` font-weight="bold"`
	}
	// Not every viewer keeps blanks, so that what stands between wide ones has
	// its own place.
	at := 0
	for part := range strings.SplitAfterSeq(p.text, "  ") {
		n := utf8.RuneCountInString(part)
		word := strings.Trim(part, " ")
		if word != "" {
			lead := utf8.RuneCountInString(part) - utf8.RuneCountInString(strings.TrimLeft(part, " "))
			fmt.Fprintf(b, `<text x="%g" y="%g" textLength="%g" lengthAdjust="spacingAndGlyphs" fill="%s"%s>`,
				x+float64(at+lead)*cellWidth, y+13, float64(utf8.RuneCountInString(word))*cellWidth, front, style)
			_ = xml.EscapeText(b, []byte(word))
			b.WriteString("</text>")
		}
		at += n
	}
	if p.look.underline {
		fmt.Fprintf(b, `<path d="M%g %gh%g" stroke="%s"/>`, x, y+cellHeight-1.5, length, front)
	}
	b.WriteByte('\n')
}
