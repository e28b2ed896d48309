package filter

import (
	"strings"
	"unicode"
)

// word is what stands between two spaces, quotes removed. Each character
// remembers its column and whether it was quoted: quoted ones are only ever
// text.
type word []char

type char struct {
	r      rune
	quoted bool
	column int
}

// split cuts an expression into words. Within double quotes all characters
// stand for themselves, but \" for a quote; other backslashes stay, so that
// regular expressions may be quoted.
func split(expr string) ([]word, error) {
	var words []word
	var w word
	inWord, opened := false, 0
	runes := []rune(expr)
	for i := 0; i < len(runes); i++ {
		r := runes[i]
		switch {
		case opened > 0 && r == '\\' && i+1 < len(runes) && runes[i+1] == '"':
			i++
			w = append(w, char{'"', true, i + 1})
		case r == '"' && opened == 0:
			inWord, opened = true, i+1
		case r == '"':
			opened = 0
		case opened > 0:
			w = append(w, char{r, true, i + 1})
		case unicode.IsSpace(r):
			if inWord && len(w) == 0 {
				return nil, nothingQuoted(i)
			}
			if inWord {
				words, w, inWord = append(words, w), nil, false
			}
		default:
			inWord = true
			w = append(w, char{r, false, i + 1})
		}
	}
	if opened > 0 {
		return nil, &Error{Column: opened, Problem: "a quote is not closed", Hint: `write " at its end, or \" for a quote as text`}
	}
	if inWord && len(w) == 0 {
		return nil, nothingQuoted(len(runes))
	}
	if inWord {
		words = append(words, w)
	}
	return words, nil
}

// nothingQuoted refuses "", of which i is the end.
func nothingQuoted(i int) error {
	return &Error{Column: i - 1, Problem: "nothing between the quotes", Hint: "write a text; where something is absent, none says so: status:none"}
}

// String returns the text of the word.
func (w word) String() string {
	var b strings.Builder
	for _, c := range w {
		b.WriteRune(c.r)
	}
	return b.String()
}

// bare returns the character at i, or 0 if it is quoted or there is none.
func (w word) bare(i int) rune {
	if i < 0 || i >= len(w) || w[i].quoted {
		return 0
	}
	return w[i].r
}

// is tells whether the whole word is s in any case and has no quotes.
func (w word) is(s string) bool {
	for _, c := range w {
		if c.quoted {
			return false
		}
	}
	return strings.EqualFold(w.String(), s)
}

// find returns where the first unquoted one of chars is, or -1.
func (w word) find(chars string) int {
	for i := range w {
		if c := w.bare(i); c > 0 && strings.ContainsRune(chars, c) {
			return i
		}
	}
	return -1
}

// fieldName returns the length of the letters before a first colon, 0 where
// the word does not begin so: 10.0.0.1:80 and [::1]:80 are texts.
func (w word) fieldName() int {
	for i := range w {
		switch c := w.bare(i); {
		case c == ':':
			return i
		case !isLetter(c):
			return 0
		}
	}
	return 0
}

func isLetter(r rune) bool { return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' }

// fail makes an Error at the start of the word.
func (w word) fail(problem, hint string) error {
	column := 1
	if len(w) > 0 {
		column = w[0].column
	}
	return &Error{Column: column, Problem: problem, Hint: hint}
}
