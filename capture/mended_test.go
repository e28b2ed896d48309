package capture

import (
	"testing"

	"elbscope/capture/flow"
)

// TestAcknowledgedBeforeCaptured: an acknowledgement that was captured just
// before the bytes that it acknowledges does not give them up; one that was not
// followed by them within a moment does.
func TestAcknowledgedBeforeCaptured(t *testing.T) {
	for _, c := range []struct {
		name  string
		after flow.Time // from the acknowledgement to the bytes
		want  string
	}{
		{"captured earlier, written later", -14_000, "open hello!| over"},
		{"a moment later", 50_000, "open hello!| over"},
		{"too late", 20_000_000, "open _____!| over"},
	} {
		t.Run(c.name, func(t *testing.T) {
			all := at(100, alice.syn(), alice.synAck(), alice.says(5, "!"), alice.tcp(flow.FromServer, flagACK, 0, 6, ""))
			late := Packet{Time: all[3].Time + c.after, Data: alice.says(0, "hello"), Offset: -1}
			if c.after > second/100 { // something else passes before
				all = append(all, at(100.05, alice.tcp(flow.FromServer, flagACK, 0, 6, ""), alice.says(6, ""))...)
				late.Time = all[len(all)-1].Time + c.after
			}
			rec := new(recorder)
			if _, err := pumped(t, rec, source("a", append(all, late)...)); err != nil {
				t.Fatal(err)
			}
			if got := heard(rec); got != c.want {
				t.Errorf("\n got %s\nwant %s", got, c.want)
			}
		})
	}
}

// TestHeartbeatsNeverTakeTimeBack: only a clock that was set back does.
func TestHeartbeatsNeverTakeTimeBack(t *testing.T) {
	all := at(100, alice.syn(), alice.synAck())
	beat := func(at flow.Time) Packet { return Packet{Time: at} }
	all = append(all, beat(110*second), beat(101*second), beat(111*second), beat(3*second))
	rec := new(recorder)
	if _, err := pumped(t, rec, source("a", all...)); err != nil {
		t.Fatal(err)
	}
	last := flow.Time(0)
	back := 0
	for _, now := range rec.ticks {
		if now < last {
			back++
		}
		last = now
	}
	if back != 1 || last != 3*second {
		t.Errorf("time went back %d times: %v", back, rec.ticks)
	}
}

// TestHandOverKeepsChains moves connections, open, waiting and over, to another
// capture point.
func TestHandOverKeepsChains(t *testing.T) {
	w := newWire(t, plenty)
	for range 3 {
		w.play("> S\n< S a0\n> 0:a\n> 2:c") // waits for a hole
		w.port++
		w.play("> S\n< S a0\n> F a0\n< F a1\n> @1 a1") // is over
		w.port++
	}
	other := newAssembler(&w.shared)
	count := func(c *chain[*conn]) (n int) {
		for node := c.oldest; node != nil; node = node.newer {
			n++
		}
		return n
	}
	used, waiting, over := w.a.known.n, count(&w.a.waiting), count(&w.a.over)
	if waiting == 0 || over == 0 {
		t.Fatalf("%d of %d connections wait, %d are over", waiting, used, over)
	}
	w.a.handOver(other, 0)
	if n := w.a.known.n + count(&w.a.waiting) + count(&w.a.over); n != 0 {
		t.Errorf("%d entries stay behind", n)
	}
	if u, wa, o := other.known.n, count(&other.waiting), count(&other.over); u != used || wa != waiting || o != over {
		t.Errorf("%d used, %d waiting, %d over became %d, %d, %d", used, waiting, over, u, wa, o)
	}
}
