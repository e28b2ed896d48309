// Package filter is the small language in which the -Y flag and the screen's
// filter line say which handshakes to show. docs/filter.md is its manual.
//
//	filter = all { "or" all }
//	all    = term { term }
//	term   = [ "!" | "-" ] ( field ":" values | values )
//	values = "~" regexp | value { ( "|" | "," ) value }
//
// Terms stand between spaces and all have to match; "or" binds loosest. There
// are no parentheses: a|b within a term and "or" between terms have been
// enough, and whatever they cannot say can be said in two looks at the list.
//
// Its law: a word that cannot match anything is an error that names the words
// that can, never an empty list.
//
// Non-goals: it is no display filter for packets and compares no fields with
// each other.
package filter

import (
	"fmt"
	"strings"
	"time"

	"elbscope/analyze"
	"elbscope/capture/flow"
)

// Context is what an expression is read against.
type Context struct {
	// Location is that of times that do not name one; nil stands for UTC.
	Location *time.Location
	// First is when the capture began. Times without a date are on its day.
	First flow.Time
	// Rules are the ids that rule: may name. If there are none, it may name
	// any.
	Rules []string
	// Sources is the number of inputs; 0 if that is not known.
	Sources int
}

// Filter chooses handshakes. It does not change; the zero value and nil let
// all pass.
type Filter struct {
	expr string
	// any holds the alternatives between which "or" stands.
	any []conjunction
}

// test tells something about a handshake.
type test func(*analyze.Handshake) bool

// conjunction is a list of tests that all have to hold.
type conjunction []test

// Match tells whether h is to be shown.
func (f *Filter) Match(h *analyze.Handshake) bool {
	if f.Empty() {
		return true
	}
	for _, all := range f.any {
		if all.holds(h) {
			return true
		}
	}
	return false
}

func (c conjunction) holds(h *analyze.Handshake) bool {
	for _, holds := range c {
		if !holds(h) {
			return false
		}
	}
	return true
}

// Empty tells whether the filter lets all pass because it says nothing.
func (f *Filter) Empty() bool { return f == nil || len(f.any) == 0 }

// String returns the expression as it was written.
func (f *Filter) String() string {
	if f == nil {
		return ""
	}
	return f.expr
}

// Error says what is wrong with an expression and where.
type Error struct {
	// Column is the place, counted in characters from 1.
	Column int
	// Problem says what is wrong, Hint what would be right.
	Problem, Hint string
}

// Error puts it into one line.
func (e *Error) Error() string {
	s := fmt.Sprintf("column %d: %s", e.Column, e.Problem)
	if e.Hint != "" {
		s += "; " + e.Hint
	}
	return s
}

// Parse reads an expression. An error is always an *Error.
func Parse(expr string, ctx Context) (*Filter, error) {
	if ctx.Location == nil {
		ctx.Location = time.UTC
	}
	words, err := split(expr)
	if err != nil {
		return nil, err
	}
	f := &Filter{expr: expr}
	var all conjunction
	var or *word
	for i := range words {
		w := words[i]
		if w.is("or") {
			if len(all) == 0 {
				return nil, w.fail("nothing stands before or", `put a term on both sides, or quote it to look for the text: "or"`)
			}
			f.any, all, or = append(f.any, all), nil, &words[i]
			continue
		}
		t, err := parseTerm(w, &ctx)
		if err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	if len(all) > 0 {
		f.any = append(f.any, all)
	} else if or != nil {
		return nil, or.fail("nothing stands behind or", `put a term on both sides, or quote it to look for the text: "or"`)
	}
	return f, nil
}

// parseTerm reads one term.
func parseTerm(w word, ctx *Context) (test, error) {
	start, negated := w, false
	if c := w.bare(0); c == '!' || c == '-' {
		w, negated = w[1:], true
	}
	if c := w.bare(0); c == '!' || negated && c == '-' {
		return nil, w.fail("a second negation", "one ! or - before a term is enough")
	}
	if len(w) == 0 {
		return nil, start.fail(fmt.Sprintf("nothing stands behind %s", start), "write it directly before a term: !verdict:healthy")
	}
	t, err := parsePositive(w, ctx)
	if err != nil || !negated {
		return t, err
	}
	return func(h *analyze.Handshake) bool { return !t(h) }, nil
}

func parsePositive(w word, ctx *Context) (test, error) {
	n := w.fieldName()
	if n == 0 {
		if err := foreign(w); err != nil {
			return nil, err
		}
		return parseValues(bareWord, w, ctx)
	}
	name, value := w[:n], w[n+1:]
	f := lookup(strings.ToLower(name.String()))
	if f == nil {
		return nil, name.fail(fmt.Sprintf("there is no field %q", name),
			suggest(name.String(), fieldNames())+fmt.Sprintf(`; to look for the text, quote it: "%s"`, w))
	}
	if len(value) == 0 {
		return nil, w.fail(fmt.Sprintf("%s: has no value", f.Name), "write for instance "+f.Example)
	}
	return parseValues(f, value, ctx)
}

// foreign finds what other filter languages would mean something by, and what
// here would look for a text that nobody means.
func foreign(w word) error {
	switch {
	case w.is("and"), w.is("&&"):
		return w.fail(fmt.Sprintf("%s is not needed", w), `all terms have to match; to look for the text, quote it`)
	case w.is("not"):
		return w.fail("not is written !", "write !verdict:healthy; to look for the text, quote it")
	case w.is("||"):
		return w.fail("|| is written or", "write verdict:dropped or status:502, or verdict:dropped|rewritten")
	case w.bare(0) == '(', w.bare(len(w)-1) == ')' && w.find("(") < 0:
		return w.fail("there are no parentheses", `write a|b within a term, or between terms; to look for the text, quote it`)
	}
	n := 0
	for n < len(w) && isLetter(w[n].r) && !w[n].quoted {
		n++
	}
	op := n
	for op < len(w) && strings.ContainsRune("=<>!", w.bare(op)) {
		op++
	}
	f := lookup(strings.ToLower(w[:n].String()))
	if f == nil || op == n {
		return nil
	}
	return w.fail(fmt.Sprintf("%s behind a field", w[n:op]),
		fmt.Sprintf(`write %s; to look for the text, quote it: "%s"`, f.Example, w))
}

// parseValues reads what stands behind the colon, or a term without a field.
func parseValues(f *Field, w word, ctx *Context) (test, error) {
	if w.bare(0) == '~' {
		return parseRegexp(f, w, ctx)
	}
	var either []test
	for {
		end := w.find("|,")
		value := w
		if end >= 0 {
			value = w[:end]
		}
		if len(value) == 0 {
			return nil, w.fail("an alternative is missing", "write a|b; quote | and , where they belong to the value")
		}
		if value.bare(0) == '~' {
			return nil, value.fail("a regular expression among other values", "it has to stand alone: "+f.prefix()+"~this|that")
		}
		t, err := f.parse(f, value, ctx)
		if err != nil {
			return nil, err
		}
		either = append(either, t)
		if end < 0 {
			break
		}
		if w = w[end+1:]; len(w) == 0 {
			return nil, value.fail("an alternative is missing", "write a|b; quote | and , where they belong to the value")
		}
	}
	if len(either) == 1 {
		return either[0], nil
	}
	return func(h *analyze.Handshake) bool {
		for _, t := range either {
			if t(h) {
				return true
			}
		}
		return false
	}, nil
}
