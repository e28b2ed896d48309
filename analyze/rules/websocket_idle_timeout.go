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
// that leaves without a close frame is none of its business.
var websocketIdleTimeout = &analyze.Rule{
	ID: idIdleTimeout,
	Check: func(c *analyze.Case) []*analyze.Finding {
		if !c.Succeeded() {
			return nil
		}
		legs := byHop(c)
		for i := 1; i < len(legs); i++ {
			if cutBetween(legs[i-1], legs[i]) {
				return []*analyze.Finding{bothLegsCut(c, legs[i-1], legs[i])}
			}
		}
		if first := legs[0]; (len(legs) == 1 || cutFromBefore(legs)) && cutByHop(first) && timeoutNear(silentFor(first)) != "" {
			return []*analyze.Finding{oneLegCut(c, first)}
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
	for _, s := range legs {
		if s.ClosedBy != flow.FromClient || !silentEnd(s) {
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
		silentFor(s) >= leastIdle
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
	idle := silentFor(outer)
	f := idleFinding(c, inner, idle)
	f.Certainty = analyze.Proven
	f.Title = fmt.Sprintf("%s cut the WebSocket after %s of silence", hopShort(outer, inner), span(idle))
	setHop(&f.Facts, outer, inner)
	f.Facts.ClosedBy = outer.Conn.Server.String() + " and " + inner.Conn.Client.String()
	f.Group = group(f.Facts.Front, f.Facts.Back, inner.Conn.Server.String())
	var p proof
	p.outcome(outer)
	p.outcome(inner)
	said := "without a close frame, after " + span(idle) + " of silence"
	p.closing(inner, said)
	p.closing(outer, said)
	p.path(c)
	f.Evidence = p.list
	return f
}

func oneLegCut(c *analyze.Case, s *analyze.Sighting) *analyze.Finding {
	idle := silentFor(s)
	f := idleFinding(c, s, idle)
	f.Certainty = analyze.Inferred
	f.Facts.Inferred = true
	f.Facts.Arrived = sightingFacts(s)
	f.Facts.Local = s.Leg == analyze.LocalLeg
	f.Facts.ClosedBy = closer(s)
	at := s.Conn.Client.Addr().String()
	switch {
	case s.Leg != analyze.ClientLeg && s.ClosedBy == flow.FromServer:
		at = s.Conn.Server.String()
		f.Facts.Front = at
		f.Facts.Hop = fmt.Sprintf("the server at %s, its own proxy or the application behind it,", at)
	case s.Leg == analyze.ClientLeg:
		at = s.Conn.Server.String()
		f.Facts.Front = at
		f.Facts.Hop = fmt.Sprintf("the load balancer at %s", at)
	case f.Facts.Local:
		f.Facts.Back = at
		f.Facts.Hop = "the instance's own proxy or something before it"
	default:
		f.Facts.Back = at
		f.Facts.Hop = fmt.Sprintf("the load balancer at %s or something before it", at)
	}
	f.Title = fmt.Sprintf("A silent WebSocket is cut by %s after %s", at, span(idle))
	f.Group = group(at, s.Conn.Server.String(), f.Facts.Timeout)
	var p proof
	p.outcome(s)
	p.closing(s, "without a close frame, after "+span(idle)+" of silence")
	p.path(c)
	f.Evidence = p.list
	return f
}

// idleFinding is what both forms share. It is a warning: the handshake, which
// is what this program judges, succeeded.
func idleFinding(c *analyze.Case, s *analyze.Sighting, idle time.Duration) *analyze.Finding {
	f := &analyze.Finding{Rule: idIdleTimeout, Severity: analyze.Warning, Facts: baseFacts(c)}
	setClose(&f.Facts, s)
	f.Facts.Took = ""
	f.Facts.Idle = span(idle)
	f.Facts.Timeout = timeoutNear(idle)
	return f
}
