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
	var best, second, at int
	for shift := 2 - len(b); shift <= len(a)-2; shift++ {
		n := inStep(a, b, shift)
		if n > best {
			best, second, at = n, best, shift
		} else {
			second = max(second, n)
		}
	}
	// Where the pauses are alike, they fit in another way nearly as well.
	if best < leastBeats || 2*second >= best {
		return nil
	}
	pairs := make([][2]*sighting, 0, best)
	for i := max(0, at); len(pairs) < best; i++ {
		pairs = append(pairs, [2]*sighting{a[i], b[i-at]})
	}
	return pairs
}

// inStep returns how many pairs a and b make with the first of b beside the one of
// a at shift, if there is an offset between their clocks with which all pairs are
// of one moment each; else 0.
func inStep(a, b []*sighting, shift int) (pairs int) {
	var shared bound
	for i := max(0, shift); i < len(a) && i-shift < len(b); i++ {
		if !tellsOffset(a[i], b[i-shift]) {
			return 0
		}
		this := boundOf(a[i], b[i-shift])
		if pairs++; pairs == 1 {
			shared = this
		}
		shared = bound{max(shared.lo, this.lo), min(shared.hi, this.hi)}
		if shared.lo > shared.hi+slack {
			return 0
		}
	}
	return pairs
}
