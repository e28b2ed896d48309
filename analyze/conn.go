package analyze

import (
	"bytes"

	"elbscope/analyze/http1"
	"elbscope/capture/flow"
)

// conn follows one connection: who speaks what, which response belongs to
// which request, and what the handshakes among them came to.
//
// Directions are turned here so that index 0 is who sends requests and 1 who
// sends responses, which for a connection without a captured SYN is learnt
// from the content.
type conn struct {
	e    *Engine
	info *flow.Conn
	// flipped is set when the flow's client is the HTTP server.
	flipped bool
	side    [2]*side
	// at is the packet that is being looked at.
	at *flow.Packet
	// proxy is the PROXY header at the start of the connection.
	proxy ProxyHeader

	requests int // on this connection so far
	// pending are the requests without a final response, oldest first.
	pending []*exchange
	// early is a response that came while no request was pending.
	early *earlyResponse
	// orphaned is set when a response came whose request is not known: it may
	// be the answer to the next one all the same.
	orphaned bool
	// pipelined is set once a request was sent before the answer to the one
	// before it: then the order alone says what belongs together.
	pipelined bool

	// upgraded is the handshake whose 101 turned this connection into a
	// WebSocket; nil before, and for a 101 whose request is not known.
	upgraded *sighting
	// sightings are the handshakes seen here, for the close to be told to.
	sightings []*sighting
	window    window
	// windowOf is the handshake whose packets window holds, if any.
	windowOf *sighting
	// opened is the packet with which the connection appeared.
	opened PacketRef
	// lastPayload is when bytes last went over the connection.
	lastPayload flow.Time
	closes      [2]closeEvent // by who sent it
	// seen and missed tell for each side whether bytes of it came, and
	// whether some were reported missing.
	seen, missed [2]bool
	ended        bool
}

// earlyResponse is a response head without a request (yet).
type earlyResponse struct {
	head   *http1.Head
	packet PacketRef
	body   []byte
}

// closeEvent is how one side closed.
type closeEvent struct {
	how    flow.How
	packet PacketRef
}

// Data implements flow.Stream.
func (c *conn) Data(d flow.Dir, b []byte, p *flow.Packet) {
	c.at = p
	c.lastPayload = p.Time
	if c.info.Midstream && c.side[0] == nil && c.side[1] == nil {
		c.orient(d, b)
	}
	c.seen[c.role(d)] = true
	if len(c.pending) == 0 || c.windowOf != nil {
		c.window.add(p) // the bodies of ordinary exchanges are not asked for
	}
	c.reopen(d)
	c.sideOf(d).feed(b)
	c.at = nil
}

// Gap implements flow.Stream.
func (c *conn) Gap(d flow.Dir, n uint64, cause flow.GapCause, p *flow.Packet) {
	c.at = p
	c.missed[c.role(d)] = true
	c.sideOf(d).gap(n)
	c.at = nil
}

// Close implements flow.Stream.
func (c *conn) Close(d flow.Dir, how flow.How, p *flow.Packet) {
	c.at = p
	c.window.add(p)
	who := c.role(d)
	if c.closes[who].how == 0 {
		c.closes[who] = closeEvent{how, refOf(p)}
	}
	c.sideOf(d).finish()
	if who == 1 || how == flow.RST {
		c.settlePending(AnswerClosed)
	}
	for _, s := range c.sightings {
		s.noteClose()
		c.e.changed(s)
	}
	c.at = nil
}

// reopen takes back a RST whose sender goes on talking: it was forged.
func (c *conn) reopen(d flow.Dir) {
	if who := c.role(d); c.closes[who].how == flow.RST {
		c.closes[who] = closeEvent{}
		for _, s := range c.sightings {
			s.noteClose()
		}
		if s := c.side[who]; s != nil && s.stage == closed {
			s.search()
		}
	}
}

// End implements flow.Stream.
func (c *conn) End(cause flow.EndCause) {
	c.ended = true
	for _, s := range c.side {
		if s != nil {
			s.finish()
		}
	}
	switch {
	case cause == flow.EndOfCapture && c.closes[0].how == 0 && c.closes[1].how == 0:
		c.settlePending(AnswerNone)
	case cause == flow.EndEvicted, c.closes[0].how == 0 && c.closes[1].how == 0:
		c.settlePending(AnswerLost) // it went on, or ended, unseen
	default:
		c.settlePending(AnswerClosed)
	}
	c.releaseWindow()
	for who := range c.seen {
		if c.seen[who] && !c.seen[1-who] && c.missed[1-who] {
			c.e.oneDirection(c)
		}
	}
	for _, s := range c.sightings {
		s.final = cause != flow.EndOfCapture
		c.e.changed(s)
	}
	c.side, c.sightings, c.window, c.early = [2]*side{}, nil, window{}, nil
}

// role turns a direction of the flow into who it is in HTTP.
func (c *conn) role(d flow.Dir) int {
	if c.flipped {
		d = d.Other()
	}
	return int(d)
}

func (c *conn) sideOf(d flow.Dir) *side {
	who := c.role(d)
	if c.side[who] == nil {
		c.side[who] = newSide(c, who)
	}
	return c.side[who]
}

// orient decides by the first bytes of a connection that was under way when
// the capture began who is the client.
func (c *conn) orient(d flow.Dir, b []byte) {
	answer := bytes.HasPrefix(b, []byte("HTTP/1."))
	if answer == (d == flow.FromServer) {
		return
	}
	if !answer && !looksLikeRequest(b) {
		return
	}
	c.flipped = true
	turned := *c.info
	turned.Client, turned.Server = c.info.Server, c.info.Client
	c.info = &turned
}

// looksLikeRequest reports whether b starts with a whole request line.
func looksLikeRequest(b []byte) bool {
	line, _, ok := bytes.Cut(b, []byte("\n"))
	return ok && bytes.HasSuffix(bytes.TrimSuffix(line, []byte("\r")), []byte(" HTTP/1.1"))
}

// both sets what the two sides are from now on.
func (c *conn) both(st stage) {
	for who := range c.side {
		if c.side[who] == nil {
			c.side[who] = newSide(c, who)
		}
		c.side[who].turn(st)
	}
}

// firstClose returns who closed first after a moment, by packet time; how is
// 0 if nobody did.
func (c *conn) firstClose() (flow.Dir, closeEvent) {
	a, b := c.closes[0], c.closes[1]
	if a.how == 0 || b.how != 0 && before(b.packet, a.packet) {
		return flow.FromServer, b
	}
	return flow.FromClient, a
}

// before reports whether packet a was captured before b. In a file that is not
// sorted the time decides, and the number where the times are equal.
func before(a, b PacketRef) bool {
	if a.Time != b.Time {
		return a.Time < b.Time
	}
	return a.Num < b.Num
}

// restartWindow begins a new exchange: what the window holds belongs to the
// one before.
func (c *conn) restartWindow() {
	c.releaseWindow()
	c.window.restart(c.at)
	if c.requests == 0 && c.opened.Num != 0 {
		c.window.refs = append([]PacketRef{c.opened}, c.window.refs...)
		for i := range c.window.raws {
			c.window.raws[i].ref++
		}
		c.opened = PacketRef{}
	}
}

// releaseWindow gives a handshake its packets for good.
func (c *conn) releaseWindow() {
	if c.windowOf == nil {
		return
	}
	c.windowOf.takePackets()
	c.e.keep(c.window.copies())
	c.windowOf = nil
}
