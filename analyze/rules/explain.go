package rules

import (
	"bytes"
	"embed"
	"fmt"
	"regexp"
	"strings"
	"text/template"

	"elbscope/analyze"
)

// Explanation is what a finding means and what to do about it.
type Explanation struct {
	Rule, Title string
	// Text is Markdown: what happened, why it fails, what the remedies cost,
	// how to check, and when all this does not apply.
	Text string
	// Note is Markdown, too: what is to be known before a remedy is chosen. It
	// stands above the remedies and may be empty.
	Note string
	// Remedies are the ways out, the likeliest one first.
	Remedies []Remedy
	// References are addresses of public documents.
	References []string
}

// Remedy is one way out.
type Remedy struct {
	Title  string
	Steps  []string
	Config string
}

// The sections of a page, in this order.
const (
	sectionHappened = "What happened"
	sectionWhy      = "Why it fails"
	sectionChange   = "What to change"
	sectionCosts    = "What it costs"
	sectionCheck    = "How to check"
	sectionFalse    = "When this is a false alarm"
	sectionSources  = "Sources"
)

var sections = []string{
	sectionHappened, sectionWhy, sectionChange, sectionCosts, sectionCheck, sectionFalse, sectionSources,
}

// remedies.tmpl holds what several pages say alike, so that it is said once.
//
//go:embed *.md remedies.tmpl
var texts embed.FS

// pages are the parsed pages by file name. A page that does not parse is a
// mistake of ours, which every test run finds: hence Must.
var pages = template.Must(template.New("pages").
	Option("missingkey=error").
	Funcs(template.FuncMap{
		"wire":     codeSpan,
		"prose":    prose,
		"cap":      capitalized,
		"asked":    asked,
		"seen":     seenAs,
		"answered": answered,

		"where":        where,
		"curl":         curl,
		"frontcurl":    frontCurl,
		"tlscurl":      tlsCurl,
		"portcurl":     portCurl,
		"masks":        masks,
		"ports":        ports,
		"application":  appOr,
		"instanceport": instancePort,
		"listenerport": listenerPort,
		"portof":       portOf,
		"place":        place,
		"pingmillis":   pingMillis,
		"nginxat":      nginxAt,
		"upstream":     upstream,
		"behind":       behind,
	}).
	ParseFS(texts, "*.md", "remedies.tmpl"))

// Explain fills the page of the finding's rule with its facts.
func Explain(f *analyze.Finding) (Explanation, error) {
	page, err := render(f.Rule, &facts{Facts: f.Facts()})
	if err != nil {
		return Explanation{}, err
	}
	title, parts := split(page)
	e := Explanation{
		Rule: f.Rule, Title: title,
		Note:       noteOf(parts[sectionChange]),
		Remedies:   remediesOf(parts[sectionChange]),
		References: addressesIn(parts[sectionSources]),
	}
	var b strings.Builder
	for _, s := range sections {
		if s != sectionChange && s != sectionSources {
			fmt.Fprintf(&b, "## %s\n\n%s\n\n", s, parts[s])
		}
	}
	e.Text = strings.TrimSpace(b.String()) + "\n"
	return e, nil
}

// Page returns the page of a rule as Markdown, told with the facts of an
// example instead of those of a capture.
func Page(id string) (string, error) {
	page, err := render(id, &facts{Facts: exampleFacts(id), Example: true})
	heading := "## " + sectionHappened + "\n"
	return strings.Replace(page, heading, heading+"\nAn example, with addresses that belong to nobody:\n", 1), err
}

var blankLines = regexp.MustCompile(`\n{3,}`)

// facts are what the templates see.
type facts struct {
	analyze.Facts
	// Example is set where they are those of no capture.
	Example bool
}

// MayBe reports whether the hop looks like a kind of software, alone or among
// others. The examples show what there is for all kinds.
func (f *facts) MayBe(kind string) bool {
	return f.Example || strings.Contains(f.Kinds(), kind)
}

// Faulty reports whether what is missing or wrong names a header.
func (f *facts) Faulty(header string) bool { return f.Example || strings.Contains(f.Missing, header) }

// InstanceOnly reports whether the capture shows that what stands before the
// instance is in order, so that its own proxy alone has to change.
func (f *facts) InstanceOnly() bool { return f.Local && !f.Inferred && !f.Damaged }

// ByNginx reports whether the hop looks like nginx.
func (f *facts) ByNginx() bool { return strings.HasPrefix(f.Looks, "nginx") }

// AnswersAsNginx reports whether the hop itself gave the answer, as nginx.
func (f *facts) AnswersAsNginx() bool {
	return f.HopAnswered() && strings.Contains(f.By, "nginx")
}

// HopIsNginx reports whether the nginx that has to change stands where the hop
// does, and not on the instance: the hop looks like one, or it does what a bare
// nginx does and no load balancer of AWS: HTTP/1.0, or no word of the client.
func (f *facts) HopIsNginx() bool {
	if f.Local || f.Hop == "" || f.Front == "" && f.Back == "" {
		return false
	}
	return f.ByNginx() || f.AnswersAsNginx() || f.Arrived.Version == "HTTP/1.0" || f.Inferred && f.Looks == "" && f.ClientFrom == ""
}

// UnknownBalancer reports whether what stands before the instance may be a load
// balancer, and nothing tells of what kind.
func (f *facts) UnknownBalancer() bool {
	return !f.Example && !f.Local && f.Looks == "" && !f.HopIsNginx() && !f.BehindBalancer()
}

// BehindBalancer reports whether the hop stands behind a leg that came from a
// load balancer, so that it is none itself, or a second one.
func (f *facts) BehindBalancer() bool { return strings.HasPrefix(f.Hop, "a proxy (") && f.Front != "" }

func render(id string, f *facts) (string, error) {
	page := pages.Lookup(id + ".md")
	if page == nil {
		return "", fmt.Errorf("no explanation for rule %q", id)
	}
	var b bytes.Buffer
	shown := &facts{Facts: plainFacts(f.Facts), Example: f.Example}
	if err := page.Execute(&b, shown); err != nil {
		return "", fmt.Errorf("explanation of rule %q: %w", id, err)
	}
	// Where a template leaves something out, blank lines pile up.
	text := blankLines.ReplaceAllString(strings.TrimSpace(b.String()), "\n\n")
	return text + "\n", nil
}

// split takes a page apart at its headings; what stands in a fenced block is
// no heading.
func split(page string) (title string, parts map[string]string) {
	parts = make(map[string]string)
	section, fenced := "", false
	var text []string
	keep := func() { parts[section] = strings.TrimSpace(strings.Join(text, "\n")) }
	for line := range strings.Lines(page) {
		line = strings.TrimRight(line, "\n")
		if strings.HasPrefix(line, "```") {
			fenced = !fenced
		}
		switch {
		case !fenced && strings.HasPrefix(line, "# "):
			title = line[2:]
		case !fenced && strings.HasPrefix(line, "## "):
			keep()
			section, text = line[3:], nil
		default:
			text = append(text, line)
		}
	}
	keep()
	return title, parts
}

// noteOf is what stands before the first remedy.
func noteOf(text string) string {
	note, _, _ := strings.Cut("\n"+text, "\n### ")
	return strings.TrimSpace(note)
}

var stepStart = regexp.MustCompile(`^\d+\. `)

// remediesOf reads the remedies: a heading each, numbered steps, and at most
// one fenced block.
func remediesOf(text string) []Remedy {
	var all []Remedy
	fenced := false
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if !fenced && strings.HasPrefix(line, "### ") {
			all = append(all, Remedy{Title: line[4:]})
			continue
		}
		if len(all) == 0 {
			continue
		}
		r := &all[len(all)-1]
		switch {
		case strings.HasPrefix(line, "```"):
			fenced = !fenced
		case fenced:
			r.Config += line + "\n"
		case stepStart.MatchString(line):
			r.Steps = append(r.Steps, stepStart.ReplaceAllString(line, ""))
		case strings.TrimSpace(line) != "" && len(r.Steps) > 0:
			r.Steps[len(r.Steps)-1] += " " + strings.TrimSpace(line)
		}
	}
	return all
}

var address = regexp.MustCompile(`https://[^\s)>]+`)

func addressesIn(text string) []string { return address.FindAllString(text, -1) }
