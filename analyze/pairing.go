package analyze

import (
	"strings"

	"elbscope/analyze/http1"
	"elbscope/analyze/preface"
	"elbscope/analyze/ws"
	"elbscope/capture/flow"
)

// This file pairs requests with responses: the side is the http1.Handler of
// its parser.

// exchange is an Exchange that is still being read.
type exchange struct {
	Exchange
	num      int // in the log; -1 before it was published
	sighting *sighting
}

// Begin implements http1.Handler.
func (s *side) Begin() {
	s.begin = s.here()
	if s.who == 0 && len(s.c.pending) == 0 && s.c.at != nil && s.c.early == nil {
		s.c.restartWindow()
	}
}

// here is the packet at hand; bytes that were held back have the first one's.
func (s *side) here() PacketRef {
	if s.bufAt.Num != 0 {
		at := s.bufAt
		s.bufAt = PacketRef{}
		return at
	}
	if s.c.at != nil {
		return refOf(s.c.at)
	}
	return s.begin
}

func (s *side) dir() flow.Dir { return flow.Dir(s.who) }

// Head implements http1.Handler.
func (s *side) Head(h *http1.Head) http1.Next {
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
			s.c.e.publish(x)
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
	c.requests++
	x := c.e.newExchange(c, h, s.begin)
	s.current = x
	if intends(h) {
		c.e.newSighting(c, x, h)
	} else {
		c.e.noteRequest(x)
	}
	if e := c.early; e != nil {
		c.early = nil
		if c.side[1] != nil && c.side[1].early == e {
			c.side[1].early, c.side[1].current = nil, x
		}
		x.answer(e.head, e.packet)
		if x.sighting != nil {
			x.sighting.Body, x.sighting.Early = e.body, true
		}
		c.e.publish(x)
		return http1.AsFramed
	}
	c.pending = append(c.pending, x)
	c.e.publish(x)
	if x.sighting != nil && h.Whole && !h.HasBody() {
		s.next = paused
		return http1.Switch
	}
	return http1.AsFramed
}

// response takes a response head.
func (s *side) response(h *http1.Head) http1.Next {
	c := s.c
	if h.Whole {
		c.e.totals.Responses++
	}
	status := h.Status()
	if status == 0 {
		// Not even the status is in the capture.
		c.answersLost()
		return http1.AsFramed
	}
	if status < 200 && status != 101 {
		return http1.NoBody // interim: the final one follows (RFC 9110 section 15.2)
	}
	if len(c.pending) == 0 {
		return s.unexpected(h)
	}
	x := c.pending[0]
	c.pending = c.pending[1:]
	c.pipelined = c.pipelined || len(c.pending) > 0 && !s.holed
	s.holed = s.holed && !h.Whole
	c.orphaned = false
	s.current = x
	x.answer(h, s.begin)
	if c.proxy.Version != "" && status != 400 {
		c.e.proxyAccepted(c)
	}
	next := s.afterResponse(h, x)
	c.e.publish(x)
	return next
}

// afterResponse decides what both sides speak behind a final response.
func (s *side) afterResponse(h *http1.Head, x *exchange) http1.Next {
	c := s.c
	status := h.Status()
	switch {
	case status == 101:
		s.next = opaque
		if x.sighting != nil || h.HasToken("Upgrade", "websocket") {
			s.next = framing
			c.upgraded = x.sighting
		}
		c.otherSide(s.next)
		s.cutSwitch = !h.Whole
		return http1.Switch
	case x.Method == "CONNECT" && status < 300:
		// RFC 9110 section 9.3.6: a tunnel. What runs in it starts afresh.
		s.next = detecting
		c.otherSide(detecting)
		return http1.Switch
	}
	if client := c.side[0]; client != nil && client.stage == paused {
		client.turn(speaking)
	}
	if x.Method == "HEAD" {
		return http1.NoBody
	}
	return http1.AsFramed
}

// otherSide turns the client's side along with the server's.
func (c *conn) otherSide(st stage) {
	if c.side[0] == nil {
		c.side[0] = newSide(c, 0)
	}
	c.side[0].turn(st)
}

// unexpected keeps a response that came while no request was pending: the
// request may have been captured after it, or have been sent after it, by a
// client whose PROXY header was refused. In mid-stream it answers a request
// from before the capture.
func (s *side) unexpected(h *http1.Head) http1.Next {
	c := s.c
	if h.Status() == 101 {
		s.next = opaque
		if h.HasToken("Upgrade", "websocket") {
			s.next = framing
		}
		c.otherSide(s.next)
		return http1.Switch
	}
	s.current = nil
	if !c.info.Midstream || c.requests > 0 {
		c.early = &earlyResponse{head: h.Clone(), packet: s.begin}
		s.early = c.early
	}
	return http1.AsFramed
}

// Body implements http1.Handler.
func (s *side) Body(b []byte) {
	if s.early != nil {
		s.early.body = appendUpTo(s.early.body, b, keepBody)
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
func (s *side) End(http1.Flaw) {
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
		s.c.e.publish(x)
	}
	if x.sighting != nil {
		s.c.e.changed(x.sighting)
	}
}

// Lost implements http1.Handler.
func (s *side) Lost() {
	c := s.c
	if s.who == 0 {
		// The request of an early response was in what is missing.
		c.orphaned = c.orphaned || c.early != nil
		c.early = nil
		return
	}
	if !s.holed && !s.inGap {
		// No hole, but no HTTP either.
		for _, x := range c.pending {
			x.Answer = AnswerAlien
			c.e.publish(x)
		}
		return
	}
	c.answersLost()
}

// answersLost gives up the answers that may have been in a hole. Unless the
// client sends without waiting, only the latest request can still get one.
func (c *conn) answersLost() {
	keep := 1
	if c.pipelined {
		keep = 0
	}
	for len(c.pending) > keep {
		c.settle(c.pending[0], AnswerLost)
		c.pending = c.pending[1:]
	}
}

// settlePending gives the requests that got no answer their reason.
func (c *conn) settlePending(why Answer) {
	if s := c.side[1]; why != AnswerNone && (c.orphaned || s != nil && s.holed) {
		why = AnswerLost
	}
	for _, x := range c.pending {
		if x.Answer == AnswerAlien {
			c.settle(x, AnswerAlien)
			continue
		}
		c.settle(x, why)
	}
	c.pending = nil
}

func (c *conn) settle(x *exchange, why Answer) {
	x.Answer = why
	if x.sighting != nil {
		x.sighting.noteAnswer(x)
	}
	c.e.publish(x)
}

// answer notes the final response.
func (x *exchange) answer(h *http1.Head, packet PacketRef) {
	x.Status, x.Answer, x.Response = h.Status(), AnswerSeen, packet
	if x.sighting != nil {
		x.sighting.Response = h.Clone()
		x.sighting.noteAnswer(x)
	}
}

// noteProxy takes a PROXY header from the start of the connection.
func (c *conn) noteProxy(f *preface.Result) {
	c.proxy.Count++
	if c.proxy.Count > 1 {
		return
	}
	c.proxy.Version = "v1"
	if f.Kind == preface.ProxyV2 {
		c.proxy.Version = "v2"
	}
	c.proxy.Source, c.proxy.Dest = f.Source, f.Dest
	if c.at != nil {
		c.proxy.Packet = refOf(c.at)
	}
}

// newReader makes a frame reader for one side by what the 101 agreed on.
func (c *conn) newReader(who int) *ws.Reader {
	set := ws.Settings{Masked: who == 0}
	if up := c.upgraded; up != nil && up.Response != nil {
		set.Deflate, set.Extended = ws.ExtensionsOf(up.Response.Join("Sec-WebSocket-Extensions"))
	}
	r := ws.NewReader(set)
	if c.upgraded != nil {
		c.upgraded.readers[who] = r
	}
	return r
}

// upgradedChanged marks the handshake of this WebSocket as changed.
func (c *conn) upgradedChanged() {
	if c.upgraded != nil {
		c.e.changed(c.upgraded)
	}
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
