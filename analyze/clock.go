package analyze

import (
	"slices"

	"elbscope/capture/flow"
)

// clocks aligns the times of several sources. Two machines' clocks differ by
// seconds; handshakes that were seen on both tell by how much: the request
// reached the inner leg after the outer one, and the answer went the other way.
type clocks struct {
	offsets map[int]flow.Time
	// continued says which source another one continues, on the same clock.
	continued map[int]int
}

// offset returns what to add to times of a source to put them on the clock of
// the first one; 0 and false where that is unknown.
func (c *clocks) offset(source int) (flow.Time, bool) {
	if source == 0 {
		return 0, true
	}
	off, ok := c.offsets[source]
	return off, ok
}

// Continue tells the engine that source goes on where before ended, on the
// same clock.
func (e *Engine) Continue(source, before int) {
	if e.clocks.continued == nil {
		e.clocks.continued = make(map[int]int)
	}
	e.clocks.continued[source] = before
}

// bound is what one handshake says about the offset of a source against
// another: it lies between lo and hi.
type bound struct{ lo, hi flow.Time }

// align works out the offsets from all handshakes seen in more than one
// source, when all sources have been read.
func (c *clocks) align(e *Engine) {
	bounds := make(map[[2]int][]bound)
	for _, cl := range e.clusters {
		collectBounds(cl.sightings, bounds)
	}
	links := make(map[[2]int]flow.Time, len(bounds))
	for pair, bs := range bounds {
		links[pair] = settleBounds(bs)
	}
	for source, before := range c.continued {
		pair := [2]int{before, source}
		if _, ok := links[pair]; !ok {
			links[pair] = 0
		}
	}
	c.offsets = spread(links)
}

// collectBounds adds what the sightings of one key say. Only the outermost
// sighting of each source counts.
func collectBounds(all []*sighting, bounds map[[2]int][]bound) {
	outer := make(map[int]*sighting)
	for _, s := range all {
		src := s.RequestPacket.Source
		if o := outer[src]; o == nil || s.RequestPacket.Time < o.RequestPacket.Time {
			outer[src] = s
		}
	}
	if len(outer) < 2 {
		return
	}
	for a, sa := range outer {
		for b, sb := range outer {
			if a < b {
				bounds[[2]int{a, b}] = append(bounds[[2]int{a, b}], boundOf(sa, sb))
			}
		}
	}
}

// boundOf says between what the offset of b's clock against a's lies.
func boundOf(a, b *sighting) bound {
	start := a.RequestPacket.Time - b.RequestPacket.Time
	aEnd, bEnd := rawEnd(a), rawEnd(b)
	if twins(a, b) {
		return bound{start, start} // the same packet, twice
	}
	if aEnd == 0 || bEnd == 0 {
		return bound{start, start}
	}
	return bound{min(start, aEnd-bEnd), max(start, aEnd-bEnd)}
}

// rawEnd is when a sighting was answered or closed, by its own clock.
func rawEnd(s *sighting) flow.Time {
	switch {
	case s.Answer == AnswerSeen:
		return max(s.ResponsePacket.Time, s.RequestPacket.Time)
	case s.How != 0:
		return s.ClosePacket.Time
	}
	return 0
}

// settleBounds chooses one offset. Clocks that agree stay as they are: 0 if it
// lies within most bounds. Otherwise it is what most bounds share, or the
// median of their middles where they contradict each other.
func settleBounds(bs []bound) flow.Time {
	within := 0
	lo, hi := bs[0].lo, bs[0].hi
	middles := make([]flow.Time, len(bs))
	for i, b := range bs {
		if b.lo-slack <= 0 && 0 <= b.hi+slack {
			within++
		}
		lo, hi = max(lo, b.lo), min(hi, b.hi)
		middles[i] = b.lo + (b.hi-b.lo)/2
	}
	switch {
	case within*2 > len(bs):
		return 0
	case lo <= hi:
		return lo + (hi-lo)/2
	}
	slices.Sort(middles)
	return middles[len(middles)/2]
}

// spread walks from the first source along the links.
func spread(links map[[2]int]flow.Time) map[int]flow.Time {
	offsets := map[int]flow.Time{0: 0}
	for grown := true; grown; {
		grown = false
		for pair, off := range links {
			a, b := pair[0], pair[1]
			offA, okA := offsets[a]
			offB, okB := offsets[b]
			switch {
			case okA && !okB:
				offsets[b], grown = offA+off, true
			case okB && !okA:
				offsets[a], grown = offB-off, true
			}
		}
	}
	return offsets
}
