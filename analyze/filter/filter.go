// Package filter is the small language in which the -Y flag and the screen's
// filter line say which handshakes to show. docs/filter.md is its manual.
//
//	filter = all { ( "or" | "||" ) all }
//	all    = term { [ "and" | "&&" ] term }
//	term   = ( "not" | "!" | "-" ) term | "(" filter ")" | field ":" values | values
//	       | name [ operator value ]
//	values = "~" regexp | value { ( "|" | "," ) value }
//
// Terms stand between spaces and all have to match; "or" binds loosest. name
// and operator are those of a Wireshark display filter (wireshark.go).
//
// Its law: a word that cannot match anything is an error that names the words
// that can, never an empty list.
//
// Non-goals: it chooses handshakes, not packets, and compares no fields with
// each other.
package filter

import (
	"fmt"
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
	expr  string
	holds test // nil where the expression says nothing
}

// test tells something about a handshake.
type test func(*analyze.Handshake) bool

// Match tells whether h is to be shown.
func (f *Filter) Match(h *analyze.Handshake) bool { return f.Empty() || f.holds(h) }

// Empty tells whether the filter lets all pass because it says nothing.
func (f *Filter) Empty() bool { return f == nil || f.holds == nil }

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
	// Example is a term that says what was probably meant, "" if none is known.
	Example string
}

// Error puts it into one line.
func (e *Error) Error() string {
	s := fmt.Sprintf("column %d: %s", e.Column, e.Problem)
	if e.Hint != "" {
		s += "; " + e.Hint
	}
	return s
}

// Short says what is wrong and what to write instead, where there is little
// room.
func (e *Error) Short() string {
	if e.Example == "" {
		return e.Error()
	}
	return e.Problem + "; write " + e.Example
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
	p := parser{words: pieces(words), ctx: &ctx}
	if len(p.words) == 0 {
		return f, nil
	}
	if f.holds, err = p.filter(); err != nil {
		return nil, err
	}
	if w := p.peek(); w != nil { // only this ends a filter early
		return nil, w.fail("a ) without a (", `write ( a or b ) c; to look for the text, quote it: ")"`)
	}
	return f, nil
}
