package capture

import (
	"slices"
	"time"

	"elbscope/capture/flow"
)

// closing is the end of a direction as announced by a FIN or RST. It takes
// effect when all bytes before it have been delivered, or given up.
type closing struct {
	seq    uint32
	how    flow.How
	packet flow.Packet
}

// resetLinger is how long after a RST the connection may still prove that the
// RST was not meant.
const resetLinger = flow.Time(3 * time.Second)

// rstAhead is how far a RST may lie ahead of the bytes that were captured: it
// may follow bytes that were lost, but one far off was not sent by an end of
// this connection (RFC 5961 section 3).
const rstAhead = 1 << 20

// fin notes a FIN that stands at seq and reports whether it is news.
func (a *assembler) fin(c *conn, d flow.Dir, seq uint32, p *flow.Packet) bool {
	h := &c.half[d]
	if h.closing != nil || c.stream == nil {
		return false
	}
	if !h.known {
		h.known, h.next = true, seq
	}
	ahead := distance(h.next, seq)
	if ahead < 0 && (h.delivered || h.syn) || ahead > maxAhead {
		return false
	}
	if ahead < 0 {
		h.next = seq
	}
	h.closing = &closing{seq: seq, how: flow.FIN, packet: detached(p)}
	a.skipAcked(c, d, p)
	a.closeIfReached(c, d)
	return true
}

// rst notes a RST at seq and reports whether it is believed and news.
func (a *assembler) rst(c *conn, d flow.Dir, seq uint32, p *flow.Packet) bool {
	h := &c.half[d]
	if c.stream == nil || c.reset != 0 {
		return false
	}
	if h.known && (h.syn || h.delivered) {
		ahead := distance(h.next, seq)
		// A RST that answers a late segment takes its number from there, so
		// behind a FIN it may lie back a little.
		back := h.closing != nil && ahead < 0 && ahead > -1<<16
		if !back && (ahead < 0 || ahead > rstAhead) {
			return false
		}
	} else {
		h.known, h.next = true, seq
	}
	c.reset = p.Time
	a.waiting[c] = struct{}{}
	h.closing, h.done = &closing{seq: seq, how: flow.RST, packet: detached(p)}, false
	a.closeIfReached(c, d)
	return true
}

// detached copies p for keeping.
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
	h := &c.half[d]
	if h.closing == nil || h.done || distance(h.next, h.closing.seq) > 0 {
		return
	}
	h.done = true
	if h.closing.how == flow.FIN {
		h.next = h.closing.seq + 1
	}
	if c.stream != nil {
		c.stream.Close(d, h.closing.how, &h.closing.packet)
	}
	other := &c.half[d.Other()]
	if h.closing.how == flow.FIN && other.done && other.closing.how == flow.FIN {
		a.end(c, flow.EndClosed)
	}
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
		for !h.done {
			target, ok := h.afterHole()
			if !ok {
				break
			}
			a.packet = h.lastKnown()
			a.skipTo(c, d, target, flow.GapLost, &a.packet)
			if c.stream == nil {
				return // both directions reached their FIN on the way
			}
		}
		// One byte more may be a FIN that was not captured.
		if missing := distance(h.next, h.acked); h.ackedKnown && missing > 1 && missing <= maxAhead && !h.done {
			a.packet = flow.Packet{Offset: -1}
			a.gap(c, d, uint64(missing), flow.GapLost, &a.packet)
		}
	}
	stream := c.stream
	c.stream, c.reset = nil, 0
	for i := range c.half {
		a.discard(&c.half[i])
	}
	delete(a.waiting, c)
	stream.End(why)
}

// discard drops what is held back behind the end of a direction.
func (a *assembler) discard(h *half) {
	for i := range h.queue {
		if h.queue[i].counts {
			a.totals.Ledger.Waiting--
			a.totals.Ledger.Empty++
		}
	}
	a.queued -= h.queued
	h.queue, h.queued = nil, 0
}

// lastKnown is the packet that shows that there is a hole.
func (h *half) lastKnown() flow.Packet {
	if len(h.queue) > 0 {
		return h.queue[0].packet
	}
	return h.closing.packet
}

// finish ends all connections at the end of the capture, in the order of
// their last use so that runs are alike.
func (a *assembler) finish() {
	for c := a.oldest; c != nil; c = c.newer {
		a.end(c, flow.EndOfCapture)
	}
}
