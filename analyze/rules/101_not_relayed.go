package rules

import (
	"fmt"

	"elbscope/analyze"
)

// notRelayed: the last leg was answered 101, and the client got something
// else, or nothing: a hop between them cannot carry what follows a 101.
//
// After earlier damage it is a symptom. A server that answers 101 to a request
// that did not properly ask for it leaves the hop before it with an answer
// that it must not pass on.
var notRelayed = &analyze.Rule{
	ID: id101NotRelayed,
	Check: func(c *analyze.Case) []*analyze.Finding {
		inner, outer := relayBreak(c)
		if inner == nil || (c.Verdict != analyze.NotRelayed && !lost101(c, outer)) {
			return nil
		}
		f := &analyze.Finding{
			Rule:      id101NotRelayed,
			Certainty: analyze.Proven,
			Title:     fmt.Sprintf("%s does not pass the 101 on to the client", hopShort(outer, inner)),
			Facts:     baseFacts(c),
		}
		setHop(&f.Facts, outer, inner)
		setAnswer(&f.Facts, outer)
		if outer.Response == nil {
			setClose(&f.Facts, outer)
		}
		f.Group = group(f.Facts.Front, f.Facts.Back, inner.Conn.Server.String(), f.Facts.Status)
		asSymptom(c, f)
		var p proof
		p.request(outer)
		p.request(inner)
		p.outcome(inner)
		p.closing(inner, "after its 101")
		p.outcome(outer)
		p.path(c)
		f.Evidence = p.list
		return []*analyze.Finding{f}
	},
}

// relayBreak returns the outermost sighting that saw the 101 and the one next
// to it, towards the client, that did not.
func relayBreak(c *analyze.Case) (inner, outer *analyze.Sighting) {
	legs := byHop(c)
	for i := len(legs) - 1; i >= 0; i-- {
		if !got101(legs[i]) {
			return inner, legs[i]
		}
		inner = legs[i]
	}
	return nil, nil
}

// lost101 reports whether the outer leg is known to have ended without a 101.
func lost101(c *analyze.Case, outer *analyze.Sighting) bool {
	return !c.Succeeded() && (outer.Response != nil || outer.Answer == analyze.AnswerClosed)
}

func got101(s *analyze.Sighting) bool { return s.Response != nil && s.Response.Status() == 101 }

// byHop returns the latest sighting of each hop, nearest to the client first:
// a hop that tried again is judged by its last try.
func byHop(c *analyze.Case) []*analyze.Sighting {
	var legs []*analyze.Sighting
	for _, s := range c.Sightings {
		if n := len(legs); n > 0 && legs[n-1].Hop == s.Hop {
			legs[n-1] = s
		} else {
			legs = append(legs, s)
		}
	}
	return legs
}
