package analyze

import (
	"cmp"
	"math"
	"slices"
	"strconv"
)

func uitoa(n uint64) string { return strconv.FormatUint(n, 10) }

// assemble makes a handshake of its sightings, judges it and asks the rules.
func (e *Engine) assemble(members []*sighting) *Handshake {
	h := &Handshake{Final: true}
	oldest := members[0]
	for _, s := range members {
		v := s.Sighting
		h.Sightings = append(h.Sightings, &v)
		if s.Exchange < oldest.Exchange {
			oldest = s
		}
		if h.Key == "" {
			h.Key = s.key
		}
		h.Final = h.Final && (s.final || !e.cfg.Live)
	}
	h.ID = "h" + uitoa(oldest.Exchange)
	first := h.First()
	h.Target, h.Host, h.Start = first.Request.Target(), first.Request.Get("Host"), first.Time
	setLegs(h)
	if first.Response != nil {
		h.Status = first.Response.Status()
	}
	// With tries on the first leg, the last one's answer is what arrived.
	for _, s := range h.Sightings {
		if s.Hop == 0 && s.Response != nil {
			h.Status = s.Response.Status()
		}
	}
	h.Damages = damages(h.Sightings)
	e.judge(h)
	e.askRules(h)
	return h
}

// setLegs says of each sighting on what leg it was made.
//
// report-v1 calls hop 0 the client's leg also where the same handshake is seen
// further on. Taken to the letter that would blame the client for what the
// load balancer did, whenever the instance's proxy and its application are in
// the capture and the client's leg is not. So a hop behind it on loopback does
// not count, and a damaged head that bears a proxy's mark is never the client's.
func setLegs(h *Handshake) {
	further := false
	for _, s := range h.Sightings {
		further = further || s.Hop > 0 && !loopback(s)
	}
	for _, s := range h.Sightings {
		marked := len(s.Marks) > 0 || s.Proxy.Version != ""
		broken := s.Signs.Intact() == No
		switch {
		case loopback(s):
			s.Leg = LocalLeg
		case s.Hop > 0:
			s.Leg = InstanceLeg
		case !further && notFromClient(s.Signs):
			s.Leg = InstanceLeg
		case !marked, further && !broken:
			s.Leg = ClientLeg
		default:
			s.Leg = InstanceLeg
		}
	}
}

func loopback(s *Sighting) bool {
	return s.Conn.Client.Addr().IsLoopback() && s.Conn.Server.Addr().IsLoopback()
}

// notFromClient reports whether a head is damaged in a way that no client
// produces: a key without Upgrade, or in HTTP/1.0.
func notFromClient(s Signs) bool {
	return s.Key == Yes && (s.UpgradeThere == No || s.HTTP11 == No)
}

// parts are what a handshake can lose, in the order of report-v1's verdicts.
var parts = []struct {
	kind Verdict
	of   func(Signs) Tri
}{
	{Downgraded, func(s Signs) Tri { return s.HTTP11 }},
	{Dropped, func(s Signs) Tri { return s.UpgradeThere }},
	{Rewritten, func(s Signs) Tri { return s.Connection }},
	{Altered, func(s Signs) Tri { return s.Upgrade }},
	{Altered, func(s Signs) Tri { return s.Get }},
	{Altered, func(s Signs) Tri { return s.Key }},
	{Altered, func(s Signs) Tri { return s.Version }},
}

// damages compares neighbours hop by hop. One hop counts once, with the worst
// it did; further tries on a hop that has been judged add nothing.
func damages(all []*Sighting) []Damage {
	var found []Damage
	judged := -1
	for i, s := range all {
		if s.Hop == judged {
			continue
		}
		for _, part := range parts {
			if part.of(s.Signs) != No {
				continue
			}
			before, known := lastWith(all[:i], s.Hop, part.of)
			if !known {
				continue // it was lost before and is no news
			}
			kind := part.kind
			if before < 0 && s.Leg == ClientLeg {
				kind = Malformed
			}
			found = append(found, Damage{Kind: kind, Before: before, After: i})
			judged = s.Hop
			break
		}
	}
	if d := changedKey(all); d != nil && len(found) == 0 {
		found = append(found, *d)
	}
	return found
}

// lastWith returns the last sighting on an earlier hop that shows the part
// whole, -1 if none shows it at all. known is false if the part is missing on
// an earlier hop already.
func lastWith(earlier []*Sighting, hop int, of func(Signs) Tri) (index int, known bool) {
	index = -1
	for i, s := range earlier {
		if s.Hop >= hop {
			continue
		}
		switch of(s.Signs) {
		case Yes:
			index = i
		case No:
			return -1, false
		case Unknown:
		}
	}
	return index, true
}

// changedKey finds a hop that put another key in the place of the client's.
func changedKey(all []*Sighting) *Damage {
	for i, s := range all {
		if s.Hop == 0 || keyOf(s.Request) == "" {
			continue
		}
		for j := range all[:i] {
			if key := keyOf(all[j].Request); all[j].Hop < s.Hop && key != "" && key != keyOf(s.Request) {
				return &Damage{Kind: Altered, Before: j, After: i}
			}
		}
	}
	return nil
}

// judge gives the verdict of report-v1: the earliest damage, or what became of
// a sound handshake.
func (e *Engine) judge(h *Handshake) {
	if len(h.Damages) > 0 {
		h.judgeDamage(h.Damages[0])
		return
	}
	h.Certainty = Proven
	last := h.Last()
	if why := unsound(h.Sightings); why != "" {
		h.cannotTell(why)
		return
	}
	switch {
	case h.Status == 101:
		h.Verdict = Healthy
	case last.Answer == AnswerSeen && last.Response.Status() == 101 && last.Hop > 0:
		h.judgeRelay()
	case last.Answer == AnswerSeen:
		h.Verdict = Refused
	case last.Answer == AnswerClosed:
		h.Verdict = Unanswered
	default:
		e.judgeOpen(h, last)
	}
}

func (h *Handshake) judgeDamage(d Damage) {
	h.Verdict, h.Certainty = d.Kind, Proven
	if d.Kind == Malformed {
		return
	}
	after := h.Sightings[d.After]
	h.Culprit = &Culprit{Back: after.Conn.Client.Addr()}
	if d.Before < 0 {
		h.Certainty = Inferred
		return
	}
	h.Culprit.Front = h.Sightings[d.Before].Conn.Server
}

// judgeRelay decides between a 101 that was not relayed and one whose way back
// is not in the capture.
func (h *Handshake) judgeRelay() {
	// The hop at fault stands between the innermost leg without the 101 and
	// the outermost with it.
	for i := len(h.Sightings) - 1; i >= 0; i-- {
		s := h.Sightings[i]
		if s.Response != nil && s.Response.Status() == 101 {
			continue
		}
		switch s.Answer {
		case AnswerSeen, AnswerClosed, AnswerAlien:
			h.Verdict = NotRelayed
			h.Culprit = &Culprit{Front: s.Conn.Server}
			for _, inner := range h.Sightings[i+1:] {
				if inner.Hop > s.Hop {
					h.Culprit.Back = inner.Conn.Client.Addr()
					break
				}
			}
			return
		case AnswerNone, AnswerLost:
			h.cannotTell("the 101 came back on the last leg, and the capture does not hold what arrived nearer to the client")
			return
		}
	}
}

// judgeOpen says why there is no verdict on a sound handshake without answer.
func (e *Engine) judgeOpen(h *Handshake, last *Sighting) {
	switch {
	case last.Answer == AnswerLost:
		h.cannotTell("packets are missing from the capture where the answer may have been")
	case last.Answer == AnswerAlien:
		h.cannotTell("what came back is no HTTP response")
	case e.cfg.Live:
		h.Verdict, h.Certainty = Pending, Unsure
	default:
		h.cannotTell("the capture ends before the answer")
	}
}

func (h *Handshake) cannotTell(why string) {
	h.Verdict, h.Certainty, h.Why = Undetermined, Unsure, why
}

// unsound says what keeps sightings without visible damage from being sound:
// heads of which the capture does not hold enough.
func unsound(all []*Sighting) string {
	for _, s := range all {
		if s.Signs.Sound() || s.Signs.Intact() == Yes {
			continue
		}
		return "the request in packet " + uitoa(s.RequestPacket.Num) + " was not captured to its end, " +
			"and neither Connection nor Upgrade can be judged"
	}
	return ""
}

// askRules lets every rule look at the handshake, in their order. A later hop
// may have done what an earlier rule looks for: damage is told in the order in
// which it happened.
func (e *Engine) askRules(h *Handshake) {
	c := Case{Handshake: h, ProxyAccepted: func(server string) bool { return e.proxyOK[server] }, Polling: e.polling(h)}
	for _, r := range e.cfg.Rules {
		found := r.Check(&c)
		h.Findings = append(h.Findings, found...)
		c.Earlier = h.Findings
	}
	order := func(f *Finding) int {
		if f.DamageHop == 0 {
			return math.MaxInt
		}
		return f.DamageHop
	}
	slices.SortStableFunc(h.Findings, func(a, b *Finding) int { return cmp.Compare(order(a), order(b)) })
}
