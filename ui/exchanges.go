package ui

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/gdamore/tcell/v2"

	"elbscope/analyze"
)

// exchanges lists all exchanges, or those of some connections. A large list is
// made on the painter's goroutine, as that of the handshakes is.
type exchanges struct {
	a    *App
	name string
	only func(*analyze.Exchange) bool // nil for all
	list *list
	// order is what the user wants, now what is shown.
	order exchangeOrder
	now   *exchangeRows
	// work makes large lists; nil while the list is small.
	work *job
}

// exchangeOrder is how the user wants the exchanges.
type exchangeOrder struct {
	sorted   int // column
	reversed bool
	text     string // only those with this text, in small letters; "" for all
}

// The columns of the list.
const (
	exFirst = iota
	exMethod
	exTarget
	exStatus
	exHost
	exClient
	exServer
	exPacket
	exBody
)

func newExchanges(a *App) *exchanges {
	e := &exchanges{a: a, name: "exchanges"}
	e.list = newList(a.theme, []column{
		exFirst:  {title: "first", width: 12},
		exMethod: {title: "method", width: 7, priority: 2},
		exTarget: {title: "target", width: 16, flex: true, priority: 1},
		exStatus: {title: "HTTP", width: 5, priority: 2},
		exHost:   {title: "host", width: 16, priority: 6},
		exClient: {title: "client", width: 21, priority: 4},
		exServer: {title: "server", width: 21, priority: 3},
		exPacket: {title: "packet", width: 8, right: true, priority: 5},
		exBody:   {title: "body", width: 9, right: true, priority: 7},
	})
	return e
}

func (e *exchanges) title() string {
	if e.order.text != "" {
		return e.name + " with " + strconv.Quote(e.order.text)
	}
	return e.name
}

// refresh takes a new state, at once if that is quick, and otherwise leaves it
// to the painter.
func (e *exchanges) refresh(s *State) {
	if s.Exchanges.Len() <= few {
		e.work = nil
		e.a.extra.Store(nil)
		e.show(e.arrange(s, e.order))
		return
	}
	if e.now == nil {
		e.list.empty = []line{{own(plain, fmt.Sprintf("  Looking through %d exchanges ...", s.Exchanges.Len()))}}
	}
	if e.work == nil || e.a.extra.Load() != e.work {
		e.delegate()
	}
}

// delegate has the painter do it from now on, by the present order.
func (e *exchanges) delegate() {
	order, bare := e.order, e.a.o.Report.NoRedact
	e.work = &job{run: func(s *State) func() {
		rows := e.arrangeFor(s, order, bare)
		return func() { e.show(rows) }
	}}
	e.a.extra.Store(e.work)
	e.a.wakePainter()
}

// want changes the order.
func (e *exchanges) want(change func(*exchangeOrder)) {
	change(&e.order)
	if e.work != nil {
		e.delegate()
		return
	}
	e.show(e.arrange(e.a.state, e.order))
}

// show takes over what was arranged.
func (e *exchanges) show(rows *exchangeRows) {
	e.now = rows
	e.list.sorted, e.list.reversed = rows.order.sorted, rows.order.reversed
	e.list.empty = []line{{own(plain, "  No HTTP exchange: t on the first screen says where the packets went.")}}
	if rows.order.text != "" {
		e.list.empty = []line{{own(plain, fmt.Sprintf("  None of %d exchanges has this text; Esc clears it, f changes it.", rows.of))}}
	}
	e.list.setRows(rows)
}

func (e *exchanges) draw(c tcell.Screen, x, y, width, height int) {
	e.list.SetRect(x, y, width, height)
	e.list.Draw(c)
}

func (e *exchanges) focus() mover { return e.list }

func (e *exchanges) click(x, y int) {
	row, ok := e.list.rowAt(x, y)
	switch {
	case !ok:
	case row == e.list.selected:
		e.enter()
	default:
		e.list.selectRow(row)
	}
}

func (e *exchanges) bindings() []binding {
	return append([]binding{
		{keys: []string{"Enter"}, help: "the handshake that this exchange belongs to", brief: "handshake", do: e.enter},
		{keys: []string{"f", "F7"}, help: "only exchanges with a text in any column; Esc clears it", brief: "filter", do: e.askText},
		{keys: []string{">"}, help: "sort by the next column", brief: "sort", do: func() { e.sortBy(1) }},
		{keys: []string{"<"}, help: "sort by the column before", do: func() { e.sortBy(-1) }},
		{keys: []string{"r"}, help: "sort the other way round", do: func() { e.want(func(o *exchangeOrder) { o.reversed = !o.reversed }) }},
		{keys: []string{"Space"}, help: "mark the handshake that this exchange belongs to, and go on", brief: "mark", do: e.mark},
	}, e.a.saving(e.chosen)...)
}

func (e *exchanges) sortBy(step int) {
	n := len(e.list.columns)
	e.want(func(o *exchangeOrder) { o.sorted = ((o.sorted+step)%n + n) % n })
}

// askText asks for the text, and applies it while it is typed.
func (e *exchanges) askText() {
	before := e.order.text
	set := func(text string) error {
		e.want(func(o *exchangeOrder) { o.text = strings.ToLower(text) })
		return nil
	}
	e.a.frame.prompt = &prompt{
		label: "only with the text", text: []rune(before), close: func() { e.a.frame.prompt = nil },
		changed: set, accept: func(text string) { _ = set(text) }, cancel: func() { _ = set(before) },
	}
}

// selected returns the handshake that the selected exchange is a sighting of,
// nil if it is an ordinary one.
func (e *exchanges) selected() *analyze.Handshake {
	if e.now == nil || e.list.selected >= len(e.now.shown) {
		return nil
	}
	return e.now.handshake(e.list.selected)
}

// enter opens the story of the handshake that the exchange is a sighting of.
func (e *exchanges) enter() {
	switch h := e.selected(); {
	case h != nil:
		e.a.open(newStory(e.a, h.ID))
	case e.now != nil && len(e.now.shown) > 0:
		e.a.frame.say("an ordinary exchange; it belongs to no handshake")
	}
}

// mark marks the handshake of the selected exchange; marks are the same on all
// screens.
func (e *exchanges) mark() {
	h := e.selected()
	if h == nil {
		e.a.frame.say("an ordinary exchange; marks are for handshakes")
		return
	}
	e.a.home.toggle([]*analyze.Handshake{h}, !e.a.home.list.marks[h.ID])
	e.list.move(1)
}

// chosen returns the marked handshakes; without marks, that of the selected
// exchange.
func (e *exchanges) chosen() []*analyze.Handshake {
	if len(e.a.home.list.marks) > 0 {
		return e.a.home.chosen()
	}
	if h := e.selected(); h != nil {
		return []*analyze.Handshake{h}
	}
	return nil
}

// newNeighbours lists what went over the connections of a handshake before and
// after, and begins at the handshake.
func newNeighbours(s *story) *exchanges {
	conns := make(map[uint64]bool)
	for _, x := range s.h.Sightings {
		conns[x.Conn.ID] = true
	}
	e := newExchanges(s.a)
	e.name = "connections of " + s.id
	e.only = func(x *analyze.Exchange) bool { return conns[x.Conn.ID] }
	e.list.id = strconv.FormatUint(s.h.First().Exchange, 10)
	return e
}

// arrange makes the rows on the event loop.
func (e *exchanges) arrange(s *State, o exchangeOrder) *exchangeRows {
	return e.arrangeFor(s, o, e.a.o.Report.NoRedact)
}

// arrangeFor makes the rows, on any goroutine: it only reads what does not
// change.
func (e *exchanges) arrangeFor(s *State, o exchangeOrder, bare bool) *exchangeRows {
	r := &exchangeRows{a: e.a, order: o, bare: bare, handshakes: make(map[uint64]*analyze.Handshake)}
	for x := range s.Exchanges.All {
		if e.only != nil && !e.only(x) {
			continue
		}
		r.of++
		if o.text == "" || r.holds(x, o.text) {
			r.shown = append(r.shown, x)
		}
	}
	if by := exchangeBy(o.sorted); by != nil {
		slices.SortStableFunc(r.shown, by)
	}
	if o.reversed {
		slices.Reverse(r.shown)
	}
	for _, h := range s.Snap.Handshakes {
		for _, x := range h.Sightings {
			r.handshakes[x.Exchange] = h
		}
	}
	return r
}
