package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"elbscope/analyze"
	"elbscope/analyze/rules"
	"elbscope/internal/nearest"
	"elbscope/internal/shell"
	"elbscope/ui/report"
)

// printReport prints the report in the wanted format.
func printReport(w io.Writer, snap *analyze.Snapshot, o *options, note string) error {
	ro := o.reportOptions(w)
	ro.Note = note
	out := bufio.NewWriterSize(w, 64<<10)
	print := report.Text
	if o.format == "json" {
		print = report.JSON
	}
	if err := print(out, snap, ro); err != nil {
		return err
	}
	return out.Flush()
}

// warnUnjudged says beside the report that the exit status says nothing, where
// no handshake was judged: a program would take it for health. On a terminal
// the text begins with that.
func (o *options) warnUnjudged(status int, w io.Writer, snap *analyze.Snapshot, note string, say *messages) {
	ro := o.reportOptions(w)
	ro.Note = note
	why := report.Unjudged(snap, &ro)
	if status != exitFine || why == "" || o.format == "text" && isTerminal(w) {
		return
	}
	file := "FILE"
	if len(o.files) == 1 && o.files[0] != stdinName && !isPipe(o.files[0]) {
		file = shell.File(o.files[0])
	}
	say.complain(status, &hintError{
		"nothing was judged, and status 0 is no sign of health: " + why,
		"elbscope report --format json " + file + " | jq -e '.handshakes[0].verdict'    (fails where there is none)",
	})
}

// reportOptions say how a report to w is printed.
func (o *options) reportOptions(w io.Writer) report.Options {
	return report.Options{
		Version: version(), CaptureFilter: o.packets.forReport(), NoRedact: o.noRedact, Explain: explanation,
		Color: o.wantsColor(w), ASCII: o.ascii || !utf8Locale(), Location: o.location(), Full: o.full,
		Width: columns(w),
	}
}

// explanation hands a rule's text to the report, which knows no rules.
func explanation(f *analyze.Finding) (report.Explanation, error) {
	e, err := rules.Explain(f)
	if err != nil {
		return report.Explanation{}, err
	}
	out := report.Explanation{Rule: e.Rule, Title: e.Title, Text: e.Text, Note: e.Note, References: e.References}
	for _, r := range e.Remedies {
		out.Remedies = append(out.Remedies, report.Remedy(r))
	}
	return out, nil
}

// explain returns the pages of rules, or the list of rules.
func explain(topics []string, ro report.Options) (string, error) {
	var out strings.Builder
	if len(topics) == 0 {
		out.WriteString("Rules, earliest cause first; elbscope explain RULE shows one:\n")
		for _, id := range rules.IDs() {
			page, err := rules.Page(id)
			if err != nil {
				return "", err
			}
			title, _, _ := strings.Cut(strings.TrimPrefix(page, "# "), "\n")
			fmt.Fprintf(&out, "  %-26s %s\n", id, title)
		}
	}
	for i, id := range topics {
		if rules.Lookup(id) == nil {
			meant := nearest.Word(id, rules.IDs())
			for _, other := range rules.IDs() {
				if meant == "" && len(id) > 3 && strings.Contains(other, id) {
					meant = other
				}
			}
			if meant != "" {
				return "", &hintError{fmt.Sprintf("there is no rule %q; did you mean %s?", id, meant), "elbscope explain " + meant}
			}
			return "", &hintError{fmt.Sprintf("there is no rule %q", id), "elbscope explain"}
		}
		page, err := rules.Page(id)
		if err != nil {
			return "", err
		}
		if i > 0 {
			out.WriteString("\n\n")
		}
		if err := report.Manual(&out, page, ro); err != nil {
			return "", err
		}
	}
	return out.String(), nil
}

// wantsColor follows --color, then https://no-color.org and TERM=dumb, and
// colours only a terminal by itself.
func (o *options) wantsColor(w io.Writer) bool {
	switch o.color {
	case "always":
		return true
	case "never":
		return false
	}
	return os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" && isTerminal(w)
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// columns is the width of the text: what reads well, or less where a terminal
// is narrower than that.
func columns(w io.Writer) int {
	const wide, narrow = 80, 40
	if f, ok := w.(*os.File); ok {
		if n, _, err := term.GetSize(int(f.Fd())); err == nil && n > 0 {
			return min(max(n, narrow), wide)
		}
	}
	return wide
}

// utf8Locale follows POSIX: the first that is set decides. With none set it is
// the C locale, but the reader of a file or pipe is not bound to it.
func utf8Locale() bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := os.Getenv(name); v != "" {
			v = strings.ToUpper(v)
			return strings.Contains(v, "UTF-8") || strings.Contains(v, "UTF8")
		}
	}
	return !isTerminal(os.Stdout)
}
