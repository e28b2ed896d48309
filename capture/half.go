package capture

import (
	"slices"
	"time"

	"elbscope/capture/flow"
)

// half is one direction of a connection.
type half struct {
	// next is the sequence number of the next byte to be delivered; valid if
	// known. Without a SYN it is first taken from what the peer acknowledges
	// or from the first bytes seen, and may move back until bytes have been
	// delivered.
	next           uint32
	known          bool
	syn, delivered bool
	ackedKnown     bool // whether there is an acked
	// isn is the number of the SYN; where none was captured, the one before
	// the first byte delivered.
	isn uint32
	// acked is the highest acknowledgement of this direction by the peer, in
	// the packet acker.
	acked uint32
	acker acker
	// direct counts the segments that came when they were expected.
	direct uint32
	// queue holds what came early, by sequence number, without overlaps.
	queue  []held
	queued int
	// fin and rst have been seen; done once delivered.
	fin, rst *ending
}

// acker is as much of a flow.Packet as is worth its copying for each
// acknowledgement.
type acker struct {
	source int
	num    uint64
	time   flow.Time
}

// stretch is a part of a stream: where it begins, how long it was on the wire,
// and the bytes of it that were captured, fewer where the snaplen cut it.
type stretch struct {
	seq    uint32
	length int
	data   []byte
}

// from returns t without what lies before seq.
func (t stretch) from(seq uint32) stretch {
	n := max(distance(t.seq, seq), 0)
	return stretch{t.seq + uint32(n), t.length - n, t.data[min(n, len(t.data)):]}
}

// first returns the first n bytes of t.
func (t stretch) first(n int) stretch {
	return stretch{t.seq, n, t.data[:min(n, len(t.data))]}
}

// held is a part of a segment that waits for what is missing before it. Its
// data is owned.
type held struct {
	stretch
	packet flow.Packet
	direct uint32 // half.direct when it came
	// counts is how many packets this part stands for in the ledger.
	counts uint64
}

const (
	// maxAhead is how far ahead of the expected byte a segment may lie and
	// still be looked at: the largest window there is (RFC 7323 section 2.3).
	maxAhead = 1 << 30
	// maxWindow is the largest window in use. What lies further off than that
	// was left over from an earlier connection, or much of this one is not in
	// the capture; what else comes has to tell which.
	maxWindow = 1 << 24
)

// distance returns how far seq lies behind from in sequence space; negative if
// before (RFC 9293 section 3.4).
func distance(from, seq uint32) int { return int(int32(seq - from)) }

// near tells whether two sequence numbers are within a window of each other.
func near(a, b uint32) bool { return a-b+maxWindow <= 2*maxWindow }

// believable tells whether a segment at seq can have been sent by this end. If
// not, its acknowledgement does not count either (RFC 9293 section 3.10.7.4).
func (h *half) believable(seq uint32) bool {
	return !h.syn && !h.delivered || near(h.next, seq) || h.ackedKnown && near(h.acked, seq)
}

// begin notes the SYN of a direction.
func (a *assembler) begin(c *conn, d flow.Dir, isn uint32) {
	h := &c.half[d]
	h.syn = true
	h.rst = nil // forged, by one who did not know the number either
	if !h.delivered && !h.closed() {
		h.known, h.isn, h.next = true, isn, isn+1
		a.drain(c, d)
	}
}

// acknowledge notes that the peer of direction d has received all bytes before
// ack. A hole that it has received was in front of our eyes and is not in the
// capture; nobody will send it again.
func (a *assembler) acknowledge(c *conn, d flow.Dir, ack uint32, p *flow.Packet) {
	h := &c.half[d]
	switch {
	case !h.known:
		h.known, h.next = true, ack
	case h.ackedKnown && distance(h.acked, ack) <= 0:
		if len(h.queue) > 0 || h.fin != nil || h.rst != nil {
			a.skipAcked(c, d, p) // its time may have come
		}
		return
	case !near(h.next, ack) && !(h.ackedKnown && near(h.acked, ack)) && !h.holdsNear(ack):
		return
	}
	h.acked, h.ackedKnown = ack, true
	h.acker = acker{p.Source, p.Num, p.Time}
	if len(h.queue) > 0 || h.fin != nil || h.rst != nil {
		a.skipAcked(c, d, p)
	}
	if c.stream != nil && len(h.queue) == 0 && !h.closed() && distance(h.next, h.acked) > maxAhead/2 {
		// So much of one direction is not captured that numbers would soon
		// compare wrongly.
		a.skipTo(c, d, h.acked, flow.GapLost, p)
	}
}

// holdsNear tells whether what is held back reaches about as far as ack.
func (h *half) holdsNear(ack uint32) bool {
	return len(h.queue) > 0 && near(h.queue[len(h.queue)-1].seq, ack)
}

// skipAcked gives up the holes that the peer has acknowledged.
func (a *assembler) skipAcked(c *conn, d flow.Dir, p *flow.Packet) {
	h := &c.half[d]
	if p.Time-h.acker.time < a.ackGrace {
		return // what it acknowledges may be captured yet
	}
	for h.ackedKnown && c.stream != nil {
		b, ok := h.beyondHole()
		if !ok || distance(b.seq, h.acked) < 0 {
			return
		}
		a.skipTo(c, d, b.seq, flow.GapLost, p)
	}
}

// beyond is what stands behind a hole: held bytes, or an ending.
type beyond struct {
	seq    uint32
	direct uint32
	packet *flow.Packet
	ending **ending // nil for bytes
}

// beyondHole returns what comes first behind the hole at next, if there is
// something.
func (h *half) beyondHole() (b beyond, ok bool) {
	if len(h.queue) > 0 {
		e := &h.queue[0]
		b, ok = beyond{e.seq, e.direct, &e.packet, nil}, true
	}
	for _, e := range [...]**ending{&h.fin, &h.rst} {
		if (*e).pending() && (!ok || distance(b.seq, (*e).seq) < 0) {
			b, ok = beyond{(*e).seq, (*e).direct, &(*e).packet, e}, true
		}
	}
	return b, ok
}

// skipTo reports the bytes up to target as missing and goes on there.
func (a *assembler) skipTo(c *conn, d flow.Dir, target uint32, cause flow.GapCause, p *flow.Packet) {
	h := &c.half[d]
	if n := distance(h.next, target); n > 0 {
		a.gap(c, d, uint64(n), cause, p)
		h.next = target
	}
	a.drain(c, d)
}

// giveUp goes on behind the first hole although nobody has confirmed it; or it
// drops what is behind, if that lies far off and bytes went on to come here:
// it did not belong to this connection.
func (a *assembler) giveUp(c *conn, d flow.Dir, cause flow.GapCause) {
	h := &c.half[d]
	b, ok := h.beyondHole()
	switch {
	case !ok:
	case b.direct == h.direct || near(h.next, b.seq):
		a.packet = *b.packet
		a.skipTo(c, d, b.seq, cause, &a.packet)
	case b.ending != nil:
		*b.ending = nil
	default:
		e := a.unqueue(h)
		a.account(&e, false)
	}
}

func (a *assembler) gap(c *conn, d flow.Dir, n uint64, cause flow.GapCause, p *flow.Packet) {
	a.totals.Gaps++
	a.totals.GapBytes += n
	if cause == flow.GapSnaplen {
		a.totals.SnaplenCuts++
	}
	c.stream.Gap(d, n, cause, p)
}

// data places the payload of s, which begins at seq.
func (a *assembler) data(c *conn, d flow.Dir, seq uint32, s *segment, p *flow.Packet) outcome {
	h := &c.half[d]
	t := stretch{seq, s.length, s.payload}
	if seq == h.next && h.known && len(h.queue) == 0 && h.fin == nil { // as it mostly is
		h.direct++
		a.deliver(c, d, t, p)
		if h.rst != nil {
			a.closeIfReached(c, d)
		}
		return broughtSomething
	}
	if !h.known {
		h.known, h.next = true, seq
		if h.rst != nil && !near(h.rst.seq, seq) {
			h.rst = nil // forged, by one who did not know the number either
		}
	}
	if h.fin != nil { // nothing follows a FIN (RFC 9293 section 3.6)
		t = t.first(max(min(t.length, distance(t.seq, h.fin.seq)), 0))
	}
	ahead := distance(h.next, t.seq)
	if ahead < 0 && !h.delivered && !h.syn && !h.closed() && s.length > 1 && near(h.next, seq) {
		// The start was a guess from an acknowledgement that was captured
		// before the bytes. (One byte there is a keep-alive probe, RFC 9293
		// section 3.8.4.)
		h.next, ahead = seq, 0
	}
	switch {
	case t.length <= 0, ahead+t.length <= 0, ahead > maxAhead:
		return broughtNothing
	case ahead > 0:
		return a.hold(c, d, t, 1+s.held, p)
	}
	h.direct++
	for {
		t = t.from(h.next)
		n := t.length
		if len(h.queue) > 0 { // what came first wins
			n = min(n, distance(h.next, h.queue[0].seq))
		}
		a.deliver(c, d, t.first(n), p)
		a.drain(c, d)
		if c.stream == nil || distance(h.next, t.seq+uint32(t.length)) <= 0 {
			return broughtSomething
		}
	}
}

// deliver hands on the next bytes.
func (a *assembler) deliver(c *conn, d flow.Dir, t stretch, p *flow.Packet) {
	h := &c.half[d]
	if !h.delivered {
		h.delivered = true
		if !h.syn {
			h.isn = h.next - 1
		}
	}
	h.next += uint32(t.length)
	if h.rst != nil && distance(h.rst.seq, h.next) > 0 {
		h.rst = nil // whoever sent it goes on talking: it was forged or stray
	}
	if len(t.data) > 0 {
		c.stream.Data(d, t.data, p)
	}
	if cut := t.length - len(t.data); cut > 0 {
		a.gap(c, d, uint64(cut), flow.GapSnaplen, p)
	}
}

// drain delivers what the queue holds next, and the end if it is reached.
func (a *assembler) drain(c *conn, d flow.Dir) {
	h := &c.half[d]
	for len(h.queue) > 0 && distance(h.next, h.queue[0].seq) <= 0 {
		e := a.unqueue(h)
		t := e.from(h.next)
		a.account(&e, t.length > 0)
		if t.length > 0 {
			a.packet = e.packet
			a.deliver(c, d, t, &a.packet)
		}
	}
	if h.fin != nil || h.rst != nil {
		a.closeIfReached(c, d)
	}
}

// holePatience is how long, in packet time, a hole may stay open that the
// other side has not acknowledged; lonelyPatience the same where nothing of
// the other side is in the capture, so that no acknowledgement can come.
const (
	holePatience   = flow.HeldBack
	lonelyPatience = flow.Time(time.Second)
)

// hold keeps a segment that came early, or gives up the hole before it.
func (a *assembler) hold(c *conn, d flow.Dir, t stretch, packets uint64, p *flow.Packet) outcome {
	h := &c.half[d]
	if h.ackedKnown && distance(t.seq, h.acked) >= 0 && len(h.queue) == 0 {
		a.skipTo(c, d, t.seq, flow.GapLost, p)
		a.deliver(c, d, t, p)
		a.drain(c, d)
		return broughtSomething
	}
	if !a.enqueue(h, t, packets, p) {
		return broughtNothing
	}
	a.totals.Ledger.Waiting += packets
	a.wait(c)
	a.skipAcked(c, d, p)
	for len(h.queue) > 0 && h.queued > a.lim.connQueued {
		a.giveUp(c, d, flow.GapBudget)
	}
	for a.queued > a.lim.queued && a.relieve() {
	}
	return heldBack
}

// enqueue copies what is new in t into the queue: bytes that are there already
// came first and win. It reports whether anything was new.
func (a *assembler) enqueue(h *half, t stretch, packets uint64, p *flow.Packet) bool {
	part := held{direct: h.direct, counts: packets}
	for i := 0; t.length > 0; i++ {
		n := t.length
		if i < len(h.queue) {
			n = min(n, distance(t.seq, h.queue[i].seq))
		}
		if n > 0 {
			if part.counts > 0 {
				part.packet = detached(p)
			}
			part.stretch = t.first(n)
			part.data = slices.Clone(part.data)
			h.queue = slices.Insert(h.queue, i, part)
			h.queued += part.size()
			a.queued += part.size()
			part.counts = 0
			i++
		}
		if i == len(h.queue) {
			break
		}
		t = t.from(h.queue[i].seq + uint32(h.queue[i].length))
	}
	return part.counts == 0
}

func (e *held) size() int { return len(e.data) + len(e.packet.Raw) + 128 }

// unqueue takes the first part out of the queue.
func (a *assembler) unqueue(h *half) held {
	e := h.queue[0]
	h.queue[0] = held{} // its bytes are not to be kept by the rest
	h.queue = h.queue[1:]
	if len(h.queue) == 0 {
		h.queue = nil
	}
	h.queued -= e.size()
	a.queued -= e.size()
	return e
}

// account moves the packet of e from waiting to where it belongs now.
func (a *assembler) account(e *held, fresh bool) {
	ledger := &a.totals.Ledger
	ledger.Waiting -= e.counts
	if fresh {
		ledger.Delivered += e.counts
	} else {
		ledger.Empty += e.counts
	}
}
