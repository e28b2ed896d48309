//go:build unix

package main

import (
	"os"
	"os/signal"
	"syscall"
	"time"
)

// stopPatience is how long a stop may take to come. A job that no shell watches
// over is not stopped at all.
const stopPatience = time.Second

// pauseSelf stops the whole job, as Ctrl-Z does where the terminal sees it, and
// returns when it goes on. The stop is no part of the call that asks for it:
// whoever did not wait would draw on the shell's terminal before it comes.
var pauseSelf = func() {
	goesOn := make(chan os.Signal, 1)
	signal.Notify(goesOn, syscall.SIGCONT)
	defer signal.Stop(goesOn)
	if syscall.Kill(0, syscall.SIGTSTP) != nil {
		return
	}
	select {
	case <-goesOn:
	case <-time.After(stopPatience):
	}
}
