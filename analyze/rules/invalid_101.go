package rules

import (
	"slices"
	"strconv"

	"elbscope/analyze"
	"elbscope/analyze/http1"
	"elbscope/internal/wiretext"
)

// invalid101: a 101 that a client must not take, for another reason than its
// Sec-WebSocket-Accept (RFC 6455 section 4.1, checks 2, 3, 5 and 6): Upgrade or
// Connection does not say what it must, or an extension or a subprotocol was
// chosen that nobody offered. A hop that writes its own Connection into requests
// may do so with answers.
//
// As with bad-accept, the verdict does not change, and the finding is an error
// only where the 101 was of no use.
var invalid101 = &analyze.Rule{
	ID: idInvalid101,
	Check: func(c *analyze.Case) []*analyze.Finding {
		var found []*analyze.Finding
		legs := byHop(c.Handshake)
		var count faults
		for i := len(legs) - 1; i >= 0; i-- { // whoever is next to the server first
			if faultsOf(legs[i]) == 0 {
				continue
			}
			if count == 0 {
				count = counted(c.Handshake)
			}
			if fresh := freshAt(legs, i, count); fresh != 0 {
				found = append(found, invalid101Finding(c, legs, i, fresh))
			}
		}
		return found
	},
}

func invalid101Finding(c *analyze.Case, legs []*analyze.Sighting, i int, fresh faults) *analyze.Finding {
	wrong := legs[i]
	f := &analyze.Finding{
		Rule:      idInvalid101,
		Severity:  analyze.Warning,
		Certainty: analyze.Proven,
		Handshake: c.Handshake,
		After:     wrong,
		Words:     invalid101Words,
	}
	alike := analyze.Likeness{Server: wrong.Conn.Server, Effect: fresh.said(faultWords(wrong))}
	if i+1 < len(legs) && madeByHop(legs[i+1], fresh) {
		f.Before, f.After = wrong, legs[i+1]
		alike.Front, alike.Back, alike.Server = wrong.Conn.Server, f.After.Conn.Client.Addr(), f.After.Conn.Server
	}
	first := firstLeg(c.Handshake)
	switch {
	case fresh&^tolerable == 0 && f.Before == nil:
		// Nothing is forbidden: that it is the reason is but likely.
		f.Certainty = analyze.Inferred
	case lost101(c.Handshake, first), faultsOf(first)&fresh != 0 && refuses(first):
		f.Severity = analyze.Error
	}
	f.Group = alike.Handle()
	return f
}

// madeByHop reports whether the capture shows that faults on the outer leg are the
// work of the hop between the two: it holds what the hop was answered.
func madeByHop(inner *analyze.Sighting, fresh faults) bool {
	switch {
	case inner.Holed:
		return false
	case !got101(inner):
		return inner.Response != nil || inner.Answer == analyze.AnswerClosed
	case fresh&(extensionForeign|subprotocolForeign|subprotocolNone) != 0 && !inner.Request.Whole:
		return false // the same may have been offered there, or not
	}
	return inner.Response.Whole
}

// freshOf are the faults that a finding is about.
func freshOf(f *analyze.Finding) faults {
	legs := byHop(f.Handshake)
	return freshAt(legs, slices.Index(legs, wrongLeg(f)), counted(f.Handshake))
}

var invalid101Words = words{
	title: func(f *analyze.Finding) string {
		wrong, fresh := wrongLeg(f), freshOf(f)
		title := ""
		switch {
		case f.Before == nil:
			title = wrong.Conn.Server.String() + " answers 101 " + fresh.said(answersWith(wrong))
		case !got101(f.After):
			title = hopShort(f.Before, f.After) + " makes up a 101 " + fresh.said(answersWith(wrong))
		default:
			title = hopShort(f.Before, f.After) + " " + fresh.said(hopMakes(wrong, f.After))
		}
		if fresh&^tolerable == 0 {
			title += ", and the client hangs up"
		}
		return title
	},
	facts: func(f *analyze.Finding, facts *analyze.Facts) {
		wrong, fresh := wrongLeg(f), freshOf(f)
		setMaker(facts, f)
		facts.Missing = fresh.said(faultWords(wrong))
		facts.Tolerable = fresh&^tolerable == 0
		facts.Got = answerFacts(wrong)
		if f.Before != nil && got101(f.After) {
			facts.Said = answerFacts(f.After)
		}
		for _, name := range choices(fresh) {
			facts.Expected = lineOf(wrong.Request, name)
			if !keepsSecret(wrong, name) {
				facts.Found = lineOf(wrong.Response, name)
			}
		}
		first := firstLeg(f.Handshake)
		facts.Meaning = sentences(choiceMeaning(fresh), reception(f.Handshake, faultsOf(first)&fresh == 0), protocolErrorWords(first))
		if leftWithoutFrame(first) {
			setClose(facts, first)
		}
	},
	proof: func(f *analyze.Finding, p *proof) {
		fresh := freshOf(f)
		p.offerAndChoice(wrongLeg(f), fresh)
		if f.Before != nil {
			p.offerAndChoice(f.After, 0)
		}
		switch first := firstLeg(f.Handshake); {
		case leftWithoutFrame(first):
			p.closing(first, "without a frame")
		case saysProtocolError(first):
			p.closing(first, "after a close frame of the client with 1002")
		}
		p.path(f.Handshake)
	},
}.made()

// choices are the headers in which something was offered and chosen wrongly, the
// one to be told last.
func choices(f faults) []string {
	var names []string
	if f&(subprotocolForeign|subprotocolNone) != 0 {
		names = append(names, subprotocolField)
	}
	if f&extensionForeign != 0 {
		names = append(names, extensionsField)
	}
	return names
}

// lineOf is a header, all its lines in one.
func lineOf(h *http1.Head, name string) string {
	if v := h.Join(name); v != "" {
		return name + ": " + v
	}
	return absent
}

// keepsSecret reports whether a token is offered as a subprotocol, as people do
// because a browser can set no other header. Where it stands is known by what
// stands before it, which the answer may leave out.
func keepsSecret(s *analyze.Sighting, name string) bool {
	offered := s.Request.Join(name)
	return name == subprotocolField && wiretext.Redact(name, offered) != offered
}

// choiceMeaning says what is to be known of a fault that is none to all clients.
func choiceMeaning(f faults) string {
	if f&subprotocolNone != 0 {
		return "A server may choose none of the subprotocols (RFC 6455 section 4.2.2), and Firefox goes on then; Chromium and Node's ws do not."
	}
	return ""
}

func protocolErrorWords(first *analyze.Sighting) string {
	if saysProtocolError(first) {
		return "The client answered with nothing but a close frame with 1002, protocol error."
	}
	return ""
}

// answerFacts puts the 101 of one leg into words.
func answerFacts(s *analyze.Sighting) analyze.SightingFacts {
	f := sightingFacts(s)
	f.From, f.To = f.To, f.From
	f.Packet = strconv.FormatUint(s.ResponsePacket.Num, 10)
	f.Connection, f.Upgrade, f.Version = headerFact(s.Response, "Connection"), headerFact(s.Response, "Upgrade"), ""
	return f
}

// answerLines are the header lines of a 101 that a client looks at, and those of
// the request that offer something; the subprotocol is the last one.
var answerLines = []string{"Connection", "Upgrade", acceptField, extensionsField, subprotocolField}

// offerAndChoice adds a request with what it offers, and the 101 to it.
func (p *proof) offerAndChoice(s *analyze.Sighting, fresh faults) {
	if s.Response == nil {
		return
	}
	if len(choices(fresh)) > 0 {
		p.add(analyze.Evidence{
			Packet: s.RequestPacket, Conn: s.Conn, Quote: quoteLines(s.Request, answerLines),
			Text: "From " + s.Conn.Client.String() + " to " + s.Conn.Server.String() + " goes what the client offers",
		})
	}
	text := s.Conn.Server.String() + " answers"
	if fresh != 0 {
		text = "In the answer of " + s.Conn.Server.String() + " " + fresh.said(faultWords(s))
	}
	shown := answerLines
	if keepsSecret(s, subprotocolField) {
		shown = answerLines[:len(answerLines)-1]
	}
	p.add(analyze.Evidence{Packet: s.ResponsePacket, Conn: s.Conn, Text: text, Quote: quoteLines(s.Response, shown)})
}
