package analyze

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"elbscope/analyze/http1"
)

// A hop may ask somebody whether a request may pass (nginx's auth_request, the
// ForwardAuth of Traefik), or send a copy of it to somebody who only watches
// (nginx's mirror). Such a request has the client's headers, the key among them,
// and mostly neither Connection nor Upgrade, often in HTTP/1.0. It is aside of the
// way of the handshake: what it lacks is no damage.

// originals are the headers in which the target stands that is asked about; the
// last one is oauth2-proxy's.
var originals = []string{"X-Original-URI", "X-Original-URL", "X-Forwarded-Uri", "X-Auth-Request-Redirect"}

// isAside reports whether p is no part of the way of the handshake that it has
// the key of. A hop that rewrites targets does so every time, and one that tries
// again changes no more than it did before: it is known by what it did besides.
func (p *placed) isAside() bool {
	o := p.parent
	switch {
	case o == nil:
		return p.answered
	case o.aside:
		return true
	case p.Signs.Intact() != No:
		return false
	case p.target != o.target && (p.asksAbout(o.sighting) || o.switched() && p.Answer == AnswerSeen && !p.switched()):
		return true
	}
	return slices.ContainsFunc(o.children, func(q *placed) bool {
		return q.Signs.Sound() && (q.target != p.target || !sameLeg(q.sighting, p.sighting) && q.Time <= p.end() && p.Time <= q.end())
	})
}

// questionBefore finds the question whether the handshake of s may pass, where the
// leg is not in the capture that both follow from: the same sender was told yes
// the moment before it sent s, which it leaves whole, to another target.
func (g *grouping) questionBefore(s *sighting) *placed {
	if !s.Signs.Sound() {
		return nil
	}
	for _, o := range slices.Backward(g.open) {
		if o.Hop == 0 && len(g.roots[o.root]) == 1 && o.target != s.target && o.from == s.from && o.key == s.key && s.key != "" &&
			o.Signs.UpgradeThere == No && o.Answer == AnswerSeen && o.Response.Status()/100 == 2 && o.end() <= s.Time+slack {
			return o
		}
	}
	return nil
}

// switched reports whether a sighting was answered with a 101.
func (s *Sighting) switched() bool {
	return s.Answer == AnswerSeen && s.Response.Status() == 101
}

// asksAbout reports whether a request says that o's target is what was asked for.
// Some proxies say so in all that they pass on; then the answer comes back as
// that to o, and is none to such a question.
func (s *sighting) asksAbout(o *sighting) bool {
	return slices.ContainsFunc(originals, func(name string) bool { return original(s.Request, name) == o.target }) &&
		(s.mayBeVerdict() || o.Answer != AnswerSeen || o.Response.Status() != s.Response.Status())
}

// mayBeVerdict reports whether the answer, if there is one, says yes or no to the
// question whether somebody may pass, or where to ask for leave.
func (s *Sighting) mayBeVerdict() bool {
	if s.Answer != AnswerSeen {
		return true
	}
	status := s.Response.Status()
	return status/100 == 2 || status/100 == 3 || status == 401 || status == 403
}

// original returns the target in one of originals, "" where there is none.
func original(h *http1.Head, name string) string {
	value := h.Get(name)
	if _, after, ok := strings.Cut(value, "://"); ok && !strings.HasPrefix(value, "/") {
		path := strings.IndexByte(after, '/')
		if path < 0 {
			return "/"
		}
		return after[path:]
	}
	return value
}

// onTheWay leaves out the sightings that are aside.
func onTheWay(members []*sighting) []*sighting {
	if !slices.ContainsFunc(members, func(s *sighting) bool { return s.aside }) {
		return members
	}
	return slices.DeleteFunc(slices.Clone(members), func(s *sighting) bool { return s.aside })
}

// otherReading says why what looks like damage may be none, "" where it is read in
// one way only.
func (h *Handshake) otherReading() string {
	switch {
	case h.askedForByProxy():
		return "of a handshake only Connection and Upgrade are there: its Sec-WebSocket headers were removed on the way, " +
			"or a proxy writes these two into every request"
	case h.asksForAnother():
		return "the request names another target as the one that was asked for: it may be the handshake without its Upgrade, " +
			"or a proxy's question whether to let that pass"
	case h.mayBeToldNo():
		return "what went on asks for another target, and was told " + strconv.Itoa(h.Status) + ", as the client was: it may be the handshake " +
			"without its Upgrade, or a proxy's question whether to let that pass"
	}
	return ""
}

// askedForByProxy reports whether nobody may have asked for a WebSocket but a
// proxy on the way, in whose configuration Upgrade stands as a word: all that is
// seen has no header that only a client can have made, and is on a leg behind a
// proxy, or of somebody who does not ask so.
func (h *Handshake) askedForByProxy() bool {
	return !slices.ContainsFunc(h.Sightings, func(s *Sighting) bool {
		return s.Leg == ClientLeg && !s.asksForPages() || s.Signs.Key != No || s.Signs.Version != No ||
			s.Signs.Upgrade != Yes || s.Signs.Connection != Yes ||
			s.Request.Has("Sec-WebSocket-Protocol") || s.Request.Has("Sec-WebSocket-Extensions") ||
			pointsToWebSocket(s.Request.Target(), true)
	})
}

// asksForPages reports whether a request that lacks all of Sec-WebSocket is none
// that somebody made by hand to try a WebSocket: of a browser, which leaves none of
// them out, of a load balancer's health check, or in a way that asks for something
// else. Many proxies leave no mark; nginx, for one, is told to.
func (s *Sighting) asksForPages() bool {
	agent := s.Request.Get("User-Agent")
	return s.Signs.Get == No || s.Signs.HTTP11 == No || strings.HasPrefix(agent, "Mozilla/") || strings.HasPrefix(agent, "ELB-HealthChecker/")
}

// asksForAnother reports whether all that is seen of a handshake may be a
// question about it: it names another target as the one that was asked for, and
// bears nothing of an upgrade but what proxies pass on to everybody.
func (h *Handshake) asksForAnother() bool {
	return !slices.ContainsFunc(h.Sightings, func(s *Sighting) bool {
		return s.Hop > 0 || s.Leg == ClientLeg || s.Signs.UpgradeThere != No || s.Signs.Connection != No || !s.mayBeVerdict() ||
			!slices.ContainsFunc(originals, func(name string) bool {
				asked := original(s.Request, name)
				return asked != "" && asked != s.Request.Target()
			})
	})
}

// mayBeToldNo reports whether all that a hop sent on of a handshake may be the
// question whether it may pass, told no: nothing of an upgrade is in it, it asks for
// a target that no rewriting makes of the first one, and both had the same 401 or
// 403. nginx's auth_request names the target only where it is told to.
func (h *Handshake) mayBeToldNo() bool {
	first := h.Sightings[0]
	if len(h.Sightings) == 1 || !first.Signs.Sound() || h.Status != 401 && h.Status != 403 {
		return false
	}
	return !slices.ContainsFunc(h.Sightings, func(s *Sighting) bool {
		if s.Hop == 0 {
			return !s.Signs.Sound()
		}
		return s.Signs.UpgradeThere != No || s.Signs.Connection != No || s.Answer != AnswerSeen ||
			s.Response.Status() != h.Status || akin(first.Request.Target(), s.Request.Target())
	})
}

// akin reports whether one target may be made of another by rewriting: it ends
// like it, or has its query.
func akin(a, b string) bool {
	pathA, queryA, _ := strings.Cut(a, "?")
	pathB, queryB, _ := strings.Cut(b, "?")
	return queryA != "" && strings.Contains(queryB, queryA) || path.Base(pathA) == path.Base(pathB)
}
