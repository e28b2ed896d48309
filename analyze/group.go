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

const (
	// slack is by how much a packet may have been captured too early or too
	// late for the brackets to fit, on one machine; between two sources, it is
	// farSlack.
	slack    = flow.Time(2 * time.Millisecond)
	farSlack = 5 * slack
	// sameMoment is how far apart two packets may be on one machine without
	// their order meaning anything.
	sameMoment = flow.Time(50 * time.Microsecond)
	// forwardWithin is how long after a request a proxy may still pass it on:
	// long enough for two tries that time out after a minute each.
	forwardWithin = flow.Time(150 * time.Second)
	// retryWithin is how long after the end of one try the next one begins. A
	// proxy does that at once; what comes later is a new handshake, of a
	// program that uses its key again.
	retryWithin = flow.Time(5 * time.Second)
	// maxOpen bounds how many sightings one is compared with.
	maxOpen = 128
)

// grouping is a division in progress.
type grouping struct {
	roots [][]*sighting
	all   []*placed // the outer before the inner
	// open may still be forwarded, ended may be tried again.
	open, ended []*placed
}

// placed is a sighting with its place.
type placed struct {
	*sighting
	parent   *placed
	children []*placed
	root     int
	// repeated is set once it was tried again: the next one after that is not a
	// further try of it.
	repeated bool
	// answered is set once the handshake was sent that it was a question about.
	answered bool
}

// group divides the sightings of one key into handshakes. Each comes sorted by
// hop, then by time, with the hops set.
func group(all []*sighting) [][]*sighting {
	var g grouping
	for _, s := range outerFirst(all) {
		g.age(s)
		p := g.place(s)
		g.open, g.all = append(g.open, p), append(g.all, p)
	}
	for _, p := range g.all {
		p.aside = p.isAside()
	}
	for _, members := range g.roots {
		slices.SortStableFunc(members, func(a, b *sighting) int {
			return cmp.Or(cmp.Compare(a.Hop, b.Hop), bySightingTime(a, b))
		})
	}
	return g.roots
}

// outerFirst sorts by time. Where two times are closer than clocks can tell,
// what stands in the heads decides.
func outerFirst(all []*sighting) []*sighting {
	sorted := slices.Clone(all)
	slices.SortFunc(sorted, bySightingTime)
	for i := range sorted {
		for j := i; j > 0 && j > i-maxOpen; j-- {
			if !changePlaces(sorted[j-1], sorted[j]) {
				break
			}
			sorted[j-1], sorted[j] = sorted[j], sorted[j-1]
		}
	}
	return sorted
}

// changePlaces reports whether b is outer although a comes before it in time.
func changePlaces(a, b *sighting) bool {
	near := sameMoment
	if a.RequestPacket.Source != b.RequestPacket.Source {
		near = farSlack
	}
	return b.Time-a.Time <= near && surelyOuter(b, a) && !surelyOuter(a, b)
}

// bySightingTime orders by aligned time. Where a request was captured on two
// legs within the resolution of the clock, the one that ended later is outer.
func bySightingTime(a, b *sighting) int {
	return cmp.Or(
		cmp.Compare(a.Time, b.Time),
		cmp.Compare(b.end(), a.end()),
		cmp.Compare(a.Exchange, b.Exchange))
}

// surelyOuter reports whether the heads of two sightings say that a is nearer
// to the client than b.
func surelyOuter(a, b *sighting) bool {
	if isLocal(a) != isLocal(b) {
		return isLocal(b) && len(a.Marks) <= len(b.Marks)
	}
	return b.mentions(a.from) || len(a.Marks) == 0 && len(b.Marks) > 0
}

func isLocal(s *sighting) bool {
	return s.c.info.Client.Addr().IsLoopback() && s.c.info.Server.Addr().IsLoopback()
}

// age takes those off the lists that ended too long before s.
func (g *grouping) age(s *sighting) {
	g.open = slices.DeleteFunc(g.open, func(o *placed) bool {
		if s.Time <= addTime(o.end(), farSlack) && s.Time-o.Time <= forwardWithin {
			return false
		}
		if o.Hop == 0 && o.silent() {
			g.ended = append(g.ended, o)
		}
		return true
	})
	g.ended = slices.DeleteFunc(g.ended, func(o *placed) bool { return s.Time-o.end() > retryWithin })
	if n := len(g.open) - maxOpen; n > 0 {
		g.open = slices.Delete(g.open, 0, n)
	}
	if n := len(g.ended) - maxOpen; n > 0 {
		g.ended = slices.Delete(g.ended, 0, n)
	}
}

// place finds out to what handshake s belongs, and on which hop.
func (g *grouping) place(s *sighting) *placed {
	p := &placed{sighting: s}
	if twin := g.twinOf(s); twin != nil {
		s.Hop, p.parent, p.root = twin.Hop, twin.parent, twin.root
	} else if parent := g.parentOf(s); parent != nil {
		s.Hop, p.parent, p.root = parent.Hop+1, parent, parent.root
		parent.children = append(parent.children, p)
	} else {
		s.Hop = 0
		if try := g.tryBefore(s); try != nil {
			p.root, try.repeated = try.root, true
		} else if question := g.questionBefore(s); question != nil {
			p.root, question.answered = question.root, true
		} else {
			p.root = len(g.roots)
			g.roots = append(g.roots, nil)
		}
	}
	g.roots[p.root] = append(g.roots[p.root], s)
	return p
}

// twinOf finds the same exchange on the same wire, captured at another point:
// in another source or around another tunnel. Otherwise a port was used again.
func (g *grouping) twinOf(s *sighting) *placed {
	for _, o := range g.open {
		if twins(o.sighting, s) && o.c != s.c && nests(o.sighting, s) && o.target == s.target &&
			(o.RequestPacket.Source != s.RequestPacket.Source || o.c.info.Encap != s.c.info.Encap) {
			return o
		}
	}
	return nil
}

// twins reports whether two sightings were made between the same two ends.
func twins(a, b *sighting) bool {
	return a.c.info.Client == b.c.info.Client && a.c.info.Server == b.c.info.Server
}

// sameLeg reports whether two sightings were made on the same leg: they went to
// the same server. Where one came over the wire and one from loopback, a proxy
// stands between them that nobody sees, as Istio's sidecar: it takes what comes to
// the application's address, and passes it on to the same.
func sameLeg(a, b *sighting) bool {
	return a.c.info.Server == b.c.info.Server && a.c.info.Client.Addr().IsLoopback() == b.c.info.Client.Addr().IsLoopback()
}

// translated reports whether two sightings are one exchange with one server,
// seen on both sides of a router that puts an address of its own in the place of
// the client's: the same bytes, counted from the same random sequence number.
// Without that, two clients may share a key, and all of a head.
func translated(a, b *sighting) bool {
	return a.c.info.ISN != 0 && a.c.info.ISN == b.c.info.ISN && sameLeg(a, b) && !twins(a, b) &&
		a.Request.Raw == b.Request.Raw
}

func tolerance(a, b *sighting) flow.Time {
	if a.RequestPacket.Source != b.RequestPacket.Source {
		return farSlack
	}
	return slack
}

// nests reports whether inner began while outer was waiting for its answer.
func nests(outer, inner *sighting) bool {
	t := tolerance(outer, inner)
	return inner.Time >= outer.Time-t && inner.Time <= addTime(outer.end(), t) && inner.Time-outer.Time <= forwardWithin
}

func addTime(t, d flow.Time) flow.Time {
	if t > t+d {
		return t // "never" stays never
	}
	return t + d
}

// parentOf returns the sighting that s was forwarded from, or nil. Evidence in
// the heads outweighs time; of equals the innermost wins, and on one leg the
// one whose brackets fit best.
func (g *grouping) parentOf(s *sighting) *placed {
	const busy = 16
	var best *placed
	bestScore := 0
	for _, o := range g.open {
		if sameLeg(o.sighting, s) && !translated(o.sighting, s) || twins(o.sighting, s) || !nests(o.sighting, s) || !mayForward(o.sighting, s) || o.upgraded(s) || o.cameBy(s) {
			continue
		}
		score := 1 + kinship(o.sighting, s)
		if slices.ContainsFunc(o.children, func(child *placed) bool {
			return sameLeg(child.sighting, s) && nests(child.sighting, s) && child.over() > s.Time
		}) {
			// A hop does not send one handshake twice at a time.
			if score -= busy; score <= 0 {
				continue
			}
		}
		switch {
		case best == nil, score > bestScore:
		case score < bestScore:
			continue
		case sameLeg(best.sighting, o.sighting) && !translated(best.sighting, o.sighting):
			if !o.fitsBetter(best, s) {
				continue
			}
		case o.Hop < best.Hop:
			continue // it is further out, although it comes later
		}
		best, bestScore = o, score
	}
	return best
}

// fitsBetter reports whether s rather comes from p than from q, which is on
// the same leg and began earlier. A hop that has its answer, or was given it,
// asks no more; and it passes an answer on at once, so that the outer bracket
// closes just behind the inner one.
func (p *placed) fitsBetter(q *placed, s *sighting) bool {
	if a, b := p.served(s), q.served(s); a != b {
		return b
	}
	a, b := p.end()-s.end(), q.end()-s.end()
	if t := tolerance(p.sighting, s); (a < -t) != (b < -t) {
		return b < -t
	}
	if a, b := p.tells(s), q.tells(s); a != b {
		return a
	}
	return max(a, -a) < max(b, -b)
}

// tells reports whether p was told what s was, as hops mostly do; where that was
// nothing, they make up a 5xx.
func (p *placed) tells(s *sighting) bool {
	switch {
	case p.Answer != AnswerSeen:
		return p.Answer == s.Answer
	case s.Answer == AnswerClosed:
		return p.Response.Status()/100 == 5
	}
	return s.Answer == AnswerSeen && p.Response.Status() == s.Response.Status()
}

// cameBy reports whether the handshake had been on the leg that s is on before it
// came to p: there it does not come again, and s is another client's with this key.
func (p *placed) cameBy(s *sighting) bool {
	for o := p.parent; o != nil; o = o.parent {
		if sameLeg(o.sighting, s) && !translated(o.sighting, s) {
			return true
		}
	}
	return false
}

// served reports whether p had its answer before s began, or was told it by
// the leg that s is on. A hop may try again after an answer that it does not
// like, so this decides between equals only.
func (p *placed) served(s *sighting) bool {
	return p.end() < s.Time || slices.ContainsFunc(p.children, func(child *placed) bool {
		return sameLeg(child.sighting, s) && child.Answer == AnswerSeen && child.end() <= s.Time
	})
}

// upgraded reports whether the hop behind p had the 101 that it asked for, on the
// leg that s is on, before s began: it does not ask again.
func (p *placed) upgraded(s *sighting) bool {
	return slices.ContainsFunc(p.children, func(child *placed) bool {
		return sameLeg(child.sighting, s) && child.Signs.Sound() && child.switched() && child.Answered <= s.Time
	})
}

// mayForward rules out what one hop cannot have made of the other.
func mayForward(outer, inner *sighting) bool {
	from, to := outer.c.info, inner.c.info
	switch {
	case isLocal(outer) && !to.Server.Addr().IsLoopback():
		// From loopback a proxy may go out again, but not without saying whom for.
		return len(inner.Marks) > 0
	case from.Client.Addr() == to.Client.Addr() && from.Client.Port() != to.Client.Port() && from.Server.Addr() != to.Client.Addr():
		return false // one machine sent both: two tries, no forwarding
	case len(inner.Marks) == 0 && !isLocal(inner) && outer.mentions(inner.from):
		// It comes straight from the client that the outer one names: the
		// client's next handshake, which began before the clocks could tell.
		return false
	case inner.key == "" || outer.key == "":
		return true
	}
	return inner.key == outer.key || inner.mentions(outer.from)
}

// kinship weighs what in two heads speaks for one being made from the other:
// above all the address of the client, then the target. Every leg further out
// may have as much of it as the nearest one, for a proxy adds the address that
// it was asked from, or just passes on what it was told. So kinship tells
// clients apart, not legs: of equals the innermost is taken.
func kinship(outer, inner *sighting) int {
	score := 0
	if outer.target == inner.target {
		score++
	}
	switch p := inner.c.proxy.Source; {
	case p.IsValid() && (p == outer.c.info.Client || p == outer.c.proxy.Source):
		score += 8
	case inner.mentions(outer.from), outer.ForwardedFor != "" && strings.HasPrefix(inner.ForwardedFor, outer.ForwardedFor):
		score += 2
	}
	return score
}

// tryBefore finds the try of which s is another one on the first leg: the same
// hop sent it again after it got no answer.
func (g *grouping) tryBefore(s *sighting) *placed {
	for _, list := range [...][]*placed{g.open, g.ended} {
		for _, o := range slices.Backward(list) {
			if o.Hop == 0 && !o.repeated && o.target == s.target && o.key == s.key && o.silent() &&
				o.ForwardedFor == s.ForwardedFor &&
				o.over() <= s.Time+slack && s.Time-o.over() <= retryWithin &&
				o.c.info.Client.Addr() == s.c.info.Client.Addr() && o.c.info.Server.Port() == s.c.info.Server.Port() {
				return o
			}
		}
	}
	return nil
}
