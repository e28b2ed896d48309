package report

import (
	"bufio"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"elbscope/analyze"
	"elbscope/internal/wiretext"
)

// style is a control byte that stands for a colour while lines are laid out:
// it has no width, cannot come from the wire (wiretext leaves no control
// bytes), and is only turned into SGR, or into nothing, on the way out. So a
// coloured report is the plain one with colours, always.
type style byte

// The styles. They do not nest: plain ends whichever is on.
const (
	plain  style = '\x01'
	bold   style = '\x02'
	red    style = '\x03'
	yellow style = '\x04'
	green  style = '\x05'
	cyan   style = '\x06'
	dim    style = '\x07'
)

// sgr are from the 16 colours of ANSI, which every theme keeps readable.
var sgr = map[style]string{
	plain: "\x1b[0m", bold: "\x1b[1m", red: "\x1b[31m", yellow: "\x1b[33m",
	green: "\x1b[32m", cyan: "\x1b[36m", dim: "\x1b[90m",
}

func (st style) on(s string) string {
	if s == "" {
		return s
	}
	return string(rune(st)) + s + string(rune(plain))
}

// page writes lines. Everything that is printed as text goes through line,
// which is the last to see that nothing acts on a terminal.
type page struct {
	masking
	w *bufio.Writer
	// collect takes the lines in the place of w, if set: see lines.go.
	collect func(Line)
	o       *Options
	width   int
	loc     *time.Location
	err     error
	blank   bool // the last line was empty
	// sources is how many inputs there are: packets are numbered in each.
	sources int
	build   *builder
	// explained are the codes of problems that the answer has told already.
	explained []string
}

// narrowest is the least width that the layout works with.
const narrowest = 40

func newPage(w io.Writer, s *analyze.Snapshot, b *builder, o *Options) *page {
	p := &page{
		masking: o.masking(), w: bufio.NewWriter(w), o: o, width: o.Width,
		loc: o.Location, blank: true, sources: len(s.Sources), build: b,
	}
	if p.width == 0 {
		p.width = 80
	}
	p.width = max(p.width, narrowest)
	if p.loc == nil {
		p.loc = time.Local
	}
	return p
}

// wire makes something from the wire fit to be shown in max cells, 0 for any
// number. Its secrets must be masked already.
func (p *page) wire(s string, max int) string {
	if p.o.ASCII {
		return wiretext.ASCII(s, max)
	}
	return wiretext.Printable(s, max)
}

// cut shortens what is ready to be shown.
func (p *page) cut(s string, max int) string {
	if p.o.ASCII {
		return wiretext.CutASCII(s, max)
	}
	return wiretext.Cut(s, max)
}

// sign returns the first of two signs, or the second in ASCII.
func (p *page) sign(unicode, ascii string) string {
	if p.o.ASCII {
		return ascii
	}
	return unicode
}

// ascii spells what our own texts use beyond ASCII.
var ascii = strings.NewReplacer("…", "...", "—", "-", "–", "-", "→", "->", "←", "<-",
	"“", `"`, "”", `"`, "‘", "'", "’", "'", "×", "x", "≥", ">=", "≤", "<=", "•", "-", "·", "-")

// own makes a text of ours fit to be shown; something from the wire may be in
// it, escaped or not. Its line breaks are taken for spaces.
func (p *page) own(s string) string {
	s = strings.NewReplacer("\r\n", " ", "\n", " ", "\t", " ").Replace(s)
	if p.o.ASCII {
		s = ascii.Replace(s)
	}
	return p.wire(s, 0)
}

// empty writes an empty line, but never two together.
func (p *page) empty() {
	if p.blank {
		return
	}
	p.blank = true
	if p.collect != nil {
		p.collect(nil)
		return
	}
	p.put("\n")
}

// line writes one line and cuts it where the layout failed to make it fit.
func (p *page) line(s string) {
	if wiretext.Width(s) > p.width {
		s = p.cut(s, p.width)
	}
	p.whole(s)
}

// whole writes one line of any width: something to be copied.
func (p *page) whole(s string) {
	s = strings.TrimRight(s, " ")
	if p.collect != nil {
		p.collect(p.spans(s))
		p.blank = s == ""
		return
	}
	var b strings.Builder
	on := plain
	for _, r := range s {
		switch {
		case r < utf8.RuneSelf && sgr[style(r)] != "":
			if st := style(r); p.o.Color && st != on {
				b.WriteString(sgr[st])
				on = st
			}
		case wiretext.Safe(r) && (!p.o.ASCII || r < utf8.RuneSelf):
			b.WriteRune(r)
		default:
			b.WriteString(p.wire(string(r), 0))
		}
	}
	if on != plain {
		b.WriteString(sgr[plain])
	}
	b.WriteByte('\n')
	p.put(b.String())
	p.blank = s == ""
}

func (p *page) put(s string) {
	if p.err == nil {
		_, p.err = p.w.WriteString(s)
	}
}

// text writes s as a paragraph: first before its first line, rest before the
// others. Both must be as wide as they look.
func (p *page) text(first, rest, s string) {
	p.styled(plain, first, rest, s)
}

// styled is text with a style on each line.
func (p *page) styled(st style, first, rest, s string) {
	for i, l := range p.wrap(s, p.width-wiretext.Width(first), p.width-wiretext.Width(rest)) {
		lead := rest
		if i == 0 {
			lead = first
		}
		if st != plain {
			l = st.on(l)
		}
		p.line(lead + l)
	}
}

// wrap breaks s at spaces into lines of the given widths, and a word that is
// wider than a line where the line ends.
func (p *page) wrap(s string, first, rest int) []string {
	var lines []string
	var b strings.Builder
	used, room := 0, max(first, 8)
	flush := func() {
		lines = append(lines, b.String())
		b.Reset()
		used, room = 0, max(rest, 8)
	}
	for word := range strings.FieldsSeq(s) {
		w := wiretext.Width(word)
		if used > 0 && used+1+w > room {
			flush()
		}
		if used > 0 {
			b.WriteByte(' ')
			used++
		}
		for w > room-used {
			head := prefix(word, room-used)
			b.WriteString(head)
			word = word[len(head):]
			w = wiretext.Width(word)
			flush()
		}
		b.WriteString(word)
		used += w
	}
	if used > 0 || len(lines) == 0 {
		lines = append(lines, b.String())
	}
	return lines
}

// prefix returns the longest beginning of s that is at most n cells wide, and
// at least one character.
func prefix(s string, n int) string {
	w := 0
	for i, r := range s {
		w += wiretext.Width(string(r))
		if w > n && i > 0 {
			return s[:i]
		}
	}
	return s
}
