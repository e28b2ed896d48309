// Command traffic writes a large capture to measure with: plain web traffic on
// many connections at a time, the kind among which a handshake has to be found.
//
//	go run ./internal/traffic big.pcap
//
// It is the same every time: 40 requests on each of 2,000 connections at a
// time, 8,000 connections in all, each answer 13 KB in 1,460-byte segments;
// 80,000 exchanges, 1.2 million packets, 1.05 GB.
package main

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"os"
)

const (
	atATime   = 2000
	rounds    = 40
	perConn   = 10 // requests on one connection
	segment   = 1460
	segments  = 9 // of one answer
	headBytes = 54
)

// conn is one connection's state.
type conn struct {
	client, server uint32 // next sequence numbers
	port           uint16
	host           byte
	id             uint16
}

// writer writes packets, 50 µs apart.
type writer struct {
	*bufio.Writer
	micros uint64
	buf    [headBytes + segment]byte
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: traffic FILE.pcap")
		os.Exit(2)
	}
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func write(name string) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	w := &writer{Writer: bufio.NewWriterSize(f, 1<<20), micros: 1767225600000000}
	head := binary.LittleEndian.AppendUint32(nil, 0xa1b2c3d4)
	head = binary.LittleEndian.AppendUint16(head, 2)
	head = binary.LittleEndian.AppendUint16(head, 4)
	head = append(head, make([]byte, 8)...)
	head = binary.LittleEndian.AppendUint32(head, 262144)
	head = binary.LittleEndian.AppendUint32(head, 1)
	_, _ = w.Write(head)
	conns := make([]*conn, atATime)
	for round := range rounds {
		w.round(round, conns)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Close()
}

// round does one exchange on every connection, all of them interleaved.
func (w *writer) round(round int, conns []*conn) {
	for i := range conns {
		if round%perConn == 0 {
			conns[i] = &conn{
				client: uint32(round*1000 + i*77), server: uint32(i * 991),
				port: uint16(10000 + i), host: byte(1 + round/perConn),
			}
			w.open(conns[i])
		}
		w.send(conns[i], true, 0x18, fmt.Appendf(nil, "GET /page/%d/%d HTTP/1.1\r\nHost: app.example.com\r\n"+
			"User-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\nAccept: */*\r\nX-Forwarded-For: 203.0.113.%d\r\n"+
			"X-Forwarded-Proto: https\r\nX-Forwarded-Port: 443\r\nConnection: keep-alive\r\nCookie: session=abcdefghijklmnop\r\n\r\n",
			round, i, i%250))
	}
	body := make([]byte, segment)
	for i := range body {
		body[i] = byte('a' + i%26)
	}
	for k := range segments {
		for _, c := range conns {
			if k == 0 {
				w.send(c, false, 0x18, fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Type: text/html\r\n"+
					"Content-Length: %d\r\nConnection: keep-alive\r\n\r\n", segment*(segments-1)))
			} else {
				w.send(c, false, 0x10, body)
			}
			if k%2 == 0 {
				w.send(c, true, 0x10, nil)
			}
		}
	}
	if round%perConn == perConn-1 {
		for _, c := range conns {
			w.send(c, true, 0x11, nil)
			w.send(c, false, 0x11, nil)
			w.send(c, true, 0x10, nil)
		}
	}
}

func (w *writer) open(c *conn) {
	w.send(c, true, 0x02, nil)
	w.send(c, false, 0x12, nil)
	w.send(c, true, 0x10, nil)
}

// send writes one packet. Checksums are left out: nobody judges them.
func (w *writer) send(c *conn, fromClient bool, flags byte, payload []byte) {
	w.micros += 50
	c.id++
	b := w.buf[:headBytes+len(payload)]
	clear(b[:headBytes])
	client, server := []byte{10, 0, 1, c.host}, []byte{10, 0, 2, 1}
	b[12] = 8
	b[14] = 0x45
	binary.BigEndian.PutUint16(b[16:], uint16(40+len(payload)))
	binary.BigEndian.PutUint16(b[18:], c.id)
	b[22], b[23] = 64, 6
	length := uint32(len(payload))
	if flags&3 != 0 {
		length++ // SYN and FIN take a number each
	}
	if fromClient {
		copy(b[26:], client)
		copy(b[30:], server)
		binary.BigEndian.PutUint16(b[34:], c.port)
		binary.BigEndian.PutUint16(b[36:], 80)
		binary.BigEndian.PutUint32(b[38:], c.client)
		binary.BigEndian.PutUint32(b[42:], c.server)
		c.client += length
	} else {
		copy(b[26:], server)
		copy(b[30:], client)
		binary.BigEndian.PutUint16(b[34:], 80)
		binary.BigEndian.PutUint16(b[36:], c.port)
		binary.BigEndian.PutUint32(b[38:], c.server)
		binary.BigEndian.PutUint32(b[42:], c.client)
		c.server += length
	}
	b[46], b[47], b[48] = 0x50, flags, 0xff
	copy(b[headBytes:], payload)
	var rec [16]byte
	binary.LittleEndian.PutUint32(rec[0:], uint32(w.micros/1e6))
	binary.LittleEndian.PutUint32(rec[4:], uint32(w.micros%1e6))
	binary.LittleEndian.PutUint32(rec[8:], uint32(len(b)))
	binary.LittleEndian.PutUint32(rec[12:], uint32(len(b)))
	_, _ = w.Write(rec[:])
	_, _ = w.Write(b)
}
