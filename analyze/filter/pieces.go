package filter

import "strings"

// pieces takes words apart that consist of several: a negation or parentheses
// around a term, and comparisons without spaces.
func pieces(words []word) []word {
	var out []word
	for _, w := range words {
		if w.opensList() && comparable(out) && out[len(out)-1].comparesByWord() {
			out, w = append(out, w[:2]), w[2:]
		}
		out = leading(out, &w)
		inner := w
		if !w.regexp() || unclosed(out) { // a regular expression has its own
			inner = w[:len(w)-w.closing()]
		}
		if len(inner) > 0 {
			out = comparing(out, inner)
		}
		for i := len(inner); i < len(w); i++ {
			out = append(out, w[i:i+1])
		}
	}
	return out
}

// regexp tells whether the word is a regular expression, or a field's.
func (w word) regexp() bool {
	n := w.fieldName()
	return w.bare(0) == '~' || n > 0 && w.bare(n+1) == '~'
}

// unclosed tells whether a parenthesis is open.
func unclosed(out []word) bool {
	n := 0
	for _, w := range out {
		if w.isOpen() {
			n++
		} else if w.isClose() {
			n--
		}
	}
	return n > 0
}

// leading splits off what stands directly before a term. A value that follows
// an operator has nothing of that kind.
func leading(out []word, w *word) []word {
	for !valueNext(out) && len(*w) > 1 && strings.ContainsRune("(!-", (*w).bare(0)) && (*w).operator() == 0 {
		out = append(out, (*w)[:1])
		*w = (*w)[1:]
	}
	return out
}

// closing counts the closing parentheses at the end of the word that none in
// the word belong to.
func (w word) closing() int {
	surplus := 0
	for i := range w {
		switch w.bare(i) {
		case '(':
			surplus--
		case ')':
			if w.bare(i-1) != '\\' {
				surplus++
			}
		}
	}
	n := 0
	for n < surplus && n < len(w) && w.bare(len(w)-1-n) == ')' && w.bare(len(w)-2-n) != '\\' {
		n++
	}
	return n
}

// comparing takes a comparison apart: name, operator and value, and what && or
// || join it with.
func comparing(out []word, w word) []word {
	n := w.nameLength()
	op := w[n:].operator()
	switch {
	case valueNext(out):
		return joined(out, w)
	case op == 0, op == len(w), n == 0 && !comparable(out):
		return append(out, w)
	case n > 0 && !comparesByName(w[:n], w[n:n+op], w[n+op:]):
		return append(out, w)
	}
	if n > 0 {
		out = append(out, w[:n])
	}
	out = append(out, w[n:n+op])
	if rest := w[n+op:]; len(rest) > 0 {
		out = joined(out, rest)
	}
	return out
}

// joined takes a value apart from what && or || join its comparison with.
func joined(out []word, w word) []word {
	for i := 1; i+1 < len(w); i++ {
		if c := w.bare(i); (c == '&' || c == '|') && w.bare(i+1) == c {
			out = append(out, w[:i], w[i:i+2])
			return append(out, pieces([]word{w[i+2:]})...)
		}
	}
	return append(out, w)
}

// comparesByName tells whether a word is a comparison: a=b is a text that
// people look for, and so is a key that ends in ==.
func comparesByName(name, op, value word) bool {
	if lookup(strings.ToLower(name.String())) != nil || name.foreign() {
		return true
	}
	return len(op) > 1 && len(value) > 0
}

// comparable tells whether an operator may come next.
func comparable(out []word) bool {
	if len(out) == 0 {
		return false
	}
	last := out[len(out)-1]
	return last.nameLength() == len(last) && !last.isAnd() && !last.isOr() && !last.isNot()
}

// valueNext tells whether a value has to come next.
func valueNext(out []word) bool {
	if len(out) < 2 || !comparable(out[:len(out)-1]) {
		return false
	}
	last := out[len(out)-1]
	return last.operator() == len(last) || last.operatorWord() && out[len(out)-2].comparesByWord()
}

// nameLength returns how long the name is that the word begins with.
func (w word) nameLength() int {
	n := 0
	for n < len(w) && (isLetter(w.bare(n)) || w.bare(n) == '_' || n > 0 && (w.bare(n) == '.' || '0' <= w.bare(n) && w.bare(n) <= '9')) {
		n++
	}
	return n
}

// operators are those in signs, longer ones before their beginnings.
var operators = []string{"===", "!==", "==", "!=", ">=", "<=", "=>", "=<", ">", "<", "="}

// operator returns the length of the operator that the word begins with.
func (w word) operator() int {
	for _, op := range operators {
		n := 0
		for n < len(op) && w.bare(n) == rune(op[n]) {
			n++
		}
		if n == len(op) {
			return n
		}
	}
	return 0
}

// operatorWord tells whether the word is an operator in letters.
func (w word) operatorWord() bool {
	for _, op := range []string{"eq", "ne", "gt", "ge", "lt", "le", "contains", "matches", "in"} {
		if w.is(op) {
			return true
		}
	}
	return false
}

// opensList tells whether the word is in and, without a space, a list.
func (w word) opensList() bool { return len(w) > 2 && w[:2].is("in") && w.bare(2) == '{' }

// comparesByWord tells whether a name is one behind which a word such as
// contains is an operator and no text.
func (w word) comparesByWord() bool {
	return w.nameLength() == len(w) && (lookup(strings.ToLower(w.String())) != nil || w.find(".") > 0)
}
