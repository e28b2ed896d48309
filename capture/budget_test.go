package capture

import (
	"fmt"
	"strings"
	"testing"
)

// TestAssembleBudgetOfConnection fills one queue.
func TestAssembleBudgetOfConnection(t *testing.T) {
	w := newWire(t, limits{conns: 10, queued: 1 << 20, connQueued: 1000})
	w.play(opened + `
		> 1:b
		> 3:d
		> 10+320`)
	if len(w.rec.words) != 1 {
		t.Error(w.rec.words)
	}
	w.play(`
		> 1000+320`)
	want := "open, >gap 1 budget #4, >b #4, >gap 1 budget #5, >d #5"
	if got := strings.Join(w.rec.words, ", "); got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
	if w.shared.queued > 1000 {
		t.Error(w.shared.queued)
	}
	w.finish()
	if w.totals.Gaps != 4 || w.totals.GapBytes != 1+1+6+670 {
		t.Errorf("%+v", w.totals)
	}
}

// TestAssembleBudgetOfAll fills the queues of several connections, at two
// capture points: the hole that has been open for longest goes first.
func TestAssembleBudgetOfAll(t *testing.T) {
	w := newWire(t, limits{conns: 10, queued: 1000, connQueued: 1000})
	for w.port = 2000; w.port < 2003; w.port++ {
		w.play("> S")
	}
	for w.port = 2000; w.port < 2003; w.port++ {
		w.play("> 1+100")
	}
	first := w.a
	w.a = newAssembler(&w.shared)
	w.port = 2001 // the same ports, but another capture point
	w.play(`
		> S
		> 1+100`)
	if len(w.rec.words) != 4 || w.shared.queued != 4*(100+128) {
		t.Fatal(w.rec.words, w.shared.queued)
	}
	w.play("> 200+1")
	w.play("> 300+100")
	var gaps []int
	for _, c := range w.rec.conns {
		gaps = append(gaps, c.halves[0].gaps)
	}
	if fmt.Sprint(gaps) != "[1 1 0 0]" || w.shared.queued > 1000 {
		t.Error(gaps, w.shared.queued)
	}
	first.finish()
	w.finish()
	if w.totals.Ledger.Waiting != 0 {
		t.Errorf("%+v", w.totals.Ledger)
	}
}

// TestAssembleRetainsNothing looks at what a queue that never gets empty keeps
// of what went through it.
func TestAssembleRetainsNothing(t *testing.T) {
	w := newWire(t, plenty)
	w.rec.mute = true
	w.play("> S")
	for i := range 1000 {
		w.play(fmt.Sprintf("> %d+100\n> %d+100", i*200+100, i*200))
		if i == 0 {
			w.play("> 1000000+1")
		}
	}
	h := &w.a.known.byUse()[0].half[0]
	for _, e := range h.queue[:cap(h.queue)] {
		if e.data != nil && e.seq != w.isn[0]+1+1000000 {
			t.Fatalf("bytes at %d are kept", e.seq-w.isn[0]-1)
		}
	}
	w.finish()
}

func TestAssembleEviction(t *testing.T) {
	w := newWire(t, limits{conns: 3, queued: 1 << 20, connQueued: 1 << 20})
	connect := func(port uint16, lines string) {
		w.port = port
		w.play(lines)
	}
	connect(1, "> S\n > 1:b")
	connect(2, "> S\n > F\n < F")
	connect(3, "> S")
	connect(4, "> S") // 2 goes, as it is closed
	if w.totals.Evicted != 0 || w.a.known.n != 3 {
		t.Fatalf("%+v", w.totals)
	}
	connect(3, "> 0:hello")
	connect(5, "> S") // 1 goes, as it is the oldest
	connect(6, "> S") // 4 goes, as 3 was in use since
	for i, want := range []string{"evicted", "closed", "", "evicted", "", ""} {
		c := w.rec.conns[i]
		if got := endWords[c.cause]; c.ended != (want != "") || c.ended && got != want {
			t.Errorf("connection %d: ended %v, %s", i+1, c.ended, got)
		}
	}
	if w.rec.conns[0].halves[0].gaps != 1 {
		t.Error("what was held back is lost without a word")
	}
	if w.totals.Evicted != 2 || w.shared.conns != 3 || w.a.known.n != 3 {
		t.Errorf("%+v, %d connections", w.totals, w.shared.conns)
	}

	// Another capture point has to share.
	resting := w.a
	w.a = newAssembler(&w.shared)
	connect(1, "> S")
	connect(2, "> S")
	if resting.known.n != 1 || w.a.known.n != 2 || w.shared.conns != 3 {
		t.Errorf("%d and %d connections", resting.known.n, w.a.known.n)
	}
	resting.finish()
	w.finish()
	if sum := w.totals.Ledger.Sum(); sum != w.totals.Packets || w.totals.Connections != 8 {
		t.Errorf("%+v", w.totals)
	}
}

// TestAssembleOrderOfTicks: what time brings about comes in the same order in
// every run.
func TestAssembleOrderOfTicks(t *testing.T) {
	w := newWire(t, plenty)
	for w.port = 100; w.port < 600; w.port++ {
		w.play("> S\n > 1:" + fmt.Sprint(w.port))
	}
	w.rec.words = nil
	w.a.tick(w.now + 10*second)
	for i, word := range w.rec.words {
		if want := fmt.Sprint(">", 100+i/2); i%2 == 1 && !strings.HasPrefix(word, want) {
			t.Fatalf("%s, not %s", word, want)
		}
	}
	if len(w.rec.words) != 1000 {
		t.Error(len(w.rec.words))
	}
	w.finish()
}

// TestAssembleForgetsEnded: of connections that are over the last ones are
// remembered, so that their strays bring nothing, and no more.
func TestAssembleForgetsEnded(t *testing.T) {
	w := newWire(t, limits{conns: 100, ended: 2, queued: 1 << 20, connQueued: 1 << 20})
	for w.port = 1; w.port <= 5; w.port++ {
		w.play("> S\n > F\n < F")
	}
	w.port = 9
	w.play("> S")
	if w.a.known.n != 3 || w.shared.ended != 2 || w.shared.conns != 3 || w.totals.Evicted != 0 {
		t.Fatalf("%d known, %d ended, %d connections, %+v", w.a.known.n, w.shared.ended, w.shared.conns, w.totals)
	}
	for port, connections := range map[uint16]uint64{5: 6, 4: 6} {
		w.port = port
		w.play("> F")
		if w.totals.Connections != connections {
			t.Errorf("a stray on port %d: %d connections, not %d", port, w.totals.Connections, connections)
		}
	}
	w.port = 1
	w.play("> F")
	if w.totals.Connections != 7 {
		t.Errorf("what was forgotten is a new connection, but there are %d", w.totals.Connections)
	}
	w.finish()
}
