package analyze

import (
	"time"

	"elbscope/analyze/http1"
	"elbscope/capture/flow"
)

// This file holds the answers that came before their requests.

// earlyResponse is a response head without a request (yet).
type earlyResponse struct {
	head   *http1.Head
	packet PacketRef
	body   []byte
	length uint64 // of the body so far
	// doubtful is set at the start of a capture in mid-stream: only a request
	// that it overtook has this for its answer.
	doubtful bool
}

// mostOvertaken is by how much a request may be captured late. More than that,
// it is the clock that was set back.
const mostOvertaken = flow.Time(time.Second)

// overtook reports whether a request of that time was captured late, behind the
// response.
func (e *earlyResponse) overtook(t flow.Time) bool {
	return t < e.packet.Time && uint64(e.packet.Time)-uint64(t) <= uint64(mostOvertaken)
}

// unexpected keeps a response that came while no request was pending: the
// request may have been captured after it, or have been sent after it, by a
// client whose PROXY header was refused. In mid-stream it answers a request
// from before the capture, and where requests or answers may be missing, one
// of those.
func (s *side) unexpected(h *http1.Head) http1.Next {
	c := s.c
	if h.Status() == 101 {
		c.switched = h.Clone()
		s.next, s.cutSwitch = switchedTo(h, nil), !h.Whole
		if c.awaitsRequest() {
			c.early = &earlyResponse{head: c.switched, packet: s.begin}
		} else {
			c.otherSide(s.next)
		}
		return http1.Switch
	}
	s.current = nil
	switch {
	case c.joinedLate():
		c.early = &earlyResponse{head: h.Clone(), packet: s.begin, doubtful: true}
		if h.Status() < 300 && !h.Has("Content-Length") && !h.Has("Transfer-Encoding") {
			// To a CONNECT from before the capture, maybe: what follows is a page
			// without an end, or speaks for itself.
			s.next = detecting
			return http1.Switch
		}
		s.early = c.early
	case c.lossy, c.early != nil:
		c.early, c.orphaned = nil, true
	default:
		c.early = &earlyResponse{head: h.Clone(), packet: s.begin}
		s.early = c.early
	}
	return http1.AsFramed
}

// answerEarly gives a request the response that was there before it.
func (s *side) answerEarly(x *exchange, h *http1.Head) http1.Next {
	c, e := s.c, s.c.early
	c.early = nil
	x.behindHole = x.behindHole || e.doubtful
	answers := c.side[1]
	if answers != nil && answers.early == e {
		answers.early, answers.current = nil, x
	} else if x.sighting != nil {
		x.sighting.told = true
	}
	x.answer(e.head, e.packet)
	x.ResponseBody = e.length
	if x.sighting != nil {
		x.sighting.Body, x.sighting.Early = e.body, true
	}
	if e.head.Status() != 101 {
		return http1.AsFramed
	}
	c.upgraded = x.sighting
	if x.sighting != nil {
		x.sighting.readers[1] = answers.reader
	}
	s.next, s.cutSwitch = answers.stage, !h.Whole
	return http1.Switch
}
