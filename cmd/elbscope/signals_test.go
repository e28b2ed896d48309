//go:build unix

package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"regexp"
	"syscall"
	"testing"
	"time"
)

// TestSignalsOnTheScreen wants a terminal in order after signals that come while
// the screen is up, also if several come at once, and a word and a status that
// tell of the first one, whatever was found.
func TestSignalsOnTheScreen(t *testing.T) {
	x := newTerminal(t, 80, 24)
	x.say("sh -c 'echo $$ > pid; exec elbscope $SAMPLES/article-502.pcapng'; echo status $?")
	x.see("rewritten", "read to the end", "? help")
	pid := x.pid()
	for range 3 {
		if err := syscall.Kill(pid, syscall.SIGTERM); err != nil && err != syscall.ESRCH { // it may have left by then
			t.Fatal(err)
		}
	}
	x.see("elbscope: ended by a signal: terminated", "status 143")
	x.restored()
}

// TestQuitOnTheScreen wants Go's answer to SIGQUIT, what every goroutine does,
// and to be able to read it: on a terminal in order.
func TestQuitOnTheScreen(t *testing.T) {
	x := newTerminal(t, 100, 40)
	x.say("sh -c 'echo $$ > pid; exec elbscope $SAMPLES/article-502.pcapng' 2> said; echo status $?")
	x.see("rewritten", "read to the end", "? help")
	x.signal(syscall.SIGQUIT)
	x.see("status 131")
	x.restored()
	x.say("grep -c -e '^goroutine 1 ' -e ended.by.a.signal:.quit -e App..Run.0x said")
	x.see("\n3")
}

// TestCtrlZ goes to the shell and comes back, and finds both in order.
func TestCtrlZ(t *testing.T) {
	x := newTerminal(t, 80, 24)
	x.say("set -m; elbscope $SAMPLES/article-502.pcapng; echo status $?")
	x.see("rewritten", "read to the end", "? help")
	x.press("Enter")
	x.see("story of h")
	x.press("C-z")
	x.until("the shell", regexp.MustCompile(`(?m)^ready> $|^ready>$`).MatchString)
	x.restored()
	x.say("fg")
	x.see("story of h", "what is wrong", "? help")
	x.press("q")
	x.see("rewritten", "f filter")
	x.press("Q")
	x.see("ready>")
	x.restored()
}

// TestHungScreen wants the program to end after its terminal was closed also
// where the screen does not. It runs itself, as a program whose screen hangs.
func TestHungScreen(t *testing.T) {
	if os.Getenv("HUNG_SCREEN") != "" {
		ctx, end := context.WithCancelCause(context.Background())
		shield(ctx)
		end(&ended{syscall.SIGHUP})
		time.Sleep(time.Minute) // in which the parent loses patience
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestHungScreen$")
	cmd.Env = append(os.Environ(), "HUNG_SCREEN=yes")
	err := cmd.Run()
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		t.Fatalf("it ended with %v", err)
	}
	if by := (&ended{syscall.SIGHUP}); exit.ExitCode() != by.status() {
		t.Errorf("it ended with %v", err)
	}
}
