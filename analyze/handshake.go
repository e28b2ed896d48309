package analyze

import (
	"net/netip"
	"time"

	"elbscope/analyze/http1"
	"elbscope/capture/flow"
)

// Verdict is what became of a handshake; the words are those of report-v1.
type Verdict string

// The verdicts. Where several apply, the first in this order is given.
const (
	Malformed    Verdict = "malformed"
	Downgraded   Verdict = "downgraded"
	Dropped      Verdict = "dropped"
	Rewritten    Verdict = "rewritten"
	Altered      Verdict = "altered"
	Healthy      Verdict = "healthy"
	NotRelayed   Verdict = "not-relayed"
	Refused      Verdict = "refused"
	Unanswered   Verdict = "unanswered"
	Pending      Verdict = "pending"
	Undetermined Verdict = "undetermined"
)

// Certainty says how much of a statement the capture itself holds.
type Certainty string

// The certainties.
const (
	// Proven: the capture holds what is stated: for damage, a sound and a
	// damaged sighting; otherwise the sighting and its answer or close.
	Proven Certainty = "proven"
	// Inferred: only the damaged side is there, and the protocol leaves one
	// reading.
	Inferred Certainty = "inferred"
	// Unsure goes with the verdicts undetermined and pending.
	Unsure Certainty = "undetermined"
)

// Leg is the role of the wire on which a sighting was made.
type Leg string

// The legs.
const (
	ClientLeg   Leg = "client"
	InstanceLeg Leg = "instance"
	LocalLeg    Leg = "local"
)

// PacketRef names one captured packet.
type PacketRef struct {
	Source int
	// Num is the packet number in its source, from 1; 0 stands for none.
	Num  uint64
	Time flow.Time
	// Offset is where its bytes start in the source, or -1 if the source
	// cannot be read again; Len is how many were captured, of Orig on the wire.
	Offset    int64
	Len, Orig uint32
	Link      uint16
}

// Handshake is one WebSocket opening handshake as one client meant it, over
// all legs on which it was seen. A published Handshake never changes; later
// knowledge is published as a new value with the same ID and a higher Rev.
type Handshake struct {
	ID  string
	Rev uint64
	// Key is the Sec-WebSocket-Key of the first sighting that has one; Target
	// and Host are those of the first sighting. Empty where unknown.
	Key, Target, Host string
	// Start is the time of the first sighting, on the clock of the first
	// source.
	Start     flow.Time
	Verdict   Verdict
	Certainty Certainty
	Culprit   *Culprit
	// Why says in words why the verdict is undetermined; else empty.
	Why string
	// Status is what arrived on the leg nearest to the client; 0 if nothing.
	Status int
	// Sightings stand by hop, then by time; at least one.
	Sightings []*Sighting
	// Damages are the places where the handshake was damaged, first one first.
	Damages []Damage
	// Findings stand earliest cause first.
	Findings []*Finding
	// Final is set once nothing can change any more.
	Final bool
}

// Succeeded reports whether the leg nearest to the client saw a 101.
func (h *Handshake) Succeeded() bool { return h.Status == 101 }

// First returns the sighting nearest to the client.
func (h *Handshake) First() *Sighting { return h.Sightings[0] }

// Last returns the latest sighting on the last leg.
func (h *Handshake) Last() *Sighting { return h.latest(h.Sightings[len(h.Sightings)-1].Hop) }

// latest returns the latest sighting on a hop, nil if there is none. Of one
// that was captured twice it is the one that knows more about its end.
func (h *Handshake) latest(hop int) *Sighting {
	var last *Sighting
	for _, s := range h.Sightings {
		if s.Hop == hop && (last == nil || !sameWire(last, s) || s.Answer.knows() > last.Answer.knows()) {
			last = s
		}
	}
	return last
}

// sameWire reports whether two sightings of one handshake are the same
// exchange, captured twice.
func sameWire(a, b *Sighting) bool {
	return a.Conn.Client == b.Conn.Client && a.Conn.Server == b.Conn.Server
}

// Culprit is the hop that damaged a handshake, named by its two faces.
type Culprit struct {
	// Front is the hop's face to the client: the server endpoint of the last
	// sound sighting. Invalid where none is in the capture.
	Front netip.AddrPort
	// Back is its face to the instance: the client address of the first
	// damaged sighting.
	Back netip.Addr
}

// Damage is what one hop did to a handshake.
type Damage struct {
	// Kind is Downgraded, Dropped, Rewritten, Altered or Malformed.
	Kind Verdict
	// Before and After index Handshake.Sightings: the last sighting where
	// what was damaged was still whole (-1 where none is in the capture), and
	// the first damaged one.
	Before, After int
}

// Answer says how the wait for a response ended.
type Answer uint8

// The ways in which the wait for an answer ends.
const (
	// AnswerNone: still open when the capture ended.
	AnswerNone Answer = iota
	// AnswerSeen: a final response head is in the capture.
	AnswerSeen
	// AnswerClosed: the connection was closed or reset without a byte.
	AnswerClosed
	// AnswerLost: bytes are missing where the answer may have been.
	AnswerLost
	// AnswerAlien: bytes came back that are no HTTP response.
	AnswerAlien
)

// Sighting is one exchange that carries a handshake on one leg.
type Sighting struct {
	Exchange uint64
	Conn     *flow.Conn
	// Hop counts from 0, the leg nearest to the client in the capture.
	Hop int
	Leg Leg
	// Request is never nil; its head may be cut (Request.Whole is false).
	Request  *http1.Head
	Response *http1.Head
	// Body is the first part of the response's body.
	Body []byte
	// RequestPacket is where the request head starts, ResponsePacket where
	// the final response head starts.
	RequestPacket, ResponsePacket PacketRef
	// Time and Answered are when those packets were captured, on the clock of
	// the first source.
	Time, Answered flow.Time
	Answer         Answer
	// Foreign is what the server answered in the place of HTTP/1, if that is known;
	// else nil.
	Foreign *Foreign
	// Early is set when the response began before the request did.
	Early bool
	// Holed is set when bytes of its connection are missing in the capture where
	// a request or an answer may have been: the two above may not belong together.
	Holed bool
	// WentOn is set when the client went on with what is no HTTP, as after a 101,
	// and no answer had been seen until its connection ended.
	WentOn bool
	// ForwardedFor is X-Forwarded-For as sent, "" where absent.
	ForwardedFor string
	// Proxy is the PROXY protocol header at the start of the connection.
	Proxy ProxyHeader
	// Marks are the header names that only a proxy adds, as found.
	Marks []string
	Signs Signs
	// ClosedBy tells who first closed this connection after the handshake, How
	// in what way; How is zero while nobody did. Closed is when, on the clock
	// of the first source.
	ClosedBy    flow.Dir
	How         flow.How
	ClosePacket PacketRef
	Closed      flow.Time
	WebSocket   WebSocket
	// Packets are those that carry the exchange, in order; PacketsLeftOut
	// counts what was too much to keep.
	Packets        []PacketRef
	PacketsLeftOut int
}

// WebSocket is what followed a 101.
type WebSocket struct {
	// Frames counts frame heads by direction.
	Frames [2]uint64
	// Bytes counts payload bytes by direction.
	Bytes [2]uint64
	// CloseFrame tells which side sent a close frame; CloseCode is the status
	// code in it (RFC 6455 section 7.4), 0 if it gave none.
	CloseFrame [2]bool
	CloseCode  [2]int
	// LastPayload is when bytes last went over the connection, either way, on
	// the clock of the first source.
	LastPayload flow.Time
	// Survived is the longest time between two packets with bytes, either way,
	// from the 101 to LastPayload.
	Survived time.Duration
	// HTTPHead is the packet where an HTTP head was found among what should
	// be frames; Num is 0 if there was none. HTTPLine is its first line and
	// HTTPFrom who sent it.
	HTTPHead PacketRef
	HTTPLine string
	HTTPFrom flow.Dir
	// Lost is set when frames could not be followed to the end, for holes or
	// because they break RFC 6455.
	Lost bool
	// Violations names what each side broke of RFC 6455 section 5, in order, each
	// once.
	Violations [2][]string
	// Compressed is the packet with the first frame that is compressed though no
	// extension was agreed on that leg, CompressedFrom who sent it; Num is 0 if there
	// was none. See Compressed of ws.Tally.
	Compressed     PacketRef
	CompressedFrom flow.Dir
}

// Total returns the frames of both directions.
func (w *WebSocket) Total() uint64 { return w.Frames[0] + w.Frames[1] }

// ProxyHeader is a PROXY protocol header
// (https://www.haproxy.org/download/2.8/doc/proxy-protocol.txt).
type ProxyHeader struct {
	// Version is "v1" or "v2", "" where there is none; Count is how many
	// stood one after the other.
	Version string
	Count   int
	// Source and Dest are the addresses it announces; invalid for UNKNOWN and
	// LOCAL. With several headers they are those of the first, which the hop
	// next to us wrote.
	Source, Dest netip.AddrPort
	Packet       PacketRef
}
