package analyze

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"elbscope/analyze/ws"
	"elbscope/capture/flow"
)

// This file finds the handshakes of sightings whose own key is missing, was cut
// off or was damaged on the way.

// targetList holds the sightings with one target, in the order in which they
// came.
type targetList struct {
	roll
	// added counts all that were ever added.
	added uint64
}

// maxKin bounds how many sightings with the same target one is compared with.
const maxKin = 128

// noteTarget makes a sighting findable by its target.
func (e *Engine) noteTarget(s *sighting) {
	t := e.byTarget[s.target]
	if t == nil {
		t = &targetList{}
		e.byTarget[s.target] = t
	}
	t.sightings = append(t.sightings, s)
	t.added++
}

// forgetTarget takes a sighting that is gone off its list.
func (e *Engine) forgetTarget(s *sighting) {
	t := e.byTarget[s.target]
	if t == nil {
		return
	}
	t.forget()
	if len(t.sightings) == 0 {
		delete(e.byTarget, s.target)
	}
}

// findHomes looks for the kin of all sightings that need it. One that finds
// none is a handshake of its own for the time being, and is asked about again
// for as long as its kin can still come.
func (e *Engine) findHomes() {
	waiting := e.homeless
	e.homeless = nil
	for _, s := range waiting {
		if s.gone || s.adopted || s.sealed() {
			continue
		}
		s.current()
		e.alignSighting(s)
		e.findHome(s)
		if s.home == nil {
			e.join(s, e.clusterFor("exchange "+uitoa(s.Exchange)))
		}
		if !s.adopted && e.mayHaveKin(s) {
			e.homeless = append(e.homeless, s)
		}
	}
}

// mayHaveKin reports whether a sighting that is to be joined with s can still
// come, as long as packets come in order. Where they do not, the end will tell.
func (e *Engine) mayHaveKin(s *sighting) bool {
	const late = flow.Time(2 * time.Second)
	if s.c.ended || e.now-s.Time > forwardWithin {
		return false
	}
	end := s.end()
	return end == never || e.now-end < late
}

// findHome joins a sighting with its kin, if there is one.
func (e *Engine) findHome(s *sighting) {
	t := e.byTarget[s.target]
	if t == nil {
		return
	}
	known := t.added<<32 | uint64(s.rev)
	if s.looked == known && !e.finished {
		return // nothing is new
	}
	s.looked = known
	kin := e.findKin(s, t.near(s, e.finished))
	if kin == nil {
		return
	}
	s.adopted = true
	if kin.home == nil {
		e.join(kin, e.clusterFor("exchange "+uitoa(kin.Exchange)))
	}
	if s.home != kin.home {
		e.leave(s)
		e.join(s, kin.home)
	}
}

// near returns the sightings next to s: the latest ones while packets come in,
// because s is one of them. In the end the list is in order of time.
func (t *targetList) near(s *sighting, sorted bool) []*sighting {
	n := len(t.sightings)
	at := n
	if sorted {
		at, _ = slices.BinarySearchFunc(t.sightings, s, bySightingTime)
		at = min(at+maxKin, n)
	}
	return t.sightings[max(0, at-2*maxKin):at]
}

// finishHomes looks once more, with all sources read and their clocks aligned.
func (e *Engine) finishHomes() {
	e.homeless = nil
	for _, t := range e.byTarget {
		for _, s := range t.sightings {
			s.current()
			e.alignSighting(s)
			if !s.gone && !s.adopted && !s.sealed() && !ws.ValidKey(s.key) {
				e.homeless = append(e.homeless, s)
			}
		}
		slices.SortFunc(t.sightings, bySightingTime)
	}
	slices.SortFunc(e.homeless, func(a, b *sighting) int { return cmp.Compare(a.Exchange, b.Exchange) })
	e.findHomes()
	e.homeless = nil
}

// findKin looks for the sighting of the same handshake on a neighbouring leg:
// the same target and host, times that nest, and the client's address named in
// the inner head. Where the inner head names nobody, there must be no second
// candidate, and none can come any more.
func (e *Engine) findKin(s *sighting, candidates []*sighting) *sighting {
	var sure, maybe []*sighting
	for _, o := range candidates {
		if o == s || o.gone || o.sealed() || sameLeg(o, s) || s.home != nil && o.home == s.home || !keysMayBeOne(o, s) {
			continue
		}
		if !e.finished && o.RequestPacket.Source != s.RequestPacket.Source {
			continue // their clocks are not aligned yet
		}
		e.alignSighting(o)
		outer, inner, fits := nested(o, s)
		switch {
		case !fits, s.host != "" && o.host != "" && !strings.EqualFold(s.host, o.host):
		case inner.mentions(outer.from):
			sure = append(sure, o)
		case inner.ForwardedFor == "" && !inner.c.proxy.Source.IsValid() && keysUnknown(o, s):
			maybe = append(maybe, o)
		}
	}
	if len(sure) > 0 {
		return nearest(sure, s)
	}
	if len(maybe) == 1 && (e.finished || s.end() != never) {
		return maybe[0]
	}
	return nil
}

// nested puts two sightings in the order of the legs, and reports whether one
// can have been made of the other.
func nested(a, b *sighting) (outer, inner *sighting, fits bool) {
	if !nests(a, b) && !nests(b, a) {
		return a, b, false
	}
	outer, inner = a, b
	if bySightingTime(b, a) < 0 {
		outer, inner = b, a
	}
	if changePlaces(outer, inner) {
		outer, inner = inner, outer
	}
	return outer, inner, nests(outer, inner) && mayForward(outer, inner)
}

// keysMayBeOne reports whether the keys of two sightings do not say that they
// are of two handshakes: one is missing, was cut off, or is none that a client
// sends.
func keysMayBeOne(a, b *sighting) bool {
	return a.key == b.key || !ws.ValidKey(a.key) || !ws.ValidKey(b.key)
}

// keysUnknown reports whether one of two keys is not there to be compared.
func keysUnknown(a, b *sighting) bool { return a.key == "" || b.key == "" }

// nearest returns the one of candidates that began closest to s.
func nearest(candidates []*sighting, s *sighting) *sighting {
	return slices.MinFunc(candidates, func(a, b *sighting) int {
		return cmp.Compare(apart(a, s), apart(b, s))
	})
}

func apart(a, b *sighting) flow.Time { return max(a.Time-b.Time, b.Time-a.Time) }
