// Package flow is the vocabulary of the wire: what the capture side says to
// the analysis side, and nothing else. It imports only the standard library,
// so that neither side has to know how the other works.
//
// Non-goals: it decodes nothing and judges nothing.
package flow

import (
	"net/netip"
	"time"
)

// Time is a moment by a capture's own clock, in nanoseconds since the Unix
// epoch, UTC. Everything in this program that depends on time depends on this
// one; the wall clock of the machine that analyses is never asked.
type Time int64

// HeldBack is how long, in packet time, bytes are held back at most because
// others before them are missing. After that the hole is reported.
const HeldBack = Time(30 * time.Second)

// Std converts t to a time.Time in UTC.
func (t Time) Std() time.Time { return time.Unix(0, int64(t)).UTC() }

// Sub returns t-u.
func (t Time) Sub(u Time) time.Duration { return time.Duration(t - u) }

// Dir is the direction of bytes within one connection. Which end is the client
// is what the TCP handshake says, or a guess where it was not captured (see
// Conn.Midstream); the analysis may learn better from the content.
type Dir uint8

// The two directions.
const (
	FromClient Dir = iota
	FromServer
)

// Other returns the opposite direction.
func (d Dir) Other() Dir { return d ^ 1 }

// String returns "client" or "server": the end that sent.
func (d Dir) String() string {
	if d == FromClient {
		return "client"
	}
	return "server"
}

// Packet says which captured packet some bytes or an event came in.
type Packet struct {
	// Source is the index of the input, in the order in which inputs were given.
	Source int
	// Num is the packet's number within its source, from 1, as Wireshark's
	// frame.number.
	Num uint64
	// Time is when the packet was captured, by that source's clock.
	Time Time
	// Link is the link type (LINKTYPE_ value) of the interface it came from.
	Link uint16
	// Offset is where the captured bytes start in the input, or -1 if the
	// input cannot be read a second time (a pipe, or compressed).
	Offset int64
	// CapLen and OrigLen are the captured and the original length in bytes.
	CapLen, OrigLen uint32
	// Raw holds the captured bytes and is valid only during the call that
	// carries the Packet. It is nil where the bytes came late from a queue and
	// can be read again at Offset.
	Raw []byte
}

// Conn describes one TCP connection at one capture point. It does not change
// once it has been announced by Sink.Open.
type Conn struct {
	// ID is unique within a run, from 1, in order of first appearance.
	ID uint64
	// Source is the input in which the connection first appeared.
	Source int
	// Client and Server are the two ends. The client is who sent the SYN; if
	// no SYN was captured, the end with the higher port.
	Client, Server netip.AddrPort
	// Encap names what the connection was wrapped in, outermost first, for
	// instance "vxlan 12 vlan 7"; empty for a bare one.
	Encap string
	// Midstream is set when the connection's first packet was no SYN, so that
	// its roles are a guess and its first bytes may belong to anything.
	Midstream bool
	// ISN is the client's initial sequence number (RFC 9293 section 3.4.1), 0
	// where no SYN told it. Whoever translates addresses leaves it as it is.
	ISN uint32
}

// How tells in what way a direction was closed.
type How uint8

// The ways in which a connection ends.
const (
	FIN How = iota + 1
	RST
)

// String returns "fin" or "rst", the words of the report.
func (h How) String() string {
	switch h {
	case FIN:
		return "fin"
	case RST:
		return "rst"
	}
	return ""
}

// GapCause tells why bytes of a stream are missing.
type GapCause uint8

// The reasons for which stream bytes can be missing.
const (
	// GapLost: no packet with these bytes is in the capture.
	GapLost GapCause = iota
	// GapSnaplen: the packet is there, cut short by the snapshot length.
	GapSnaplen
	// GapBudget: bytes behind the hole took too much memory, so the hole was
	// given up before it was sure that it would not be filled.
	GapBudget
)

// EndCause tells why the assembler says nothing more about a connection.
type EndCause uint8

// The reasons for which a Stream ends.
const (
	// EndClosed: both directions were closed, or it was reset.
	EndClosed EndCause = iota
	// EndReused: a new connection took over the same addresses and ports.
	EndReused
	// EndOfCapture: the input is over; the connection may live on.
	EndOfCapture
	// EndEvicted: the connection was forgotten for lack of memory.
	EndEvicted
)

// Sink receives the connections of a capture. All calls come from one
// goroutine, in the order of the capture.
type Sink interface {
	// Open announces a new connection with its first packet and returns the
	// receiver of what happens on it.
	Open(c *Conn, p *Packet) Stream
	// Tick tells that time has passed; it is called at least once per second
	// of packet time, and with the heartbeats of a silent live wire.
	Tick(now Time)
}

// LossSink is a Sink that also wants to know when packets were lost before
// they were captured. Whole connections may be missing without a trace then.
type LossSink interface {
	Sink
	// Lost tells that the machine on which a source was captured dropped
	// packets, at unknown moments between two.
	Lost(source int, from, to Time)
}

// Stream receives one connection: bytes in order and exactly once, holes as
// values, and the end. Slices and Packets are valid only during the call.
type Stream interface {
	// Data delivers the next bytes of direction d, first seen in p.
	Data(d Dir, b []byte, p *Packet)
	// Gap tells that the next n bytes of direction d will never come. p is the
	// packet that made it certain.
	Gap(d Dir, n uint64, cause GapCause, p *Packet)
	// Close tells that the sender of direction d closed (FIN) or reset (RST)
	// with packet p. A FIN comes after all bytes before it. Bytes may still
	// follow a RST that was forged or stray.
	Close(d Dir, how How, p *Packet)
	// End is the last call. Bytes that the peer acknowledged but that were
	// never captured have been reported by Gap before.
	End(cause EndCause)
}
