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

// broken plays the n-th handshake that is broken between two legs, from SYN to
// the end.
func (w *wire) broken(n uint64) {
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

// BenchmarkHandshake is one handshake that is broken between two legs, judged
// by all rules.
func BenchmarkHandshake(b *testing.B) {
	w := newWire()
	n := uint64(0)
	b.ReportAllocs()
	for b.Loop() {
		n++
		w.broken(n)
	}
	w.e.Finish()
}

// TestHandshakeAllocations: a handshake that is broken between two legs is
// judged by all rules without a word being made for it. Said, the two findings
// of it took 318 allocations with their evidence.
func TestHandshakeAllocations(t *testing.T) {
	const most = 110
	for _, reportOnly := range []bool{true, false} {
		w := newWire()
		w.e = analyze.New(analyze.Config{Rules: rules.All, Memory: 64 << 20, ReportOnly: reportOnly})
		n := uint64(0)
		once := func() {
			n++
			w.broken(n)
			w.p.Time += flow.Time(6 * time.Second) // it is at rest, and judged
			w.e.Tick(w.p.Time)
		}
		for range 200 {
			once()
		}
		allocs := testing.AllocsPerRun(1000, once)
		t.Logf("%v allocations, report only %v", allocs, reportOnly)
		if allocs > most {
			t.Errorf("a broken handshake takes %v allocations, report only %v", allocs, reportOnly)
		}
		judged := 0
		for h := range w.e.Handshakes.Snapshot().All {
			if len(h.Findings) == 2 && h.Findings[0].Title() != "" {
				judged++
			}
		}
		if judged < 1000 {
			t.Errorf("%d handshakes are judged, report only %v", judged, reportOnly)
		}
	}
}

// opened returns the stream of a WebSocket, and one of an ordinary connection
// in the middle of a long answer.
func opened(w *wire) (socket, body flow.Stream) {
	socket = w.open(1, "10.0.0.9", "10.0.0.1:80", 40000)
	socket.Data(flow.FromClient, handshake(1, "Upgrade", ""), w.packet())
	socket.Data(flow.FromServer, []byte("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"), w.packet())
	body = w.open(2, "10.0.0.9", "10.0.0.1:80", 40001)
	body.Data(flow.FromClient, page, w.packet())
	body.Data(flow.FromServer, []byte("HTTP/1.1 200 OK\r\nContent-Length: 9000000000000\r\n\r\n"), w.packet())
	return socket, body
}

var (
	frame = append([]byte{0x82, 0x80 | 20, 1, 2, 3, 4}, make([]byte, 20)...)
	part  = make([]byte, 1460)
)

// TestNoAllocationsPerPacket: the packets that captures are full of, frames and
// pieces of bodies, cost no memory. An exchange costs a little once: its two
// heads and what is kept of it.
func TestNoAllocationsPerPacket(t *testing.T) {
	for _, reportOnly := range []bool{true, false} {
		w := newWire()
		if reportOnly {
			w.e = analyze.New(analyze.Config{Rules: rules.All, Memory: 64 << 20, ReportOnly: true})
		}
		socket, body := opened(w)
		for name, once := range map[string]func(){
			"a frame":           func() { socket.Data(flow.FromClient, frame, w.packet()) },
			"a piece of a body": func() { body.Data(flow.FromServer, part, w.packet()) },
		} {
			for range 200 { // fills what is filled but once
				once()
			}
			if n := testing.AllocsPerRun(1000, once); n != 0 {
				t.Errorf("%s: %v allocations, report only %v", name, n, reportOnly)
			}
		}
		s := w.open(3, "10.0.0.9", "10.0.0.1:80", 40002)
		const most = 10
		n := testing.AllocsPerRun(1000, func() {
			s.Data(flow.FromClient, page, w.packet())
			s.Data(flow.FromServer, found, w.packet())
		})
		if n > most {
			t.Errorf("an exchange takes %v allocations, report only %v", n, reportOnly)
		}
	}
}

// BenchmarkFrame is one frame of a WebSocket.
func BenchmarkFrame(b *testing.B) {
	w := newWire()
	socket, _ := opened(w)
	b.ReportAllocs()
	for b.Loop() {
		socket.Data(flow.FromClient, frame, w.packet())
	}
}

// BenchmarkBody is one segment of a body.
func BenchmarkBody(b *testing.B) {
	w := newWire()
	_, body := opened(w)
	b.ReportAllocs()
	for b.Loop() {
		body.Data(flow.FromServer, part, w.packet())
	}
}
