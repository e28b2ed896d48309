package rules

import (
	"slices"
	"strings"

	"elbscope/analyze"
	"elbscope/analyze/http1"
	"elbscope/analyze/ws"
	"elbscope/capture/flow"
	"elbscope/internal/wiretext"
)

// faults are what is wrong with the head of a 101, beside its
// Sec-WebSocket-Accept: RFC 6455 section 4.1, checks 2, 3, 5 and 6 of those that a
// client makes of the answer.
type faults uint8

const (
	upgradeWrong       faults = 1 << iota // Upgrade does not say websocket
	connectionWrong                       // Connection does not name Upgrade
	extensionForeign                      // an extension that was not offered
	subprotocolForeign                    // a subprotocol that was not offered, or several
	upgradeMore                           // Upgrade says websocket and more
	subprotocolNone                       // no subprotocol, though some were offered
	faultsEnd
)

// tolerable is what RFC 6455 does not forbid, or not clearly, and some clients
// refuse: it is a fault only where the client is seen to do so.
const tolerable = upgradeMore | subprotocolNone

const (
	extensionsField  = "Sec-WebSocket-Extensions"
	subprotocolField = "Sec-WebSocket-Protocol"
)

// faultsOf judges the 101 of one leg by the request on that leg. Where one of the
// two is not in the capture to its end, it judges nothing that hangs on it.
func faultsOf(s *analyze.Sighting) faults {
	if !known101(s) || forAnother(s) {
		return 0
	}
	var f faults
	switch r := s.Response; {
	case !r.HasToken("Upgrade", "websocket"):
		f |= upgradeWrong
	case !strings.EqualFold(strings.TrimSpace(r.Join("Upgrade")), "websocket"):
		f |= upgradeMore
	}
	if !s.Response.HasToken("Connection", "upgrade") {
		f |= connectionWrong
	}
	if s.Request.Whole {
		f |= choiceFaults(s)
	}
	return f
}

// forAnother reports whether a 101 is none to the WebSocket of RFC 6455: it is of
// an early draft, or names another protocol that was asked for as well.
func forAnother(s *analyze.Sighting) bool {
	q, r := s.Request, s.Response
	return q.Has("Sec-WebSocket-Key1") || q.Has("Sec-WebSocket-Draft") ||
		r.Has("Sec-WebSocket-Location") || r.Has("WebSocket-Location") ||
		!r.HasToken("Upgrade", "websocket") && r.SharesToken("Upgrade", q)
}

// choiceFaults judges what the answer chose by what it had to choose from.
func choiceFaults(s *analyze.Sighting) (f faults) {
	for name := range ws.Extensions(s.Response.Join(extensionsField)) {
		if !offersExtension(s.Request, name) {
			f |= extensionForeign
		}
	}
	offered := listOf(s.Request, subprotocolField)
	switch chosen := strings.TrimSpace(s.Response.Join(subprotocolField)); {
	case chosen != "" && !slices.Contains(offered, chosen):
		f |= subprotocolForeign // names are compared as they stand (section 4.1)
	case chosen == "" && len(offered) > 0:
		f |= subprotocolNone
	}
	return f
}

func offersExtension(request *http1.Head, name string) bool {
	for offered := range ws.Extensions(request.Join(extensionsField)) {
		if strings.EqualFold(offered, name) {
			return true
		}
	}
	return false
}

// listOf returns the elements of a list field, over all its lines.
func listOf(h *http1.Head, name string) []string {
	var all []string
	for element := range strings.SplitSeq(h.Join(name), ",") {
		if element = strings.TrimSpace(element); element != "" {
			all = append(all, element)
		}
	}
	return all
}

// counted are the faults that count in a handshake: the tolerable ones only where
// nothing else explains that the client refused.
func counted(h *analyze.Handshake) faults {
	first := firstLeg(h)
	all := faultsOf(first)
	if all&^tolerable == 0 && !acceptOf(first).bad() && refuses(first) {
		return ^tolerable | all
	}
	return ^tolerable
}

// freshAt are the faults of a leg that do not come from the leg behind it.
func freshAt(legs []*analyze.Sighting, i int, count faults) faults {
	f := faultsOf(legs[i]) & count
	if i+1 < len(legs) {
		f &^= faultsOf(legs[i+1])
	}
	return f
}

// refuses reports whether the client is seen to refuse the 101 of that leg.
func refuses(s *analyze.Sighting) bool { return leftWithoutFrame(s) || saysProtocolError(s) }

// leftWithoutFrame is hungUpOn where it is known that frames were looked for: what
// follows a 101 that was captured before its request is taken for what it names.
func leftWithoutFrame(s *analyze.Sighting) bool {
	return hungUpOn(s) && !(s.Early && !s.Response.HasToken("Upgrade", "websocket"))
}

// protocolError is the status code of a close frame for what breaks RFC 6455
// (section 7.4.1).
const protocolError = 1002

// saysProtocolError reports whether the client answered a 101 with that code and
// with nothing else.
func saysProtocolError(s *analyze.Sighting) bool {
	w := &s.WebSocket
	return w.CloseCode[flow.FromClient] == protocolError && w.Frames[flow.FromClient] == 1 && !w.Lost
}

// each calls do for each fault of a set, in order.
func (f faults) each(do func(faults)) {
	for one := faults(1); one < faultsEnd; one <<= 1 {
		if f&one != 0 {
			do(one)
		}
	}
}

// said joins what say makes of each fault.
func (f faults) said(say func(faults) string) string {
	var all []string
	f.each(func(one faults) { all = append(all, say(one)) })
	return enumerate(all)
}

// faultWords say what is wrong with the 101 of a leg, ready for a sentence. No
// words from the wire are in it.
func faultWords(s *analyze.Sighting) func(faults) string {
	r := s.Response
	return func(f faults) string {
		switch {
		case f == upgradeWrong && r.Has("Upgrade"):
			return notWebSocket
		case f == upgradeWrong:
			return "Upgrade is missing"
		case f == connectionWrong && r.Has("Connection"):
			return "Connection does not say Upgrade"
		case f == connectionWrong:
			return "Connection is missing"
		case f == extensionForeign:
			return extensionsField + " names one that was not offered"
		case f == subprotocolForeign && severalChosen(s):
			return subprotocolField + " names more than one"
		case f == subprotocolForeign:
			return subprotocolField + " names one that was not offered"
		case f == upgradeMore:
			return "Upgrade says more than websocket"
		}
		return subprotocolField + " names none of those that were offered"
	}
}

// severalChosen reports whether an answer names subprotocols that were offered,
// and not one of them.
func severalChosen(s *analyze.Sighting) bool {
	chosen, offered := listOf(s.Response, subprotocolField), listOf(s.Request, subprotocolField)
	return len(chosen) > 1 && !slices.ContainsFunc(chosen, func(c string) bool { return !slices.Contains(offered, c) })
}

// answersWith says a fault of a leg's 101 behind "answers 101 ".
func answersWith(s *analyze.Sighting) func(faults) string {
	r := s.Response
	return func(f faults) string {
		switch {
		case f == upgradeWrong && r.Has("Upgrade"):
			return "with Upgrade: " + valueWord(r, "Upgrade") + " instead of websocket"
		case f == upgradeWrong:
			return "without Upgrade"
		case f == connectionWrong && r.Has("Connection"):
			return "with Connection: " + valueWord(r, "Connection") + " instead of Upgrade"
		case f == connectionWrong:
			return "without Connection: Upgrade"
		case f == extensionForeign:
			return "with an extension that was not offered"
		case f == subprotocolForeign && severalChosen(s):
			return "with more than one subprotocol"
		case f == subprotocolForeign:
			return "with a subprotocol that was not offered"
		case f == upgradeMore:
			return "with more than websocket in Upgrade"
		}
		return "with none of the subprotocols offered"
	}
}

// hopMakes says, behind the hop's name, by what a hop made a fault of the 101 that
// it got.
func hopMakes(wrong, inner *analyze.Sighting) func(faults) string {
	r := wrong.Response
	same := func(name string) bool { return r.Join(name) == inner.Response.Join(name) }
	return func(f faults) string {
		switch {
		case f == upgradeWrong && r.Has("Upgrade"):
			return "changes Upgrade of the 101 to " + valueWord(r, "Upgrade")
		case f == upgradeWrong:
			return "takes Upgrade out of the 101"
		case f == connectionWrong && r.Has("Connection"):
			return "replaces Connection: Upgrade of the 101 by " + valueWord(r, "Connection")
		case f == connectionWrong:
			return "takes Connection: Upgrade out of the 101"
		case f == extensionForeign && same(extensionsField):
			return "passes on an extension that the client did not offer"
		case f == extensionForeign:
			return "puts an extension into the 101 that the client did not offer"
		case f == subprotocolForeign && same(subprotocolField):
			return "passes on a subprotocol that the client did not offer"
		case f == subprotocolForeign:
			return "puts a subprotocol into the 101 that the client did not offer"
		case f == upgradeMore:
			return "adds to Upgrade of the 101"
		case len(listOf(inner.Request, subprotocolField)) == 0:
			return "does not pass on which subprotocols the client offers"
		}
		return "takes the subprotocol out of the 101"
	}
}

// valueWord is the value of a header for a title.
func valueWord(h *http1.Head, name string) string {
	if v := wiretext.Printable(h.Join(name), 40); v != "" {
		return v
	}
	return "an empty value"
}
