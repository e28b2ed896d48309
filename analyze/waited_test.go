package analyze

import (
	"testing"
	"time"
)

// TestWaitedLong: a hop passes a 101 on at once, so that it is not relayed where
// nothing has come nearer to the client for long, although all is open still.
func TestWaitedLong(t *testing.T) {
	const (
		open     = " 0:client:open 1:instance:101"
		notYet   = "undetermined undetermined 0" + open
		not      = "not-relayed proven 0 (10.0.0.1:80|10.0.1.1)" + open
		inTheEnd = "healthy proven 101 0:client:101 1:instance:101"
	)
	for _, live := range []bool{true, false} {
		tp := newTape(t, Config{Live: live})
		c := tp.relay(client, front, keyA)
		tp.relay(back, inst, keyA, xff).answers(switching...)
		tp.after(4*time.Second, "pending undetermined 0"+open)
		tp.after(2*time.Second, not)
		c.answers(switching...)
		tp.after(0, inTheEnd)
		want(t, tp.finish(), inTheEnd)

		for wait, brief := range map[time.Duration]string{4 * time.Second: notYet, 6 * time.Second: not} {
			tp = newTape(t, Config{Live: live})
			tp.relay(client, front, keyA)
			tp.relay(back, inst, keyA, xff).answers(switching...)
			tp.wait(wait)
			tp.e.Tick(tp.now)
			want(t, tp.finish(), brief)
		}
	}
}
