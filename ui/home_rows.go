package ui

import (
	"context"
	"fmt"
)

// homeRows are the rows of an arrangement. They do not change, so that they
// may be read on any goroutine; only marked may not.
type homeRows struct {
	h    *home
	now  *arrangement
	bare bool // nothing is masked
}

func (x *homeRows) Len() int          { return len(x.now.rows) }
func (x *homeRows) ID(i int) string   { return x.now.rows[i].id }
func (x *homeRows) marked(i int) bool { return x.h.marked(&x.now.rows[i]) }

func (x *homeRows) Find(id string) int {
	if i, ok := x.now.index[id]; ok {
		return i
	}
	return -1
}

func (x *homeRows) Cells(i int) []line { return x.cells(&x.now.rows[i]) }

func (x *homeRows) cells(r *homeRow) []line {
	hs := r.first()
	a := x.h.a
	t := a.theme
	count, lead := "", ""
	switch n := len(r.group.members); {
	case r.member != nil:
		lead = "  "
	case n > 1:
		count = fmt.Sprint(n)
	}
	sign, st := verdictLook(t, hs)
	status := "-"
	if hs.Status != 0 {
		status = fmt.Sprint(hs.Status)
	}
	return []line{
		colVerdict: {own(st, lead+sign+" "+string(hs.Verdict))},
		colCount:   {own(plain, count)},
		colStatus:  {own(plain, status)},
		colTarget:  {t.wire(plain, masked(hs.Target, x.bare), 400)},
		colHost:    {t.wire(plain, hs.Host, 100)},
		colHop:     {own(plain, culpritWords(hs))},
		colRule:    {own(plain, ruleOf(hs))},
		colTime:    {own(plain, a.clock(hs.Start.Std()))},
	}
}

// all implements folded. The index has every group and every handshake.
func (x *homeRows) all() int { return len(x.now.index) }

// inside implements folded.
func (x *homeRows) inside(ctx context.Context, i, dir int, text string) string {
	r := &x.now.rows[i]
	members := r.group.members
	if r.member != nil || len(members) == 1 || x.now.wish.open[r.group.id] {
		return ""
	}
	for k := range members {
		if k%1024 == 1023 && ctx.Err() != nil {
			return ""
		}
		m := members[k]
		if dir < 0 {
			m = members[len(members)-1-k]
		}
		if anyHolds(x.cells(&homeRow{id: m.ID, group: r.group, member: m}), text) {
			return m.ID
		}
	}
	return ""
}

// unfoldTo implements folded.
func (x *homeRows) unfoldTo(id string) {
	x.h.goal = id
	x.h.unfold(true)
}
