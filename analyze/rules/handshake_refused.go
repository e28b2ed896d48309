package rules

import (
	"fmt"
	"strings"

	"elbscope/analyze"
	"elbscope/internal/wiretext"
)

// handshakeRefused: the last server in the capture answered, and not with
// 101. After damage it tells what the damage led to; otherwise the cause lies
// with that server or behind it.
var handshakeRefused = &analyze.Rule{
	ID: idHandshakeRefused,
	Check: func(c *analyze.Case) []*analyze.Finding {
		if c.Verdict == analyze.Undetermined {
			return nil // what the server disliked may be in what was not captured
		}
		s := c.Last()
		if s.Response == nil || s.Response.Status() == 0 || s.Response.Status() == 101 {
			return nil
		}
		f := &analyze.Finding{
			Rule:      idHandshakeRefused,
			Certainty: analyze.Proven,
			Handshake: c.Handshake,
			After:     s,
			Words:     refusedWords,
		}
		if !s.Signs.Sound() && len(c.Damages) == 0 {
			// A head that was cut may hide what the server did not like.
			f.Certainty = analyze.Inferred
		}
		asSymptom(c, f, analyze.Likeness{Server: s.Conn.Server, Status: s.Response.Status(), Effect: refusedBy(c.Handshake, s)})
		return []*analyze.Finding{f}
	},
}

// refusedBy tells apart who refuses at one server.
func refusedBy(h *analyze.Handshake, s *analyze.Sighting) string {
	by := software(s, answerOf(s))
	if endsBefore(h, s) {
		return by + orBehind
	}
	return by
}

var refusedWords = words{
	title: func(f *analyze.Finding) string {
		return fmt.Sprintf("%s refuses the handshake with %s", f.After.Conn.Server, wiretext.Printable(statusText(f.After), 60))
	},
	facts: func(f *analyze.Finding, facts *analyze.Facts) {
		h, s := f.Handshake, f.After
		facts.Arrived = sightingFacts(s)
		facts.Local = s.Leg == analyze.LocalLeg
		if first := firstLeg(h); first != s {
			facts.Sent = sightingFacts(first)
		}
		setAnswer(facts, s)
		setBeyond(facts, h, s)
		if outer := firstLeg(h); outer.Response != nil && outer.Response.Status() != s.Response.Status() {
			facts.Meaning = sentences(facts.Meaning, fmt.Sprintf(
				"The client was told something else: %d, from %s.", outer.Response.Status(), outer.Conn.Server))
		}
	},
	proof: func(f *analyze.Finding, p *proof) {
		p.request(f.After)
		p.outcome(f.After)
		p.path(f.Handshake)
	},
}.made()

// ForbiddenByEnvoy reports whether Envoy itself says that the route lets no
// WebSocket through.
func (f *facts) ForbiddenByEnvoy() bool {
	return f.Example || strings.HasPrefix(f.Status, "403") && strings.HasPrefix(strings.ToLower(f.By), "envoy")
}
