package rules

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"elbscope/analyze"
	"elbscope/capture/flow"
)

// handshakeUnanswered: the last connection in the capture was closed without
// a byte of an answer. When, and by whom, is all that is known of the reason.
var handshakeUnanswered = &analyze.Rule{
	ID: idHandshakeNoAnswer,
	Check: func(c *analyze.Case) []*analyze.Finding {
		if open(c) {
			return nil // what the server disliked may be in what was not captured
		}
		s := c.Last()
		if s.Answer != analyze.AnswerClosed {
			return nil
		}
		f := &analyze.Finding{
			Rule:      idHandshakeNoAnswer,
			Certainty: analyze.Proven,
			Handshake: c.Handshake,
			After:     s,
			Words:     unansweredWords,
		}
		alike := analyze.Likeness{Server: s.Conn.Server, Effect: s.ClosedBy.String()}
		if s.How != 0 {
			alike.Effect += " " + s.How.String()
		}
		if m := maker(c.Handshake); m != nil {
			alike.Effect += " " + statusText(m)
		}
		if left(c.Handshake) {
			alike.Effect += " at once"
		}
		asSymptom(c, f, alike)
		asLeft(f, left(c.Handshake))
		return []*analyze.Finding{f}
	},
}

// open reports whether a handshake may go on still, with a further try for
// instance: a closed connection means nothing then.
func open(c *analyze.Case) bool {
	return c.Verdict == analyze.Pending || c.Verdict == analyze.Undetermined
}

var unansweredWords = words{
	title: func(f *analyze.Finding) string {
		client, server := f.After.Conn.Client, f.After.Conn.Server
		switch {
		case left(f.Handshake):
			return fmt.Sprintf("%s leaves before %s has answered", asker(firstLeg(f.Handshake)), server)
		case f.After.How != 0 && f.After.ClosedBy == flow.FromClient:
			return fmt.Sprintf("%s gets no answer from %s and gives up", client.Addr(), server)
		}
		return fmt.Sprintf("%s closes the connection instead of answering", server)
	},
	facts: func(f *analyze.Finding, facts *analyze.Facts) {
		h, s := f.Handshake, f.After
		setOutcome(facts, h)
		facts.Arrived = sightingFacts(s)
		facts.Local = s.Leg == analyze.LocalLeg
		if first := firstLeg(h); first != s {
			facts.Sent = sightingFacts(first)
		}
		setClose(facts, s)
		facts.Meaning = silence(s)
		facts.Left = f.Cause == nil && left(h)
		if slices.ContainsFunc(h.Sightings, func(o *analyze.Sighting) bool { return o.Hop < s.Hop && o.Answer == analyze.AnswerLost }) {
			facts.Meaning = sentences(facts.Meaning, "What the client was told is missing in this capture: a further try may be, too.")
		}
		if !facts.Left {
			setBeyond(facts, h, s)
		}
	},
	proof: func(f *analyze.Finding, p *proof) {
		p.request(f.After)
		p.outcome(f.After)
		p.path(f.Handshake)
	},
}.made()

// silence says what the time until the close tells, and a port for TLS.
func silence(s *analyze.Sighting) string {
	took, ok := closedAfter(s)
	switch port := s.Conn.Server.Port(); {
	case !ok:
		return ""
	case s.ClosedBy == flow.FromClient:
		return givenUp(s, took)
	case took < 50*time.Millisecond && (port == 443 || port == 8443):
		return sentences(closedSoon(s, took), fmt.Sprintf("Port %d is a usual one for TLS, and many servers that wait for TLS hang up like that on plain HTTP (HAProxy and Node do): "+
			"see whether this one does.", port))
	}
	return closedSoon(s, took)
}

// closedSoon says what a server may be that closes after so long.
func closedSoon(s *analyze.Sighting, took time.Duration) string {
	switch {
	case took < 50*time.Millisecond && s.How == flow.RST:
		return "It was reset at once, in less time than an application needs to think. A crash, a full queue or a socket that was destroyed with unread data in it looks like that."
	case took < 50*time.Millisecond && strings.HasPrefix(s.Request.Target(), "/socket.io/1/"):
		return "The application hung up at once. The path is one of socket.io 0.9, which Sails 0.10 brings along: it hangs up without a word on a handshake that it does not recognise, and logs 'websocket connection invalid'."
	case took < 50*time.Millisecond:
		return "The application hung up at once. Node before version 10 does that where nobody listens for upgrades, and old socket.io versions do it for a handshake they do not recognise."
	case took >= 850*time.Millisecond && took <= 1300*time.Millisecond:
		return "It was closed after about one second. That is how long engine.io (socket.io) waits before it destroys an upgrade on a path that is not its own (option destroyUpgradeTimeout), so look at the path."
	}
	if name := waitNear(took); name != "" {
		return fmt.Sprintf("It was closed after %s, which is %s. The application held the request and never answered.", span(took), name)
	}
	return ""
}

// patience is less than what anybody waits for an answer who waits for it at all.
const patience = 250 * time.Millisecond

// leftAtOnce reports whether whoever asked on a leg closed it sooner than anybody
// gives up waiting: a page was left, or made a WebSocket and closed it again.
func leftAtOnce(s *analyze.Sighting) bool {
	took, ok := closedAfter(s)
	return ok && s.Response == nil && s.ClosedBy == flow.FromClient && took < patience
}

// left reports whether that is why a handshake has no answer: on no leg was it the
// server who closed.
func left(h *analyze.Handshake) bool {
	return leftAtOnce(firstLeg(h)) && h.Last().ClosedBy == flow.FromClient
}

// asLeft makes little of an error that is none of a server's.
func asLeft(f *analyze.Finding, left bool) {
	if left && f.Severity == analyze.Error {
		f.Severity = analyze.Warning
	}
}

// asker names who asked on the first leg.
func asker(s *analyze.Sighting) string {
	if s.Leg == analyze.ClientLeg {
		return "The client"
	}
	return s.Conn.Client.Addr().String()
}

func givenUp(s *analyze.Sighting, took time.Duration) string {
	if took < patience {
		return "The asking side left before an answer came, sooner than anybody gives up waiting."
	}
	if name := waitNear(took); name != "" {
		return fmt.Sprintf("The asking side gave up after %s, which is %s. The server had the request and said nothing.", span(took), name)
	}
	if s.Leg == analyze.ClientLeg {
		return "The client left before an answer came."
	}
	return "The asking side left before an answer came: its own client may have gone, or its patience ended."
}
