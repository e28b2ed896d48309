package analyze

import (
	"cmp"
	"net/netip"
	"slices"
	"time"

	"elbscope/capture/flow"
)

// This file notices WebSockets that end at one moment. A timer for silence runs for
// each of them on its own: where several end together after silences of different
// lengths, it was none. Whoever ended them was restarted, or taken out of service.

const (
	// atOnce is how far apart ends may be that have one reason.
	atOnce = flow.Time(500 * time.Millisecond)
	// aroundThen is the time before and after in which others end now and then, or so
	// many that it means nothing if some do together.
	aroundThen = flow.Time(10 * time.Second)
	// maxEndings bounds the ends that are remembered. The oldest of a server are
	// forgotten first: of them nothing is claimed.
	maxEndings = 1 << 16
	// maxCompany bounds those that one is compared with, before and after it.
	maxCompany = 256
)

// ender is who ended a WebSocket: one end of the connections to a server.
type ender struct {
	source int
	server netip.AddrPort
	by     flow.Dir
}

// ending is how a WebSocket ended without a close frame: when, and how long nothing
// had been said by then.
type ending struct{ at, silence flow.Time }

// endings are those of all enders, each in order of time.
type endings struct {
	of map[ender][]ending
	n  int
	// news is set when one was added since it was last asked who is in company.
	news bool
}

// add notes an end.
func (all *endings) add(who ender, end ending) {
	if all.of == nil {
		all.of = make(map[ender][]ending)
	}
	list := all.of[who]
	if all.n >= maxEndings {
		forget := (len(list) + 1) / 2
		list, all.n = slices.Delete(list, 0, forget), all.n-forget
		if forget == 0 {
			return
		}
	}
	i := len(list)
	for i > 0 && list[i-1].at > end.at {
		i--
	}
	all.of[who] = slices.Insert(list, i, end)
	all.n++
	all.news = true
}

// inCompany reports whether others ended with one by the same end, mostly after
// other silences, and hardly any just before and after.
func (all *endings) inCompany(who ender, end ending) bool {
	list := all.of[who]
	i, _ := slices.BinarySearchFunc(list, end.at, func(o ending, at flow.Time) int { return cmp.Compare(o.at, at) })
	alike, other, apart := -1, 0, 0 // it is alike to itself
	for _, o := range list[max(0, i-maxCompany):min(len(list), i+maxCompany)] {
		switch away := max(o.at-end.at, end.at-o.at); {
		case away > aroundThen:
		case away > atOnce:
			apart++
		case end.like(o):
			alike++
		default:
			other++
		}
	}
	return other > alike && 2*apart < 1+alike+other
}

// like reports whether one timer may have measured both silences, by a coarse clock.
func (end ending) like(o ending) bool {
	const slack = flow.Time(1500 * time.Millisecond)
	return max(end.silence-o.silence, o.silence-end.silence) <= slack
}

// noteEnding notes that this WebSocket is ended by a packet, as the first one to
// do so.
func (c *conn) noteEnding(who int, p *flow.Packet) {
	if c.upgraded == nil || c.closes[1-who].how != 0 || p.Time < c.lastPayload {
		return
	}
	for _, s := range c.side {
		if s != nil && s.reader != nil && s.reader.CloseSeen {
			return
		}
	}
	c.e.endings.add(ender{c.info.Source, c.info.Server, flow.Dir(who)}, ending{p.Time, p.Time - c.lastPayload})
}

// inCompany reports whether the WebSocket of a sighting ended together with others.
func (e *Engine) inCompany(s *Sighting) bool {
	if s.How == 0 || !s.switched() {
		return false
	}
	who := ender{s.Conn.Source, s.Conn.Server, s.ClosedBy}
	return e.endings.inCompany(who, ending{s.ClosePacket.Time, s.Closed - max(s.WebSocket.LastPayload, s.Answered)})
}

// regardCompany marks the handshakes for a new judgement whose WebSockets turn out
// to have ended together with others.
func (e *Engine) regardCompany() {
	if !e.endings.news {
		return
	}
	e.endings.news = false
	for _, c := range e.clusters {
		for _, s := range c.sightings {
			if s.How == 0 || s.sealed() || s.together || !s.switched() {
				continue
			}
			s.current()
			e.alignSighting(s)
			if s.together = e.inCompany(&s.Sighting); s.together {
				e.changed(s)
			}
		}
	}
}
