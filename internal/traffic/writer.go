package traffic

import (
	"bufio"
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
)

// writer writes packets, 50 µs apart.
type writer struct {
	out    *bufio.Writer
	kind   Kind
	random *rand.Rand
	micros uint64
	conns  []*conn // one per connection at a time
	inner  []*conn // the same on the other side of the load balancer
	packet []byte
}

// conn is the state of one connection.
type conn struct {
	client, server netip.AddrPort
	// next are the sequence numbers of the client and of the server.
	next [2]uint32
	id   uint16
	// late is a packet of the server's that comes after its next one, and
	// lateSeq its sequence number: nobody acknowledges it before.
	late    []byte
	lateSeq uint32
}

// Who sends a packet.
const (
	client = iota
	server
)

// TCP flags.
const (
	fin = 0x01
	syn = 0x02
	psh = 0x08
	ack = 0x10
)

func newWriter(out *bufio.Writer, k Kind) *writer {
	return &writer{
		out: out, kind: k, random: rand.New(rand.NewPCG(1, 2)), micros: 1767225600000000,
		conns: make([]*conn, atATime), inner: make([]*conn, atATime),
	}
}

// fileHeader writes the header of a capture of Ethernet, in microseconds.
func (w *writer) fileHeader() {
	h := binary.LittleEndian.AppendUint32(nil, 0xa1b2c3d4)
	h = binary.LittleEndian.AppendUint16(h, 2)
	h = binary.LittleEndian.AppendUint16(h, 4)
	h = append(h, make([]byte, 8)...)
	h = binary.LittleEndian.AppendUint32(h, 262144)
	h = binary.LittleEndian.AppendUint32(h, 1)
	_, _ = w.out.Write(h) // the error comes again with Flush
}

// open makes connection i anew and writes its beginning.
func (w *writer) open(from, to string, i, round int) *conn {
	c := newConn(from, to, i, round)
	w.send(c, client, syn, nil)
	w.send(c, server, syn|ack, nil)
	w.send(c, client, ack, nil)
	return c
}

// newConn returns connection i of a round, between two ends.
func newConn(from, to string, i, round int) *conn {
	return &conn{
		client: netip.AddrPortFrom(netip.MustParseAddr(from), uint16(10000+i%50000)),
		server: netip.MustParseAddrPort(to),
		next:   [2]uint32{uint32(round*1000 + i*77), uint32(i * 991)},
	}
}

// close writes the end of a connection, which the client begins.
func (w *writer) close(c *conn) {
	w.send(c, client, fin|ack, nil)
	w.send(c, server, fin|ack, nil)
	w.send(c, client, ack, nil)
}

// send writes one packet. Checksums are left out: nobody judges them.
func (w *writer) send(c *conn, who int, flags byte, payload []byte) {
	c.id++
	p := w.build(c, who, flags, payload)
	seq := c.next[who]
	c.next[who] += uint32(len(payload))
	if flags&(syn|fin) != 0 {
		c.next[who]++ // SYN and FIN take a number each
	}
	if w.kind.lossy && who == server && len(payload) > 0 && c.late == nil {
		switch w.random.IntN(100) {
		case 0:
			return // lost on the way to who captures
		case 1:
			c.late, c.lateSeq = append([]byte(nil), p...), seq
			return
		}
	}
	w.record(p)
	if c.late != nil && who == server {
		w.record(c.late)
		c.late = nil
	}
}

// build puts a packet together; it is good until the next one is.
func (w *writer) build(c *conn, who int, flags byte, payload []byte) []byte {
	from, to := c.client, c.server
	if who == server {
		from, to = to, from
	}
	b := append(w.packet[:0], make([]byte, 12)...) // MAC addresses
	b = binary.BigEndian.AppendUint16(b, 0x0800)
	b = append(b, 0x45, 0)
	b = binary.BigEndian.AppendUint16(b, uint16(40+len(payload)))
	b = binary.BigEndian.AppendUint16(b, c.id)
	b = append(b, 0x40, 0, 64, 6, 0, 0)
	b = append(append(b, from.Addr().AsSlice()...), to.Addr().AsSlice()...)
	b = binary.BigEndian.AppendUint16(b, from.Port())
	b = binary.BigEndian.AppendUint16(b, to.Port())
	b = binary.BigEndian.AppendUint32(b, c.next[who])
	acked := c.next[1-who]
	switch {
	case flags&ack == 0:
		acked = 0
	case who == client && c.late != nil:
		acked = c.lateSeq
	}
	b = binary.BigEndian.AppendUint32(b, acked)
	b = append(b, 0x50, flags, 0xff, 0, 0, 0, 0, 0)
	w.packet = append(b, payload...)
	return w.packet
}

// record writes a packet with its record header.
func (w *writer) record(p []byte) {
	w.micros += 50
	var h [16]byte
	binary.LittleEndian.PutUint32(h[0:], uint32(w.micros/1e6))
	binary.LittleEndian.PutUint32(h[4:], uint32(w.micros%1e6))
	binary.LittleEndian.PutUint32(h[8:], uint32(len(p)))
	binary.LittleEndian.PutUint32(h[12:], uint32(len(p)))
	_, _ = w.out.Write(h[:]) // the error comes again with Flush
	_, _ = w.out.Write(p)
}
