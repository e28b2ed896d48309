package analyze

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"elbscope/capture/flow"
)

// twice is a rule that finds two things wrong with whatever is damaged, as
// there are for most handshakes that fail.
var twice = &Rule{ID: "twice", Check: func(c *Case) []*Finding {
	if len(c.Damages) == 0 {
		return nil
	}
	s := c.First()
	return []*Finding{
		{Rule: "twice", Handshake: c.Handshake, After: s, Words: words},
		{Rule: "twice", Handshake: c.Handshake, After: s, Words: words},
	}
}}

var words = FixedWords("", Facts{}, Evidence{Packet: PacketRef{Num: 1}})

// browser are the lines that browsers add to a handshake.
var browser = []string{
	"Pragma: no-cache", "Cache-Control: no-cache", "Origin: https://app.example", "Accept-Encoding: gzip, deflate, br",
	"User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36",
	"Accept-Language: en-US,en;q=0.9", "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits",
}

// footprint plays n handshakes, and returns what each of them takes of the
// heap while the engine is there, and how much of it was accounted for.
func footprint(t *testing.T, cfg Config, n int, play func(tp *tape, n int)) (takes, accounted int) {
	tp := newTape(t, cfg)
	inUse := func() int64 {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	before := inUse()
	for i := range n {
		play(tp, i)
		tp.wires = tp.wires[:0]
		if i%100 == 0 {
			tp.e.Tick(tp.now)
		}
	}
	tp.e.Finish()
	takes = int(inUse()-before) / n
	if tp.e.kept.forgotten > 0 {
		t.Fatal("memory was short")
	}
	accounted = int(tp.e.kept.bytes) / n
	runtime.KeepAlive(tp)
	return takes, accounted
}

// TestFootprint holds what --memory is spent on against the heap: what is
// accounted for must be what is there, or the bound is none.
func TestFootprint(t *testing.T) {
	page := "<html><head><title>400 Bad Request</title></head><body>" + strings.Repeat("It was a bad one. ", 10) + "</body></html>"
	refusal := []string{"HTTP/1.1 400 Bad Request", "Server: nginx/1.22.1", "Date: Tue, 24 Nov 2026 10:00:00 GMT",
		"Content-Type: text/html", fmt.Sprintf("Content-Length: %d", len(page)), "Connection: close", "", page}
	frame := append([]byte{0x82, 0x80 | 20, 1, 2, 3, 4}, make([]byte, 20)...)
	key := func(n int) string { return fmt.Sprintf("%022d==", n) }
	from := func(n int) string { return fmt.Sprintf("10.0.%d.%d:40001", n>>8, n&255) }
	broken := func(tp *tape, n int) {
		lines := append(hs(key(n)), browser...)
		outer := tp.open(from(n), front).asks(lines...)
		inner := tp.open("10.0.1.1:50001", inst).asks(append(append(hs(key(n), "Connection: keep-alive"), browser...), xff)...)
		inner.answers(refusal...).closes()
		outer.answers(refusal...).closes()
	}
	for name, tt := range map[string]struct {
		play func(tp *tape, n int)
	}{
		"broken between two legs": {broken},
		"healthy and closed": {func(tp *tape, n int) {
			w := tp.open(from(n), front).asks(append(hs(key(n)), browser...)...).answers(switching...)
			for range 20 {
				w.bytes(fromClient, frame)
			}
			w.closes()
		}},
		"unanswered": {func(tp *tape, n int) {
			tp.open(from(n), front).asks(append(hs(key(n)), browser...)...).close(flow.FromServer, flow.RST).end(flow.EndClosed)
		}},
	} {
		for _, reportOnly := range []bool{true, false} {
			takes, accounted := footprint(t, Config{Rules: []*Rule{twice}, ReportOnly: reportOnly}, 4000, tt.play)
			t.Logf("%s, report only %v: %d bytes, %d accounted for", name, reportOnly, takes, accounted)
			if accounted < takes*8/10 || accounted > takes*12/10 {
				t.Errorf("%s, report only %v: a handshake takes %d bytes, and %d are accounted for", name, reportOnly, takes, accounted)
			}
		}
	}
}
