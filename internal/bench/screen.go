//go:build unix

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"github.com/creack/pty"

	"elbscope/internal/traffic"
)

// measureScreen compares the reading behind the screen with the report's, and
// measures how long the screen takes to be there, on a terminal of 120x40.
func measureScreen(out io.Writer, o *options, program, folder string, k traffic.Kind) (err error) {
	file := filepath.Join(folder, k.Name+".pcap")
	if err := writeCapture(file, k, o.rounds); err != nil {
		return err
	}
	silent := filepath.Join(folder, "silent")
	if err := syscall.Mkfifo(silent, 0o600); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(file), os.Remove(silent)) }()
	report := &racer{argv: []string{program, "--format", "json", file}, scale: 1}
	screen := &racer{scale: 1}
	up := &racer{scale: 1}
	for range o.turns {
		t, err := race(report.argv)
		if err != nil {
			return err
		}
		report.turns = append(report.turns, t)
		// Only what changes is drawn: the last words come whole.
		if t, err = untilSeen([]string{program, file}, "the end"); err != nil {
			return err
		}
		screen.turns = append(screen.turns, t)
		if t, err = untilSeen([]string{program, silent}, "No handshake yet"); err != nil {
			return err
		}
		up.turns = append(up.turns, t)
	}
	r, s, u := report.median(), screen.median(), up.median()
	fmt.Fprintf(out, "%s: the report %.2f s (%.2f s of processor), the screen until all is read %.2f s (%.2f s), %.2f times as long; "+
		"a screen on a silent pipe is up after %d ms\n", k.Name, r.wall.Seconds(), r.cpu.Seconds(), s.wall.Seconds(), s.cpu.Seconds(),
		s.wall.Seconds()/r.wall.Seconds(), u.wall.Milliseconds())
	return nil
}

// patience is how long a text may take to appear.
const patience = time.Minute

// untilSeen runs the screen until it shows a text, then leaves it.
func untilSeen(argv []string, text string) (turn, error) {
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Env = append(os.Environ(), "TERM=xterm-256color", "LC_ALL=C.UTF-8")
	start := time.Now()
	terminal, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 40, Cols: 120})
	if err != nil {
		return turn{}, err
	}
	defer terminal.Close()
	seen := make(chan time.Duration, 1)
	go func() {
		var last []byte
		piece := make([]byte, 1<<16)
		for {
			n, err := terminal.Read(piece)
			last = append(last, piece[:n]...)
			if bytes.Contains(last, []byte(text)) {
				seen <- time.Since(start)
				text = "\x00" // read on, or the program would wait
			}
			last = last[max(len(last)-1024, 0):]
			if err != nil {
				return // the program is gone
			}
		}
	}()
	var wall time.Duration
	select {
	case wall = <-seen:
	case <-time.After(patience):
		err = fmt.Errorf("%q does not come", text)
	}
	_, werr := terminal.WriteString("Q")
	_ = cmd.Wait() // the status says that something was found
	return turn{wall: wall, cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}, errors.Join(err, werr)
}
