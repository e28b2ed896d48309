package analyze

import (
	"strings"
	"testing"
	"time"

	"elbscope/capture/flow"
)

// TestSourceEnds: whether a hop could still have tried again hangs on when its
// own recording ended, not on how far another one went.
func TestSourceEnds(t *testing.T) {
	for _, c := range []struct {
		name        string
		own, others time.Duration // how long the recordings go on after the close
		want        string
	}{
		{"the other ends earlier", time.Minute, -10 * time.Second, "unanswered proven"},
		{"the other goes on", time.Second, time.Minute, "undetermined undetermined"},
		{"both go on", time.Minute, time.Minute, "unanswered proven"},
	} {
		tp := newTape(t, Config{ReportOnly: true})
		tp.in(0).open(client, front).asks(hs(keyA)...)
		tp.open(back, inst).asks(hs(keyA, xff)...).closes()
		closed := tp.now
		tp.e.Tick(closed + flow.Time(c.own))
		tp.now = closed + flow.Time(c.others)
		tp.in(1).open("10.9.0.9:1234", "10.9.0.1:80").asks(get("/")...).answers(fine...)
		tp.e.Tick(tp.now)
		tp.e.SourceEnds(0, closed+flow.Time(c.own))
		tp.e.SourceEnds(1, closed+flow.Time(c.others))
		if got := brief(tp.finish().Handshakes[0]); !strings.HasPrefix(got, c.want) {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// TestSlowHead: a client that takes its time over its head is no sign of a file
// that is out of order, and the others become final all the same.
func TestSlowHead(t *testing.T) {
	tp := newTape(t, Config{Live: true, EarlyFinal: true})
	tp.e.Tick(tp.now)
	w := tp.open("10.0.0.8:40009", front)
	w.bytes(flow.FromClient, []byte("GET /slow HTTP/1.1\r\nHost: app.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"))
	tp.passes(40 * time.Second)
	w.bytes(flow.FromClient, []byte("Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "+keyB+"\r\n\r\n")).answers(bad...).closes()
	tp.open(client, front).asks(hs(keyA)...).answers(bad...).closes()
	tp.passes(400 * time.Second)
	if got := tp.finals(); got != "h1 h2" {
		t.Errorf("final are %q", got)
	}
}

// TestTranslated: a router that puts its own address in the place of the
// client's makes no second handshake, and two clients with one key no single one.
func TestTranslated(t *testing.T) {
	play := func(first, second uint32, target string) string {
		tp := newTape(t, Config{})
		c := tp.connect(flow.Conn{Client: addr("192.168.0.5:40001"), Server: addr(front), ISN: first})
		d := tp.connect(flow.Conn{Client: addr("203.0.113.7:40001"), Server: addr(front), ISN: second})
		c.asks(hs(keyA)...)
		other := hs(keyA)
		other[0] = "GET " + target + " HTTP/1.1"
		d.asks(other...).answers(switching...)
		c.answers(switching...)
		var hops []string
		for _, h := range tp.finish().Handshakes {
			hops = append(hops, brief(h))
		}
		return strings.Join(hops, "; ")
	}
	two := play(7, 8, "/chat")
	if n := strings.Count(two, ";"); n != 1 {
		t.Errorf("two clients: %s", two)
	}
	for name, got := range map[string]string{"nothing is known": play(0, 0, "/chat"), "other bytes": play(7, 7, "/chat?x")} {
		if n := strings.Count(got, ";"); n != 1 {
			t.Errorf("%s: %s", name, got)
		}
	}
	if got, want := play(7, 7, "/chat"), "healthy proven 101 0:client:101 1:instance:101"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestClockBehindNAT: one leg was captured on both sides of a NAT, where its
// client has two addresses. It is one exchange, and tells how the clocks differ.
func TestClockBehindNAT(t *testing.T) {
	tp := newTape(t, Config{})
	tp.clock[1] = 3 * time.Second
	for i, key := range []string{keyA, keyB} {
		port := string(rune('1' + i))
		c := tp.in(0).open("192.168.0.5:4000"+port, front).asks(hs(key)...)
		d := tp.in(1).open("203.0.113.7:5000"+port, front).asks(hs(key)...)
		d.answers(switching...)
		c.answers(switching...)
		tp.passes(10 * time.Second)
	}
	tp.finish()
	if got, ok := tp.e.clocks.offset(1); !ok || time.Duration(got).Round(10*time.Millisecond) != -3*time.Second {
		t.Errorf("the offset is %v, %v", time.Duration(got), ok)
	}
}
