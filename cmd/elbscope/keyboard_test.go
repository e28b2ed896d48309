//go:build unix

package main

import (
	"bytes"
	"math/rand"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// paste pastes a text as it is, between the marks that terminals put around it
// where marks is set.
func (x *terminal) paste(text []byte, marks bool) {
	x.t.Helper()
	file := filepath.Join(x.dir, "pasted")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		x.t.Fatal(err)
	}
	x.tmux("load-buffer", file)
	if marks {
		x.tmux("paste-buffer", "-p", "-r")
		return
	}
	x.tmux("paste-buffer", "-r")
}

// TestJunkOnTheKeyboard pastes bytes that are no text, with and without the
// marks of a paste, into the list and into each prompt: the keys work
// afterwards, and the program ends when it is told to.
func TestJunkOnTheKeyboard(t *testing.T) {
	random := rand.New(rand.NewSource(1))
	junk := make([]byte, 0, 700)
	for len(junk) < cap(junk) {
		if b := byte(random.Intn(256)); b >= ' ' && b != 0x7f && b != 'Q' { // which leaves, and nothing is wrong then
			junk = append(junk, b)
		}
	}
	for _, marks := range []bool{true, false} {
		opened := []string{"", "f", "/", "w"}
		if !marks { // each letter is drawn
			opened = opened[:2]
		}
		for _, open := range opened {
			x := newTerminal(t, 80, 24)
			x.say("elbscope $SAMPLES/article-502.pcapng; echo status $?")
			x.see("rewritten", "read to the end", "? help")
			if open != "" {
				x.press(open)
				x.see("_")
			}
			x.paste(junk, marks)
			x.press("Escape") // out of whatever is typed
			x.press("C-c", "C-c", "C-c")
			x.see("status 1")
			x.restored()
		}
	}
}

// TestLatinKeyboard types one letter of Latin-1 in a locale of UTF-8.
func TestLatinKeyboard(t *testing.T) {
	x := newTerminal(t, 80, 24)
	x.say("elbscope $SAMPLES/article-502.pcapng; echo status $?")
	x.see("rewritten", "read to the end", "? help")
	x.press("/")
	x.paste([]byte("caf\xe9s"), false)
	x.see("find: cafés_")
	x.press("Escape")
	x.see("Enter story")
	x.press("Q")
	x.see("status 1")
	x.restored()
}

// TestStringOnTheKeyboard types Alt-], the begin of a string for terminals,
// which swallows keys up to its end: Ctrl-C works.
func TestStringOnTheKeyboard(t *testing.T) {
	x := newTerminal(t, 80, 24)
	x.say("elbscope $SAMPLES/article-502.pcapng; echo status $?")
	x.see("rewritten", "read to the end", "? help")
	x.press("M-]", "j", "C-c")
	x.see("status 1")
	x.restored()
}

// TestHangUpWhileTyping closes the terminal and ends the program while more is
// typed than it can deal with.
func TestHangUpWhileTyping(t *testing.T) {
	keys := bytes.Repeat([]byte("jkx?\x1b[A\x1b[B/text\x1b\x7f"), 1000)
	for _, by := range []syscall.Signal{syscall.SIGTERM, syscall.SIGHUP} {
		x := newTerminal(t, 80, 24)
		x.say("sh -c 'echo $$ > pid; exec elbscope $SAMPLES/article-502.pcapng'; echo status $?")
		x.see("rewritten", "read to the end", "? help")
		pid := x.pid()
		x.paste(keys, false)
		if by == syscall.SIGHUP {
			x.tmux("kill-session")
		} else if err := syscall.Kill(pid, by); err != nil {
			t.Fatal(err)
		}
		for end := time.Now().Add(30 * time.Second); alive(pid); time.Sleep(10 * time.Millisecond) {
			if time.Now().After(end) {
				_ = syscall.Kill(pid, syscall.SIGKILL) // or it stays
				t.Fatalf("it goes on after %v", by)
			}
		}
	}
}

// TestOtherCharset has a screen, in ASCII, in a locale that is not of UTF-8.
func TestOtherCharset(t *testing.T) {
	x := newTerminal(t, 80, 24)
	x.say("LC_ALL=de_DE.ISO-8859-1 elbscope $SAMPLES/article-502.pcapng; echo status $?")
	x.see("x rewritten", "read to the end", "? help")
	x.press("Q")
	x.see("status 1")
	x.restored()
}
