//go:build unix

package main

import (
	"syscall"
	"testing"
	"time"
)

// processorTime is what the process has used so far: how busy the machine is
// makes little difference to it.
func processorTime(t testing.TB) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
