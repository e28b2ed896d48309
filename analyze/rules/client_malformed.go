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
		f := &analyze.Finding{
			Rule:     idClientMalformed,
			Severity: errorUnlessSucceeded(c),
			// The client's own leg is in the capture: that is the proof.
			Certainty: analyze.Proven,
			Title:     "The client sends a broken handshake",
			DamageHop: 1,
			Facts:     baseFacts(c),
		}
		f.Facts.Arrived = sightingFacts(s)
		f.Facts.Missing = missing(nil, s)
		setOutcome(&f.Facts, c)
		if f.Facts.Missing != "" {
			f.Title += ": " + f.Facts.Missing
		}
		// The client's address is left out: a broken client library is one
		// thing wrong, however many people use it.
		f.Group = group(s.Conn.Server.String(), f.Facts.Missing)
		var p proof
		p.path(c, s)
		f.Evidence = p.list
		return []*analyze.Finding{f}
	},
}

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
