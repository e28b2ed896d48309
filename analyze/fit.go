package analyze

import (
	"slices"

	"elbscope/analyze/http1"
	"elbscope/analyze/ws"
)

// What belongs together is told by the order, as long as nothing is missing. A
// 101 tells more: its Sec-WebSocket-Accept is the hash of the key that it answers
// (RFC 6455 section 4.2.2).

// fits reports whether a 101 answers the key of a handshake. It is Unknown where
// one of the two is not there, or not to its end; a value that no key gives, as
// long as a hash or not, is of a server that cannot count.
func fits(h *http1.Head, x *exchange) Tri {
	if h.Status() != 101 || x.sighting == nil || !ws.ValidKey(x.sighting.key) {
		return Unknown
	}
	const field = "Sec-WebSocket-Accept"
	if h.Count(field) != 1 || !ws.ValidAccept(h.Get(field)) {
		return Unknown
	}
	return yesNo(h.Get(field) == ws.Accept(x.sighting.key))
}

// upgradedBy returns which of the requests that wait a 101 answers: the one with
// the key that it fits, or else the first one that asks for an upgrade. Where it
// fits the key of none and a request may be missing, it is to that, and all that
// wait have been answered unseen.
func (c *conn) upgradedBy(h *http1.Head) int {
	if n := slices.IndexFunc(c.pending, func(x *exchange) bool { return fits(h, x) == Yes }); n >= 0 {
		return n
	}
	n := max(0, slices.IndexFunc(c.pending, func(x *exchange) bool { return x.upgrade }))
	if c.holed && n < len(c.pending) && fits(h, c.pending[n]) == No {
		return len(c.pending)
	}
	return n
}

// mispaired takes a response for which no request is pending: the latest request
// may have been given an answer that was not its own. Where that can be, it takes
// this answer back. It returns the request if the response is surely its own, which
// only a 101 can be:
//
//   - one that fits the key of the request, whatever came before it;
//   - one to a request that followed a hole, or the start of the capture: what came
//     first was to a request from there.
//
// Any other response may be to either of the two, and neither gets it. A 408 comes
// without a request (RFC 9110 section 15.5.9), and changes nothing.
func (c *conn) mispaired(h *http1.Head) *exchange {
	if c.side[0] == nil {
		return nil
	}
	x := c.side[0].current
	if x == nil || x.Answer != AnswerSeen || h.Status() == 408 || x.sighting != nil && x.sighting.sealed() {
		return nil
	}
	fit := fits(h, x)
	if !x.behindHole && fit != Yes {
		return nil
	}
	x.behindHole, c.lossy = false, c.lossy || fit != Yes
	x.takeBack()
	c.publish(x)
	if h.Status() != 101 || !x.upgrade || fit == No {
		return nil
	}
	return x
}

// answerDue returns the request whose answer would begin with the next byte; nil
// where that is not known.
func (s *side) answerDue() *exchange {
	if c := s.c; s.parser.Between() && len(c.pending) == 1 {
		return c.pending[0]
	}
	return nil
}

// mayHaveSwitched reports whether what looks like a response behind a hole may
// stand in a WebSocket frame, because the 101 was in the hole. That is so if a
// single request waits for its answer, if it asks for an upgrade, and if the hole
// began where that answer would have begun. A client that has asked again since
// got no 101.
func (s *side) mayHaveSwitched() bool {
	waits := s.c.pending
	return len(waits) == 1 && waits[0] == s.awaited && waits[0].upgrade
}
