package analyze

import (
	"bytes"

	"elbscope/analyze/preface"
)

// A client that has sent a handshake may go on talking before the answer to it
// is in the capture: with frames, if it was a 101, or with its next request. In
// a file that is not sorted even all frames may stand before the 101. What it
// says is held back until the answer tells what it is.

// maxPaused bounds the bytes held back of one client, and maxPieces how many
// pieces they may be in.
const (
	maxPaused = 64 << 10
	maxPieces = 1 << 10
)

// held is what is held back: bytes, and holes among them.
type held struct {
	pieces []piece
	size   int
}

// piece is some bytes with the packet that they came in, or a hole.
type piece struct {
	at    PacketRef
	bytes []byte
	gap   uint64
}

// add takes a copy of b, or of as much of it as makes most bytes in all: the rest
// is a hole.
func (h *held) add(b []byte, at PacketRef, most int) {
	took := max(min(len(b), most-h.size), 0)
	h.size += took
	last := len(h.pieces) - 1
	switch {
	case took == 0:
	case last >= 0 && h.pieces[last].gap == 0 && (h.pieces[last].at == at || last+1 >= maxPieces):
		h.pieces[last].bytes = append(h.pieces[last].bytes, b[:took]...)
	default:
		h.pieces = append(h.pieces, piece{at: at, bytes: bytes.Clone(b[:took])})
	}
	h.gap(uint64(len(b) - took))
}

// gap takes a hole.
func (h *held) gap(n uint64) {
	last := len(h.pieces) - 1
	switch {
	case n == 0:
	case last >= 0 && h.pieces[last].gap > 0:
		h.pieces[last].gap += n
	case last+1 >= maxPieces:
		h.size = maxPaused // no more of it; one piece above the bound
		h.pieces = append(h.pieces, piece{gap: n})
	default:
		h.pieces = append(h.pieces, piece{gap: n})
	}
}

// unpause lets a client's side go on whose answer was probably in a hole, if
// what it said next is a request: then it got no 101. Otherwise a later answer
// would be taken for the one that is missing.
func (c *conn) unpause() {
	if s := c.side[0]; s != nil && s.stage == paused {
		if found, _ := preface.Detect(s.held.start()); found.Kind == preface.Request {
			s.turn(speaking)
		}
	}
}

// leftHTTP reports whether a client that has sent a handshake went on with
// something else than HTTP: it got its 101.
func (c *conn) leftHTTP() bool {
	s := c.side[0]
	if s == nil || s.stage != paused {
		return false
	}
	start := s.held.start()
	found, more := preface.Detect(start)
	return len(start) > 0 && found.Kind == preface.Unknown && !more
}

// noteLeft tells a handshake that waits for its answer how its client went on,
// before what it said is looked at as HTTP.
func (c *conn) noteLeft() {
	if c.leftHTTP() && c.side[0].waitsFor.sighting != nil {
		c.side[0].waitsFor.sighting.WentOn = true
	}
}

// start returns the first bytes, as many as it takes to know what they are.
func (h *held) start() (b []byte) {
	for _, p := range h.pieces {
		if p.gap > 0 || len(b) >= preface.Enough {
			break
		}
		b = append(b, p.bytes[:min(len(p.bytes), preface.Enough)]...)
	}
	return b
}
