package rules

import (
	"fmt"
	"time"

	"elbscope/analyze"
	"elbscope/capture/flow"
)

// tlsExpected: the handshake was sent in plain HTTP to a port that wants TLS.
// The server says so, with a TLS record or in an answer for people; or it hangs
// up without a word, as OpenSSL's do, and other connections show what it wants.
var tlsExpected = &analyze.Rule{
	ID: idTLSExpected,
	Check: func(c *analyze.Case) []*analyze.Finding {
		s := c.Last()
		f := &analyze.Finding{
			Rule:      idTLSExpected,
			Severity:  errorUnlessSucceeded(c),
			Certainty: analyze.Proven,
			Handshake: c.Handshake,
			After:     s,
			Words:     tlsWords,
		}
		alike := alikeAsked(s)
		switch {
		case s.Foreign != nil && !s.Foreign.HTTP2:
			alike.Effect = s.Foreign.String()
		case s.Response != nil && saysTLS(s):
			alike.Status, alike.Effect = s.Response.Status(), refusedBy(c.Handshake, s)
		case hungUpUnheard(c, s) && c.WantsTLS != nil && understood(c, s):
			f.Certainty, f.Precedent, alike.Effect = analyze.Inferred, c.WantsTLS, s.How.String()
		default:
			return nil
		}
		f.Group = alike.Handle()
		return []*analyze.Finding{f}
	},
}

// hungUpUnheard reports whether the server of s closed at once on a whole
// handshake, as one does that cannot read it. One that takes its time may have
// read it, and so may one that was given a damaged one.
func hungUpUnheard(c *analyze.Case, s *analyze.Sighting) bool {
	const atOnce = 500 * time.Millisecond
	took, ok := closedAfter(s)
	return s.Answer == analyze.AnswerClosed && s.ClosedBy == flow.FromServer && ok && took < atOnce &&
		len(c.Damages) == 0 && !open(c)
}

// understood reports whether a PROXY header is no reason for the server of s to
// hang up: none that is there, and none that is missing.
func understood(c *analyze.Case, s *analyze.Sighting) bool {
	if s.Proxy.Version == "" {
		return c.WantsProxy == nil
	}
	return c.ProxyAccepted(s.Conn.Server)
}

var tlsWords = words{
	title: func(f *analyze.Finding) string {
		if f.Precedent != nil {
			return f.After.Conn.Server.String() + " speaks TLS, and hangs up on a plain handshake"
		}
		return wanting(f.After) + " wants TLS and gets plain HTTP"
	},
	facts: func(f *analyze.Finding, facts *analyze.Facts) {
		h, s := f.Handshake, f.After
		setAsked(facts, h, s)
		if s.Response != nil {
			setAnswer(facts, s)
			setBehind(facts, h, s, "TLS")
			return
		}
		setOutcome(facts, h)
		if f.Precedent != nil {
			setClose(facts, s)
			facts.Meaning = fmt.Sprintf("On another connection the same port answered a TLS hello (packet %d). "+
				"A server that waits for one and gets the first line of a plain request often hangs up without a word.", f.Precedent.Packet.Num)
			return
		}
		facts.Meaning = fmt.Sprintf("Packet %d holds what %s answered: %s, and no HTTP. That is what comes from a port that waits for TLS.",
			s.Foreign.Packet.Num, s.Conn.Server, foreignWords(s.Foreign))
		setBehind(facts, h, s, "TLS")
	},
	proof: func(f *analyze.Finding, p *proof) {
		p.request(f.After)
		p.outcome(f.After)
		if x := f.Precedent; x != nil {
			p.add(analyze.Evidence{
				Packet: x.Packet, Conn: x.Conn,
				Text: fmt.Sprintf("On another connection %s is sent a TLS hello, and answers it in TLS", x.Conn.Server),
			})
		}
		p.path(f.Handshake)
	},
}.made()

// wanting names who wants another protocol. It may have passed on what it was
// told, as a TCP listener does.
func wanting(s *analyze.Sighting) string {
	server := s.Conn.Server.String()
	if s.Leg != analyze.LocalLeg && !ofBalancer(s) {
		return server + orBehind + ","
	}
	return server
}

// alikeAsked is what handshakes have in common that came to a server in a
// protocol that it does not want: whom they came to and, behind a hop, from whom.
func alikeAsked(s *analyze.Sighting) analyze.Likeness {
	alike := analyze.Likeness{Server: s.Conn.Server}
	if s.Leg != analyze.ClientLeg {
		alike.Back = s.Conn.Client.Addr()
	}
	return alike
}
