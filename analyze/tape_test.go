package analyze

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"elbscope/capture/flow"
)

// tape plays connections into an Engine without any packets: every call is a
// packet of its own, a millisecond after the one before.
type tape struct {
	t      testing.TB
	e      *Engine
	now    flow.Time
	nums   map[int]uint64
	conns  uint64
	source int
	clock  map[int]time.Duration // by how much a source's clock is ahead
	pipe   bool                  // packets cannot be read again
	wires  []*wire
}

func newTape(t testing.TB, cfg Config) *tape {
	return &tape{t: t, e: New(cfg), now: flow.Time(time.Hour), nums: make(map[int]uint64), clock: make(map[int]time.Duration)}
}

// in makes what follows happen in another source.
func (tp *tape) in(source int) *tape { tp.source = source; return tp }

// wait lets time pass.
func (tp *tape) wait(d time.Duration) *tape { tp.now += flow.Time(d); return tp }

// after lets time pass, in which nothing happens. A live run says brief then.
func (tp *tape) after(wait time.Duration, brief string) {
	tp.t.Helper()
	tp.wait(wait)
	tp.e.Tick(tp.now)
	if tp.e.cfg.Live {
		want(tp.t, tp.e.Snapshot(nil, flow.Counters{}), brief)
	}
}

// at sets the time, counted from the beginning.
func (tp *tape) at(d time.Duration) *tape { tp.now = flow.Time(time.Hour + d); return tp }

func (tp *tape) packet(source int) *flow.Packet {
	tp.nums[source]++
	tp.now += flow.Time(time.Millisecond)
	n := tp.nums[source]
	p := &flow.Packet{Source: source, Num: n, Time: tp.now + flow.Time(tp.clock[source]), CapLen: 60, OrigLen: 60, Offset: int64(n) * 100}
	if tp.pipe {
		p.Offset, p.Raw = -1, fmt.Appendf(nil, "packet %d", n)
	}
	return p
}

// wire is one connection.
type wire struct {
	tp     *tape
	stream flow.Stream
	source int
	ended  bool
}

func (tp *tape) open(client, server string) *wire {
	return tp.connect(flow.Conn{Client: addr(client), Server: addr(server)})
}

func (tp *tape) midstream(client, server string) *wire {
	return tp.connect(flow.Conn{Client: addr(client), Server: addr(server), Midstream: true})
}

func (tp *tape) connect(info flow.Conn) *wire {
	tp.conns++
	info.ID, info.Source = tp.conns, tp.source
	w := &wire{tp: tp, source: tp.source, stream: tp.e.Open(&info, tp.packet(tp.source))}
	tp.wires = append(tp.wires, w)
	return w
}

// addr parses an endpoint.
func addr(s string) netip.AddrPort { return netip.MustParseAddrPort(s) }

// head makes the bytes of a head; a last line "" adds nothing, so that what
// stands behind it is the body.
func head(lines ...string) []byte {
	for i, l := range lines {
		if l == "" {
			return []byte(strings.Join(lines[:i], "\r\n") + "\r\n\r\n" + strings.Join(lines[i+1:], ""))
		}
	}
	return []byte(strings.Join(lines, "\r\n") + "\r\n\r\n")
}

func (w *wire) bytes(d flow.Dir, b []byte) *wire {
	w.stream.Data(d, b, w.tp.packet(w.source))
	return w
}

// asks and answers send a head.
func (w *wire) asks(lines ...string) *wire    { return w.bytes(flow.FromClient, head(lines...)) }
func (w *wire) answers(lines ...string) *wire { return w.bytes(flow.FromServer, head(lines...)) }

func (w *wire) hole(d flow.Dir, n uint64) *wire {
	w.stream.Gap(d, n, flow.GapLost, w.tp.packet(w.source))
	return w
}

func (w *wire) close(d flow.Dir, how flow.How) *wire {
	w.stream.Close(d, how, w.tp.packet(w.source))
	return w
}

func (w *wire) end(cause flow.EndCause) *wire {
	w.ended = true
	w.stream.End(cause)
	return w
}

// closes closes in order, from the server.
func (w *wire) closes() *wire {
	return w.close(flow.FromServer, flow.FIN).close(flow.FromClient, flow.FIN).end(flow.EndClosed)
}

// finish ends the capture.
func (tp *tape) finish() *Snapshot {
	for _, w := range tp.wires {
		if !w.ended {
			w.end(flow.EndOfCapture)
		}
	}
	tp.e.Finish()
	sources := make([]*flow.SourceInfo, max(1, len(tp.nums)))
	for i := range sources {
		sources[i] = &flow.SourceInfo{}
	}
	return tp.e.Snapshot(sources, flow.Counters{})
}

const (
	keyA = "dGhlIHNhbXBsZSBub25jZQ=="
	keyB = "c2Vjb25kIHNhbXBsZSBrZQ=="
)

// hs is a sound handshake with a key, and more lines. A line "-Name" takes that
// header out, "Name: x" replaces it.
func hs(key string, more ...string) []string {
	lines := []string{"GET /chat HTTP/1.1", "Host: app.example", "Connection: Upgrade", "Upgrade: websocket",
		"Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: " + key}
	if key == "" {
		lines = lines[:5]
	}
	for _, m := range more {
		name, _, _ := strings.Cut(strings.TrimPrefix(m, "-"), ":")
		at := -1
		for i, l := range lines {
			if strings.HasPrefix(l, name+":") {
				at = i
			}
		}
		switch {
		case strings.HasPrefix(m, "GET ") || strings.HasPrefix(m, "POST "):
			lines[0] = m
		case at < 0:
			lines = append(lines, m)
		case m[0] == '-':
			lines = append(lines[:at], lines[at+1:]...)
		default:
			lines[at] = m
		}
	}
	return lines
}

var (
	switching = []string{"HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"}
	fine      = []string{"HTTP/1.1 200 OK", "Content-Length: 0"}
	bad       = []string{"HTTP/1.1 400 Bad Request", "Content-Length: 0"}
	gateway   = []string{"HTTP/1.1 502 Bad Gateway", "Content-Length: 0"}
	xff       = "X-Forwarded-For: 10.0.0.9"
)

const (
	client = "10.0.0.9:40001"
	front  = "10.0.0.1:80"
	back   = "10.0.1.1:50001"
	inst   = "10.0.1.2:80"
	nginx  = "127.0.0.1:51000"
	app    = "127.0.0.1:8081"
)

// brief says in one line what a handshake came to: verdict, certainty, status,
// culprit, and for each sighting hop, leg, and what it was answered.
func brief(h *Handshake) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s %d", h.Verdict, h.Certainty, h.Status)
	if h.Culprit != nil {
		front := "-"
		if h.Culprit.Front.IsValid() {
			front = h.Culprit.Front.String()
		}
		fmt.Fprintf(&b, " (%s|%s)", front, h.Culprit.Back)
	}
	for _, s := range h.Sightings {
		what := map[Answer]string{AnswerNone: "open", AnswerClosed: "closed", AnswerLost: "lost", AnswerAlien: "alien"}[s.Answer]
		switch {
		case s.Response != nil:
			what = fmt.Sprint(s.Response.Status())
		case s.Foreign != nil:
			what = s.Foreign.String()
		}
		fmt.Fprintf(&b, " %d:%s:%s", s.Hop, s.Leg, what)
	}
	return b.String()
}

// want compares the handshakes found with what is wanted, in order.
func want(t testing.TB, snap *Snapshot, briefs ...string) {
	t.Helper()
	var got []string
	for _, h := range snap.Handshakes {
		got = append(got, brief(h))
		check(t, h)
	}
	if g, w := strings.Join(got, "\n"), strings.Join(briefs, "\n"); g != w {
		t.Errorf("got\n%s\nwant\n%s", g, w)
	}
}

// exchanges lists method, target and how it was answered.
func exchanges(e *Engine) string {
	var all []string
	for x := range e.Exchanges.Snapshot().All {
		all = append(all, fmt.Sprintf("%s%s %d", x.Method, x.Target, x.Status))
	}
	return strings.Join(all, ", ")
}

// check holds a published handshake against what must be true of every one.
func check(t testing.TB, h *Handshake) {
	t.Helper()
	fail := func(what string) { t.Errorf("%s: %s: %s", h.ID, what, brief(h)) }
	if len(h.Sightings) == 0 {
		t.Fatalf("%s has no sighting", h.ID)
	}
	for i, s := range h.Sightings {
		if i == 0 && s.Hop != 0 {
			fail("the first hop is not 0")
		}
		if i > 0 {
			o := h.Sightings[i-1]
			if s.Hop < o.Hop || s.Hop > o.Hop+1 || s.Hop == o.Hop && s.Time < o.Time {
				fail("sightings are out of order")
			}
		}
		if s.Request == nil || (s.Response != nil) != (s.Answer == AnswerSeen) {
			fail("answer and response do not fit")
		}
	}
	accuses := false
	switch h.Verdict {
	case Malformed, Healthy, Refused, Unanswered:
		if h.Certainty != Proven {
			fail("certainty does not fit")
		}
	case Downgraded, Dropped, Rewritten, Altered:
		accuses = true
		if want := h.Culprit != nil && h.Culprit.Front.IsValid(); want != (h.Certainty == Proven) || h.Certainty == Unsure {
			fail("certainty does not fit the culprit")
		}
	case NotRelayed:
		accuses = true
	case Pending, Undetermined:
		if h.Certainty != Unsure {
			fail("certainty does not fit")
		}
	default:
		fail("no verdict")
	}
	if accuses != (h.Culprit != nil) {
		fail("culprit does not fit")
	}
	if (h.Verdict == Undetermined) != (h.Why != "") {
		fail("the reason does not fit")
	}
	if h.Verdict == Healthy && h.Status != 101 {
		fail("healthy without 101")
	}
	for _, f := range h.Findings {
		if len(f.Evidence()) == 0 {
			fail("a finding without evidence: " + f.Rule)
		}
	}
}
