package report

import (
	"fmt"
	"strconv"
	"strings"
)

// explanation prints why it fails, what to do, and what else is to be known.
// What an earlier finding said in the same words is not said again.
func (p *page) explanation(st *story, t *told) {
	e := p.o.explain(st.Finding)
	if e.Text == "" || e.Text == p.masking.text(st.Title()) && len(e.Remedies) == 0 {
		return
	}
	before, after := aroundRemedies(e.Text)
	p.sections(st.ID, before, t)
	p.remedies(st.ID, e, t)
	p.sections(st.ID, after, t)
	if len(e.References) == 0 {
		return
	}
	p.subheading("Read on")
	for _, url := range e.References {
		if t.before(st.ID, url) == "" {
			p.whole("  " + p.wire(url, 0))
		}
	}
}

// aroundRemedies splits an explanation where the remedies belong: after what
// happened and why it fails, before what they cost and how to check them. A
// text without such a place stands before them.
func aroundRemedies(text string) (before, after string) {
	for _, heading := range []string{"\n## What it costs", "\n## How to check"} {
		if i := strings.Index(text, heading); i >= 0 {
			return text[:i+1], text[i+1:]
		}
	}
	return text, ""
}

// markdown is the text with the note in the place of the remedies.
func (e *Explanation) markdown() string {
	if e.Note == "" {
		return e.Text
	}
	before, after := aroundRemedies(e.Text)
	before = strings.TrimSpace(before)
	return strings.TrimSpace(before+"\n\n## What to change\n\n"+e.Note+"\n\n"+after) + "\n"
}

// sections prints a text section by section.
func (p *page) sections(id, text string, t *told) {
	for _, s := range sectionsOf(text) {
		p.subheading(p.own(inline(s.heading)))
		body := s.body
		if earlier := t.before(id, body); earlier != "" {
			p.line("  As for " + earlier + ".")
			continue
		}
		p.markdown("  ", body)
	}
}

func (p *page) remedies(id string, e Explanation, t *told) {
	for i, r := range e.Remedies {
		if i == 0 {
			p.subheading("What to change")
			p.note(id, e.Note, t)
		}
		number := strconv.Itoa(i+1) + ". "
		if earlier := t.before(id, fmt.Sprint(r)); earlier != "" {
			p.text("  "+number, "  "+strings.Repeat(" ", len(number)),
				p.own(inline(r.Title)+" (as for "+earlier+")"))
			continue
		}
		p.empty()
		p.remedy(number, r)
	}
}

// note prints what is to be known before one chooses, once on a page.
func (p *page) note(id, note string, t *told) {
	if note != "" && t.before(id, note) == "" {
		p.markdown("  ", note)
		p.empty()
	}
}

// remedy prints steps, and a configuration to be copied: its lines are never
// wrapped.
func (p *page) remedy(number string, r Remedy) {
	indent := "  " + strings.Repeat(" ", len(number))
	p.styled(bold, "  "+number, indent, p.own(inline(r.Title)))
	for _, s := range r.Steps {
		p.text(indent+"- ", indent+"  ", p.own(inline(s)))
	}
	if r.Config == "" {
		return
	}
	p.empty()
	for l := range strings.Lines(strings.TrimRight(r.Config, "\n")) {
		p.whole("    " + p.code(strings.TrimRight(l, "\r\n")))
	}
	p.empty()
}
