package report

import (
	"bytes"
	"slices"
	"strings"

	"elbscope/analyze"
)

// who says of everyone on the way of h who it is, and why we think so: a name
// that is only guessed must not look like one that was seen.
func (p *page) who(h *analyze.Handshake) {
	legs := legsOf(h)
	p.subheading("Who they are, and why we think so")
	for i := range legs {
		p.text("  ", "    ", bold.on(nodeName(legs, i))+" "+nodeAddress(legs, i)+": "+strings.Join(p.reasons(legs, i), "; "))
	}
	last := legs[len(legs)-1]
	p.text("  ", "    ", bold.on(lastName(last[0]))+" "+last[0].Conn.Server.String()+": "+strings.Join(p.lastReasons(last), "; "))
}

// reasons are those for the name of the node above leg i.
func (p *page) reasons(legs [][]*analyze.Sighting, i int) []string {
	here := legs[i][0]
	if i == 0 {
		return p.firstReasons(here, len(legs) > 1)
	}
	before := legs[i-1]
	out := []string{"what came in to it went out again on the next leg, " + p.matched(before[0], here)}
	if here.Leg == analyze.LocalLeg {
		out = append(out, "it goes on to loopback, so it runs on the instance")
	}
	var added []string
	for _, m := range here.Marks {
		if !slices.Contains(before[0].Marks, m) {
			added = append(added, p.wire(m, 40))
		}
	}
	if len(added) > 0 {
		out = append(out, "it adds "+strings.Join(added, ", "))
	}
	if here.Proxy.Version != "" && before[0].Proxy.Version == "" {
		out = append(out, "it writes a PROXY "+p.wire(here.Proxy.Version, 8)+" header")
	}
	if own := madeHere(before, legs[i]); own != nil {
		out = append(out, p.software(own, "the answer that it made up itself"))
	}
	return out
}

// firstReasons are those for the node above the first leg in the capture.
func (p *page) firstReasons(s *analyze.Sighting, seenBehind bool) []string {
	switch {
	case s.Leg == analyze.ClientLeg && len(s.Marks) == 0 && s.Proxy.Version == "":
		out := "nothing in its request was added by a proxy"
		if seenBehind {
			out += ", and it is seen again on a further leg"
		}
		return []string{out}
	case s.Leg == analyze.ClientLeg:
		return []string{"its request is seen again on a further leg"}
	case s.Leg == analyze.LocalLeg && len(s.Marks) == 0:
		return []string{"it speaks from loopback, and nothing in its request was added by a proxy: a program on this machine, " +
			"or a proxy that adds nothing and whose other side is not in the capture"}
	case s.Leg == analyze.LocalLeg:
		return []string{"it speaks from loopback, so it runs on the instance; what came in to it is not in the capture"}
	case len(s.Marks) > 0:
		marks := make([]string, len(s.Marks))
		for i, m := range s.Marks {
			marks[i] = p.wire(m, 40)
		}
		return []string{"its request bears " + strings.Join(marks, ", ") + ", which only a proxy adds; what came in to it is not in the capture"}
	case s.Proxy.Version != "":
		return []string{"it writes a PROXY " + p.wire(s.Proxy.Version, 8) + " header; what came in to it is not in the capture"}
	}
	return []string{"no client sends a request like this; what came in to it is not in the capture"}
}

// matched says by what two sightings are known to be one handshake.
func (p *page) matched(a, b *analyze.Sighting) string {
	const key = "Sec-WebSocket-Key"
	if a.Request.Has(key) && a.Request.Get(key) == b.Request.Get(key) {
		return "with the same Sec-WebSocket-Key"
	}
	return "with the same target, Host and client"
}

// lastReasons are those for the last node, which only answers.
func (p *page) lastReasons(last []*analyze.Sighting) []string {
	out := []string{"the last one that the capture shows"}
	if last[0].Leg == analyze.LocalLeg {
		out[0] += ", on loopback"
	}
	answered := false
	for _, s := range last {
		if s.Response != nil {
			answered = true
			out = append(out, p.software(s, "its answer"))
			break
		}
	}
	if !answered {
		out = append(out, "it gave no answer that would say what it is")
	}
	return out
}

// software repeats what an answer says of who made it.
func (p *page) software(s *analyze.Sighting, what string) string {
	for _, name := range []string{"Server", "X-Powered-By", "Via"} {
		if s.Response.Has(name) {
			return what + " says " + name + ": " + p.wire(p.header(name, s.Response.Get(name)), 60)
		}
	}
	return what + " names no software"
}

// madeHere returns the sighting whose answer the node between two legs made
// itself: on the further leg there was none, or another one.
func madeHere(before, after []*analyze.Sighting) *analyze.Sighting {
	for _, s := range before {
		if s.Response == nil {
			continue
		}
		passed := slices.ContainsFunc(after, func(o *analyze.Sighting) bool {
			return o.Response != nil && o.Response.Status() == s.Response.Status() && bytes.Equal(o.Body, s.Body)
		})
		if !passed {
			return s
		}
	}
	return nil
}
