package rules

import (
	"fmt"
	"time"

	"elbscope/analyze"
	"elbscope/capture/flow"
)

// leastIdle is the silence below which a close is no timeout.
const leastIdle = time.Second

// websocketIdleTimeout: a hop cut a WebSocket that had been silent. A client
// that leaves without a close frame is none of its business, nor is a hop that is
// restarted, and so ends all at once what it had.
var websocketIdleTimeout = &analyze.Rule{
	ID: idIdleTimeout,
	Check: func(c *analyze.Case) []*analyze.Finding {
		if !c.Succeeded() || c.Together {
			return nil
		}
		legs := byHop(c.Handshake)
		for i := 1; i < len(legs); i++ {
			if cutBetween(legs[i-1], legs[i]) {
				return []*analyze.Finding{bothLegsCut(c, legs[i-1], legs[i])}
			}
		}
		if first := legs[0]; (len(legs) == 1 || cutFromBefore(legs)) && cutByHop(first) && timeoutNear(silentFor(first)) != "" {
			return []*analyze.Finding{oneLegCut(c, first)}
		}
		if last := legs[len(legs)-1]; cutFromBehind(legs) && timeoutNear(silentFor(last)) != "" {
			return []*analyze.Finding{oneLegCut(c, last)}
		}
		return nil
	},
}

// cutBetween reports whether the hop between two legs closed both of them: it
// is the server of the outer one and the client of the inner one.
func cutBetween(outer, inner *analyze.Sighting) bool {
	return silentEnd(outer) && outer.ClosedBy == flow.FromServer &&
		silentEnd(inner) && inner.ClosedBy == flow.FromClient
}

// cutFromBefore reports whether the close came from before the first leg, and
// each hop behind it only passed it on.
func cutFromBefore(legs []*analyze.Sighting) bool {
	for i, s := range legs {
		if s.ClosedBy != flow.FromClient || !silentEnd(s) || i > 0 && s.Closed < legs[i-1].Closed {
			return false
		}
	}
	return true
}

// cutFromBehind reports whether the close came from the server of the last leg,
// and each hop before it only passed it on.
func cutFromBehind(legs []*analyze.Sighting) bool {
	for i, s := range legs {
		if s.ClosedBy != flow.FromServer || !silentEnd(s) || i > 0 && s.Closed > legs[i-1].Closed {
			return false
		}
	}
	return true
}

// cutByHop reports whether the first leg was closed by something that has a
// timeout: any end but the client's own. A server that leaves at the very
// second at which nginx does is taken for nginx.
func cutByHop(s *analyze.Sighting) bool {
	return silentEnd(s) && !(s.Leg == analyze.ClientLeg && s.ClosedBy == flow.FromClient)
}

// silentEnd reports whether a WebSocket ended without a word after a silence.
// Where frames were lost nobody knows whether one of them was a close frame.
func silentEnd(s *analyze.Sighting) bool {
	w := &s.WebSocket
	return got101(s) && s.How != 0 && !w.Lost && w.HTTPHead.Num == 0 &&
		!w.CloseFrame[flow.FromClient] && !w.CloseFrame[flow.FromServer] &&
		silentFor(s) >= leastIdle && !survived(s)
}

// survived reports whether the WebSocket had already outlived a longer silence
// than the one that it ended in: no timer for silence did that.
func survived(s *analyze.Sighting) bool {
	idle := silentFor(s)
	return s.WebSocket.Survived > idle+min(timeoutSlack, idle/10)
}

// silentFor is how long nothing was said before the close. TCP keep-alive
// probes say nothing, and do not reset an idle timer either.
func silentFor(s *analyze.Sighting) time.Duration {
	last := max(s.WebSocket.LastPayload, s.Answered)
	if last == 0 || s.Closed < last {
		return 0
	}
	return s.Closed.Sub(last)
}

func bothLegsCut(c *analyze.Case, outer, inner *analyze.Sighting) *analyze.Finding {
	return &analyze.Finding{
		Rule:      idIdleTimeout,
		Severity:  idleSeverity,
		Certainty: analyze.Proven,
		Group: analyze.Likeness{
			Front: outer.Conn.Server, Back: inner.Conn.Client.Addr(), Server: inner.Conn.Server,
		}.Handle(),
		Handshake: c.Handshake,
		Before:    outer,
		After:     inner,
		Words:     bothLegsWords,
	}
}

// idleSeverity is a warning: the handshake, which is what this program judges,
// succeeded.
const idleSeverity = analyze.Warning

var bothLegsWords = words{
	title: func(f *analyze.Finding) string {
		return fmt.Sprintf("%s cut the WebSocket after %s of silence", hopShort(f.Before, f.After), span(silentFor(f.Before)))
	},
	facts: func(f *analyze.Finding, facts *analyze.Facts) {
		setIdle(facts, f.After, silentFor(f.Before))
		setHop(facts, f.Before, f.After)
		facts.ClosedBy = f.Before.Conn.Server.String() + " and " + f.After.Conn.Client.String()
	},
	proof: func(f *analyze.Finding, p *proof) {
		said := "without a close frame, after " + span(silentFor(f.Before)) + " of silence"
		p.outcome(f.Before)
		p.outcome(f.After)
		p.closing(f.After, said)
		p.closing(f.Before, said)
		p.path(f.Handshake)
	},
}.made()

func oneLegCut(c *analyze.Case, s *analyze.Sighting) *analyze.Finding {
	alike := analyze.Likeness{Server: s.Conn.Server, Effect: timeoutNear(silentFor(s))}
	if cutAtServer(s) {
		alike.Front = s.Conn.Server
	} else {
		alike.Back = s.Conn.Client.Addr()
	}
	return &analyze.Finding{
		Rule:      idIdleTimeout,
		Severity:  idleSeverity,
		Certainty: analyze.Inferred,
		Group:     alike.Handle(),
		Handshake: c.Handshake,
		After:     s,
		Words:     oneLegWords,
	}
}

// cutAtServer reports whether what has the timeout is the server of the only
// leg, or in it: the load balancer that the client talks to, or a server that
// hangs up itself.
func cutAtServer(s *analyze.Sighting) bool {
	return s.Leg == analyze.ClientLeg || s.ClosedBy == flow.FromServer
}

var oneLegWords = words{
	title: func(f *analyze.Finding) string {
		at := f.After.Conn.Client.Addr().String()
		if cutAtServer(f.After) {
			at = f.After.Conn.Server.String()
		}
		return fmt.Sprintf("A silent WebSocket is cut by %s after %s", at, span(silentFor(f.After)))
	},
	facts: func(f *analyze.Finding, facts *analyze.Facts) {
		s := f.After
		setIdle(facts, s, silentFor(s))
		facts.Inferred = true
		facts.Arrived = sightingFacts(s)
		facts.Local = s.Leg == analyze.LocalLeg
		facts.ClosedBy = closer(s)
		if cutAtServer(s) {
			facts.Front = s.Conn.Server.String()
		} else {
			facts.Back = s.Conn.Client.Addr().String()
		}
		switch {
		case s.Leg == analyze.ClientLeg:
			facts.Hop = fmt.Sprintf("the load balancer at %s", facts.Front)
		case facts.Front != "":
			facts.Hop = fmt.Sprintf("the server at %s, its own proxy or the application behind it,", facts.Front)
		case facts.Local:
			facts.Hop = "the instance's own proxy or something before it"
		default:
			facts.Hop = fmt.Sprintf("the load balancer at %s or something before it", facts.Back)
		}
	},
	proof: func(f *analyze.Finding, p *proof) {
		p.outcome(f.After)
		p.closing(f.After, "without a close frame, after "+span(silentFor(f.After))+" of silence")
		p.path(f.Handshake)
	},
}.made()

// setIdle is what both forms share.
func setIdle(facts *analyze.Facts, s *analyze.Sighting, idle time.Duration) {
	setClose(facts, s)
	facts.Took = ""
	facts.Idle = span(idle)
	facts.Timeout = timeoutNear(idle)
}
