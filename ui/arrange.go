package ui

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"elbscope/analyze"
	"elbscope/analyze/filter"
	"elbscope/ui/report"
)

// Choosing, folding and sorting a hundred thousand handshakes takes longer
// than a key may wait. It happens on the painter's goroutine, from a wish that
// the event loop leaves there, and results in an arrangement that the event
// loop takes over whole; until then the old one stays on the screen. Neither
// changes once the other side has it, so that nothing is locked.

// wish is how the user wants the handshakes.
type wish struct {
	filter   *filter.Filter
	sorted   int // column, or -1
	reversed bool
	open     map[string]bool // groups that are unfolded
	secrets  bool            // shown
}

// arrangement is what is shown of one state, by one wish.
type arrangement struct {
	state *State
	wish  *wish
	words *report.Lines
	// findings is their number over all handshakes.
	findings int
	rows     []homeRow
	// hop is how many cells the longest name of who damaged one takes.
	hop int
	// over is when they were, good against bad.
	over *timeline
	// index finds rows by their IDs. A handshake that is folded away is found
	// at its group.
	index map[string]int
}

// group is handshakes that met the same fate.
type group struct {
	id      string
	members []*analyze.Handshake
}

// homeRow is a group, or one of its members.
type homeRow struct {
	id     string
	group  *group
	member *analyze.Handshake // nil for the group's own row
}

// first is the handshake that stands for the row.
func (r *homeRow) first() *analyze.Handshake {
	if r.member != nil {
		return r.member
	}
	return r.group.members[0]
}

// arranger makes arrangements, on one goroutine.
type arranger struct {
	o report.Options
	// ids are the groups of the handshakes last seen: a handshake never
	// changes, and finding out its group is the dearest part.
	ids map[*analyze.Handshake]string
}

// arrange does it all.
func (m *arranger) arrange(s *State, w *wish) *arrangement {
	o := m.o
	o.NoRedact = o.NoRedact || w.secrets
	o.Extent = s.extent()
	a := &arrangement{state: s, wish: w, words: report.NewLines(s.Snap, o), index: make(map[string]int)}
	for _, hs := range s.Snap.Handshakes {
		a.findings += len(hs.Findings)
	}
	a.over = newTimeline(s.Snap)
	groups := m.fold(s.Snap.Handshakes, w.filter, a.over)
	by := order(w.sorted)
	slices.SortStableFunc(groups, func(a, b *group) int {
		c := by(a, b)
		if w.reversed {
			c = -c
		}
		return cmp.Or(c, cmp.Compare(a.members[0].Start, b.members[0].Start))
	})
	for _, g := range groups {
		at := len(a.rows)
		a.index[g.id] = at
		a.hop = max(a.hop, len(culpritWords(g.members[0])))
		a.rows = append(a.rows, homeRow{id: g.id, group: g})
		unfolded := w.open[g.id] && len(g.members) > 1
		for _, m := range g.members {
			if unfolded {
				at = len(a.rows)
				a.rows = append(a.rows, homeRow{id: m.ID, group: g, member: m})
			}
			a.index[m.ID] = at
		}
	}
	return a
}

// fold puts alike handshakes together, and counts them over time.
func (m *arranger) fold(all []*analyze.Handshake, only *filter.Filter, over *timeline) []*group {
	before := m.ids
	m.ids = make(map[*analyze.Handshake]string, len(all))
	byID := make(map[string]*group)
	var groups []*group
	for _, hs := range all {
		id, known := before[hs]
		if !known {
			id = groupOf(hs)
		}
		m.ids[hs] = id
		if !only.Match(hs) {
			continue
		}
		over.add(hs)
		g := byID[id]
		if g == nil {
			g = &group{id: id}
			byID[id] = g
			groups = append(groups, g)
		}
		g.members = append(g.members, hs)
	}
	return groups
}

// groupOf returns what alike handshakes have in common.
func groupOf(h *analyze.Handshake) string {
	return fmt.Sprintf("%s|%s|%d|%s|%s|%s", h.Verdict, h.Certainty, h.Status, ruleOf(h), culpritWords(h), report.Pattern(h.Target))
}

func culpritWords(h *analyze.Handshake) string {
	switch c := h.Culprit; {
	case c == nil:
		return ""
	case c.Front.IsValid():
		return c.Front.String()
	default:
		return "before " + c.Back.String()
	}
}

func ruleOf(h *analyze.Handshake) string {
	if len(h.Findings) == 0 {
		return ""
	}
	return h.Findings[0].Rule
}

// worst ranks verdicts for "worst first".
var worst = map[analyze.Verdict]int{
	analyze.Rewritten: 0, analyze.Dropped: 0, analyze.Downgraded: 0, analyze.Altered: 0, analyze.Malformed: 0,
	analyze.NotRelayed: 1, analyze.Unanswered: 2, analyze.Refused: 3, analyze.Undetermined: 4, analyze.Pending: 5, analyze.Healthy: 7,
}

// badness is the rank of a handshake; a healthy one with findings stands
// before those without.
func badness(h *analyze.Handshake) int {
	rank := worst[h.Verdict]
	if h.Verdict == analyze.Healthy && len(h.Findings) > 0 {
		rank--
	}
	return rank
}

// order returns the comparison for a column.
func order(column int) func(a, b *group) int {
	first := func(g *group) *analyze.Handshake { return g.members[0] }
	switch column {
	case colCount:
		return func(a, b *group) int { return cmp.Compare(len(b.members), len(a.members)) }
	case colStatus:
		return func(a, b *group) int { return cmp.Compare(first(b).Status, first(a).Status) }
	case colTarget:
		return func(a, b *group) int { return cmp.Compare(first(a).Target, first(b).Target) }
	case colHost:
		return func(a, b *group) int { return cmp.Compare(first(a).Host, first(b).Host) }
	case colHop:
		return func(a, b *group) int { return cmp.Compare(culpritWords(first(b)), culpritWords(first(a))) }
	case colRule:
		return func(a, b *group) int { return cmp.Compare(ruleOf(first(b)), ruleOf(first(a))) }
	case colTime:
		return func(a, b *group) int { return cmp.Compare(first(a).Start, first(b).Start) }
	}
	return func(a, b *group) int { return cmp.Compare(badness(first(a)), badness(first(b))) }
}

// few handshakes are arranged at once: that takes less than a drawing, and the
// next key finds the new order.
const few = 1000

// want changes the wish and has it fulfilled, at once or soon.
func (a *App) want(change func(*wish)) {
	w := *a.wish.Load()
	change(&w)
	a.wish.Store(&w)
	if len(a.state.Snap.Handshakes) <= few {
		a.take(a.few.arrange(a.state, &w))
		return
	}
	a.wakePainter()
}

// wakePainter has the painter look at once.
func (a *App) wakePainter() {
	select {
	case a.wake <- struct{}{}:
	default:
	}
}

// job is work that a screen has the painter do: once, and with every new
// state.
type job struct {
	// run works on the painter's goroutine. What it returns takes over the
	// result on the event loop.
	run func(*State) (take func())
}

// paintEvery is how often the painter looks for something new.
const paintEvery = 50 * time.Millisecond

// greeting is how long others may take to write to the terminal at the start.
const greeting = 500 * time.Millisecond

// paint shows new states and fulfils wishes. It is the only one to use
// QueueUpdateDraw, which waits for the event loop, and after Run for ever: so
// nobody waits for the painter.
func (a *App) paint(many arranger, done <-chan struct{}) {
	ticker := time.NewTicker(paintEvery)
	defer ticker.Stop()
	var last *arrangement
	var did *job
	var percent int32
	var rest time.Time
	var over <-chan time.Time
	if a.o.Shared {
		over = time.After(greeting)
	}
	for {
		select {
		case <-done:
			return
		case <-over:
			a.app.Sync()
			continue
		case <-a.wake:
		case now := <-ticker.C:
			if now.Before(rest) {
				continue
			}
		}
		s, w, extra := a.feed.State(), a.wish.Load(), a.extra.Load()
		news := last == nil || s.Rev != last.state.Rev || w != last.wish
		written := a.percent.Load()
		if !news && (extra == did || extra == nil) && written == percent {
			continue
		}
		percent = written
		begin := time.Now()
		switch {
		case !news:
		case last != nil && w == last.wish && s.Snap == last.state.Snap:
			same := *last // only how far it is has changed
			same.state = s
			last = &same
		default:
			last = many.arrange(s, w)
		}
		var taken func()
		if extra != nil && (news || extra != did) {
			taken = extra.run(s)
		}
		did = extra
		n := last
		a.app.QueueUpdateDraw(func() {
			if news {
				a.take(n)
			}
			if taken != nil && a.extra.Load() == extra {
				taken()
			}
		})
		// The reading needs the processor, too.
		rest = time.Now().Add(4 * time.Since(begin))
	}
}

// take shows an arrangement, unless a newer one was wished for meanwhile.
func (a *App) take(n *arrangement) {
	if n.wish != a.wish.Load() || n.state.Rev < a.state.Rev {
		return
	}
	before := a.state
	a.state = n.state
	if a.o.Shared && (before.Reading && !a.state.Reading || before.Snap.Totals.Packets == 0 && a.state.Snap.Totals.Packets > 0) {
		a.app.Sync() // over what others have written
	}
	a.home.show(n)
	a.top().refresh(n.state)
}
