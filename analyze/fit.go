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

// mispaired takes a response for which no request is pending. A 101 that fits the
// key of the latest request is that one's own, whatever came before: an answer
// that was on its way already was to nobody. Where the latest request followed a
// hole, or the start of the capture, and has its answer, that one was to a request
// from there: a 101 is the latest request's own. Another response may be to
// either. A 408 comes without a request (RFC 9110 section 15.5.9).
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

// mayHaveSwitched reports whether a response behind a hole may be part of what a
// server says in a WebSocket, its 101 being in the hole: the only request without
// an answer is one to upgrade, and the hole began where its answer would. Nothing
// else is known that would stand there. A client that asked again, behind that
// request, got no 101.
func (s *side) mayHaveSwitched() bool {
	waits := s.c.pending
	return len(waits) == 1 && waits[0] == s.awaited && waits[0].upgrade
}
