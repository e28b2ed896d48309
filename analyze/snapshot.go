package analyze

import (
	"cmp"
	"slices"
	"strconv"
	"time"
	"unique"

	"elbscope/capture/flow"
)

// Totals are the report's counters.
type Totals struct {
	flow.Counters
	Requests, Responses, Handshakes, WebSocketFrames uint64
	// Forgotten counts exchanges and handshakes pushed out of memory;
	// Counters.Evicted counts connections.
	Forgotten uint64
}

// Source is one input with what the analysis found out about it.
type Source struct {
	flow.SourceInfo
	// ClockOffset is what must be added to this source's times to align it
	// with the first source; nil where unknown.
	ClockOffset *time.Duration
}

// Snapshot is what is known at one moment. It does not change.
type Snapshot struct {
	Sources []Source
	Totals  Totals
	// Handshakes stand by time of their first sighting.
	Handshakes []*Handshake
}

// HasProblem reports whether some source has a problem of that code.
func (s *Snapshot) HasProblem(code string) bool {
	return slices.ContainsFunc(s.Sources, func(src Source) bool {
		return slices.ContainsFunc(src.Problems, func(p flow.Problem) bool { return p.Code == code })
	})
}

// Group is a finding as the report prints it: one thing wrong, with all the
// handshakes that met it.
type Group struct {
	ID string
	// Finding is the first of Findings and speaks for all.
	*Finding
	// Findings and Handshakes run in parallel, by time.
	Findings   []*Finding
	Handshakes []*Handshake
	// Cause is the group of the first finding's cause, or nil.
	Cause *Group
}

// GroupKey is equal for findings that Fold joins.
type GroupKey struct {
	Rule      string
	Group     unique.Handle[Likeness]
	Severity  Severity
	Certainty Certainty
}

// Key says which group a finding belongs to.
func (f *Finding) Key() GroupKey { return GroupKey{f.Rule, f.Group, f.Severity, f.Certainty} }

var severityRank = map[Severity]int{Error: 0, Warning: 1, Info: 2}

// Fold joins the findings of all handshakes into groups, worst first, then by
// time of the first handshake, and numbers them f1, f2, ...
func Fold(hs []*Handshake) []*Group {
	index := make(map[GroupKey]*Group)
	var groups []*Group
	for _, h := range hs {
		for _, f := range h.Findings {
			k := f.Key()
			g := index[k]
			if g == nil {
				g = &Group{Finding: f}
				index[k] = g
				groups = append(groups, g)
			}
			g.Findings = append(g.Findings, f)
			g.Handshakes = append(g.Handshakes, h)
		}
	}
	slices.SortStableFunc(groups, func(a, b *Group) int {
		return cmp.Compare(severityRank[a.Severity], severityRank[b.Severity])
	})
	for i, g := range groups {
		g.ID = "f" + strconv.Itoa(i+1)
		if cause := g.Finding.Cause; cause != nil {
			g.Cause = index[cause.Key()]
		}
	}
	return groups
}

func sortByStart(hs []*Handshake) {
	slices.SortStableFunc(hs, func(a, b *Handshake) int {
		if c := cmp.Compare(a.Start, b.Start); c != 0 {
			return c
		}
		return cmp.Compare(a.Sightings[0].Exchange, b.Sightings[0].Exchange)
	})
}
