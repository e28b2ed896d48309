package capture

import (
	"elbscope/capture/flow"
)

// The assembler turns segments into ordered streams. It is written for
// evidence: no byte is handed on before its place is sure, none twice, and
// where bytes are missing it says how many. See half.go for one direction of a
// connection and close.go for how connections end.

// limits bound what the assemblers of all capture points keep together.
type limits struct {
	// conns is how many connections are remembered, ended how many of those
	// that are over; 0 leaves them to conns.
	conns, ended int
	// queued and connQueued bound the bytes held back because something
	// before them is missing, over all connections and for one.
	queued, connQueued int
}

// limitsFor divides a memory budget in bytes. A connection costs about 1 KiB
// here and 1 to 3 KiB in the analysis while it is open; one that is over costs
// a few hundred bytes, and it is those that are forgotten first.
func limitsFor(memory int64) limits {
	conns := int(max(memory/(5<<10), 1024))
	return limits{
		conns:      conns,
		ended:      conns / 4, // strays come within seconds
		queued:     int(min(max(memory/8, 1<<20), 64<<20)),
		connQueued: 1 << 20,
	}
}

// shared is what the assemblers of all capture points have in common: where
// everything goes, and the budget.
type shared struct {
	sink   flow.Sink
	totals *flow.Counters
	names  func(encap uint32) string
	lim    limits
	// ackGrace is by how much an acknowledgement may come before the bytes that
	// it acknowledges.
	ackGrace flow.Time
	// ids counts connections, uses their packets.
	ids, uses uint64
	// conns, ended and queued are what is in use of lim.
	conns, ended, queued int
	assemblers           []*assembler
}

// conn is one connection, open or closed. Closed ones are remembered so that
// their last stray packets do not look like new connections.
//
// What each packet touches stands at the front: thousands of connections take
// turns, and most of the time goes into fetching them from memory.
type conn struct {
	hash           uint64
	client, server endpoint
	encap          uint32
	twin           *conn       // the next one at the same place of the table
	stream         flow.Stream // nil once End was called
	// usedAt is when its last packet came, by the count of all packets; 0 once
	// it was forgotten.
	usedAt uint64
	source int // of the last packet
	half   [2]half
	// recent are the fingerprints of the last packets, for telling a packet
	// captured twice from a retransmission.
	recentAt uint8
	recent   [recentPackets]uint32
	opener   int // the source of the first packet
	// byWait is its place in a chain of the assembler: of those that wait or,
	// after its end, of those that are over.
	byWait node[*conn]
}

// recentPackets is how many packets of a connection a second capture of one
// may lag behind the first. On a forwarding host up to four copies of a packet
// pass, with a few others between them.
const recentPackets = 16

// assembler holds the connections of one capture point.
type assembler struct {
	*shared
	known table
	// last is the connection of the previous packet, which is often the next
	// one's as well.
	last *conn
	// waiting are the connections with something to do when time passes: holes
	// to give up, resets to complete; over are those that have ended, by when
	// they did. Chains, not maps, so that two runs over one capture say the
	// same in the same order.
	waiting, over chain[*conn]
	// silent are the connections as they were when the most silent one was asked
	// for, that one first; those that came since are none.
	silent []silent
	// carried is set when a connection went on in another source, from
	// carriedFrom.
	carried     bool
	carriedFrom int
	packet      flow.Packet // scratch for packets out of queues
}

func newAssembler(s *shared) *assembler {
	a := &assembler{shared: s, known: newTable()}
	s.assemblers = append(s.assemblers, a)
	return a
}

// outcome is what a segment brought.
type outcome uint8

const (
	broughtNothing outcome = iota
	broughtSomething
	heldBack // and counted as such in the ledger
	repeated // the same packet captured once more
)

// segment takes the next TCP segment of the capture point.
func (a *assembler) segment(s *segment, p *flow.Packet) outcome {
	c, d := a.lookup(s, p)
	out := a.advance(c, d, s, p)
	if out == broughtNothing {
		for i := range c.recent {
			if c.recent[i] == s.print {
				return repeated
			}
		}
	}
	c.recent[c.recentAt%recentPackets] = s.print
	c.recentAt++
	return out
}

// lookup finds or opens the connection of s, and tells the direction of s.
func (a *assembler) lookup(s *segment, p *flow.Packet) (c *conn, d flow.Dir) {
	found := false
	if c = a.last; c != nil {
		d, found = c.holds(s)
	}
	if !found {
		c, d = a.known.find(s)
	}
	if c != nil && s.flags&flagSYN != 0 && c.startsAnew(d, s) {
		a.end(c, flow.EndReused)
		a.forget(c)
		c = nil
	}
	if c == nil {
		c, d = a.open(s, p)
	}
	a.uses++
	c.usedAt = a.uses
	if c.source != p.Source {
		a.carried, a.carriedFrom = true, c.source
		c.source = p.Source
	}
	a.last = c
	return c, d
}

// open starts a connection with s, and tells the direction of s. Who sent the
// SYN is the client; without one it is the end with the higher port.
func (a *assembler) open(s *segment, p *flow.Packet) (*conn, flow.Dir) {
	if a.conns >= a.lim.conns {
		a.makeRoom()
	}
	a.ids++
	c := &conn{hash: s.hash, client: s.src, server: s.dst, encap: s.encap, source: p.Source, opener: p.Source}
	c.byWait.of = c
	d, midstream := flow.FromClient, s.flags&flagSYN == 0
	if midstream && s.dst.port > s.src.port || s.flags&(flagSYN|flagACK) == flagSYN|flagACK {
		d, c.client, c.server = flow.FromServer, s.dst, s.src
	}
	info := &flow.Conn{
		ID: a.ids, Source: p.Source, Client: c.client.addrPort(), Server: c.server.addrPort(),
		Encap: a.names(s.encap), Midstream: midstream,
		ISN: clientISN(s),
	}
	a.known.put(c)
	a.conns++
	a.totals.Connections++
	c.stream = a.sink.Open(info, p)
	return c, d
}

// clientISN is the initial sequence number of the client, which its own SYN
// has and the server's acknowledges; 0 if s is neither.
func clientISN(s *segment) uint32 {
	switch s.flags & (flagSYN | flagACK) {
	case flagSYN:
		return s.seq
	case flagSYN | flagACK:
		return s.ack - 1
	}
	return 0
}

// startsAnew reports whether a SYN opens another connection on the same
// addresses and ports: it has another sequence number than what is known. The
// SYN may also come late, behind what followed it.
func (c *conn) startsAnew(d flow.Dir, s *segment) bool {
	h, peer := &c.half[d], &c.half[d.Other()]
	answer := s.flags&flagACK != 0
	switch {
	case h.syn && h.isn == s.seq:
		return false
	case answer && peer.syn:
		// It belongs where the SYN is that it acknowledges, with any data that
		// SYN had (RFC 7413). A second SYN-ACK with another number is odd, but
		// no new connection.
		return distance(peer.isn+1, s.ack) < 0 || distance(s.ack, peer.next) < 0
	case h.syn:
		return true
	case h.delivered:
		return h.isn != s.seq
	case h.known:
		return h.next != s.seq+1
	case answer:
		return c.stream == nil
	}
	// Both ends open at the same time (RFC 9293 section 3.5), unless there was
	// more than a SYN.
	return c.stream == nil || !peer.syn || peer.delivered || peer.ackedKnown
}

// knowsFromBefore reports whether a SYN was captured in an earlier source, and
// the data behind it as well. No client sends it again then: this source holds
// packets that the other one has, too, and does not go on where it ended.
func (a *assembler) knowsFromBefore(s *segment, source int) bool {
	if s.flags&(flagSYN|flagACK) != flagSYN {
		return false
	}
	c, d := a.known.find(s)
	if c == nil || c.opener == source || d != flow.FromClient {
		return false
	}
	h := &c.half[flow.FromClient]
	return h.syn && h.delivered && h.isn == s.seq
}

// handOver gives the connections that a source has opened to another capture
// point.
func (a *assembler) handOver(to *assembler, source int) {
	for _, s := range a.known.byUse() {
		c := s.conn
		if c.opener != source {
			continue
		}
		a.known.remove(c)
		to.known.put(c)
		switch {
		case !c.byWait.linked:
		case c.stream == nil: // it is over
			a.over.remove(&c.byWait)
			to.over.push(&c.byWait)
		default:
			a.waiting.remove(&c.byWait)
			to.waiting.push(&c.byWait)
		}
	}
	a.last, a.silent = nil, nil
}

// advance lets a segment do to its connection what it does.
func (a *assembler) advance(c *conn, d flow.Dir, s *segment, p *flow.Packet) outcome {
	out := broughtNothing
	if c.stream == nil {
		return out // closed; only strays come now
	}
	h := &c.half[d]
	if s.flags&flagACK != 0 && s.flags&flagRST == 0 && h.believable(s.seq) {
		a.acknowledge(c, d.Other(), s.ack, p)
	}
	seq := s.seq
	if s.flags&flagSYN != 0 {
		if !h.syn {
			a.begin(c, d, seq)
			out = broughtSomething
		}
		seq++ // data on a SYN follows it (RFC 7413)
	}
	if c.stream == nil {
		return out // that was the acknowledgement that made both ends sure
	}
	if s.flags&flagRST != 0 {
		// What a RST carries is a word about the reset (RFC 9293 section
		// 3.5.3), no part of the stream.
		if a.rst(c, d, seq, p) {
			out = broughtSomething
			// Who resets says what it had received until then.
			if s.flags&flagACK != 0 && c.stream != nil {
				a.acknowledge(c, d.Other(), s.ack, p)
			}
		}
		return out
	}
	if s.length > 0 {
		if got := a.data(c, d, seq, s, p); got != broughtNothing {
			out = got
		}
	}
	if s.flags&flagFIN != 0 && a.fin(c, d, seq+uint32(s.length), p) && out != heldBack {
		out = broughtSomething
	}
	return out
}

// makeRoom forgets one connection, of the capture point that has most: the
// first that ended of those that have, else the one that was silent for longest.
func (s *shared) makeRoom() {
	a := s.assemblers[0]
	for _, b := range s.assemblers {
		if b.known.n > a.known.n {
			a = b
		}
	}
	if ended := a.over.oldest; ended != nil {
		a.forget(ended.of)
		return
	}
	victim := a.mostSilent()
	s.totals.Evicted++
	a.end(victim, flow.EndEvicted)
	a.forget(victim)
}

// mostSilent returns the connection whose last packet was the earliest. Only
// now is it asked which one that is: sorting them all now and then costs less
// than keeping them in order with each packet.
func (a *assembler) mostSilent() *conn {
	for {
		for ; len(a.silent) > 0; a.silent = a.silent[1:] {
			if first := a.silent[0]; first.conn.usedAt == first.usedAt {
				return first.conn
			}
			a.silent[0] = silent{} // heard of since, or forgotten
		}
		a.silent = a.known.byUse()
	}
}

// forget drops all memory of c, which has ended.
func (a *assembler) forget(c *conn) {
	a.known.remove(c)
	a.conns--
	a.ended--
	c.usedAt = 0
	a.over.remove(&c.byWait)
	if a.last == c {
		a.last = nil
	}
}
