package bpf

import "fmt"

// Error says what is wrong with an expression, and where.
type Error struct {
	// Offset is the place in the expression, in bytes from 0; the length of
	// the expression where something is missing at its end.
	Offset int
	// Problem says what is wrong, Hint what to type instead; neither is empty.
	Problem, Hint string
}

// Error puts it into one line.
func (e *Error) Error() string {
	return fmt.Sprintf("byte %d: %s; %s", e.Offset, e.Problem, e.Hint)
}

// viaTcpdump is the way to everything that tcpdump understands and this
// package does not.
const viaTcpdump = "let tcpdump translate it: tcpdump -ddd 'EXPRESSION' > filter.bpf, then give --bpf filter.bpf"
