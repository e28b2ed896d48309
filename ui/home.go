package ui

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/gdamore/tcell/v2"

	"elbscope/analyze"
)

// home lists the handshakes. Alike ones stand in one row with their number,
// until they are unfolded.
type home struct {
	a    *App
	list *list
	// preview tells about the selected row.
	preview *pane
	now     *arrangement
	// told is what the preview tells about.
	told  *analyze.Handshake
	marks markCache
	// goal is the row to select as soon as it is unfolded, "" for none.
	goal string
}

// The columns of the list.
const (
	colVerdict = iota
	colCount
	colStatus
	colTarget
	colHost
	colHop
	colRule
	colTime
)

// The column of who damaged it is as wide as what stands there takes, between these:
// up to "before 172.31.242.117", with which that of the time has room on 80 cells.
const leastHop, mostHop = 16, 21

func newHome(a *App) *home {
	h := &home{a: a, now: &arrangement{}}
	h.list = newList(a.theme, []column{
		colVerdict: {title: "verdict", width: 14},
		colCount:   {title: "times", width: 5, right: true, priority: 1},
		colStatus:  {title: "HTTP", width: 5, priority: 2},
		colTarget:  {title: "target", width: 16, flex: true, priority: 3},
		colHost:    {title: "host", width: 15, priority: 7},
		colHop:     {title: "damaged by", width: leastHop, priority: 4},
		colRule:    {title: "finding", width: 20, priority: 6},
		colTime:    {title: "first", width: 12, priority: 5},
	})
	h.preview = newPane(a.theme, "selected; Enter tells the whole story", h.summary)
	return h
}

func (h *home) title() string { return "handshakes" }

func (h *home) draw(c tcell.Screen, x, y, width, height int) {
	if len(h.now.rows) == 0 {
		h.list.empty = h.whyEmpty(width)
	} else if height >= graphFrom {
		h.a.theme.draw(c, x, y, width, h.now.over.line(h.a, width), tcell.StyleDefault)
		y, height = y+1, height-1
	}
	rows := height
	// What the selected handshake came to, where there is room for it.
	switch want := len(h.now.rows) + 2; {
	case len(h.now.rows) == 0:
	case height >= previewFrom:
		rows = min(max(want, height/3), height-previewLines)
	case want <= height-leastPreview:
		rows = want
	}
	h.list.SetRect(x, y, width, rows)
	h.list.Draw(c)
	if rows < height {
		h.preview.SetRect(x, y+rows, width, height-rows)
		if hs := h.now.rows[h.list.selected].first(); hs != h.told {
			h.told = hs
			h.preview.renew()
		}
		h.preview.Draw(c)
	}
}

// graphFrom is the least height that leaves a line for the graph over time.
const graphFrom = 18

// previewLines is the least height of the preview, where the whole is at least
// previewFrom high; on less it has what a short list leaves, if that is at least
// leastPreview.
const previewLines, previewFrom, leastPreview = 9, 16, 5

// summary says what the selected handshake came to.
func (h *home) summary(width int) []line {
	if len(h.now.rows) == 0 {
		return nil
	}
	hs := h.now.rows[h.list.selected].first()
	return h.a.lines(h.now.words.Summary(hs, min(width-1, 100)))
}

// whyEmpty says why there is nothing to see.
func (h *home) whyEmpty(width int) []line {
	s := h.a.state
	switch {
	case len(s.Snap.Handshakes) > 0:
		return []line{{own(plain, fmt.Sprintf("  The filter lets none of %s pass; Esc clears it, f changes it.", handshakes(len(s.Snap.Handshakes))))}}
	case s.Reading:
		return []line{{own(plain, fmt.Sprintf("  No handshake yet, after %d packets.", s.Snap.Totals.Packets))}}
	}
	return h.a.lines(h.now.words.Nothing(width))
}

// refresh has nothing to do: show is told of everything new.
func (h *home) refresh(*State) {}

// show takes over an arrangement. The selection follows its row; where that is
// gone because its handshakes turned out to be of another kind, it follows the
// first of these. Until the user chose a row it is the first one, the worst:
// failures must not pile up above a healthy one that happened to come before.
func (h *home) show(n *arrangement) {
	if !h.list.chosen {
		h.list.id, h.list.selected, h.list.top = "", 0, 0
	} else if _, ok := n.index[h.list.id]; !ok && h.list.selected < len(h.now.rows) {
		h.list.id = h.now.rows[h.list.selected].first().ID
	}
	if h.goal != "" {
		h.list.id, h.goal = h.goal, ""
	}
	h.now, h.told = n, nil
	h.list.sorted, h.list.reversed = n.wish.sorted, n.wish.reversed
	h.list.columns[colHop].width = min(max(n.hop, leastHop), mostHop)
	h.list.setRows(&homeRows{h, n, h.a.o.Report.NoRedact})
}

// verdictLook is the symbol and the style of a verdict; the word stands beside.
func verdictLook(t *theme, h *analyze.Handshake) (string, style) {
	switch {
	case h.Verdict == analyze.Healthy && len(h.Findings) > 0, h.Succeeded() && h.Verdict != analyze.Healthy:
		return "!", warn
	case h.Verdict == analyze.Healthy:
		return t.sign("✓", "+"), good
	case h.Verdict == analyze.Undetermined, h.Verdict == analyze.Pending:
		return "?", warn
	}
	return t.sign("✗", "x"), bad
}

func (h *home) focus() mover { return h.list }

func (h *home) click(x, y int) {
	row, ok := h.list.rowAt(x, y)
	if !ok {
		return
	}
	if row == h.list.selected {
		h.enter()
		return
	}
	h.list.choose(row)
}

func (h *home) bindings() []binding {
	all := append([]binding{
		{keys: []string{"Enter"}, help: "the story of this handshake", brief: "story", do: h.enter},
		{keys: []string{"Right", "l", "+"}, help: "unfold alike handshakes", brief: "unfold", do: func() { h.unfold(true) }},
		{keys: []string{"Left", "h", "-"}, help: "fold them", do: func() { h.unfold(false) }},
		{keys: []string{"f", "F7"}, help: "filter, as with -Y; Esc clears it", brief: "filter", do: h.a.askFilter},
		{keys: []string{">"}, help: "sort by the next column", brief: "sort", do: func() { h.sortBy(1) }},
		{keys: []string{"<"}, help: "sort by the column before", do: func() { h.sortBy(-1) }},
		{keys: []string{"r"}, help: "sort the other way round", do: h.reverse},
		{keys: []string{"t"}, help: "where is my traffic?", brief: "traffic", do: func() { h.a.open(newTraffic(h.a)) }},
		{keys: []string{"x"}, help: "all exchanges", brief: "exchanges", do: func() { h.a.open(newExchanges(h.a)) }},
	}, append(h.marking(), h.a.saving(h.chosen)...)...)
	if len(h.now.rows) > 0 {
		return all
	}
	// Where there is no row the footer has room for what leads on.
	useful := []string{"traffic", "exchanges"}
	if h.a.state.Reading || !h.a.filter().Empty() {
		useful = append(useful, "filter")
	}
	for i := range all {
		if !slices.Contains(useful, all[i].brief) {
			all[i].brief = ""
		}
	}
	return all
}

func (h *home) enter() {
	if len(h.now.rows) == 0 {
		h.a.frame.say("there is no handshake to tell of")
		return
	}
	h.list.chosen = true
	h.a.open(newStory(h.a, h.now.rows[h.list.selected].first().ID))
}

func (h *home) unfold(open bool) {
	if len(h.now.rows) == 0 {
		return
	}
	h.list.chosen = true
	id := h.now.rows[h.list.selected].group.id
	h.a.want(func(w *wish) {
		w.open = maps.Clone(w.open)
		if w.open == nil {
			w.open = make(map[string]bool)
		}
		w.open[id] = open
	})
}

func (h *home) sortBy(step int) {
	n := len(h.list.columns)
	h.a.want(func(w *wish) { w.sorted = ((w.sorted+step)%n + n) % n })
}

func (h *home) reverse() { h.a.want(func(w *wish) { w.reversed = !w.reversed }) }

// clock shows a time of day in the zone of the report.
func (a *App) clock(t time.Time) string {
	loc := a.o.Report.Location
	if loc == nil {
		loc = time.Local
	}
	return t.In(loc).Format("15:04:05.000")
}
