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
	pipe, up := newFifo(t, x.dir, "pipe"), newFifo(t, x.dir, "up")
	if err := os.WriteFile(filepath.Join(x.dir, "head"), whole[:24], 0o600); err != nil {
		t.Fatal(err)
	}
	x.say("(printf 'pass''word: ' >&2; read p </dev/tty; echo $p >said; cat head up; echo listening $p >&2; echo $p >told; cat pipe) | elbscope -; echo status $?")
	x.see("password:")
	x.press("s", "q", "Q", "Enter")
	x.see("No handshake yet", "? help")
	if said, err := os.ReadFile(filepath.Join(x.dir, "said")); string(said) != "sqQ\n" {
		t.Errorf("the command was told %q, %v", said, err)
	}
	if err := os.WriteFile(up, nil, 0); err != nil { // the screen is up: go on
		t.Fatal(err)
	}
	gone := func(text string) bool {
		_, err := os.Stat(filepath.Join(x.dir, "told"))
		return err == nil && !strings.Contains(text, "listening")
	}
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
	x.see("elbscope: if the command before the pipe still runs, Ctrl-C ends it")
	w.Close()
	x.see("status 1")
	x.restored()
}
