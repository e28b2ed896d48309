package story

import (
	"slices"
	"time"
)

// start is when every story begins.
var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

const (
	stepTime   = time.Millisecond       // from one line of a story to the next
	packetTime = 50 * time.Microsecond  // from one packet to the next
	copyTime   = 20 * time.Microsecond  // from a packet to its second capture
	resendTime = 200 * time.Millisecond // until a retransmission
)

// Option changes how a story's payloads are segmented.
type Option func(*options)

type options struct {
	segment     int
	cutStream   int
	cutOffset   int
	cutsStreams bool
}

// WithSegments sends every payload in segments of n bytes.
func WithSegments(n int) Option { return func(o *options) { o.segment = n } }

// WithCut puts a segment boundary at one offset of one stream, an index into
// what Streams returns.
func WithCut(stream, offset int) Option {
	return func(o *options) { o.cutsStreams, o.cutStream, o.cutOffset = true, stream, offset }
}

// Packets returns the story's packets in the order of time; those of one file
// are by that file's clock.
func (s *Story) Packets(opts ...Option) []Packet {
	return s.play(opts).out
}

// Streams returns what each end of each connection sends, in the order of
// opening, the client's stream before the server's.
func (s *Story) Streams() []Stream { return s.play(nil).streams }

func (s *Story) play(opts []Option) *player {
	p := &player{story: s, now: start, on: true, conns: make([]*conn, len(s.legs))}
	for _, o := range opts {
		o(&p.options)
	}
	for _, l := range s.legs {
		p.fileOf = append(p.fileOf, l.file)
	}
	for _, st := range s.steps {
		p.do(&st)
	}
	return p
}

// player lets a story happen.
type player struct {
	options
	story   *Story
	now     time.Time
	on      bool // the capture is running
	conns   []*conn
	opened  int
	ident   uint16
	fileOf  []int
	streams []Stream
	out     []Packet
}

// conn is one TCP connection; index 0 is the client's end.
type conn struct {
	leg    int
	stream int // index of the client's stream; the server's is the next
	first  [2]uint32
	next   [2]uint32
	closed [2]bool
}

func end(fromClient bool) int {
	if fromClient {
		return 0
	}
	return 1
}

func (p *player) do(st *step) {
	switch st.verb {
	case doWait:
		p.now = p.now.Add(st.wait)
		return
	case doBegin:
		p.out = nil
		return
	case doEnd:
		p.on = false
		return
	case doRotate:
		for i := range p.fileOf {
			p.fileOf[i] = st.file
		}
		return
	}
	p.now = p.now.Add(stepTime)
	c := p.conns[st.leg]
	if c == nil || (c.closed[0] && c.closed[1]) || st.verb == doOpen {
		c = p.open(st.leg)
	}
	me := end(st.fromClient)
	switch st.verb {
	case doSend:
		p.send(c, st)
	case doClose:
		p.packet(c, me, flagFIN|flagACK, c.next[me], nil, nil)
		c.next[me]++
		c.closed[me] = true
		p.packet(c, 1-me, flagACK, c.next[1-me], nil, nil)
	case doReset:
		p.packet(c, me, flagRST|flagACK, c.next[me], nil, nil)
		c.closed = [2]bool{true, true}
	case doProbe:
		p.packet(c, me, flagACK, c.next[me]-1, nil, nil)
		p.packet(c, 1-me, flagACK, c.next[1-me], nil, nil)
	}
}

// open makes a new connection on a leg, with sequence numbers of its own.
func (p *player) open(leg int) *conn {
	p.opened++
	c := &conn{leg: leg, stream: len(p.streams)}
	c.first = [2]uint32{uint32(p.opened) * 1_000_000, uint32(p.opened)*1_000_000 + 500_000}
	if p.story.legs[leg].wraps {
		c.first = [2]uint32{^uint32(0) - 50, ^uint32(0) - 20}
	}
	c.next = c.first
	p.conns[leg] = c
	name := p.story.legs[leg].name
	p.streams = append(p.streams, Stream{Leg: name, FromClient: true}, Stream{Leg: name})
	p.packet(c, 0, flagSYN, c.first[0], nil, nil)
	c.next[0]++
	p.packet(c, 1, flagSYN|flagACK, c.first[1], nil, nil)
	c.next[1]++
	p.packet(c, 0, flagACK, c.next[0], nil, nil)
	return c
}

// send lets one end send a payload; the other end acknowledges all of it.
func (p *player) send(c *conn, st *step) {
	me := end(st.fromClient)
	stream := &p.streams[c.stream+me]
	bounds := p.bounds(c, me, stream.Len, st)
	stream.Len += len(st.data)
	stream.Ends = append(stream.Ends, stream.Len)
	p.transmit(c, me, st, bounds)
	seq := c.next[me]
	c.next[me] += uint32(len(st.data))
	p.packet(c, 1-me, flagACK, c.next[1-me], nil, nil)
	if st.accidents.again {
		p.now = p.now.Add(resendTime)
		after := c.next[me]
		c.next[me] = seq
		p.transmit(c, me, st, bounds)
		c.next[me] = after
		p.packet(c, 1-me, flagACK, c.next[1-me], nil, nil)
	}
}

// transmit puts the segments of a payload on the wire.
func (p *player) transmit(c *conn, me int, st *step, bounds []int) {
	type span struct{ from, to int }
	var spans []span
	for i := 1; i < len(bounds); i++ {
		spans = append(spans, span{bounds[i-1], bounds[i]})
	}
	if st.accidents.swap && len(spans) > 1 {
		spans[0], spans[1] = spans[1], spans[0]
	}
	for _, s := range spans {
		a := st.accidents
		a.lost = a.loses(s.from, s.to)
		p.packet(c, me, flagPSH|flagACK, c.next[me]+uint32(s.from), st.data[s.from:s.to], &a)
	}
}

// bounds returns the segment boundaries of a payload that begins at offset
// base of its stream, both ends included.
func (p *player) bounds(c *conn, me, base int, st *step) []int {
	n := len(st.data)
	size := p.story.legs[c.leg].mss
	if p.segment > 0 {
		size = min(size, p.segment)
	}
	at := []int{0, n, st.accidents.from, st.accidents.to}
	at = append(at, st.accidents.cuts...)
	for i := size; i < n; i += size {
		at = append(at, i)
	}
	if p.cutsStreams && p.cutStream == c.stream+me {
		at = append(at, p.cutOffset-base)
	}
	slices.Sort(at)
	at = slices.DeleteFunc(at, func(i int) bool { return i < 0 || i > n })
	return slices.Compact(at)
}

// packet puts one packet into the capture, unless it was lost.
func (p *player) packet(c *conn, me int, flags byte, seq uint32, payload []byte, a *accidents) {
	p.now = p.now.Add(packetTime)
	p.ident++
	if !p.on || a != nil && a.lost {
		return
	}
	l := &p.story.legs[c.leg]
	s := segment{fromClient: me == 0, flags: flags, seq: seq, ack: c.next[1-me], payload: payload, ident: p.ident}
	copies := 1
	if l.twice || a != nil && a.twice {
		copies = 2
	}
	for i := range copies {
		p.record(c.leg, &s, i)
	}
}

// record adds the nth capture of a packet.
func (p *player) record(leg int, s *segment, n int) {
	l, fileIndex := &p.story.legs[leg], p.fileOf[leg]
	f := &p.story.files[fileIndex]
	data := l.frame(s, n)
	orig := len(data)
	if f.snaplen > 0 && orig > f.snaplen {
		data = data[:f.snaplen]
	}
	iface := 0
	if f.pcapng {
		iface = len(p.story.ifaces(fileIndex, leg))
	}
	p.out = append(p.out, Packet{
		Leg: l.name, FromClient: s.fromClient, File: fileIndex, Iface: iface,
		Time: p.now.Add(time.Duration(n)*copyTime + f.clock),
		Link: l.link, Data: data, Orig: orig, Payload: len(s.payload),
	})
}
