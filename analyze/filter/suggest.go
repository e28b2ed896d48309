package filter

import "strings"

// suggest names the nearest of words, if one is near, and all of them.
func suggest(s string, words []string) string {
	all := "there are: " + strings.Join(words, ", ")
	best, bestDistance := "", len(s)/3+1
	for _, w := range words {
		if d := distance(strings.ToLower(s), w); d <= bestDistance && d < len(w) {
			best, bestDistance = w, d-1
		}
	}
	if best == "" {
		return all
	}
	return "did you mean " + best + "? " + all
}

// distance is the number of letters to put in, take out or change (Levenshtein)
// to make a into b.
func distance(a, b string) int {
	if len(a) > 40 {
		return len(a)
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		corner := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := corner
			if a[i] != b[j] {
				cost = min(corner, row[j], row[j+1]) + 1
			}
			corner, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}
