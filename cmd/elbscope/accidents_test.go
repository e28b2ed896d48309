package main

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"elbscope/analyze"
)

// accident does something to one packet record of a capture file.
type accident struct {
	name string
	do   func(file []byte, records []span, i int) []byte
}

var accidents = []accident{
	{"left out", func(file []byte, records []span, i int) []byte {
		return slices.Concat(file[:records[i].from], file[records[i].to:])
	}},
	{"doubled", func(file []byte, records []span, i int) []byte {
		return slices.Concat(file[:records[i].to], file[records[i].from:])
	}},
	{"swapped", func(file []byte, records []span, i int) []byte {
		if i+1 == len(records) {
			return file
		}
		a, b := records[i], records[i+1]
		return slices.Concat(file[:a.from], file[b.from:b.to], file[a.to:b.from], file[a.from:a.to], file[b.to:])
	}},
}

// TestAccidents leaves out, doubles and swaps every packet of every sample and
// of every recording. A packet captured twice or late changes nothing. Without
// one the verdict may become weaker, or unsure, but never another one. Where
// the missing packet held a request head, a whole sighting may be gone: the
// rest is judged as what it is, a capture of fewer legs. That excuses another
// verdict only if the sightings that are left are as they were, each with the
// same answer and the same end.
func TestAccidents(t *testing.T) {
	var mu sync.Mutex
	counts := make(map[string]int)
	t.Cleanup(func() {
		for _, effect := range slices.Sorted(maps.Keys(counts)) {
			t.Logf("%6d %s", counts[effect], effect)
		}
	})
	for _, s := range everySample(t) {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			base := analyse(t, s.Captures)
			whole := essence(base)
			for n, c := range s.Captures {
				records, _ := recordsOf(t, c.Bytes)
				for i := range records {
					for _, a := range accidents {
						captures := slices.Clone(s.Captures)
						captures[n].Bytes = a.do(c.Bytes, records, i)
						snap := analyse(t, captures)
						record := c.Bytes[records[i].from:records[i].to]
						head := bytes.Contains(record, []byte("HTTP/1.")) || bytes.Contains(record, []byte("GET /"))
						effects := effectsOf(base, snap, a.name == "left out", head)
						if got := essence(snap); a.name != "left out" && got != whole {
							t.Errorf("%s: packet %d %s:\n%swhole:\n%s", c.Name, i+1, a.name, got, whole)
						}
						mu.Lock()
						for _, effect := range effects {
							counts[a.name+": "+strings.SplitN(effect, "!", 2)[0]]++
							if strings.Contains(effect, "!") {
								t.Errorf("%s: packet %d %s: %s", c.Name, i+1, a.name, effect)
							}
						}
						mu.Unlock()
					}
				}
			}
		})
	}
}

// effectsOf says what an accident made of the verdicts; what must not be has an
// exclamation mark. head tells that the packet held a head or a piece of one.
func effectsOf(base, snap *analyze.Snapshot, leftOut, head bool) (effects []string) {
	for _, h := range snap.Handshakes {
		effect := compare(base, h)
		switch {
		case effect != "":
		case leftOut && head && fewerLegs(base, h):
			effect = "a sighting less"
		default:
			effect = fmt.Sprintf("wrong! %s became %s %s", h.ID, h.Verdict, h.Certainty)
		}
		effects = append(effects, effect)
	}
	// Without the close of one try, the next one may be a handshake of its own.
	if n, all := len(snap.Handshakes), len(base.Handshakes); !leftOut && n != all || n < all-1 || n < all && !head {
		effects = append(effects, fmt.Sprintf("wrong! %d handshakes, not %d", n, len(base.Handshakes)))
	}
	return effects
}

// fewerLegs reports whether h is a handshake of base with some of its
// sightings missing, and the others as they were.
func fewerLegs(base *analyze.Snapshot, h *analyze.Handshake) bool {
	status := func(s *analyze.Sighting) int {
		if s.Response == nil {
			return 0
		}
		return s.Response.Status()
	}
	for _, b := range base.Handshakes {
		if len(b.Sightings) > len(h.Sightings) && !slices.ContainsFunc(h.Sightings, func(s *analyze.Sighting) bool {
			return !slices.ContainsFunc(b.Sightings, func(o *analyze.Sighting) bool {
				return o.Conn.Client == s.Conn.Client && o.Conn.Server == s.Conn.Server && o.Time == s.Time && o.Signs == s.Signs &&
					o.Answer == s.Answer && status(o) == status(s) && o.How == s.How && o.ClosedBy == s.ClosedBy
			})
		}) {
			return true
		}
	}
	return false
}

// accusesNoOther reports whether one culprit is the other one, as far as it is
// known, or none at all.
func accusesNoOther(one, other *analyze.Culprit) bool {
	return one == nil || other != nil && one.Back == other.Back && (!one.Front.IsValid() || one.Front == other.Front)
}

// compare says how a verdict relates to that of the undisturbed story; "" if
// it is another one. What cannot be told may be so because the key, or the end
// of the target, is not there, or because a question about the handshake is all
// that is left of it.
func compare(base *analyze.Snapshot, h *analyze.Handshake) string {
	effect := ""
	for _, b := range base.Handshakes {
		unsure := h.Verdict == analyze.Undetermined && (h.Key == "" && strings.HasPrefix(b.Target, h.Target) || h.Key != "" && h.Key == b.Key)
		switch same := b.Key == h.Key && b.Target == h.Target; {
		case same && b.Verdict == h.Verdict && b.Certainty == h.Certainty && culpritValue(h.Culprit) == culpritValue(b.Culprit):
			return "the same"
		case unsure, same && b.Verdict == h.Verdict && h.Certainty != analyze.Proven && accusesNoOther(h.Culprit, b.Culprit):
			effect = "weaker"
		}
	}
	return effect
}
