package capture

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"elbscope/capture/flow"
)

// recorder is a Sink that writes down in words what it is told, and complains
// about calls that may not be.
type recorder struct {
	t     testing.TB
	words []string
	conns []*recordedConn
	ticks []flow.Time
	// mute leaves out the words, and forgetful the bytes, for long runs.
	mute, forgetful bool
	// bytes is how many were told; onCall is called with every call about a
	// connection, if set.
	bytes  uint64
	onCall func()
}

// recordedConn is what was said about one connection.
type recordedConn struct {
	r      *recorder
	info   *flow.Conn
	halves [2]recordedHalf
	ended  bool
	cause  flow.EndCause
}

// recordedHalf is what was said about one direction. Bytes that are missing
// stand in data as zeros; packets has the packet number of each byte, 0 if it
// is missing.
type recordedHalf struct {
	data     []byte
	packets  []uint64
	gaps     int
	fin, rst bool
}

var (
	dirWords   = [...]string{flow.FromClient: ">", flow.FromServer: "<"}
	causeWords = [...]string{flow.GapLost: "lost", flow.GapSnaplen: "cut", flow.GapBudget: "budget"}
	endWords   = [...]string{
		flow.EndClosed: "closed", flow.EndReused: "reused", flow.EndOfCapture: "over", flow.EndEvicted: "evicted",
	}
)

func (r *recorder) say(format string, args ...any) {
	if !r.mute {
		r.words = append(r.words, fmt.Sprintf(format, args...))
	}
}

func (r *recorder) Open(c *flow.Conn, p *flow.Packet) flow.Stream {
	rc := &recordedConn{r: r, info: c}
	r.conns = append(r.conns, rc)
	if c.ID != uint64(len(r.conns)) {
		r.t.Errorf("connection %d is number %d", c.ID, len(r.conns))
	}
	word := "open"
	if c.Midstream {
		word = "midstream"
	}
	if c.Client.Port() != forgeSrcPort {
		word += " backwards"
	}
	r.say("%s", word)
	return rc
}

func (r *recorder) Tick(now flow.Time) { r.ticks = append(r.ticks, now) }

// call checks what holds for all calls.
func (c *recordedConn) call(what string) {
	if c.ended {
		c.r.t.Errorf("connection %d: %s after End", c.info.ID, what)
	}
	if c.r.onCall != nil {
		c.r.onCall()
	}
}

func (c *recordedConn) Data(d flow.Dir, b []byte, p *flow.Packet) {
	h := &c.halves[d]
	c.call("Data")
	c.r.bytes += uint64(len(b))
	if h.fin || len(b) == 0 {
		c.r.t.Errorf("connection %d: %d bytes, FIN %v", c.info.ID, len(b), h.fin)
	}
	if !c.r.forgetful {
		h.data = append(h.data, b...)
		for range b {
			h.packets = append(h.packets, p.Num)
		}
	}
	c.r.say("%s%s #%d", dirWords[d], b, p.Num)
}

func (c *recordedConn) Gap(d flow.Dir, n uint64, cause flow.GapCause, p *flow.Packet) {
	h := &c.halves[d]
	c.call("Gap")
	if h.fin || n == 0 || n > 1<<31 {
		c.r.t.Errorf("connection %d: gap of %d bytes, FIN %v", c.info.ID, n, h.fin)
	}
	if n < 1<<24 && !c.r.forgetful { // the tests with larger ones do not look at the bytes
		h.data = append(h.data, make([]byte, n)...)
		h.packets = append(h.packets, make([]uint64, n)...)
	}
	h.gaps++
	c.r.say("%sgap %d %s #%d", dirWords[d], n, causeWords[cause], p.Num)
}

func (c *recordedConn) Close(d flow.Dir, how flow.How, p *flow.Packet) {
	h := &c.halves[d]
	c.call("Close")
	if h.fin && how == flow.FIN {
		c.r.t.Errorf("connection %d: a second FIN", c.info.ID)
	}
	h.fin, h.rst = h.fin || how == flow.FIN, h.rst || how == flow.RST
	c.r.say("%s%v #%d", dirWords[d], how, p.Num)
}

func (c *recordedConn) End(cause flow.EndCause) {
	c.call("End")
	c.ended, c.cause = true, cause
	c.r.say("%s", endWords[cause])
}

// A wire plays segments that are written as words to an assembler, and keeps
// the ledger as the pump does. See row for the words.
type wire struct {
	t      testing.TB
	rec    recorder
	totals flow.Counters
	shared shared
	a      *assembler
	now    flow.Time
	num    uint64
	isn    [2]uint32
	port   uint16
	live   bool // packets cannot be read again
	sent   []segment
}

func newWire(t testing.TB, lim limits) *wire {
	w := &wire{t: t, isn: [2]uint32{1000, 5000}, port: forgeSrcPort}
	w.rec.t = t
	w.shared = shared{sink: &w.rec, totals: &w.totals, names: func(uint32) string { return "" }, lim: lim}
	w.a = newAssembler(&w.shared)
	return w
}

// play plays lines of words.
func (w *wire) play(lines string) {
	for line := range strings.Lines(lines) {
		if line = strings.TrimSpace(line); line != "" {
			w.line(line)
		}
	}
}

// line plays one line: a packet, "=N" for packet N captured once more, "wait"
// with a duration, or "isn" with new initial sequence numbers for a new
// connection.
func (w *wire) line(line string) {
	words := strings.Fields(line)
	switch {
	case words[0] == "wait":
		d, err := time.ParseDuration(words[1])
		if err != nil {
			w.t.Fatal(err)
		}
		w.now += flow.Time(d)
		w.a.tick(w.now)
	case words[0] == "isn":
		w.isn = [2]uint32{uint32(w.number(words[1])), uint32(w.number(words[2]))}
	case words[0][0] == '=':
		w.send(w.sent[w.number(words[0][1:])-1])
	default:
		w.send(w.segment(words))
	}
}

func (w *wire) number(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

// segment builds a segment from words. Offsets count from the first byte
// behind the SYN of these initial sequence numbers.
//
//	> or <     from the client or from the server
//	S F R      flags
//	a5         acknowledges the peer's first 5 bytes
//	5:text     these bytes from offset 5 on
//	5+100      100 bytes, the letters from a on
//	@5         no bytes, but at offset 5
//	cut3       only 3 of the bytes were captured
//	encap2     inside tunnel 2
func (w *wire) segment(words []string) segment {
	d := flow.FromClient
	if words[0] == "<" {
		d = flow.FromServer
	}
	s := segment{
		src: endpoint{forgeSrc6.As16(), w.port}, dst: endpoint{forgeDst6.As16(), forgeDstPort},
		seq: w.isn[d] + 1,
	}
	if d == flow.FromServer {
		s.src, s.dst = s.dst, s.src
	}
	flags := map[string]uint8{"S": flagSYN, "F": flagFIN, "R": flagRST}
	for _, word := range words[1:] {
		at, text, isText := strings.Cut(word, ":")
		from, size, isSize := strings.Cut(word, "+")
		switch {
		case flags[word] != 0:
			s.flags |= flags[word]
		case word[0] == 'a':
			s.flags |= flagACK
			s.ack = w.isn[d.Other()] + 1 + uint32(w.number(word[1:]))
		case word[0] == '@':
			s.seq += uint32(w.number(word[1:]))
		case strings.HasPrefix(word, "cut"):
			s.payload = s.payload[:w.number(word[3:])]
		case strings.HasPrefix(word, "encap"):
			s.encap = uint32(w.number(word[5:]))
		case isText:
			s.seq += uint32(w.number(at))
			s.payload, s.length = []byte(text), len(text)
		case isSize:
			s.seq += uint32(w.number(from))
			s.length = int(w.number(size))
			s.payload = letters(s.length)
		default:
			w.t.Fatalf("what is %q?", word)
		}
	}
	if s.flags&flagSYN != 0 {
		s.seq--
	}
	s.print = uint32(w.num) + 1e6
	s.hash = uint64(s.src.port+s.dst.port) % 3 // many have the same
	return s
}

// letters returns n letters.
func letters(n int) []byte {
	return bytes.Repeat([]byte("abcdefghijklmnopqrstuvwxyz"), n/26+1)[:n]
}

// send has the assembler take s as the next packet. The time moves on a
// little, and the bytes are taken away at once: they are valid only during the
// call.
func (w *wire) send(s segment) outcome {
	w.num++
	w.now += flow.Time(time.Millisecond)
	w.sent = append(w.sent, s)
	s.payload = bytes.Clone(s.payload)
	p := flow.Packet{Num: w.num, Time: w.now, Offset: int64(w.num), Raw: s.payload}
	if w.live {
		p.Offset = -1
	}
	out := w.a.segment(&s, &p)
	for i := range s.payload {
		s.payload[i] = '#'
	}
	w.totals.Packets++
	switch out {
	case broughtSomething:
		w.totals.Ledger.Delivered++
	case broughtNothing:
		w.totals.Ledger.Empty++
	case repeated:
		w.totals.Ledger.Duplicate++
	case heldBack:
	}
	if sum := w.totals.Ledger.Sum(); sum != w.totals.Packets {
		w.t.Fatalf("packet %d: the ledger adds up to %d: %+v", w.num, sum, w.totals.Ledger)
	}
	return out
}

// finish ends the capture and checks that nothing is left.
func (w *wire) finish() {
	w.a.finish()
	w.a.tick(w.now)
	w.checkEmpty()
	for _, c := range w.rec.conns {
		if !c.ended {
			w.t.Errorf("connection %d never ends", c.info.ID)
		}
	}
}

// checkEmpty checks that no memory of queues is left.
func (w *wire) checkEmpty() {
	w.t.Helper()
	if l := w.totals.Ledger; w.shared.queued != 0 || l.Waiting != 0 || w.a.waiting.oldest != nil {
		w.t.Errorf("%d bytes are still queued, %d packets wait, waiting: %v", w.shared.queued, l.Waiting, w.a.waiting.oldest)
	}
	for c := range w.a.known.all() {
		for i := range c.half {
			if h := &c.half[i]; h.queue != nil || h.queued != 0 {
				w.t.Errorf("a closed connection holds %d bytes", h.queued)
			}
		}
	}
}

// ledgerWords writes l down, without what is 0.
func ledgerWords(l flow.Ledger) string {
	var words []string
	for _, b := range []struct {
		name string
		n    uint64
	}{
		{"delivered", l.Delivered}, {"empty", l.Empty}, {"duplicate", l.Duplicate}, {"notTCP", l.NotTCP}, {"notIP", l.NotIP},
		{"filtered", l.Filtered}, {"damaged", l.Damaged}, {"overBudget", l.OverBudget}, {"waiting", l.Waiting},
	} {
		if b.n > 0 {
			words = append(words, fmt.Sprint(b.name, " ", b.n))
		}
	}
	return strings.Join(words, ", ")
}
