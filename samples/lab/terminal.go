//go:build linux

package main

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// terminal is a real terminal, in tmux, with one program in it. It is watched
// all the time, for when texts first appear.
type terminal struct {
	socket string
	// pid is the program's, server that of tmux.
	pid, server int
	lock        sync.Mutex
	last        string
	// seen is when each text was there first; the zero time if it was not.
	seen    map[string]time.Time
	closing chan struct{}
	closed  chan struct{}
}

// openTerminal runs a program on a terminal of 120x40 on a machine of the lab,
// and looks out for some texts.
func (s *site) openTerminal(on *namespace, texts []string, program string, args ...string) (*terminal, error) {
	t := &terminal{
		socket: s.path("tmux"), seen: map[string]time.Time{}, closing: make(chan struct{}), closed: make(chan struct{}),
	}
	for _, text := range texts {
		t.seen[text] = time.Time{}
	}
	err := on.do(func() error {
		c := t.command(append([]string{"-f", "/dev/null", "new-session", "-d", "-x", "120", "-y", "40", "--", program}, args...)...)
		c.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "TZ=UTC")
		return ran(c)
	})
	if err != nil {
		return nil, err
	}
	s.closers = append(s.closers, func() { _ = t.command("kill-server").Run() })
	out, err := t.command("display-message", "-p", "#{pane_pid} #{pid}").Output()
	if err != nil {
		return nil, fmt.Errorf("the program in the terminal: %w", err)
	}
	if _, err := fmt.Sscan(string(out), &t.pid, &t.server); err != nil {
		return nil, err
	}
	s.closers = append(s.closers, t.lookAway)
	go t.look()
	return t, nil
}

func (t *terminal) command(args ...string) *exec.Cmd {
	return exec.Command("tmux", append([]string{"-S", t.socket}, args...)...)
}

// look reads the screen over and over.
func (t *terminal) look() {
	defer close(t.closed)
	for {
		select {
		case <-t.closing:
			return
		case <-time.After(10 * time.Millisecond):
		}
		out, err := t.command("capture-pane", "-p").Output()
		if err != nil {
			continue // the program has ended
		}
		now := time.Now()
		t.lock.Lock()
		t.last = string(out)
		for text, first := range t.seen {
			if first.IsZero() && strings.Contains(t.last, text) {
				t.seen[text] = now
			}
		}
		t.lock.Unlock()
	}
}

func (t *terminal) lookAway() {
	select {
	case <-t.closing:
	default:
		close(t.closing)
	}
	<-t.closed
}

// text is what is on the screen.
func (t *terminal) text() string {
	t.lock.Lock()
	defer t.lock.Unlock()
	return t.last
}

func (t *terminal) shows(text string) bool { return strings.Contains(t.text(), text) }

// firstSeen is when a text was there first; the zero time is never.
func (t *terminal) firstSeen(text string) time.Time {
	t.lock.Lock()
	defer t.lock.Unlock()
	return t.seen[text]
}

func (t *terminal) hasSeenAll() bool {
	t.lock.Lock()
	defer t.lock.Unlock()
	for _, first := range t.seen {
		if first.IsZero() {
			return false
		}
	}
	return true
}

// press types keys by their tmux names.
func (t *terminal) press(keys ...string) error {
	return ran(t.command(append([]string{"send-keys"}, keys...)...))
}

// quit leaves the program by its own key, and waits until it is gone.
func (t *terminal) quit() error {
	t.lookAway()
	if err := t.press("Q"); err != nil {
		return err
	}
	err := until("the screen is left", 5*time.Second, func() bool {
		_, err := os.Stat(fmt.Sprintf("/proc/%d", t.pid))
		return err != nil
	})
	if err != nil {
		return fmt.Errorf("%w; it shows: %s", err, t.text())
	}
	return nil
}
