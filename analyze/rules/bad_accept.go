package rules

import (
	"cmp"
	"encoding/base64"
	"slices"
	"strings"
	"time"

	"elbscope/analyze"
	"elbscope/analyze/http1"
	"elbscope/analyze/ws"
	"elbscope/capture/flow"
)

// badAccept: a 101 whose Sec-WebSocket-Accept is not what the key on the same
// leg asks for, is missing, or stands there twice. A client must fail such a
// connection (RFC 6455 section 4.1, steps 4 and 5 about the response).
//
// The verdict does not change: it tells what status arrived. So the finding is
// an error only where that 101 was of no use: it never came to the client, or
// the client is seen to hang up on it.
var badAccept = &analyze.Rule{
	ID: idBadAccept,
	Check: func(c *analyze.Case) []*analyze.Finding {
		var found []*analyze.Finding
		legs := byHop(c.Handshake)
		for i := len(legs) - 1; i >= 0; i-- { // whoever is next to the server first
			wrong := legs[i]
			if !acceptOf(wrong).bad() {
				continue
			}
			var inner *analyze.Sighting
			if i+1 < len(legs) {
				inner = legs[i+1]
			}
			if inner != nil && acceptOf(inner).bad() && sameAccept(inner, wrong) {
				continue // told of the leg that it comes from
			}
			found = append(found, badAcceptFinding(c, wrong, inner))
		}
		return found
	},
}

func badAcceptFinding(c *analyze.Case, wrong, inner *analyze.Sighting) *analyze.Finding {
	f := &analyze.Finding{
		Rule:      idBadAccept,
		Severity:  analyze.Warning,
		Certainty: analyze.Proven,
		Handshake: c.Handshake,
		After:     wrong,
		Words:     badAcceptWords,
	}
	alike := analyze.Likeness{Server: wrong.Conn.Server, Effect: acceptOf(wrong).fault.words()}
	if inner != nil && byTheHop(wrong, inner) {
		f.Before, f.After = wrong, inner
		alike = analyze.Likeness{Front: wrong.Conn.Server, Back: inner.Conn.Client.Addr(), Server: inner.Conn.Server, Effect: alike.Effect}
	}
	if !c.Succeeded() || acceptOf(firstLeg(c.Handshake)).bad() && hungUpOn(firstLeg(c.Handshake)) {
		f.Severity = analyze.Error
	}
	if f.Before != nil && keyAt(f.After) != keyAt(f.Before) {
		// The hop let through an answer to what it had made of the handshake.
		if f.Cause = earlier(c, idHandshakeAltered); f.Cause != nil {
			f.Severity = analyze.Info
		}
	}
	f.Group = following(f.Cause, alike)
	return f
}

// acceptFault says what is wrong with a Sec-WebSocket-Accept.
type acceptFault uint8

const (
	acceptUnknown acceptFault = iota // or it is none of a WebSocket
	acceptFits
	acceptWrong
	acceptMissing
	acceptTwice
)

// words are ready for a sentence.
func (a acceptFault) words() string {
	return [...]string{
		acceptWrong:   "Sec-WebSocket-Accept does not fit the key",
		acceptMissing: "Sec-WebSocket-Accept is missing",
		acceptTwice:   "Sec-WebSocket-Accept stands there twice",
	}[a]
}

// acceptance is what a leg says of key and answer.
type acceptance struct {
	fault acceptFault
	want  string // what the key asks for
}

func (a acceptance) bad() bool { return a.fault > acceptFits }

const (
	keyField    = "Sec-WebSocket-Key"
	acceptField = "Sec-WebSocket-Accept"
)

// acceptOf judges the 101 of one leg by the key on that leg.
func acceptOf(s *analyze.Sighting) acceptance {
	key := keyAt(s)
	if key == "" || !got101(s) || s.Holed || !webSocket101(s) {
		return acceptance{}
	}
	a, head := acceptance{want: ws.Accept(key)}, s.Response
	values := valuesOf(head, acceptField)
	if !head.Whole {
		// The end of a value may be missing, and a line behind it.
		values = slices.DeleteFunc(values, func(v string) bool { return !ws.ValidAccept(v) })
	}
	switch {
	case len(values) > 1:
		a.fault = acceptTwice
	case len(values) == 1 && values[0] == a.want:
		a.fault = acceptFits
	case len(values) == 1:
		a.fault = acceptWrong
	case head.Whole:
		a.fault = acceptMissing
	}
	return a
}

// keyAt returns the one key that was sent on a leg, "" where it is not known: a
// server that got several took one of them. The drafts before RFC 6455 had keys
// of another kind, and another answer.
func keyAt(s *analyze.Sighting) string {
	keys := valuesOf(s.Request, keyField)
	if len(keys) != 1 || s.Request.Has("Sec-WebSocket-Key1") || !s.Request.Whole && !ws.ValidKey(keys[0]) {
		return ""
	}
	return keys[0]
}

// webSocket101 reports whether a 101 says that it is one to a WebSocket, of
// RFC 6455 or of a draft that has the same answer.
func webSocket101(s *analyze.Sighting) bool {
	r := s.Response
	if r.Has("Sec-WebSocket-Location") || r.Has("WebSocket-Location") {
		return false // draft 76 of hixie has its answer in the body
	}
	return r.HasToken("Upgrade", "websocket") || r.Has(acceptField) && !r.Has("Upgrade")
}

// valuesOf returns the values of all lines of that name.
func valuesOf(h *http1.Head, name string) []string {
	var all []string
	for value := range h.Values(name) {
		all = append(all, strings.TrimSpace(value))
	}
	return all
}

func sameAccept(a, b *analyze.Sighting) bool {
	return slices.Equal(valuesOf(a.Response, acceptField), valuesOf(b.Response, acceptField))
}

// byTheHop reports whether the capture shows that a wrong answer on the outer leg
// is the work of the hop between the two.
func byTheHop(wrong, inner *analyze.Sighting) bool {
	switch {
	case inner.Holed:
		return false
	case acceptOf(inner).fault != acceptUnknown:
		return true // it fits, or is wrong in another way
	case !got101(inner):
		return inner.Response != nil || inner.Answer == analyze.AnswerClosed
	}
	// Whoever was not sent the key cannot answer it.
	return inner.Request.Whole && !inner.Request.Has(keyField)
}

// hungUpSoon is within what time after a 101 a client that does not like it is
// gone, on the slowest way.
const hungUpSoon = flow.Time(3 * time.Second)

// hungUpOn reports whether the client closed on a 101 without a frame.
func hungUpOn(s *analyze.Sighting) bool {
	return got101(s) && s.How != 0 && s.ClosedBy == flow.FromClient && s.WebSocket.Frames[flow.FromClient] == 0 && !s.WebSocket.Lost &&
		s.ClosePacket.Time-s.ResponsePacket.Time <= hungUpSoon
}

var badAcceptWords = words{
	title: func(f *analyze.Finding) string {
		if f.Before == nil {
			return f.After.Conn.Server.String() + map[acceptFault]string{
				acceptWrong:   " answers the key with a wrong Sec-WebSocket-Accept",
				acceptMissing: " answers 101 without a Sec-WebSocket-Accept",
				acceptTwice:   " answers with Sec-WebSocket-Accept twice",
			}[acceptOf(f.After).fault]
		}
		return hopShort(f.Before, f.After) + hopDid(f.Before, f.After)
	},
	facts: func(f *analyze.Finding, facts *analyze.Facts) {
		wrong := wrongLeg(f)
		a := acceptOf(wrong)
		setMaker(facts, f)
		facts.Key, facts.Missing, facts.Expected = keyAt(wrong), a.fault.words(), a.want
		facts.Found = cmp.Or(wrong.Response.Join(acceptField), "(empty)")
		if a.fault == acceptMissing {
			facts.Found = absent
		}
		facts.Meaning = sentences(acceptMeaning(f.Handshake, wrong), reception(f.Handshake, acceptOf(firstLeg(f.Handshake)).fault == acceptFits))
		if first := firstLeg(f.Handshake); hungUpOn(first) {
			setClose(facts, first)
		}
	},
	proof: func(f *analyze.Finding, p *proof) {
		p.keyAndAccept(wrongLeg(f))
		if f.Before != nil {
			p.keyAndAccept(f.After)
		}
		if first := firstLeg(f.Handshake); hungUpOn(first) {
			p.closing(first, "without a frame")
		}
		p.path(f.Handshake)
	},
}.made()

// setMaker fills in who made the 101: the hop that did, or whoever answered.
func setMaker(facts *analyze.Facts, f *analyze.Finding) {
	if f.Before != nil {
		setHop(facts, f.Before, f.After)
		return
	}
	facts.Arrived = sightingFacts(f.After)
	facts.Local = f.After.Leg == analyze.LocalLeg
	facts.By = madeBy(f.After, nil)
	if !facts.Local {
		facts.By += orBehind
	}
}

// wrongLeg is the leg whose 101 the finding is about.
func wrongLeg(f *analyze.Finding) *analyze.Sighting {
	if f.Before != nil {
		return f.Before
	}
	return f.After
}

// hopDid says what a hop did to the answer, behind the hop's name.
func hopDid(wrong, inner *analyze.Sighting) string {
	fault := acceptOf(wrong).fault
	switch {
	case !got101(inner) && fault == acceptMissing:
		return " makes up a 101 without a Sec-WebSocket-Accept"
	case !got101(inner):
		return " makes up a 101 with a wrong Sec-WebSocket-Accept"
	case fault == acceptMissing:
		return " takes the Sec-WebSocket-Accept away"
	case fault == acceptTwice:
		return " passes on Sec-WebSocket-Accept twice"
	case keyAt(inner) != keyAt(wrong) && sameAccept(inner, wrong):
		return " passes on a Sec-WebSocket-Accept that is not for the client's key"
	}
	return " changes the Sec-WebSocket-Accept"
}

// Words about values that tell what they were made of.
const (
	acceptIsKey    = "The value is the key itself: the server sends back what it got, and not the hash of it."
	acceptDecoded  = "The value is the hash of the decoded key: the server must take the key as it was sent, in base64."
	acceptOfSample = "The value is the one in the example of RFC 6455: it was copied, and not computed."
	sampleKey      = "dGhlIHNhbXBsZSBub25jZQ==" // RFC 6455 section 1.3
)

// acceptMeaning tells what a wrong value is, where that can be computed.
func acceptMeaning(h *analyze.Handshake, wrong *analyze.Sighting) string {
	key := keyAt(wrong)
	for _, value := range valuesOf(wrong.Response, acceptField) {
		decoded, err := base64.StdEncoding.DecodeString(key)
		switch value {
		case ws.Accept(key):
			continue
		case key:
			return acceptIsKey
		case ws.Accept(sampleKey):
			return acceptOfSample
		}
		if err == nil && value == ws.Accept(string(decoded)) {
			return acceptDecoded
		}
		for _, s := range h.Sightings {
			if other := keyAt(s); other != "" && other != key && value == ws.Accept(other) {
				return "The value fits the key that was sent to " + s.Conn.Server.String() + "."
			}
		}
	}
	return ""
}

// reception tells what the client made of a 101 that is wrong on some leg; mended
// says that it is in order on the client's.
func reception(h *analyze.Handshake, mended bool) string {
	first := firstLeg(h)
	switch {
	case !h.Succeeded():
		return "The 101 did not get to the client: a hop on the way may have refused it."
	case mended:
		return "The client got a fitting one all the same, from a hop on the way."
	case first.WebSocket.Frames[flow.FromClient] > 0:
		return "This client went on all the same; others will not."
	}
	return ""
}

// keyAndAccept adds a request with its key, and the 101 to it.
func (p *proof) keyAndAccept(s *analyze.Sighting) {
	a := acceptOf(s)
	text := "From " + s.Conn.Client.String() + " to " + s.Conn.Server.String()
	if a.want != "" {
		p.add(analyze.Evidence{
			Packet: s.RequestPacket, Conn: s.Conn, Quote: quoteLines(s.Request, []string{keyField}),
			Text: text + " goes the key that " + a.want + " answers",
		})
	}
	if s.Response == nil {
		return
	}
	if text = s.Conn.Server.String() + " answers it"; a.bad() {
		text = "In the answer of " + s.Conn.Server.String() + " " + a.fault.words()
	}
	p.add(analyze.Evidence{Packet: s.ResponsePacket, Conn: s.Conn, Text: text, Quote: quoteLines(s.Response, []string{acceptField})})
}
