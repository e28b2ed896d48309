package analyze

import (
	"cmp"
	"fmt"

	"elbscope/analyze/preface"
)

// This file deals with connections on which the server, or both sides, speak TLS
// or HTTP/2. Those on which both do are not read; a server that answers a request
// of HTTP/1 so has answered it.

// Foreign is what a server sent in the place of an HTTP/1 response, in the
// protocol that its port wants. It never changes.
type Foreign struct {
	// Packet is where it starts.
	Packet PacketRef
	// HTTP2 is set for the SETTINGS of HTTP/2 (RFC 9113 section 3.4). Else it is a
	// TLS record.
	HTTP2 bool
	// AlertLevel is 1 (warning) or 2 (fatal) where the record is an alert, and
	// Alert its description (RFC 8446 section 6); both are 0 for another record.
	AlertLevel, Alert uint8
	// hello is set if the record is a ServerHello.
	hello bool
}

// Protocol is "TLS" or "HTTP/2".
func (a *Foreign) Protocol() string {
	if a.HTTP2 {
		return "HTTP/2"
	}
	return "TLS"
}

// String names it: "TLS alert 10", "TLS", "HTTP/2".
func (a *Foreign) String() string {
	if a.AlertLevel == 0 {
		return a.Protocol()
	}
	return fmt.Sprintf("TLS alert %d", a.Alert)
}

// AlertName is the name of the alert in RFC 8446 section 6, "number N" where it has
// none there; "" where it is no alert.
func (a *Foreign) AlertName() string {
	if a.AlertLevel == 0 {
		return ""
	}
	return cmp.Or(alertNames[a.Alert], fmt.Sprintf("number %d", a.Alert))
}

// alertNames are those that a server can say before it knows its client.
var alertNames = map[uint8]string{
	0: "close_notify", 10: "unexpected_message", 20: "bad_record_mac", 22: "record_overflow", 40: "handshake_failure",
	47: "illegal_parameter", 50: "decode_error", 70: "protocol_version", 71: "insufficient_security", 80: "internal_error",
	90: "user_canceled", 112: "unrecognized_name",
}

// beginsWithTLS takes a side whose first bytes are a TLS record. A server that
// sends one while plain requests wait answers these with it; before anything is
// known of what its client speaks, the client's first bytes decide.
func (c *conn) beginsWithTLS(s *side, r *preface.Result) {
	switch {
	case s.who == 0:
		c.clientSpeaksTLS(s, r)
	case len(c.pending) == 0 && (c.clientHeard() || c.info.Midstream):
		c.encrypted(c.number())
	case c.info.Midstream && r.AlertLevel == 0:
		// Nor is the server's first record in the capture its first one: this can
		// be the middle of anything.
		c.alien()
		c.both(opaque)
	default:
		c.answersForeign(s, &Foreign{Packet: s.here(), AlertLevel: r.AlertLevel, Alert: r.Alert, hello: r.ServerHello})
	}
}

// beginsWithHTTP2 takes a side whose first bytes are those of HTTP/2. A server may
// say its own before its client has said anything.
func (c *conn) beginsWithHTTP2(s *side, r *preface.Result) {
	switch {
	case s.who == 1 && r.Settings && (len(c.pending) > 0 || !c.clientHeard()):
		c.answersForeign(s, &Foreign{Packet: s.here(), HTTP2: true})
	case s.who == 1 && len(c.pending) > 0:
		c.alien() // a client's words: whoever says them, they are no answer
		c.both(opaque)
	default:
		c.http2(c.number())
	}
}

// answersForeign takes what a server begins with as the answer to all that was
// asked, and will be.
func (c *conn) answersForeign(s *side, a *Foreign) {
	c.foreign = a
	s.turn(opaque)
	c.alien()
	if client := c.side[0]; client != nil && client.stage == paused {
		client.turn(speaking) // what else it asks has its answer as well
	}
}

// clientHeard reports whether it is known what the client speaks.
func (c *conn) clientHeard() bool { return c.side[0] != nil && c.side[0].stage != detecting }

// clientSpeaksTLS takes a client's side. How the server takes its hello is
// looked at, and nothing else.
func (c *conn) clientSpeaksTLS(s *side, r *preface.Result) {
	server, early := c.side[1], c.foreign
	waits := r.ClientHello && (server == nil || server.stage == detecting)
	at := s.here()
	c.encrypted(c.number())
	switch {
	case waits:
		c.hello = &at
		c.side[1].turn(detecting)
	case r.ClientHello && early != nil && early.hello:
		c.hello = &at
		c.e.shows(c, true)
	}
}

// answersHello takes the first bytes of a server that was sent a TLS hello.
func (c *conn) answersHello(s *side, r *preface.Result) {
	if r.ServerHello {
		c.e.shows(c, true)
	}
	s.turn(opaque)
}

// encrypted gives up a connection that speaks TLS, as a packet shows.
func (c *conn) encrypted(packet uint64) {
	c.foreign = nil
	c.e.encrypted(c, packet)
	c.both(opaque)
}

// http2 gives up a connection that speaks HTTP/2, as a packet shows.
func (c *conn) http2(packet uint64) {
	c.foreign = nil
	c.e.http2(c, packet)
	c.both(opaque)
}

// unheard reports whether the server has spoken TLS or HTTP/2, and nothing that
// its client said shows that it does not.
func (c *conn) unheard() bool { return c.foreign != nil && !c.clientHeard() }

// bothForeign gives up a connection whose client was not heard: it speaks what
// its server does, as it seems.
func (c *conn) bothForeign(packet uint64) {
	if c.foreign.HTTP2 {
		c.http2(packet)
	} else {
		c.encrypted(packet)
	}
}
