package capture

import (
	"slices"
	"time"

	"elbscope/capture/flow"
)

// ending is the end of a direction as announced by a FIN or RST. It takes
// effect when all bytes before it have been delivered, or given up.
type ending struct {
	seq    uint32
	direct uint32 // half.direct when it came
	done   bool
	packet flow.Packet
}

func newEnding(h *half, seq uint32, p *flow.Packet) *ending {
	return &ending{seq: seq, direct: h.direct, packet: detached(p)}
}

func (e *ending) pending() bool { return e != nil && !e.done }

// closed tells whether a FIN has been delivered, which nothing can follow.
func (h *half) closed() bool { return h.fin != nil && h.fin.done }

const (
	// resetLinger is how long after a RST the connection may still prove that
	// the RST was not meant.
	resetLinger = flow.Time(3 * time.Second)
	// rstAhead is how far a RST may lie ahead of the bytes that were captured:
	// it may follow bytes that were lost, but one far off was not sent by an
	// end of this connection (RFC 5961 section 3).
	rstAhead = 1 << 20
	// rstBehind is how far it may lie behind them if it answers a late
	// segment, from which it takes its number (RFC 9293 section 3.5.2).
	rstBehind = 1 << 16
)

// fin notes a FIN that stands at seq and reports whether it is news.
func (a *assembler) fin(c *conn, d flow.Dir, seq uint32, p *flow.Packet) bool {
	h := &c.half[d]
	if c.stream == nil {
		return false
	}
	if !h.known {
		h.known, h.next = true, seq
	}
	ahead := distance(h.next, seq)
	switch {
	case ahead < 0 && (h.delivered || h.syn || !near(h.next, seq)), ahead > maxAhead:
		return false
	case h.closed() || h.fin != nil && distance(seq, h.fin.seq) <= 0:
		return false // once more; or behind one that may be true
	case ahead < 0:
		h.next = seq
	}
	h.fin = newEnding(h, seq, p)
	if h.rst != nil && distance(h.rst.seq, seq) >= 0 {
		h.rst = nil // who sent it goes on, by closing: it was forged
	}
	a.wait(c)
	a.closeIfReached(c, d)
	a.skipAcked(c, d, p)
	return true
}

// rst notes a RST at seq and reports whether it is believed and news.
func (a *assembler) rst(c *conn, d flow.Dir, seq uint32, p *flow.Packet) bool {
	h := &c.half[d]
	if h.rst != nil {
		return false
	}
	switch ahead := distance(h.next, seq); {
	case !h.known:
		h.next = seq // of no consequence: it may be 0, in answer to a SYN
	case ahead > rstAhead:
		return false
	case ahead >= 0:
	case h.ackedKnown && distance(h.acked, seq) >= 0: // where the peer expects it
	case ahead < -rstBehind || h.fin == nil && (h.syn || h.delivered):
		return false
	}
	h.rst = newEnding(h, seq, p)
	a.wait(c)
	a.closeIfReached(c, d)
	a.skipAcked(c, d, p)
	return true
}

// detached copies p for keeping. What can be read again is not copied.
func detached(p *flow.Packet) flow.Packet {
	q := *p
	q.Raw = nil
	if p.Offset < 0 {
		q.Raw = slices.Clone(p.Raw)
	}
	return q
}

// closeIfReached delivers the end of a direction when it is next.
func (a *assembler) closeIfReached(c *conn, d flow.Dir) {
	h, other := &c.half[d], &c.half[d.Other()]
	if h.fin.pending() && distance(h.next, h.fin.seq) <= 0 {
		h.next = h.fin.seq + 1
		a.discard(h) // nothing follows a FIN
		a.reached(c, d, h.fin, flow.FIN)
	}
	if h.rst.pending() && (h.closed() || distance(h.next, h.rst.seq) <= 0) {
		a.reached(c, d, h.rst, flow.RST)
	}
	if h.closed() && other.closed() {
		a.end(c, flow.EndClosed)
	}
}

func (a *assembler) reached(c *conn, d flow.Dir, e *ending, how flow.How) {
	e.done = true
	c.stream.Close(d, how, &e.packet)
	e.packet.Raw = nil
}

// end says the last word about c: what is held back behind holes, what the
// peer acknowledged and nobody captured, and why it is over. The connection
// stays known by its key.
func (a *assembler) end(c *conn, why flow.EndCause) {
	if c.stream == nil {
		return
	}
	for i := range c.half {
		d, h := flow.Dir(i), &c.half[i]
		for _, more := h.beyondHole(); more; _, more = h.beyondHole() {
			a.giveUp(c, d, flow.GapLost)
			if c.stream == nil {
				return // both directions reached their FIN on the way
			}
		}
		// One byte more may be a FIN that was not captured.
		if missing := distance(h.next, h.acked); h.ackedKnown && missing > 1 && !h.closed() {
			a.packet = flow.Packet{Source: h.acker.source, Num: h.acker.num, Time: h.acker.time, Offset: -1}
			a.gap(c, d, uint64(missing), flow.GapLost, &a.packet)
		}
	}
	stream := c.stream
	c.stream = nil
	for i := range c.half {
		h := &c.half[i]
		a.discard(h)
		h.fin, h.rst = nil, nil
	}
	a.waiting.remove(&c.byWait)
	a.over.push(&c.byWait)
	a.ended++
	for a.lim.ended > 0 && a.ended > a.lim.ended && a.over.oldest.of != c {
		a.forget(a.over.oldest.of)
	}
	stream.End(why)
}

// discard drops what is held back behind the end of a direction.
func (a *assembler) discard(h *half) {
	for len(h.queue) > 0 {
		e := a.unqueue(h)
		a.account(&e, false)
	}
}

// wait sees to it that tick looks after c.
func (a *assembler) wait(c *conn) {
	if !c.byWait.linked {
		a.waiting.push(&c.byWait)
	}
}

// tick gives up what has waited too long.
func (a *assembler) tick(now flow.Time) {
	for n := a.waiting.oldest; n != nil; {
		c := n.of
		n = n.newer
		if !a.attend(c, now) && c.stream != nil {
			a.waiting.remove(&c.byWait)
		}
	}
}

// attend is tick for one connection; it tells whether it waits on.
func (a *assembler) attend(c *conn, now flow.Time) (waits bool) {
	for i := range c.half {
		d, h := flow.Dir(i), &c.half[i]
		patience := holePatience
		if !h.ackedKnown {
			patience = lonelyPatience
		}
		for b, ok := h.beyondHole(); ok; b, ok = h.beyondHole() {
			acked := h.ackedKnown && distance(b.seq, h.acked) >= 0 && now-h.acker.time > a.ackGrace
			if now-b.packet.Time <= patience && !acked {
				waits = true
				break
			}
			a.giveUp(c, d, flow.GapLost)
			if c.stream == nil {
				return false
			}
		}
	}
	for i := range c.half {
		switch r := c.half[i].rst; {
		case r == nil:
		case now-r.packet.Time > resetLinger:
			a.end(c, flow.EndClosed)
			return false
		default:
			waits = true
		}
	}
	return waits
}

// relieve gives up the hole that has been open for longest, for lack of
// memory, and tells whether there was one.
func (s *shared) relieve() bool {
	for _, a := range s.assemblers {
		for n := a.waiting.oldest; n != nil; n = n.newer {
			for i := range n.of.half {
				if len(n.of.half[i].queue) > 0 {
					a.giveUp(n.of, flow.Dir(i), flow.GapBudget)
					return true
				}
			}
		}
	}
	return false
}

// finish ends all connections at the end of the capture, in the order of
// their last use so that runs are alike.
func (a *assembler) finish() {
	for _, s := range a.known.byUse() {
		a.end(s.conn, flow.EndOfCapture)
	}
}
