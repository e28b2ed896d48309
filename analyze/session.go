package analyze

import (
	"net/netip"
	"slices"
	"strings"

	"elbscope/capture/flow"
)

// A socket.io session whose WebSocket handshake failed goes on polling. That
// is what its user sees of the failure: it works, slowly.

// session is a socket.io session that tried a WebSocket.
type session struct {
	tries []*sighting
	legs  []pollLeg
}

// pollLeg is the polling of a session on one leg, in one source.
type pollLeg struct {
	server netip.AddrPort
	source int
	polls  []poll // the first ones
	last   poll
	total  int
}

// poll is a polling request of a session.
type poll struct {
	packet PacketRef
	conn   *flow.Conn
	line   string
}

// What counts is that the polls go on after the failure: the first ones of a
// session are kept, and the last. The tries tell whether one succeeded.
const (
	maxPolls = 8
	maxTries = 32
	maxLegs  = 8
)

// noteHandshake remembers that a session tried a WebSocket.
func (e *Engine) noteHandshake(s *sighting) {
	id := sessionOf(s.target)
	if id == "" {
		return
	}
	if e.sessions[id] == nil {
		e.sessions[id] = &session{}
	}
	if se := e.sessions[id]; len(se.tries) < maxTries {
		se.tries = append(se.tries, s)
	}
}

// forgetSession drops what is known about the session of a sighting that is
// gone, if it was the last of it.
func (e *Engine) forgetSession(s *sighting) {
	id := sessionOf(s.target)
	if se := e.sessions[id]; se != nil {
		se.tries = slices.DeleteFunc(se.tries, func(o *sighting) bool { return o == s })
		if len(se.tries) == 0 {
			delete(e.sessions, id)
		}
	}
}

// noteRequest looks whether an ordinary request is a poll of such a session.
func (e *Engine) noteRequest(x *exchange) {
	if len(e.sessions) == 0 {
		return
	}
	id, ok := looksPolling(x.Target)
	if !ok {
		return
	}
	se := e.sessions[id]
	if se == nil {
		return
	}
	leg := se.leg(x.Conn.Server, x.Request.Source)
	if leg == nil {
		return
	}
	leg.total++
	leg.last = poll{x.Request, x.Conn, x.Method + " " + x.Target}
	if len(leg.polls) < maxPolls {
		leg.polls = append(leg.polls, leg.last)
	} else if leg.total&(leg.total-1) != 0 {
		return // a thousand polls are as bad as 999
	}
	for _, s := range se.tries {
		e.changed(s)
	}
}

// leg returns the leg of a session that a poll was seen on, nil if there are
// too many.
func (se *session) leg(server netip.AddrPort, source int) *pollLeg {
	i := slices.IndexFunc(se.legs, func(l pollLeg) bool { return l.server == server && l.source == source })
	if i < 0 {
		if len(se.legs) == maxLegs {
			return nil
		}
		i = len(se.legs)
		se.legs = append(se.legs, pollLeg{server: server, source: source})
	}
	return &se.legs[i]
}

// polling says what the session of a handshake did after it, on the leg
// nearest to the client.
func (e *Engine) polling(h *Handshake) Polling {
	// Asked again, it failed when the last try did.
	tried := h.latest(h.First().Hop)
	p := Polling{Session: sessionOf(tried.Request.Target())}
	se := e.sessions[p.Session]
	if p.Session == "" || se == nil {
		return Polling{}
	}
	failed := tried.Answered
	if failed == 0 {
		failed = tried.Closed
	}
	for _, s := range se.tries {
		p.Upgraded = p.Upgraded || s.Response != nil && s.Response.Status() == 101
	}
	i := slices.IndexFunc(se.legs, func(l pollLeg) bool {
		return l.server == tried.Conn.Server && l.source == tried.RequestPacket.Source
	})
	if failed == 0 || i < 0 {
		return p
	}
	leg := &se.legs[i]
	off, _ := e.clocks.offset(tried.RequestPacket.Source)
	after := func(p poll) bool { return p.packet.Time+off >= failed }
	n := slices.IndexFunc(leg.polls, after)
	one := leg.last
	switch {
	case n >= 0:
		one = leg.polls[n]
	case after(leg.last):
		n = leg.total - 1 // at least that one
	default:
		return p
	}
	p.First, p.Conn, p.After, p.FirstLine = one.packet, one.conn, one.packet.Time+off-failed, one.line
	p.Last, p.Requests = leg.last.packet, leg.total-n
	return p
}

// looksPolling reports whether a target is a socket.io polling request of a
// session, and of which.
func looksPolling(target string) (session string, ok bool) {
	if rest, found := strings.CutPrefix(target, "/socket.io/1/"); found {
		transport, id, _ := strings.Cut(rest, "/")
		id, _, _ = strings.Cut(id, "?")
		id, _, _ = strings.Cut(id, "/")
		switch transport {
		case "xhr-polling", "jsonp-polling", "htmlfile", "xhr-multipart":
			return id, id != ""
		}
		return "", false
	}
	if queryValue(target, "transport") != "polling" {
		return "", false
	}
	id := queryValue(target, "sid")
	return id, id != ""
}
