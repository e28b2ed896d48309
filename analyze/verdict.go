package analyze

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"elbscope/analyze/ws"
)

func uitoa(n uint64) string { return strconv.FormatUint(n, 10) }

// assemble makes a handshake of sightings of a cluster, judges it and asks the
// rules.
func (e *Engine) assemble(members []*sighting, c *cluster) *Handshake {
	h := &Handshake{Final: e.finished || c.final != nil, ID: "h" + uitoa(oldest(members))}
	members = onTheWay(members)
	h.Sightings = e.sightingsOf(members)
	first := members[0]
	for _, s := range members {
		if s.Time < first.Time {
			first = s
		}
		if h.Key == "" {
			h.Key = s.key
		}
	}
	h.Target, h.Host, h.Start = first.target, first.host, first.Time
	setLegs(h)
	// With tries on the first leg, the last one's answer is what arrived.
	for _, s := range h.Sightings {
		if s.Hop == 0 && s.Response != nil {
			h.Status = s.Response.Status()
		}
	}
	h.Damages = damages(h.Sightings)
	if why := h.otherReading(); why != "" {
		h.Damages = nil
		h.cannotTell(why)
	} else {
		e.judge(h)
	}
	if h.Verdict == Pending {
		e.lookAgain(members)
	}
	around := c.final
	if around == nil {
		around = e.circumstances(h)
	}
	if around.lossy && !h.allowForLosses() {
		return h // the rules judge by what is absent as well
	}
	e.askRules(h, around)
	return h
}

// sightingsOf returns what is published of sightings: copies, for they go on
// changing, unless nobody looks before they stand still.
func (e *Engine) sightingsOf(members []*sighting) []*Sighting {
	all := make([]*Sighting, len(members))
	if e.cfg.ReportOnly {
		for i, s := range members {
			all[i] = &s.Sighting
		}
		return all
	}
	copies := make([]Sighting, len(members))
	for i, s := range members {
		copies[i] = s.Sighting
		all[i] = &copies[i]
	}
	return all
}

// oldest returns the number of the first of some exchanges.
func oldest(members []*sighting) uint64 {
	n := members[0].Exchange
	for _, s := range members[1:] {
		n = min(n, s.Exchange)
	}
	return n
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
	if d := changedValue(all); d != nil && len(found) == 0 {
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

// changedValue finds a hop that put another key or version in the place of the
// client's, or nothing, or wrote one beside it.
func changedValue(all []*Sighting) *Damage {
	for _, name := range []string{"Sec-WebSocket-Key", "Sec-WebSocket-Version"} {
		// One sighting with a value stands for its hop, and is compared with
		// that of the hop before.
		before, here := -1, -1
		for i, s := range all {
			if !s.Request.Has(name) || cutInside(s.Request, name) && !ws.ValidKey(s.Request.Join(name)) {
				continue
			}
			if here < 0 || all[here].Hop < s.Hop {
				before, here = here, i
			}
			if before >= 0 && all[before].Request.Join(name) != s.Request.Join(name) {
				return &Damage{Kind: Altered, Before: before, After: i}
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
		if e.cfg.Live && last.Answer == AnswerNone {
			h.Verdict, h.Certainty = Pending, Unsure
			return
		}
		h.cannotTell(why)
		return
	}
	switch {
	case h.Status == 101:
		h.Verdict = Healthy
	case last.switched() && last.Hop > 0:
		e.judgeRelay(h, last)
	case last.Answer == AnswerSeen, last.Foreign != nil:
		h.Verdict = Refused
		h.allowForRetry(last)
	case last.Answer == AnswerClosed && e.mayTryAgain(h, last):
		if h.Verdict, h.Certainty = Pending, Unsure; !e.cfg.Live {
			h.cannotTell("the capture ends just after the last leg was closed without an answer, while the hop in front of it could still try again")
		}
	case last.Answer == AnswerClosed:
		h.Verdict = Unanswered
		h.allowForRetry(last)
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
// is not in the capture. The hop at fault stands between the innermost leg
// without the 101 and the outermost with it.
func (e *Engine) judgeRelay(h *Handshake, inner *Sighting) {
	h.cannotTell("the 101 came back on the last leg, and the capture does not hold what arrived nearer to the client")
	for hop := inner.Hop - 1; hop >= 0; hop-- {
		s := h.latest(hop)
		switch {
		case s == nil:
		case s.switched():
			inner = s
		case s.WentOn:
			h.Why += ", but the client went on as after a 101"
			return
		case s.Answer == AnswerNone && !e.waitedLong(s, inner):
			if e.cfg.Live {
				h.Verdict, h.Why = Pending, ""
			}
			return
		case s.Answer == AnswerLost:
			return
		default:
			h.Verdict, h.Certainty, h.Why = NotRelayed, Proven, ""
			h.Culprit = &Culprit{Front: s.Conn.Server, Back: inner.Conn.Client.Addr()}
			return
		}
	}
}

// waitedLong reports whether nothing has come on the leg of outer for so long after
// the 101 of inner that nothing will: a hop passes a 101 on at once.
func (e *Engine) waitedLong(outer, inner *Sighting) bool {
	off, _ := e.clocks.offset(outer.RequestPacket.Source)
	return e.reached(outer.RequestPacket.Source)+off-inner.Answered >= retryWithin
}

// mayTryAgain reports whether the hop in front of the last leg, which was closed
// without an answer, may be about to try once more: it owes its own answer
// still, and there was no time for a further try to be seen.
func (e *Engine) mayTryAgain(h *Handshake, last *Sighting) bool {
	front := h.latest(last.Hop - 1)
	return front != nil && front.Answer == AnswerNone && front.How == 0 && e.reached(last.ClosePacket.Source)-last.ClosePacket.Time < retryWithin
}

// allowForRetry takes back what the end of the last leg says of the handshake,
// if the client of a leg in front of it went on as after a 101: that hop has tried
// once more, unseen.
func (h *Handshake) allowForRetry(last *Sighting) {
	for hop := range last.Hop {
		if front := h.latest(hop); front != nil && front.Answer == AnswerLost && front.WentOn {
			h.cannotTell("the last leg did not end in a 101, but the client went on as after one: its answer is missing from the capture")
			return
		}
	}
}

// judgeOpen says why there is no verdict on a sound handshake without answer.
func (e *Engine) judgeOpen(h *Handshake, last *Sighting) {
	switch {
	case last.Answer == AnswerLost && last.WentOn:
		h.cannotTell("packets are missing from the capture where the answer may have been, but the client went on as after a 101")
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
	sound := func(s *Sighting) bool { return s.Signs.Sound() || s.Signs.Intact() == Yes }
	for _, s := range all {
		if sound(s) || slices.ContainsFunc(all, func(o *Sighting) bool { return sameWire(o, s) && sound(o) }) {
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
func (e *Engine) askRules(h *Handshake, around *circumstances) {
	c := Case{
		Handshake: h, ProxyAccepted: e.understandsProxy, Polling: around.polling,
		WantsProxy: around.wantsProxy, WantsTLS: around.wantsTLS, Together: around.together,
	}
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
	if around.lossy {
		for _, f := range h.Findings {
			if f.Certainty == Proven {
				f.Certainty = Inferred
			}
		}
	}
}
