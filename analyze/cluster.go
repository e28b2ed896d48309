package analyze

import (
	"slices"

	"elbscope/analyze/http1"
	"elbscope/analyze/ws"
	"elbscope/capture/flow"
)

// cluster holds the sightings that may belong to one handshake: those with
// the same key. Which of them do is decided by group.go, every time one of
// them has changed.
type cluster struct {
	key       string
	sightings []*sighting
	dirty     bool
	// dirtied is since when; settled is when it was last worked out what
	// follows from them.
	dirtied, settled flow.Time
	// published are the handshakes made of them.
	published []*published
	// final is set in the cluster of a handshake that is final.
	final *circumstances
}

// maxCluster bounds the sightings that are compared because they share a key.
// A key is 16 random bytes; what repeats one is a program that checks the
// service, and what it did thousands of tries ago does not matter any more.
const maxCluster = 4096

// newSighting starts a sighting of a handshake in exchange x.
func (e *Engine) newSighting(c *conn, x *exchange, h *http1.Head) {
	s := &sighting{c: c, from: c.info.Client.Addr()}
	s.Exchange, s.RequestPacket, s.Conn = x.ID, x.Request, c.info
	x.sighting, x.Sighting = s, true
	e.noteLate(c)
	s.setRequest(h.Clone())
	s.owed = sizeUnpublished(s)
	e.kept.bytes += int64(s.owed)
	s.noteClose() // its server may have closed before it was asked
	c.sightings = append(c.sightings, s)
	c.takeWindow(s)
	e.noteHandshake(s)
	e.place(s)
	e.noteTarget(s)
	e.changed(s)
}

// place puts a sighting into the cluster of its key. One whose key does not say
// whose it is has to look for its kin, too.
func (e *Engine) place(s *sighting) {
	if s.key != "" {
		e.join(s, e.clusterFor("key "+s.key))
	}
	if !ws.ValidKey(s.key) {
		e.homeless = append(e.homeless, s)
	}
}

// rehome puts a sighting where it belongs after more of its head has become
// known.
func (e *Engine) rehome(s *sighting) {
	e.changed(s)
	if s.gone || s.sealed() || s.key == "" || s.home != nil && s.home.key == "key "+s.key {
		return
	}
	if s.home != nil {
		// Those that found it by other signs may have been wrong.
		for _, o := range s.home.sightings {
			if o.adopted && o != s {
				o.adopted, o.looked = false, 0
				e.homeless = append(e.homeless, o)
			}
		}
	}
	e.homeless = slices.DeleteFunc(e.homeless, func(o *sighting) bool { return o == s })
	e.leave(s)
	e.place(s)
}

func (e *Engine) clusterFor(key string) *cluster {
	c := e.clusters[key]
	if c != nil && len(c.sightings) >= maxCluster {
		// What is in it stays, apart from what is to come.
		c.key += " until " + uitoa(e.ids)
		e.clusters[c.key] = c
		c = nil
	}
	if c == nil {
		c = &cluster{key: key}
		e.clusters[key] = c
	}
	return c
}

// join puts a sighting into a cluster.
func (e *Engine) join(s *sighting, c *cluster) {
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
		c.dirty, c.dirtied = true, e.now
		e.dirty = append(e.dirty, c)
	}
}

// changed tells that something about a sighting is new.
func (e *Engine) changed(s *sighting) {
	s.rev++
	if s.home != nil {
		e.markDirty(s.home)
	}
}

// first is the oldest exchange in the cluster, for an order that is the same
// in every run.
func (c *cluster) first() uint64 {
	if len(c.sightings) == 0 {
		return 0
	}
	return c.sightings[0].Exchange
}
