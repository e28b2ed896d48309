package analyze

import (
	"fmt"
	"testing"
	"time"

	"elbscope/capture/flow"
)

// TestClocks aligns sources by the handshakes that they share.
func TestClocks(t *testing.T) {
	// relays plays handshakes on a leg in each of some sources.
	relays := func(tp *tape, n int, key func(int) string, sources ...int) {
		for i := range n {
			var open []*wire
			for hop, source := range sources {
				from, to := fmt.Sprintf("10.%d.0.9:%d", hop, 40000+i), fmt.Sprintf("10.%d.0.1:80", hop+1)
				open = append(open, tp.in(source).relay(from, to, key(i)))
			}
			for hop := len(open) - 1; hop >= 0; hop-- {
				open[hop].answers(switching...)
			}
			tp.wait(10 * time.Second)
		}
	}
	// typed plays handshakes with one key, after pauses that no script makes, each
	// from a client's leg in the first source to an instance's in the second; in
	// says which of them has it.
	typed := func(tp *tape, in func(i int) (first, second bool)) {
		for i, pause := range []time.Duration{3100, 5700, 4400, 9000, 2300} {
			var inner, outer *wire
			first, second := in(i)
			if first {
				outer = tp.in(0).relay(fmt.Sprint("10.0.0.9:4000", i), front, keyA)
			}
			if second {
				inner = tp.in(1).relay(fmt.Sprint("10.0.1.1:5000", i), inst, keyA, xff)
				inner.answers(bad...)
			}
			if first {
				outer.answers(bad...)
			}
			tp.wait(pause * time.Millisecond)
		}
	}
	own := func(i int) string { return fmt.Sprintf("%022d==", i) }
	one := func(int) string { return keyA }
	for _, c := range []struct {
		name    string
		clocks  map[int]time.Duration
		play    func(tp *tape)
		offsets []string // of sources 1, 2, ...
		count   int
	}{
		{"ahead", map[int]time.Duration{1: 3700 * time.Millisecond}, func(tp *tape) { relays(tp, 3, own, 0, 1) }, []string{"-3.7s"}, 3},
		{"behind", map[int]time.Duration{1: -3700 * time.Millisecond}, func(tp *tape) { relays(tp, 3, own, 0, 1) }, []string{"3.7s"}, 3},
		{"the inner leg first", map[int]time.Duration{0: 2 * time.Second}, func(tp *tape) { relays(tp, 3, own, 1, 0) }, []string{"2s"}, 3},
		{"three in a chain", map[int]time.Duration{1: 5 * time.Second, 2: -7 * time.Second}, func(tp *tape) {
			relays(tp, 3, own, 0, 1)
			relays(tp, 3, func(i int) string { return own(i + 100) }, 1, 2)
		}, []string{"-5s", "7s"}, 6},
		{"three at once", map[int]time.Duration{1: 5 * time.Second, 2: -7 * time.Second}, func(tp *tape) {
			relays(tp, 3, own, 0, 1, 2)
		}, []string{"-5s", "7s"}, 3},
		{"they agree", nil, func(tp *tape) { relays(tp, 3, own, 0, 1) }, []string{"0s"}, 3},
		{"nothing in common", map[int]time.Duration{1: time.Second}, func(tp *tape) {
			relays(tp, 2, own, 0)
			relays(tp, 2, func(i int) string { return own(i + 100) }, 1)
		}, []string{"unknown"}, 4},
		{"one key again and again tells nothing", map[int]time.Duration{1: time.Hour}, func(tp *tape) {
			relays(tp, 3, one, 0, 1)
		}, []string{"unknown"}, 6},
		{"one key again and again, and others", map[int]time.Duration{1: time.Hour}, func(tp *tape) {
			relays(tp, 3, one, 0, 1)
			relays(tp, 1, own, 0, 1)
		}, []string{"-1h0m0s"}, 4},
		{"one key again and again, by hand", map[int]time.Duration{1: 4 * time.Second}, func(tp *tape) {
			typed(tp, func(int) (bool, bool) { return true, true })
		}, []string{"-4s"}, 5},
		{"one key by hand, and one file begins later", map[int]time.Duration{1: -4 * time.Second}, func(tp *tape) {
			typed(tp, func(i int) (bool, bool) { return true, i > 0 })
		}, []string{"4s"}, 5},
		{"one key by hand, and one file ends before the other begins", map[int]time.Duration{1: time.Second}, func(tp *tape) {
			typed(tp, func(i int) (bool, bool) { return i < 2, i >= 2 })
		}, []string{"unknown"}, 5},
		{"one key by hand, twice in both files", map[int]time.Duration{1: time.Second}, func(tp *tape) {
			typed(tp, func(i int) (bool, bool) { return i < 3, i > 0 && i < 4 })
		}, []string{"unknown"}, 6},
		{"rotated files share a clock", map[int]time.Duration{1: 2 * time.Second, 2: 2 * time.Second}, func(tp *tape) {
			tp.e.Continue(2, 1)
			relays(tp, 2, own, 0, 1)
			relays(tp, 2, func(i int) string { return own(i + 100) }, 2)
		}, []string{"-2s", "-2s"}, 4},
		{"one key on one leg, once in each of two rotated files", nil, func(tp *tape) {
			tp.in(0).relay(client, front, keyA).closes()
			tp.wait(30 * time.Second)
			tp.in(1).relay("10.0.0.9:40002", front, keyA).answers(switching...)
		}, []string{"unknown"}, 2},
		{"one leg in two files", map[int]time.Duration{1: 2 * time.Second}, func(tp *tape) {
			for _, source := range []int{0, 1} {
				tp.at(0).in(source).relay(client, front, keyA).answers(bad...)
			}
		}, []string{"-2s"}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			for range 3 { // maps are walked in any order
				tp := newTape(t, Config{})
				for source, ahead := range c.clocks {
					tp.clock[source] = ahead
				}
				c.play(tp)
				snap := tp.finish()
				for i, want := range c.offsets {
					got := "unknown"
					if off := snap.Sources[i+1].ClockOffset; off != nil {
						got = off.Round(100 * time.Millisecond).String()
					}
					if got != want {
						t.Errorf("the offset of source %d is %s, want %s", i+1, got, want)
					}
				}
				if len(snap.Handshakes) != c.count {
					t.Errorf("%d handshakes, want %d", len(snap.Handshakes), c.count)
				}
				for _, h := range snap.Handshakes {
					check(t, h)
				}
			}
		})
	}
}

// TestClocksOfKeysCut joins nothing across sources before their clocks are known.
func TestClocksOfKeysCut(t *testing.T) {
	tp := newTape(t, Config{})
	tp.clock[1] = 10 * time.Second
	for i := range 3 { // every ten seconds, so that the wrong ones seem to fit
		c := tp.in(0).relay(fmt.Sprint("10.0.0.9:4000", i), front, "")
		n := tp.in(1).relay(fmt.Sprint("10.0.1.1:5000", i), inst, "", xff)
		n.answers(bad...)
		c.answers(bad...)
		tp.e.Tick(tp.now)
		tp.wait(10*time.Second - 6*time.Millisecond)
	}
	c := tp.in(0).relay("10.0.0.9:40009", front, keyA)
	tp.in(1).relay("10.0.1.1:50009", inst, keyA, xff).answers(bad...)
	c.answers(bad...)
	snap := tp.finish()
	if len(snap.Handshakes) != 4 {
		t.Errorf("%d handshakes, want 4", len(snap.Handshakes))
	}
	for _, h := range snap.Handshakes {
		if len(h.Sightings) != 2 || h.Sightings[1].Time-h.Sightings[0].Time > flow.Time(time.Second) {
			t.Error(brief(h))
		}
	}
}
