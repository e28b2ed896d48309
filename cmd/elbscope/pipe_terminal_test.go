//go:build unix

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCommandBeforeThePipe has the command before a pipe ask for a password,
// write to the terminal over the screen, and go on when the screen is left.
func TestCommandBeforeThePipe(t *testing.T) {
	whole, err := os.ReadFile("../../samples/rewritten-502.pcap")
	if err != nil {
		t.Fatal(err)
	}
	x := newTerminal(t, 80, 24)
	pipe := newFifo(t, x.dir, "pipe")
	if err := os.WriteFile(filepath.Join(x.dir, "head"), whole[:24], 0o600); err != nil {
		t.Fatal(err)
	}
	x.say("(printf 'pass''word: ' >&2; read p </dev/tty; cat head; echo listening $p >&2; cat pipe) | elbscope -; echo status $?")
	x.see("password:")
	x.press("s", "q", "Q", "Enter")
	x.see("No handshake yet", "? help")
	gone := func(text string) bool { return !strings.Contains(text, "listening") }
	x.until("drawn over", gone)
	w, err := os.OpenFile(pipe, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(whole[24:]); err != nil {
		t.Fatal(err)
	}
	x.see("rewritten", "reading; s stops")
	x.until("drawn over", gone)
	x.press("Q", "y")
	x.see("listening sqQ", "elbscope: if the command before the pipe still runs, Ctrl-C ends it")
	w.Close()
	x.see("status 1")
	x.restored()
}
