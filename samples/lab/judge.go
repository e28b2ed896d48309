//go:build linux

package main

import (
	"fmt"
	"slices"
	"strings"

	"elbscope/internal/story"
)

// judge asks elbscope about one view and returns where it says something else
// than what is wanted.
func (s *site) judge(v view) []string {
	wants, err := v.wants(s.scene.name)
	if err != nil {
		return []string{err.Error()}
	}
	var paths []string
	for _, f := range v.files {
		more, err := f(s)
		if err != nil {
			return []string{err.Error()}
		}
		paths = append(paths, more...)
	}
	r, status, err := askElbscope(s.tools.elbscope, paths)
	if err != nil {
		return []string{err.Error()}
	}
	var c complaints
	c.form(r, status, len(paths))
	c.nothingLost(r)
	c.wants(r, wants)
	c.explained(r)
	if err := c.proven(r, paths); err != nil {
		c.add("%v", err)
	}
	for _, text := range v.says {
		if !slices.ContainsFunc(r.Findings, func(f finding) bool { return strings.Contains(f.Explanation, text) }) {
			c.add("no explanation says %q", text)
		}
	}
	for _, title := range v.remedies {
		if !slices.ContainsFunc(r.Findings, func(f finding) bool { return f.suggests(title) }) {
			c.add("no finding suggests %q", title)
		}
	}
	return c
}

// wants reads what is wanted of a view.
func (v *view) wants(scene string) ([]story.Want, error) {
	return story.ParseWants(scene+", "+v.name, v.lines())
}

// lines are the wants as they stand in a file. In the code they may be
// indented as the code around them is.
func (v *view) lines() string {
	var b strings.Builder
	for line := range strings.Lines(v.want) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if !strings.HasPrefix(line, "want ") {
			line = "               " + line
		}
		b.WriteString(line + "\n")
	}
	return b.String()
}

func (f *finding) suggests(title string) bool {
	for _, r := range f.Remedies {
		if strings.Contains(r.Title, title) {
			return true
		}
	}
	return false
}

// complaints are what a report does wrong.
type complaints []string

func (c *complaints) add(format string, args ...any) { *c = append(*c, fmt.Sprintf(format, args...)) }

// form checks what must be true of every report.
func (c *complaints) form(r *report, status, files int) {
	if r.Schema != "elbscope/report/v1" || len(r.Sources) != files {
		c.add("the report has the schema %q and %d of %d sources", r.Schema, len(r.Sources), files)
	}
	var sum uint64
	for _, n := range r.Counters.Ledger {
		sum += n
	}
	if sum != r.Counters.Packets || r.Counters.Packets == 0 {
		c.add("the ledger holds %d of %d packets", sum, r.Counters.Packets)
	}
	for _, bucket := range []string{"damaged", "overBudget", "waiting"} {
		if n := r.Counters.Ledger[bucket]; n > 0 {
			c.add("%d packets are %s in the ledger", n, bucket)
		}
	}
	if r.Counters.Evicted > 0 {
		c.add("%d things were evicted", r.Counters.Evicted)
	}
	wanted := 0
	for _, f := range r.Findings {
		if f.Severity == "error" {
			wanted = 1
			if len(f.Remedies) == 0 {
				c.add("%s has no remedy", f.Rule)
			}
		}
		if len(f.Evidence) == 0 {
			c.add("%s has no evidence", f.Rule)
		}
	}
	if status != wanted {
		c.add("the exit status is %d, not %d", status, wanted)
	}
}

// nothingLost checks that the kernel had room for all packets.
func (c *complaints) nothingLost(r *report) {
	if r.Counters.KernelDropped > 0 {
		c.add("%d packets were dropped", r.Counters.KernelDropped)
	}
}

// wants compares a report with what is wanted.
func (c *complaints) wants(r *report, wants []story.Want) {
	*c = append(*c, story.Differences(answers{r}, wants, story.ByTarget)...)
}
