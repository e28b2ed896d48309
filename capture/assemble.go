package capture

import (
	"elbscope/capture/flow"
)

// The assembler turns segments into ordered streams. It is written for
// evidence: no byte is handed on before its place is sure, none twice, and
// where bytes are missing it says how many. See half.go for one direction of a
// connection and close.go for how connections end.

// limits bound what the assembler keeps.
type limits struct {
	// conns is how many connections are remembered, closed ones included.
	conns int
	// queued and connQueued bound the bytes held back because something
	// before them is missing, over all connections and for one.
	queued, connQueued int
}

// limitsFor divides a memory budget in bytes. A connection costs about 1 KiB
// here and up to 3 KiB in the analysis while it is open.
func limitsFor(memory int64) limits {
	return limits{
		conns:      int(max(memory/(8<<10), 1024)),
		queued:     int(min(max(memory/8, 1<<20), 64<<20)),
		connQueued: 1 << 20,
	}
}

// connKey identifies a connection regardless of direction: the smaller
// endpoint stands first. The same addresses and ports inside another VLAN or
// tunnel are another connection.
type connKey struct {
	lo, hi endpoint
	encap  uint32
}

func keyOf(s *segment) connKey {
	if less(&s.src, &s.dst) {
		return connKey{s.src, s.dst, s.encap}
	}
	return connKey{s.dst, s.src, s.encap}
}

func less(a, b *endpoint) bool {
	for i := range a.addr {
		if a.addr[i] != b.addr[i] {
			return a.addr[i] < b.addr[i]
		}
	}
	return a.port < b.port
}

// conn is one connection, open or closed. Closed ones are remembered so that
// their last stray packets do not look like new connections.
type conn struct {
	key    connKey
	client endpoint
	source int         // of the last packet
	stream flow.Stream // nil once End was called
	half   [2]half
	// reset is when a RST was accepted; the stream ends some time later, for
	// a forged RST does not end the conversation.
	reset flow.Time
	// recent are fingerprints of the last packets, for telling a packet
	// captured twice from a retransmission.
	recent   [recentPackets]uint64
	recentAt uint8
	// older and newer chain the connections by last use.
	older, newer *conn
}

// recentPackets is how many packets of a connection a second capture of one
// may lag behind the first. On a forwarding host up to four copies of a packet
// pass, with a few others between them.
const recentPackets = 16

// assembler holds the connections of one capture point.
type assembler struct {
	sink   flow.Sink
	totals *flow.Counters
	names  func(encap uint32) string
	lim    limits
	conns  map[connKey]*conn
	// last is the connection of the previous packet, which is often the next
	// one's as well.
	last *conn
	// oldest and newest are the ends of the chain by last use.
	oldest, newest *conn
	queued         int
	// waiting are connections with something to do when time passes: holes
	// to give up, resets to complete.
	waiting map[*conn]struct{}
	ids     *uint64
	// carried is set when a connection went on in another source, from
	// carriedFrom.
	carried     bool
	carriedFrom int
	packet      flow.Packet // scratch for packets out of queues
}

func newAssembler(sink flow.Sink, totals *flow.Counters, names func(uint32) string, lim limits, ids *uint64) *assembler {
	return &assembler{
		sink: sink, totals: totals, names: names, lim: lim, ids: ids,
		conns:   make(map[connKey]*conn),
		waiting: make(map[*conn]struct{}),
	}
}

// outcome is what a segment brought.
type outcome uint8

const (
	broughtNothing outcome = iota
	broughtSomething
	heldBack
	repeated // the same packet captured once more
)

// segment takes the next TCP segment of the capture point.
func (a *assembler) segment(s *segment, p *flow.Packet) outcome {
	c := a.lookup(s, p)
	out := a.advance(c, s, p)
	seen := false
	if out == broughtNothing {
		for _, f := range c.recent {
			seen = seen || f == s.print
		}
	}
	if seen {
		return repeated
	}
	c.recent[c.recentAt%recentPackets] = s.print
	c.recentAt++
	return out
}

// lookup finds or opens the connection of s.
func (a *assembler) lookup(s *segment, p *flow.Packet) *conn {
	key := keyOf(s)
	c := a.last
	if c == nil || c.key != key {
		c = a.conns[key]
	}
	if c != nil && s.flags&flagSYN != 0 && c.startsAnew(s) {
		a.end(c, flow.EndReused)
		a.forget(c)
		c = nil
	}
	if c == nil {
		c = a.open(key, s, p)
	} else {
		a.touch(c)
	}
	if c.source != p.Source {
		a.carried, a.carriedFrom = true, c.source
		c.source = p.Source
	}
	a.last = c
	return c
}

// open starts a connection. Who sent the SYN is the client; without one it is
// the end with the higher port.
func (a *assembler) open(key connKey, s *segment, p *flow.Packet) *conn {
	if len(a.conns) >= a.lim.conns {
		a.evict()
	}
	*a.ids++
	c := &conn{key: key, client: s.src, source: p.Source}
	midstream := false
	switch {
	case s.flags&(flagSYN|flagACK) == flagSYN:
	case s.flags&flagSYN != 0:
		c.client = s.dst
	default:
		midstream = true
		if s.dst.port > s.src.port {
			c.client = s.dst
		}
	}
	server := key.lo
	if server == c.client {
		server = key.hi
	}
	info := &flow.Conn{
		ID: *a.ids, Source: p.Source, Client: c.client.addrPort(), Server: server.addrPort(),
		Encap: a.names(key.encap), Midstream: midstream,
	}
	a.conns[key] = c
	a.link(c)
	a.totals.Connections++
	c.stream = a.sink.Open(info, p)
	return c
}

// startsAnew reports whether a SYN opens another connection on the same
// addresses and ports: it has another sequence number than what is known.
func (c *conn) startsAnew(s *segment) bool {
	h := &c.half[c.dirOf(s)]
	if h.syn {
		if h.isn == s.seq {
			return false
		}
		// A second SYN-ACK for the same SYN is odd, but no new connection.
		peer := &c.half[c.dirOf(s).Other()]
		return s.flags&flagACK == 0 || !peer.syn || peer.isn+1 != s.ack
	}
	// The SYN may have been captured late: behind its own answer.
	return !(h.known && !h.delivered && h.next == s.seq+1) && (h.known || s.flags&flagACK == 0)
}

func (c *conn) dirOf(s *segment) flow.Dir {
	if s.src == c.client {
		return flow.FromClient
	}
	return flow.FromServer
}

// advance lets a segment do to its connection what it does.
func (a *assembler) advance(c *conn, s *segment, p *flow.Packet) outcome {
	out := broughtNothing
	if c.stream == nil {
		return out // closed; only strays come now
	}
	d := c.dirOf(s)
	h := &c.half[d]
	if s.flags&flagACK != 0 && s.flags&flagRST == 0 {
		a.acknowledge(c, d.Other(), s.ack, p)
	}
	seq := s.seq
	if s.flags&flagSYN != 0 {
		if !h.syn {
			h.syn, h.isn, h.known = true, s.seq, true
			h.next = s.seq + 1
			out = broughtSomething
		}
		seq++ // data on a SYN follows it (RFC 7413)
	}
	if s.length > 0 {
		switch got := a.data(c, d, seq, s, p); {
		case got != broughtNothing:
			out = got
		}
	}
	switch {
	case s.flags&flagRST != 0:
		if a.rst(c, d, seq, p) {
			out = broughtSomething
		}
	case s.flags&flagFIN != 0:
		if a.fin(c, d, seq+uint32(s.length), p) && out != heldBack {
			out = broughtSomething
		}
	}
	return out
}

// link puts c at the newest end of the chain.
func (a *assembler) link(c *conn) {
	c.older, c.newer = a.newest, nil
	if a.newest != nil {
		a.newest.newer = c
	} else {
		a.oldest = c
	}
	a.newest = c
}

func (a *assembler) unlink(c *conn) {
	if c.older != nil {
		c.older.newer = c.newer
	} else {
		a.oldest = c.newer
	}
	if c.newer != nil {
		c.newer.older = c.older
	} else {
		a.newest = c.older
	}
}

func (a *assembler) touch(c *conn) {
	if a.newest != c {
		a.unlink(c)
		a.link(c)
	}
}

// evict makes room for one connection: a closed one if there is one among the
// oldest, else the oldest.
func (a *assembler) evict() {
	victim := a.oldest
	for c, n := a.oldest, 0; c != nil && n < 64; c, n = c.newer, n+1 {
		if c.stream == nil {
			victim = c
			break
		}
	}
	if victim.stream != nil {
		a.totals.Evicted++
		a.end(victim, flow.EndEvicted)
	}
	a.forget(victim)
}

// forget drops all memory of c.
func (a *assembler) forget(c *conn) {
	delete(a.conns, c.key)
	delete(a.waiting, c)
	a.unlink(c)
	if a.last == c {
		a.last = nil
	}
}
