package analyze

import (
	"slices"
	"sync"

	"elbscope/analyze/http1"
)

// store accounts for what is kept, against the memory budget, and holds the
// packets of handshakes whose source cannot be read again.
type store struct {
	// limit is half of Config.Memory, 0 for no limit; bytes is how much of it is
	// taken by exchanges and handshakes.
	limit, bytes int64
	// forgotten counts what was given up, handshakes those of it that were
	// handshakes.
	forgotten, handshakes uint64

	mu      sync.Mutex // readers ask for packets
	packets map[packetKey][]byte
	// order is that of arrival, for giving up the oldest.
	order []packetKey
	// raw is what they take, in bytes, which bytes does not count.
	raw int64
}

type packetKey struct {
	source int
	num    uint64
}

func (s *store) over() bool { return s.limit > 0 && s.bytes > s.limit }

// keep takes copies of packets. They may take half as much as limit, besides it:
// a quarter of Config.Memory. The oldest are given up first.
func (e *Engine) keep(copies []Kept) {
	s := &e.kept
	if len(copies) == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.packets == nil {
		s.packets = make(map[packetKey][]byte)
	}
	for _, k := range copies {
		key := packetKey{k.Source, k.Num}
		if s.packets[key] != nil {
			continue
		}
		s.packets[key] = k.Raw
		s.order = append(s.order, key)
		s.raw += int64(len(k.Raw)) + packetCost
	}
	for s.limit > 0 && s.raw > s.limit/2 && len(s.order) > 0 {
		key := s.order[0]
		s.order = s.order[1:]
		s.raw -= int64(len(s.packets[key])) + packetCost
		delete(s.packets, key)
	}
}

// packetCost is about what keeping a packet takes beside its bytes.
const packetCost = 96

// KeptPacket returns the copy of a packet whose source cannot be read again;
// nil if none was kept, which is to be said where the packet is asked for. It
// may be called from any goroutine; the copy is not to be changed.
func (e *Engine) KeptPacket(r PacketRef) []byte {
	e.kept.mu.Lock()
	defer e.kept.mu.Unlock()
	return e.kept.packets[packetKey{r.Source, r.Num}]
}

// forgetExchange drops the oldest exchange.
func (e *Engine) forgetExchange() {
	if x := e.Exchanges.DropOldest(); x != nil {
		e.kept.bytes -= int64(x.size())
		e.kept.forgotten++
	}
}

// trim forgets what is too much: first exchanges, then handshakes without
// findings, then those with findings, and last of all those of which a part may
// still be to come, for that would be taken for a handshake of its own; each
// oldest first. Handshakes go down to nine tenths of the limit, so that not
// every one that comes starts a search for one to go.
func (e *Engine) trim() {
	for e.kept.over() && e.Exchanges.Len() > 0 {
		e.forgetExchange()
	}
	if !e.kept.over() {
		return
	}
	enough := e.kept.limit / 10 * 9
	for _, goes := range []func(*published) bool{
		func(p *published) bool { return len(p.last.Findings) == 0 && !e.unfinished(p) },
		func(p *published) bool { return !e.unfinished(p) },
		func(*published) bool { return true },
	} {
		for _, p := range e.byAge {
			if e.kept.bytes <= enough {
				break
			}
			if p.num >= 0 && goes(p) {
				e.forget(p)
			}
		}
	}
	e.clearByAge()
}

// unfinished reports whether a further sighting of a handshake can still come.
func (e *Engine) unfinished(p *published) bool {
	return !e.finished && slices.ContainsFunc(p.members, e.mayHaveKin)
}

// forget drops a handshake with all its sightings.
func (e *Engine) forget(p *published) {
	members := p.members
	e.drop(p)
	e.kept.forgotten++
	e.kept.handshakes++
	for _, s := range members {
		s.gone = true
		s.c.forget()
		e.forgetTarget(s)
		e.forgetSession(s)
	}
	c := p.owner
	for _, s := range members {
		if s.home != nil && s.home != c {
			e.leave(s) // it was to be told of elsewhere
		}
		s.home = nil
	}
	if c == nil {
		return
	}
	c.sightings = slices.DeleteFunc(c.sightings, func(s *sighting) bool { return s.gone })
	c.published = slices.DeleteFunc(c.published, func(o *published) bool { return o == p })
	if len(c.sightings) == 0 && e.clusters[c.key] == c {
		delete(e.clusters, c.key)
	}
}

// What things take on the heap beside their strings and slices, in bytes, as it
// rounds them up. TestFootprint holds the sum against the heap.
const (
	handshakeCost = 640 // with what finds it again
	findingCost   = 128
	sightingCost  = 768 + 640 + 112 // with its connection
	copyCost      = 640             // the copy of a sighting that is published
	headCost      = 96
	fieldCost     = 16
	packetRefCost = 48
)

// size is about what a handshake takes in memory, with what it was made of.
func (e *Engine) size(h *Handshake) int {
	n := handshakeCost + findingCost*len(h.Findings)
	for _, s := range h.Sightings {
		n += sightingCost + headSize(s.Request) + len(s.Body) + packetRefCost*len(s.Packets)
		if s.Response != nil {
			n += headSize(s.Response)
		}
		if !e.cfg.ReportOnly {
			n += copyCost
		}
	}
	return n
}

// sizeUnpublished is about what a sighting takes of which no handshake was made.
func sizeUnpublished(s *sighting) int {
	return sightingCost + headSize(s.Request)
}

func headSize(h *http1.Head) int { return headCost + len(h.Raw) + fieldCost*h.Len() }
