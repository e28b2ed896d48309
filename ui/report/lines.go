package report

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"elbscope/analyze"
	"elbscope/internal/wiretext"
)

// The screen shows the same words as the report: it asks for them as lines
// whose styles are still styles, and draws them itself.

// Line is one line of text in pieces of one style each, safe to draw.
type Line []Span

// Span is a piece of a Line.
type Span struct {
	Text  string
	Style Style
}

// Style is the role of a text.
type Style uint8

// The styles of lines.
const (
	Plain Style = iota
	Bold
	Red
	Yellow
	Green
	Cyan
	Dim
)

var exported = map[style]Style{plain: Plain, bold: Bold, red: Red, yellow: Yellow, green: Green, cyan: Cyan, dim: Dim}

// spans takes the style bytes of a laid out line apart.
func (p *page) spans(s string) Line {
	var out Line
	var b strings.Builder
	on := Plain
	flush := func() {
		if b.Len() > 0 {
			out = append(out, Span{b.String(), on})
			b.Reset()
		}
	}
	for _, r := range s {
		switch {
		case r < utf8.RuneSelf && sgr[style(r)] != "":
			flush()
			on = exported[style(r)]
		case wiretext.Safe(r) && (!p.o.ASCII || r < utf8.RuneSelf):
			b.WriteRune(r)
		default:
			b.WriteString(p.wire(string(r), 0))
		}
	}
	flush()
	return out
}

// Lines makes the lines of parts of the report.
type Lines struct {
	snap   *analyze.Snapshot
	groups []*analyze.Group
	o      Options
}

// NewLines returns the parts of a report on s.
func NewLines(s *analyze.Snapshot, o Options) *Lines {
	if o.Location == nil {
		o.Location = time.Local
	}
	return &Lines{s, analyze.Fold(s.Handshakes), o}
}

// lay runs a part of the layout at a width and collects its lines.
func (l *Lines) lay(width int, part func(*page)) []Line {
	o := l.o
	o.Width = width
	var out []Line
	p := newPage(nil, l.snap, newBuilder(l.snap, l.groups, &o), &o)
	p.collect = func(line Line) { out = append(out, line) }
	part(p)
	return out
}

// Ladder draws the way of a handshake: in columns where there is room for
// them, then leg by leg in words, then who took part.
func (l *Lines) Ladder(h *analyze.Handshake, width int) []Line {
	return l.lay(width, func(p *page) {
		if p.columns(h) {
			p.empty()
		}
		p.ladder(h)
		p.empty()
		p.who(h)
	})
}

// Summary says in a few lines what is wrong with a handshake and what to do:
// each cause with its first remedy.
func (l *Lines) Summary(h *analyze.Handshake, width int) []Line {
	return l.lay(width, func(p *page) {
		if len(h.Findings) == 0 {
			p.nothingWrong(h)
			return
		}
		stories := storiesOf(l.groups)
		causes := causesOf(h)
		for i, f := range causes {
			word, look := severityLook(f.Severity)
			if len(causes) > 1 {
				word = fmt.Sprintf("%d. %s", i+1, word)
			}
			p.styled(look, "", "   ", word+" "+p.own(p.masking.text(f.Title())))
			p.text("   ", "   ", p.own(string(f.Certainty)+": "+sure(f)))
			p.remedyLine("   ", []*analyze.Finding{f}, stories)
		}
		if len(causes) > 1 {
			p.text("", "", allMustChange(causes))
		}
	})
}

// Remedies says what to change for each cause of what is wrong, in full, ready
// to be copied: configuration is not wrapped.
func (l *Lines) Remedies(h *analyze.Handshake, width int) []Line {
	return l.lay(width, func(p *page) {
		if len(h.Findings) == 0 {
			p.nothingWrong(h)
			return
		}
		causes := causesOf(h)
		t := newTold(nil)
		for i, f := range causes {
			word := ""
			if len(causes) > 1 {
				word = fmt.Sprintf("%d. ", i+1)
			}
			p.styled(bold, "", "   ", word+p.own(p.masking.text(f.Title())))
			p.firstRemedy(f)
			p.empty()
		}
		if len(causes) > 1 {
			p.text("", "", allMustChange(causes))
			p.empty()
		}
		for _, f := range causes {
			p.styled(bold, "", "   ", "All ways for: "+p.own(p.masking.text(f.Title())))
			p.remedies(p.build.id(f), p.o.explain(f), t)
			p.empty()
		}
	})
}

// firstRemedy says in full what fits a finding best.
func (p *page) firstRemedy(f *analyze.Finding) {
	c := best(choicesOf(f, p.o.explain(f).Remedies))
	if c == nil {
		p.text("  ", "  ", "Several things may help; they follow below.")
		return
	}
	r := c.Remedy
	if c.guess && !strings.HasPrefix(r.Title, "If ") {
		r.Title = advice(c)
	}
	p.empty()
	p.remedy("", r)
}

// Findings tells everything about what is wrong with a handshake.
func (l *Lines) Findings(h *analyze.Handshake, width int) []Line {
	return l.lay(width, func(p *page) {
		p.o.Full = true
		if len(h.Findings) == 0 {
			p.nothingWrong(h)
			return
		}
		t := newTold(nil)
		for i, g := range l.groups {
			for _, f := range h.Findings {
				if !sameGroup(g, f) {
					continue
				}
				if i > 0 {
					p.empty()
				}
				word, look := severityLook(g.Severity)
				p.styled(look, "", "  ", word+" "+p.own(p.masking.text(f.Title())))
				p.text("", "  ", p.own(f.Rule+", "+string(f.Certainty)+": "+sure(f)))
				st := &story{Group: &analyze.Group{ID: g.ID, Finding: f, Findings: []*analyze.Finding{f}, Handshakes: []*analyze.Handshake{h}}}
				p.explanation(st, t)
				p.evidence(st, h)
				p.empty()
				break
			}
		}
	})
}

func sameGroup(g *analyze.Group, f *analyze.Finding) bool {
	for _, have := range g.Findings {
		if have == f {
			return true
		}
	}
	return false
}

// nothingWrong says what the verdict means where there is no finding.
func (p *page) nothingWrong(h *analyze.Handshake) {
	words := string(h.Verdict)
	if string(h.Certainty) != words { // "undetermined" says both
		words += ", " + string(h.Certainty)
	}
	p.styled(bold, "", "", words)
	switch h.Verdict {
	case analyze.Healthy:
		if p.o.Extent == Stopped {
			p.text("", "", "Every leg shows a sound handshake, and the 101 came back, as far as was read. "+onlyPart)
			return
		}
		soFar := ""
		if p.o.Extent == Growing {
			soFar = " so far"
		}
		p.text("", "", "Every leg in the capture shows a sound handshake, and the 101 came back. There is nothing to mend"+soFar+".")
	case analyze.Undetermined:
		p.text("", "", p.own("Cannot tell, because "+h.Why+"."))
	case analyze.Pending:
		if p.o.Extent == Stopped {
			p.text("", "", "No answer as far as was read. "+onlyPart)
			return
		}
		p.text("", "", "No answer yet.")
	default:
		p.text("", "", "No rule has anything to say about it.")
	}
}

// onlyPart says what Stopped means.
const onlyPart = "Reading was stopped before the end of the capture; what comes later was not looked at."

// Headers sets the heads of two sightings side by side, every field.
func (l *Lines) Headers(before, after *analyze.Sighting, width int) []Line {
	return l.lay(width, func(p *page) {
		p.o.Full = true
		p.sideBySide(before, after)
	})
}

// Head is the head of one sighting, as Headers has two.
func (l *Lines) Head(s *analyze.Sighting, width int) []Line {
	return l.lay(width, func(p *page) { p.alone(s) })
}

// Nothing says why there is no handshake.
func (l *Lines) Nothing(width int) []Line {
	return l.lay(width, func(p *page) { p.nothing(l.snap) })
}

// Sources says what was read and what limits it.
func (l *Lines) Sources(width int) []Line {
	return l.lay(width, func(p *page) { p.readSources(l.snap) })
}

// Ledger says in words where every packet went.
func (l *Lines) Ledger(width int) []Line {
	return l.lay(width, func(p *page) {
		p.o.Full = true
		p.counted(l.snap)
	})
}

// Ref names a packet: "#18", and with several inputs "[2]#18".
func (l *Lines) Ref(r analyze.PacketRef) string { return ref(r, len(l.snap.Sources)) }

// Numbers says which input has which number, where there are several.
func (l *Lines) Numbers(width int) []Line {
	if len(l.snap.Sources) < 2 {
		return nil
	}
	return l.lay(width, func(p *page) {
		for i := range l.snap.Sources {
			p.text(fmt.Sprintf("[%d] ", i+1), "    ", p.wire(l.snap.Sources[i].Name, 0))
		}
	})
}

// Pattern returns what targets have in common that differ only by a session.
func Pattern(target string) string { return pattern(target) }
