package http1

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"
)

// typical is a handshake of about 500 bytes, as a browser sends it.
const typical = "GET /socket.io/?EIO=4&transport=websocket&sid=Vx0LZQ4f5h1eAAAB HTTP/1.1\r\n" +
	"Host: app.example\r\n" +
	"Connection: Upgrade\r\n" +
	"Pragma: no-cache\r\n" +
	"Cache-Control: no-cache\r\n" +
	"User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/124.0\r\n" +
	"Upgrade: websocket\r\n" +
	"Origin: https://app.example\r\n" +
	"Sec-WebSocket-Version: 13\r\n" +
	"Accept-Encoding: gzip, deflate\r\n" +
	"Accept-Language: en-GB,en;q=0.9\r\n" +
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
	"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n"

// silent is a Handler that only counts.
type silent struct{ heads, bytes int }

func (*silent) Begin()            {}
func (s *silent) Head(*Head) Next { s.heads++; return AsFramed }
func (*silent) MoreHead(*Head)    {}
func (s *silent) Body(b []byte)   { s.bytes += len(b) }
func (*silent) BodyGap(uint64)    {}
func (*silent) End(Flaw)          {}
func (*silent) Lost()             {}

func parser(response bool) (*Parser, *silent) {
	var p Parser
	var s silent
	p.Init(&s, response)
	return &p, &s
}

// feedParts feeds b in parts of that size.
func feedParts(p *Parser, b []byte, size int) {
	for len(b) > size {
		p.Feed(b[:size])
		b = b[size:]
	}
	p.Feed(b)
}

// TestAllocations: a head is allocated once, as a string; bodies are not.
func TestAllocations(t *testing.T) {
	chunks := []byte(strings.Repeat("5b4\r\n"+strings.Repeat("x", 1460)+"\r\n", 100))
	for _, test := range []struct {
		name     string
		response bool
		start    string
		b        []byte
		size     int
		want     float64
	}{
		{"head", false, "", []byte(typical), 1460, 1},
		// Its start line is looked at before the rest is there.
		{"head in parts", false, "", []byte(typical), 100, 2},
		{"head in single bytes", false, "", []byte(typical), 1, 2},
		{"body", false, post + "Content-Length: 9000000000\r\n\r\n", make([]byte, 1<<20), 1460, 0},
		{"body until close", true, ok + "\r\n", make([]byte, 1<<20), 1460, 0},
		{"chunks", true, ok + te, chunks, 1460, 0},
		{"chunks in parts", true, ok + te, chunks, 3, 0},
		{"lost", true, "?\r\n", []byte(strings.Repeat("<p>text</p>\r\n", 1000)), 1460, 0},
	} {
		p, _ := parser(test.response)
		p.Feed([]byte(test.start))
		feedParts(p, test.b, test.size) // grows what is used again
		if got := testing.AllocsPerRun(20, func() { feedParts(p, test.b, test.size) }); got > test.want && !raced {
			t.Errorf("%s: %v allocations, want %v", test.name, got, test.want)
		}
	}
}

// in returns what makes n bytes of start and then as many lines as fit.
func in(start, line string) func(n int) string {
	return func(n int) string { return start + strings.Repeat(line, (n-len(start))/len(line)) }
}

var linearTests = []struct {
	name     string
	response bool
	input    func(n int) string
	hole     int // where there is one, if not 0
	size     int // of the parts
	small    int
}{
	{"head in single bytes", false, in(get, "Abc: def\r\n"), 0, 1, MaxHead / 16},
	{"start line in single bytes", false, in("GET /", "x"), 0, 1, MaxHead / 16},
	{"head of one line in single bytes", false, in(get+"A: ", "x"), 0, 1, MaxHead / 16},
	{"folded lines", false, in(get+"A: 1\r\n", " 2\r\n"), 0, 1460, MaxHead / 16},
	{"lines behind a hole", false, in(get+"A: 1\r\n", "A: 1\r\n"), len(get) + 3, 1460, MaxHead / 16},
	{"long line behind a hole", false, in(get+"A: 1\r\nB: ", "x"), len(get) + 3, 1, MaxHead / 16},
	{"lost in a long line", false, in("?\r\n", "x"), 0, 1, 1 << 16},
	{"lost in a long line of mentions", true, in("?\r\n", "HTTP/1.1 200"), 0, 10000, 1 << 16},
	{"lost in lines of mentions", true, in("?\r\n", " HTTP/1.1 200\r\n"), 0, 1 << 30, 1 << 16},
	{"heads among text in one call", false, in("", "?\r\nA: 1\r\n"+get+"A: 1\r\n\r\n"), 0, 1 << 30, 1 << 16},
	{"contradictory heads in one call", false, in("", post+"Content-Length: x\r\n\r\n"), 0, 1 << 30, 1 << 16},
	{"heads in one call", false, in("", get+"\r\n"), 0, 1 << 30, 1 << 16},
	{"broken chunks in one call", true, in("", ok+te+"x\r\n"), 0, 1 << 30, 1 << 16},
	{"trailers in single bytes", true, in(ok+te+"0\r\nA: ", "x"), 0, 1, MaxHead / 16},
}

// TestLinear: sixteen times the bytes must not cost much more than sixteen
// times the time and memory; were each byte looked at again for those behind
// it, it would be 256 times.
func TestLinear(t *testing.T) {
	for _, test := range linearTests {
		t.Run(test.name, func(t *testing.T) {
			cost := func(n int) (time.Duration, uint64) {
				b := []byte(test.input(n) + "\r\n\r\n")
				best, memory := time.Hour, uint64(0)
				for range 5 {
					p, _ := parser(test.response)
					var before, after runtime.MemStats
					runtime.ReadMemStats(&before)
					start := time.Now()
					feedParts(p, b[:test.hole], test.size)
					if test.hole > 0 {
						p.Gap(1)
					}
					feedParts(p, b[test.hole:], test.size)
					p.Finish()
					best = min(best, time.Since(start))
					runtime.ReadMemStats(&after)
					memory = after.TotalAlloc - before.TotalAlloc
				}
				return best, memory
			}
			time1, memory1 := cost(test.small)
			time16, memory16 := cost(16 * test.small)
			// A busy machine can spoil a measurement, but not every one.
			for try := 0; try < 4 && time16 > 80*max(time1, 20*time.Microsecond); try++ {
				time1, memory1 = cost(test.small)
				time16, memory16 = cost(16 * test.small)
			}
			if time16 > 80*max(time1, 20*time.Microsecond) {
				t.Errorf("%v for %d bytes, %v for 16 times as many", time1, test.small, time16)
			}
			if memory16 > 80*max(memory1, 1<<12) {
				t.Errorf("%d bytes allocated for %d, %d for 16 times as many", memory1, test.small, memory16)
			}
		})
	}
}

func BenchmarkHead(b *testing.B) {
	for _, size := range []int{1460, 100} {
		b.Run(fmt.Sprintf("parts of %d", size), func(b *testing.B) {
			head := []byte(typical)
			p, s := parser(false)
			b.SetBytes(int64(len(head)))
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				feedParts(p, head, size)
				n++
			}
			if s.heads != n {
				b.Fatalf("%d heads of %d", s.heads, n)
			}
		})
	}
}

func BenchmarkBody(b *testing.B) {
	body := make([]byte, 1<<20)
	p, s := parser(true)
	p.Feed([]byte(ok + "\r\n"))
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		feedParts(p, body, 1460)
	}
	if s.bytes == 0 {
		b.Fatal("no body")
	}
}

// BenchmarkLost is the search in a body without lines.
func BenchmarkLost(b *testing.B) {
	body := []byte(strings.Repeat("x", 1<<20))
	p, _ := parser(true)
	p.Search()
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		feedParts(p, body, 1460)
	}
}
