package capture

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"

	"elbscope/capture/flow"
)

// A talk is a random conversation over a rough wire.
type talk struct {
	r       *rand.Rand
	w       *wire
	streams [2][]byte
	sends   []sending
}

// sending is one segment on the wire: the bytes from and up to to, of which
// the capture has those before cut.
type sending struct {
	d             flow.Dir
	from, to, cut int
	fin           bool
	ack           int // -1 is none
	order         int
	num           uint64 // its packet
}

// roughness says what may happen.
type roughness struct {
	acks, ticks bool
	reorder     int // by how many packets at most
	lim         limits
}

func newTalk(t *testing.T, seed uint64, rough roughness) *talk {
	talk := &talk{r: rand.New(rand.NewPCG(seed, 0)), w: newWire(t, rough.lim)}
	r, w := talk.r, talk.w
	w.rec.mute = true
	w.live = r.IntN(2) == 0
	for d := range talk.streams {
		w.isn[d] = -uint32(r.IntN(4000)) // it wraps somewhere
		talk.streams[d] = make([]byte, r.IntN(4000))
		for i := range talk.streams[d] {
			talk.streams[d][i] = byte(r.Uint32())
		}
	}
	at := [2]int{}
	for at[0] < len(talk.streams[0]) || at[1] < len(talk.streams[1]) {
		d := flow.Dir(r.IntN(2))
		if size := len(talk.streams[d]); at[d] < size {
			at[d] = talk.transmit(d, at[d], min(at[d]+1+r.IntN(300), size), at[d.Other()], rough)
		}
	}
	slices.SortStableFunc(talk.sends, func(a, b sending) int { return cmp.Compare(a.order, b.order) })
	return talk
}

// transmit has what the sender sends, with all accidents, appended to
// talk.sends; peerAt is how far the peer has come, and may be acknowledged.
func (k *talk) transmit(d flow.Dir, from, to, peerAt int, rough roughness) int {
	if k.r.IntN(4) == 0 { // again, in other pieces
		from = max(0, from-k.r.IntN(600))
	}
	s := sending{d: d, from: from, to: to, cut: to, ack: -1, fin: to == len(k.streams[d])}
	if k.r.IntN(8) == 0 {
		s.cut = from + k.r.IntN(to-from)
	}
	if rough.acks && k.r.IntN(2) == 0 {
		s.ack = k.r.IntN(peerAt + 1)
	}
	for copies := [...]int{0, 1, 1, 1, 1, 1, 1, 2, 3}[k.r.IntN(9)]; copies > 0; copies-- {
		s.order = len(k.sends)
		if rough.reorder > 0 {
			s.order += k.r.IntN(rough.reorder)
		}
		k.sends = append(k.sends, s)
	}
	return to
}

// play plays the conversation to its end.
func (k *talk) play(rough roughness) {
	w := k.w
	w.play(`
		> S
		< S a0`)
	for i := range k.sends {
		s := &k.sends[i]
		seg := w.segment([]string{dirWords[s.d]})
		seg.seq += uint32(s.from)
		seg.length = s.to - s.from
		seg.payload = k.streams[s.d][s.from:s.cut]
		if s.ack >= 0 {
			seg.flags |= flagACK
			seg.ack = w.isn[s.d.Other()] + 1 + uint32(s.ack)
		}
		if s.fin {
			seg.flags |= flagFIN
		}
		w.send(seg)
		s.num = w.num
		if rough.ticks && k.r.IntN(10) == 0 {
			w.now += flow.Time(k.r.IntN(20)) * second
			w.a.tick(w.now)
		}
		checkAssembler(w.t, w.a)
	}
	w.finish()
}

// check compares what was heard with what was said: the bytes at their
// offsets, from a packet that held them, and gaps of the right size.
func (k *talk) check(t *testing.T) {
	if n := len(k.w.rec.conns); n != 1 {
		t.Fatalf("%d connections", n)
	}
	for d := range k.streams {
		heard := &k.w.rec.conns[0].halves[d]
		end, fin := 0, false
		for _, s := range k.sends {
			if s.d == flow.Dir(d) {
				end, fin = max(end, s.to), fin || s.fin
			}
		}
		// What was not captured at all may still be missed.
		if len(heard.data) < end || len(heard.data) > len(k.streams[d]) || heard.fin != fin {
			t.Fatalf("%d bytes, FIN %v, not %d bytes, FIN %v", len(heard.data), heard.fin, end, fin)
		}
		for i, num := range heard.packets {
			if num == 0 {
				continue
			}
			if heard.data[i] != k.streams[d][i] {
				t.Fatalf("byte %d is wrong", i)
			}
			if s := k.sends[num-3]; s.num != num || i < s.from || i >= s.cut || s.d != flow.Dir(d) {
				t.Fatalf("byte %d was not in packet %d: %+v", i, num, s)
			}
		}
	}
}

// checkExactly is check for a wire without acknowledgements, where nothing is
// given up before the end: each byte is of the first segment that had its
// place, and missing if that was cut there or there is none.
func (k *talk) checkExactly(t *testing.T) {
	k.check(t)
	for d := range k.streams {
		want := make([]uint64, len(k.streams[d]))
		claimed := make([]bool, len(want))
		end := 0
		for _, s := range k.sends {
			for i := s.from; i < s.to && s.d == flow.Dir(d); i++ {
				if !claimed[i] && i < s.cut {
					want[i] = s.num
				}
				claimed[i] = true
				end = max(end, s.to)
			}
		}
		if got := k.w.rec.conns[0].halves[d].packets; !slices.Equal(got, want[:end]) {
			t.Fatalf("bytes from packets\n     %d\nnot %d", got, want)
		}
	}
}

func TestAssembleModel(t *testing.T) {
	small := limits{conns: 10, ended: 4, queued: 3000, connQueued: 2000}
	rounds := 1500
	if testing.Short() {
		rounds = 100
	}
	for seed := range uint64(rounds) {
		exact := roughness{reorder: int(seed % 20), lim: plenty}
		k := newTalk(t, seed, exact)
		k.play(exact)
		k.checkExactly(t)
		for _, rough := range []roughness{
			{acks: true, lim: plenty},
			{acks: true, reorder: 5, lim: plenty},
			{acks: true, reorder: 20, ticks: true, lim: plenty},
			{acks: true, reorder: 20, ticks: true, lim: small},
			{reorder: 40, lim: small},
		} {
			k := newTalk(t, seed, rough)
			k.play(rough)
			k.check(t)
		}
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

// checkAssembler checks what has to hold between two segments.
func checkAssembler(t testing.TB, a *assembler) {
	queued, conns := 0, 0
	for _, a := range a.assemblers {
		n := 0
		for c := range a.known.all() {
			conns, n = conns+1, n+1
			s := segment{src: c.server, dst: c.client, hash: c.hash, encap: c.encap}
			if found, d := a.known.find(&s); found != c || d != flow.FromServer && c.client != c.server {
				t.Fatal("a connection is known and not found")
			}
			for i := range c.half {
				queued += checkHalf(t, a, c, &c.half[i])
			}
		}
		if n != a.known.n {
			t.Fatalf("%d connections are known, and counted as %d", n, a.known.n)
		}
	}
	if queued != a.queued || queued > a.lim.queued || conns != a.conns || conns > a.lim.conns {
		t.Fatalf("%d bytes and %d connections, accounted for as %d and %d", queued, conns, a.queued, a.conns)
	}
}

func checkHalf(t testing.TB, a *assembler, c *conn, h *half) (queued int) {
	at := h.next
	for i := range h.queue {
		e := &h.queue[i]
		queued += e.size()
		if e.length <= 0 || len(e.data) > e.length || distance(at, e.seq) < 0 || i == 0 && e.seq == h.next {
			t.Fatalf("the queue is out of order: %d bytes at %d, next %d", e.length, distance(h.next, e.seq), at)
		}
		at = e.seq + uint32(e.length)
	}
	if queued != h.queued || queued > a.lim.connQueued {
		t.Fatalf("%d bytes in a queue, accounted for as %d", queued, h.queued)
	}
	if waits := queued > 0 || h.fin.pending() || h.rst.pending(); waits && !c.byWait.linked || waits && c.stream == nil {
		t.Fatal("a connection that has to wait does not")
	}
	return queued
}
