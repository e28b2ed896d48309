package rules

import (
	"fmt"

	"elbscope/analyze"
)

// http2Expected: the handshake was sent in HTTP/1.1 to a port that speaks HTTP/2
// and nothing else. The server says so with its SETTINGS, before it hangs up.
var http2Expected = &analyze.Rule{
	ID: idHTTP2Expected,
	Check: func(c *analyze.Case) []*analyze.Finding {
		s := c.Last()
		if s.Foreign == nil || !s.Foreign.HTTP2 {
			return nil
		}
		alike := alikeAsked(s)
		alike.Effect = s.Foreign.String()
		return []*analyze.Finding{{
			Rule:      idHTTP2Expected,
			Severity:  errorUnlessSucceeded(c),
			Certainty: analyze.Proven,
			Handshake: c.Handshake,
			After:     s,
			Group:     alike.Handle(),
			Words:     http2Words,
		}}
	},
}

var http2Words = words{
	title: func(f *analyze.Finding) string { return wanting(f.After) + " wants HTTP/2 and gets HTTP/1.1" },
	facts: func(f *analyze.Finding, facts *analyze.Facts) {
		h, s := f.Handshake, f.After
		setAsked(facts, h, s)
		setOutcome(facts, h)
		facts.Meaning = fmt.Sprintf("Packet %d holds what %s answered: %s, and no HTTP/1. That is how a server begins which speaks HTTP/2 alone on this port.",
			s.Foreign.Packet.Num, s.Conn.Server, foreignWords(s.Foreign))
		setBehind(facts, h, s, s.Foreign.Protocol())
	},
	proof: func(f *analyze.Finding, p *proof) {
		p.request(f.After)
		p.outcome(f.After)
		p.path(f.Handshake)
	},
}.made()
