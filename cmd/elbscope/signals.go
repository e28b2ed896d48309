package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/pprof"
	"sync"
	"syscall"
	"time"

	"elbscope/ui"
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

// oneWish is within which time a further signal is the first one once more. The
// programs that pass a signal on send it twice: timeout(1) to its child and at once
// to the group of both, a closed terminal by the kernel and by the shell. That is
// one wish, and there is a report to print; no hand presses Ctrl-C twice so fast.
const oneWish = 200 * time.Millisecond

// endOn ends the run with the first of signals. When the repetitions of that one
// are over it calls release, which is to bring the default back, so that a second
// Ctrl-C leaves at once.
func endOn(signals <-chan os.Signal, end context.CancelCauseFunc, release func(os.Signal)) {
	s := <-signals
	end(&ended{s})
	time.Sleep(oneWish)
	release(s)
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
// called or, if the terminal takes nothing, for some time after ctx ends. Where
// the terminal was closed nobody is there to send a further signal, and it ends.
func shield(ctx context.Context) (lift func()) {
	ignored := make(chan os.Signal, 1) // nobody reads it: the first one is in ctx
	signal.Notify(ignored, endings...)
	lifted := make(chan struct{})
	unhook := context.AfterFunc(ctx, func() {
		select {
		case <-lifted:
			return
		case <-time.After(leavePatience):
		}
		signal.Stop(ignored)
		if by := endedBy(ctx); by != nil && by.by == syscall.SIGHUP {
			os.Exit(by.status()) // to give it again would do nothing under nohup
		}
	})
	return sync.OnceFunc(func() {
		unhook()
		close(lifted)
		signal.Stop(ignored)
	})
}

// dumpOnQuit answers SIGQUIT, which asks where a program hangs, as Go does: with
// the stacks of all goroutines as they were then, on w. But the terminal is put
// in order first. The answer is given until quit is called, which is when the
// screen is gone; it returns the signal, nil if none came.
func dumpOnQuit(app *ui.App, w io.Writer) (quit func() *ended) {
	quits := make(chan os.Signal, 1)
	signal.Notify(quits, syscall.SIGQUIT)
	gone, told := make(chan struct{}), make(chan *ended, 1)
	go func() {
		var by *ended
		defer func() { told <- by }()
		select {
		case <-gone:
			return
		case s := <-quits:
			by = &ended{s}
		}
		var stacks bytes.Buffer
		_ = pprof.Lookup("goroutine").WriteTo(&stacks, 2) // a Buffer takes all
		app.Leave()
		select {
		case <-gone:
			fmt.Fprintf(w, "%s\n", &stacks)
		case <-time.After(leavePatience): // it is the screen that hangs
			abandoned := make(chan struct{})
			go func() {
				defer close(abandoned)
				app.Abandon()
			}()
			select {
			case <-abandoned:
			case <-time.After(leavePatience): // that, too
			}
			fmt.Fprintf(w, "elbscope: %v\n%s\n", by, &stacks)
			os.Exit(by.status())
		}
	}()
	return func() *ended {
		signal.Stop(quits)
		close(gone)
		return <-told
	}
}
