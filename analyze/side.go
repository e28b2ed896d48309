package analyze

import (
	"elbscope/analyze/http1"
	"elbscope/analyze/ws"
)

// stage says what a side is speaking.
type stage uint8

const (
	detecting stage = iota // the first bytes are not understood yet
	speaking               // HTTP/1
	paused                 // a handshake was sent; its answer decides what follows
	framing                // WebSocket frames
	opaque                 // TLS, HTTP/2, another protocol: bytes are not looked at
	closed
)

// side is what one end of a connection sends.
type side struct {
	// What each segment touches, see conn.
	c     *conn
	who   uint8 // 0 sends requests, 1 responses
	stage stage
	// open is set while there is a head at hand, which starts in packet begin.
	open bool
	// late is set if bytes were held back while detecting, from packet bufAt on.
	late bool
	// current is the exchange whose body is being read.
	current *exchange
	// early is set while the body of an early response is being read.
	early *earlyResponse
	// counted are the bytes of this side in Engine.begun.
	counted int
	parser  http1.Parser
	reader  *ws.Reader

	buf   []byte // while detecting; it begins in packet bufAt
	bufAt PacketRef
	skip  int  // bytes of a PROXY header still to come
	held  held // while paused
	begin PacketRef
	// replay is the packet that bytes came in which were held back, while they
	// are looked at.
	replay PacketRef
	// httpAt is the packet in which HTTP among frames may have begun.
	httpAt PacketRef
	// next is what follows a head that ended HTTP.
	next stage
	// holed is set while messages may be missing in a hole; inGap during the
	// parser's dealing with one.
	holed, inGap bool
	// awaited is the request whose answer would stand where that hole begins, if
	// the hole began behind a whole message, or where the connection did, and
	// this was the only one that waited.
	awaited *exchange
	// cutSwitch is set when the head that ended HTTP was itself cut.
	cutSwitch bool
	// waitsFor is the exchange whose answer a paused side waits for.
	waitsFor *exchange
}

func newSide(c *conn, who int) *side {
	s := &side{c: c, who: uint8(who)}
	s.parser.Init(s, who == 1)
	return s
}

// feed takes the next bytes.
func (s *side) feed(b []byte) {
	for len(b) > 0 {
		switch s.stage {
		case detecting:
			b = s.detect(b)
		case speaking:
			rest, stopped := s.parser.Feed(b)
			s.late = false
			if !stopped {
				return
			}
			b = rest
			s.turn(s.next)
		case paused:
			s.held.add(b, s.packet(), s.c.e.begun.bound(maxPaused, shortHead))
			if answers := s.c.side[1]; answers != nil && answers.holed {
				s.c.unpause()
			}
			return
		case framing:
			s.frames(b)
			return
		case opaque, closed:
			return
		}
	}
}

// turn changes the stage and makes ready for it.
func (s *side) turn(st stage) {
	was := s.stage
	s.stage, s.open = st, false
	switch st {
	case speaking:
		s.parser.Init(s, s.who == 1)
	case framing:
		if s.reader == nil {
			s.reader = s.c.newReader(int(s.who))
		}
	case detecting, paused, opaque, closed:
	}
	if was == paused && st != paused {
		s.waitsFor = nil
		s.release()
	}
}

// release lets go what was held back.
func (s *side) release() {
	pieces := s.held.pieces
	s.held = held{}
	for _, p := range pieces {
		if p.gap > 0 {
			s.gap(p.gap)
			continue
		}
		s.replay = p.at
		s.feed(p.bytes)
		s.replay = PacketRef{}
	}
}

// packet is the one that the bytes at hand came in.
func (s *side) packet() PacketRef {
	switch {
	case s.replay.Num != 0:
		return s.replay
	case s.c.at != nil:
		return refOf(s.c.at)
	}
	return s.begin
}

// here is the packet in which what is being looked at began.
func (s *side) here() PacketRef {
	if s.late {
		s.late = false
		return s.bufAt
	}
	return s.packet()
}

// gap takes a hole.
func (s *side) gap(n uint64) {
	switch s.stage {
	case detecting:
		if s.skip > 0 && n <= uint64(s.skip) {
			s.skip -= int(n)
			return
		}
		n -= uint64(s.skip)
		s.skip = 0
		s.undetected()
		s.gap(n)
	case speaking:
		s.inGap = true
		if !s.holed {
			s.awaited = s.answerDue()
		}
		s.parser.Gap(n)
		s.inGap = false
		if s.parser.Astray() {
			s.holed, s.c.lossy = true, true
		}
		if s.cutSwitch {
			s.cutSwitch = false
			s.turn(s.next)
			s.gap(n)
		}
	case paused:
		// What is behind the hole is frames or the next request; the answer
		// will tell.
		s.held.gap(n)
	case framing:
		s.follow(func(r *ws.Reader) { r.Gap(n) })
		s.c.upgradedChanged()
	case opaque, closed:
	}
}

// finish takes the end of what the side sends.
func (s *side) finish() {
	if s.stage == detecting && len(s.buf) > 0 {
		s.undetected()
	}
	if s.stage == speaking {
		s.parser.Finish()
		if s.open && s.who == 1 {
			s.c.broken() // not even enough to be called a head
		}
		s.open = false
	}
	if s.stage == speaking || s.stage == detecting {
		s.stage = closed
	}
}

// end takes the end of the connection: an answer will not come any more.
func (s *side) end() {
	for s.stage == paused && len(s.held.pieces) > 0 {
		s.turn(speaking)
	}
	s.finish()
}
