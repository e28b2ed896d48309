package ui

import (
	"time"

	"elbscope/analyze"
	"elbscope/capture/flow"
	"elbscope/ui/report"
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
	// Live is set where they come from interfaces, without an end.
	Reading, Stopped, Live bool
	// Done and Size say how far the input at hand was read, in bytes; Size is
	// -1 where that is not known. Elapsed is how long it took so far.
	Done, Size int64
	Elapsed    time.Duration
	// Replay is where a replay is, nil where nothing is replayed, or no longer.
	Replay *Replay
	// Err is what went wrong with the inputs, for people.
	Err error
}

// extent says how much of the capture was read; a live one ends where it was
// stopped.
func (s *State) extent() report.Extent {
	switch {
	case s.Reading:
		return report.Growing
	case s.Stopped && !s.Live:
		return report.Stopped
	}
	return report.Whole
}

// Replay says how a capture is shown as it happened.
type Replay struct {
	// At is the time in the capture, 0 before the first packet.
	At flow.Time
	// First and Last are when the capture begins and ends, 0 where that is not
	// known (yet).
	First, Last flow.Time
	Speed       string // "10x", "max"
	Paused      bool
}

// Replayer steers a replay. The calls return at once.
type Replayer interface {
	// Pause holds the replay, or lets it go on.
	Pause()
	// Speed goes to the next speed.
	Speed(faster bool)
}

// Feed is where the screen gets its state from. The calls return at once.
type Feed interface {
	// State returns the latest state.
	State() *State
	// Stop ends the reading; what was read stays.
	Stop()
	// Replay returns what steers the replay, nil where nothing is replayed.
	Replay() Replayer
}
