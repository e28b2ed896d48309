package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// newestOf414 is the number of the newest system call of Linux 4.14, statx.
// The numbers went on in order since.
var newestOf414 = map[string]int{"amd64": 332, "arm64": 291}

// asOn414 are the words before a command that have every later system call
// answered with ENOSYS, as Linux 4.14 does, and those noted that were tried.
func asOn414(t *testing.T, log string) []string {
	t.Helper()
	newest, known := newestOf414[runtime.GOARCH]
	if !known {
		t.Skip("the numbers of the system calls of " + runtime.GOARCH + " are not known here")
	}
	return upTo(newest, log)
}

// upTo does so with all system calls behind a number.
func upTo(newest int, log string) []string {
	later := "!0"
	for n := 1; n <= newest; n++ {
		later += "," + strconv.Itoa(n)
	}
	// -D leaves the program a child of ours, and strace one of its own.
	return []string{"strace", "-D", "-f", "-o", log, "-e", "signal=none", "-e", "trace=" + later, "-e", "inject=" + later + ":error=ENOSYS"}
}

// TestLiveOn414 runs the program as it is shipped where no system call is newer
// than Linux 4.14: live on the instance, as the report, and on the screen.
func TestLiveOn414(t *testing.T) {
	l := newLab(t)
	needLab(t, "strace", "tmux")
	save, log := filepath.Join(l.dir, "old.pcapng"), filepath.Join(l.dir, "strace")
	noted := func(name string) string {
		text, _ := os.ReadFile(log + name)
		return string(text)
	}
	over := func(name string) { // strace ends after the program
		l.wait("the end of strace", func() bool { return strings.Contains(noted(name), "+++ exited with ") })
		t.Logf("%s: later system calls that were tried: %d", name, strings.Count(noted(name), "(INJECTED)"))
	}
	run := l.start(asOn414(t, log+"live"), save, save, "-i", "any")
	for _, port := range []int{80, 82} {
		conn, _ := l.handshake(port, "/socket")
		conn.Close()
	}
	if got := run.stop(1).verdicts(); got != "dropped healthy" {
		t.Errorf("live: %s", got)
	}
	over("live")

	report := append(asOn414(t, log+"report"), l.program, "--format", "json", save)
	out, _ := exec.Command(report[0], report[1:]...).Output() // it exits with 1, for it finds something
	if got := parseLive(t, out).verdicts(); got != "dropped healthy" {
		t.Errorf("report: %s", got)
	}
	over("report")

	x := newTerminal(t, 100, 30)
	x.say(strings.Join(append(asOn414(t, log+"screen"), l.program, save), " ") + "; echo status $?")
	x.see("dropped", "healthy")
	x.press("Q")
	x.see("status 1")
	over("screen")
}

// TestLiveOn414Sees makes sure that a refused system call would be noticed: the
// same words with a kernel so old that there is no openat.
func TestLiveOn414Sees(t *testing.T) {
	needLab(t, "strace")
	words := append(upTo(unix.SYS_OPENAT-1, filepath.Join(t.TempDir(), "strace")), shippedProgram(t), "../../samples/article-502.pcapng")
	out, err := exec.Command(words[0], words[1:]...).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "function not implemented") {
		t.Errorf("without openat it ends with %v: %s", err, out)
	}
}
