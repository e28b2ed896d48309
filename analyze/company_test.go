package analyze

import (
	"fmt"
	"testing"
	"time"

	"elbscope/capture/flow"
)

// TestTogether: WebSockets that one end closes at one moment, after silences of
// different lengths, were not closed for their silence.
func TestTogether(t *testing.T) {
	const last = 10 * time.Second // of all but the first
	all := func(n int, every time.Duration) (begin []time.Duration) {
		for i := range n {
			begin = append(begin, time.Duration(i)*every)
		}
		return begin
	}
	same := func(n int, at time.Duration) (end []time.Duration) {
		for range n {
			end = append(end, at)
		}
		return end
	}
	plus := func(d time.Duration, times []time.Duration) (later []time.Duration) {
		for _, t := range times {
			later = append(later, t+d)
		}
		return later
	}
	for _, c := range []struct {
		name       string
		begin, end []time.Duration
		by         flow.Dir
		close      bool // with a close frame
		want       string
	}{
		{"alone", all(1, 0), same(1, time.Minute), fromServer, false, "false"},
		{"two at a moment", all(2, last), same(2, time.Minute), fromServer, false, "true true"},
		{"five at a moment", all(5, last), same(5, time.Minute), fromServer, false, "true true true true true"},
		{"five at a moment, by the client's end", all(5, last), same(5, time.Minute), fromClient, false, "true true true true true"},
		{"five at a moment, after equal silences", same(5, 0), same(5, time.Minute), fromServer, false, "false false false false false"},
		{"each after a minute", all(5, last), plus(time.Minute, all(5, last)), fromServer, false, "false false false false false"},
		{"each after a minute, in quick succession", all(9, 100*time.Millisecond), plus(time.Minute, all(9, 100*time.Millisecond)), fromServer, false,
			"false false false false false false false false false"},
		{"now and then", all(6, last), plus(2*time.Minute, all(6, 2*time.Second)), fromServer, false, "false false false false false false"},
		{"with close frames", all(2, 40*time.Second), same(2, time.Minute), fromServer, true, "false false"},
	} {
		for _, live := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, live %v", c.name, live), func(t *testing.T) {
				found := make(map[string]bool)
				look := &Rule{ID: "look", Check: func(c *Case) []*Finding { found[c.Key] = c.Together; return nil }}
				tp := newTape(t, Config{Live: live, Rules: []*Rule{look}})
				var wires []*wire
				for i, at := range c.begin {
					w := tp.at(at).open(fmt.Sprintf("10.0.1.1:%d", 50001+i), inst)
					wires = append(wires, w.asks(hs(fmt.Sprintf("%022d==", i), xff)...).answers(switching...))
				}
				for i, w := range wires {
					tp.at(c.end[i])
					if c.close {
						w.bytes(fromServer, []byte{0x88, 0})
					}
					w.close(c.by, flow.FIN)
				}
				judged := func() (all string) {
					for i := range wires {
						all += fmt.Sprintf(" %v", found[fmt.Sprintf("%022d==", i)])
					}
					return all[1:]
				}
				tp.wait(time.Second)
				tp.e.Tick(tp.now)
				if got := judged(); live && got != c.want {
					t.Errorf("got %s, want %s", got, c.want)
				}
				tp.finish()
				if got := judged(); got != c.want {
					t.Errorf("in the end got %s, want %s", got, c.want)
				}
			})
		}
	}
}
