package analyze

import "slices"

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
