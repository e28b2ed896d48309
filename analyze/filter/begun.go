package filter

import (
	"slices"
	"strings"
	"time"
)

// Begun tells whether the last word of an expression may be the beginning of
// something else: of a field, of one of its values, of an address. Whoever
// applies a filter while it is typed waits for the rest of it.
func Begun(expr string) bool {
	words, err := split(expr)
	if err != nil { // a quote that is not closed
		return true
	}
	all := pieces(words)
	if len(all) == 0 || strings.TrimRight(expr, " \t") != expr {
		return false
	}
	w := all[len(all)-1]
	text := strings.ToLower(w.String())
	if w.is("(") || w.isNot() || w.operator() == len(w) {
		return true
	}
	if comparable(all[:len(all)-1]) && valueNext(all[:len(all)-1]) {
		_, err := Parse(expr, Context{First: 1})
		return err != nil
	}
	n := w.fieldName()
	if n == 0 {
		return w.nameLength() == len(w) && beginsName(text)
	}
	f := lookup(text[:n])
	if f == nil {
		return false
	}
	value := text[strings.LastIndexAny(text, ":|,")+1:]
	switch {
	case f.addrs != nil, f.Name == "after", f.Name == "before": // host:8 has colons, too
		value = text[n+1:]
		return strings.Trim(value, "0123456789abcdef:.[]/-tz+") == "" && !complete(f, w[n+1:])
	case f.Name == "status":
		return strings.Trim(value, "<>=0123456789x") == "" && !complete(f, w[n+1:])
	case f.Name == "rule", value == "" || value == "~": // the rules are not known here
		return true
	}
	return begins(value, f.Words) || f.none && begins(value, []string{"none"})
}

// complete tells whether a value can be read, and is not the beginning of a
// longer one that people would mean.
func complete(f *Field, value word) bool {
	_, err := parseValues(f, value, &Context{Location: time.UTC, First: 1})
	return err == nil
}

// begins tells whether text is the beginning of one of words, and none of them
// itself.
func begins(text string, words []string) bool {
	return !slices.Contains(words, text) && slices.ContainsFunc(words, func(w string) bool { return strings.HasPrefix(w, text) })
}

// beginsName tells whether text may become the name of a field, or a word
// between terms.
func beginsName(text string) bool {
	isBeginning := func(name string) bool { return strings.HasPrefix(name, text) }
	return slices.ContainsFunc(fieldNames(), isBeginning) || slices.ContainsFunc(spellingNames(""), isBeginning) && spelled(text) == nil ||
		begins(text, []string{"or", "and", "not", "contains", "matches"}) || begins(text, verdicts)
}
