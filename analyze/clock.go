package analyze

import (
	"cmp"
	"maps"
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

// root is the first source of those that share a clock with this one.
func (c *clocks) root(source int) int {
	for range len(c.continued) {
		before, ok := c.continued[source]
		if !ok {
			break
		}
		source = before
	}
	return source
}

// align works out the offsets from all handshakes seen in more than one
// source, when all sources have been read.
func (c *clocks) align(e *Engine) {
	bounds := make(map[[2]int][]bound)
	for _, cl := range e.clusters {
		c.collectBounds(cl.sightings, bounds)
	}
	links := make(map[[2]int]flow.Time, len(bounds))
	for pair, bs := range bounds {
		links[pair] = settleBounds(bs)
	}
	c.offsets = spread(c.root(0), links)
	for source := range c.continued {
		if off, ok := c.offsets[c.root(source)]; ok {
			c.offsets[source] = off
		}
	}
}

// collectBounds adds what the sightings of one key say. Only the outermost
// sightings of each clock count: which of several handshakes are the same is not
// known before the clocks are, but for what their rhythm tells.
func (c *clocks) collectBounds(all []*sighting, bounds map[[2]int][]bound) {
	byClock := make(map[int][]*sighting)
	for _, s := range all {
		root := c.root(s.RequestPacket.Source)
		byClock[root] = append(byClock[root], s)
	}
	if len(byClock) < 2 {
		return
	}
	outer := make(map[int][]*sighting, len(byClock))
	for clock, members := range byClock {
		for _, handshake := range group(members) {
			outer[clock] = append(outer[clock], handshake[0])
		}
	}
	for a := range outer {
		for b := range outer {
			if a >= b || usedAgain(byClock[a], byClock[b]) {
				continue
			}
			for _, pair := range matched(outer[a], outer[b]) {
				bounds[[2]int{a, b}] = append(bounds[[2]int{a, b}], boundOf(pair[0], pair[1]))
			}
		}
	}
}

// tellsOffset reports whether two sightings of one key can be of one moment: they
// are the same exchange, captured twice, or a hop made one of the other. A key
// that comes again on the same leg, or from the same client, is another
// handshake: a program uses its key again, and the files are of one rotation
// perhaps, on one clock.
func tellsOffset(a, b *sighting) bool {
	return twins(a, b) || !fromSameClient(a, b) && (sameLeg(a, b) || mayForward(a, b) || mayForward(b, a))
}

// fromSameClient reports whether two sightings were made on one leg, from one
// address. From two, they may be one exchange, before and behind a NAT.
func fromSameClient(a, b *sighting) bool {
	return sameLeg(a, b) && a.c.info.Client.Addr() == b.c.info.Client.Addr()
}

// usedAgain reports whether one clock saw a leg that the other one saw as well,
// and there another connection: then the key was used again, and what else bears
// it may belong to either time.
func usedAgain(some, others []*sighting) bool {
	return slices.ContainsFunc(others, func(o *sighting) bool {
		onLeg := func(s *sighting) bool { return fromSameClient(s, o) }
		twin := func(s *sighting) bool { return twins(s, o) }
		return slices.ContainsFunc(some, onLeg) && !slices.ContainsFunc(some, twin)
	})
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

// spread walks from the first clock along the links, nearest clocks first, so
// that errors do not add up.
func spread(first int, links map[[2]int]flow.Time) map[int]flow.Time {
	pairs := slices.SortedFunc(maps.Keys(links), func(a, b [2]int) int {
		return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1]))
	})
	offsets := map[int]flow.Time{first: 0}
	for {
		found := make(map[int]flow.Time)
		for _, pair := range pairs {
			offA, okA := offsets[pair[0]]
			offB, okB := offsets[pair[1]]
			_, again := found[pair[0]]
			if okA && !okB {
				_, again = found[pair[1]]
			}
			switch {
			case again:
			case okA && !okB:
				found[pair[1]] = offA + links[pair]
			case okB && !okA:
				found[pair[0]] = offB - links[pair]
			}
		}
		if len(found) == 0 {
			return offsets
		}
		maps.Copy(offsets, found)
	}
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

// alignSighting puts a sighting's times on the clock of the first source.
func (e *Engine) alignSighting(s *sighting) {
	off, _ := e.clocks.offset(s.RequestPacket.Source)
	s.Time = s.RequestPacket.Time + off
	s.Answered, s.Closed = 0, 0
	if s.ResponsePacket.Num != 0 {
		s.Answered = s.ResponsePacket.Time + off
	}
	if s.How != 0 {
		s.Closed = s.ClosePacket.Time + off
	}
	if s.WebSocket.LastPayload != 0 {
		s.WebSocket.LastPayload = s.c.lastPayload + off
	}
}
