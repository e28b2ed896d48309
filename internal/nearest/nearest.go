// Package nearest finds what somebody meant who mistyped a word.
package nearest

import "strings"

// longest is the longest word, in bytes, that is looked at.
const longest = 40

// Word returns the one of words that s, in any case, was most likely meant to
// be, or "" if none is near: about one slip of the finger in three letters.
// words are in small letters and ASCII.
func Word(s string, words []string) string {
	if len(s) > longest {
		return ""
	}
	best, most := "", max(1, (len(s)+1)/3)
	for _, w := range words {
		if d := slips(strings.ToLower(s), w); d <= most && d < len(w) {
			best, most = w, d-1
		}
	}
	return best
}

// slips is how many letters to put in, take out, change or swap with the next
// one make a into b (the optimal string alignment distance).
func slips(a, b string) int {
	var before []int // the row of two letters ago
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		next := make([]int, len(b)+1)
		next[0] = i + 1
		for j := range len(b) {
			n := min(row[j+1], next[j]) + 1
			if a[i] == b[j] {
				n = min(n, row[j])
			} else {
				n = min(n, row[j]+1)
			}
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				n = min(n, before[j-1]+1)
			}
			next[j+1] = n
		}
		before, row = row, next
	}
	return row[len(b)]
}
