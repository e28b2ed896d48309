package analyze

import (
	"cmp"
	"slices"

	"elbscope/analyze/http1"
	"elbscope/capture/flow"
)

// cluster holds the sightings that may belong to one handshake: those with
// the same key. Which of them do is decided by group.go, every time one of
// them has changed.
type cluster struct {
	key       string
	sightings []*sighting
	dirty     bool
	// published are the handshakes made of them, by id.
	published map[string]*published
}

// published is a handshake in the log.
type published struct {
	num  int
	last *Handshake
	size int
}

// maxCluster bounds the sightings of one key: a key is 16 random bytes, and
// what repeats one a thousand times is not a browser.
const maxCluster = 2000

// newSighting starts a sighting of a handshake in exchange x.
func (e *Engine) newSighting(c *conn, x *exchange, h *http1.Head) {
	s := &sighting{c: c}
	s.Exchange, s.RequestPacket, s.Conn = x.ID, x.Request, c.info
	x.sighting, x.Sighting = s, true
	s.setRequest(h.Clone())
	c.sightings = append(c.sightings, s)
	c.windowOf = s
	e.noteHandshake(s)
	if s.key != "" {
		e.join(s, e.clusterFor("key "+s.key))
	} else {
		e.homeless = append(e.homeless, s)
	}
	if len(e.byTarget[s.target]) < maxCluster {
		e.byTarget[s.target] = append(e.byTarget[s.target], s)
	}
	e.changed(s)
}

// rehome puts a sighting where it belongs after its key has become known.
func (e *Engine) rehome(s *sighting) {
	if s.key == "" || s.home != nil && s.home.key == "key "+s.key {
		e.changed(s)
		return
	}
	e.homeless = slices.DeleteFunc(e.homeless, func(o *sighting) bool { return o == s })
	e.leave(s)
	e.join(s, e.clusterFor("key "+s.key))
}

func (e *Engine) clusterFor(key string) *cluster {
	c := e.clusters[key]
	if c == nil {
		c = &cluster{key: key, published: make(map[string]*published)}
		e.clusters[key] = c
	}
	return c
}

// join puts a sighting into a cluster.
func (e *Engine) join(s *sighting, c *cluster) {
	if len(c.sightings) >= maxCluster {
		e.kept.forgotten++
		return
	}
	s.home = c
	c.sightings = append(c.sightings, s)
	e.markDirty(c)
}

// leave takes a sighting out of its cluster.
func (e *Engine) leave(s *sighting) {
	c := s.home
	if c == nil {
		return
	}
	if i := slices.Index(c.sightings, s); i >= 0 {
		c.sightings = slices.Delete(c.sightings, i, i+1)
	}
	s.home = nil
	e.markDirty(c)
}

func (e *Engine) markDirty(c *cluster) {
	if !c.dirty {
		c.dirty = true
		e.dirty = append(e.dirty, c)
	}
}

// changed tells that something about a sighting is new.
func (e *Engine) changed(s *sighting) {
	if s.home != nil {
		e.markDirty(s.home)
	}
}

// Settle works out what follows from all that changed since it was last
// called, and publishes it.
func (e *Engine) Settle() {
	if len(e.dirty) == 0 && len(e.homeless) == 0 {
		return
	}
	e.housePass()
	slices.SortFunc(e.dirty, func(a, b *cluster) int { return cmp.Compare(a.first(), b.first()) })
	dirty := e.dirty
	e.dirty = nil
	for _, c := range dirty {
		c.dirty = false
		e.publishCluster(c)
	}
	e.trim()
}

// first is the oldest exchange in the cluster, for an order that is the same
// in every run.
func (c *cluster) first() uint64 {
	if len(c.sightings) == 0 {
		return 0
	}
	return c.sightings[0].Exchange
}

// publishCluster groups a cluster into handshakes and publishes those that
// differ from what was published before.
func (e *Engine) publishCluster(c *cluster) {
	for _, s := range c.sightings {
		s.current()
		e.alignSighting(s)
	}
	seen := make(map[string]bool, 1)
	for _, members := range group(c.sightings) {
		h := e.assemble(members)
		seen[h.ID] = true
		p := c.published[h.ID]
		if p == nil {
			p = &published{num: e.Handshakes.Append(h)}
			c.published[h.ID] = p
		} else {
			h.Rev = p.last.Rev + 1
			e.Handshakes.Set(p.num, h)
		}
		e.kept.bytes += int64(h.size() - p.size)
		p.last, p.size = h, h.size()
	}
	for id, p := range c.published {
		if !seen[id] {
			e.Handshakes.Set(p.num, nil)
			e.kept.bytes -= int64(p.size)
			delete(c.published, id)
		}
	}
}

// size is about what a handshake takes in memory.
func (h *Handshake) size() int {
	n := 512
	for _, s := range h.Sightings {
		n += 1024 + 2*len(s.Request.Raw) + 48*len(s.Request.Fields) + len(s.Body) + 56*len(s.Packets)
		if s.Response != nil {
			n += len(s.Response.Raw) + 48*len(s.Response.Fields)
		}
	}
	for _, f := range h.Findings {
		n += 1024 + 256*len(f.Evidence)
	}
	return n
}

// trim forgets what is too much: handshakes without findings, oldest first,
// and then those with findings.
func (e *Engine) trim() {
	for pass := 0; pass < 2 && e.kept.over(); pass++ {
		var old []*cluster
		for _, c := range e.clusters {
			if pass == 1 || !c.hasFindings() {
				old = append(old, c)
			}
		}
		slices.SortFunc(old, func(a, b *cluster) int { return cmp.Compare(a.first(), b.first()) })
		for _, c := range old {
			if !e.kept.over() {
				return
			}
			e.forget(c)
		}
	}
}

func (c *cluster) hasFindings() bool {
	for _, p := range c.published {
		if len(p.last.Findings) > 0 {
			return true
		}
	}
	return false
}

// forget drops a cluster with all its handshakes.
func (e *Engine) forget(c *cluster) {
	for _, p := range c.published {
		e.Handshakes.Set(p.num, nil)
		e.kept.bytes -= int64(p.size)
		e.kept.forgotten++
	}
	for _, s := range c.sightings {
		s.home = nil
		list := e.byTarget[s.target]
		if i := slices.Index(list, s); i >= 0 {
			list = slices.Delete(list, i, i+1)
		}
		if len(list) == 0 {
			delete(e.byTarget, s.target)
		} else {
			e.byTarget[s.target] = list
		}
	}
	delete(e.clusters, c.key)
}

// alignSighting puts a sighting's times on the clock of the first source.
func (e *Engine) alignSighting(s *sighting) {
	off, _ := e.clocks.offset(s.RequestPacket.Source)
	s.Time = s.RequestPacket.Time + off
	s.Answered, s.Closed = 0, 0
	if s.ResponsePacket.Num != 0 {
		s.Answered = s.ResponsePacket.Time + off
	}
	if s.How != 0 {
		s.Closed = s.ClosePacket.Time + off
	}
	if s.WebSocket.LastPayload != 0 {
		s.WebSocket.LastPayload = s.c.lastPayload + off
	}
}

func sortByStart(hs []*Handshake) {
	slices.SortStableFunc(hs, func(a, b *Handshake) int {
		if c := cmp.Compare(a.Start, b.Start); c != 0 {
			return c
		}
		return cmp.Compare(a.Sightings[0].Exchange, b.Sightings[0].Exchange)
	})
}

// end is when a sighting was over: answered or closed, whichever came first;
// never, if neither is known.
func (s *sighting) end() flow.Time {
	const never = flow.Time(1<<63 - 1)
	switch {
	case s.Answer == AnswerSeen:
		return max(s.Answered, s.Time)
	case s.Answer == AnswerClosed && s.How != 0:
		return max(s.Closed, s.Time)
	}
	return never
}
