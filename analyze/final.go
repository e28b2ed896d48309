package analyze

import (
	"container/heap"
	"slices"
	"time"

	"elbscope/capture/flow"
)

// This file decides when a handshake can change no more, while packets still
// come: that its verdict, its status, its findings and its sightings stay. What
// goes on on a connection that stays open is still counted: frames, and who
// closes it in the end.
//
// The law. A handshake is final once, by packet time,
//
//   - each of its sightings is settled: its connection has ended, or it has
//     been answered, with something other than a 101, to the end of the answer
//     and without a doubt about whose answer it is;
//   - no sighting can join it any more: a hop does not forward what has been
//     answered or closed, and does not try again later than retryWithin; what
//     the capture side holds back behind a hole has come by then, too;
//   - no sighting of its target is without a home that might still be here;
//   - nothing that rules ask of others can change: the server is known to
//     understand PROXY headers where one was sent, and the socket.io session of
//     a failed handshake has been silent for sessionOver.
//
// It is then taken out of its cluster, so that nothing can join or divide it.
// All that is only sound where packets come from one source and in order of
// time, so it is for those who ask for it (Config.EarlyFinal), and it ends where
// time runs backwards.

const (
	// lateness is how long after its packet a sighting may show up at most:
	// bytes wait for the hole before them, and time passes in ticks.
	lateness = flow.HeldBack + flow.Time(2*time.Second)
	// sessionOver is how long a socket.io session has to be silent to be over.
	// A server forgets a session after a minute or so without a sign of life;
	// a request of a long poll may stay open for about as long.
	sessionOver = flow.Time(150 * time.Second)
	// askAgain is how long a handshake waits that hangs on something that
	// nobody will tell it about.
	askAgain = flow.Time(10 * time.Second)
)

// candidate is a handshake that may become final.
type candidate struct {
	*published
	due flow.Time
	// ticks is how often time had passed when it became one. One packet with a
	// time from the future must not settle everything at once.
	ticks uint64
}

// candidates is a heap, the one that is due next on top.
type candidates []candidate

func (c candidates) Len() int           { return len(c) }
func (c candidates) Less(i, j int) bool { return c[i].due < c[j].due }
func (c candidates) Swap(i, j int)      { c[i], c[j] = c[j], c[i] }
func (c *candidates) Push(x any)        { *c = append(*c, x.(candidate)) }
func (c *candidates) Pop() any {
	last := len(*c) - 1
	x := (*c)[last]
	(*c)[last] = candidate{}
	*c = (*c)[:last]
	return x
}

// considerFinal notes a handshake that may become final.
func (e *Engine) considerFinal(p *published) {
	if !e.cfg.EarlyFinal || e.finished || e.unsorted || p.candidate || p.last.Final {
		return
	}
	if due, ok := e.finalFrom(p, nil); ok {
		p.candidate = true
		heap.Push(&e.candidates, candidate{p, due, e.ticks})
	}
}

// makeFinal makes final what is due.
func (e *Engine) makeFinal() {
	const enoughTicks = 2
	if e.unsorted {
		e.candidates = nil
		return
	}
	var homeless map[string]bool
	for len(e.candidates) > 0 && e.candidates[0].due <= e.now && !e.finished {
		c := heap.Pop(&e.candidates).(candidate)
		c.candidate = false
		if c.num < 0 || c.last.Final {
			continue // it was retracted or forgotten
		}
		if homeless == nil {
			homeless = e.homelessTargets()
		}
		due, ok := e.finalFrom(c.published, homeless)
		switch {
		case !ok: // it will be considered again when it has changed
		case due > e.now:
			c.candidate = true
			heap.Push(&e.candidates, candidate{c.published, due, c.ticks})
		case c.owner == nil, c.owner.dirty, e.ticks-c.ticks < enoughTicks:
			c.candidate = true
			heap.Push(&e.candidates, candidate{c.published, e.now + 1, c.ticks})
		default:
			e.seal(c.published)
		}
	}
}

// homelessTargets are the targets of the sightings that still look for kin.
func (e *Engine) homelessTargets() map[string]bool {
	targets := make(map[string]bool, len(e.homeless))
	for _, s := range e.homeless {
		targets[s.target] = true
	}
	return targets
}

// finalFrom returns from when on a handshake is final; ok is false if that is
// not known before one of its sightings changes.
func (e *Engine) finalFrom(p *published, homeless map[string]bool) (from flow.Time, ok bool) {
	for _, s := range p.members {
		if !s.settled() {
			return 0, false
		}
		from = max(from, s.end()+retryWithin+lateness)
		if homeless[s.target] || s.Proxy.Version != "" && !e.proxyOK[s.c.info.Server.String()] {
			from = max(from, e.now+askAgain)
		}
	}
	if se := e.sessions[sessionOf(p.last.First().Request.Target())]; se != nil && !p.last.Succeeded() {
		from = max(from, se.latest()+sessionOver)
	}
	return from, true
}

// settled reports whether nothing about a sighting can change any more that a
// verdict or a finding hangs on.
func (s *sighting) settled() bool {
	if s.c.ended {
		return s.final && s.end() != never
	}
	return s.Answer == AnswerSeen && s.Response.Whole && s.Response.Status() != 101 &&
		s.Request.Whole && s.told && (s.c.suspect == nil || s.c.suspect.sighting != s)
}

// latest is when the session last gave a sign of life.
func (se *session) latest() (at flow.Time) {
	for _, s := range se.tries {
		at = max(at, s.RequestPacket.Time)
	}
	for i := range se.legs {
		at = max(at, se.legs[i].last.packet.Time)
	}
	return at
}

// seal takes a handshake out of its cluster, into one of its own that stays as
// it is, and publishes it as final.
func (e *Engine) seal(p *published) {
	polling := e.polling(p.last)
	c := &cluster{
		key: "final " + uitoa(p.id), sightings: slices.Clone(p.members), settled: e.now,
		published: []*published{p}, polling: &polling,
	}
	if from := p.owner; from != nil {
		from.published = slices.DeleteFunc(from.published, func(o *published) bool { return o == p })
	}
	for _, s := range p.members {
		e.leave(s)
		s.home = c
	}
	e.clusters[c.key], p.owner = c, c
	e.update(p, e.assemble(p.members, c))
}

// sealed reports whether a sighting belongs to a handshake that is final.
func (s *sighting) sealed() bool { return s.home != nil && s.home.polling != nil }
