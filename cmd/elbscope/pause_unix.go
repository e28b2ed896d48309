//go:build unix

package main

import "syscall"

// pauseSelf stops the whole job, as Ctrl-Z does where the terminal sees it. A
// job that no shell watches over is not stopped.
var pauseSelf = func() { _ = syscall.Kill(0, syscall.SIGTSTP) }
