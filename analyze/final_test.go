package analyze

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"elbscope/capture/flow"
)

// passes lets time pass second by second.
func (tp *tape) passes(d time.Duration) *tape {
	for at := time.Duration(0); at < d; at += time.Second {
		tp.wait(time.Second)
		tp.e.Tick(tp.now)
	}
	return tp
}

// finals lists the handshakes that are final.
func (tp *tape) finals() string {
	var ids []string
	for h := range tp.e.Handshakes.Snapshot().All {
		if h.Final {
			ids = append(ids, h.ID)
		}
	}
	return strings.Join(ids, " ")
}

// settles is about how long after its last word a handshake becomes final.
const settles = time.Duration(retryWithin+lateness) + 3*time.Second

// polls is a rule that looks at the session, proxied one that looks at what
// other connections have shown.
var (
	polls = &Rule{ID: "polls", Check: func(c *Case) []*Finding {
		if c.Polling.Requests < 2 {
			return nil
		}
		return []*Finding{{Rule: "polls", Words: shown(c.First())}}
	}}
	proxied = &Rule{ID: "proxied", Check: func(c *Case) []*Finding {
		if c.First().Proxy.Version == "" || c.ProxyAccepted(c.First().Conn.Server) {
			return nil
		}
		return []*Finding{{Rule: "proxied", Words: shown(c.First())}}
	}}
)

// TestFinal tries each clause of the law: what is played is not final after
// early, and is after late. Where late is 0, it is not final before the end.
func TestFinal(t *testing.T) {
	proxy := []byte("PROXY TCP4 10.0.0.9 10.0.0.1 40001 80\r\n")
	const sid = "GET /socket.io/?EIO=4&sid=abc&transport="
	for _, c := range []struct {
		name        string
		play        func(tp *tape)
		early, late time.Duration
		finals      string
	}{
		{"refused and closed", func(tp *tape) {
			tp.relay(client, front, keyA).answers(bad...).closes()
		}, settles - 5*time.Second, settles, "h1"},
		{"refused on a connection that stays open", func(tp *tape) {
			tp.relay(client, front, keyA).answers(bad...)
		}, settles - 5*time.Second, settles, "h1"},
		{"a body that has no end yet", func(tp *tape) {
			tp.relay(client, front, keyA).answers("HTTP/1.1 502 Bad Gateway", "Content-Length: 100", "", "not all of it")
		}, 400 * time.Second, 0, ""},
		{"an answer behind a hole may be another's", func(tp *tape) {
			w := tp.open(client, front).asks(get("/a")...).asks(hs(keyA)...)
			w.hole(flow.FromServer, 100)
			w.answers(bad...)
		}, 400 * time.Second, 0, ""},
		{"no answer, and nobody closed", func(tp *tape) {
			tp.relay(client, front, keyA)
		}, 400 * time.Second, 0, ""},
		{"a server that closed and a client that did not", func(tp *tape) {
			tp.relay(client, front, keyA).close(flow.FromServer, flow.FIN)
		}, 400 * time.Second, 0, ""},
		{"closed without an answer", func(tp *tape) {
			tp.relay(client, front, keyA).closes()
		}, settles - 5*time.Second, settles, "h1"},
		{"an open WebSocket", func(tp *tape) {
			tp.relay(client, front, keyA).answers(switching...)
		}, 400 * time.Second, 0, ""},
		{"a WebSocket that has ended", func(tp *tape) {
			w := tp.relay(client, front, keyA).answers(switching...)
			tp.passes(200 * time.Second)
			w.closes()
		}, 0, 3 * time.Second, "h1"},
		{"one leg that is still open keeps the other", func(tp *tape) {
			c := tp.relay(client, front, keyA)
			tp.relay(back, inst, keyA, xff).answers(switching...)
			c.answers(switching...).closes()
		}, 400 * time.Second, 0, ""},
		{"a try that is tried again", func(tp *tape) {
			tp.relay(client, front, keyA).closes()
			tp.passes(4 * time.Second)
			tp.relay("10.0.0.9:40002", front, keyA).answers(bad...)
		}, settles - 5*time.Second, settles, "h1"},
		{"a sighting without a home", func(tp *tape) {
			tp.relay(client, front, keyA).answers(bad...).closes()
			tp.passes(10 * time.Second)
			tp.relay("10.0.1.1:50009", inst, "", xff)
		}, 140 * time.Second, 165 * time.Second, "h1"},
		{"a PROXY header that was not accepted yet", func(tp *tape) {
			tp.open(back, inst).bytes(flow.FromClient, proxy).asks(hs(keyA)...).answers(bad...).closes()
		}, 400 * time.Second, 0, ""},
		{"a PROXY header that was accepted later", func(tp *tape) {
			tp.open(back, inst).bytes(flow.FromClient, proxy).asks(hs(keyA)...).answers(bad...).closes()
			tp.passes(100 * time.Second)
			tp.open("10.0.1.1:50002", inst).bytes(flow.FromClient, proxy).asks(get("/")...).answers(fine...).closes()
		}, 0, 15 * time.Second, "h1"},
		{"a session that still polls", func(tp *tape) {
			w := tp.open(client, front).asks(hs(keyA, sid+"websocket HTTP/1.1")...).answers(bad...)
			for range 20 {
				w.asks(sid+"polling HTTP/1.1", "Host: app.example").answers(fine...)
				tp.passes(20 * time.Second)
			}
		}, 120 * time.Second, 155 * time.Second, "h1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			tp := newTape(t, Config{Live: true, EarlyFinal: true, Rules: []*Rule{blame, polls, proxied}})
			w := watch(t, tp.e)
			c.play(tp)
			tp.passes(c.early)
			w.look()
			if got := tp.finals(); got != "" && c.early > 0 {
				t.Errorf("after %v, %q is final", c.early, got)
			}
			tp.passes(c.late - c.early)
			w.look()
			if got := tp.finals(); got != c.finals {
				t.Errorf("after %v, %q is final, want %q", c.late, got, c.finals)
			}
			for _, h := range tp.finish().Handshakes {
				if !h.Final {
					t.Errorf("%s is not final at the end", h.ID)
				}
			}
			w.look()
		})
	}
}

// TestFinalIsAsked: without being asked, nothing is final before the end.
func TestFinalIsAsked(t *testing.T) {
	tp := newTape(t, Config{Live: true})
	tp.relay(client, front, keyA).answers(bad...).closes()
	tp.passes(400 * time.Second)
	if got := tp.finals(); got != "" {
		t.Errorf("%q is final", got)
	}
}

// TestFinalIsKept: what comes too late to be part of a final handshake is
// another one, whatever it looks like, and the session's later polls and the
// connection's later fate change nothing but what is counted.
func TestFinalIsKept(t *testing.T) {
	tp := newTape(t, Config{Live: true, EarlyFinal: true, Rules: []*Rule{blame, polls}})
	w := watch(t, tp.e)
	const sid = "/socket.io/?EIO=4&sid=abc&transport="
	c := tp.open(client, front).asks(hs(keyA, "GET "+sid+"websocket HTTP/1.1")...).answers(bad...)
	tp.passes(200 * time.Second)
	w.look()
	if got := tp.finals(); got != "h1" {
		t.Fatalf("%q is final", got)
	}
	for range 5 {
		c.asks(get(sid + "polling")...).answers(fine...)
		tp.passes(time.Second)
	}
	tp.open(back, inst).asks(hs(keyA, xff, "GET "+sid+"websocket HTTP/1.1")...).answers(bad...).closes()
	tp.open("10.0.1.1:50002", inst).asks(hs("", xff, "GET "+sid+"websocket HTTP/1.1")...).answers(bad...).closes()
	c.closes()
	tp.passes(10 * time.Second)
	w.look()
	snap := tp.finish()
	w.look()
	if n := len(snap.Handshakes); n != 3 {
		t.Errorf("%d handshakes", n)
	}
	if h := snap.Handshakes[0]; len(h.Sightings) != 1 || len(h.Findings) != 0 || h.First().How != flow.FIN {
		t.Errorf("%s, %d findings, closed: %v", brief(h), len(h.Findings), h.First().How)
	}
}

// TestFinalWantsOrder: once time has run backwards, nothing more is final, and
// one packet from the future settles nothing.
func TestFinalWantsOrder(t *testing.T) {
	tp := newTape(t, Config{Live: true, EarlyFinal: true})
	tp.relay(client, front, keyA).answers(bad...).closes()
	tp.passes(3 * time.Second)
	now := tp.now
	tp.e.Tick(now + flow.Time(time.Hour))
	if got := tp.finals(); got != "" {
		t.Errorf("%q is final after one look at the future", got)
	}
	tp.e.Tick(now)
	tp.passes(400 * time.Second)
	if got := tp.finals(); got != "" {
		t.Errorf("%q is final though time ran backwards", got)
	}
	if n := len(tp.e.candidates); n != 0 {
		t.Errorf("%d candidates are kept", n)
	}
}

// TestFinalAtTheEndOfTime: in a damaged file the clock may stand where nothing
// lies ahead of it any more, and what is due again at once must not be looked at
// for ever.
func TestFinalAtTheEndOfTime(t *testing.T) {
	tp := newTape(t, Config{Live: true, EarlyFinal: true})
	tp.open(client, front).asks(hs(keyA)...).answers(bad...).closes()
	for range 3 {
		tp.e.Tick(math.MaxInt64)
	}
	want(t, tp.finish(), "refused proven 400 0:client:400")
}

// TestFinalForgets: memory is bounded as without early ends, and what was
// forgotten does not come back.
func TestFinalForgets(t *testing.T) {
	tp := newTape(t, Config{Live: true, EarlyFinal: true, Memory: 1 << 20, Rules: []*Rule{blame}})
	w := watch(t, tp.e)
	most := 0
	for n := range 3000 {
		key := fmt.Sprintf("%022d==", n)
		c := tp.relay(fmt.Sprintf("10.0.0.9:%d", 1024+n), front, key)
		tp.relay(fmt.Sprintf("10.0.1.1:%d", 1024+n), inst, key, xff).answers(bad...).closes()
		c.answers(bad...).closes()
		tp.wires = nil
		tp.passes(time.Second)
		most = max(most, len(tp.e.candidates), len(tp.e.clusters))
		if n%100 == 0 {
			w.look()
		}
	}
	if most > 1000 {
		t.Errorf("there were %d candidates or clusters", most)
	}
	if !slices.Contains(strings.Fields(tp.finals()), fmt.Sprint("h", 2*3000-100+1)) {
		t.Errorf("final are %s", tp.finals())
	}
	tp.finish()
	w.look()
}
