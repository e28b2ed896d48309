package rules

import "elbscope/analyze"

// clientMalformed: the client's own leg already shows the defect, so that no
// hop in this capture is to blame.
var clientMalformed = &analyze.Rule{
	ID: idClientMalformed,
	Check: func(c *analyze.Case) []*analyze.Finding {
		s := malformedSighting(c)
		if s == nil {
			return nil
		}
		return []*analyze.Finding{{
			Rule:     idClientMalformed,
			Severity: errorUnlessSucceeded(c),
			// The client's own leg is in the capture: that is the proof.
			Certainty: analyze.Proven,
			DamageHop: 1,
			// The client's address is left out: a broken client library is one
			// thing wrong, however many people use it.
			Group:     analyze.Likeness{Server: s.Conn.Server, Effect: missing(nil, s)}.Handle(),
			Handshake: c.Handshake,
			After:     s,
			Words:     malformedWords,
		}}
	},
}

var malformedWords = words{
	title: func(f *analyze.Finding) string {
		return "The client sends a broken handshake" + behindColon(missing(nil, f.After))
	},
	facts: func(f *analyze.Finding, facts *analyze.Facts) {
		facts.Arrived = sightingFacts(f.After)
		facts.Missing = missing(nil, f.After)
		setOutcome(facts, f.Handshake)
	},
	proof: func(f *analyze.Finding, p *proof) { p.path(f.Handshake, f.After) },
}.made()

func malformedSighting(c *analyze.Case) *analyze.Sighting {
	for _, d := range c.Damages {
		if d.Kind == analyze.Malformed {
			return c.Sightings[d.After]
		}
	}
	if c.Verdict == analyze.Malformed {
		return c.First()
	}
	return nil
}
