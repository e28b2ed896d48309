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
//     a failed handshake has been silent for sessionOver. What the capturing
//     machine dropped meanwhile is told within a second or so, and what a server
//     that hung up expects may be shown at any time: both count as they are
//     known by then.
//
// It is then taken out of its cluster, so that nothing can join or divide it.
// All that is only sound where packets come from one source and in order of
// time, so it is for those who ask for it (Config.EarlyFinal), and it ends where
// time runs backwards, or a handshake turns up that is older than it can be.

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

// candidacy is what a handshake that may become final waits for.
type candidacy struct {
	// place is one more than its index among the candidates, 0 for none.
	place int
	due   flow.Time
	// ripe is the tick at which it was found due, 0 before. It has to be so at
	// another one as well: one packet with a time from the future must not
	// settle everything at once.
	ripe uint64
	// pass is the one of makeFinal that looked at it last.
	pass uint64
}

// candidates is a heap, the one that is due next on top.
type candidates []*published

func (c candidates) Len() int           { return len(c) }
func (c candidates) Less(i, j int) bool { return c[i].candidacy.due < c[j].candidacy.due }
func (c candidates) Swap(i, j int) {
	c[i], c[j] = c[j], c[i]
	c[i].candidacy.place, c[j].candidacy.place = i+1, j+1
}

// Push implements heap.Interface.
func (c *candidates) Push(x any) {
	p := x.(*published)
	*c = append(*c, p)
	p.candidacy.place = len(*c)
}

// Pop implements heap.Interface.
func (c *candidates) Pop() any {
	last := len(*c) - 1
	p := (*c)[last]
	(*c)[last] = nil
	*c = (*c)[:last]
	p.candidacy.place = 0
	return p
}

// noteLate notices that the packet which shows a sighting is older than one can
// be when it comes: the file is not in order of time. The first packet of its
// head may be, for there are slow clients.
func (e *Engine) noteLate(c *conn) {
	e.unsorted = e.unsorted || e.ticks > 0 && c.at != nil && c.at.Time < e.now-lateness
}

// considerFinal notes a handshake that may become final.
func (e *Engine) considerFinal(p *published) {
	if !e.cfg.EarlyFinal || e.finished || e.unsorted || p.candidacy.place > 0 || p.last.Final {
		return
	}
	if due, ok := e.finalFrom(p, nil); ok {
		e.waitUntil(due, p)
	}
}

func (e *Engine) waitUntil(due flow.Time, p *published) {
	p.candidacy.due = due
	heap.Push(&e.candidates, p)
}

// withdraw forgets that a handshake was to become final.
func (e *Engine) withdraw(p *published) {
	if p.candidacy.place > 0 {
		heap.Remove(&e.candidates, p.candidacy.place-1)
	}
}

// makeFinal makes final what is due. Each is looked at once: the clock of a
// damaged file may stand at the end of time, where nothing lies ahead of it.
func (e *Engine) makeFinal() {
	if e.unsorted {
		for _, p := range e.candidates {
			p.candidacy.place = 0
		}
		e.candidates = nil
		return
	}
	var homeless map[string]bool
	e.passes++
	for len(e.candidates) > 0 && e.candidates[0].candidacy.due <= e.now && e.candidates[0].candidacy.pass != e.passes && !e.finished {
		p := heap.Pop(&e.candidates).(*published)
		p.candidacy.pass = e.passes
		if homeless == nil {
			homeless = e.homelessTargets()
		}
		due, ok := e.finalFrom(p, homeless)
		ripe := &p.candidacy.ripe
		switch {
		case p.last.Final:
		case !ok: // it will be considered again when it has changed
			*ripe = 0
		case due > e.now:
			*ripe = 0
			e.waitUntil(due, p)
		case p.owner == nil, p.owner.dirty, *ripe == 0, *ripe == e.ticks:
			if *ripe == 0 {
				*ripe = e.ticks
			}
			e.waitUntil(addTime(e.now, 1), p)
		default:
			e.seal(p)
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
		from = max(from, addTime(s.end(), retryWithin+lateness))
		if homeless[s.target] || s.Proxy.Version != "" && !e.understandsProxy(s.c.info.Server) {
			from = max(from, addTime(e.now, askAgain))
		}
	}
	if se := e.sessions[sessionOf(p.last.First().Request.Target())]; se != nil && !p.last.Succeeded() {
		from = max(from, addTime(se.latest(), sessionOver))
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

// circumstances are what a judgement hangs on beside the sightings themselves.
// Those of a final handshake stay as they were.
type circumstances struct {
	// lossy is set if the capturing machine dropped packets meanwhile.
	lossy bool
	// polling is what the handshake's socket.io session did.
	polling Polling
	// wantsProxy and wantsTLS are what the last server has shown elsewhere.
	wantsProxy, wantsTLS *Precedent
	// together is set if its WebSocket ended together with others.
	together bool
}

func (e *Engine) circumstances(h *Handshake) *circumstances {
	server := h.Last().Conn.Server
	return &circumstances{
		lossy: e.lossDuring(h), polling: e.polling(h),
		wantsProxy: e.conduct.wantsProxy(server), wantsTLS: e.conduct.wantsTLS(server),
		together: slices.ContainsFunc(h.Sightings, e.inCompany),
	}
}

// seal takes a handshake out of its cluster, into one of its own that stays as
// it is, and publishes it as final.
func (e *Engine) seal(p *published) {
	c := &cluster{
		key: "final " + uitoa(p.id), sightings: slices.Clone(p.members), settled: e.now,
		published: []*published{p}, final: e.circumstances(p.last),
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
func (s *sighting) sealed() bool { return s.home != nil && s.home.final != nil }
