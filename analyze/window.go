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

// add remembers p.
func (w *window) add(p *flow.Packet) {
	if n := len(w.refs); n > 0 && w.refs[n-1].Num == p.Num && w.refs[n-1].Source == p.Source {
		return
	}
	if len(w.refs) == maxWindow {
		w.leftOut++
		return
	}
	w.refs = append(w.refs, refOf(p))
	if p.Offset >= 0 || p.Raw == nil {
		return
	}
	if len(w.raw)+len(p.Raw) > maxWindowRaw {
		w.leftOut++
		return
	}
	from := len(w.raw)
	w.raw = append(w.raw, p.Raw...)
	w.raws = append(w.raws, rawRef{len(w.refs) - 1, from, len(w.raw)})
}

// restart forgets all packets but the one at hand.
func (w *window) restart(p *flow.Packet) {
	w.refs, w.raws, w.raw, w.leftOut = w.refs[:0], w.raws[:0], w.raw[:0], 0
	w.add(p)
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
