package analyze

import (
	"elbscope/analyze/http1"
	"elbscope/capture/flow"
)

// What connections have begun and not finished is nobody's to evict: heads
// without an end, what a client says before it has its answer, the packets that
// may turn out to be a handshake's. Each connection has bounds for its own, and
// this file has one for all of them together. Above it each keeps less, which is
// enough for nearly all.

// ration is how many bytes all connections together keep of something, and the
// limit for it; 0 stands for none. Those of one connection are counted when
// something comes on it.
type ration struct{ bytes, limit int64 }

func (r *ration) short() bool { return r.limit > 0 && r.bytes > r.limit }

// bound returns how much a connection may keep: usual, or less where memory is
// short.
func (r *ration) bound(usual, less int) int {
	if r.short() {
		return less
	}
	return usual
}

// count notes that a connection keeps now bytes, where counted was noted last.
func (r *ration) count(counted *int, now int) {
	r.bytes += int64(now - *counted)
	*counted = now
}

// What a connection keeps where memory is short: bytes of a head without an end,
// and of what its client says before it has its answer; packets of one exchange,
// and bytes of their copies.
const (
	shortHead      = 1 << 10
	shortWindow    = 8
	shortWindowRaw = 2 << 10
)

// countSide counts the bytes that a side holds.
func (c *conn) countSide(s *side) {
	const pieceCost = 80
	c.e.begun.count(&s.counted, s.parser.Held()+cap(s.buf)+s.held.size+pieceCost*len(s.held.pieces))
}

// countWindow counts the packets and their copies.
func (c *conn) countWindow() {
	if now := cap(c.window.raw) + packetRefCost*cap(c.window.refs) + len(c.openedRaw); now != c.counted {
		c.e.windowed.count(&c.counted, now)
	}
}

// countNothing takes a connection that has ended out of the counts.
func (c *conn) countNothing() {
	for _, s := range c.side {
		if s != nil {
			c.e.begun.count(&s.counted, 0)
		}
	}
	c.e.windowed.count(&c.counted, 0)
}

// noteShortened tells of a head that was cut for lack of memory.
func (c *conn) noteShortened(h *http1.Head) {
	if h.Flaws.Has(http1.HeadTooLong) && len(h.Raw) < http1.MaxHead {
		c.e.problem(c.info.Source, flow.ProblemHeadsCut,
			"heads without an end took too much memory, and long ones were cut; give it more with --memory 1G", c.number())
	}
}
