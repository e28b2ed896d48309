package analyze

import (
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
}

// String names the record: "TLS alert 10".
func (a *TLSAnswer) String() string {
	if a.AlertLevel == 0 {
		return "TLS"
	}
	return fmt.Sprintf("TLS alert %d", a.Alert)
}

// beginsWithTLS takes a side whose first bytes are a TLS record. A server that
// sends one while plain requests wait answers these with it; before anything is
// known of what its client speaks, the client's first bytes decide.
func (c *conn) beginsWithTLS(s *side, r *preface.Result) {
	client := c.side[0]
	unheard := client == nil || client.stage == detecting
	switch {
	case s.who == 0, len(c.pending) == 0 && (!unheard || c.info.Midstream):
		c.encrypted(c.number())
	case c.info.Midstream && r.AlertLevel == 0:
		// Nor is the server's first record in the capture its first one: this can
		// be the middle of anything.
		c.alien()
		c.both(opaque)
	default:
		c.tls = &TLSAnswer{Packet: s.here(), AlertLevel: r.AlertLevel, Alert: r.Alert}
		s.turn(opaque)
		c.alien()
		if !unheard && client.stage == paused {
			client.turn(speaking) // what else it asks has its answer as well
		}
	}
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
