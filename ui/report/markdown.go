package report

import (
	"regexp"
	"strings"

	"elbscope/internal/wiretext"
)

// markdown prints an explanation as plain text. It knows what explanations
// use, which is little: paragraphs, headings, lists, fenced code, code spans,
// emphasis and links. Fenced code is to be copied and never wrapped.
func (p *page) markdown(indent, md string) {
	// The paragraph or list item that is being read, and its indents.
	var words []string
	first, rest := indent, indent
	flush := func() {
		if len(words) > 0 {
			p.paragraph(first, rest, strings.Join(words, " "))
		}
		words, first, rest = words[:0], indent, indent
	}
	fenced := false
	for l := range strings.Lines(md) {
		l = strings.TrimRight(l, " \t\r\n")
		trimmed := strings.TrimLeft(l, " \t")
		switch mark, body := listItem(trimmed); {
		case strings.HasPrefix(trimmed, "```") || strings.HasPrefix(trimmed, "~~~"):
			flush()
			fenced = !fenced
		case fenced:
			p.whole(indent + "  " + p.code(l))
		case trimmed == "":
			flush()
			p.empty()
		case strings.HasPrefix(trimmed, "#"):
			flush()
			p.styled(bold, indent, indent, p.own(inline(strings.TrimLeft(trimmed, "# "))))
			p.blank = true // no empty line under a heading
		case mark != "":
			flush()
			words = append(words, body)
			first = indent + mark + " "
			rest = indent + strings.Repeat(" ", len(mark)+1)
		default:
			words = append(words, trimmed)
		}
	}
	flush()
}

// paragraph prints text, and an address at its end in one piece: it is there to
// be copied.
func (p *page) paragraph(first, rest, text string) {
	before, url := text, ""
	if i := strings.LastIndex(text, " "); i >= 0 {
		before, url = text[:i], text[i+1:]
	}
	if !strings.HasPrefix(url, "https://") || wiretext.Width(rest+url) <= p.width {
		p.text(first, rest, p.own(inline(text)))
		return
	}
	p.text(first, rest, p.own(inline(before)))
	p.whole(rest + p.own(url))
}

// code is a line that is shown as it is.
func (p *page) code(l string) string {
	return p.wire(strings.ReplaceAll(l, "\t", "    "), 0)
}

var numbered = regexp.MustCompile(`^\d{1,3}[.)] `)

// listItem splits a list item into its mark and its text.
func listItem(l string) (mark, body string) {
	if len(l) > 2 && l[1] == ' ' && strings.ContainsRune("-*+", rune(l[0])) {
		return "-", l[2:]
	}
	if m := numbered.FindString(l); m != "" {
		return strings.TrimSpace(m), l[len(m):]
	}
	return "", ""
}

var (
	codeSpan = regexp.MustCompile("`+[^`]*`+")
	link     = regexp.MustCompile(`!?\[([^\]]*)\]\((\S*?)\)`)
	autolink = regexp.MustCompile(`<(https?://[^>\s]*)>`)
	emphasis = regexp.MustCompile(`(^|[\s("])[*_]([^*_\s][^*_]*)[*_]($|[\s.,;:!?)"])`)
	escaped  = regexp.MustCompile("\\\\([!-/:-@\\[-`{-~])")
)

// inline takes the marks out of a paragraph. What stands in a code span is
// left alone otherwise; a span of several words is put in quotes, so that one
// can see where it ends.
func inline(s string) string {
	var b strings.Builder
	for s != "" {
		at := codeSpan.FindStringIndex(s)
		if at == nil {
			b.WriteString(prose(s))
			break
		}
		b.WriteString(prose(s[:at[0]]))
		code := strings.TrimSpace(strings.Trim(s[at[0]:at[1]], "`"))
		if strings.Contains(code, " ") && !strings.Contains(code, `"`) {
			code = `"` + code + `"`
		}
		b.WriteString(code)
		s = s[at[1]:]
	}
	return b.String()
}

func prose(s string) string {
	s = link.ReplaceAllStringFunc(s, func(m string) string {
		part := link.FindStringSubmatch(m)
		if part[1] == part[2] || part[2] == "" {
			return part[1]
		}
		return part[1] + " (" + part[2] + ")"
	})
	s = autolink.ReplaceAllString(s, "$1")
	s = strings.ReplaceAll(s, "**", "")
	s = emphasis.ReplaceAllString(s, "$1$2$3")
	return escaped.ReplaceAllString(s, "$1")
}
