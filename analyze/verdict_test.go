package analyze

import (
	"fmt"
	"testing"
	"time"

	"elbscope/capture/flow"
)

// TestVerdicts goes through the table of report-v1 and what stands around it.
func TestVerdicts(t *testing.T) {
	const culprit = "(10.0.0.1:80|10.0.1.1)"
	// both plays a handshake on two legs, with what arrives on the second.
	both := func(answer []string, inner ...string) func(tp *tape) {
		return func(tp *tape) {
			c := tp.relay(client, front, keyA)
			tp.relay(back, inst, keyA, append([]string{xff}, inner...)...).answers(answer...)
			c.answers(answer...)
		}
	}
	lone := func(more ...string) func(tp *tape) {
		return func(tp *tape) { tp.relay(client, front, keyA, more...).answers(bad...) }
	}
	for _, c := range []struct {
		name  string
		play  func(tp *tape)
		brief string
	}{
		// malformed
		{"the client forgets Connection", lone("-Connection"), "malformed proven 400 0:client:400"},
		{"the client asks for an old version", lone("-Sec-WebSocket-Version"), "malformed proven 400 0:client:400"},
		{"the client's own, and damaged further on", func(tp *tape) {
			c := tp.relay(client, front, keyA, "Connection: keep-alive")
			tp.relay(back, inst, keyA, "Connection: keep-alive", "-Upgrade", xff).answers(bad...)
			c.answers(bad...)
		}, "malformed proven 400 0:client:400 1:instance:400"},

		// damage, the worst first
		{"HTTP/1.0, and everything else", both(bad, "GET /chat HTTP/1.0", "Connection: close", "-Upgrade", "-Sec-WebSocket-Key"),
			"downgraded proven 400 " + culprit + " 0:client:400 1:instance:400"},
		{"Upgrade and Connection", both(bad, "Connection: close", "-Upgrade"), "dropped proven 400 " + culprit + " 0:client:400 1:instance:400"},
		{"Upgrade alone", both(bad, "-Upgrade"), "dropped proven 400 " + culprit + " 0:client:400 1:instance:400"},
		{"Connection", both(bad, "Connection: keep-alive"), "rewritten proven 400 " + culprit + " 0:client:400 1:instance:400"},
		{"Connection, gone", both(bad, "-Connection"), "rewritten proven 400 " + culprit + " 0:client:400 1:instance:400"},
		{"Connection and the value of Upgrade", both(bad, "-Connection", "Upgrade: x"), "rewritten proven 400 " + culprit + " 0:client:400 1:instance:400"},
		{"the value of Upgrade", both(bad, "Upgrade: x"), "altered proven 400 " + culprit + " 0:client:400 1:instance:400"},
		{"the method", both(bad, "POST /chat HTTP/1.1"), "altered proven 400 " + culprit + " 0:client:400 1:instance:400"},
		{"the version", both(bad, "-Sec-WebSocket-Version"), "altered proven 400 " + culprit + " 0:client:400 1:instance:400"},
		{"the key, to nothing", both(bad, "Sec-WebSocket-Key: "), "altered proven 400 " + culprit + " 0:client:400 1:instance:400"},
		{"a second key", both(bad, "Sec-WebSocket-Key: "+keyA+"\r\nSec-WebSocket-Key: "+keyB), "altered proven 400 " + culprit + " 0:client:400 1:instance:400"},
		{"damage and a 101 all the same", both(switching, "Connection: keep-alive"), "rewritten proven 101 " + culprit + " 0:client:101 1:instance:101"},
		{"damage without an answer", func(tp *tape) {
			tp.relay(client, front, keyA)
			tp.relay(back, inst, keyA, xff, "Connection: keep-alive")
		}, "rewritten proven 0 " + culprit + " 0:client:open 1:instance:open"},
		{"the earliest damage counts", func(tp *tape) {
			c := tp.relay(client, front, keyA)
			i := tp.relay(back, inst, keyA, xff, "Connection: keep-alive")
			tp.relay(nginx, app, keyA, xff, "GET /chat HTTP/1.0", "Connection: close", "-Upgrade").answers(bad...)
			i.answers(bad...)
			c.answers(bad...)
		}, "rewritten proven 400 " + culprit + " 0:client:400 1:instance:400 2:local:400"},
		{"damage that is mended on the next hop", func(tp *tape) {
			c := tp.relay(client, front, keyA)
			i := tp.relay(back, inst, keyA, xff, "Connection: keep-alive")
			tp.relay(nginx, app, keyA, xff).answers(switching...)
			i.answers(switching...)
			c.answers(switching...)
		}, "rewritten proven 101 " + culprit + " 0:client:101 1:instance:101 2:local:101"},

		// inferred
		{"the instance only", func(tp *tape) { tp.relay(back, inst, keyA, xff, "Connection: keep-alive").answers(bad...) },
			"rewritten inferred 400 (-|10.0.1.1) 0:instance:400"},
		{"the instance and its application, and no client", func(tp *tape) {
			i := tp.relay(back, inst, keyA, xff, "Connection: keep-alive")
			tp.relay(nginx, app, keyA, xff, "-Upgrade", "Connection: close").answers(bad...)
			i.answers(bad...)
		}, "rewritten inferred 400 (-|10.0.1.1) 0:instance:400 1:local:400"},
		{"the application only", func(tp *tape) { tp.relay(nginx, app, keyA, "-Upgrade", "Connection: close").answers(bad...) },
			"dropped inferred 400 (-|127.0.0.1) 0:local:400"},
		{"a lone key without Upgrade is not the client's", lone("-Upgrade"), "dropped inferred 400 (-|10.0.0.9) 0:instance:400"},
		{"a lone key in HTTP/1.0 is not the client's", lone("GET /chat HTTP/1.0"), "downgraded inferred 400 (-|10.0.0.9) 0:instance:400"},
		{"any X-Forwarded header marks a proxy", lone("Connection: keep-alive", "x-forwarded-ssl: on"), "rewritten inferred 400 (-|10.0.0.9) 0:instance:400"},
		{"a PROXY header marks a proxy", func(tp *tape) {
			tp.open(back, inst).bytes(fromClient, []byte("PROXY TCP4 10.0.0.9 10.0.0.1 40001 80\r\n")).
				asks(hs(keyA, "Connection: keep-alive")...).answers(bad...)
		}, "rewritten inferred 400 (-|10.0.1.1) 0:instance:400"},

		// sound
		{"a PROXY header is no damage", func(tp *tape) {
			c := tp.relay(client, front, keyA)
			tp.open(back, inst).bytes(fromClient, []byte("PROXY TCP4 10.0.0.9 10.0.0.1 40001 80\r\n")).asks(hs(keyA)...).answers(switching...)
			c.answers(switching...)
		}, "healthy proven 101 0:client:101 1:instance:101"},
		{"a server that rejects a PROXY header", func(tp *tape) {
			tp.open(back, inst).bytes(fromClient, []byte("PROXY TCP4 10.0.0.9 10.0.0.1 40001 80\r\n")).answers(bad...).asks(hs(keyA)...)
		}, "refused proven 400 0:instance:400"},
		{"not relayed", func(tp *tape) {
			c := tp.relay(client, front, keyA)
			tp.relay(back, inst, keyA, xff).answers(switching...)
			c.answers(gateway...)
		}, "not-relayed proven 502 " + culprit + " 0:client:502 1:instance:101"},
		{"not relayed, and the client got nothing", func(tp *tape) {
			c := tp.relay(client, front, keyA)
			tp.relay(back, inst, keyA, xff).answers(switching...)
			c.closes()
		}, "not-relayed proven 0 " + culprit + " 0:client:closed 1:instance:101"},
		{"not relayed after a second try", func(tp *tape) {
			c := tp.relay(client, front, keyA)
			tp.relay(back, inst, keyA, xff).closes()
			tp.relay("10.0.1.1:50002", inst, keyA, xff).answers(switching...)
			c.answers(gateway...)
		}, "not-relayed proven 502 " + culprit + " 0:client:502 1:instance:closed 1:instance:101"},
		{"not relayed by the proxy on the instance", func(tp *tape) {
			c := tp.relay(client, front, keyA)
			i := tp.relay(back, inst, keyA, xff)
			tp.relay(nginx, app, keyA, xff).answers(switching...)
			i.answers(gateway...)
			c.answers(gateway...)
		}, "not-relayed proven 502 (10.0.1.2:80|127.0.0.1) 0:client:502 1:instance:502 2:local:101"},
		{"relayed half the way", func(tp *tape) {
			c := tp.relay(client, front, keyA)
			i := tp.relay(back, inst, keyA, xff)
			tp.relay(nginx, app, keyA, xff).answers(switching...)
			i.answers(switching...)
			c.answers(gateway...)
		}, "not-relayed proven 502 " + culprit + " 0:client:502 1:instance:101 2:local:101"},
		{"what the client got is not in the capture", func(tp *tape) {
			c := tp.relay(client, front, keyA)
			tp.relay(back, inst, keyA, xff).answers(switching...)
			c.hole(fromServer, 100)
		}, "undetermined undetermined 0 0:client:lost 1:instance:101"},
		{"refused, and the client was told something else", func(tp *tape) {
			c := tp.relay(client, front, keyA)
			tp.relay(back, inst, keyA, xff).answers(bad...)
			c.answers(gateway...)
		}, "refused proven 502 0:client:502 1:instance:400"},
		{"unanswered, with a 502 made up", func(tp *tape) {
			c := tp.relay(client, front, keyA)
			tp.relay(back, inst, keyA, xff).closes()
			c.answers(gateway...)
		}, "unanswered proven 502 0:client:502 1:instance:closed"},
		{"unanswered, and what the client was told is missing", func(tp *tape) {
			c := tp.relay(client, front, keyA)
			tp.relay(back, inst, keyA, xff).closes()
			c.hole(fromServer, 100).closes()
		}, "unanswered proven 0 0:client:lost 1:instance:closed"},
		{"unanswered, but the client goes on as after a 101", func(tp *tape) {
			c := tp.relay(client, front, keyA)
			tp.relay(back, inst, keyA, xff).closes()
			c.hole(fromServer, 129).bytes(fromClient, []byte{0x81, 0x85, 1, 2, 3, 4, 5, 6, 7, 8, 9})
		}, "undetermined undetermined 0 0:client:lost 1:instance:closed"},
		{"refused, but the client goes on as after a 101", func(tp *tape) {
			c := tp.relay(client, front, keyA)
			tp.relay(back, inst, keyA, xff).answers(gateway...)
			c.bytes(fromClient, []byte{0x81, 0x85, 1, 2, 3, 4, 5, 6, 7, 8, 9}).hole(fromServer, 129)
		}, "undetermined undetermined 0 0:client:lost 1:instance:502"},
		{"unanswered, by reset", func(tp *tape) { tp.relay(client, front, keyA).close(fromServer, flow.RST).end(flow.EndClosed) },
			"unanswered proven 0 0:client:closed"},
		{"the capture ends before the answer", func(tp *tape) { tp.relay(client, front, keyA) }, "undetermined undetermined 0 0:client:open"},
		{"the connection was forgotten before the answer", func(tp *tape) { tp.relay(client, front, keyA).end(flow.EndEvicted) },
			"undetermined undetermined 0 0:client:lost"},

		// what is none
		{"an ordinary request", func(tp *tape) { tp.open(client, front).asks(get("/")...).answers(fine...) }, ""},
		{"a request for such a target by a person", func(tp *tape) {
			tp.open(client, front).asks(get("/socket.io/1/websocket/abc")...).answers(fine...)
		}, ""},
		{"frames in mid-stream", func(tp *tape) { tp.midstream(client, front).bytes(fromClient, []byte{0x81, 0x80, 1, 2, 3, 4}) }, ""},
		{"a lone 101", func(tp *tape) { tp.midstream(client, front).answers(switching...) }, ""},
		{"TLS", func(tp *tape) {
			tp.open(client, front).bytes(fromClient, []byte("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"))
		}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			tp := newTape(t, Config{})
			c.play(tp)
			if c.brief == "" {
				want(t, tp.finish())
			} else {
				want(t, tp.finish(), c.brief)
			}
		})
	}
}

// TestCutHeads judges a head by what of it is in the capture: a header that is
// there counts, one that is not there only if the head is complete.
func TestCutHeads(t *testing.T) {
	cut := func(lines []string, keep int) func(tp *tape) {
		return func(tp *tape) {
			h := head(lines...)
			tp.open(client, front).bytes(fromClient, h[:keep]).hole(fromClient, uint64(len(h)-keep)).answers(bad...)
		}
	}
	order := []string{"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1", "Host: a", "Upgrade: websocket", "Connection: Upgrade",
		"Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: " + keyA}
	upTo := func(n int) int { return len(head(order[:n]...)) - 2 }
	damaged := append([]string(nil), order...)
	damaged[3] = "Connection: close  "
	for _, c := range []struct {
		name, brief string
		play        func(tp *tape)
	}{
		{"all but the empty line", "refused proven 400 0:client:400", cut(order, upTo(6))},
		{"without the key", "refused proven 400 0:client:400", cut(order, upTo(5))},
		{"Connection is cut", "undetermined undetermined 400 0:client:400", cut(order, upTo(4)-4)},
		{"Connection is missing", "undetermined undetermined 400 0:client:400", cut(order, upTo(3))},
		{"only a target", "undetermined undetermined 400 0:client:400", cut(order, upTo(1))},
		{"a part of a target", "undetermined undetermined 400 0:client:400", cut(order, len("GET /socket.io/?EIO=4&transport=webso"))},
		{"Connection is there, and wrong", "malformed proven 400 0:client:400", cut(damaged, upTo(5))},
		{"not enough of a target", "", cut(order, len("GET /socket.io/?EIO=4&trans"))},
	} {
		t.Run(c.name, func(t *testing.T) {
			tp := newTape(t, Config{})
			c.play(tp)
			snap := tp.finish()
			if c.brief == "" {
				want(t, snap)
				return
			}
			want(t, snap, c.brief)
			intact := map[string]Tri{"all but the empty line": Yes, "Connection is there, and wrong": No}[c.name]
			if got := snap.Handshakes[0].First().Signs.Intact(); got != intact {
				t.Errorf("intact is %v, want %v", got, intact)
			}
		})
	}
}

// TestLive says pending as long as an answer can come, and undetermined at the
// end.
func TestLive(t *testing.T) {
	tp := newTape(t, Config{Live: true})
	now := func(briefs ...string) {
		t.Helper()
		tp.e.Tick(tp.now)
		want(t, tp.e.Snapshot(nil, flow.Counters{}), briefs...)
	}
	c := tp.relay(client, front, keyA)
	now("pending undetermined 0 0:client:open")
	i := tp.relay(back, inst, keyA, xff)
	i.answers(switching...)
	now("pending undetermined 0 0:client:open 1:instance:101")
	c.answers(switching...)
	now("healthy proven 101 0:client:101 1:instance:101")
	if h := tp.e.Snapshot(nil, flow.Counters{}).Handshakes[0]; h.Final {
		t.Error("it is called final while the connections are open")
	}
	cutHead := head(hs(keyB)...)[:90]
	tp.open("10.0.0.9:40002", front).bytes(fromClient, cutHead).hole(fromClient, 90)
	now("healthy proven 101 0:client:101 1:instance:101", "pending undetermined 0 0:client:open")
	tp.open("10.0.0.9:40003", front).bytes(fromClient, []byte("GET /chat HTTP/1.1\r\nSec-WebSocket-Version: 13\r\n")).hole(fromClient, 90)
	now("healthy proven 101 0:client:101 1:instance:101", "pending undetermined 0 0:client:open", "pending undetermined 0 0:client:open")
	snap := tp.finish()
	want(t, snap, "healthy proven 101 0:client:101 1:instance:101", "undetermined undetermined 0 0:client:open", "undetermined undetermined 0 0:client:open")
	for _, h := range snap.Handshakes {
		if !h.Final {
			t.Errorf("%s is not final", h.ID)
		}
	}
}

// TestMayTryAgain waits for the hop in front before it says that a handshake
// was not answered: as long as that may try again, and no longer.
func TestMayTryAgain(t *testing.T) {
	for _, live := range []bool{true, false} {
		tp := newTape(t, Config{Live: live})
		tp.relay(client, front, keyA)
		tp.relay(back, inst, keyA, xff).closes()
		tp.after(0, "pending undetermined 0 0:client:open 1:instance:closed")
		tp.after(4*time.Second, "pending undetermined 0 0:client:open 1:instance:closed")
		tp.after(2*time.Second, "unanswered proven 0 0:client:open 1:instance:closed")
		want(t, tp.finish(), "unanswered proven 0 0:client:open 1:instance:closed")

		tp = newTape(t, Config{Live: live})
		c := tp.relay(client, front, keyA)
		tp.relay(back, inst, keyA, xff).closes()
		tp.after(time.Second, "pending undetermined 0 0:client:open 1:instance:closed")
		tp.relay("10.0.1.1:50002", inst, keyA, xff).answers(switching...)
		c.answers(switching...)
		tp.after(0, "healthy proven 101 0:client:101 1:instance:closed 1:instance:101")

		tp = newTape(t, Config{Live: live})
		tp.relay(client, front, keyA)
		tp.relay(back, inst, keyA, xff).closes()
		tp.e.Tick(tp.now)
		want(t, tp.finish(), "undetermined undetermined 0 0:client:open 1:instance:closed")
	}
}

// TestWhoClosed tells who closed first after the handshake.
func TestWhoClosed(t *testing.T) {
	for name, c := range map[string]struct {
		play func(w *wire)
		want string
	}{
		"server":          {func(w *wire) { w.closes() }, "server fin"},
		"client, by RST":  {func(w *wire) { w.close(fromClient, flow.RST).end(flow.EndClosed) }, "client rst"},
		"nobody":          {func(w *wire) {}, "client "},
		"a forged RST":    {func(w *wire) { w.close(fromServer, flow.RST).bytes(fromServer, []byte{0x89, 0}) }, "client "},
		"RST behind FIN":  {func(w *wire) { w.close(fromClient, flow.FIN).close(fromServer, flow.RST).end(flow.EndClosed) }, "client fin"},
		"seen one by one": {func(w *wire) { w.close(fromServer, flow.FIN) }, "server fin"},
	} {
		t.Run(name, func(t *testing.T) {
			tp := newTape(t, Config{})
			c.play(tp.relay(client, front, keyA).answers(switching...))
			s := tp.finish().Handshakes[0].First()
			if got := fmt.Sprint(s.ClosedBy, " ", s.How); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestClosedBefore names who closed also where that came before the request.
func TestClosedBefore(t *testing.T) {
	tp := newTape(t, Config{})
	tp.open(client, front).asks(get("/a")...).answers(fine...).close(fromServer, flow.FIN).asks(hs(keyA)...)
	if s := tp.finish().Handshakes[0].First(); s.ClosedBy != fromServer || s.How != flow.FIN || s.Answer != AnswerClosed {
		t.Errorf("closed by %v with %q, answer %d", s.ClosedBy, s.How, s.Answer)
	}
}
