package analyze

import (
	"strings"
	"testing"
	"time"

	"elbscope/analyze/ws"
	"elbscope/capture/flow"
)

const (
	fromClient = flow.FromClient
	fromServer = flow.FromServer
)

func get(target string) []string { return []string{"GET " + target + " HTTP/1.1", "Host: app.example"} }

// TestPairing plays one connection and looks at what was paired with what.
func TestPairing(t *testing.T) {
	frame := []byte{0x81, 0x82, 1, 2, 3, 4, 5, 6}
	// An alert, fatal, unexpected_message: what Java and GnuTLS answer. And the
	// beginning of a ServerHello.
	tlsAlert, serverHello := []byte{21, 3, 3, 0, 2, 2, 10}, []byte{22, 3, 3, 0, 44, 2, 0, 0, 40}
	for _, c := range []struct {
		name      string
		play      func(w *wire)
		exchanges string
		handshake string // brief; "" for none
	}{
		{"one after the other", func(w *wire) {
			w.asks(get("/a")...).answers(fine...).asks(get("/b")...).answers(bad...)
		}, "GET/a 200, GET/b 400", ""},
		{"pipelined in one packet", func(w *wire) {
			w.bytes(fromClient, append(head(get("/a")...), head(get("/b")...)...)).answers(fine...).answers(bad...)
		}, "GET/a 200, GET/b 400", ""},
		{"interim responses", func(w *wire) {
			w.asks("PUT /a HTTP/1.1", "Content-Length: 2", "Expect: 100-continue", "", "xx").
				answers("HTTP/1.1 100 Continue").answers("HTTP/1.1 103 Early Hints", "Link: </x>").answers(fine...)
		}, "PUT/a 200", ""},
		{"interim before a 101", func(w *wire) {
			w.asks(hs(keyA)...).answers("HTTP/1.1 102 Processing").answers(switching...)
		}, "GET/chat 101", "healthy proven 101 0:client:101"},
		{"HEAD has no body", func(w *wire) {
			w.asks("HEAD /a HTTP/1.1").answers("HTTP/1.1 200 OK", "Content-Length: 500").asks(get("/b")...).answers(bad...)
		}, "HEAD/a 200, GET/b 400", ""},
		{"a refused handshake, and the connection goes on", func(w *wire) {
			w.asks(hs(keyA)...).answers(bad...).asks(get("/poll")...).answers(fine...)
		}, "GET/chat 400, GET/poll 200", "refused proven 400 0:client:400"},
		{"a request behind a handshake that is refused", func(w *wire) {
			w.asks(hs(keyA)...).asks(get("/poll")...).answers(bad...).answers(fine...)
		}, "GET/chat 400, GET/poll 200", "refused proven 400 0:client:400"},
		{"a handshake behind a request", func(w *wire) {
			w.bytes(fromClient, append(head(get("/a")...), head(hs(keyA)...)...)).answers(fine...).
				bytes(fromClient, frame).answers(switching...)
		}, "GET/a 200, GET/chat 101", "healthy proven 101 0:client:101"},
		{"frames before the 101", func(w *wire) {
			w.asks(hs(keyA)...).bytes(fromClient, frame).bytes(fromClient, frame).answers(switching...)
		}, "GET/chat 101", "healthy proven 101 0:client:101"},
		{"the 101 before its request", func(w *wire) {
			w.answers(switching...).asks(hs(keyA)...).bytes(fromClient, frame).bytes(fromClient, frame)
		}, "GET/chat 101", "healthy proven 101 0:client:101"},
		{"the 101 before its request, behind an exchange", func(w *wire) {
			w.asks(get("/a")...).answers(fine...).
				answers(switching...).asks(hs(keyA)...).bytes(fromClient, frame).bytes(fromClient, frame)
		}, "GET/a 200, GET/chat 101", "healthy proven 101 0:client:101"},
		{"a body with the handshake", func(w *wire) {
			w.asks(hs(keyA, "Content-Length: 4", "", "body")...).answers(switching...).bytes(fromClient, frame)
		}, "GET/chat 101", "healthy proven 101 0:client:101"},
		{"a handshake by POST", func(w *wire) {
			w.asks(hs(keyA, "POST /chat HTTP/1.1", "Content-Length: 4", "", "body")...).answers(bad...).asks(get("/b")...).answers(fine...)
		}, "POST/chat 400, GET/b 200", "malformed proven 400 0:client:400"},
		{"h2c", func(w *wire) {
			w.asks("GET /a HTTP/1.1", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQ").
				bytes(fromClient, []byte("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")).
				answers("HTTP/1.1 101 Switching Protocols", "Upgrade: h2c", "Connection: Upgrade").bytes(fromServer, []byte("HTTP/1.1 200 no\r\n\r\n"))
		}, "GET/a 101", ""},
		{"a WebSocket asked for, h2c given", func(w *wire) {
			w.asks(hs(keyA, "Upgrade: websocket, h2c")...).answers("HTTP/1.1 101 Switching Protocols", "Upgrade: h2c", "Connection: Upgrade").
				bytes(fromServer, []byte("HTTP/1.1 200 no\r\n\r\n"))
		}, "GET/chat 101", "healthy proven 101 0:client:101"},
		{"a WebSocket in a tunnel", func(w *wire) {
			w.asks("CONNECT app.example:80 HTTP/1.1", "Host: app.example:80").answers("HTTP/1.1 200 Connection established").
				asks(hs(keyA)...).answers(switching...).bytes(fromClient, frame)
		}, "CONNECTapp.example:80 200, GET/chat 101", "healthy proven 101 0:client:101"},
		{"a WebSocket in a tunnel, its client in the file before its server", func(w *wire) {
			w.asks("CONNECT app.example:80 HTTP/1.1").asks(hs(keyA)...).bytes(fromClient, frame).
				answers("HTTP/1.1 200 Connection established").answers(switching...)
		}, "CONNECTapp.example:80 200, GET/chat 101", "healthy proven 101 0:client:101"},
		{"a tunnel refused", func(w *wire) {
			w.asks("CONNECT app.example:80 HTTP/1.1").answers(bad...).asks(hs(keyA)...).answers(bad...)
		}, "CONNECTapp.example:80 400, GET/chat 400", "refused proven 400 0:client:400"},
		{"a 408 on a kept-alive connection", func(w *wire) {
			w.asks(get("/a")...).answers(fine...).answers("HTTP/1.1 408 Request Timeout", "Content-Length: 0", "Connection: close").closes()
		}, "GET/a 200", ""},
		{"a 408 that crosses a handshake", func(w *wire) {
			w.asks(get("/a")...).answers(fine...).answers("HTTP/1.1 408 Request Timeout", "Content-Length: 0", "Connection: close").
				asks(hs(keyA)...).closes()
		}, "GET/a 200, GET/chat 408", "refused proven 408 0:client:408"},
		{"a 408, a handshake, and the 101 that fits its key", func(w *wire) {
			w.asks(get("/a")...).answers(fine...).answers("HTTP/1.1 408 Request Timeout", "Content-Length: 0").
				asks(hs(keyA)...).answers(append(switching, "Sec-WebSocket-Accept: "+ws.Accept(keyA))...).bytes(fromClient, frame)
		}, "GET/a 200, GET/chat 101", "healthy proven 101 0:client:101"},
		{"the refusal and the next handshake are missing, its 101 is not", func(w *wire) {
			w.asks(hs(keyA)...).hole(fromServer, 38).hole(fromClient, 160).
				answers(append(switching, "Sec-WebSocket-Accept: "+ws.Accept(keyB))...).bytes(fromClient, frame)
		}, "GET/chat 0", "undetermined undetermined 0 0:client:lost"},
		{"a 101 with a wrong answer to the key, and nothing is missing", func(w *wire) {
			w.asks(hs(keyA)...).answers(append(switching, "Sec-WebSocket-Accept: "+ws.Accept(keyB))...).bytes(fromClient, frame)
		}, "GET/chat 101", "healthy proven 101 0:client:101"},
		{"the 101 and a frame are missing, and HTTP follows", func(w *wire) {
			w.asks(hs(keyA)...).hole(fromServer, 140).answers(bad...).closes()
		}, "GET/chat 0", "undetermined undetermined 0 0:client:lost"},
		{"the answer is missing, and a second handshake is refused", func(w *wire) {
			w.asks(hs(keyA)...).asks(hs(keyB)...).hole(fromServer, 140).answers(bad...)
		}, "GET/chat 0, GET/chat 400", "undetermined undetermined 0 0:client:lost\nrefused proven 400 0:client:400"},
		{"the rest of a page is missing, and the handshake is refused", func(w *wire) {
			w.asks(get("/a")...).answers("HTTP/1.1 200 OK", "Content-Length: 100").hole(fromServer, 150).asks(hs(keyA)...).answers(bad...)
		}, "GET/a 200, GET/chat 400", "refused proven 400 0:client:400"},
		{"a response without a request", func(w *wire) { w.answers(fine...).closes() }, "", ""},
		{"an answer after the client's reset", func(w *wire) {
			w.asks(hs(keyA)...).close(fromClient, flow.RST).answers(bad...).end(flow.EndClosed)
		}, "GET/chat 400", "refused proven 400 0:client:400"},
		{"an answer after a forged reset", func(w *wire) {
			w.asks(hs(keyA)...).close(fromServer, flow.RST).answers(switching...).closes()
		}, "GET/chat 101", "healthy proven 101 0:client:101"},
		{"a reset, and nothing more", func(w *wire) {
			w.asks(hs(keyA)...).close(fromServer, flow.RST).end(flow.EndClosed)
		}, "GET/chat 0", "unanswered proven 0 0:client:closed"},
		{"a server that closed before it was asked", func(w *wire) {
			w.asks(get("/a")...).answers(fine...).close(fromServer, flow.FIN).asks(hs(keyA)...).close(fromClient, flow.FIN).end(flow.EndClosed)
		}, "GET/a 200, GET/chat 0", "unanswered proven 0 0:client:closed"},
		{"a page before the handshake is missing, its answer is not", func(w *wire) {
			w.hole(fromClient, 41).asks(hs(keyA)...).answers(fine...).answers(switching...).bytes(fromClient, frame)
		}, "GET/chat 101", "healthy proven 101 0:client:101"},
		{"a page before the handshake is missing, and both are answered", func(w *wire) {
			w.hole(fromClient, 41).asks(hs(keyA)...).answers(fine...).answers(bad...)
		}, "GET/chat 0", "undetermined undetermined 0 0:client:lost"},
		{"a hole, a refusal, and a 408 in the end", func(w *wire) {
			w.hole(fromClient, 41).asks(hs(keyA)...).answers(bad...).answers("HTTP/1.1 408 Request Timeout", "Content-Length: 0").closes()
		}, "GET/chat 400", "refused proven 400 0:client:400"},
		{"the 101 is missing, and a frame looks like HTTP", func(w *wire) {
			w.asks(hs(keyA)...).bytes(fromClient, frame).hole(fromServer, 129).
				bytes(fromServer, []byte("\x81\x13HTTP/1.1 200 OK\r\n\r\n")).bytes(fromClient, frame)
		}, "GET/chat 0", "undetermined undetermined 0 0:client:lost"},
		{"the page's answer is missing, and a 408 crosses the handshake", func(w *wire) {
			w.asks(get("/a")...).hole(fromServer, 38).answers("HTTP/1.1 408 Request Timeout", "Content-Length: 0").
				close(fromServer, flow.FIN).asks(hs(keyA)...).close(fromClient, flow.FIN).end(flow.EndClosed)
		}, "GET/a 408, GET/chat 0", "undetermined undetermined 0 0:client:lost"},
		{"half an answer", func(w *wire) {
			w.asks(hs(keyA)...).bytes(fromServer, []byte("HTTP/1.")).closes()
		}, "GET/chat 0", "undetermined undetermined 0 0:client:alien"},
		{"two bytes of an answer", func(w *wire) {
			w.asks(hs(keyA)...).bytes(fromServer, []byte("HT")).closes()
		}, "GET/chat 0", "undetermined undetermined 0 0:client:alien"},
		{"the capture ends within the answer", func(w *wire) {
			w.asks(hs(keyA)...).bytes(fromServer, []byte("HTTP/1."))
		}, "GET/chat 0", "undetermined undetermined 0 0:client:lost"},
		{"no HTTP comes back", func(w *wire) {
			w.asks(hs(keyA)...).bytes(fromServer, []byte("SSH-2.0-OpenSSH_9.6\r\n")).closes()
		}, "GET/chat 0", "undetermined undetermined 0 0:client:alien"},
		{"the preface of HTTP/2 comes back", func(w *wire) {
			w.asks(hs(keyA)...).bytes(fromServer, []byte("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")).closes()
		}, "GET/chat 0", "undetermined undetermined 0 0:client:alien"},
		{"an HTTP/2 server's SETTINGS come back", func(w *wire) {
			w.asks(hs(keyA)...).bytes(fromServer, []byte("\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x64")).closes()
		}, "GET/chat 0", "refused proven 0 0:client:HTTP/2"},
		{"a TLS alert comes back", func(w *wire) {
			w.asks(hs(keyA)...).bytes(fromServer, tlsAlert).closes()
		}, "GET/chat 0", "refused proven 0 0:client:TLS alert 10"},
		{"a TLS alert comes back in pieces", func(w *wire) {
			w.asks(hs(keyA)...).bytes(fromServer, tlsAlert[:1]).bytes(fromServer, tlsAlert[1:6]).bytes(fromServer, tlsAlert[6:]).closes()
		}, "GET/chat 0", "refused proven 0 0:client:TLS alert 10"},
		{"a TLS alert comes back, and the client is gone", func(w *wire) {
			w.asks(hs(keyA)...).bytes(fromServer, tlsAlert).close(fromClient, flow.RST).end(flow.EndClosed)
		}, "GET/chat 0", "refused proven 0 0:client:TLS alert 10"},
		{"a TLS alert comes back, and the capture ends", func(w *wire) {
			w.asks(hs(keyA)...).bytes(fromServer, tlsAlert)
		}, "GET/chat 0", "refused proven 0 0:client:TLS alert 10"},
		{"half a TLS alert", func(w *wire) {
			w.asks(hs(keyA)...).bytes(fromServer, tlsAlert[:6]).closes()
		}, "GET/chat 0", "undetermined undetermined 0 0:client:alien"},
		{"another TLS record comes back", func(w *wire) {
			w.asks(hs(keyA)...).bytes(fromServer, serverHello).closes()
		}, "GET/chat 0", "refused proven 0 0:client:TLS"},
		{"a TLS alert in the place of a page", func(w *wire) {
			w.asks(get("/a")...).bytes(fromServer, tlsAlert).closes()
		}, "GET/a 0", ""},
		{"a TLS alert, and another request behind it", func(w *wire) {
			w.asks(get("/a")...).bytes(fromServer, tlsAlert).asks(hs(keyA)...).closes()
		}, "GET/a 0, GET/chat 0", "refused proven 0 0:client:TLS alert 10"},
		{"a TLS alert to two handshakes", func(w *wire) {
			w.asks(get("/a")...).asks(hs(keyA)...).bytes(fromServer, tlsAlert).closes()
		}, "GET/a 0, GET/chat 0", "refused proven 0 0:client:TLS alert 10"},
		{"a TLS alert to a PROXY header, and the handshake", func(w *wire) {
			w.bytes(fromClient, []byte("PROXY TCP4 10.0.0.9 10.0.0.1 40001 80\r\n")).bytes(fromServer, tlsAlert).
				asks(hs(keyA)...).closes()
		}, "GET/chat 0", "refused proven 0 0:instance:TLS alert 10"},
		{"a TLS alert that was captured before the handshake", func(w *wire) {
			w.bytes(fromServer, tlsAlert).asks(hs(keyA)...).closes()
		}, "GET/chat 0", "refused proven 0 0:client:TLS alert 10"},
		{"a TLS alert behind a hole", func(w *wire) {
			w.asks(hs(keyA)...).hole(fromServer, 120).bytes(fromServer, tlsAlert).closes()
		}, "GET/chat 0", "undetermined undetermined 0 0:client:lost"},
		{"a TLS alert to a handshake in a tunnel", func(w *wire) {
			w.asks("CONNECT app.example:443 HTTP/1.1").answers("HTTP/1.1 200 Connection established").
				asks(hs(keyA)...).bytes(fromServer, tlsAlert).closes()
		}, "CONNECTapp.example:443 200, GET/chat 0", "refused proven 0 0:client:TLS alert 10"},
		{"a request held back at the end", func(w *wire) {
			w.asks(hs(keyA)...).asks(get("/poll")...)
		}, "GET/chat 0, GET/poll 0", "undetermined undetermined 0 0:client:open"},
	} {
		t.Run(c.name, func(t *testing.T) {
			tp := newTape(t, Config{})
			c.play(tp.open(client, front))
			snap := tp.finish()
			if got := exchanges(tp.e); got != c.exchanges {
				t.Errorf("exchanges %s, want %s", got, c.exchanges)
			}
			if c.handshake == "" {
				want(t, snap)
			} else {
				want(t, snap, c.handshake)
			}
			if n := uint64(strings.Count(c.exchanges, "/") + strings.Count(c.exchanges, "CONNECT")); snap.Totals.Requests != n {
				t.Errorf("%d requests were counted, want %d", snap.Totals.Requests, n)
			}
		})
	}
}

// TestHoles never pairs wrong messages, whatever is missing.
func TestHoles(t *testing.T) {
	for _, c := range []struct {
		name      string
		play      func(w *wire)
		exchanges string
	}{
		{"an answer is missing", func(w *wire) {
			w.asks(get("/a")...).asks(get("/b")...).hole(fromServer, 40).answers(bad...)
		}, "GET/a 0, GET/b 400"},
		{"the answer to a handshake is missing", func(w *wire) {
			w.asks(hs(keyA)...).asks(get("/b")...).hole(fromServer, 40).answers(fine...)
		}, "GET/chat 0, GET/b 200"},
		{"the same, in small pieces", func(w *wire) {
			w.asks(hs(keyA)...)
			for _, b := range head(get("/b")...) {
				w.bytes(fromClient, []byte{b})
			}
			w.hole(fromServer, 40).answers(fine...)
		}, "GET/chat 0, GET/b 200"},
		{"the answer to a handshake is missing, and the hole was known before", func(w *wire) {
			w.asks(hs(keyA)...).hole(fromServer, 40).asks(get("/b")...).answers(fine...)
		}, "GET/chat 0, GET/b 200"},
		{"the same, without a handshake", func(w *wire) {
			w.asks(get("/a")...).hole(fromServer, 40).asks(get("/b")...).answers(fine...)
		}, "GET/a 0, GET/b 200"},
		{"an answer and the next request are missing", func(w *wire) {
			w.asks(get("/a")...).hole(fromServer, 40).answers(bad...).hole(fromClient, 40).asks(get("/c")...).answers(fine...)
		}, "GET/a 0, GET/c 200"},
		{"a request is missing", func(w *wire) {
			w.asks(get("/a")...).answers(fine...).answers(bad...).hole(fromClient, 40).asks(get("/c")...).answers(fine...)
		}, "GET/a 200, GET/c 200"},
		{"a request is missing, and the hole was known before", func(w *wire) {
			w.asks(get("/a")...).answers(fine...).hole(fromClient, 40).answers(bad...).asks(get("/c")...).answers(fine...)
		}, "GET/a 200, GET/c 200"},
		{"pipelining and a hole", func(w *wire) {
			w.bytes(fromClient, append(append(head(get("/a")...), head(get("/b")...)...), head(get("/c")...)...)).
				hole(fromServer, 40).answers(fine...).asks(get("/d")...).answers(bad...)
		}, "GET/a 0, GET/b 0, GET/c 0, GET/d 0"},
		{"pipelining and a hole among the requests", func(w *wire) {
			w.asks(get("/a")...).hole(fromClient, 40).asks(get("/c")...).answers(fine...).answers(bad...).answers(fine...)
		}, "GET/a 200, GET/c 0"},
		{"a hole in a body", func(w *wire) {
			w.asks(get("/a")...).answers("HTTP/1.1 200 OK", "Content-Length: 10").hole(fromServer, 10).asks(get("/b")...).answers(bad...)
		}, "GET/a 200, GET/b 400"},
		{"a hole beyond a body", func(w *wire) {
			w.asks(get("/a")...).answers("HTTP/1.1 200 OK", "Content-Length: 10").asks(get("/b")...).asks(get("/c")...).
				hole(fromServer, 60).answers(bad...)
		}, "GET/a 200, GET/b 0, GET/c 400"},
		{"the answer's first line is cut", func(w *wire) {
			w.asks(get("/a")...).bytes(fromServer, []byte("HTTP/1.1 2")).hole(fromServer, 50).asks(get("/b")...).answers(bad...)
		}, "GET/a 0, GET/b 400"},
		{"one direction only", func(w *wire) {
			w.asks(get("/a")...).asks(get("/b")...).hole(fromServer, 500).end(flow.EndOfCapture)
		}, "GET/a 0, GET/b 0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			tp := newTape(t, Config{})
			c.play(tp.open(client, front))
			for _, h := range tp.finish().Handshakes {
				check(t, h)
			}
			if got := exchanges(tp.e); got != c.exchanges {
				t.Errorf("exchanges %s, want %s", got, c.exchanges)
			}
		})
	}
}

// TestHolesAroundFrames follows frames although something before them is missing.
func TestHolesAroundFrames(t *testing.T) {
	frame := []byte{0x81, 0x82, 1, 2, 3, 4, 5, 6}
	t.Run("a hole while the answer is awaited", func(t *testing.T) {
		tp := newTape(t, Config{})
		tp.open(client, front).asks(hs(keyA)...).bytes(fromClient, frame).hole(fromClient, 8).bytes(fromClient, frame).answers(switching...)
		snap := tp.finish()
		want(t, snap, "healthy proven 101 0:client:101")
		if n := snap.Totals.WebSocketFrames; n != 2 {
			t.Errorf("%d frames, want 2", n)
		}
	})
	t.Run("more than is held back", func(t *testing.T) {
		tp := newTape(t, Config{})
		big := append([]byte{0x82, 0xFF, 0, 0, 0, 0, 0, 1, 0x11, 0x70, 1, 2, 3, 4}, make([]byte, 70000)...)
		tp.open(client, front).asks(hs(keyA)...).bytes(fromClient, big).answers(switching...).bytes(fromClient, frame)
		snap := tp.finish()
		if n := snap.Totals.WebSocketFrames; n != 2 {
			t.Errorf("%d frames, want 2", n)
		}
		want(t, snap, "healthy proven 101 0:client:101")
	})
	t.Run("an upload behind a refused handshake", func(t *testing.T) {
		tp := newTape(t, Config{})
		w := tp.open(client, front).asks(hs(keyA)...).asks("POST /up HTTP/1.1", "Content-Length: 100000").bytes(fromClient, make([]byte, 100000))
		w.answers(bad...).asks(get("/next")...).answers(fine...).answers(fine...)
		tp.finish()
		if got, want := exchanges(tp.e), "GET/chat 400, POST/up 200, GET/next 200"; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
	t.Run("frames behind a request and a handshake", func(t *testing.T) {
		tp := newTape(t, Config{})
		tp.open(client, front).bytes(fromClient, append(head(get("/a")...), head(hs(keyA)...)...)).answers(fine...).
			bytes(fromClient, frame).answers(switching...)
		if n := tp.finish().Totals.WebSocketFrames; n != 1 {
			t.Errorf("%d frames, want 1", n)
		}
	})
	t.Run("a 101 that is cut", func(t *testing.T) {
		tp := newTape(t, Config{})
		h := head(append(switching, "Sec-WebSocket-Accept: 0123456789012345678901234567")...)
		tp.midstream(client, front).bytes(fromServer, h[:70]).hole(fromServer, uint64(len(h)-70)).
			bytes(fromServer, []byte{0x81, 2, 'h', 'i'}).bytes(fromServer, []byte{0x81, 2, 'h', 'i'})
		if n := tp.finish().Totals.WebSocketFrames; n != 2 {
			t.Errorf("%d frames, want 2", n)
		}
	})
	t.Run("a tunnel that was asked for before the capture", func(t *testing.T) {
		tp := newTape(t, Config{})
		tp.midstream(client, front).answers("HTTP/1.1 200 Connection established").asks(hs(keyA)...).answers(switching...).bytes(fromClient, frame)
		want(t, tp.finish(), "healthy proven 101 0:client:101")
	})
	t.Run("a page that ends with its connection, asked for before the capture", func(t *testing.T) {
		tp := newTape(t, Config{})
		tp.midstream(client, front).answers("HTTP/1.1 200 OK", "", "<html>").bytes(fromServer, []byte("HTTP/1.1 is what it is\n")).closes()
		want(t, tp.finish())
	})
	t.Run("HTTP behind a hole for a 101, in mid-stream", func(t *testing.T) {
		tp := newTape(t, Config{})
		tp.midstream(client, front).asks(hs(keyA)...).hole(fromServer, 140).answers(bad...).closes()
		want(t, tp.finish(), "undetermined undetermined 0 0:client:lost")
	})
	t.Run("a lone 101 behind a lost request", func(t *testing.T) {
		tp := newTape(t, Config{})
		tp.open(client, front).answers(switching...).hole(fromClient, 200).bytes(fromClient, frame)
		snap := tp.finish()
		want(t, snap)
		if n := snap.Totals.WebSocketFrames; n != 1 {
			t.Errorf("%d frames, want 1", n)
		}
	})
}

// TestOvertakenRequest begins in mid-stream with an answer whose time is behind
// that of the request that follows: the request was captured late, or the clock
// was set back between an old answer and a new request.
func TestOvertakenRequest(t *testing.T) {
	frame := []byte{0x81, 0x82, 1, 2, 3, 4, 5, 6}
	for _, c := range []struct {
		name      string
		back      time.Duration
		more      func(w *wire)
		exchanges string
		want      []string
	}{
		{"captured late", 5 * time.Millisecond, func(w *wire) { w.closes() }, "GET/chat 400", []string{"refused proven 400 0:client:400"}},
		{"the clock was set back", 2 * time.Second, func(w *wire) { w.answers(switching...).bytes(fromClient, frame) },
			"GET/chat 101", []string{"healthy proven 101 0:client:101"}},
		{"and the last answer is missing", 2 * time.Second, func(w *wire) { w.end(flow.EndOfCapture) },
			"GET/chat 0", []string{"undetermined undetermined 0 0:client:open"}},
		{"the clock was set back a little", time.Second / 2, func(w *wire) { w.answers(switching...).bytes(fromClient, frame) },
			"GET/chat 101", []string{"healthy proven 101 0:client:101"}},
		{"a little, and two answers are possible", time.Second / 2, func(w *wire) { w.answers(bad...).asks(get("/b")...).answers(fine...) },
			"GET/chat 0, GET/b 200", []string{"undetermined undetermined 0 0:client:lost"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			tp := newTape(t, Config{})
			w := tp.midstream(client, front).answers(bad...)
			tp.now -= flow.Time(c.back)
			c.more(w.asks(hs(keyA)...))
			want(t, tp.finish(), c.want...)
			if got := exchanges(tp.e); got != c.exchanges {
				t.Errorf("exchanges %s, want %s", got, c.exchanges)
			}
		})
	}
}

// TestStrayedAnswer: what a server said before the first request of a connection
// that was under way is to an earlier one, mostly. Where it then closed, before the
// handshake came, it may have been to that, as to a PROXY header that it refused.
func TestStrayedAnswer(t *testing.T) {
	for _, c := range []struct {
		name string
		play func(w *wire)
		want string
	}{
		{"an answer and a FIN before the handshake", func(w *wire) {
			w.answers(bad...).close(fromServer, flow.FIN).asks(hs(keyA)...).close(fromServer, flow.RST).end(flow.EndClosed)
		}, "undetermined undetermined 0 0:client:lost"},
		{"an answer before it, and a FIN behind it", func(w *wire) { w.answers(fine...).asks(hs(keyA)...).closes() },
			"unanswered proven 0 0:client:closed"},
		{"no answer, and a FIN before it", func(w *wire) {
			w.close(fromServer, flow.FIN).asks(hs(keyA)...).close(fromServer, flow.RST).end(flow.EndClosed)
		}, "unanswered proven 0 0:client:closed"},
		{"an answer before a page, and a FIN before the handshake", func(w *wire) {
			w.answers(fine...).asks(get("/a")...).answers(fine...).close(fromServer, flow.FIN).asks(hs(keyA)...).close(fromServer, flow.RST).end(flow.EndClosed)
		}, "unanswered proven 0 0:client:closed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			tp := newTape(t, Config{})
			c.play(tp.midstream(client, front))
			want(t, tp.finish(), c.want)
		})
	}
}

// TestMidstream finds out who is the client.
func TestMidstream(t *testing.T) {
	high, low := "10.0.0.9:50000", "10.0.0.1:40000" // the client has the lower port
	for _, c := range []struct {
		name string
		play func(w *wire)
	}{
		{"by a request", func(w *wire) { w.bytes(fromServer, head(hs(keyA)...)).bytes(fromClient, head(bad...)) }},
		{"by an HTTP/1.0 request", func(w *wire) {
			w.bytes(fromServer, head(hs(keyA, "GET /chat HTTP/1.0")...)).bytes(fromClient, head(bad...))
		}},
		{"by a request in small pieces", func(w *wire) {
			for _, b := range head(hs(keyA)...) {
				w.bytes(fromServer, []byte{b})
			}
			w.bytes(fromClient, head(bad...))
		}},
		{"by a response", func(w *wire) {
			w.bytes(fromClient, head(fine...)).bytes(fromServer, head(hs(keyA)...)).bytes(fromClient, head(bad...))
		}},
		{"behind a hole", func(w *wire) {
			w.hole(fromClient, 10).bytes(fromServer, head(hs(keyA)...)).bytes(fromClient, head(bad...))
		}},
		{"behind the rest of a body", func(w *wire) {
			w.bytes(fromClient, []byte("rest of a body")).bytes(fromServer, head(hs(keyA)...)).bytes(fromClient, head(bad...))
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			tp := newTape(t, Config{})
			c.play(tp.midstream(high, low))
			snap := tp.finish()
			if len(snap.Handshakes) != 1 {
				t.Fatalf("%d handshakes", len(snap.Handshakes))
			}
			h := snap.Handshakes[0]
			check(t, h)
			if got := h.First().Conn.Client.String(); got != low || h.Status != 400 {
				t.Errorf("the client is %s, status %d", got, h.Status)
			}
			if n := snap.Totals.Responses; c.name == "by a response" && n != 2 {
				t.Errorf("%d responses, want 2", n)
			}
		})
	}
	t.Run("what is known stays", func(t *testing.T) {
		tp := newTape(t, Config{})
		tp.midstream(client, front).asks(get("/a")...).answers("HTTP/1.1 200 OK", "Content-Length: 40").
			bytes(fromServer, head(get("/not/a/request")...))
		tp.finish()
		if got := exchanges(tp.e); got != "GET/a 200" {
			t.Error(got)
		}
	})
}
