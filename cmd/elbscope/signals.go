package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// endings are the signals that end a run in order.
var endings = []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP}

// ended is why the context of a run was cancelled: by a signal.
type ended struct{ by os.Signal }

func (e *ended) Error() string { return "ended by a signal: " + e.by.String() }

// endedBy returns the signal that ended a run, nil if none did.
func endedBy(ctx context.Context) *ended {
	var e *ended
	errors.As(context.Cause(ctx), &e)
	return e
}

// status is the exit status that shells give to what a signal ended.
func (e *ended) status() int {
	if n, ok := e.by.(syscall.Signal); ok {
		return 128 + int(n)
	}
	return exitInput
}

// leavePatience is how long a screen has to put the terminal in order before a
// further signal may end the program the hard way.
const leavePatience = 2 * time.Second

// shield lets no signal end the program the hard way, for the terminal would be
// left as the screen uses it: without echo and cursor. It lasts until lift is
// called or, if the terminal takes nothing, for some time after ctx ends.
func shield(ctx context.Context) (lift func()) {
	ignored := make(chan os.Signal, 1) // nobody reads it: the first one is in ctx
	signal.Notify(ignored, endings...)
	end := func() { signal.Stop(ignored) }
	unhook := context.AfterFunc(ctx, func() { time.AfterFunc(leavePatience, end) })
	return func() {
		unhook()
		end()
	}
}
