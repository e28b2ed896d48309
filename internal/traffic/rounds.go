package traffic

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
)

const (
	frontServer = "10.0.2.1:80"
	innerServer = "10.0.3.1:80"
	// pageLen is the length of a page.
	pageLen = 8 * 1460
	// framesPerRound is how many frames each end of a WebSocket sends in a
	// round.
	framesPerRound = 6
)

// clientAddr is that of all clients of a while: the ports are used again.
func clientAddr(round int) string { return fmt.Sprintf("10.0.1.%d", 1+round/perConn) }

// opening opens all connections where a new while begins.
func (w *writer) opening(round int) {
	if round%perConn != 0 {
		return
	}
	for i := range w.conns {
		w.conns[i] = w.open(clientAddr(round), frontServer, i, round)
	}
}

// closing closes them where it ends.
func (w *writer) closing(round int) {
	if round%perConn != perConn-1 {
		return
	}
	for _, c := range w.conns {
		w.close(c)
	}
}

// pages asks for a page on every connection.
func (w *writer) pages(round int) {
	w.opening(round)
	for i, c := range w.conns {
		w.send(c, client, psh|ack, fmt.Appendf(nil, "GET /page/%d/%d HTTP/1.1\r\nHost: app.example.com\r\n"+
			"User-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\nAccept: */*\r\nX-Forwarded-For: 203.0.113.%d\r\n"+
			"X-Forwarded-Proto: https\r\nX-Forwarded-Port: 443\r\nConnection: keep-alive\r\nCookie: session=abcdefghijklmnop\r\n\r\n",
			round, i, i%250))
	}
	page := make([]byte, pageLen)
	for i := range page {
		page[i] = byte('a' + i%26)
	}
	head := fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Type: text/html\r\n"+
		"Content-Length: %d\r\nConnection: keep-alive\r\n\r\n", pageLen)
	for _, c := range w.conns {
		w.send(c, server, psh|ack, head)
		w.send(c, client, ack, nil)
	}
	for k := 0; len(page) > 0; k++ {
		part := page[:min(w.kind.segment, len(page))]
		page = page[len(part):]
		for _, c := range w.conns {
			w.send(c, server, ack, part)
			if k%2 == 1 || len(page) == 0 {
				w.send(c, client, ack, nil)
			}
		}
	}
	w.closing(round)
}

// handshake is a request for a WebSocket with a key of its own.
func handshake(round, i int, connection, more string) []byte {
	var key [16]byte
	binary.BigEndian.PutUint32(key[:], uint32(round))
	binary.BigEndian.PutUint32(key[4:], uint32(i))
	return fmt.Appendf(nil, "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: app.example.com\r\n"+
		"User-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\n%sUpgrade: websocket\r\nConnection: %s\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n\r\n", more, connection, base64.StdEncoding.EncodeToString(key[:]))
}

var (
	switching = []byte("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n")
	badRequest = []byte("HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: 34\r\n\r\n" +
		`{"code":3,"message":"Bad request"}`)
)

// sockets lets the ends of a WebSocket talk on every connection.
func (w *writer) sockets(round int) {
	w.opening(round)
	if round%perConn == 0 {
		for i, c := range w.conns {
			w.send(c, client, psh|ack, handshake(round, i, "Upgrade", ""))
		}
		for _, c := range w.conns {
			w.send(c, server, psh|ack, switching)
		}
	}
	up := append([]byte{0x81, 0x80 | 40, 1, 2, 3, 4}, make([]byte, 40)...)
	down := append([]byte{0x81, 60}, make([]byte, 60)...)
	for range framesPerRound {
		for _, c := range w.conns {
			w.send(c, client, psh|ack, up)
			w.send(c, server, psh|ack, down)
			w.send(c, client, ack, nil)
		}
	}
	w.closing(round)
}

// failures sends a handshake through a load balancer that breaks it, each on
// connections of its own.
func (w *writer) failures(round int) {
	from := fmt.Sprintf("10.0.1.%d", 1+round%200)
	for i := range w.conns {
		w.conns[i] = w.open(from, frontServer, i, round)
		w.send(w.conns[i], client, psh|ack, handshake(round, i, "Upgrade", ""))
	}
	for i := range w.inner {
		w.inner[i] = w.open(fmt.Sprintf("10.0.3.%d", 2+round%200), innerServer, i, round)
		w.send(w.inner[i], client, psh|ack, handshake(round, i, "keep-alive", "X-Forwarded-For: "+from+"\r\n"))
	}
	for i := range w.conns {
		w.send(w.inner[i], server, psh|ack, badRequest)
		w.close(w.inner[i])
		w.send(w.conns[i], server, psh|ack, badRequest)
		w.close(w.conns[i])
	}
}
