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
	isn            uint32
	// acked is the highest acknowledgement of this direction by the peer.
	acked      uint32
	ackedKnown bool
	// queue holds what came early, by sequence number, without overlaps.
	queue  []held
	queued int
	// closing is a FIN or RST that has been seen; done once delivered.
	closing *closing
	done    bool
}

// held is a part of a segment that waits for what is missing before it.
type held struct {
	seq    uint32
	data   []byte // owned
	length int    // on the wire; longer than data where the snaplen cut it
	packet flow.Packet
	// counts is set on the part that stands for the packet in the ledger.
	counts bool
}

// maxAhead is how far ahead of the expected byte a segment may lie and still
// be believed: the largest window there is (RFC 7323 section 2.3).
const maxAhead = 1 << 30

// distance returns how far seq lies behind from in sequence space; negative if
// before (RFC 9293 section 3.4).
func distance(from, seq uint32) int { return int(int32(seq - from)) }

// acknowledge notes that the peer of direction d has received all bytes before
// ack. A hole that it has received was in front of our eyes and is not in the
// capture; nobody will send it again.
func (a *assembler) acknowledge(c *conn, d flow.Dir, ack uint32, p *flow.Packet) {
	h := &c.half[d]
	switch {
	case !h.known:
		h.known, h.next = true, ack
	case h.ackedKnown && distance(h.acked, ack) <= 0:
		return
	case distance(h.next, ack) > maxAhead:
		return
	}
	h.acked, h.ackedKnown = ack, true
	if len(h.queue) > 0 || h.closing != nil && !h.done {
		a.skipAcked(c, d, p)
	}
}

// skipAcked gives up the holes that the peer has acknowledged.
func (a *assembler) skipAcked(c *conn, d flow.Dir, p *flow.Packet) {
	h := &c.half[d]
	for h.ackedKnown && !h.done {
		target, ok := h.afterHole()
		if !ok || distance(target, h.acked) < 0 || distance(h.next, target) <= 0 {
			return
		}
		a.skipTo(c, d, target, flow.GapLost, p)
	}
}

// afterHole returns where bytes, or the end, are known again.
func (h *half) afterHole() (uint32, bool) {
	if len(h.queue) > 0 {
		return h.queue[0].seq, true
	}
	if h.closing != nil && !h.done {
		return h.closing.seq, true
	}
	return 0, false
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

func (a *assembler) gap(c *conn, d flow.Dir, n uint64, cause flow.GapCause, p *flow.Packet) {
	a.totals.Gaps++
	a.totals.GapBytes += n
	if cause == flow.GapSnaplen {
		a.totals.SnaplenCuts++
	}
	if c.stream != nil {
		c.stream.Gap(d, n, cause, p)
	}
}

// data places the payload of s, which begins at seq.
func (a *assembler) data(c *conn, d flow.Dir, seq uint32, s *segment, p *flow.Packet) outcome {
	h := &c.half[d]
	if !h.known {
		h.known, h.next = true, seq
	}
	ahead := distance(h.next, seq)
	if ahead < 0 && !h.delivered && !h.syn && s.length > 1 {
		// The start was a guess from an acknowledgement that was captured
		// before the bytes. (One byte there is a keep-alive probe.)
		h.next, ahead = seq, 0
	}
	switch {
	case ahead+s.length <= 0, ahead > maxAhead, h.done && h.closing.how == flow.FIN:
		return broughtNothing
	case ahead > 0:
		return a.hold(c, d, seq, s, p)
	}
	payload := s.payload[min(-ahead, len(s.payload)):]
	a.deliver(c, d, payload, s.length+ahead, p)
	a.drain(c, d)
	return broughtSomething
}

// deliver hands on the next length bytes, of which payload was captured.
func (a *assembler) deliver(c *conn, d flow.Dir, payload []byte, length int, p *flow.Packet) {
	h := &c.half[d]
	h.next += uint32(length)
	h.delivered = true
	if c.reset != 0 && h.closing != nil && h.closing.how == flow.RST {
		// Whoever sent the RST goes on talking: it was forged or stray.
		c.reset, h.closing, h.done = 0, nil, false
	}
	if c.stream == nil {
		return
	}
	if len(payload) > 0 {
		c.stream.Data(d, payload, p)
	}
	if cut := length - len(payload); cut > 0 {
		a.gap(c, d, uint64(cut), flow.GapSnaplen, p)
	}
}

// hold keeps a segment that came early, or gives up the hole before it.
func (a *assembler) hold(c *conn, d flow.Dir, seq uint32, s *segment, p *flow.Packet) outcome {
	h := &c.half[d]
	if c.stream == nil {
		return broughtNothing
	}
	if h.ackedKnown && distance(seq, h.acked) >= 0 && len(h.queue) == 0 {
		a.skipTo(c, d, seq, flow.GapLost, p)
		a.deliver(c, d, s.payload, s.length, p)
		a.drain(c, d)
		return broughtSomething
	}
	if !a.enqueue(h, seq, s, p) {
		return broughtNothing
	}
	a.totals.Ledger.Waiting++
	a.waiting[c] = struct{}{}
	a.skipAcked(c, d, p)
	for len(h.queue) > 0 && (h.queued > a.lim.connQueued || a.queued > a.lim.queued) {
		a.skipTo(c, d, h.queue[0].seq, flow.GapBudget, p)
	}
	return heldBack
}

// enqueue copies what is new in s into the queue: bytes that are there already
// came first and win. It reports whether anything was new.
func (a *assembler) enqueue(h *half, seq uint32, s *segment, p *flow.Packet) bool {
	counts := true
	end := seq + uint32(s.length)
	for i := 0; distance(seq, end) > 0; i++ {
		for i < len(h.queue) && distance(seq, h.queue[i].seq+uint32(h.queue[i].length)) <= 0 {
			i++
		}
		stop := end
		if i < len(h.queue) {
			if distance(seq, h.queue[i].seq) <= 0 {
				seq = h.queue[i].seq + uint32(h.queue[i].length)
				continue
			}
			if distance(h.queue[i].seq, stop) > 0 {
				stop = h.queue[i].seq
			}
		}
		part := held{seq: seq, length: distance(seq, stop), packet: *p, counts: counts}
		from := min(distance(s.seqStart(), seq), len(s.payload))
		part.data = slices.Clone(s.payload[from:min(from+part.length, len(s.payload))])
		part.packet.Raw = nil
		if p.Offset < 0 {
			part.packet.Raw = slices.Clone(p.Raw)
		}
		counts = false
		h.queue = slices.Insert(h.queue, i, part)
		h.queued += part.size()
		a.queued += part.size()
		seq = stop
	}
	return !counts
}

// seqStart is the sequence number of the first payload byte.
func (s *segment) seqStart() uint32 {
	if s.flags&flagSYN != 0 {
		return s.seq + 1
	}
	return s.seq
}

func (e *held) size() int { return len(e.data) + len(e.packet.Raw) + 128 }

// drain delivers what the queue holds next, and the end if it is reached.
func (a *assembler) drain(c *conn, d flow.Dir) {
	h := &c.half[d]
	for len(h.queue) > 0 {
		e := h.queue[0]
		ahead := distance(h.next, e.seq)
		if ahead > 0 {
			return
		}
		h.queue = h.queue[1:]
		h.queued -= e.size()
		a.queued -= e.size()
		fresh := ahead+e.length > 0
		if e.counts {
			a.totals.Ledger.Waiting--
			if fresh {
				a.totals.Ledger.Delivered++
			} else {
				a.totals.Ledger.Empty++
			}
		}
		if fresh {
			a.packet = e.packet
			a.deliver(c, d, e.data[min(-ahead, len(e.data)):], e.length+ahead, &a.packet)
		}
	}
	h.queue = nil
	a.closeIfReached(c, d)
}

// holePatience is how long, in packet time, a hole may stay open that the
// other side has not acknowledged; lonelyPatience the same where nothing of
// the other side is in the capture, so that no acknowledgement can come.
const (
	holePatience   = flow.Time(30 * time.Second)
	lonelyPatience = flow.Time(time.Second)
)

// tick gives up what has waited too long.
func (a *assembler) tick(now flow.Time) {
	for c := range a.waiting {
		busy := false
		for d := range c.half {
			h := &c.half[d]
			if len(h.queue) == 0 {
				continue
			}
			patience := holePatience
			if !h.ackedKnown {
				patience = lonelyPatience
			}
			if first := &h.queue[0]; now-first.packet.Time > patience {
				a.packet = first.packet
				a.skipTo(c, flow.Dir(d), first.seq, flow.GapLost, &a.packet)
			}
			busy = busy || len(h.queue) > 0
		}
		if c.reset != 0 {
			if now-c.reset > resetLinger {
				a.end(c, flow.EndClosed)
			} else {
				busy = true
			}
		}
		if !busy {
			delete(a.waiting, c)
		}
	}
}
