package capture

import (
	"encoding/binary"
	"testing"

	"elbscope/capture/flow"
)

// FuzzAssembler takes its input as a sequence of segments of six bytes each.
func FuzzAssembler(f *testing.F) {
	const c, s = 0, 1 << 7
	seg := func(head, flags byte, seq, ack uint16) []byte {
		return append([]byte{head, flags}, byte(seq), byte(seq>>8), byte(ack), byte(ack>>8))
	}
	open := join(seg(c, flagSYN, 0, 0), seg(s, flagSYN|flagACK, 0, 1), seg(c, flagACK, 1, 1))
	f.Add(open)
	f.Add(join(open, seg(c|9, flagACK, 1, 1), seg(s|9, flagACK, 1, 10), seg(c, flagFIN|flagACK, 10, 10), seg(s, flagFIN|flagACK, 10, 11)))
	f.Add(join(open, seg(c|9, flagACK, 10, 1), seg(c|5, flagACK, 4, 1), seg(c|20, flagACK, 1, 1)))
	f.Add(join(open, seg(c|9, flagACK, 10, 1), seg(s, flagACK, 1, 15), seg(c, flagRST, 30, 1), seg(c|40, 0, 19, 0)))
	f.Add(join(open, seg(c, flagFIN, 10, 1), seg(c, flagRST, 11, 0), seg(c, flagSYN, 500, 1)))
	f.Fuzz(func(t *testing.T, data []byte) {
		w := newWire(t, limits{conns: 3, queued: 3000, connQueued: 2000})
		w.rec.mute, w.rec.forgetful = true, true
		other := newAssembler(&w.shared)
		points := [2]*assembler{w.a, other}
		for ; len(data) >= 6; data = data[6:] {
			head, flags := data[0], data[1]
			seq, ack := binary.LittleEndian.Uint16(data[2:]), binary.LittleEndian.Uint16(data[4:])
			d := flow.Dir(head >> 7)
			w.port = uint16(head >> 5 & 3)
			w.live = flags&0x20 != 0
			g := w.segment([]string{dirWords[d]})
			// The last bits take the numbers far off.
			g.seq, g.ack = wide(seq), wide(ack)
			g.flags = flags & 0x1f
			g.length = int(head&31) * int(1+flags>>6*40)
			g.payload = letters(g.length)
			if seq&1 != 0 && flags&0x40 != 0 {
				g.payload = g.payload[:g.length/2]
			}
			if flags&0x28 == 0x28 && len(w.sent) > 0 {
				g = w.sent[len(w.sent)-1-int(head)%min(len(w.sent), 20)]
			}
			w.a = points[ack>>8&1&(seq>>8)]
			w.now += flow.Time(ack%8) * second / 2
			w.a.tick(w.now)
			w.send(g)
			checkAssembler(t, w.a)
		}
		other.finish()
		w.a = points[0]
		w.finish()
		if n := w.totals.Connections; n != uint64(len(w.rec.conns)) {
			t.Errorf("%d connections, %d were opened", n, len(w.rec.conns))
		}
	})
}

// wide spreads a number over the sequence space: most values lie near each
// other around the wrap, some far off.
func wide(v uint16) uint32 {
	switch v >> 13 {
	case 7:
		return uint32(v) << 17
	case 6:
		return uint32(v) << 11
	}
	return uint32(v) - 600
}
