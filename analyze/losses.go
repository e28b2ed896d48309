package analyze

import (
	"math"

	"elbscope/capture/flow"
)

// A machine that captures can fail to keep up, and then drops packets without
// a trace in the streams: whole connections are missing, or a last answer and
// everything after it. What a verdict takes from the absence of packets does
// not hold then. What it takes from packets that are there does.

// losses are the spans of time in which packets of one source were lost, in
// order of their ends, as they were told.
type losses []span

type span struct{ from, to flow.Time }

// maxSpans bounds the spans of one source. The oldest are joined first, which
// errs on the side of caution.
const maxSpans = 4096

// add takes a further span, joined to the last one if they meet.
func (l losses) add(s span) losses {
	if n := len(l); n > 0 && s.from <= l[n-1].to && s.to >= l[n-1].from {
		l[n-1] = span{min(s.from, l[n-1].from), max(s.to, l[n-1].to)}
		return l
	}
	l = append(l, s)
	if len(l) > maxSpans {
		l[1] = span{min(l[0].from, l[1].from), max(l[0].to, l[1].to)}
		l = l[1:]
	}
	return l
}

// meet reports whether packets were lost between two moments. The latest
// spans come first: nearly always it is they that are asked for.
func (l losses) meet(from, to flow.Time) bool {
	for i := len(l) - 1; i >= 0; i-- {
		if l[i].from <= to && from <= l[i].to {
			return true
		}
	}
	return false
}

// Lost implements flow.LossSink. What was concluded of that time is concluded
// anew with the next tick.
func (e *Engine) Lost(source int, from, to flow.Time) {
	if e.losses == nil {
		e.losses = make(map[int]losses)
	}
	e.losses[source] = e.losses[source].add(span{from, to})
	e.doubtful = e.doubtful.add(span{from, to})
}

// doubt marks the handshakes for a new judgement that were under way in the
// spans that are news.
func (e *Engine) doubt() {
	if len(e.doubtful) == 0 {
		return
	}
	for _, c := range e.clusters {
		for _, s := range c.sightings {
			if from, to := e.underWay(&s.Sighting); e.doubtful.meet(from, to) {
				e.changed(s)
			}
		}
	}
	e.doubtful = nil
}

// underWay returns when the handshake was going on at a sighting, by the clock
// of its source.
func (e *Engine) underWay(s *Sighting) (from, to flow.Time) {
	from, to = s.RequestPacket.Time, e.now
	switch {
	case s.Answer == AnswerSeen:
		to = s.ResponsePacket.Time
	case s.How != 0:
		to = s.ClosePacket.Time
	case e.finished: // to the end of the capture, which is later than the last tick
		to = math.MaxInt64
	}
	return from, max(from, to)
}

// lossDuring reports whether packets were lost while a handshake was going on.
func (e *Engine) lossDuring(h *Handshake) bool {
	if len(e.losses) == 0 {
		return false
	}
	for _, s := range h.Sightings {
		from, to := e.underWay(s)
		if e.losses[s.RequestPacket.Source].meet(from, to) {
			return true
		}
	}
	return false
}

// whyLost is the reason given where packets were lost.
const whyLost = "the machine that captured dropped packets while this handshake was going on, " +
	"and what they held cannot be known"

// allowForLosses takes back what a verdict owes to the absence of packets, and
// reports whether one is left. A hop that is missing may have done the damage,
// a client's own sound request or the answer may have been among what was lost;
// a 101 that arrived has arrived.
func (h *Handshake) allowForLosses() bool {
	switch h.Verdict {
	case Healthy, Pending:
	case Downgraded, Dropped, Rewritten, Altered:
		h.Certainty = Inferred
	default:
		h.cannotTell(whyLost)
		h.Culprit = nil
		return false
	}
	return true
}
