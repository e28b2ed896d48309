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
	go endOn(signals, end, func(s os.Signal) {
		if s == syscall.SIGHUP {
			signal.Ignore(s) // nobody is there any more who could mean it
		}
		signal.Stop(signals)
	})
	return run(ctx, os.Args[1:], os.Stdout, os.Stderr)
}
