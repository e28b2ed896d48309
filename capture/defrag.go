package capture

import (
	"bytes"
	"slices"
	"time"

	"elbscope/capture/flow"
)

// Limits of what is kept of incomplete datagrams.
const (
	maxDatagrams     = 1024
	maxDatagramBytes = 4 << 20
	// maxRemembered is how many complete datagrams are kept to recognize
	// further captures of their fragments.
	maxRemembered = 64
	// fragmentLife is how long a fragment waits for the others; the 30 s that
	// Linux grants it. An identification is soon used again.
	fragmentLife = 30 * time.Second
	// maxDatagram is the largest datagram there can be.
	maxDatagram = 65535
)

// datagramKey tells which datagram a fragment belongs to.
type datagramKey struct {
	src, dst [16]byte
	id       uint32
	encap    uint32
	proto    uint8
}

// fragment is one piece of a datagram.
type fragment struct {
	start int   // where it begins in the datagram
	more  bool  // whether it is not the last one
	next  uint8 // the protocol it carries; in IPv6, that of the first fragment counts
	body  extent
}

// span is a stretch of a datagram that is there: from start up to but not
// including end.
type span struct{ start, end int }

// datagram is what has arrived of an IP packet that was sent in fragments.
//
// A fragment that a snapshot length cut short counts as arrived, and the bytes
// of the datagram end where the first such cut is. So it completes like any
// other and comes out as what it is, a cut packet with all its headers.
type datagram struct {
	key     datagramKey
	started flow.Time
	packets uint64 // captured packets that went into it
	data    []byte
	spans   []span // by position, not touching each other
	total   int    // length, -1 until the last fragment is there
	cut     int    // bytes from here on are not complete
	next    uint8
	cost    int // its share of fragments.bytes
	done    bool

	age node[*datagram]
}

// extent returns the bytes of a complete datagram.
func (g *datagram) extent() extent { return extent{g.data[:min(g.total, g.cut)], g.total} }

// fragments puts fragments together, for both IP versions. The zero value is
// ready for use.
//
// Where fragments overlap, the bytes that came first stay. RFC 5722 wants such
// datagrams of IPv6 dropped, but a tool that looks on sees the same fragment
// twice as soon as it captures on two interfaces.
//
// Incomplete datagrams that are too old are forgotten, and their packets stay
// in the ledger as waiting: for something that was never captured.
type fragments struct {
	// evicted counts packets that were waiting and given up for lack of
	// memory; see takeEvicted.
	evicted uint64

	byKey    map[datagramKey]*datagram
	open     chain[*datagram] // incomplete ones
	complete chain[*datagram] // the last few, see repeated
	bytes    int              // memory taken by all of them
}

// takeEvicted returns how many packets that had been counted as waiting were
// given up for lack of memory since the last call. The packet decoded last may
// be one of them, so it has to be in the ledger before.
func (f *fragments) takeEvicted() uint64 {
	n := f.evicted
	f.evicted = 0
	return n
}

// add adds piece to its datagram and returns the datagram if it is complete
// now. packets is how many captured packets the piece consists of, and held
// how many of those in the datagram came before the present one.
//
// Without a datagram, the bucket tells whether the piece waits or is damaged.
func (f *fragments) add(key datagramKey, piece fragment, packets uint64, now flow.Time) (whole *datagram, held uint64, b bucket) {
	f.forgetBefore(now - flow.Time(fragmentLife))
	end := piece.start + piece.body.wire
	// All but the last fragment are multiples of 8 bytes long (RFC 791, 3.2;
	// RFC 8200, 4.5).
	if end > maxDatagram || piece.body.wire == 0 || piece.more && piece.body.wire%8 != 0 {
		return nil, 0, bucketDamaged
	}
	g := f.byKey[key]
	if g != nil && g.done {
		if g.repeated(&piece, end) {
			return g, packets - 1, bucketTCP
		}
		f.remove(&f.complete, g) // the identification is in use again
		g = nil
	}
	if g == nil {
		g = f.begin(key, now)
	}
	if !g.fits(&piece, end) {
		return nil, 0, bucketDamaged
	}
	g.packets += packets
	g.put(&piece, end)
	f.charge(g)
	if g.total < 0 || g.spans[0] != (span{0, g.total}) {
		f.shrink()
		return nil, 0, bucketWaiting
	}
	f.finish(g)
	return g, g.packets - 1, bucketTCP
}

// begin starts a datagram.
func (f *fragments) begin(key datagramKey, now flow.Time) *datagram {
	if f.byKey == nil {
		f.byKey = make(map[datagramKey]*datagram)
	}
	g := &datagram{key: key, started: now, total: -1, cut: maxDatagram}
	f.byKey[key] = g
	g.age.of = g
	f.open.push(&g.age)
	return g
}

// fits tells whether piece, which reaches up to end, agrees with the length of
// the datagram as other pieces have it.
func (g *datagram) fits(piece *fragment, end int) bool {
	if g.total >= 0 {
		return end <= g.total && (piece.more || end == g.total)
	}
	return piece.more || len(g.spans) == 0 || g.spans[len(g.spans)-1].end <= end
}

// put copies what is new in piece, which reaches up to end.
func (g *datagram) put(piece *fragment, end int) {
	if !piece.more {
		g.total = end
	}
	if piece.start == 0 && (len(g.spans) == 0 || g.spans[0].start != 0) {
		g.next = piece.next
	}
	if captured := piece.start + len(piece.body.data); captured < end {
		g.cut = min(g.cut, captured)
	}
	if end > len(g.data) {
		g.data = slices.Grow(g.data, end-len(g.data))[:end]
	}
	// The spans from first up to last touch the new one and become part of it.
	merged, first := span{piece.start, end}, 0
	for first < len(g.spans) && g.spans[first].end < merged.start {
		first++
	}
	last, hole := first, piece.start
	for ; last < len(g.spans) && g.spans[last].start <= merged.end; last++ {
		old := g.spans[last]
		g.fill(piece, hole, old.start)
		hole = max(hole, old.end)
		merged.start, merged.end = min(merged.start, old.start), max(merged.end, old.end)
	}
	g.fill(piece, hole, end)
	g.spans = slices.Replace(g.spans, first, last, merged)
}

// fill copies the bytes of piece between from and to, positions in the
// datagram, as far as they were captured.
func (g *datagram) fill(piece *fragment, from, to int) {
	to = min(to, piece.start+len(piece.body.data))
	if from < to {
		copy(g.data[from:to], piece.body.data[from-piece.start:])
	}
}

// repeated tells whether piece is a further capture of something in g, which is
// complete. It is compared byte by byte, as the identification alone may be
// that of another datagram by now. The datagram is delivered once more in that
// case, so that this packet is recognized as a duplicate like any other: left
// to wait, it would wait forever.
func (g *datagram) repeated(piece *fragment, end int) bool {
	known := g.extent().data
	captured := piece.start + len(piece.body.data)
	return g.fits(piece, end) && captured <= len(known) &&
		bytes.Equal(piece.body.data, known[piece.start:captured])
}

// finish moves g, which is complete, from the open datagrams to those
// remembered.
func (f *fragments) finish(g *datagram) {
	f.open.remove(&g.age)
	g.done = true
	f.complete.push(&g.age)
	if f.complete.n > maxRemembered {
		f.remove(&f.complete, f.complete.oldest.of)
	}
	f.shrink()
}

// charge brings the account of memory up to date after g has changed.
func (f *fragments) charge(g *datagram) {
	const spanSize, fixed = 16, 256
	cost := fixed + cap(g.data) + spanSize*cap(g.spans)
	f.bytes += cost - g.cost
	g.cost = cost
}

// shrink gives up datagrams until the limits hold: first the complete ones, by
// which nothing is lost, then the oldest.
func (f *fragments) shrink() {
	for f.open.n+f.complete.n > maxDatagrams || f.bytes > maxDatagramBytes {
		if f.complete.n > 0 {
			f.remove(&f.complete, f.complete.oldest.of)
			continue
		}
		f.evicted += f.open.oldest.of.packets
		f.remove(&f.open, f.open.oldest.of)
	}
}

// forgetBefore forgets the datagrams begun before t.
func (f *fragments) forgetBefore(t flow.Time) {
	for _, l := range [...]*chain[*datagram]{&f.open, &f.complete} {
		for l.oldest != nil && l.oldest.of.started < t {
			f.remove(l, l.oldest.of)
		}
	}
}

// remove forgets g, which is in l.
func (f *fragments) remove(l *chain[*datagram], g *datagram) {
	l.remove(&g.age)
	delete(f.byKey, g.key)
	f.bytes -= g.cost
}
