package analyze

import (
	"slices"

	"elbscope/capture/flow"
)

// A handshake can hang on time alone: once a hop has been given nothing by the
// last leg, it tries again at once or never, and once it has been given a 101, it
// passes that on at once or never. Nobody tells of what does not happen, so such a
// handshake is looked at again when that time is over.

// lookAgain notes one of which these are the sightings.
func (e *Engine) lookAgain(members []*sighting) {
	for _, s := range members {
		if (s.Answer == AnswerClosed || s.switched()) && !s.impatient {
			s.impatient = true
			e.impatient = append(e.impatient, s)
		}
	}
}

// lookAtImpatient has those judged anew whose time is over.
func (e *Engine) lookAtImpatient() {
	e.impatient = slices.DeleteFunc(e.impatient, func(s *sighting) bool {
		told := s.ClosePacket.Time
		if s.switched() {
			told = s.ResponsePacket.Time
		}
		s.impatient = !s.gone && e.now-told < retryWithin
		if !s.impatient && !s.sealed() {
			e.changed(s)
		}
		return !s.impatient
	})
}

// SourceEnds tells the engine the time of the last packet of a source, of those
// that are more than one: they are read one after the other, and the last tick
// says how far one of them has come.
func (e *Engine) SourceEnds(source int, last flow.Time) {
	if e.ends == nil {
		e.ends = make(map[int]flow.Time)
	}
	e.ends[source] = last
}

// reached is how far the recording has come that a source is a part of.
func (e *Engine) reached(source int) flow.Time {
	if len(e.ends) == 0 {
		return e.now
	}
	var last flow.Time
	for other, t := range e.ends {
		if e.clocks.root(other) == e.clocks.root(source) {
			last = max(last, t)
		}
	}
	return last
}
