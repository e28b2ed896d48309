//go:build linux

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// namePrefix begins the names of all namespaces of the lab; the process ID of
// the run follows.
const namePrefix = "elblab"

// locks is where each run holds a lock for as long as it lives. A process ID
// alone would not do: it may belong to somebody else by now, or to a run in a
// container that shares the names of namespaces.
const locks = "/run/elblab"

// claim takes the lock of this run, which release gives back. What an earlier
// run of the same process ID left behind is nobody's then, and is removed.
func claim(pid int) (release func(), err error) {
	run := strconv.Itoa(pid)
	if err := os.MkdirAll(locks, 0o755); err != nil {
		return nil, err
	}
	var f *os.File
	if until("the lock is free", sweepAtMost, func() bool { f, err = lock(lockOf(run), unix.LOCK_NB); return err == nil }) != nil {
		return nil, fmt.Errorf("another lab runs under the name %s: %w", run, err)
	}
	removeRun(run)
	return func() { unlock(f) }, nil
}

// sweepAtMost is how long another run may be busy with removing a dead one.
const sweepAtMost = 30 * time.Second

func lockOf(run string) string { return filepath.Join(locks, run) }

// lock makes a file if need be, and locks it. Whoever has the lock may remove
// the file: then this tries again with the next one of that name.
func lock(name string, how int) (*os.File, error) {
	for {
		f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o644)
		if err != nil {
			return nil, err
		}
		if err := unix.Flock(int(f.Fd()), unix.LOCK_EX|how); err != nil {
			f.Close()
			return nil, fmt.Errorf("locking %s: %w", name, err)
		}
		mine, errMine := f.Stat()
		named, errNamed := os.Stat(name)
		if errMine == nil && errNamed == nil && os.SameFile(mine, named) {
			return f, nil
		}
		f.Close()
	}
}

func unlock(f *os.File) {
	_ = os.Remove(f.Name())
	f.Close()
}

// sweep removes what dead runs have left. A run that lives holds its lock, and
// is left alone.
func sweep() {
	left, _ := filepath.Glob("/run/netns/" + namePrefix + "*")
	dead := map[string]bool{}
	for _, path := range left {
		run, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(path), namePrefix), "-")
		dead[run] = true
	}
	for run := range dead {
		if f, err := lock(lockOf(run), unix.LOCK_NB); err == nil {
			removeRun(run)
			unlock(f)
		}
	}
}

// removeRun removes the namespaces of a run, and ends what still runs in them.
func removeRun(run string) {
	left, _ := filepath.Glob("/run/netns/" + namePrefix + run + "-*")
	for _, path := range left {
		name := filepath.Base(path)
		pids, _ := exec.Command("ip", "netns", "pids", name).Output()
		for _, p := range strings.Fields(string(pids)) {
			if n, err := strconv.Atoi(p); err == nil {
				_ = syscall.Kill(n, syscall.SIGKILL)
			}
		}
		_ = command("ip", "netns", "del", name)
	}
}
