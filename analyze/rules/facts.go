package rules

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"elbscope/analyze"
	"elbscope/analyze/http1"
	"elbscope/capture/flow"
	"elbscope/internal/wiretext"
)

// absent stands for a header that is known not to be there.
const absent = "(absent)"

// baseFacts are the facts that every finding has.
func baseFacts(of *analyze.Finding) analyze.Facts {
	h := of.Handshake
	f := analyze.Facts{Host: h.Host, Target: h.Target, Key: h.Key, Succeeded: h.Succeeded(), Symptom: of.Cause != nil}
	f.Client, f.ClientFrom = clientOf(h.First())
	setServers(&f, h)
	setListener(&f, h)
	return f
}

// setServers fills in whom one can ask by hand. A server that is sent PROXY
// headers stands apart: it would take a request without one for a broken one.
func setServers(f *analyze.Facts, h *analyze.Handshake) {
	for _, s := range h.Sightings {
		server := s.Conn.Server.String()
		if s.Proxy.Version != "" {
			f.Proxied = server
			continue
		}
		switch s.Leg {
		case analyze.LocalLeg:
			f.Application = server
		case analyze.InstanceLeg:
			f.Instance = server
		case analyze.ClientLeg:
			if asksInstance(h, s) {
				f.Instance = server
			} else if f.Balancer == "" {
				f.Balancer = server
			}
		}
	}
}

// asksInstance reports whether the client of a sighting asks the instance
// itself: behind it comes loopback, so that the hop is the instance's own proxy
// and no load balancer.
func asksInstance(h *analyze.Handshake, s *analyze.Sighting) bool {
	return slices.ContainsFunc(h.Sightings, func(next *analyze.Sighting) bool {
		return next.Leg == analyze.LocalLeg && next.Hop == s.Hop+1
	})
}

// clientOf names the client as seen on the first leg. X-Forwarded-For is read
// from its left end: a client can forge that, but it is what the list claims
// to be the client, and nothing is decided on it.
func clientOf(s *analyze.Sighting) (addr, from string) {
	if s.Proxy.Source.IsValid() {
		return s.Proxy.Source.Addr().String(), "PROXY header"
	}
	if s.Leg == analyze.ClientLeg {
		return s.Conn.Client.Addr().String(), ""
	}
	first, _, _ := strings.Cut(s.ForwardedFor, ",")
	first = strings.TrimSpace(first)
	if ap, err := netip.ParseAddrPort(first); err == nil {
		return ap.Addr().String(), "X-Forwarded-For"
	}
	if a, err := netip.ParseAddr(strings.Trim(first, "[]")); err == nil {
		return a.String(), "X-Forwarded-For"
	}
	return "", ""
}

// sightingFacts puts one sighting into words.
func sightingFacts(s *analyze.Sighting) analyze.SightingFacts {
	f := analyze.SightingFacts{
		From:       s.Conn.Client.String(),
		To:         s.Conn.Server.String(),
		Packet:     strconv.FormatUint(s.RequestPacket.Num, 10),
		Connection: headerFact(s.Request, "Connection"),
		Upgrade:    headerFact(s.Request, "Upgrade"),
	}
	if v := s.Request.Version(); v != "" {
		f.Version = "HTTP/" + v
	}
	return f
}

// headerFact returns a header's value; what is not visible in a head that was
// cut is unknown, not absent.
func headerFact(h *http1.Head, name string) string {
	switch {
	case h.Has(name):
		return h.Join(name)
	case h.Whole:
		return absent
	}
	return ""
}

// hopWords names the hop between two sightings, before may be nil. It says
// "load balancer" only of what stands between the client's own leg and an
// instance; which product that is, only fingerprint.go guesses.
func hopWords(before, after *analyze.Sighting) string {
	back := after.Conn.Client.Addr()
	if before == nil {
		if after.Leg == analyze.LocalLeg {
			return "something at or before the instance's own proxy"
		}
		return fmt.Sprintf("something at or before %s", back)
	}
	front := before.Conn.Server
	switch {
	case after.Hop-before.Hop > 1:
		return fmt.Sprintf("something between %s and %s", front, back)
	case after.Leg == analyze.LocalLeg:
		return fmt.Sprintf("the instance's own proxy (%s towards the load balancer, %s towards the application)", front, back)
	case before.Leg == analyze.ClientLeg:
		return fmt.Sprintf("the load balancer (%s towards the client, %s towards the instance)", front, back)
	}
	return fmt.Sprintf("a proxy (%s towards the client, %s towards the instance)", front, back)
}

// hopShort is hopWords for a title.
func hopShort(before, after *analyze.Sighting) string {
	front := before.Conn.Server
	switch {
	case after.Hop-before.Hop > 1:
		return fmt.Sprintf("Something between %s and %s", front, after.Conn.Client.Addr())
	case after.Leg == analyze.LocalLeg:
		return fmt.Sprintf("The instance's own proxy at %s", front)
	case before.Leg == analyze.ClientLeg:
		return fmt.Sprintf("The load balancer at %s", front)
	}
	return fmt.Sprintf("The proxy at %s", front)
}

// setHop fills in all facts about the hop between two sightings.
func setHop(f *analyze.Facts, before, after *analyze.Sighting) {
	f.Hop = hopWords(before, after)
	f.Back = after.Conn.Client.Addr().String()
	f.Local = after.Leg == analyze.LocalLeg
	f.Inferred = before == nil
	f.Arrived = sightingFacts(after)
	var seen *http1.Head
	if before != nil {
		f.Front = before.Conn.Server.String()
		f.Sent = sightingFacts(before)
		seen = before.Request
	}
	f.Looks = looksLike(seen, after)
	if signed := signedBy(before, after); signed != "" && (f.Looks == "" || f.Undecided()) {
		f.Looks = signed
	}
	if f.Looks == "" && after.Leg == analyze.InstanceLeg && (before == nil || before.Leg == analyze.ClientLeg) {
		f.Looks = balancerLike(before, after)
	}
}

// setClose fills in who closed a sighting's connection, and how long after
// the request: by the clock of its own source, which both packets share.
func setClose(f *analyze.Facts, s *analyze.Sighting) {
	if s.How == 0 {
		return
	}
	f.ClosedBy = closer(s)
	f.How = strings.ToUpper(s.How.String())
	if took, ok := closedAfter(s); ok {
		f.Took = span(took)
	}
}

// closer is the endpoint that closed first.
func closer(s *analyze.Sighting) string {
	if s.ClosedBy == flow.FromClient {
		return s.Conn.Client.String()
	}
	return s.Conn.Server.String()
}

func closedAfter(s *analyze.Sighting) (time.Duration, bool) {
	if s.ClosePacket.Num == 0 || s.ClosePacket.Time < s.RequestPacket.Time {
		return 0, false
	}
	return s.ClosePacket.Time.Sub(s.RequestPacket.Time), true
}

// span writes a duration as a person would say it: milliseconds below a
// second, else tenths of seconds.
func span(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return "less than 1 ms"
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}

// The words of lacks by which the pages tell damages apart.
const (
	notGET       = "the method is not GET"
	notWebSocket = "Upgrade does not say websocket"
	noKey        = "Sec-WebSocket-Key is missing"
	noVersion    = "Sec-WebSocket-Version is missing"
)

// lacks lists what a sighting's request lacks of a handshake, each ready for
// a sentence. No words from the wire are in it.
func lacks(s *analyze.Sighting) []string {
	var l []string
	add := func(t analyze.Tri, words string) {
		if t == analyze.No {
			l = append(l, words)
		}
	}
	add(s.Signs.Get, notGET)
	if s.Request.Version() == "1.0" {
		add(s.Signs.HTTP11, "it is HTTP/1.0")
	} else {
		add(s.Signs.HTTP11, "it is not HTTP/1.1")
	}
	if s.Signs.UpgradeThere == analyze.No {
		l = append(l, "Upgrade is missing")
	} else {
		add(s.Signs.Upgrade, notWebSocket)
	}
	if s.Request.Has("Connection") {
		add(s.Signs.Connection, "Connection does not say Upgrade")
	} else {
		add(s.Signs.Connection, "Connection is missing")
	}
	add(s.Signs.Key, noKey)
	add(s.Signs.Version, noVersion)
	return l
}

// changedFrom stands between the name of a header and its two values.
const changedFrom = " was changed from "

// missing is what after lacks and before, which may be nil, did not.
func missing(before, after *analyze.Sighting) string {
	had := map[string]bool{}
	if before != nil {
		for _, w := range lacks(before) {
			had[w] = true
		}
	}
	var lost []string
	for _, w := range lacks(after) {
		if !had[w] {
			lost = append(lost, w)
		}
	}
	if before != nil {
		for _, name := range []string{"Sec-WebSocket-Key", "Sec-WebSocket-Version"} {
			from, to := before.Request.Join(name), after.Request.Join(name)
			if shows(before, name) && shows(after, name) && from != to {
				lost = append(lost, name+changedFrom+shownValue(from)+" to "+shownValue(to))
			}
		}
	}
	return enumerate(lost)
}

// shows reports whether a header is in the capture to its end.
func shows(s *analyze.Sighting, name string) bool {
	cut, ok := s.Request.CutField()
	return s.Request.Has(name) && !(ok && strings.EqualFold(cut.Name, name))
}

// shownValue is the value of a header in a sentence.
func shownValue(v string) string {
	const twoKeys = 50
	if v == "" {
		return "nothing"
	}
	return wiretext.Printable(v, twoKeys)
}

// enumerate joins words as a sentence does: "a, b and c".
func enumerate(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " and " + words[last]
}

// setAsked fills in who asked s in a protocol that its server does not want.
func setAsked(f *analyze.Facts, h *analyze.Handshake, s *analyze.Sighting) {
	f.Arrived = sightingFacts(s)
	if s.Leg != analyze.ClientLeg {
		setHop(f, hopBefore(h, s), s)
		f.Sent = analyze.SightingFacts{} // it is no matter what came before
	}
}

// hopBefore returns the last sighting on the hop before s, or nil.
func hopBefore(h *analyze.Handshake, s *analyze.Sighting) *analyze.Sighting {
	for _, o := range slices.Backward(h.Sightings) {
		if o.Hop == s.Hop-1 {
			return o
		}
	}
	return nil
}

// setBehind says where else the port may be that wants a protocol: an answer can
// have been passed on from a leg that is not in the capture.
func setBehind(f *analyze.Facts, h *analyze.Handshake, s *analyze.Sighting, protocol string) {
	setBeyond(f, h, s)
	if s.Leg == analyze.InstanceLeg {
		f.Meaning = sentences(f.Meaning, fmt.Sprintf("Should %s pass requests on, it may be a port behind it that wants %s.", s.Conn.Server, protocol))
	}
}
