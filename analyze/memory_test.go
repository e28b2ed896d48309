package analyze

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"elbscope/capture/flow"
)

// blame is a rule that finds something wrong with some targets.
var blame = &Rule{ID: "blame", Check: func(c *Case) []*Finding {
	if !strings.Contains(c.Target, "blame") {
		return nil
	}
	s := c.First()
	return []*Finding{{Rule: "blame", Severity: Error, Certainty: Proven, Words: shown(s)}}
}}

// shown are words with the request of s as evidence.
func shown(s *Sighting) *Words {
	return FixedWords("", Facts{}, Evidence{Packet: s.RequestPacket, Conn: s.Conn, Text: "here"})
}

// TestEvictionOrder gives up exchanges first, then handshakes without findings,
// then those with findings; each oldest first.
func TestEvictionOrder(t *testing.T) {
	tp := newTape(t, Config{Memory: 2 * 200 << 10, Rules: []*Rule{blame}})
	n := 0
	add := func(target string) {
		n++
		lines := get("/page")
		if target != "" {
			lines = hs(fmt.Sprintf("%022d==", n), "GET "+target+" HTTP/1.1")
		}
		tp.open(fmt.Sprintf("10.0.0.9:%d", 1024+n), front).asks(lines...).answers(bad...).closes()
		tp.e.Tick(tp.now)
	}
	count := func() (exchanges, plain, blamed int, oldest string) {
		for range tp.e.Exchanges.Snapshot().All {
			exchanges++
		}
		for h := range tp.e.Handshakes.Snapshot().All {
			if len(h.Findings) > 0 {
				blamed++
			} else {
				plain++
			}
			if oldest == "" {
				oldest = h.ID
			}
		}
		return exchanges, plain, blamed, oldest
	}
	for range 10 {
		add("/blame")
	}
	for range 2000 {
		add("")
	}
	all := n
	exchanges, plain, blamed, _ := count()
	if exchanges == 0 || exchanges == all || blamed != 10 {
		t.Errorf("exchanges have to go first: %d of %d are left, and %d handshakes", exchanges, all, blamed)
	}
	for i := 0; plain < 5 || i < 100; i++ {
		add("/plain")
		if _, plain, blamed, _ = count(); blamed != 10 {
			t.Fatalf("with %d handshakes without findings there, one with findings went", plain)
		}
	}
	var oldest string
	for range 200 {
		add("/blame")
		if _, plain, _, oldest = count(); oldest != "h1" && plain > 0 {
			t.Fatalf("the oldest is %s while %d handshakes without findings are there", oldest, plain)
		}
	}
	// Giving up handshakes makes a tenth of the memory free again, for more.
	few := int(tp.e.kept.limit/10) / new(Exchange).size()
	exchanges, plain, blamed, oldest = count()
	if exchanges > few || plain != 0 || oldest == "h1" || blamed < 10 {
		t.Errorf("%d exchanges, %d and %d handshakes are left, %s the oldest", exchanges, plain, blamed, oldest)
	}
	snap := tp.finish()
	if got := tp.e.kept.bytes; got > tp.e.kept.limit {
		t.Errorf("%d bytes are kept, above %d", got, tp.e.kept.limit)
	}
	// Every request was an exchange, and those with a key a handshake as well.
	if gone := uint64(n-exchanges) + uint64(n-2000-plain-blamed); snap.Totals.Forgotten != gone {
		t.Errorf("%d were forgotten, counted are %d", gone, snap.Totals.Forgotten)
	}
	if snap.Totals.Handshakes != uint64(n-2000) {
		t.Errorf("%d handshakes were counted, want %d", snap.Totals.Handshakes, n-2000)
	}
}

// TestLongRun feeds a live run far more than memory holds, and looks whether
// anything grows on.
func TestLongRun(t *testing.T) {
	for _, early := range []bool{false, true} {
		longRun(t, Config{Memory: 2 << 20, Live: true, EarlyFinal: early, Rules: []*Rule{blame}})
	}
}

func longRun(t *testing.T, cfg Config) {
	tp := newTape(t, cfg)
	tp.pipe = true
	pool := tp.open(back, inst) // a connection that carries handshakes for days
	sizes := func() map[string]int {
		e := tp.e
		polls, listed := 0, 0
		for _, s := range e.sessions {
			polls += len(s.tries) + len(s.legs)
		}
		for _, l := range e.byTarget {
			listed += len(l.sightings)
		}
		return map[string]int{
			"clusters": len(e.clusters), "targets": len(e.byTarget), "by target": listed, "sessions": len(e.sessions), "polls": polls,
			"servers": len(e.conduct.proxy) + len(e.conduct.hello) + len(e.conduct.bare) + len(e.conduct.plain), "interned": len(e.interned), "homeless": len(e.homeless), "by age": len(e.byAge), "published": len(e.published),
			"log": e.Handshakes.Len(), "exchanges": e.Exchanges.Len(), "packets": len(e.kept.packets), "pool": len(pool.stream.(*conn).sightings),
			"candidates": len(e.candidates),
		}
	}
	var first map[string]int
	const rounds, each = 6, 3000
	for round := range rounds {
		for i := range each {
			n := round*each + i
			addr := fmt.Sprintf("10.%d.%d.%d", n>>16, n>>8&255, n&255)
			sid := fmt.Sprintf("/socket.io/?EIO=4&sid=s%d&transport=", n)
			host := fmt.Sprintf("Host: h%d.example", n)
			key := fmt.Sprintf("%022d==", n)
			if n%5 == 0 {
				key = "" // homeless
			}
			lines := hs(key, "GET "+sid+"websocket HTTP/1.1", host)
			c := tp.open(addr+":40001", fmt.Sprintf("%s:80", addr)).bytes(fromClient, []byte("PROXY TCP4 10.0.0.9 10.0.0.1 40001 80\r\n")).asks(lines...)
			pool.asks(append(lines, "X-Forwarded-For: "+addr)...).answers(fine...)
			c.answers(fine...).asks("GET "+sid+"polling HTTP/1.1", host).answers(fine...)
			c.closes()
			tp.wires = tp.wires[:0]
			if n%10 == 0 {
				tp.e.Tick(tp.now)
				tp.e.TakeRetracted()
			}
		}
		if round == 1 {
			first = sizes()
		}
	}
	for name, n := range sizes() {
		if n > first[name]*3/2+100 {
			t.Errorf("%s grew from %d to %d", name, first[name], n)
		}
	}
	if e := tp.e; e.kept.bytes > e.kept.limit || e.kept.raw > e.kept.limit/2 {
		t.Errorf("%d and %d bytes are kept, of %d", e.kept.bytes, e.kept.raw, e.kept.limit)
	}
}

// TestUnfinishedGoLast: with memory full of findings, a handshake whose second
// leg is still to come is not given up for having none: the leg would be taken
// for a handshake of its own.
func TestUnfinishedGoLast(t *testing.T) {
	tp := newTape(t, Config{Memory: 2 * 200 << 10, Rules: []*Rule{blame}})
	for n := range 300 {
		tp.open(fmt.Sprintf("10.0.0.9:%d", 1024+n), front).asks(hs(fmt.Sprintf("%022d==", n), "GET /blame HTTP/1.1")...).answers(bad...).closes()
		tp.e.Tick(tp.now)
	}
	if tp.e.kept.handshakes == 0 {
		t.Fatal("memory is not full")
	}
	outer := tp.open(client, front).asks(hs(keyA)...)
	for n := range 300 {
		tp.e.Tick(tp.now)
		tp.open(fmt.Sprintf("10.0.0.9:%d", 2048+n), front).asks(hs(fmt.Sprintf("%022d==", 1000+n), "GET /blame HTTP/1.1")...).answers(bad...).closes()
	}
	tp.open(back, inst).asks(hs(keyA, xff)...).answers(bad...).closes()
	outer.answers(bad...).closes()
	if n := tp.finish().Totals.Handshakes; n != 601 {
		t.Errorf("%d handshakes were counted, not 601", n)
	}
}

// TestTrimIsCheap: memory that is full must not make every handshake dear.
func TestTrimIsCheap(t *testing.T) {
	took := func(memory int64) time.Duration {
		tp := newTape(t, Config{Memory: memory, Rules: []*Rule{blame}})
		start := time.Now()
		for n := range 6000 {
			tp.relay("10.0.0.9:"+fmt.Sprint(1024+n), front, fmt.Sprintf("%022d==", n), "GET /blame HTTP/1.1").answers(bad...).closes()
			tp.wires = tp.wires[:0]
			tp.e.Tick(tp.now)
		}
		return time.Since(start)
	}
	free, full := took(1<<30), took(10<<20)
	t.Logf("%v with room, %v without", free, full)
	if full > 5*free+time.Second {
		t.Errorf("it takes %v, and %v where memory is short", free, full)
	}
}

// TestKeptPackets keeps copies of the packets that carry a handshake, if they
// cannot be read again, and only then.
func TestKeptPackets(t *testing.T) {
	kept := func(tp *tape, h *Handshake) (all []string) {
		for _, s := range h.Sightings {
			for _, r := range s.Packets {
				all = append(all, string(tp.e.KeptPacket(r)))
			}
		}
		return all
	}
	t.Run("a pipe", func(t *testing.T) {
		tp := newTape(t, Config{})
		tp.pipe = true
		w := tp.open(client, front).asks(get("/before")...).answers(fine...).asks(hs(keyA)...).answers(bad...).closes()
		_ = w
		h := tp.finish().Handshakes[0]
		if got, want := strings.Join(kept(tp, h), ", "), "packet 4, packet 5, packet 6, packet 7"; got != want {
			t.Errorf("kept are %s, want %s", got, want)
		}
	})
	t.Run("with its SYN and PROXY header", func(t *testing.T) {
		tp := newTape(t, Config{})
		tp.pipe = true
		tp.open(client, front).bytes(fromClient, []byte("PROXY TCP4 10.0.0.9 10.0.0.1 40001 80\r\n")).asks(hs(keyA)...).answers(bad...)
		h := tp.finish().Handshakes[0]
		if got, want := strings.Join(kept(tp, h), ", "), "packet 1, packet 2, packet 3, packet 4"; got != want {
			t.Errorf("kept are %s, want %s", got, want)
		}
		if n := h.First().Proxy.Packet.Num; n != 2 {
			t.Errorf("the PROXY header is in packet %d", n)
		}
	})
	t.Run("in pieces and out of order", func(t *testing.T) {
		tp := newTape(t, Config{})
		tp.pipe = true
		w := tp.open(client, front)
		h := head(hs(keyA)...)
		for i, num := range []uint64{5, 3, 4, 2} { // delivered in the order of the stream
			piece := h[i*len(h)/4 : (i+1)*len(h)/4]
			w.stream.Data(fromClient, piece, &flow.Packet{Num: num, Time: tp.now, Offset: -1, Raw: fmt.Appendf(nil, "packet %d", num)})
		}
		w.stream.Data(fromServer, head(bad...), &flow.Packet{Num: 6, Time: tp.now, Offset: -1, Raw: []byte("packet 6")})
		got := kept(tp, tp.finish().Handshakes[0])
		if s := strings.Join(got, ", "); s != "packet 1, packet 5, packet 3, packet 4, packet 2, packet 6" {
			t.Error(s)
		}
	})
	t.Run("behind a request that is not answered yet", func(t *testing.T) {
		tp := newTape(t, Config{})
		tp.pipe = true
		h := head(hs(keyA)...)
		tp.open(client, front).asks(get("/before")...).bytes(fromClient, h[:40]).bytes(fromClient, h[40:]).answers(fine...).answers(bad...)
		if s := strings.Join(kept(tp, tp.finish().Handshakes[0]), ", "); s != "packet 3, packet 4, packet 5, packet 6" {
			t.Error(s)
		}
	})
	t.Run("a request that was held back", func(t *testing.T) {
		tp := newTape(t, Config{})
		tp.pipe = true
		tp.open(client, front).asks(hs(keyA)...).asks(hs(keyB)...).answers(bad...).answers(bad...)
		hs := tp.finish().Handshakes
		if p := hs[1].First().RequestPacket; p.Num != 3 || string(tp.e.KeptPacket(p)) != "packet 3" {
			t.Errorf("the second request is in packet %d, kept as %q", p.Num, tp.e.KeptPacket(p))
		}
		if s := strings.Join(kept(tp, hs[1]), ", "); s != "packet 3, packet 4, packet 5" {
			t.Error(s)
		}
	})
	t.Run("a file that can be read again", func(t *testing.T) {
		tp := newTape(t, Config{})
		tp.open(client, front).asks(hs(keyA)...).answers(bad...)
		h := tp.finish().Handshakes[0]
		for _, r := range h.First().Packets {
			if r.Offset != int64(r.Num)*100 || r.Len != 60 || tp.e.KeptPacket(r) != nil {
				t.Errorf("packet %d: offset %d, length %d", r.Num, r.Offset, r.Len)
			}
		}
	})
	t.Run("no more than there is room for", func(t *testing.T) {
		tp := newTape(t, Config{Memory: 1 << 20})
		w := tp.open(client, front).asks(hs(keyA)...).answers(switching...)
		frame := []byte{0x82, 0x82, 1, 2, 3, 4, 5, 6}
		for n := range uint64(5000) {
			w.stream.Data(fromClient, frame, &flow.Packet{Num: 10 + n, Time: tp.now, Offset: -1, Raw: make([]byte, 1500)})
		}
		c := w.stream.(*conn)
		if len(c.window.raws) > 0 || len(c.window.refs) > maxWindow+1 || cap(c.window.raw) > maxWindowRaw*2 || tp.e.kept.raw > tp.e.kept.limit/2 {
			t.Errorf("%d packets, %d bytes, %d in store", len(c.window.refs), cap(c.window.raw), tp.e.kept.raw)
		}
		if s := tp.finish().Handshakes[0].First(); s.PacketsLeftOut == 0 {
			t.Error("nothing says that packets were left out")
		}
	})
}

// TestBurst: what comes between two ticks is held within the budget as well, on
// one connection and on many, and is counted.
func TestBurst(t *testing.T) {
	for _, conns := range []int{1, 50} {
		for _, cfg := range []Config{{ReportOnly: true}, {}, {Live: true}} {
			cfg.Memory = 1 << 20
			tp := newTape(t, cfg)
			var wires []*wire
			for i := range conns {
				wires = append(wires, tp.open(fmt.Sprintf("10.0.0.9:%d", 40000+i), front))
			}
			const n = 3000
			for i := range n {
				wires[i%conns].asks(hs(fmt.Sprintf("%022d==", i))...).answers(bad...)
				if got := tp.e.kept.bytes; got > tp.e.kept.limit {
					t.Fatalf("%d connections, %+v: %d bytes are kept after %d, of %d", conns, cfg, got, i+1, tp.e.kept.limit)
				}
			}
			held := 0
			for _, w := range wires {
				held += len(w.stream.(*conn).sightings)
			}
			if most := n / 2; held > most {
				t.Errorf("%d connections hold %d sightings of %d", conns, held, n)
			}
			if got := tp.finish().Totals.Handshakes; got != n {
				t.Errorf("%d handshakes were counted, not %d", got, n)
			}
		}
	}
}
