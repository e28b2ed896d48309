package capture

import (
	"context"
	"io"
)

// intake is a source that is being read.
type intake struct {
	source    Source
	index, of int
	// at is the packet at hand, once peek has fetched it; err ends the source.
	at     *decoded
	err    error
	peeked bool
	// first holds the packets that come from the source itself, not decoded:
	// the first one, and in a replay all. rest supplies those after it.
	first decoded
	rest  supply
	// read is the source that rest reads from, on its own goroutine if it is
	// not the source itself.
	read Source
	// pt is the capture point, nil until the first packet; n counts packets.
	pt *point
	n  int
	// dropped is how many of its losses were counted.
	dropped uint64
}

// peek fetches the next packet, unless it has been.
func (in *intake) peek() {
	if in.peeked {
		return
	}
	in.peeked = true
	if in.rest != nil {
		if at, err := in.rest.next(); err != nil {
			in.err = err
		} else {
			in.at = at
		}
		return
	}
	in.at, in.err = &in.first, in.source.Next(&in.first.Packet)
}

// progressEvery is how many packets pass at most between two looks at the
// context and two calls of OnProgress; both come with every tick, too.
const progressEvery = 1 << 12

// drain pumps one source dry. A context that was cancelled ends it without an
// error.
func (p *Pump) drain(ctx context.Context, in *intake) {
	for in.peek(); in.err == nil; in.peek() {
		ticked := p.take(in)
		if in.rest == nil {
			in.rest, in.read = follow(in.source, p.dec)
		}
		// On a silent wire, few packets pass, or none.
		if !ticked && in.n%progressEvery != 0 {
			continue
		}
		if ctx.Err() != nil && !in.endsItself() {
			in.rest.stop()
			continue
		}
		if in.read == in.source {
			p.countDropped(in, in.source)
		}
		if p.OnProgress != nil {
			p.OnProgress(p.progress(in))
		}
	}
	p.end(in)
}

// stop settles the sources that were not read to their ends, because the
// context was cancelled. A packet that was fetched to see what time it is has
// been read like all before it: it still passes.
func (p *Pump) stop(all []*intake) {
	for in := next(all); in != nil; in = next(all) {
		p.take(in)
		in.err = io.EOF
		p.end(in)
	}
}

// take puts the packet that was peeked through. It tells whether there was a
// tick.
func (p *Pump) take(in *intake) (ticked bool) {
	if in.pt == nil {
		in.pt = p.pointFor(in.source.Info(), in.at.Time)
		in.pt.reading = true
	}
	if in.rest == nil {
		p.dec.note, p.dec.frags = in.source.Info().AddProblem, in.pt.frags
		p.dec.decodePacket(in.at)
	}
	in.n++
	in.peeked = false
	ticked = p.packet(in.pt, in.index, in.at)
	if p.parted != nil {
		in.pt, p.parted = p.parted, nil
	}
	return ticked
}

// countDropped brings the count of packets up to date that were lost before
// they reached us; from is the source, or what was read in its place.
func (p *Pump) countDropped(in *intake, from Source) {
	if d, ok := from.(interface{ KernelDropped() uint64 }); ok {
		now := d.KernelDropped()
		p.totals.KernelDropped += now - in.dropped
		in.dropped = now
	}
}

// endsItself tells whether a source knows when it is over: a live one has
// packets in hand that came before it was stopped.
func (in *intake) endsItself() bool { return in.source.Info().Format == "live" }

// end settles what a source leaves behind.
func (p *Pump) end(in *intake) {
	from := in.source
	if in.rest != nil {
		in.rest.stop()
		from = in.read
	}
	p.countDropped(in, from)
	pt, info := in.pt, in.source.Info()
	if pt == nil {
		return
	}
	if pt.carried {
		info.Continues, info.Predecessor = true, pt.carriedFrom
		pt.carried = false
	}
	pt.reading = false
	pt.last = max(pt.last, info.Last)
	pt.jitter = min(rotationJitter, (info.Last-info.First)/10)
	pt.links = append(pt.links, info.LinkTypes...)
}
