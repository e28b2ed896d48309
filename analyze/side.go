package analyze

import (
	"elbscope/analyze/http1"
	"elbscope/analyze/preface"
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

// maxPaused bounds what is held back of a client that goes on talking before
// its handshake was answered.
const maxPaused = 64 << 10

// side is what one end of a connection sends.
type side struct {
	c      *conn
	who    int // 0 sends requests, 1 responses
	stage  stage
	buf    []byte // while detecting or paused
	skip   int    // bytes of a PROXY header still to come
	bufAt  PacketRef
	parser http1.Parser
	reader *ws.Reader
	// begin is the packet in which the head at hand starts.
	begin PacketRef
	// current is the exchange whose body is being read.
	current *exchange
	// early is set while the body of an early response is being read.
	early *earlyResponse
	// next is what follows a head that ended HTTP.
	next stage
	// holed is set while messages may be missing in a hole; inGap during the
	// parser's dealing with one.
	holed, inGap bool
	// cutSwitch is set when the head that ended HTTP was itself cut.
	cutSwitch bool
}

func newSide(c *conn, who int) *side {
	s := &side{c: c, who: who}
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
			if !stopped {
				return
			}
			b = rest
			s.turn(s.next)
		case paused:
			s.hold(b)
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
	held := s.buf
	was := s.stage
	s.stage = st
	switch st {
	case speaking:
		s.parser.Init(s, s.who == 1)
	case framing:
		if s.reader == nil {
			s.reader = s.c.newReader(s.who)
		}
	case detecting, paused, opaque, closed:
	}
	if was == paused && len(held) > 0 {
		s.buf = nil
		s.feed(held)
	}
}

// search makes a closed side listen again.
func (s *side) search() {
	s.stage = speaking
	s.parser.Init(s, s.who == 1)
	s.parser.Search()
}

// hold keeps bytes back until the handshake before them is answered.
func (s *side) hold(b []byte) {
	if len(s.buf) == 0 && s.c.at != nil {
		s.bufAt = refOf(s.c.at)
	}
	if len(s.buf)+len(b) > maxPaused {
		b = b[:maxPaused-len(s.buf)]
	}
	s.buf = append(s.buf, b...)
}

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
	if more && len(b) < preface.Enough {
		if len(s.buf) == 0 {
			s.bufAt = s.here()
			s.buf = append(s.buf, b...)
		}
		return nil
	}
	s.buf = nil
	switch found.Kind {
	case preface.ProxyV1, preface.ProxyV2:
		s.c.noteProxy(&found)
		s.bufAt = PacketRef{}
		n := min(found.Len, len(b))
		s.skip = found.Len - n
		return b[n:]
	case preface.TLS:
		s.c.e.encrypted(s.c)
		s.c.both(opaque)
		return nil
	case preface.HTTP2:
		s.c.e.http2(s.c)
		s.c.both(opaque)
		return nil
	case preface.Unknown, preface.Request, preface.Response:
	}
	s.turn(speaking)
	return b
}

// gap takes a hole.
func (s *side) gap(n uint64) {
	switch s.stage {
	case detecting:
		held := s.buf
		s.buf = nil
		s.turn(speaking)
		s.feed(held)
		s.gap(n)
	case speaking:
		s.inGap = true
		s.parser.Gap(n)
		s.inGap = false
		s.holed = s.holed || s.parser.Astray()
		if s.cutSwitch {
			s.cutSwitch = false
			s.turn(s.next)
			s.gap(n)
		}
	case paused:
		// What is behind the hole is frames or the next request; the answer
		// will tell, so that only the bytes before it are given up.
		s.buf = nil
	case framing:
		s.reader.Gap(n)
		s.c.upgradedChanged()
	case opaque, closed:
	}
}

// finish takes the end of what the side sends.
func (s *side) finish() {
	switch s.stage {
	case speaking:
		s.parser.Finish()
	case detecting:
		if len(s.buf) > 0 {
			held := s.buf
			s.buf = nil
			s.turn(speaking)
			s.feed(held)
			s.parser.Finish()
		}
	case paused, framing, opaque, closed:
	}
	if s.stage == speaking || s.stage == detecting {
		s.stage = closed
	}
}

// frames takes bytes of a WebSocket.
func (s *side) frames(b []byte) {
	before, http := s.reader.Frames, s.reader.HTTP
	s.reader.Feed(b)
	s.c.e.frames(s.reader.Frames - before)
	up := s.c.upgraded
	if up == nil || s.reader.HTTP == http && (before > 0 || s.reader.Frames == 0) {
		return // more of the same is no news; the counts are fetched when needed
	}
	if s.reader.HTTP && !http && up.WebSocket.HTTPHead.Num == 0 && s.c.at != nil {
		up.WebSocket.HTTPHead = refOf(s.c.at)
		up.WebSocket.HTTPLine = s.reader.HTTPLine()
		up.WebSocket.HTTPFrom = s.dir()
	}
	s.c.e.changed(up)
}
