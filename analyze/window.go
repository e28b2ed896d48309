package analyze

import (
	"slices"

	"elbscope/capture/flow"
)

// window remembers which packets carried the exchange at hand, so that a
// handshake can name and show them. Where the source cannot be read again it
// keeps the packets themselves, too, until it is known whether they matter.
type window struct {
	refs    []PacketRef
	leftOut int
	// raw holds copies of packets one after the other; raws says of which.
	raw  []byte
	raws []rawRef
}

type rawRef struct {
	ref      int // index in refs
	from, to int // in raw
}

// maxWindow bounds how many packets of one exchange are remembered, and
// maxWindowRaw how many bytes of them are copied: enough for the heads, an
// error page and the close.
const (
	maxWindow    = 64
	maxWindowRaw = 64 << 10
)

// maxSpare is how many windows are kept for use by other connections, without
// their room for copies where that has become larger than maxSpareRaw bytes.
const (
	maxSpare    = 64
	maxSpareRaw = 8 << 10
)

// spare takes back a window that its connection needs no more.
func (e *Engine) spare(w window) {
	if len(e.windows) < maxSpare {
		if cap(w.raw) > maxSpareRaw {
			w.raw = nil
		}
		e.windows = append(e.windows, window{refs: w.refs[:0], raw: w.raw[:0], raws: w.raws[:0]})
	}
}

// spareWindow returns an empty window.
func (e *Engine) spareWindow() (w window) {
	if n := len(e.windows); n > 0 {
		w = e.windows[n-1]
		e.windows[n-1] = window{}
		e.windows = e.windows[:n-1]
	}
	return w
}

// add remembers p, if there are not most of them, and a copy of it, if all copies
// take no more than room bytes.
func (w *window) add(p *flow.Packet, most, room int) {
	if n := len(w.refs); n > 0 && w.refs[n-1].Num == p.Num && w.refs[n-1].Source == p.Source {
		return
	}
	if len(w.refs) >= most {
		w.leftOut++
		return
	}
	w.refs = append(w.refs, refOf(p))
	if p.Offset >= 0 || p.Raw == nil {
		return
	}
	if len(w.raw)+len(p.Raw) > room {
		w.leftOut++
		return
	}
	from := len(w.raw)
	w.raw = append(w.raw, p.Raw...)
	w.raws = append(w.raws, rawRef{len(w.refs) - 1, from, len(w.raw)})
}

// keepFrom forgets all packets before one that it holds; all of them, if it
// does not hold that one.
func (w *window) keepFrom(r PacketRef) {
	from := w.find(r)
	if from < 0 {
		w.refs, w.raws, w.raw, w.leftOut = w.refs[:0], w.raws[:0], w.raw[:0], 0
		return
	}
	w.refs = slices.Delete(w.refs, 0, from)
	w.raws = slices.DeleteFunc(w.raws, func(o rawRef) bool { return o.ref < from })
	if len(w.raws) == 0 {
		w.raw = w.raw[:0]
		return
	}
	cut := w.raws[0].from
	w.raw = slices.Delete(w.raw, 0, cut)
	for i := range w.raws {
		w.raws[i].ref -= from
		w.raws[i].from -= cut
		w.raws[i].to -= cut
	}
}

func (w *window) find(r PacketRef) int {
	return slices.IndexFunc(w.refs, func(o PacketRef) bool { return o.Num == r.Num && o.Source == r.Source })
}

func (w *window) holds(r PacketRef) bool { return w.find(r) >= 0 }

// prepend puts a packet before all others; raw may be nil.
func (w *window) prepend(r PacketRef, raw []byte) {
	if len(w.refs) > 0 && w.refs[0].Num == r.Num && w.refs[0].Source == r.Source {
		return
	}
	w.refs = slices.Insert(w.refs, 0, r)
	for i := range w.raws {
		w.raws[i].ref++
	}
	if raw != nil {
		w.raw = append(w.raw, raw...)
		w.raws = append(w.raws, rawRef{0, len(w.raw) - len(raw), len(w.raw)})
	}
}

// Kept is a copy of a packet whose source cannot be read again.
type Kept struct {
	PacketRef
	Raw []byte
}

// copies returns owned copies of the packets held.
func (w *window) copies() []Kept {
	var kept []Kept
	for _, r := range w.raws {
		kept = append(kept, Kept{w.refs[r.ref], slices.Clone(w.raw[r.from:r.to])})
	}
	return kept
}

// remember puts a packet into the window; nobody asks for it where there is only
// a report.
func (c *conn) remember(p *flow.Packet) {
	if c.e.cfg.ReportOnly {
		return
	}
	if c.window.refs == nil {
		c.window = c.e.spareWindow()
	}
	c.window.add(p, c.e.windowed.bound(maxWindow, shortWindow), c.e.windowed.bound(maxWindowRaw, shortWindowRaw))
}

// restartWindow begins a new exchange in packet begin: what the window holds
// from before it belongs to the one before; on a new connection, to this one.
func (c *conn) restartWindow(begin PacketRef) {
	c.releaseWindow()
	if c.e.cfg.ReportOnly {
		return
	}
	if c.info.Midstream || c.requests > 0 || !c.window.holds(begin) {
		c.window.keepFrom(begin)
	}
	if c.at != nil && len(c.window.refs) == 0 {
		c.remember(c.at)
	}
	if c.requests == 0 && c.opened.Num != 0 {
		c.window.prepend(c.opened, c.openedRaw)
		c.opened, c.openedRaw = PacketRef{}, nil
	}
}

// releaseWindow gives a handshake its packets for good.
func (c *conn) releaseWindow() {
	if c.windowOf == nil {
		return
	}
	c.windowOf.takePackets()
	c.e.keep(c.window.copies())
	c.windowOf = nil
}

// takeWindow gives the packets from here on to a sighting. One that is still
// waiting for its answer keeps what it has.
func (c *conn) takeWindow(s *sighting) {
	if c.windowOf != nil {
		c.restartWindow(s.RequestPacket)
	}
	c.windowOf = s
}
