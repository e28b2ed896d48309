package ui

import (
	"time"

	"elbscope/analyze"
)

// State is everything that the screen shows, at one moment. It does not change
// once it was published.
type State struct {
	// Rev moves with every new State.
	Rev uint64
	// Snap is what is known. Never nil.
	Snap *analyze.Snapshot
	// Exchanges are all exchanges so far.
	Exchanges analyze.View[analyze.Exchange]
	// Reading is set while packets come; Stopped, once the user ended that.
	Reading, Stopped bool
	// Done and Size say how far the input at hand was read, in bytes; Size is
	// -1 where that is not known. Elapsed is how long it took so far.
	Done, Size int64
	Elapsed    time.Duration
	// Err is what went wrong with the inputs, for people.
	Err error
}

// Feed is where the screen gets its state from. Both calls return at once.
type Feed interface {
	// State returns the latest state.
	State() *State
	// Stop ends the reading; what was read stays.
	Stop()
}
