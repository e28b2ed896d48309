//go:build unix

package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/creack/pty"
)

// TestScreenBeforeTheFirstPacket wants the screen at once, while the pipe that
// is to be read has not even a file header. docs/speed.md has the time that the
// built program takes; the bound here is one that a busy machine keeps.
func TestScreenBeforeTheFirstPacket(t *testing.T) {
	dir := t.TempDir()
	pipe := newFifo(t, dir, "pipe")
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "elbscope")
	if err := os.Symlink(program, link); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(link, pipe)
	cmd.Env = append(os.Environ(), "TERM=xterm-256color", "LC_ALL=C.UTF-8")
	begin := time.Now()
	terminal, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 24, Cols: 80})
	if err != nil {
		t.Fatal(err)
	}
	defer terminal.Close()
	up := make(chan time.Duration, 1)
	go func() {
		var all []byte
		piece := make([]byte, 4096)
		for {
			n, err := terminal.Read(piece)
			if all = append(all, piece[:n]...); bytes.Contains(all, []byte("No handshake yet")) {
				up <- time.Since(begin)
				all = nil
			}
			if err != nil {
				return // the terminal is gone
			}
		}
	}()
	select {
	case took := <-up:
		t.Logf("the screen was up after %v", took)
		if took > 2*time.Second {
			t.Errorf("the screen came after %v", took)
		}
	case <-time.After(30 * time.Second):
		t.Error("the screen does not come")
	}
	if _, err := terminal.WriteString("Q"); err != nil {
		t.Error(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("it ended with %v", err)
	}
}
