package ui

import (
	"fmt"
	"strings"

	"elbscope/internal/wiretext"
)

// mostRaw bounds the lines of one message on the screen.
const mostRaw = 20000

// raw shows bytes line by line with their line ends; a line longer than the
// screen goes on below.
func (a *App) raw(text string, width int) []line {
	if !a.o.Report.NoRedact {
		text = maskRaw(text)
	}
	width = max(width-4, 10)
	var out []line
	for text != "" {
		if len(out) >= mostRaw {
			return append(out, line{own(warn, fmt.Sprintf("  and %d more bytes", len(text)))})
		}
		n := strings.IndexByte(text, '\n') + 1
		if n == 0 {
			n = len(text)
		}
		for _, part := range fold(a.theme.wire(plain, text[:n], 0).text, width) {
			out = append(out, line{own(plain, "  "+part)})
		}
		text = text[n:]
	}
	return out
}

// fold cuts text into pieces of at most width cells, between characters. The
// text is safe to draw.
func fold(text string, width int) []string {
	if len(text) <= width {
		return []string{text}
	}
	var out []string
	start, cells := 0, 0
	for i, r := range text {
		w := wiretext.Width(string(r))
		if w > 0 && cells+w > width {
			out = append(out, text[start:i])
			start, cells = i, 0
		}
		cells += w
	}
	return append(out, text[start:])
}

// wrap breaks our own words at blanks into lines of at most width cells.
func wrap(text string, width int) []string {
	var out []string
	now := ""
	for _, word := range strings.Fields(text) {
		switch {
		case now == "":
			now = word
		case wiretext.Width(now)+1+wiretext.Width(word) <= width:
			now += " " + word
		default:
			out = append(out, now)
			now = word
		}
	}
	return append(out, now)
}

// maskRaw masks the secrets in a message, line by line. A line that goes on
// with the field of the one before it, as the old folded headers do, holds the
// rest of the same secret.
func maskRaw(text string) string {
	var out strings.Builder
	name := ""
	for text != "" {
		l, rest, more := strings.Cut(text, "\n")
		text = rest
		end := ""
		if strings.HasSuffix(l, "\r") {
			l, end = l[:len(l)-1], "\r"
		}
		body := strings.TrimLeft(l, " \t")
		if name != "" && body != "" && len(body) < len(l) {
			masked := wiretext.RedactHeadLine(name + ": " + body)
			out.WriteString(l[:len(l)-len(body)] + strings.TrimPrefix(masked, name+": "))
		} else {
			out.WriteString(wiretext.RedactHeadLine(l))
			name, _, _ = strings.Cut(l, ":")
		}
		out.WriteString(end)
		if more {
			out.WriteByte('\n')
		}
	}
	return out.String()
}
