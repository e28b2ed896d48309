package capture

import (
	"net/netip"
	"slices"
)

// Tracer tells which TCP connection a packet belongs to, without following the
// connection: for finding all of its packets again, also those that brought
// nothing (acknowledgements, copies, retransmissions).
//
// Non-goal: the fragments of a tunnel's outer packets. Of such a datagram only
// the last one is found.
type Tracer struct {
	dec   *decoder
	frags fragments
	seg   segment
	// waiting are the fragments whose rest has not come, by datagram.
	waiting map[datagramKey][]Packet
}

// Trace is what a packet shows of its connection.
type Trace struct {
	// Src and Dst are its ends, Encap what it is wrapped in, as in flow.Conn.
	Src, Dst netip.AddrPort
	Encap    string
	// Opens is set for a SYN without ACK, Seq is its sequence number.
	Opens bool
	Seq   uint32
	// Fragments are the packets before it that are part of the same IP
	// datagram; their Data are copies.
	Fragments []Packet
}

// maxTraced bounds the datagrams that wait for a fragment.
const maxTraced = 4 * maxDatagrams

// NewTracer returns a Tracer for the packets of one capture point in order.
func NewTracer() *Tracer {
	t := &Tracer{dec: newDecoder(nil), waiting: make(map[datagramKey][]Packet)}
	t.dec.frags = &t.frags
	return t
}

// Trace looks at the next packet; ok is false if it is no TCP, or a fragment
// that has to wait: then a later Trace names it.
func (t *Tracer) Trace(p *Packet) (trace Trace, ok bool) {
	if p.Data == nil {
		return Trace{}, false
	}
	got := t.dec.decode(p, &t.seg)
	key := datagramKey{src: t.seg.src.addr, dst: t.seg.dst.addr, id: t.dec.ipID, encap: t.seg.encap}
	switch got {
	case bucketWaiting:
		if len(t.waiting) >= maxTraced {
			clear(t.waiting) // a flood of fragments: what waits is given up
		}
		piece := *p
		piece.Data = slices.Clone(p.Data)
		t.waiting[key] = append(t.waiting[key], piece)
		return Trace{}, false
	case bucketTCP:
	default:
		return Trace{}, false
	}
	trace = Trace{
		Src: t.seg.src.addrPort(), Dst: t.seg.dst.addrPort(), Encap: t.dec.encapName(t.seg.encap),
		Opens: t.seg.flags&(flagSYN|flagACK) == flagSYN, Seq: t.seg.seq,
	}
	if t.seg.held > 0 {
		trace.Fragments = t.waiting[key]
		delete(t.waiting, key)
	}
	return trace, true
}
