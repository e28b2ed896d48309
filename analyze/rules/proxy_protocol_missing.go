package rules

import (
	"fmt"

	"elbscope/analyze"
)

// proxyProtocolMissing: the server hung up on a connection without a PROXY
// header, and on another one it took such a header.
var proxyProtocolMissing = &analyze.Rule{
	ID: idProxyMissing,
	Check: func(c *analyze.Case) []*analyze.Finding {
		s := c.Last()
		if c.WantsProxy == nil || s.Proxy.Version != "" || !hungUpUnheard(c, s) {
			return nil
		}
		return []*analyze.Finding{{
			Rule:      idProxyMissing,
			Severity:  errorUnlessSucceeded(c),
			Certainty: analyze.Inferred,
			Group:     analyze.Likeness{Back: s.Conn.Client.Addr(), Server: s.Conn.Server}.Handle(),
			Handshake: c.Handshake,
			After:     s,
			Precedent: c.WantsProxy,
			Words:     proxyMissingWords,
		}}
	},
}

var proxyMissingWords = words{
	title: func(f *analyze.Finding) string {
		return fmt.Sprintf("%s answers behind a PROXY protocol header, and hangs up on a connection without", f.After.Conn.Server)
	},
	facts: func(f *analyze.Finding, facts *analyze.Facts) {
		h, s, x := f.Handshake, f.After, f.Precedent
		if first := firstLeg(h); first != s {
			facts.Sent = sightingFacts(first)
		}
		facts.Arrived = sightingFacts(s)
		facts.Back = s.Conn.Client.Addr().String()
		facts.Looks = looksLike(nil, s)
		facts.Proxy = x.Proxy
		setOutcome(facts, h)
		setClose(facts, s)
		facts.Meaning = fmt.Sprintf("This server answered another connection, which began with a PROXY %s header (packet %d). This one had none.",
			x.Proxy, x.Packet.Num)
		if from, here := x.Conn.Client.Addr(), s.Conn.Client.Addr(); from != here {
			facts.Meaning += fmt.Sprintf(" The header came from %s, and this handshake from %s, which may go past what writes it.", from, here)
		}
	},
	proof: func(f *analyze.Finding, p *proof) {
		x := f.Precedent
		p.request(f.After)
		p.outcome(f.After)
		p.add(analyze.Evidence{
			Packet: x.Packet, Conn: x.Conn,
			Text: fmt.Sprintf("Another connection to %s begins with a PROXY %s header, and is answered", x.Conn.Server, x.Proxy),
		})
		p.path(f.Handshake)
	},
}.made()
