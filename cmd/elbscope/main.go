// Command elbscope explains, from packets, why WebSocket handshakes fail
// between an AWS load balancer and an instance, and who did it.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() { os.Exit(runMain()) }

// runMain is main with an exit status, as the tests call it.
func runMain() int {
	// A reader that has seen enough (| head) is no reason to die before the
	// exit status is known: writing to it fails, and that ends the program.
	signal.Ignore(syscall.SIGPIPE)
	ctx, end := context.WithCancelCause(context.Background())
	defer end(nil)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, endings...)
	go func() {
		// After the first signal the default is back, so that a second
		// Ctrl-C leaves at once. Of a terminal that is closed the kernel and
		// the shell tell one after the other: that is one wish, and there is
		// something to save.
		s := <-signals
		if s == syscall.SIGHUP {
			signal.Ignore(s)
		}
		end(&ended{s})
		signal.Stop(signals)
	}()
	return run(ctx, os.Args[1:], os.Stdout, os.Stderr)
}
