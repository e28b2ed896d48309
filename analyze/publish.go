package analyze

import (
	"cmp"
	"slices"
	"time"

	"elbscope/capture/flow"
)

// published is a handshake in the log.
type published struct {
	id      uint64 // the oldest exchange among its sightings
	num     int    // in the log
	last    *Handshake
	size    int
	members []*sighting
	// stamp tells whether a member has changed since.
	stamp uint64
	// owner is the cluster that it was last made of; nil once it is none any
	// more, because its sightings turned out to belong elsewhere.
	owner     *cluster
	candidacy candidacy
	// pass is when it was last found to be one.
	pass uint64
}

// patience says how long a cluster waits before it is worked out again: those
// with very many sightings wait longer, so that the time this takes does not
// grow with the square of their number.
func (c *cluster) patience() flow.Time {
	const few, each = 64, flow.Time(1e9 / 16)
	if len(c.sightings) <= few {
		return 0
	}
	return flow.Time(len(c.sightings)) * each
}

// postpones reports whether a cluster is better worked out later. Where nobody
// looks, it need not be while its connections are busy: a handshake of which
// request, answer and close are seen a moment apart is then judged once.
func (e *Engine) postpones(c *cluster) bool {
	const busy = flow.Time(5 * time.Second)
	since := func(t flow.Time) flow.Time { return max(e.now-t, t-e.now) }
	switch {
	case e.finished, e.kept.over():
		return false
	case since(c.settled) < c.patience():
		return true
	}
	return e.cfg.ReportOnly && since(c.dirtied) < busy &&
		slices.ContainsFunc(c.sightings, func(s *sighting) bool { return !s.c.ended })
}

// Settle works out what follows from all that changed since it was last
// called, and publishes it.
func (e *Engine) Settle() {
	if len(e.dirty) > 0 || len(e.homeless) > 0 {
		e.findHomes()
		slices.SortFunc(e.dirty, func(a, b *cluster) int {
			return cmp.Or(cmp.Compare(a.first(), b.first()), cmp.Compare(a.key, b.key))
		})
		dirty := e.dirty
		e.dirty = nil
		for _, c := range dirty {
			if e.postpones(c) {
				e.dirty = append(e.dirty, c)
				continue
			}
			c.dirty, c.settled = false, e.now
			e.publishCluster(c)
		}
		e.retract()
	}
	e.makeFinal()
	e.trim()
}

// publishCluster groups a cluster into handshakes and publishes those that
// differ from what was published before.
func (e *Engine) publishCluster(c *cluster) {
	for _, s := range c.sightings {
		s.current()
		e.alignSighting(s)
	}
	e.pass++
	before := c.published
	c.published = nil
	for _, members := range c.groups() {
		p := e.publishGroup(members, c)
		p.owner, p.pass = c, e.pass
		c.published = append(c.published, p)
		e.considerFinal(p)
	}
	for _, p := range before {
		if p.owner == c && p.pass != e.pass {
			p.owner = nil
			e.orphans = append(e.orphans, p)
		}
	}
	if len(c.sightings) == 0 && e.clusters[c.key] == c {
		delete(e.clusters, c.key)
	}
}

// publishGroup publishes one handshake, if there is any news of it.
func (e *Engine) publishGroup(members []*sighting, c *cluster) *published {
	id := oldest(members)
	p := e.published[id]
	stamp := stampOf(members)
	if p != nil && !e.judgeAll && stamp == p.stamp && slices.Equal(p.members, members) {
		return p
	}
	h := e.assemble(members, c)
	if p == nil {
		p = &published{id: id, num: -1}
		e.published[id] = p
		e.byAge = append(e.byAge, p)
	}
	p.members, p.stamp = members, stamp
	e.update(p, h)
	return p
}

// update publishes a handshake as it is now.
func (e *Engine) update(p *published, h *Handshake) {
	if p.num < 0 {
		h.Rev = e.revFloor
		p.num = e.Handshakes.Append(h)
	} else {
		h.Rev = p.last.Rev + 1
		e.Handshakes.Set(p.num, h)
	}
	size := e.size(h)
	for _, s := range p.members {
		e.kept.bytes -= int64(s.owed)
		s.owed = 0
		if s.aside {
			size += sizeUnpublished(s)
		}
	}
	e.kept.bytes += int64(size - p.size)
	p.last, p.size = h, size
}

// groups divides a cluster into handshakes. A final one stays as it is.
func (c *cluster) groups() [][]*sighting {
	if c.final != nil {
		return [][]*sighting{c.sightings}
	}
	return group(c.sightings)
}

// stampOf differs when a member has changed, or its place among them.
func stampOf(members []*sighting) uint64 {
	const prime = 1099511628211
	stamp := uint64(0)
	for _, s := range members {
		stamp = (stamp*prime+uint64(s.rev))*prime + uint64(s.Hop)
	}
	return stamp
}

// retract takes back the handshakes that turned out to be part of others. They
// may have been published again on the way, by the cluster that their
// sightings went to.
func (e *Engine) retract() {
	for _, p := range e.orphans {
		if p.owner == nil && e.published[p.id] == p {
			// Should it come again, it comes as a higher revision, also
			// than that of its taking back.
			e.revFloor = max(e.revFloor, p.last.Rev+2)
			e.noteRetracted(p.last.ID)
			e.drop(p)
		}
	}
	e.orphans = nil
	if len(e.byAge) > 2*len(e.published)+1024 {
		e.clearByAge()
	}
}

// noteRetracted remembers a handshake that is none of its own any more, for
// TakeRetracted.
func (e *Engine) noteRetracted(id string) {
	const most = 1 << 16 // for a caller that does not ask
	if e.live && len(e.retracted) < most {
		e.retracted = append(e.retracted, id)
	}
}

// TakeRetracted returns the IDs of the handshakes that turned out to be part of
// others since the last call. They are only noted with Config.Live, for whoever
// has told of them already and has to take that back.
func (e *Engine) TakeRetracted() []string {
	ids := e.retracted
	e.retracted = nil
	return ids
}

// clearByAge takes out the handshakes that are gone.
func (e *Engine) clearByAge() {
	e.byAge = slices.DeleteFunc(e.byAge, func(p *published) bool { return p.num < 0 })
}

// drop removes a handshake from what is known.
func (e *Engine) drop(p *published) {
	e.Handshakes.Set(p.num, nil)
	e.Handshakes.DropEmpty()
	e.kept.bytes -= int64(p.size)
	delete(e.published, p.id)
	e.withdraw(p)
	p.num, p.members, p.last = -1, nil, nil
}

// finalise says of all handshakes that they can change no more.
func (e *Engine) finalise() {
	for _, p := range e.byAge {
		if p.num < 0 || p.last.Final {
			continue
		}
		if !e.cfg.ReportOnly {
			h := *p.last
			p.last = &h
		}
		p.last.Final = true
		p.last.Rev++
		e.Handshakes.Set(p.num, p.last)
	}
}
