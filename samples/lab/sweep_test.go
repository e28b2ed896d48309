//go:build linux

package main

import (
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"elbscope/internal/needs"
)

// TestSweep leaves the namespaces and programs of a run that lives alone, and
// removes those of one that is dead, also where the process ID is in use again.
func TestSweep(t *testing.T) {
	needs.Root(t)
	// No process has such numbers, and no lab such names.
	lives, dead := 900_000_000+os.Getpid(), 800_000_000+os.Getpid()
	release, err := claim(lives)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	begin := func(run int) (name string, sleeper *exec.Cmd) {
		name = fmt.Sprintf("%s%d-0-client", namePrefix, run)
		n, err := newNamespace(name)
		if err != nil {
			t.Fatal(err)
		}
		n.file.Close()
		t.Cleanup(func() { removeRun(fmt.Sprint(run)) })
		sleeper = exec.Command("ip", "netns", "exec", name, "sleep", "60")
		if err := sleeper.Start(); err != nil {
			t.Fatal(err)
		}
		return name, sleeper
	}
	there := func(name string) bool { _, err := os.Stat("/run/netns/" + name); return err == nil }
	ours, works := begin(lives)
	theirs, orphan := begin(dead)
	err = until("both run there", 10*time.Second, func() bool {
		for _, name := range []string{ours, theirs} {
			if pids, _ := exec.Command("ip", "netns", "pids", name).Output(); len(pids) == 0 {
				return false
			}
		}
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	sweep()
	if there(theirs) {
		t.Error("the namespace of a dead run is still there")
	}
	if err := orphan.Wait(); err == nil {
		t.Error("the program of a dead run went on to its end")
	}
	if !there(ours) || works.Process.Signal(unix.Signal(0)) != nil {
		t.Error("the namespace of a run that lives is gone, or its program")
	}
	if f, err := lock(lockOf(fmt.Sprint(lives)), unix.LOCK_NB); err == nil {
		f.Close()
		t.Error("two can hold one lock")
	}
	release()
	again, err := claim(lives) // the process ID is used again
	if err != nil {
		t.Fatal(err)
	}
	defer again()
	if there(ours) {
		t.Error("what the process ID left behind is in the way of the next run")
	}
	if err := works.Wait(); err == nil {
		t.Error("the program of a dead run went on to its end")
	}
}
