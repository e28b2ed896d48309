package analyze_test

import (
	"encoding/base64"
	"encoding/binary"
	"net/netip"
	"testing"
	"time"

	"elbscope/analyze"
	"elbscope/analyze/rules"
	"elbscope/capture/flow"
)

// wire plays packets into an engine.
type wire struct {
	e *analyze.Engine
	p flow.Packet
}

func newWire() *wire {
	e := analyze.New(analyze.Config{Rules: rules.All, Memory: 64 << 20})
	return &wire{e, flow.Packet{Time: flow.Time(time.Hour), CapLen: 500, OrigLen: 500}}
}

func (w *wire) packet() *flow.Packet {
	w.p.Num++
	w.p.Offset += 500
	w.p.Time += flow.Time(100 * time.Microsecond)
	if w.p.Num%10000 == 0 {
		w.e.Tick(w.p.Time)
	}
	return &w.p
}

func (w *wire) open(id uint64, client, server string, port uint16) flow.Stream {
	c := &flow.Conn{ID: id, Server: netip.MustParseAddrPort(server), Client: netip.AddrPortFrom(netip.MustParseAddr(client), port)}
	return w.e.Open(c, w.packet())
}

var (
	page    = []byte("GET /index.html HTTP/1.1\r\nHost: app.example\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\nAccept: text/html\r\nAccept-Language: en\r\nCookie: a=b; c=d\r\nConnection: keep-alive\r\n\r\n")
	found   = []byte("HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Type: text/html\r\nContent-Length: 20\r\nConnection: keep-alive\r\n\r\n01234567890123456789")
	refused = []byte("HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: 34\r\n\r\n{\"code\":3,\"message\":\"Bad request\"}")
)

// BenchmarkExchange is one ordinary request with its response.
func BenchmarkExchange(b *testing.B) {
	w := newWire()
	s := w.open(1, "10.0.0.9", "10.0.0.1:80", 40000)
	b.ReportAllocs()
	for b.Loop() {
		s.Data(flow.FromClient, page, w.packet())
		s.Data(flow.FromServer, found, w.packet())
	}
}

// handshake makes a request head with a key of its own.
func handshake(n uint64, connection, more string) []byte {
	var key [16]byte
	binary.BigEndian.PutUint64(key[:], n)
	return []byte("GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: app.example\r\n" + more + "Connection: " + connection +
		"\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + base64.StdEncoding.EncodeToString(key[:]) + "\r\n\r\n")
}

// BenchmarkHandshake is one handshake that is broken between two legs, from
// SYN to the end, judged by all rules.
func BenchmarkHandshake(b *testing.B) {
	w := newWire()
	n := uint64(0)
	b.ReportAllocs()
	for b.Loop() {
		n++
		c := w.open(2*n, "10.0.0.9", "10.0.0.1:80", uint16(n))
		c.Data(flow.FromClient, handshake(n, "Upgrade", ""), w.packet())
		i := w.open(2*n+1, "10.0.1.1", "10.0.1.2:80", uint16(n))
		i.Data(flow.FromClient, handshake(n, "keep-alive", "X-Forwarded-For: 10.0.0.9\r\n"), w.packet())
		i.Data(flow.FromServer, refused, w.packet())
		c.Data(flow.FromServer, refused, w.packet())
		for _, s := range []flow.Stream{i, c} {
			s.Close(flow.FromServer, flow.FIN, w.packet())
			s.Close(flow.FromClient, flow.FIN, w.packet())
			s.End(flow.EndClosed)
		}
	}
	w.e.Finish()
}
