package analyze

import (
	"strings"
	"testing"
	"time"

	"elbscope/capture/flow"
)

// TestLosses takes back what rests on the absence of packets if some were lost
// while a handshake was under way, whenever that becomes known, and only then.
func TestLosses(t *testing.T) {
	const hop = "(10.0.0.1:80|10.0.1.1)"
	for _, c := range []struct {
		name          string
		play          func(tp *tape)
		without, with string
	}{
		{"refused", func(tp *tape) { tp.relay(client, front, keyA).answers(gateway...).closes() },
			"refused proven 502 0:client:502", "undetermined undetermined 502 0:client:502"},
		{"unanswered", func(tp *tape) { tp.relay(client, front, keyA).closes() },
			"unanswered proven 0 0:client:closed", "undetermined undetermined 0 0:client:closed"},
		{"malformed", func(tp *tape) { tp.relay(client, front, keyA, "Connection: close").answers(bad...).closes() },
			"malformed proven 400 0:client:400", "undetermined undetermined 400 0:client:400"},
		{"not relayed", func(tp *tape) {
			c := tp.relay(client, front, keyA)
			tp.relay(back, inst, keyA, xff).answers(switching...)
			c.answers(gateway...).closes()
		}, "not-relayed proven 502 " + hop + " 0:client:502 1:instance:101", "undetermined undetermined 502 0:client:502 1:instance:101"},
		{"dropped", func(tp *tape) {
			c := tp.relay(client, front, keyA)
			tp.relay(back, inst, keyA, xff, "-Upgrade").answers(bad...)
			c.answers(bad...)
		}, "dropped proven 400 " + hop + " 0:client:400 1:instance:400", "dropped inferred 400 " + hop + " 0:client:400 1:instance:400"},
		{"healthy", func(tp *tape) { tp.relay(client, front, keyA).answers(switching...) },
			"healthy proven 101 0:client:101", "healthy proven 101 0:client:101"},
	} {
		for _, told := range []string{"never", "before", "meanwhile", "late", "of another time", "of another source"} {
			t.Run(c.name+", told "+told, func(t *testing.T) {
				tp := newTape(t, Config{})
				tp.wait(time.Minute)
				start := tp.now
				end := start + flow.Time(time.Second)
				if told == "before" {
					tp.e.Lost(0, start, end)
				}
				c.play(tp)
				switch told {
				case "meanwhile", "late":
					if told == "late" {
						tp.e.Tick(tp.now) // it has been judged once
					}
					tp.e.Lost(0, start, end)
				case "of another time":
					tp.e.Lost(0, start-flow.Time(2*time.Second), start-flow.Time(time.Second))
				case "of another source":
					tp.e.Lost(1, start, end)
				}
				tp.e.Tick(tp.now + flow.Time(time.Second))
				snap := tp.finish()
				wanted := c.with
				if told == "never" || strings.HasPrefix(told, "of another") {
					wanted = c.without
				}
				if got := brief(snap.Handshakes[0]); got != wanted {
					t.Errorf("got\n%s\nwant\n%s", got, wanted)
				}
				if h := snap.Handshakes[0]; h.Verdict == Undetermined && (h.Why != whyLost || len(h.Findings) > 0) {
					t.Errorf("why %q, %d findings", h.Why, len(h.Findings))
				}
			})
		}
	}
}

// TestLossesAtTheEnd: who still waits for an answer when the capture ends has
// waited through the losses after the last tick as well.
func TestLossesAtTheEnd(t *testing.T) {
	tp := newTape(t, Config{})
	tp.relay(client, front, keyA)
	tp.e.Tick(tp.now)
	tp.e.Lost(0, tp.now+flow.Time(time.Millisecond), tp.now+flow.Time(time.Second))
	if h := tp.finish().Handshakes[0]; h.Verdict != Undetermined || h.Why != whyLost {
		t.Errorf("%s, for %q", h.Verdict, h.Why)
	}
}

// TestLossSpans keeps many spans within a bound, without forgetting a time.
func TestLossSpans(t *testing.T) {
	var l losses
	for n := range flow.Time(3 * maxSpans) {
		l = l.add(span{10 * n, 10*n + 3})
	}
	if len(l) > maxSpans {
		t.Errorf("%d spans", len(l))
	}
	for n := range flow.Time(3 * maxSpans) {
		if !l.meet(10*n+1, 10*n+2) {
			t.Fatalf("span %d is forgotten", n)
		}
	}
	if l.meet(10*(3*maxSpans-1)+4, 10*(3*maxSpans-1)+9) {
		t.Error("it tells of a loss where none was")
	}
	if l = (losses{{0, 10}}).add(span{5, 20}); len(l) != 1 || l[0] != (span{0, 20}) {
		t.Errorf("joined to %v", l)
	}
}
