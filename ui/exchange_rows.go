package ui

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"elbscope/analyze"
)

// exchangeRows are exchanges in the order in which they are shown. They do not
// change once they are made, so that they may be read on any goroutine.
type exchangeRows struct {
	a     *App
	order exchangeOrder
	bare  bool // nothing is masked
	shown []*analyze.Exchange
	// of is how many there are, shown or not.
	of int
	// handshakes finds the handshake of an exchange.
	handshakes map[uint64]*analyze.Handshake
}

func (r *exchangeRows) Len() int        { return len(r.shown) }
func (r *exchangeRows) ID(i int) string { return strconv.FormatUint(r.shown[i].ID, 10) }

// handshake returns the handshake of row i, nil if it is an ordinary exchange.
func (r *exchangeRows) handshake(i int) *analyze.Handshake { return r.handshakes[r.shown[i].ID] }

// Find searches by bisection where the rows stand in the order of their IDs.
func (r *exchangeRows) Find(id string) int {
	want, err := strconv.ParseUint(id, 10, 64)
	if err != nil {
		return -1
	}
	if r.order.sorted == exFirst && !r.order.reversed {
		i, found := slices.BinarySearchFunc(r.shown, want, func(x *analyze.Exchange, id uint64) int { return cmp.Compare(x.ID, id) })
		if !found {
			return -1
		}
		return i
	}
	return slices.IndexFunc(r.shown, func(x *analyze.Exchange) bool { return x.ID == want })
}

func (r *exchangeRows) Cells(i int) []line {
	x := r.shown[i]
	t := r.a.theme
	status := own(warn, "none")
	if x.Status != 0 {
		status = own(plain, strconv.Itoa(x.Status))
	}
	st := plain
	if x.Sighting {
		st = strong
	}
	return []line{
		exFirst:  {own(plain, r.a.clock(x.Request.Time.Std()))},
		exMethod: {t.wire(plain, x.Method, 12)},
		exTarget: {t.wire(st, masked(x.Target, r.bare), 400)},
		exStatus: {status},
		exHost:   {t.wire(plain, x.Host, 60)},
		exClient: {own(plain, x.Conn.Client.String())},
		exServer: {own(plain, x.Conn.Server.String())},
		exPacket: {own(plain, "#"+strconv.FormatUint(x.Request.Num, 10))},
		exBody:   {own(plain, fmt.Sprint(x.ResponseBody))},
	}
}

// marked tells whether the handshake of row i is. The event loop asks.
func (r *exchangeRows) marked(i int) bool {
	marks := r.a.home.list.marks
	if len(marks) == 0 {
		return false
	}
	h := r.handshake(i)
	return h != nil && marks[h.ID]
}

// holds tells whether an exchange has a text, given in small letters, in what
// its row shows.
func (r *exchangeRows) holds(x *analyze.Exchange, text string) bool {
	for _, field := range []string{x.Method, masked(x.Target, r.bare), x.Host} {
		if strings.Contains(strings.ToLower(field), text) {
			return true
		}
	}
	status := "none"
	if x.Status != 0 {
		status = strconv.Itoa(x.Status)
	}
	return strings.Contains(status, text) || strings.Contains(x.Conn.Client.String(), text) ||
		strings.Contains(x.Conn.Server.String(), text) || strings.Contains("#"+strconv.FormatUint(x.Request.Num, 10), text)
}

// exchangeBy returns the comparison for a column, nil for the order of the
// capture.
func exchangeBy(column int) func(a, b *analyze.Exchange) int {
	switch column {
	case exMethod:
		return func(a, b *analyze.Exchange) int { return cmp.Compare(a.Method, b.Method) }
	case exTarget:
		return func(a, b *analyze.Exchange) int { return cmp.Compare(a.Target, b.Target) }
	case exStatus:
		return func(a, b *analyze.Exchange) int { return cmp.Compare(b.Status, a.Status) }
	case exHost:
		return func(a, b *analyze.Exchange) int { return cmp.Compare(a.Host, b.Host) }
	case exClient:
		return func(a, b *analyze.Exchange) int { return a.Conn.Client.Compare(b.Conn.Client) }
	case exServer:
		return func(a, b *analyze.Exchange) int { return a.Conn.Server.Compare(b.Conn.Server) }
	case exPacket:
		return func(a, b *analyze.Exchange) int {
			return cmp.Or(cmp.Compare(a.Request.Source, b.Request.Source), cmp.Compare(a.Request.Num, b.Request.Num))
		}
	case exBody:
		return func(a, b *analyze.Exchange) int { return cmp.Compare(b.ResponseBody, a.ResponseBody) }
	}
	return nil
}
