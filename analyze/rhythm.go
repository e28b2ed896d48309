package analyze

// This file tells which handshakes of two clocks are the same where all of them
// bear one key, as those of a command do that is typed again and again with the key
// of an example: by their order, and the pauses between them.

const (
	// leastBeats is how many handshakes it takes: two have one pause, and so has
	// every pair of neighbours in a script that sleeps for a second.
	leastBeats = 3
	// mostBeats bounds how many are compared, each with each.
	mostBeats = 512
)

// matched returns the handshakes, told by their outermost sightings in order of
// time, that two clocks saw both; none where that cannot be told.
func matched(a, b []*sighting) [][2]*sighting {
	if len(a) == 1 && len(b) == 1 {
		if tellsOffset(a[0], b[0]) {
			return [][2]*sighting{{a[0], b[0]}}
		}
		return nil
	}
	if min(len(a), len(b)) < leastBeats || max(len(a), len(b)) > mostBeats {
		return nil
	}
	var best, second [][2]*sighting
	for shift := 2 - len(b); shift <= len(a)-2; shift++ {
		pairs := overlap(a, b, shift)
		if len(pairs) <= len(second) || !inStep(pairs) {
			continue
		}
		if second = pairs; len(second) > len(best) {
			best, second = second, best
		}
	}
	// Where the pauses are alike, they fit in another way nearly as well.
	if len(best) < leastBeats || 2*len(second) >= len(best) {
		return nil
	}
	return best
}

// overlap pairs a and b with the first of b beside the one of a at shift.
func overlap(a, b []*sighting, shift int) (pairs [][2]*sighting) {
	for i := max(0, shift); i < len(a) && i-shift < len(b); i++ {
		pairs = append(pairs, [2]*sighting{a[i], b[i-shift]})
	}
	return pairs
}

// inStep reports whether there is an offset between two clocks with which all
// pairs are of one moment each.
func inStep(pairs [][2]*sighting) bool {
	var shared bound
	for i, p := range pairs {
		if !tellsOffset(p[0], p[1]) {
			return false
		}
		b := boundOf(p[0], p[1])
		if i == 0 {
			shared = b
		}
		shared = bound{max(shared.lo, b.lo), min(shared.hi, b.hi)}
		if shared.lo > shared.hi+slack {
			return false
		}
	}
	return true
}
