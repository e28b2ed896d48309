package analyze

import (
	"time"

	"elbscope/analyze/http1"
	"elbscope/capture/flow"
)

// This file pairs requests with responses: the side is the http1.Handler of
// its parser.

// exchange is an Exchange that is still being read.
type exchange struct {
	Exchange
	num      int // in the log; -1 before it was published
	sighting *sighting
	// upgrade is set if a 101 can be the answer.
	upgrade bool
	// stale is set while a change waits for being published.
	stale bool
	// behindHole is set if a request before this one may be missing: the answer
	// that came first may be to that. So may a doubtful earlyResponse.
	behindHole bool
}

// pairing is what a connection knows of whose answer a response is.
type pairing struct {
	requests, responses int // on this connection so far
	// pending are the requests without a final response, oldest first.
	pending []*exchange
	// early is a response that came while no request was pending.
	early *earlyResponse
	// orphaned is set when a response came whose request is not known: it may
	// be the answer to the next one all the same.
	orphaned bool
	// pipelined is set once a request was sent before the answer to the one
	// before it: then the order alone says what belongs together. lossy is set
	// once whole messages may be missing; with both, nothing does.
	pipelined, lossy bool
	// suspect is the latest request if its answer came right behind a hole:
	// should the next request be missing, too, the answer may be to that one.
	suspect *exchange
	// shifted is set if the request before the latest one had its answer right
	// behind a hole: it may have been the latest one's, come early.
	shifted bool
	// strayed is set if an answer came before the first request in the capture, to
	// one from before it, or unasked.
	strayed bool
}

// Begin implements http1.Handler.
func (s *side) Begin() {
	s.begin, s.open = s.here(), true
	c := s.c
	if s.who == 0 && c.early != nil && c.early.doubtful && !c.early.overtook(s.begin.Time) {
		c.early, c.strayed = nil, true // it was to a request from before the capture, mostly
	}
	if s.who == 0 && c.early == nil && (len(c.pending) == 0 || c.windowOf == nil) {
		c.restartWindow(s.begin)
	}
}

func (s *side) dir() flow.Dir { return flow.Dir(s.who) }

// Head implements http1.Handler.
func (s *side) Head(h *http1.Head) http1.Next {
	s.open = false
	s.c.noteShortened(h)
	if s.who == 0 {
		return s.request(h)
	}
	return s.response(h)
}

// MoreHead implements http1.Handler: a head with a hole turned out longer.
func (s *side) MoreHead(h *http1.Head) {
	x := s.current
	switch {
	case x == nil:
	case s.who == 0 && x.sighting == nil:
		if intends(h) {
			s.c.e.newSighting(s.c, x, h)
			x.upgrade = true
			s.c.publish(x)
		}
	case s.who == 0:
		x.sighting.setRequest(h.Clone())
		s.c.e.rehome(x.sighting)
	case x.sighting != nil && x.sighting.Response != nil:
		x.sighting.Response = h.Clone()
		s.c.e.changed(x.sighting)
	}
}

// request takes a request head.
func (s *side) request(h *http1.Head) http1.Next {
	c := s.c
	if h.Whole {
		c.e.totals.Requests++
	}
	c.noteFraming(h.Flaws)
	c.requests++
	c.shifted, c.suspect = c.suspect != nil, nil // nothing was lost behind it
	x := c.e.newExchange(c, h, s.begin)
	x.behindHole, s.holed = s.holed, false
	s.current = x
	if intends(h) {
		c.e.newSighting(c, x, h)
	} else {
		c.e.noteRequest(x)
	}
	x.upgrade = x.sighting != nil || h.Has("Upgrade")
	c.publish(x)
	if c.early != nil {
		return s.answerEarly(x, h)
	}
	if c.foreign != nil {
		if x.sighting != nil {
			x.sighting.Early = true
		}
		c.settle(x, AnswerAlien) // the server had answered before
		return http1.AsFramed
	}
	c.notePipelining(x)
	c.addPending(x)
	if (x.upgrade || x.Method == "CONNECT") && h.Whole && !h.HasBody() {
		s.next, s.waitsFor = paused, x
		return http1.Switch
	}
	return http1.AsFramed
}

// maxPending bounds the requests of one connection that wait for an answer. No
// client sends nearly as many ahead: the answers are not in the capture, as
// where a mirror takes one direction only.
const maxPending = 256

// addPending lets a request wait for its answer. Where too many do, the oldest
// is given up, and from then on the order does not tell any more whose an answer
// is.
func (c *conn) addPending(x *exchange) {
	if len(c.pending) == maxPending {
		c.pipelined, c.lossy = true, true
		c.giveUp(1)
	}
	c.pending = append(c.pending, x)
}

// notePipelining notices a client that does not wait for answers. A request
// that was merely not answered in the capture comes later than this.
func (p *pairing) notePipelining(x *exchange) {
	const atOnce = flow.Time(time.Millisecond)
	if n := len(p.pending); n > 0 {
		apart := x.Request.Time - p.pending[n-1].Request.Time
		p.pipelined = p.pipelined || -atOnce < apart && apart < atOnce
	}
}

// response takes a response head.
func (s *side) response(h *http1.Head) http1.Next {
	c := s.c
	c.noteFraming(h.Flaws)
	c.responses++
	if h.Whole {
		c.e.totals.Responses++
	}
	status := h.Status()
	if status == 0 {
		// Not even the status is in the capture.
		if !s.holed && !s.inGap {
			c.broken()
		}
		c.answersLost()
		return http1.AsFramed
	}
	if status == 101 && !h.Whole && !h.Flaws.Has(http1.Hole) && c.closes[1].how != 0 {
		// The server hung up in the middle of it: nothing was switched.
		c.broken()
		return http1.AsFramed
	}
	if status < 200 && status != 101 {
		return http1.NoBody // interim: the final one follows (RFC 9110 section 15.2)
	}
	if s.holed && status != 101 {
		if c.leftHTTP() || s.mayHaveSwitched() {
			c.giveUp(len(c.pending)) // the 101 was in the hole, this is in a frame
		}
		c.answersLost() // requests may have come since the hole
	}
	x := c.nextPending(h)
	if x == nil {
		x = c.mispaired(h)
	}
	if x == nil {
		return s.unexpected(h)
	}
	c.pipelined = c.pipelined || len(c.pending) > 0 && !s.holed
	if s.holed && status != 101 {
		c.suspect = x
	}
	s.holed = s.holed && !h.Whole
	c.orphaned = false
	s.current = x
	x.answer(h, s.begin)
	if status != 400 {
		c.e.shows(c, false)
	}
	next := s.afterResponse(h, x)
	c.publish(x)
	return next
}

// nextPending takes the request that a response belongs to off the list; nil
// if that is not known. A 101 answers a request to upgrade.
func (c *conn) nextPending(h *http1.Head) *exchange {
	n := 0
	if h.Status() == 101 {
		n = c.upgradedBy(h)
	}
	c.giveUp(n)
	for c.pipelined && c.lossy && h.Status() != 101 && len(c.pending) > 0 {
		c.giveUp(len(c.pending)) // and what was held back behind them
	}
	if len(c.pending) == 0 {
		return nil
	}
	x := c.pending[0]
	c.pending = c.pending[1:]
	return x
}

// afterResponse decides what both sides speak behind a final response.
func (s *side) afterResponse(h *http1.Head, x *exchange) http1.Next {
	c := s.c
	status := h.Status()
	switch {
	case status == 101:
		c.upgraded, c.switched = x.sighting, h.Clone()
		s.next = switchedTo(h, x.sighting)
		c.otherSide(s.next)
		s.cutSwitch = !h.Whole
		return http1.Switch
	case x.Method == "CONNECT" && status < 300:
		// RFC 9110 section 9.3.6: a tunnel. What runs in it starts afresh.
		s.next = detecting
		c.otherSide(detecting)
		s.cutSwitch = !h.Whole
		return http1.Switch
	}
	if client := c.side[0]; client != nil && client.stage == paused && client.waitsFor == x {
		client.turn(speaking)
	}
	if x.Method == "HEAD" {
		return http1.NoBody
	}
	return http1.AsFramed
}

// switchedTo is what follows a 101 to a handshake, which may be nil. One that
// names no protocol, or only such as were not asked for, follows what was asked
// for: a server can write down a wrong name, but has nothing else to go on with
// (RFC 9110 section 7.8).
func switchedTo(h *http1.Head, s *sighting) stage {
	if h.HasToken("Upgrade", "websocket") || s != nil && (!h.Has("Upgrade") || h.Whole && !h.SharesToken("Upgrade", s.Request)) {
		return framing
	}
	return opaque
}

// otherSide turns the client's side along with the server's.
func (c *conn) otherSide(st stage) {
	if c.side[0] == nil {
		c.side[0] = newSide(c, 0)
	}
	c.side[0].turn(st)
}

// Body implements http1.Handler.
func (s *side) Body(b []byte) {
	if s.early != nil {
		s.early.body = appendUpTo(s.early.body, b, keepBody)
		s.early.length += uint64(len(b))
		return
	}
	x := s.current
	if x == nil {
		return
	}
	if s.who == 0 {
		x.RequestBody += uint64(len(b))
		return
	}
	x.ResponseBody += uint64(len(b))
	if x.sighting != nil {
		x.sighting.Body = appendUpTo(x.sighting.Body, b, keepBody)
	}
}

// keepBody is how much of the answer to a handshake is kept: error pages and
// messages tell who made them in their first lines.
const keepBody = 1 << 10

func appendUpTo(dst, b []byte, limit int) []byte {
	if room := limit - len(dst); len(b) > room {
		b = b[:max(room, 0)]
	}
	return append(dst, b...)
}

// BodyGap implements http1.Handler.
func (s *side) BodyGap(n uint64) {
	if s.current == nil {
		return
	}
	if s.who == 0 {
		s.current.RequestBody += n
	} else {
		s.current.ResponseBody += n
	}
}

// End implements http1.Handler.
func (s *side) End(flaws http1.Flaw) {
	s.c.noteFraming(flaws)
	if s.early != nil {
		s.early = nil
		return
	}
	x := s.current
	if x == nil {
		return
	}
	if s.who == 1 {
		s.current = nil
	}
	if s.who == 1 || x.RequestBody > 0 {
		s.c.publish(x)
	}
	if s.who == 1 && x.sighting != nil {
		x.sighting.told = true
		if x.ResponseBody > 0 {
			s.c.e.changed(x.sighting)
		}
	}
}

// answer notes the final response.
func (x *exchange) answer(h *http1.Head, packet PacketRef) {
	x.Status, x.Answer, x.Response = h.Status(), AnswerSeen, packet
	if x.sighting != nil {
		x.sighting.Response = h.Clone()
		x.sighting.noteAnswer(x)
	}
}
