package analyze

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"elbscope/capture/flow"
)

// watcher looks at what is published after every tick, as a reader would.
type watcher struct {
	t    *testing.T
	e    *Engine
	last map[string]*Handshake
	// said is what a value said when it was first seen.
	said map[*Handshake]string
	revs map[string]uint64
	// final holds what was promised not to change.
	final map[string]string
}

func watch(t *testing.T, e *Engine) *watcher {
	return &watcher{t, e, make(map[string]*Handshake), make(map[*Handshake]string), make(map[string]uint64), make(map[string]string)}
}

func (w *watcher) say(h *Handshake) string {
	return fmt.Sprint(h.ID, h.Rev, h.Key, h.Target, h.Final, h.Damages, len(h.Findings), brief(h), h.First().Packets, h.First().WebSocket)
}

// promise is what a final handshake has promised not to change.
func promise(h *Handshake) string {
	s := brief(h) + " " + h.Why
	for _, f := range h.Findings {
		s += fmt.Sprint(" ", f.Key(), f.Title())
	}
	for _, x := range h.Sightings {
		s += fmt.Sprint(" ", x.Exchange, x.ResponsePacket.Num)
	}
	return s
}

// look returns the IDs that are there.
func (w *watcher) look() string {
	w.t.Helper()
	var ids []string
	for h := range w.e.Handshakes.Snapshot().All {
		ids = append(ids, h.ID)
		check(w.t, h)
		if w.last[h.ID] != h {
			if rev, seen := w.revs[h.ID]; seen && h.Rev <= rev {
				w.t.Errorf("%s came with revision %d after %d", h.ID, h.Rev, rev)
			}
			w.last[h.ID], w.said[h], w.revs[h.ID] = h, w.say(h), h.Rev
			promised, was := w.final[h.ID]
			if was && (!h.Final || promise(h) != promised) {
				w.t.Errorf("what was final changed, final is %v:\n%s\n%s", h.Final, promised, promise(h))
			}
			if h.Final {
				w.final[h.ID] = promise(h)
			}
		}
	}
	for h, said := range w.said {
		if now := w.say(h); now != said {
			w.t.Errorf("a published value was changed:\n%s\n%s", said, now)
		}
	}
	return strings.Join(ids, " ")
}

// TestPublication follows handshakes from the first sight to the end.
func TestPublication(t *testing.T) {
	tp := newTape(t, Config{Live: true})
	w := watch(t, tp.e)
	tick := func(want string) {
		t.Helper()
		tp.e.Tick(tp.now)
		if got := w.look(); got != want {
			t.Errorf("there are %q, want %q", got, want)
		}
	}
	c := tp.relay(client, front, keyA)
	tick("h1")
	i := tp.relay(back, inst, keyA, xff)
	tick("h1")
	i.answers(switching...)
	tick("h1")
	c.answers(switching...).bytes(fromServer, []byte{0x81, 1, 'a'})
	tick("h1")
	rev := w.revs["h1"]
	c.bytes(fromServer, []byte{0x81, 1, 'a'}).bytes(fromServer, []byte{0x81, 1, 'a'})
	tick("h1")
	if w.revs["h1"] != rev {
		t.Error("frames alone made a new revision")
	}
	i.closes()
	c.closes()
	tick("h1")
	tp.finish()
	w.look()
	if !w.last["h1"].Final || w.last["h1"].First().WebSocket.Total() != 3 {
		t.Errorf("at last: %s", w.say(w.last["h1"]))
	}
}

// TestRetraction takes back a handshake that turns out to be part of another.
func TestRetraction(t *testing.T) {
	tp := newTape(t, Config{})
	w := watch(t, tp.e)
	tick := func(want string) {
		t.Helper()
		tp.e.Tick(tp.now)
		if got := w.look(); got != want {
			t.Errorf("there are %q, want %q", got, want)
		}
	}
	c := tp.relay(client, front, keyA)
	i := tp.relay(back, inst, "", "X-Other: y") // names nobody: it may be another's
	tick("h1 h2")
	i.answers(bad...)
	tick("h1")
	c.answers(bad...)
	tick("h1")
	if h := w.last["h1"]; len(h.Sightings) != 2 {
		t.Error(brief(h))
	}
	tp.finish()
	w.look()
}

// TestSameInEveryRun plays many handshakes at once, twice.
func TestSameInEveryRun(t *testing.T) {
	run := func() string {
		tp := newTape(t, Config{Rules: []*Rule{blame}})
		for n := range 300 {
			key := fmt.Sprintf("%022d==", n/3)
			if n%7 == 0 {
				key = ""
			}
			w := tp.in(n%3).relay(fmt.Sprintf("10.0.%d.9:4000%d", n%3, n%10), fmt.Sprintf("10.0.%d.1:80", n%3+1), key)
			if n%2 == 0 {
				w.answers(bad...)
			}
			if n%20 == 0 {
				tp.e.Tick(tp.now)
			}
		}
		var b strings.Builder
		snap := tp.finish()
		for _, s := range snap.Sources {
			fmt.Fprintln(&b, s.ClockOffset == nil, s.ClockOffset)
		}
		for _, h := range snap.Handshakes {
			fmt.Fprintln(&b, h.ID, h.Rev, brief(h))
		}
		for h := range tp.e.Handshakes.Snapshot().All {
			fmt.Fprintln(&b, h.ID)
		}
		return b.String()
	}
	clean := func(s string) string { return s[strings.Index(s, "h1 "):] }
	first := clean(run())
	for range 5 {
		if again := clean(run()); again != first {
			t.Fatalf("one run says\n%s\nanother\n%s", first, again)
		}
	}
}

// TestConcurrentReaders reads what is published while more comes, and wants it to
// be at the end what it was then.
func TestConcurrentReaders(t *testing.T) {
	tp := newTape(t, Config{Live: true, Memory: 1 << 20, Rules: []*Rule{blame}})
	tp.pipe = true
	said := func(h *Handshake) string {
		return fmt.Sprint(h.Rev, h.Final, brief(h), h.First().Packets, h.First().WebSocket, h.First().Request.Raw)
	}
	handshakes, exchanges := make(map[*Handshake]string), make(map[*Exchange]Exchange)
	done, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			for h := range tp.e.Handshakes.Snapshot().All {
				if handshakes[h] == "" {
					handshakes[h] = said(h)
				}
				tp.e.KeptPacket(h.First().RequestPacket)
			}
			for x := range tp.e.Exchanges.Snapshot().All {
				if _, known := exchanges[x]; !known {
					exchanges[x] = *x
				}
			}
			select {
			case <-done:
				return
			default:
			}
		}
	}()
	for n := range 1000 {
		key := fmt.Sprintf("%022d==", n)
		c := tp.relay(fmt.Sprintf("10.0.0.9:%d", 1024+n), front, key)
		i := tp.relay(fmt.Sprintf("10.0.1.1:%d", 1024+n), inst, key, xff)
		tp.e.Tick(tp.now)
		i.answers(switching...).bytes(fromServer, []byte{0x81, 1, 'a'})
		c.answers(switching...)
		tp.e.Tick(tp.now)
		i.closes()
		c.closes()
		tp.wires = nil
	}
	tp.finish()
	close(done)
	<-stopped
	for h, then := range handshakes {
		if now := said(h); now != then {
			t.Errorf("a handshake was published as\n%s\nand is now\n%s", then, now)
		}
	}
	for x, then := range exchanges {
		if *x != then {
			t.Errorf("an exchange was published as\n%+v\nand is now\n%+v", then, *x)
		}
	}
	if len(handshakes) == 0 || len(exchanges) == 0 {
		t.Errorf("%d handshakes and %d exchanges were read meanwhile", len(handshakes), len(exchanges))
	}
}

// TestPolling counts the polls of a session whose handshake failed, on the leg
// nearest to the client.
func TestPolling(t *testing.T) {
	var last Polling
	look := &Rule{ID: "look", Check: func(c *Case) []*Finding { last = c.Polling; return nil }}
	tp := newTape(t, Config{Rules: []*Rule{look}})
	poll := get("/socket.io/?EIO=4&sid=abc&transport=polling")
	c := tp.open(client, front).asks(poll...).answers(fine...)
	c.asks(hs(keyA, "GET /socket.io/?EIO=4&sid=abc&transport=websocket HTTP/1.1")...)
	i := tp.open(back, inst).asks(hs(keyA, xff, "GET /socket.io/?EIO=4&sid=abc&transport=websocket HTTP/1.1")...)
	i.answers(bad...)
	c.answers(bad...)
	for range 1000 {
		c.asks(poll...)
		i.asks(poll...).answers(fine...)
		c.answers(fine...)
		tp.wait(time.Second)
	}
	tp.open(client, front).asks(get("/socket.io/?EIO=4&sid=other&transport=polling")...)
	tp.finish()
	if last.Requests != 1000 || last.Upgraded || last.Session != "abc" || last.First.Num == 0 || last.Last.Time-last.First.Time < flow.Time(900*time.Second) {
		t.Errorf("%+v", last)
	}
}

// TestProxyAccepted tells rules of what other connections have shown, also if
// they came later.
func TestProxyAccepted(t *testing.T) {
	accepted := make(map[string]bool)
	look := &Rule{ID: "look", Check: func(c *Case) []*Finding { accepted[c.ID] = c.ProxyAccepted(netip.MustParseAddrPort(inst)); return nil }}
	tp := newTape(t, Config{Rules: []*Rule{look}})
	proxy := []byte("PROXY TCP4 10.0.0.9 10.0.0.1 40001 80\r\n")
	tp.open(back, inst).bytes(fromClient, proxy).asks(hs(keyA)...).answers(bad...).closes()
	tp.e.Tick(tp.now)
	if accepted["h1"] {
		t.Error("a 400 shows nothing")
	}
	tp.open("10.0.1.1:50002", inst).bytes(fromClient, proxy).asks(get("/")...).answers(fine...).closes()
	tp.finish()
	if !accepted["h1"] {
		t.Error("it was not told")
	}
}
