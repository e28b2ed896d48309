package analyze

import (
	"elbscope/analyze/http1"
	"elbscope/capture/flow"
)

// conn follows one connection: who speaks what, which response belongs to
// which request (pairing), and what the handshakes among them came to.
//
// Directions are turned here so that index 0 is who sends requests and 1 who
// sends responses, which for a connection without a captured SYN is learnt
// from the content.
//
// What each segment touches stands at the front: thousands of connections take
// turns, and most of the time goes into fetching them from memory.
type conn struct {
	e *Engine
	// at is the packet that is being looked at.
	at *flow.Packet
	// lastPayload is when bytes last went over the connection, silence the longest
	// time since upgraded was answered in which none did.
	lastPayload, silence flow.Time
	side                 [2]*side
	// windowOf is the handshake whose packets window holds, if any.
	windowOf *sighting
	// stale are the exchanges that changed with the packet at hand.
	stale []*exchange
	// flipped is set when the flow's client is the HTTP server.
	flipped bool
	// seen and missed tell for each side whether bytes of it came, and
	// whether some were reported missing.
	seen, missed [2]bool
	// holed is set once some are missing that may have been HTTP.
	holed bool
	// reset is set once one of closes was a RST.
	reset, ended bool
	// counted are the bytes of window and openedRaw in Engine.windowed.
	counted int
	// upgraded is the handshake whose 101 turned this connection into a
	// WebSocket; nil before, and for a 101 whose request is not known.
	upgraded *sighting
	window   window

	info *flow.Conn
	// proxy is the PROXY header at the start of the connection.
	proxy ProxyHeader

	pairing

	// hello is the packet in which the client's TLS hello began, as long as the
	// server's is waited for. shown is set once the server has answered.
	hello *PacketRef
	shown bool
	// foreign is what the server began with where requests had come, or nothing
	// yet; nil where that was HTTP/1.
	foreign *Foreign
	// switched is the head of the 101 of upgraded.
	switched *http1.Head
	// roll has the handshakes seen here, for the close to be told to. A pooled
	// connection can carry them for days.
	roll
	// opened is the packet with which the connection appeared, openedRaw its
	// bytes if they cannot be read again.
	opened    PacketRef
	openedRaw []byte
	closes    [2]closeEvent // by who sent it
}

// closeEvent is how one side closed.
type closeEvent struct {
	how    flow.How
	packet PacketRef
}

// Data implements flow.Stream.
func (c *conn) Data(d flow.Dir, b []byte, p *flow.Packet) {
	c.at = p
	if c.upgraded != nil {
		c.silence = max(c.silence, p.Time-c.lastPayload)
	}
	c.lastPayload = max(c.lastPayload, p.Time)
	if c.reset {
		c.reopen(d)
	}
	from := c.sideOf(d)
	c.seen[from.who] = true
	if from.stage != opaque && (c.windowOf != nil || from.open || from.current == nil) {
		c.remember(p) // the bodies of ordinary exchanges are not asked for
	}
	from.parser.Limit(c.e.begun.bound(0, shortHead))
	from.feed(b)
	c.countSide(from)
	if from.stage == framing && len(c.window.raws) > 0 {
		// A WebSocket may stay for days: its packets go where there is a bound.
		c.e.keep(c.window.copies())
		c.window.raws, c.window.raw = nil, nil
	}
	c.done()
}

// Gap implements flow.Stream.
func (c *conn) Gap(d flow.Dir, n uint64, cause flow.GapCause, p *flow.Packet) {
	c.at = p
	from := c.sideOf(d)
	c.missed[from.who] = true
	// A hole right behind a 101 may begin before it: it is told late.
	c.holed = c.holed || from.stage != framing || from.who == 0 && from.reader.Offset() == 0
	from.gap(n)
	c.countSide(from)
	c.done()
}

// Close implements flow.Stream.
func (c *conn) Close(d flow.Dir, how flow.How, p *flow.Packet) {
	c.at = p
	c.remember(p)
	who := c.role(d)
	if c.closes[who].how == 0 {
		c.closes[who] = closeEvent{how, refOf(p)}
		c.noteEnding(who, p)
		c.reset = c.reset || how == flow.RST
	}
	// What a RST means is decided at the end: it may be forged, and an answer
	// may have been on its way when the client sent it.
	if how == flow.FIN {
		c.sideOf(d).finish()
		if who == 1 {
			c.settlePending(AnswerClosed)
		}
	}
	for _, s := range c.sightings {
		s.noteClose()
	}
	c.done()
}

// done publishes what the packet at hand has changed.
func (c *conn) done() {
	for i, x := range c.stale {
		x.stale = false
		c.e.publish(x)
		c.stale[i] = nil
	}
	c.stale = c.stale[:0]
	c.at = nil
	if c.e.kept.over() {
		// So much can come between two ticks that memory cannot wait for them.
		c.e.Settle()
	}
	if c.window.refs != nil && c.idle() {
		c.e.spare(c.window) // what comes next begins its own
		c.window = window{}
	}
	c.countWindow()
}

// idle reports whether all that was asked has been answered, and none of it was
// a handshake whose packets are wanted. Ten thousand connections may be so for
// hours.
func (c *conn) idle() bool {
	if c.windowOf != nil || c.requests == 0 || len(c.pending) > 0 || c.early != nil || c.switched != nil {
		return false
	}
	for who := len(c.side) - 1; who >= 0; who-- { // mostly, it is an answer that goes on
		s := c.side[who]
		if s == nil || s.open || s.who == 1 && s.current != nil || s.stage != speaking || s.replay.Num != 0 {
			return false
		}
	}
	return true
}

// publish has an exchange published when the packet at hand is done with.
func (c *conn) publish(x *exchange) {
	if !x.stale && !c.e.cfg.ReportOnly {
		x.stale = true
		c.stale = append(c.stale, x)
	}
}

// reopen takes back a RST whose sender goes on talking: it was forged.
func (c *conn) reopen(d flow.Dir) {
	if who := c.role(d); c.closes[who].how == flow.RST {
		c.closes[who] = closeEvent{}
		for _, s := range c.sightings {
			s.noteClose()
		}
	}
}

// End implements flow.Stream.
func (c *conn) End(cause flow.EndCause) {
	c.noteLeft()
	for _, s := range c.side {
		if s != nil {
			s.end()
		}
	}
	if c.unheard() {
		c.bothForeign(c.foreign.Packet.Num)
	}
	reset := c.closes[0].how == flow.RST || c.closes[1].how == flow.RST
	open := c.closes[0].how == 0 && c.closes[1].how == 0
	switch {
	case reset:
		c.settlePending(AnswerClosed)
	case open && cause == flow.EndOfCapture:
		c.settlePending(AnswerNone)
	case open, cause == flow.EndEvicted:
		c.settlePending(AnswerLost) // it went on, or ended, unseen
	default:
		c.settlePending(AnswerClosed)
	}
	c.ended = true
	c.releaseWindow()
	for who := range c.seen {
		if c.seen[who] && !c.seen[1-who] && c.missed[1-who] {
			c.e.oneDirection(c)
		}
	}
	for _, s := range c.sightings {
		s.finish(cause)
	}
	c.done()
	c.countNothing()
	// Sightings keep their connection; they do not need all of it.
	c.side, c.sightings, c.window, c.early = [2]*side{}, nil, window{}, nil
	c.upgraded, c.switched, c.suspect, c.stale, c.openedRaw, c.foreign = nil, nil, nil, nil, nil, nil
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
	if b.how != 0 && (a.how == 0 || before(b.packet, a.packet)) {
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
