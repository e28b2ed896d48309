package rules

import (
	"fmt"

	"elbscope/analyze"
	"elbscope/capture/flow"
)

// proxyProtocolUnexpected: a PROXY header stands before the request, and the
// server took it for a broken request line.
var proxyProtocolUnexpected = &analyze.Rule{
	ID: idProxyUnexpected,
	Check: func(c *analyze.Case) []*analyze.Finding {
		for _, s := range c.Sightings {
			if proxyRefused(c, s) {
				return []*analyze.Finding{proxyFinding(c, s)}
			}
		}
		return nil
	},
}

// proxyRefused reports whether the server of s choked on the PROXY header. An
// answer that only somebody who has read the HTTP request can give shows that
// the header was understood, and so does any connection that it accepted.
func proxyRefused(c *analyze.Case, s *analyze.Sighting) bool {
	if s.Proxy.Version == "" || (c.ProxyAccepted != nil && c.ProxyAccepted(s.Conn.Server)) {
		return false
	}
	if s.Response != nil {
		if s.Response.Status() != 400 || answeredByApplication(s) {
			return false
		}
		// A damaged request earns a 400 of its own, unless it came too early.
		return s.Early || len(c.Damages) == 0
	}
	return s.Answer == analyze.AnswerClosed && s.ClosedBy == flow.FromServer && len(c.Damages) == 0 && !open(c)
}

func proxyFinding(c *analyze.Case, s *analyze.Sighting) *analyze.Finding {
	f := &analyze.Finding{
		Rule:      idProxyUnexpected,
		Severity:  errorUnlessSucceeded(c),
		Certainty: analyze.Inferred,
		Group:     analyze.Likeness{Back: s.Conn.Client.Addr(), Server: s.Conn.Server, Effect: s.Proxy.Version}.Handle(),
		Handshake: c.Handshake,
		After:     s,
		Words:     proxyWords,
	}
	if s.Early {
		// The answer was on its way before the request was: nothing but the
		// PROXY header can have caused it.
		f.Certainty = analyze.Proven
	}
	return f
}

var proxyWords = words{
	title: func(f *analyze.Finding) string {
		return fmt.Sprintf("%s does not expect the PROXY protocol header that it is sent", f.After.Conn.Server)
	},
	facts: func(f *analyze.Finding, facts *analyze.Facts) {
		s := f.After
		facts.Hop = fmt.Sprintf("the hop at %s", s.Conn.Client.Addr())
		facts.Back = s.Conn.Client.Addr().String()
		facts.Arrived = sightingFacts(s)
		facts.Proxy = s.Proxy.Version
		facts.Looks = proxySender(s.Proxy.Version)
		setAnswer(facts, s)
		if s.Response == nil {
			setClose(facts, s)
		}
		switch {
		case s.Proxy.Count > 1:
			facts.Meaning = fmt.Sprintf("%d PROXY headers stand one after the other. A server that expects one reads the next as a request line, so look for two hops that each add theirs.", s.Proxy.Count)
		case s.Early:
			facts.Meaning = "The answer left before the request had arrived, so it can only be an answer to the PROXY header."
		}
	},
	proof: func(f *analyze.Finding, p *proof) {
		s := f.After
		p.add(analyze.Evidence{
			Packet: s.Proxy.Packet, Conn: s.Conn,
			Text: fmt.Sprintf("The connection to %s begins with a PROXY %s header", s.Conn.Server, s.Proxy.Version),
		})
		p.outcome(s)
		p.path(f.Handshake, s)
	},
}.made()
