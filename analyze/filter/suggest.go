package filter

import (
	"strings"

	"elbscope/internal/nearest"
)

// suggest names the nearest of words, if one is near, and all of them.
func suggest(s string, words []string) string {
	all := "there are: " + strings.Join(words, ", ")
	if best := nearest.Word(s, words); best != "" {
		return "did you mean " + best + "? " + all
	}
	return all
}
