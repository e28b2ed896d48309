package analyze

import "slices"

// A handshake can hang on time alone: once a hop has been given nothing by the
// last leg, it tries again at once or never. Nobody tells of what does not
// happen, so such a handshake is looked at again when that time is over.

// lookAgain notes one of which these are the sightings.
func (e *Engine) lookAgain(members []*sighting) {
	for _, s := range members {
		if s.Answer == AnswerClosed && !s.impatient {
			s.impatient = true
			e.impatient = append(e.impatient, s)
		}
	}
}

// lookAtImpatient has those judged anew whose time is over.
func (e *Engine) lookAtImpatient() {
	e.impatient = slices.DeleteFunc(e.impatient, func(s *sighting) bool {
		s.impatient = !s.gone && e.now-s.ClosePacket.Time < retryWithin
		if !s.impatient && !s.sealed() {
			e.changed(s)
		}
		return !s.impatient
	})
}
