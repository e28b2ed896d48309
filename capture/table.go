package capture

import (
	"cmp"
	"hash/maphash"
	"iter"
	"slices"

	"elbscope/capture/flow"
)

// table finds the connection of a segment, whichever end sent it. The same
// addresses and ports inside another VLAN or tunnel are another connection.
//
// It goes by a hash that the decoder computes, which may happen on another
// goroutine, and is as simple as can be, for it is asked about every packet: Go's
// map touches twice as much memory on the way, and took the pump a seventh of
// its time.
type table struct {
	// first are the connections by the low bits of their hashes, with twin those
	// that have the same. There are at least twice as many places.
	first []*conn
	n     int
}

const fewPlaces = 64

func newTable() table { return table{first: make([]*conn, fewPlaces)} }

// place returns where the chain of a hash begins.
func (t *table) place(hash uint64) **conn { return &t.first[hash&uint64(len(t.first)-1)] }

// find returns the connection of s and the direction of s in it, or nil.
func (t *table) find(s *segment) (*conn, flow.Dir) {
	for c := *t.place(s.hash); c != nil; c = c.twin {
		if d, ok := c.holds(s); ok {
			return c, d
		}
	}
	return nil, 0
}

// holds tells whether s belongs to c, and in which direction.
func (c *conn) holds(s *segment) (d flow.Dir, ok bool) {
	switch {
	case c.hash != s.hash || c.encap != s.encap:
		return 0, false
	case s.src == c.client && s.dst == c.server:
		return flow.FromClient, true
	}
	return flow.FromServer, s.src == c.server && s.dst == c.client
}

func (t *table) put(c *conn) {
	t.n++
	if 2*t.n > len(t.first) {
		old := *t
		t.first = make([]*conn, 2*len(old.first))
		for c := range old.all() {
			t.link(c)
		}
	}
	t.link(c)
}

func (t *table) link(c *conn) {
	place := t.place(c.hash)
	c.twin, *place = *place, c
}

// remove takes out c, which has to be in.
func (t *table) remove(c *conn) {
	t.n--
	place := t.place(c.hash)
	for *place != c {
		place = &(*place).twin
	}
	*place, c.twin = c.twin, nil
}

// all yields the connections in no order.
func (t *table) all() iter.Seq[*conn] {
	return func(yield func(*conn) bool) {
		for _, c := range t.first {
			for c != nil {
				next := c.twin // which may be another when c was looked at
				if !yield(c) {
					return
				}
				c = next
			}
		}
	}
}

// silent is a connection with the time of its last packet, see conn.usedAt, as
// it was when the silent ones were looked for.
type silent struct {
	*conn
	usedAt uint64
}

// byUse returns the connections, the one first whose last packet was the
// earliest: an order in which two runs over one capture are alike. The times
// stand beside them, for sorting must not fetch each connection from memory
// again and again.
func (t *table) byUse() []silent {
	all := make([]silent, 0, t.n)
	for c := range t.all() {
		all = append(all, silent{c, c.usedAt})
	}
	slices.SortFunc(all, func(a, b silent) int { return cmp.Compare(a.usedAt, b.usedAt) })
	return all
}

// hasher makes the hashes of a table. They are different in each run, so that
// no capture can be made whose connections have all the same.
type hasher struct{ seed maphash.Seed }

func newHasher() hasher { return hasher{maphash.MakeSeed()} }

// of returns the hash of s, the same for both directions.
func (h hasher) of(s *segment) uint64 {
	return stir(h.end(&s.src)+h.end(&s.dst), uint64(s.encap))
}

func (h hasher) end(e *endpoint) uint64 {
	return stir(maphash.Bytes(h.seed, e.addr[:]), uint64(e.port))
}
