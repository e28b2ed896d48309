package rules

import (
	"fmt"
	"strings"
	"time"

	"elbscope/analyze"
	"elbscope/capture/flow"
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
		inner, outer := relayBreak(c.Handshake)
		if inner == nil || (c.Verdict != analyze.NotRelayed && !lost101(c.Handshake, outer)) {
			return nil
		}
		f := &analyze.Finding{
			Rule:      id101NotRelayed,
			Certainty: analyze.Proven,
			Handshake: c.Handshake,
			Before:    outer,
			After:     inner,
			Words:     notRelayedWords,
		}
		alike := analyze.Likeness{Front: outer.Conn.Server, Back: inner.Conn.Client.Addr(), Server: inner.Conn.Server}
		if outer.Response != nil {
			alike.Effect = statusText(outer)
		}
		_, late := tooLate(outer, inner)
		atOnce := late && leftAtOnce(outer)
		if late {
			alike.Effect += " before"
		}
		if atOnce {
			alike.Effect += " at once"
		}
		asSymptom(c, f, alike)
		asLeft(f, atOnce)
		if f.Cause == nil {
			asRefusal(c, f, alike)
		}
		return []*analyze.Finding{f}
	},
}

// asRefusal makes f follow from a 101 that no hop may pass on, if it was one: one
// without Upgrade (RFC 9110 section 7.8), or with an answer to another key.
func asRefusal(c *analyze.Case, f *analyze.Finding, alike analyze.Likeness) {
	for _, e := range c.Earlier {
		if e.After == f.After && e.Before == nil && saysInvalid(e) {
			f.Severity, f.Cause, f.Group = analyze.Info, e, following(e, alike)
			return
		}
	}
}

func saysInvalid(f *analyze.Finding) bool { return f.Rule == idBadAccept || f.Rule == idInvalid101 }

var notRelayedWords = words{
	title: func(f *analyze.Finding) string {
		if late, ok := tooLate(f.Before, f.After); ok {
			return "The 101 came " + lateWords(late, f.Before, f.After)
		}
		return fmt.Sprintf("%s does not pass the 101 on to the client", hopShort(f.Before, f.After))
	},
	facts: func(f *analyze.Finding, facts *analyze.Facts) {
		setHop(facts, f.Before, f.After)
		setAnswer(facts, f.Before)
		facts.Invalid = f.Cause != nil && saysInvalid(f.Cause)
		if f.Before.Response == nil {
			setClose(facts, f.Before)
		}
		if late, ok := tooLate(f.Before, f.After); ok {
			facts.Late = fmt.Sprintf("%s after the request, and %s",
				span(f.After.Answered.Sub(f.After.Time)), lateWords(late, f.Before, f.After))
			facts.Left = f.Cause == nil && leftAtOnce(f.Before)
		}
	},
	proof: func(f *analyze.Finding, p *proof) {
		p.request(f.Before)
		p.request(f.After)
		p.outcome(f.After)
		p.closing(f.After, "after its 101")
		p.outcome(f.Before)
		p.path(f.Handshake)
	},
}.made()

// tooLate is how long the 101 came after all was over on the leg in front of it; ok
// is false where that hop had still somebody to pass it on to. What a hop answers
// after the 101 came may be its answer to that. A client does not leave for what is
// not there the moment after it could have been: it would have left anyhow, and
// late is 0.
func tooLate(outer, inner *analyze.Sighting) (late time.Duration, ok bool) {
	const (
		moment = 10 * time.Millisecond // clocks of two sources are no closer
		order  = 50 * time.Microsecond // and that is how close they are on one machine
	)
	over, surely := outer.Closed, moment
	if outer.RequestPacket.Source == inner.RequestPacket.Source {
		surely = order
	}
	switch {
	case outer.Response != nil:
		over = outer.Answered
	case outer.How == 0:
		return 0, false
	case outer.ClosedBy == flow.FromClient:
		surely = -moment
	}
	late = inner.Answered.Sub(over)
	return max(late, 0), late > surely
}

// lateWords says how late a 101 came, and for what.
func lateWords(late time.Duration, outer, inner *analyze.Sighting) string {
	if late == 0 {
		return "just as the client closed its connection"
	}
	return span(late) + " after " + gaveUp(outer, inner)
}

// gaveUp says who had ended the leg of outer, and how.
func gaveUp(outer, inner *analyze.Sighting) string {
	switch {
	case outer.Response != nil:
		return theHop(outer, inner) + " had answered " + statusText(outer)
	case outer.ClosedBy == flow.FromClient:
		return "the client had closed its connection"
	}
	return theHop(outer, inner) + " had hung up on the client"
}

// theHop is hopShort in the middle of a sentence.
func theHop(before, after *analyze.Sighting) string {
	name := hopShort(before, after)
	return strings.ToLower(name[:1]) + name[1:]
}

// relayBreak returns the outermost sighting that saw the 101 and the one next
// to it, towards the client, that did not.
func relayBreak(h *analyze.Handshake) (inner, outer *analyze.Sighting) {
	legs := byHop(h)
	for i := len(legs) - 1; i >= 0; i-- {
		if !got101(legs[i]) {
			return inner, legs[i]
		}
		inner = legs[i]
	}
	return nil, nil
}

// lost101 reports whether the outer leg is known to have ended without a 101.
func lost101(h *analyze.Handshake, outer *analyze.Sighting) bool {
	return !h.Succeeded() && (outer.Response != nil || outer.Answer == analyze.AnswerClosed)
}

func got101(s *analyze.Sighting) bool { return s.Response != nil && s.Response.Status() == 101 }

// known101 is got101 where the head of the 101 is in the capture to its end, and
// nothing is missing that may make it another request's.
func known101(s *analyze.Sighting) bool { return got101(s) && s.Response.Whole && !s.Holed }

// byHop returns the latest sighting of each hop, nearest to the client first:
// a hop that tried again is judged by its last try.
func byHop(h *analyze.Handshake) []*analyze.Sighting {
	var legs []*analyze.Sighting
	for _, s := range h.Sightings {
		if n := len(legs); n > 0 && legs[n-1].Hop == s.Hop {
			legs[n-1] = s
		} else {
			legs = append(legs, s)
		}
	}
	return legs
}

// firstLeg is the leg nearest to the client, as its last try saw it: what that
// was answered is what the client got.
func firstLeg(h *analyze.Handshake) *analyze.Sighting { return byHop(h)[0] }
