package analyze

import (
	"bytes"

	"elbscope/analyze/preface"
)

// This file decides what a connection speaks and, where the capture began in the
// middle of it, which end is the client: both by the first bytes of each side.

// detect looks at the first bytes of the connection.
func (s *side) detect(b []byte) []byte {
	if n := min(s.skip, len(b)); n > 0 {
		s.skip -= n
		return b[n:]
	}
	if len(s.buf) > 0 {
		s.buf = append(s.buf, b...)
		b = s.buf
	}
	found, more := preface.Detect(b)
	if s.c.mayTurn() {
		more = s.orient(found.Kind, b) || more
	}
	if more && len(b) < preface.Enough {
		if len(s.buf) == 0 {
			s.bufAt = s.here()
			s.late = true
			s.buf = append(s.buf, b...)
		}
		return nil
	}
	s.buf = nil
	if s.who == 1 && s.c.hello != nil {
		s.c.answersHello(s, &found)
		return nil
	}
	switch found.Kind {
	case preface.ProxyV1, preface.ProxyV2:
		s.c.noteProxy(&found, s.here())
		n := min(found.Len, len(b))
		s.skip = found.Len - n
		return b[n:]
	case preface.TLS:
		s.c.beginsWithTLS(s, &found)
		return nil
	case preface.HTTP2:
		if found.Settings && (s.who == 0 || s.c.info.Midstream) {
			break // this is the middle of anything
		}
		s.c.beginsWithHTTP2(s, &found)
		return nil
	case preface.Unknown, preface.Request, preface.Response:
	}
	s.turn(speaking)
	return b
}

// undetected goes on without knowing what the first bytes are.
func (s *side) undetected() {
	held := s.buf
	s.buf = nil
	switch {
	case s.who == 0 && s.c.unheard():
		s.c.bothForeign(s.c.number()) // what it began with is in the hole
		return
	case s.who == 1 && s.c.hello != nil:
		s.turn(opaque)
		return
	}
	s.turn(speaking)
	s.feed(held)
	s.late = false
}

// noteProxy takes a PROXY header from the start of the connection.
func (c *conn) noteProxy(f *preface.Result, at PacketRef) {
	c.proxy.Count++
	if c.proxy.Count > 1 {
		return
	}
	c.proxy.Version = "v1"
	if f.Kind == preface.ProxyV2 {
		c.proxy.Version = "v2"
	}
	c.proxy.Source, c.proxy.Dest = f.Source, f.Dest
	c.proxy.Packet = at
}

// orient decides by the first bytes of a connection that was under way when
// the capture began who is the client. It reports that it needs more of them.
func (s *side) orient(k preface.Kind, b []byte) (more bool) {
	switch {
	case k == preface.Response && s.who == 0:
		s.c.turnRound()
	case k == preface.Request && s.who == 1:
		is, more := looksLikeRequest(b)
		if is {
			s.c.turnRound()
		}
		return more
	}
	return false
}

// mayTurn reports whether the roles are still a guess: the connection was under
// way when the capture began, and neither side has shown which one it is.
func (c *conn) mayTurn() bool {
	if !c.info.Midstream || c.requests+c.responses > 0 || c.switched != nil || c.proxy.Version != "" {
		return false
	}
	for _, s := range c.side {
		if s != nil && s.stage != detecting && s.stage != speaking {
			return false
		}
	}
	return true
}

// turnRound exchanges the roles of the two ends.
func (c *conn) turnRound() {
	c.flipped = !c.flipped
	turned := *c.info
	turned.Client, turned.Server = c.info.Server, c.info.Client
	c.info = &turned
	c.side[0], c.side[1] = c.side[1], c.side[0]
	c.seen[0], c.seen[1] = c.seen[1], c.seen[0]
	c.missed[0], c.missed[1] = c.missed[1], c.missed[0]
	c.closes[0], c.closes[1] = c.closes[1], c.closes[0]
	for who, s := range c.side {
		if s == nil {
			continue
		}
		s.who = uint8(who)
		s.parser.Init(s, who == 1)
		if s.stage == speaking {
			s.parser.Search() // no head was among what it has sent so far
		}
	}
}

// looksLikeRequest reports whether b starts with a whole request line; more
// says that the line has no end yet.
func looksLikeRequest(b []byte) (is, more bool) {
	line, _, ended := bytes.Cut(bytes.TrimLeft(b, "\r\n"), []byte("\n"))
	line = bytes.TrimSuffix(line, []byte("\r"))
	n := len(line) - len(" HTTP/1.x")
	return ended && n > 0 && bytes.HasPrefix(line[n:], []byte(" HTTP/1.")), !ended
}
