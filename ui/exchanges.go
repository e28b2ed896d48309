package ui

import (
	"fmt"
	"strconv"

	"github.com/gdamore/tcell/v2"

	"elbscope/analyze"
)

// exchanges lists all exchanges, or those of some connections.
type exchanges struct {
	a     *App
	name  string
	only  func(*analyze.Exchange) bool // nil for all
	list  *list
	shown []*analyze.Exchange
	rev   uint64
}

func newExchanges(a *App) *exchanges {
	e := &exchanges{a: a, name: "exchanges"}
	e.list = newList(a.theme, []column{
		{title: "first", width: 12},
		{title: "method", width: 7, priority: 2},
		{title: "target", width: 16, flex: true, priority: 1},
		{title: "HTTP", width: 5, priority: 2},
		{title: "host", width: 16, priority: 6},
		{title: "client", width: 21, priority: 4},
		{title: "server", width: 21, priority: 3},
		{title: "packet", width: 8, right: true, priority: 5},
		{title: "body", width: 9, right: true, priority: 7},
	})
	return e
}

func (e *exchanges) title() string { return e.name }

func (e *exchanges) refresh(s *State) {
	if e.rev == s.Rev && e.shown != nil {
		return
	}
	e.rev = s.Rev
	e.shown = e.shown[:0]
	for x := range s.Exchanges.All {
		if e.only == nil || e.only(x) {
			e.shown = append(e.shown, x)
		}
	}
	e.list.empty = []line{{own(plain, "  No HTTP exchange: t on the first screen says where the packets went.")}}
	e.list.setRows(e)
}

func (e *exchanges) draw(c tcell.Screen, x, y, width, height int) {
	e.list.SetRect(x, y, width, height)
	e.list.Draw(c)
}

func (e *exchanges) Len() int        { return len(e.shown) }
func (e *exchanges) ID(i int) string { return strconv.FormatUint(e.shown[i].ID, 10) }

// Find searches by bisection: exchanges stand in the order of their IDs.
func (e *exchanges) Find(id string) int {
	want, err := strconv.ParseUint(id, 10, 64)
	if err != nil {
		return -1
	}
	lo, hi := 0, len(e.shown)
	for lo < hi {
		mid := (lo + hi) / 2
		if e.shown[mid].ID < want {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo < len(e.shown) && e.shown[lo].ID == want {
		return lo
	}
	return -1
}

func (e *exchanges) Cells(i int) []line {
	x := e.shown[i]
	t := e.a.theme
	status := own(warn, "none")
	if x.Status != 0 {
		status = own(plain, strconv.Itoa(x.Status))
	}
	st := plain
	if x.Sighting {
		st = strong
	}
	return []line{
		{own(plain, e.a.clock(x.Request.Time.Std()))},
		{t.wire(plain, x.Method, 12)},
		{t.wire(st, e.a.target(x.Target), 400)},
		{status},
		{t.wire(plain, x.Host, 60)},
		{own(plain, x.Conn.Client.String())},
		{own(plain, x.Conn.Server.String())},
		{own(plain, "#"+strconv.FormatUint(x.Request.Num, 10))},
		{own(plain, fmt.Sprint(x.ResponseBody))},
	}
}

func (e *exchanges) focus() mover { return e.list }

func (e *exchanges) click(x, y int) {
	if row, ok := e.list.rowAt(x, y); ok {
		e.list.selectRow(row)
	}
}

func (e *exchanges) bindings() []binding {
	return []binding{
		{keys: []string{"Enter"}, help: "the handshake that this exchange belongs to", brief: "handshake", do: e.enter},
	}
}

// enter opens the story of the handshake that the exchange is a sighting of.
func (e *exchanges) enter() {
	if len(e.shown) == 0 {
		return
	}
	id := e.shown[e.list.selected].ID
	for _, h := range e.a.state.Snap.Handshakes {
		for _, s := range h.Sightings {
			if s.Exchange == id {
				e.a.open(newStory(e.a, h.ID))
				return
			}
		}
	}
	e.a.frame.say("an ordinary exchange; it belongs to no handshake")
}
