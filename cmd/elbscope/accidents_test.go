package main

import (
	"bytes"
	"maps"
	"slices"
	"testing"

	"elbscope/analyze"
	"elbscope/internal/story"
)

// accident does something to the packets of a story.
type accident struct {
	name string
	do   func(ps []story.Packet, i int) []story.Packet
}

var accidents = []accident{
	{"left out", func(ps []story.Packet, i int) []story.Packet { return slices.Delete(ps, i, i+1) }},
	{"doubled", func(ps []story.Packet, i int) []story.Packet { return slices.Insert(ps, i, ps[i]) }},
	{"swapped", func(ps []story.Packet, i int) []story.Packet {
		if i+1 < len(ps) {
			ps[i], ps[i+1] = ps[i+1], ps[i]
		}
		return ps
	}},
}

// TestAccidents leaves out, doubles and swaps every packet of every story. A
// packet captured twice or late changes nothing. Without one the verdict may
// become weaker, or unsure, but never another one. Where the missing packet
// held a head, a whole sighting is gone, and the rest is judged as what it is:
// a capture of fewer legs.
func TestAccidents(t *testing.T) {
	counts := make(map[string]int)
	for _, s := range stories(t) {
		base := analyse(t, s.Captures)
		for _, a := range accidents {
			packets := s.Story.Packets()
			for i := range packets {
				snap := analyse(t, s.Story.Pack(a.do(slices.Clone(packets), i)))
				wholeLess := a.name == "left out" && bytes.Contains(packets[i].Data, []byte("HTTP/1."))
				for _, h := range snap.Handshakes {
					effect := compare(base, h)
					if effect == "" && wholeLess {
						effect = "a sighting less"
					}
					if effect == "" {
						t.Errorf("%s: packet %d %s: %s became %s %s", s.Name, i+1, a.name, h.ID, h.Verdict, h.Certainty)
					}
					counts[a.name+": "+effect]++
				}
				if a.name != "left out" && len(snap.Handshakes) != len(base.Handshakes) {
					t.Errorf("%s: packet %d %s: %d handshakes, not %d", s.Name, i+1, a.name, len(snap.Handshakes), len(base.Handshakes))
				}
			}
		}
	}
	for _, effect := range slices.Sorted(maps.Keys(counts)) {
		t.Logf("%6d %s", counts[effect], effect)
	}
}

// compare says how a verdict relates to that of the undisturbed story; "" if
// it is another one.
func compare(base *analyze.Snapshot, h *analyze.Handshake) string {
	effect := ""
	for _, b := range base.Handshakes {
		if b.Key != h.Key || b.Target != h.Target {
			continue
		}
		if b.Verdict == h.Verdict && b.Certainty == h.Certainty {
			return "the same"
		}
		if b.Verdict == h.Verdict && h.Certainty != analyze.Proven || h.Verdict == analyze.Undetermined {
			effect = "weaker"
		}
	}
	return effect
}
