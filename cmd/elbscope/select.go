package main

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"elbscope/analyze"
	"elbscope/capture"
)

// selection finds the packets of the connections that carry some handshakes.
type selection struct {
	sources []analyze.Source
	wanted  map[tcpKey]*incarnation
	picked  []*picked
}

// tcpKey identifies what uses two ends at one capture point, one connection
// after the other.
type tcpKey struct {
	root   int // the first source of the capture point
	lo, hi netip.AddrPort
	encap  string
}

// packetKey identifies a packet.
type packetKey struct {
	source int
	num    uint64
}

// incarnation is one of the connections that use the same two ends. Whether it
// is a wanted one shows only once the packet of a request has come.
type incarnation struct {
	requests map[packetKey]bool
	packets  []*picked
	wanted   bool
	opened   bool
	seq      uint32
}

func newSelection(sources []analyze.Source, hs []*analyze.Handshake) *selection {
	s := &selection{sources: sources, wanted: make(map[tcpKey]*incarnation)}
	for _, h := range hs {
		for _, x := range h.Sightings {
			at := x.RequestPacket
			k := s.key(at.Source, x.Conn.Client, x.Conn.Server, x.Conn.Encap)
			if s.wanted[k] == nil {
				s.wanted[k] = &incarnation{requests: make(map[packetKey]bool)}
			}
			s.wanted[k].requests[packetKey{at.Source, at.Num}] = true
		}
	}
	return s
}

func (s *selection) key(source int, a, b netip.AddrPort, encap string) tcpKey {
	if b.Compare(a) < 0 {
		a, b = b, a
	}
	return tcpKey{s.root(source), a, b, encap}
}

// root returns the first source of the capture point that a source belongs to.
func (s *selection) root(source int) int {
	for range s.sources {
		if !s.sources[source].Continues {
			break
		}
		source = s.sources[source].Predecessor
	}
	return source
}

// chains returns the sources with wanted connections by capture point, each in
// the order in which they were read.
func (s *selection) chains() [][]int {
	roots := make(map[int]bool)
	for k := range s.wanted {
		roots[k.root] = true
	}
	byRoot := make(map[int][]int)
	for i := range s.sources {
		if r := s.root(i); roots[r] {
			byRoot[r] = append(byRoot[r], i)
		}
	}
	var out [][]int
	for i := range s.sources {
		if chain := byRoot[i]; chain != nil {
			slices.SortStableFunc(chain, func(a, b int) int { return s.depth(a) - s.depth(b) })
			out = append(out, chain)
		}
	}
	return out
}

// depth is how many sources a source continues, one after the other.
func (s *selection) depth(source int) (n int) {
	for s.sources[source].Continues && n < len(s.sources) {
		source = s.sources[source].Predecessor
		n++
	}
	return n
}

// take looks at the next packet of a source and returns how many bytes of it
// had to be copied.
func (s *selection) take(source int, p *capture.Packet, trace *capture.Trace) (copied int64) {
	c := s.wanted[s.key(source, trace.Src, trace.Dst, trace.Encap)]
	if c == nil {
		return 0
	}
	if trace.Opens && (!c.opened || trace.Seq != c.seq) {
		s.end(c)
		c.opened, c.seq = true, trace.Seq
	}
	for i := range trace.Fragments {
		copied += c.add(source, &trace.Fragments[i])
	}
	return copied + c.add(source, p)
}

func (c *incarnation) add(source int, p *capture.Packet) (copied int64) {
	x := &picked{source: source, iface: p.Iface, packet: *p, length: len(p.Data)}
	x.packet.Data = nil
	if p.Offset < 0 {
		x.data = append([]byte{}, p.Data...)
		copied = int64(len(x.data))
	}
	c.packets = append(c.packets, x)
	c.wanted = c.wanted || c.requests[packetKey{source, p.Num}]
	return copied
}

// end keeps the packets of a connection if it was a wanted one.
func (s *selection) end(c *incarnation) {
	if c.wanted {
		s.picked = append(s.picked, c.packets...)
	}
	c.packets, c.wanted = nil, false
}

// finish tells that a capture point has no more packets.
func (s *selection) finish() {
	for _, c := range s.wanted {
		s.end(c)
	}
}

// commentsOf says for the packets that matter what they are. Only addresses
// and our own words go in: nothing of a comment comes from the wire.
func commentsOf(hs []*analyze.Handshake) map[packetKey][]string {
	notes := make(map[packetKey][]string)
	note := func(r analyze.PacketRef, role, about string) {
		if r.Num == 0 {
			return
		}
		k, text := packetKey{r.Source, r.Num}, "elbscope: "+role+" | "+about
		if !slices.Contains(notes[k], text) {
			notes[k] = append(notes[k], text)
		}
	}
	for _, h := range hs {
		rules := rulesOf(h)
		about := string(h.Verdict)
		if rules != "" {
			about += " | " + rules
		}
		for i, s := range h.Sightings {
			if what := damageWords(h, i); what != "" && rules != "" {
				note(s.RequestPacket, "request, "+what, rules)
			} else {
				note(s.RequestPacket, "request on the "+string(s.Leg)+" leg", about)
			}
			if s.Response != nil {
				note(s.ResponsePacket, fmt.Sprintf("answer %d on the %s leg", s.Response.Status(), s.Leg), about)
			}
			if s.How != 0 {
				note(s.ClosePacket, fmt.Sprintf("%s by the %s on the %s leg", s.How, s.ClosedBy, s.Leg), about)
			}
		}
		for _, f := range h.Findings {
			for _, e := range f.Evidence() {
				if notes[packetKey{e.Packet.Source, e.Packet.Num}] == nil {
					note(e.Packet, "evidence", f.Rule)
				}
			}
		}
	}
	return notes
}

func rulesOf(h *analyze.Handshake) string {
	var all []string
	for _, f := range h.Findings {
		if !slices.Contains(all, f.Rule) {
			all = append(all, f.Rule)
		}
	}
	return strings.Join(all, ", ")
}

// damageWords says what was done to the request before sighting i, and by
// whom; "" for nothing.
func damageWords(h *analyze.Handshake, i int) string {
	for _, d := range h.Damages {
		switch {
		case d.After != i:
		case d.Before >= 0:
			return fmt.Sprintf("%s by %s", d.Kind, h.Sightings[d.Before].Conn.Server)
		case d.Kind == analyze.Malformed:
			return string(d.Kind)
		default:
			return fmt.Sprintf("%s at or before %s", d.Kind, h.Sightings[i].Conn.Client.Addr())
		}
	}
	return ""
}
