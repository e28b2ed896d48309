//go:build linux

package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// watch is an elbscope live that captures a scene while it is played: once on
// a terminal, as people run it, and once as the stream for programs. Both save
// what they capture.
type watch struct {
	// at is the machine; nil is the instance.
	at func(*site) *namespace
	// args follow `elbscope live -i any`.
	args []string
	// want is of the stream's report, and of both files that were saved. The
	// handshakes that it names must have been told while the capture ran.
	want string
	// screen must each be on the terminal, within atOnce of the packet that
	// since names by its number in the saved file.
	screen []string
	since  func(*report) uint64
	// story must be on the screen that Enter opens: the whole of the handshake.
	story []string
	// losses is set where the kernel must have dropped packets; each handshake
	// that cannot be told must then give that for a reason.
	losses bool
}

// atOnce is how long a verdict may take from the packet to the screen.
const atOnce = time.Second

// onBothLegs is what one types on the instance.
var onBothLegs = []string{"tcp", "port", "80", "or", "tcp", "port", "8081"}

// watching is a watch that runs.
type watching struct {
	watch
	stream   *process
	terminal *terminal
	// late says what was not told by the end, although it had happened.
	late complaints
}

// startWatching starts both runs and waits until they capture: the file is
// opened after the sockets are.
func (s *site) startWatching() error {
	if s.scene.live == nil {
		return nil
	}
	w := &watching{watch: *s.scene.live}
	s.watching = w
	// Who captures gives up root first, and then opens its file.
	dir := s.path("live")
	if err := errors.Join(os.Mkdir(dir, 0o777), os.Chmod(dir, 0o777)); err != nil {
		return err
	}
	at := s.instance
	if w.at != nil {
		at = w.at(s)
	}
	arguments := func(name string, more ...string) []string {
		all := append([]string{"live", "-w", s.liveFile(name), "-i", "any"}, more...)
		return append(all, w.args...)
	}
	var err error
	if w.stream, err = s.start(at, s.tools.elbscope, arguments("stream", "--no-tui", "--format", "jsonl")...); err != nil {
		return err
	}
	if w.terminal, err = s.openTerminal(at, w.screen, s.tools.elbscope, arguments("screen")...); err != nil {
		return err
	}
	err = until("elbscope captures", 20*time.Second, func() bool {
		_, missingStream := os.Stat(s.liveFile("stream"))
		_, missingScreen := os.Stat(s.liveFile("screen"))
		return missingStream == nil && missingScreen == nil && w.terminal.shows("live any")
	})
	if err != nil {
		return fmt.Errorf("%w; the stream said: %s; the screen: %s", err, w.stream.said(), w.terminal.text())
	}
	return nil
}

// liveFile is where a run saves what it captures.
func (s *site) liveFile(name string) string { return filepath.Join(s.path("live"), name+".pcapng") }

// stopWatching waits until all that happened was told, and ends both runs.
func (s *site) stopWatching() error {
	w := s.watching
	if w == nil {
		return nil
	}
	wants, err := w.handshakes(s.scene.name)
	if err != nil {
		return err
	}
	_ = until("the stream has told all", 10*time.Second, func() bool {
		w.late = nil
		w.late.wants(w.told(), wants)
		return len(w.late) == 0
	})
	_ = until("the screen shows all", 10*time.Second, func() bool { return w.terminal.hasSeenAll() })
	if err := w.openStory(); err != nil {
		return err
	}
	return errors.Join(w.stream.interrupt(), w.terminal.quit())
}

// openStory opens the first handshake on the screen and looks for its story.
func (w *watching) openStory() error {
	if len(w.story) == 0 {
		return nil
	}
	if err := w.terminal.press("Enter"); err != nil {
		return err
	}
	lacks := func() string {
		for _, text := range w.story {
			if !w.terminal.shows(text) {
				return text
			}
		}
		return ""
	}
	if until("the story is there", 10*time.Second, func() bool { return lacks() == "" }) != nil {
		w.late.add("the story does not say %q on the screen:\n%s", lacks(), w.terminal.text())
	}
	return w.terminal.press("Escape")
}

// freeze stops both runs where they stand, so that the kernel has nobody to
// hand packets to; thaw lets them go on. tmux would wake up its program at
// once, so it goes to sleep first, and wakes up last.
func (w *watching) freeze() error {
	for _, pid := range w.pids() {
		if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
			return err
		}
		if err := until("a program has stopped", 5*time.Second, func() bool { return stopped(pid) }); err != nil {
			return err
		}
	}
	return nil
}

func (w *watching) thaw() error {
	var failed error
	for _, pid := range slices.Backward(w.pids()) {
		if !stopped(pid) {
			failed = errors.Join(failed, fmt.Errorf("process %d did not stay where it was", pid))
		}
		failed = errors.Join(failed, syscall.Kill(pid, syscall.SIGCONT))
	}
	return failed
}

func (w *watching) pids() []int {
	return []int{w.terminal.server, w.terminal.pid, w.stream.cmd.Process.Pid}
}

// caughtUp reports whether both runs of elbscope have had nothing to do for
// longer than there is between two heartbeats: what had waited for them has been
// read, and what was dropped has been told. On a busy machine it takes a while.
func (w *watching) caughtUp() bool {
	for end := time.Now().Add(500 * time.Millisecond); time.Now().Before(end); time.Sleep(25 * time.Millisecond) {
		for _, pid := range w.pids()[1:] {
			if !threadsAre(pid, "S") {
				return false
			}
		}
	}
	return true
}

// stopped reports whether all threads of a process stand still.
func stopped(pid int) bool { return threadsAre(pid, "T") }

// threadsAre reports whether all threads of a process are in a state of proc(5).
func threadsAre(pid int, want string) bool {
	threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
	for _, t := range threads {
		stat, err := os.ReadFile(t)
		if err != nil {
			continue // it has ended
		}
		if _, state, _ := strings.Cut(string(stat), ") "); !strings.HasPrefix(state, want) {
			return false
		}
	}
	return len(threads) > 0
}
