package analyze

// A socket.io session whose WebSocket handshake failed goes on polling. That
// is what its user sees of the failure: it works, slowly.

// session is a socket.io session that tried a WebSocket.
type session struct {
	tries []*sighting
	polls []poll
	more  int // polls not kept
}

// poll is a polling request of a session.
type poll struct {
	packet PacketRef
	x      Exchange
}

// maxPolls bounds the polls kept for one session; what counts is that they go
// on after the failure.
const maxPolls = 64

// noteHandshake remembers that a session tried a WebSocket.
func (e *Engine) noteHandshake(s *sighting) {
	id := sessionOf(s.target)
	if id == "" {
		return
	}
	if e.sessions[id] == nil {
		e.sessions[id] = &session{}
	}
	if se := e.sessions[id]; len(se.tries) < maxPolls {
		se.tries = append(se.tries, s)
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
	if len(se.polls) == maxPolls {
		se.more++
		return
	}
	se.polls = append(se.polls, poll{x.Request, x.Exchange})
	for _, s := range se.tries {
		e.changed(s)
	}
}

// polling says what the session of a handshake did after it, on the leg
// nearest to the client.
func (e *Engine) polling(h *Handshake) Polling {
	first := h.First()
	p := Polling{Session: sessionOf(first.Request.Target())}
	se := e.sessions[p.Session]
	if p.Session == "" || se == nil {
		return Polling{}
	}
	failed := first.Answered
	if failed == 0 {
		failed = first.Closed
	}
	for _, s := range se.tries {
		p.Upgraded = p.Upgraded || s.Response != nil && s.Response.Status() == 101
	}
	if failed == 0 {
		return p
	}
	off, _ := e.clocks.offset(first.RequestPacket.Source)
	for _, poll := range se.polls {
		at := poll.packet.Time + off
		if poll.x.Conn.Server != first.Conn.Server || poll.packet.Source != first.RequestPacket.Source || at < failed {
			continue
		}
		if p.Requests == 0 {
			p.First, p.Conn, p.After = poll.packet, poll.x.Conn, at-failed
			p.FirstLine = poll.x.Method + " " + poll.x.Target
		}
		p.Last = poll.packet
		p.Requests++
	}
	if p.Requests > 0 {
		p.Requests += se.more
	}
	return p
}
