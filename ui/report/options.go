// Package report prints what the analysis found: as JSON for programs
// (elbscope/report/v1) and as text for people, on a terminal or in a ticket.
//
// Non-goals: it judges nothing, chooses nothing and knows no widget. What
// comes from the wire passes package wiretext on its way out, always.
package report

import (
	"time"

	"elbscope/analyze"
)

// Options say how a report is printed. The zero value prints 80 columns in
// local time, in UTF-8, without colour, with secrets masked and without
// explanations.
type Options struct {
	// Version is that of the program; "devel" where it is empty.
	Version string
	// Note is shown at the top: for instance that a filter chose only some of
	// the handshakes.
	Note string
	// Extent says how much of the capture was read: what looks well is so only
	// as far as that.
	Extent Extent
	// CaptureFilter is what left packets out, if anything did.
	CaptureFilter CaptureFilter
	// NoRedact shows cookies, credentials and tokens as they were sent.
	NoRedact bool
	// Explain returns the explanation of a finding; without it, or where it
	// fails, a finding is printed with its title only.
	Explain func(*analyze.Finding) (Explanation, error)

	// The rest concerns the text only. Width is in display cells, 80 if 0.
	Width int
	// Color allows the 16 colours of ANSI. They say nothing that words do not.
	Color bool
	// ASCII keeps everything in ASCII, for terminals without UTF-8.
	ASCII bool
	// Location is the time zone of times; local time if nil.
	Location *time.Location
	// Full prints everything that is known: all evidence, every remedy step by
	// step, costs, false alarms, sources, and where every packet went. Without
	// it the text has what is needed to act, and says where the rest is.
	Full bool
}

// Extent is how much of a capture was read.
type Extent uint8

// The extents.
const (
	// Whole: all of it, or all that there will be.
	Whole Extent = iota
	// Growing: there is more to come.
	Growing
	// Stopped: there is more, which nobody will look at.
	Stopped
)

// Explanation is why a finding is one and what to do about it. Text is
// Markdown, already filled with the finding's facts, and so is Note, which is
// to be read before one chooses a remedy; it may be empty.
type Explanation struct {
	Rule, Title, Text string
	Note              string
	Remedies          []Remedy
	References        []string
}

// Remedy is one way out. Config is to be copied; it may be empty.
type Remedy struct {
	Title  string
	Steps  []string
	Config string
}

// explain returns the explanation of f with its secrets masked. It never
// fails: a report without one text is better than none.
func (o *Options) explain(f *analyze.Finding) Explanation {
	m := o.masking()
	if o.Explain != nil {
		if e, err := o.Explain(m.finding(f)); err == nil {
			return e
		}
	}
	title := m.text(f.Title())
	return Explanation{Rule: f.Rule, Title: title, Text: title}
}
