package analyze

import (
	"cmp"
	"fmt"

	"elbscope/analyze/preface"
)

// This file deals with connections on which somebody speaks TLS. Those of which
// both sides do are not read; a server that answers a plain request in TLS has
// answered it.

// TLSAnswer is the TLS record that a server sent in the place of an HTTP
// response: its port wants TLS. It never changes.
type TLSAnswer struct {
	// Packet is where the record starts.
	Packet PacketRef
	// AlertLevel is 1 (warning) or 2 (fatal) where the record is an alert, and
	// Alert its description (RFC 8446 section 6); both are 0 for another record.
	AlertLevel, Alert uint8
	// hello is set if it is a ServerHello.
	hello bool
}

// String names the record: "TLS alert 10".
func (a *TLSAnswer) String() string {
	if a.AlertLevel == 0 {
		return "TLS"
	}
	return fmt.Sprintf("TLS alert %d", a.Alert)
}

// AlertName is the name of the alert in RFC 8446 section 6, "number N" where it has
// none there; "" where the record is no alert.
func (a *TLSAnswer) AlertName() string {
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
	client := c.side[0]
	unheard := client == nil || client.stage == detecting
	switch {
	case s.who == 0:
		c.clientSpeaksTLS(s, r)
	case len(c.pending) == 0 && (!unheard || c.info.Midstream):
		c.encrypted(c.number())
	case c.info.Midstream && r.AlertLevel == 0:
		// Nor is the server's first record in the capture its first one: this can
		// be the middle of anything.
		c.alien()
		c.both(opaque)
	default:
		c.tls = &TLSAnswer{Packet: s.here(), AlertLevel: r.AlertLevel, Alert: r.Alert, hello: r.ServerHello}
		s.turn(opaque)
		c.alien()
		if !unheard && client.stage == paused {
			client.turn(speaking) // what else it asks has its answer as well
		}
	}
}

// clientSpeaksTLS takes a client's side. How the server takes its hello is
// looked at, and nothing else.
func (c *conn) clientSpeaksTLS(s *side, r *preface.Result) {
	server, early := c.side[1], c.tls
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
	c.tls = nil
	c.e.encrypted(c, packet)
	c.both(opaque)
}

// unheard reports whether the server has spoken TLS, and nothing that its
// client said shows that it does not.
func (c *conn) unheard() bool {
	return c.tls != nil && (c.side[0] == nil || c.side[0].stage == detecting)
}
