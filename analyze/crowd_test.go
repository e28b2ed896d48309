package analyze

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// TestSameKeyCrowd: many use one key at once, as a load generator does. Each
// handshake is one, on all its legs, and what each was told is what it was told.
func TestSameKeyCrowd(t *testing.T) {
	const (
		healthy2 = "healthy proven 101 0:client:101 1:instance:101"
		refused2 = "refused proven 400 0:client:400 1:instance:400"
		nothing2 = "unanswered proven 502 0:client:502 1:instance:closed"
	)
	for _, closes := range []bool{false, true} {
		t.Run(fmt.Sprintf("of one address, and what hops pass on tells them apart, closed %v", closes), func(t *testing.T) {
			tp := newTape(t, Config{})
			a, b := tp.relay(client, front, keyA), tp.relay("10.0.0.9:40002", front, keyA)
			ib, ia := tp.relay(back, inst, keyA, xff), tp.relay("10.0.1.1:50002", inst, keyA, xff)
			tp.wait(10 * time.Millisecond)
			told, second := bad, refused2
			if closes {
				ib.closes()
				told, second = gateway, nothing2
			} else {
				ib.answers(bad...)
			}
			tp.wait(5 * time.Millisecond)
			ia.answers(switching...)
			a.answers(switching...)
			tp.wait(5 * time.Millisecond)
			b.answers(told...)
			want(t, tp.finish(), healthy2, second)
		})
	}
	for _, forwarded := range []bool{true, false} {
		t.Run(fmt.Sprintf("of many addresses, X-Forwarded-For %v", forwarded), func(t *testing.T) {
			tp := newTape(t, Config{})
			random := rand.New(rand.NewPCG(1, 2))
			type pair struct {
				outer, inner *wire
				from         int
			}
			var under []pair
			var briefs []string
			for n := range 90 {
				from := fmt.Sprint("10.0.2.", n)
				p := pair{outer: tp.relay(from+":40000", front, keyA), from: n}
				tp.wait(time.Millisecond)
				var more []string
				if forwarded {
					more = []string{"X-Forwarded-For: " + from}
				}
				p.inner = tp.relay(fmt.Sprint("10.0.1.1:", 50000+n), inst, keyA, more...)
				briefs = append(briefs, []string{healthy2, refused2, nothing2}[n%3])
				under = append(under, p)
				for len(under) > 8 || n == 89 && len(under) > 0 {
					i := random.IntN(len(under))
					p, under[i] = under[i], under[len(under)-1]
					under = under[:len(under)-1]
					if answer := [][]string{switching, bad, nil}[p.from%3]; answer != nil {
						p.inner.answers(answer...)
						p.outer.answers(answer...)
					} else {
						p.inner.closes()
						p.outer.answers(gateway...)
					}
					tp.wait(time.Duration(random.IntN(3)) * time.Millisecond)
				}
			}
			want(t, tp.finish(), briefs...)
		})
	}
}
