package report

import (
	"fmt"
	"io"
	"strings"

	"elbscope/analyze"
	"elbscope/internal/wiretext"
)

// Manual prints a page of the manual, which is Markdown, as plain text in the
// way of the report.
func Manual(w io.Writer, md string, o Options) error {
	s := &analyze.Snapshot{}
	p := newPage(w, s, newBuilder(s, nil, &o), &o)
	title, rest, _ := strings.Cut(strings.TrimPrefix(md, "# "), "\n")
	p.styled(bold, "", "", p.own(inline(title)))
	p.line(strings.Repeat(p.sign("─", "-"), min(wiretext.Width(inline(title)), p.width)))
	for _, s := range sectionsOf(rest) {
		p.empty()
		p.styled(bold, "", "", p.own(inline(s.heading)))
		p.blank = true // no empty line under a heading
		for i, part := range strings.Split("\n"+s.body, "\n### ") {
			if i == 0 {
				p.markdown("  ", strings.TrimSpace(part))
				continue
			}
			heading, body, _ := strings.Cut(part, "\n")
			p.empty()
			p.styled(bold, "  ", "  ", p.own(inline(heading)))
			p.blank = true
			p.markdown("    ", strings.TrimSpace(body))
		}
	}
	if p.err == nil {
		p.err = p.w.Flush()
	}
	if p.err != nil {
		return fmt.Errorf("writing the page: %w", p.err)
	}
	return nil
}
