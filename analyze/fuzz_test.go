package analyze

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"elbscope/capture/flow"
)

// pieces are what the fuzzer sends: heads and frames, whole and in parts.
var pieces = func() [][]byte {
	all := [][]byte{
		{0x81, 0x82, 1, 2, 3, 4, 5, 6}, {0x81, 2, 'h', 'i'}, {0x88, 0x82, 1, 2, 3, 4, 5, 6}, {0x88, 2, 3, 0xE8}, {0xC1, 0x80}, {0},
		[]byte("PROXY TCP4 10.0.0.9 10.0.0.1 40001 80\r\n"), []byte("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
		{0x16, 3, 1, 2, 0, 1, 0, 1, 0xFC, 3, 3}, []byte("\r\n\r\n"), []byte("G"), []byte("HTTP/1."), []byte("rest of a body"),
	}
	for _, lines := range [][]string{
		hs(keyA), hs(keyA, xff), hs(keyA, xff, "Connection: keep-alive"), hs(keyA, xff, "-Upgrade", "GET /chat HTTP/1.0"), hs(keyB), hs(keyB, xff),
		hs("", xff), hs(keyA[:9], xff), hs(keyA, "POST /chat HTTP/1.1", "Content-Length: 4"), hs(keyA, "GET /blame HTTP/1.1"),
		get("/socket.io/?EIO=4&sid=abc&transport=websocket"), hs(keyA, "GET /socket.io/?EIO=4&sid=abc&transport=websocket HTTP/1.1"),
		get("/socket.io/?EIO=4&sid=abc&transport=polling"), get("/"), {"HEAD / HTTP/1.1"}, {"CONNECT a:80 HTTP/1.1"},
		{"POST / HTTP/1.1", "Content-Length: 5"}, {"POST / HTTP/1.1", "Transfer-Encoding: chunked"},
		{"GET / HTTP/1.1", "Upgrade: h2c", "Connection: Upgrade"}, switching, fine, bad, gateway,
		{"HTTP/1.1 101 Switching Protocols", "Upgrade: h2c"}, {"HTTP/1.1 100 Continue"}, {"HTTP/1.1 200 OK"}, {"HTTP/1.1 200 OK", "Content-Length: 30"},
		{"HTTP/1.1 408 Request Timeout", "Content-Length: 0"},
	} {
		h := head(lines...)
		all = append(all, h, h[:len(h)/2], h[len(h)/2:], h[:len(h)-4])
	}
	return all
}()

// tlsPieces are what the fuzzer sends of TLS, in the place of some of those.
var tlsPieces = [][]byte{
	{21, 3, 3, 0, 2, 2, 10}, {21, 3, 1}, {0, 2, 2, 70}, {22, 3, 3, 0, 44, 2, 0, 0, 40, 3, 3}, {22, 3, 1}, {0, 47, 1, 0}, {23, 3, 3, 0, 32, 9, 9},
}

var fuzzEnds = []string{client, "10.0.0.8:40002", "10.0.1.1:50001", "10.0.1.1:50002", nginx, "10.0.0.9:40009"}
var fuzzServers = []string{front, inst, "10.0.1.3:80", app, "10.0.0.1:50003"}

// script is what the fuzzer's bytes make happen.
type script struct {
	sources int
	tp      *tape
	in      []byte
	live    []*wire
	closed  map[*wire][2]bool // what has sent a FIN sends no more
	tls     bool              // some of it speaks TLS
}

func (s *script) next(n int) int {
	if len(s.in) == 0 {
		return 0
	}
	b := int(s.in[0])
	s.in = s.in[1:]
	return b % n
}

// step plays one call.
func (s *script) step() {
	tp := s.tp
	op := s.next(16)
	if op < 2 || len(s.live) == 0 {
		w := tp.in(s.next(s.sources)).connect(flow.Conn{
			Client: addr(fuzzEnds[s.next(len(fuzzEnds))]), Server: addr(fuzzServers[s.next(len(fuzzServers))]),
			Midstream: s.next(4) == 0, Encap: []string{"", "", "vlan 7"}[s.next(3)],
		})
		s.live = append(s.live, w)
		return
	}
	w := s.live[s.next(len(s.live))]
	d := flow.Dir(s.next(2))
	switch {
	case s.closed[w][d] && op < 12:
	case op < 10:
		n := s.next(len(pieces))
		if piece := pieces[n]; s.tls && n < 4*len(tlsPieces) {
			w.bytes(d, tlsPieces[n/4])
		} else {
			w.bytes(d, piece)
		}
	case op == 10:
		w.hole(d, uint64(1+s.next(256)*s.next(8)))
	case op == 11:
		w.close(d, flow.FIN)
		c := s.closed[w]
		c[d] = true
		s.closed[w] = c
	case op == 12:
		w.close(d, flow.RST)
	case op == 13:
		w.end(flow.EndCause(s.next(4)))
		for i := range s.live {
			if s.live[i] == w {
				s.live = append(s.live[:i], s.live[i+1:]...)
				break
			}
		}
	case op == 14:
		tp.e.Tick(tp.now)
	default:
		tp.wait(time.Duration(s.next(256)-20) * time.Duration([]int{1e3, 1e6, 1e9}[s.next(3)]))
	}
}

// play lets some bytes happen and holds what comes of it against what must be
// true.
func play(t *testing.T, in []byte) (told string) {
	mode := 0
	if len(in) > 0 {
		mode = int(in[0])
	}
	early := mode&32 != 0 // which is for one source
	tp := newTape(t, Config{Live: mode&1 != 0 || early, EarlyFinal: early, Memory: []int64{0, 64 << 10}[mode>>1&1], Rules: []*Rule{blame}})
	tp.pipe = mode&4 != 0
	tp.clock[1], tp.clock[2] = time.Duration(mode>>3&3)*time.Second, -time.Second
	s := &script{tp: tp, in: in, sources: 3, closed: make(map[*wire][2]bool), tls: mode&128 != 0}
	if early {
		s.sources = 1
	}
	w := watch(t, tp.e)
	var before Totals
	for n := 0; len(s.in) > 0 && n < 2000; n++ {
		s.step()
		if n%8 == 0 {
			w.look()
			now := tp.e.Snapshot(nil, flow.Counters{}).Totals
			if now.Requests < before.Requests || now.Responses < before.Responses || now.WebSocketFrames < before.WebSocketFrames || now.Forgotten < before.Forgotten {
				t.Errorf("counters go back: %+v, then %+v", before, now)
			}
			before = now
		}
	}
	snap := tp.finish()
	w.look()
	sightings := make(map[uint64]string)
	for _, h := range snap.Handshakes {
		check(t, h)
		told += h.ID + " " + brief(h) + "\n"
		if !h.Final || h.Verdict == Pending {
			t.Errorf("%s can change at the end: %s", h.ID, brief(h))
		}
		for _, s := range h.Sightings {
			if other := sightings[s.Exchange]; other != "" {
				t.Errorf("exchange %d is in %s and in %s", s.Exchange, other, h.ID)
			}
			sightings[s.Exchange] = h.ID
		}
	}
	if e := tp.e; mode&2 == 0 && int(snap.Totals.Handshakes) != len(snap.Handshakes) || e.kept.over() && e.Exchanges.Len() > 1 {
		t.Errorf("%d handshakes, %d counted; %d bytes", len(snap.Handshakes), snap.Totals.Handshakes, e.kept.bytes)
	}
	return told
}

// FuzzEngine: no sequence of calls makes the engine panic or break its word,
// and the same calls give the same handshakes.
func FuzzEngine(f *testing.F) {
	for seed := range uint64(50) {
		f.Add(randomScript(seed, 400))
	}
	f.Add(randomScript(501963, 2163)) // a handshake came back that was forgotten
	f.Fuzz(func(t *testing.T, in []byte) {
		if a, b := play(t, in), play(t, in); a != b {
			t.Errorf("one run says\n%s\nanother\n%s", a, b)
		}
	})
}

func randomScript(seed uint64, n int) []byte {
	r := rand.New(rand.NewPCG(seed, 2))
	in := make([]byte, n)
	for i := range in {
		in[i] = byte(r.Uint32())
	}
	return in
}

// TestRandomScripts is a piece of the fuzzing for every run.
func TestRandomScripts(t *testing.T) {
	for seed := range uint64(500) {
		in := randomScript(1000+seed, 600)
		if first, again := play(t, in), play(t, in); first != again {
			t.Errorf("seed %d: two runs differ", seed)
		}
		if t.Failed() {
			t.Fatal(fmt.Sprint("seed ", seed))
		}
	}
}
