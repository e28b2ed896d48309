package traffic

import (
	"bytes"
	"fmt"
	"strings"
)

// Hostile are the sorts of traffic that nobody sends who means well: each asks
// for more memory or time with every round than it can be worth.
var Hostile = []Kind{
	{"syns", "2,000 SYNs a round, each of a connection of its own", 1460, false, (*writer).syns},
	{"holes", "bytes behind holes that never close", 1460, false, (*writer).holes},
	{"heads", "heads that never end", 1460, false, (*writer).heads},
	{"headers", "a request with 10,000 fields a round", 1460, false, (*writer).headers},
	{"chunks", "chunks of 2^63 bytes and more", 1460, false, (*writer).chunks},
	{"one key", "handshakes on two legs that all have the same key", 1460, false, (*writer).oneKey},
	{"no key", "handshakes on two legs without a key", 1460, false, (*writer).noKey},
	{"one session", "handshakes and polls of one session of socket.io", 1460, false, (*writer).oneSession},
	{"targets", "handshakes with targets of 8 KB, all different", 1460, false, (*writer).targets},
}

// few is how many connections do the dearer things.
const few = 200

// once opens the first few connections in the first round.
func (w *writer) once(round int) []*conn {
	if round == 0 {
		for i := range few {
			w.conns[i] = w.open(clientAddr(0), frontServer, i, 0)
		}
	}
	return w.conns[:few]
}

func (w *writer) syns(round int) {
	for i := range w.conns {
		c := newConn(fmt.Sprintf("10.%d.%d.%d", 4+round>>16, round>>8&255, round&255), frontServer, i, round)
		w.send(c, client, syn, nil)
	}
}

func (w *writer) holes(round int) {
	for _, c := range w.once(round) {
		c.next[client]++ // one byte that nobody sends
		w.send(c, client, ack, bytes.Repeat([]byte("x"), 1000))
	}
}

func (w *writer) heads(round int) {
	for i, c := range w.once(round) {
		if round == 0 {
			w.send(c, client, ack, []byte("GET / HTTP/1.1\r\n"))
		}
		w.send(c, client, ack, fmt.Appendf(nil, "X-%d: %s\r\n", round*few+i, strings.Repeat("x", 1000)))
	}
}

// inSegments sends b in as many segments as it takes.
func (w *writer) inSegments(c *conn, who int, b []byte) {
	for len(b) > 0 {
		n := min(len(b), w.kind.segment)
		w.send(c, who, ack, b[:n])
		b = b[n:]
	}
}

func (w *writer) headers(round int) {
	c := w.open(clientAddr(0), frontServer, round%20000, round)
	var head bytes.Buffer
	head.WriteString("GET / HTTP/1.1\r\nUpgrade: websocket\r\n")
	for n := range 10000 {
		fmt.Fprintf(&head, "a%d: b\r\n", n)
	}
	w.inSegments(c, client, append(head.Bytes(), "\r\n"...))
	w.send(c, server, ack, badRequest)
	w.close(c)
}

func (w *writer) chunks(round int) {
	for _, c := range w.once(round) {
		w.send(c, client, ack, []byte("GET / HTTP/1.1\r\n\r\n"))
		w.send(c, server, ack, fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%s\r\n%s",
			[]string{"8000000000000000", "ffffffffffffffff", "7fffffffffffffff", strings.Repeat("f", 900)}[round%4], strings.Repeat("x", 400)))
	}
}

// twoLegs sends a request over two legs, and its refusal back.
func (w *writer) twoLegs(i, round int, head func(more string) []byte) {
	outer := w.open(clientAddr(0), frontServer, i, round)
	w.inSegments(outer, client, head(""))
	inner := w.open("10.0.3.2", innerServer, i, round)
	w.inSegments(inner, client, head("X-Forwarded-For: "+clientAddr(0)+"\r\n"))
	for _, c := range []*conn{inner, outer} {
		w.send(c, server, ack, badRequest)
		w.close(c)
	}
}

func (w *writer) oneKey(round int) {
	for i := range few {
		w.twoLegs(round*few+i, round, func(more string) []byte { return handshake(0, 0, "Upgrade", more) })
	}
}

func (w *writer) noKey(round int) {
	for i := range few {
		w.twoLegs(round*few+i, round, func(more string) []byte {
			return []byte("GET /chat HTTP/1.1\r\nHost: a\r\n" + more + "Upgrade: websocket\r\n\r\n")
		})
	}
}

func (w *writer) oneSession(round int) {
	for i := range few {
		w.twoLegs(round*few+i, round, func(more string) []byte {
			request, transport := "", "polling"
			if i%2 == 0 {
				request, transport = string(handshake(round, i, "close", more)), "websocket"
				_, request, _ = strings.Cut(request, "\r\n")
			} else {
				request = "Host: app.example.com\r\n" + more + "\r\n"
			}
			return []byte("GET /socket.io/?EIO=4&sid=one&transport=" + transport + " HTTP/1.1\r\n" + request)
		})
	}
}

func (w *writer) targets(round int) {
	for i := range few {
		w.twoLegs(round*few+i, round, func(more string) []byte {
			return fmt.Appendf(nil, "GET /%d/%d/%s HTTP/1.1\r\nHost: a%d\r\n%sUpgrade: websocket\r\n\r\n", round, i, strings.Repeat("x", 8000), i, more)
		})
	}
}
