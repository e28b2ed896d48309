package analyze

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"elbscope/capture/flow"
)

// This file decides which sightings are one handshake, and on which hop each
// was made. A proxy waits for its backend before it answers, so the times of
// the inner exchange lie within those of the outer one: hops nest like
// brackets. Keys alone do not decide: old clients make them from the clock, so
// that two clients can share one.

// slack is by how much a packet may have been captured too early or too late
// for the brackets to fit, on one machine and after aligning two.
const slack = flow.Time(2 * time.Millisecond)

// group divides the sightings of one key into handshakes. Each comes sorted by
// hop, then by time, with the hops set.
func group(all []*sighting) [][]*sighting {
	sorted := slices.Clone(all)
	slices.SortFunc(sorted, bySightingTime)
	parents := make(map[*sighting]*sighting, len(sorted))
	var roots [][]*sighting
	home := make(map[*sighting]int)
	for i, s := range sorted {
		parent := chooseParent(sorted[:i], s, parents)
		switch {
		case parent != nil && twins(parent, s):
			s.Hop = parent.Hop
			parents[s] = parents[parent]
		case parent != nil:
			s.Hop = parent.Hop + 1
			parents[s] = parent
		default:
			s.Hop = 0
			if n := retried(roots, s); n >= 0 {
				home[s] = n
				roots[n] = append(roots[n], s)
				continue
			}
			home[s] = len(roots)
			roots = append(roots, []*sighting{s})
			continue
		}
		home[s] = home[parent]
		roots[home[s]] = append(roots[home[s]], s)
	}
	for _, members := range roots {
		slices.SortStableFunc(members, func(a, b *sighting) int {
			return cmp.Or(cmp.Compare(a.Hop, b.Hop), bySightingTime(a, b))
		})
	}
	return roots
}

// bySightingTime orders by aligned time. Where a request was captured on two
// legs within the resolution of the clock, the one that ended later is outer.
func bySightingTime(a, b *sighting) int {
	return cmp.Or(
		cmp.Compare(a.Time, b.Time),
		cmp.Compare(b.end(), a.end()),
		cmp.Compare(a.Exchange, b.Exchange))
}

// twins reports whether two sightings are of the same exchange on the same
// wire, captured at two points.
func twins(a, b *sighting) bool {
	return a.c.info.Client == b.c.info.Client && a.c.info.Server == b.c.info.Server
}

// sameLeg reports whether two sightings were made on the same leg: they went
// to the same server.
func sameLeg(a, b *sighting) bool { return a.c.info.Server == b.c.info.Server }

// nests reports whether inner began while outer was waiting for its answer.
func nests(outer, inner *sighting) bool {
	tolerance := slack
	if outer.RequestPacket.Source != inner.RequestPacket.Source {
		tolerance *= 5
	}
	return inner.Time >= outer.Time-tolerance && inner.Time <= addTime(outer.end(), tolerance)
}

func addTime(t, d flow.Time) flow.Time {
	if t > t+d {
		return t // "never" stays never
	}
	return t + d
}

// chooseParent returns the sighting that s was forwarded from, or the twin of
// s, or nil. Evidence in the heads outweighs time; of equals the latest wins,
// because it is the innermost.
func chooseParent(earlier []*sighting, s *sighting, parents map[*sighting]*sighting) *sighting {
	var best *sighting
	bestScore := 0
	for _, o := range earlier {
		if twins(o, s) {
			// Different sources or tunnels, the same moment: one exchange
			// captured twice. Otherwise the port was used again.
			if o.c != s.c && nests(o, s) && o.target == s.target && distinctPoints(o, s) {
				return o
			}
			continue
		}
		if sameLeg(o, s) || !nests(o, s) || !mayForward(o, s) {
			continue
		}
		score := 1 + kinship(o, s)
		for child, p := range parents {
			// A hop does not send one handshake twice at a time.
			if p == o && sameLeg(child, s) && nests(child, s) && child.end() > s.Time {
				score -= 16
			}
		}
		if best == nil || score >= bestScore {
			best, bestScore = o, score
		}
	}
	return best
}

// distinctPoints reports whether two sightings come from different capture
// points: other sources, or other tunnels around the packets.
func distinctPoints(a, b *sighting) bool {
	return a.RequestPacket.Source != b.RequestPacket.Source || a.c.info.Encap != b.c.info.Encap
}

// mayForward rules out what one hop cannot have made of the other.
func mayForward(outer, inner *sighting) bool {
	local := outer.c.info.Server.Addr().IsLoopback() && outer.c.info.Client.Addr().IsLoopback()
	// From loopback a proxy may go out again, but not without saying whom for.
	if local && !inner.c.info.Server.Addr().IsLoopback() {
		return len(inner.Marks) > 0
	}
	if inner.key == "" || outer.key == "" {
		return true
	}
	return inner.key == outer.key || inner.mentions(outer.c.info.Client.Addr().String())
}

// kinship weighs what in two heads speaks for one being made from the other.
func kinship(outer, inner *sighting) int {
	score := 0
	if outer.target == inner.target {
		score += 4
	}
	if p := inner.c.proxy.Source; p.IsValid() {
		if p == outer.c.info.Client {
			score += 16
		} else if outer.c.proxy.Source != p {
			score -= 4
		}
	}
	if inner.mentions(outer.c.info.Client.Addr().String()) {
		score += 4
	}
	if outer.host != "" && strings.EqualFold(outer.host, inner.host) {
		score++
	}
	return score
}

// retried finds the handshake of which s is another try on the first leg: the
// same hop sent it again after it got no answer.
func retried(roots [][]*sighting, s *sighting) int {
	for n, members := range roots {
		for _, o := range members {
			if o.Hop == 0 && o.target == s.target && o.key == s.key &&
				o.c.info.Client.Addr() == s.c.info.Client.Addr() &&
				(o.Answer == AnswerClosed || o.Answer == AnswerLost) && o.end() <= s.Time+slack &&
				o.c.info.Server.Port() == s.c.info.Server.Port() {
				return n
			}
		}
	}
	return -1
}

// housePass finds the handshakes of sightings whose own key is missing, cut
// off or was changed on the way.
func (e *Engine) housePass() {
	if len(e.homeless) == 0 {
		return
	}
	waiting := e.homeless
	e.homeless = nil
	for _, s := range waiting {
		s.current()
		e.alignSighting(s)
		if kin := e.findKin(s); kin != nil {
			s.adopted = true
			if kin.home == nil {
				e.join(kin, e.clusterFor("exchange "+uitoa(kin.Exchange)))
			}
			if s.home != kin.home {
				e.leave(s)
				e.join(s, kin.home)
			}
			continue
		}
		if s.home == nil {
			e.join(s, e.clusterFor("exchange "+uitoa(s.Exchange)))
		}
		if !s.c.ended || s.Answer == AnswerNone || !s.looked {
			s.looked = s.c.ended
			e.homeless = append(e.homeless, s)
		}
	}
}

// findKin looks for the sighting of the same handshake on a neighbouring leg:
// the same target and host, times that nest, and the client's address named in
// the inner head. Where the inner head names nobody, there must be no second
// candidate.
func (e *Engine) findKin(s *sighting) *sighting {
	var sure, maybe []*sighting
	for _, o := range e.byTarget[s.target] {
		if o == s || sameLeg(o, s) || o.key != "" && s.key != "" || s.home != nil && o.home == s.home {
			continue
		}
		if s.host != "" && o.host != "" && !strings.EqualFold(s.host, o.host) {
			continue
		}
		o.current()
		e.alignSighting(o)
		outer, inner := o, s
		if bySightingTime(s, o) < 0 {
			outer, inner = s, o
		}
		if !nests(outer, inner) {
			continue
		}
		client := outer.c.info.Client.Addr().String()
		switch {
		case inner.mentions(client):
			sure = append(sure, o)
		case inner.ForwardedFor == "" && !inner.c.proxy.Source.IsValid():
			maybe = append(maybe, o)
		}
	}
	if len(sure) > 0 {
		return nearest(sure, s)
	}
	if len(maybe) == 1 {
		return maybe[0]
	}
	return nil
}

// nearest returns the one of candidates that began closest to s.
func nearest(candidates []*sighting, s *sighting) *sighting {
	return slices.MinFunc(candidates, func(a, b *sighting) int {
		return cmp.Compare(apart(a, s), apart(b, s))
	})
}

func apart(a, b *sighting) flow.Time { return max(a.Time-b.Time, b.Time-a.Time) }
