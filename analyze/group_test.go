package analyze

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"elbscope/capture/flow"
)

// relay opens a connection, and asks on it what a proxy passes on.
func (tp *tape) relay(from, to, key string, more ...string) *wire {
	return tp.open(from, to).asks(hs(key, more...)...)
}

// TestOneHandshakeOrTwo holds the grouping against what the report says of it.
func TestOneHandshakeOrTwo(t *testing.T) {
	const (
		client2, back2, inst2 = "10.0.0.8:40002", "10.0.1.1:50002", "10.0.1.3:80"
		healthy2              = "healthy proven 101 0:client:101 1:instance:101"
		alone                 = "healthy proven 101 0:client:101"
	)
	for _, c := range []struct {
		name   string
		play   func(tp *tape)
		briefs []string
	}{
		{"two legs", func(tp *tape) {
			c := tp.relay(client, front, keyA)
			tp.relay(back, inst, keyA, xff).answers(switching...)
			c.answers(switching...)
		}, []string{healthy2}},
		{"four legs", func(tp *tape) {
			c := tp.relay(client, front, keyA)
			i := tp.relay(back, inst, keyA, xff)
			n := tp.relay(nginx, app, keyA, xff)
			tp.relay("127.0.0.1:51001", "127.0.0.1:9000", keyA, xff).answers(switching...)
			n.answers(switching...)
			i.answers(switching...)
			c.answers(switching...)
		}, []string{"healthy proven 101 0:client:101 1:instance:101 2:local:101 3:local:101"}},
		{"a retry to the same server", func(tp *tape) {
			c := tp.relay(client, front, keyA)
			tp.relay(back, inst, keyA, xff).closes()
			tp.relay(back2, inst, keyA, xff).answers(switching...)
			c.answers(switching...)
		}, []string{"healthy proven 101 0:client:101 1:instance:closed 1:instance:101"}},
		{"the client's next handshake with its one key, on the inner leg alone", func(tp *tape) {
			c := tp.relay(client, front, keyA)
			tp.relay(back, inst, keyA, xff).answers(switching...)
			c.hole(fromServer, 129)
			tp.relay(back2, inst, keyA, xff).answers(bad...)
		}, []string{"undetermined undetermined 0 0:client:lost 1:instance:101", "refused proven 400 0:instance:400"}},
		{"a retry to another server", func(tp *tape) {
			c := tp.relay(client, front, keyA)
			tp.relay(back, inst, keyA, xff).closes()
			tp.relay(back2, inst2, keyA, xff).answers(switching...)
			c.answers(switching...)
		}, []string{"healthy proven 101 0:client:101 1:instance:closed 1:instance:101"}},
		{"a retry to another server while the first one is silent", func(tp *tape) {
			c := tp.relay(client, front, keyA)
			i := tp.relay(back, inst, keyA, xff)
			tp.wait(10*time.Second).relay(back2, inst2, keyA, xff).answers(switching...)
			c.answers(switching...)
			i.close(fromClient, flow.RST).end(flow.EndClosed)
		}, []string{"healthy proven 101 0:client:101 1:instance:closed 1:instance:101"}},
		{"a retry, and only the instance was captured", func(tp *tape) {
			tp.relay(back, inst, keyA, xff).closes()
			tp.relay(back2, inst, keyA, xff).closes()
		}, []string{"unanswered proven 0 0:instance:closed 0:instance:closed"}},
		{"no retry, because the first one was answered", func(tp *tape) {
			tp.relay(back, inst, keyA, xff).answers(bad...).closes()
			tp.relay(back2, inst, keyA, xff).answers(switching...)
		}, []string{"refused proven 400 0:instance:400", "healthy proven 101 0:instance:101"}},
		{"no retry, because the first one is still open", func(tp *tape) {
			tp.relay(back, inst, keyA, xff)
			tp.relay(back2, inst, keyA, xff).answers(switching...)
		}, []string{"undetermined undetermined 0 0:instance:open", "healthy proven 101 0:instance:101"}},
		{"no retry, because it comes much later", func(tp *tape) {
			tp.relay(client, front, keyA).closes()
			tp.wait(time.Minute).relay("10.0.0.9:40009", front, keyA).closes()
		}, []string{"unanswered proven 0 0:client:closed", "unanswered proven 0 0:client:closed"}},
		{"equal keys at the same time, told apart by X-Forwarded-For", func(tp *tape) {
			a, b := tp.relay(client, front, keyA), tp.relay(client2, front, keyA)
			ib := tp.relay(back2, inst, keyA, "X-Forwarded-For: 10.0.0.8")
			ia := tp.relay(back, inst, keyA, xff)
			ia.answers(switching...)
			ib.answers(bad...)
			a.answers(switching...)
			b.answers(bad...)
		}, []string{healthy2, "refused proven 400 0:client:400 1:instance:400"}},
		{"equal keys at the same time, and nothing tells them apart", func(tp *tape) {
			a, b := tp.relay(client, front, keyA), tp.relay(client2, front, keyA)
			ia, ib := tp.relay(back, inst, keyA), tp.relay(back2, inst, keyA)
			ia.answers(switching...)
			ib.answers(bad...)
			a.answers(switching...)
			b.answers(bad...)
		}, []string{healthy2, "refused proven 400 0:client:400 1:instance:400"}},
		{"a second one on the same leg while the first one waits", func(tp *tape) {
			c := tp.relay(client, front, keyA)
			i := tp.relay(back, inst, keyA, xff)
			tp.relay(back2, inst, keyA, xff).answers(bad...)
			i.answers(switching...)
			c.answers(switching...)
		}, []string{healthy2, "refused proven 400 0:instance:400"}},
		{"one key, used again and again", func(tp *tape) {
			for i := range 3 {
				c := tp.relay(fmt.Sprint("10.0.0.9:4000", i), front, keyA)
				tp.relay(fmt.Sprint("10.0.1.1:5000", i), inst, keyA, xff).answers(switching...)
				c.answers(switching...)
			}
		}, []string{healthy2, healthy2, healthy2}},
		{"different keys", func(tp *tape) {
			c := tp.relay(client, front, keyA)
			tp.relay(back, inst, keyB, xff).answers(switching...)
			c.answers(switching...)
		}, []string{alone, "healthy proven 101 0:instance:101"}},
		{"the key was removed", func(tp *tape) {
			c := tp.relay(client, front, keyA)
			tp.relay(back, inst, "", xff).answers(bad...)
			c.answers(bad...)
		}, []string{"altered proven 400 (10.0.0.1:80|10.0.1.1) 0:client:400 1:instance:400"}},
		{"the key was removed, and nobody says for whom", func(tp *tape) {
			c := tp.relay(client, front, keyA)
			tp.relay(back, inst, "").answers(bad...)
			c.answers(bad...)
		}, []string{"altered proven 400 (10.0.0.1:80|10.0.1.1) 0:client:400 1:instance:400"}},
		{"the key was removed, and it can be either", func(tp *tape) {
			a, b := tp.relay(client, front, keyA), tp.relay(client2, front, keyB)
			tp.relay(back, inst, "").answers(bad...)
			a.answers(bad...)
			b.answers(bad...)
		}, []string{"refused proven 400 0:client:400", "refused proven 400 0:client:400", "malformed proven 400 0:client:400"}},
		{"the key was damaged", func(tp *tape) {
			c := tp.relay(client, front, keyA)
			tp.relay(back, inst, keyA[:10], xff).answers(bad...)
			c.answers(bad...)
		}, []string{"altered proven 400 (10.0.0.1:80|10.0.1.1) 0:client:400 1:instance:400"}},
		{"the key was removed, but it is another client's", func(tp *tape) {
			c := tp.relay(client2, front, keyA)
			tp.relay(back, inst, "", xff).answers(bad...)
			c.answers(bad...)
		}, []string{"refused proven 400 0:client:400", "altered inferred 400 (-|10.0.1.1) 0:instance:400"}},
		{"one leg captured in two files", func(tp *tape) {
			a := tp.relay(client, front, keyA)
			b := tp.in(1).relay(client, front, keyA)
			a.answers(switching...)
			b.answers(switching...)
		}, []string{"healthy proven 101 0:client:101 0:client:101"}},
		{"one leg captured in two files, of which one ends too early", func(tp *tape) {
			a := tp.relay(client, front, keyA)
			tp.in(1).relay(client, front, keyA)
			a.answers(bad...)
		}, []string{"refused proven 400 0:client:400 0:client:open"}},
		{"one leg in a VLAN and bare, and the next one", func(tp *tape) {
			a := tp.relay(client, front, keyA)
			b := tp.connect(flow.Conn{Client: addr(client), Server: addr(front), Encap: "vlan 7"}).asks(hs(keyA)...)
			i := tp.relay(back, inst, keyA, xff, "Connection: keep-alive")
			for _, w := range []*wire{i, b, a} {
				w.answers(bad...)
			}
		}, []string{"rewritten proven 400 (10.0.0.1:80|10.0.1.1) 0:client:400 0:client:400 1:instance:400"}},
		{"the port was used again", func(tp *tape) {
			tp.relay(client, front, keyA).answers(bad...).closes()
			tp.relay(client, front, keyA).answers(switching...)
		}, []string{"refused proven 400 0:client:400", alone}},
		{"an outer handshake that never ends", func(tp *tape) {
			tp.relay(client, front, keyA)
			tp.relay(back, inst, keyA, xff).answers(switching...)
		}, []string{"undetermined undetermined 0 0:client:open 1:instance:101"}},
		{"an outer handshake that never ends, and the key an hour later", func(tp *tape) {
			tp.relay(client, front, keyA)
			tp.wait(time.Hour).relay(back, inst, keyA, xff).answers(switching...)
		}, []string{"undetermined undetermined 0 0:client:open", "healthy proven 101 0:instance:101"}},
		{"an outer handshake whose connection ended unseen", func(tp *tape) {
			tp.relay(client, front, keyA).end(flow.EndReused)
			tp.wait(time.Second).relay(back, inst, keyA, xff).answers(switching...)
		}, []string{"undetermined undetermined 0 0:client:lost", "healthy proven 101 0:instance:101"}},
		{"equal times, the outer leg first in the file", func(tp *tape) {
			c := tp.relay(client, front, keyA)
			tp.wait(-2*time.Millisecond).relay(back, inst, keyA, xff, "Connection: close").answers(bad...)
			c.answers(bad...)
		}, []string{"rewritten proven 400 (10.0.0.1:80|10.0.1.1) 0:client:400 1:instance:400"}},
		{"equal times, the inner leg first in the file, both open", func(tp *tape) {
			tp.relay(back, inst, keyA, xff, "Connection: close")
			tp.wait(-2*time.Millisecond).relay(client, front, keyA)
		}, []string{"rewritten proven 0 (10.0.0.1:80|10.0.1.1) 0:client:open 1:instance:open"}},
		{"an instance that speaks of its client with PROXY", func(tp *tape) {
			a, b := tp.relay(client, front, keyA), tp.relay(client2, front, keyA)
			ib := tp.open(back2, inst).bytes(fromClient, []byte("PROXY TCP4 10.0.0.8 10.0.0.1 40002 80\r\n")).asks(hs(keyA)...)
			ia := tp.open(back, inst).bytes(fromClient, []byte("PROXY TCP4 10.0.0.9 10.0.0.1 40001 80\r\n")).asks(hs(keyA)...)
			ia.answers(switching...)
			a.answers(switching...)
			ib.answers(bad...)
			b.answers(bad...)
		}, []string{healthy2, "refused proven 400 0:client:400 1:instance:400"}},
		{"a load balancer that keeps the client's address", func(tp *tape) {
			c := tp.relay(client, front, keyA)
			tp.relay(client, inst, keyA).answers(switching...)
			c.answers(switching...)
		}, []string{healthy2}},
	} {
		t.Run(c.name, func(t *testing.T) {
			tp := newTape(t, Config{})
			c.play(tp)
			want(t, tp.finish(), c.briefs...)
		})
	}
}

// TestKeysCut joins sightings whose heads were cut before or within the key.
func TestKeysCut(t *testing.T) {
	cut := func(w *wire, n int, more ...string) *wire {
		h := head(hs(keyA, more...)...)
		return w.bytes(fromClient, h[:n]).hole(fromClient, uint64(len(h)-n))
	}
	within := len(head(hs(keyA)...)) - 10
	t.Run("within", func(t *testing.T) {
		tp := newTape(t, Config{})
		c := cut(tp.open(client, front), within)
		h := head("GET /chat HTTP/1.1", "Host: app.example", xff, "Connection: close", "Upgrade: websocket",
			"Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: "+keyA)
		i := tp.open(back, inst).bytes(fromClient, h[:len(h)-9]).hole(fromClient, 9)
		i.answers(bad...)
		c.answers(bad...)
		snap := tp.finish()
		want(t, snap, "rewritten proven 400 (10.0.0.1:80|10.0.1.1) 0:client:400 1:instance:400")
	})
	t.Run("a key that shows behind a hole takes its handshake along", func(t *testing.T) {
		tp := newTape(t, Config{})
		c := tp.relay(client, front, keyA)
		h := head(hs(keyA, xff)...)
		i := tp.open(back, inst).bytes(fromClient, h[:60]).hole(fromClient, 20)
		tp.e.Tick(tp.now)
		i.bytes(fromClient, h[80:]).answers(switching...)
		tp.e.Tick(tp.now)
		c.answers(switching...)
		if snap := tp.finish(); len(snap.Handshakes) != 1 {
			t.Errorf("%d handshakes", len(snap.Handshakes))
		}
	})
}

// TestKeyShowsLate moves a sighting to the cluster of its key, and what had
// joined it by other signs with it.
func TestKeyShowsLate(t *testing.T) {
	tp := newTape(t, Config{})
	w := watch(t, tp.e)
	tick := func(want string) {
		t.Helper()
		tp.e.Tick(tp.now)
		if got := w.look(); got != want {
			t.Errorf("there are %q, want %q", got, want)
		}
	}
	h := head("GET /chat HTTP/1.1", "Host: app.example", "Upgrade: websocket", "Connection: Upgrade",
		"X-Filler: 012345678901234567890123456789", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: "+keyA)
	c := tp.open(client, front).bytes(fromClient, h[:90]).hole(fromClient, 25)
	tp.relay(back, inst, "", xff).answers(bad...)
	tick("h1")
	c.bytes(fromClient, h[115:])
	tp.relay(nginx, app, keyA, xff).answers(bad...)
	tick("h1")
	c.answers(bad...)
	snap := tp.finish()
	w.look()
	if len(snap.Handshakes) != 1 || snap.Handshakes[0].Key != keyA {
		t.Errorf("%d handshakes, the key is %q", len(snap.Handshakes), snap.Handshakes[0].Key)
	}
}

// TestFirst gives start and target of the first sighting by time, which need
// not be the one on the first hop.
func TestFirst(t *testing.T) {
	tp := newTape(t, Config{})
	i := tp.relay(back, inst, keyA, xff)
	start := tp.now
	c := tp.wait(-2*time.Millisecond+20*time.Microsecond).relay(client, front, keyA)
	i.answers(bad...)
	c.answers(bad...)
	snap := tp.finish()
	want(t, snap, "refused proven 400 0:client:400 1:instance:400")
	if h := snap.Handshakes[0]; h.Start != start {
		t.Errorf("it starts at %v, want %v", h.Start, start)
	}
}

// TestLatecomers lets the same packets come in another order: what follows at
// the end is the same.
func TestLatecomers(t *testing.T) {
	tp := newTape(t, Config{})
	at := func(ms int) { tp.at(time.Duration(ms) * time.Millisecond) }
	at(10)
	i := tp.open(back, inst)
	at(21)
	i.asks(hs(keyA, xff, "Connection: keep-alive")...)
	at(30)
	i.answers(bad...)
	tp.e.Tick(tp.now)
	at(5)
	c := tp.open(client, front)
	at(20)
	c.asks(hs(keyA)...)
	tp.e.Tick(tp.now)
	at(40)
	c.answers(bad...)
	want(t, tp.finish(), "rewritten proven 400 (10.0.0.1:80|10.0.1.1) 0:client:400 1:instance:400")
}

// TestManySightingsOfOneKey must not take time that grows with their square.
func TestManySightingsOfOneKey(t *testing.T) {
	for name, answered := range map[string]bool{"answered": true, "open": false} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			tp := newTape(t, Config{})
			const n = 20000
			for i := range n {
				c := tp.relay(fmt.Sprintf("10.0.%d.%d:40001", i/250%250, i%250), front, keyA)
				if answered {
					c.answers(switching...)
				}
				tp.e.Tick(tp.wait(100 * time.Millisecond).now)
			}
			snap := tp.finish()
			if len(snap.Handshakes) != n {
				t.Errorf("%d handshakes, want %d", len(snap.Handshakes), n)
			}
			if took := time.Since(start); took > 30*time.Second {
				t.Errorf("it took %v", took)
			} else {
				t.Log(took)
			}
		})
	}
}

// TestManyWithoutKeys does the same for the search for kin.
func TestManyWithoutKeys(t *testing.T) {
	start := time.Now()
	tp := newTape(t, Config{})
	const n = 4000
	for i := range n {
		addr := fmt.Sprintf("10.2.%d.%d", i/250%250, i%250)
		c := tp.relay(addr+":40001", front, "")
		tp.relay(fmt.Sprint("10.0.1.1:", 1024+i), inst, "", "X-Forwarded-For: "+addr).answers(bad...)
		c.answers(bad...)
		if i%100 == 0 {
			tp.e.Tick(tp.now)
		}
	}
	if snap := tp.finish(); len(snap.Handshakes) != n {
		t.Errorf("%d handshakes, want %d", len(snap.Handshakes), n)
	}
	if took := time.Since(start); took > 30*time.Second {
		t.Errorf("it took %v", took)
	} else {
		t.Log(took)
	}
}

// TestGroupingIsStable groups random sightings in every order alike.
func TestGroupingIsStable(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 1))
		tp := newTape(t, Config{})
		for range 8 {
			from := fmt.Sprintf("10.0.%d.%d:%d", r.IntN(2), r.IntN(3), 40000+r.IntN(3))
			to := fmt.Sprintf("10.0.%d.%d:80", r.IntN(2), r.IntN(3))
			if from[:8] == to[:8] {
				continue
			}
			w := tp.at(time.Duration(r.IntN(20))*time.Millisecond).relay(from, to, keyA)
			tp.wait(time.Duration(r.IntN(20)) * time.Millisecond)
			switch r.IntN(3) {
			case 0:
				w.answers(bad...)
			case 1:
				w.closes()
			}
		}
		snap := tp.finish()
		for _, h := range snap.Handshakes {
			check(t, h)
		}
		var all []*sighting
		for _, c := range tp.e.clusters {
			all = append(all, c.sightings...)
		}
		before := fmt.Sprint(group(all))
		for range 5 {
			r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
			if after := fmt.Sprint(group(all)); after != before {
				t.Fatalf("seed %d: %s\n%s", seed, before, after)
			}
		}
	}
}
