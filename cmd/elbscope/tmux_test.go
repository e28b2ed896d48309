//go:build unix

package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"elbscope/capture"
	"elbscope/internal/needs"
)

// terminal is a real terminal, in tmux, with a shell in it.
type terminal struct {
	t      *testing.T
	socket string
	dir    string
}

// newTerminal starts one that knows the command elbscope.
func newTerminal(t *testing.T, width, height int) *terminal {
	t.Helper()
	needs.Program(t, "tmux")
	x := &terminal{t: t, dir: t.TempDir()}
	x.socket = filepath.Join(x.dir, "tmux")
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	// testscript.Main runs the program under the name of its command.
	if err := os.Symlink(program, filepath.Join(x.dir, "elbscope")); err != nil {
		t.Fatal(err)
	}
	samples, err := filepath.Abs("../../samples")
	if err != nil {
		t.Fatal(err)
	}
	env := []string{
		"PATH=" + x.dir + ":" + os.Getenv("PATH"), "SAMPLES=" + samples, "TZ=UTC", "LANG=C.UTF-8", "LC_ALL=C.UTF-8",
		"PS1=ready> ", "NO_COLOR=", "HOME=" + x.dir, "GORACE=atexit_sleep_ms=0",
	}
	args := []string{
		"-f", "/dev/null", "new-session", "-d", "-x", strconv.Itoa(width), "-y", strconv.Itoa(height), "-c", x.dir,
		"env", "-u", "ENV",
	}
	x.tmux(append(append(args, env...), "sh", "-i")...)
	t.Cleanup(func() { _ = exec.Command("tmux", "-S", x.socket, "kill-server").Run() })
	x.see("ready>")
	return x
}

func (x *terminal) tmux(args ...string) string {
	x.t.Helper()
	cmd := exec.Command("tmux", append([]string{"-S", x.socket}, args...)...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		x.t.Fatalf("tmux %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// say types a line to the shell.
func (x *terminal) say(line string) {
	x.t.Helper()
	x.tmux("send-keys", "-l", line)
	x.press("Enter")
}

// press types keys by their tmux names.
func (x *terminal) press(keys ...string) {
	x.t.Helper()
	x.tmux(append([]string{"send-keys"}, keys...)...)
}

func (x *terminal) text() string { x.t.Helper(); return x.tmux("capture-pane", "-p") }

// until waits until the screen is as it should be.
func (x *terminal) until(what string, is func(text string) bool) {
	x.t.Helper()
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		text := x.text()
		if is(text) {
			return
		}
		if time.Now().After(end) {
			x.t.Fatalf("%s does not come; the terminal:\n%s", what, text)
		}
	}
}

// see waits for all of some texts.
func (x *terminal) see(all ...string) {
	x.t.Helper()
	x.until(strings.Join(all, ", "), func(text string) bool {
		for _, s := range all {
			if !strings.Contains(text, s) {
				return false
			}
		}
		return true
	})
}

// restored wants the shell's terminal to be as it was: the shell's own screen,
// a cursor, no mouse, lines and echo.
func (x *terminal) restored() {
	x.t.Helper()
	got := strings.TrimSpace(x.tmux("display-message", "-p", "#{alternate_on} #{cursor_flag} #{mouse_any_flag}"))
	if got != "0 1 0" {
		x.t.Errorf("the terminal was left in another state: %s", got)
	}
	x.say("stty -a | grep -qwE -- '-(icanon|echo|isig|icrnl|opost)' || printf '\\nmodes are well\\n'")
	x.see("\nmodes are well") // also where the line was typed before the prompt came
}

// TestWalk goes through the program in a real terminal as a user would.
func TestWalk(t *testing.T) {
	x := newTerminal(t, 80, 24)
	x.say("elbscope $SAMPLES/article-502.pcapng; echo status $?")
	x.see("handshakes", "rewritten", "10.99.0.1:80", "Remedy", "read to the end", "? help")
	x.press("Enter")
	x.see("story of h", "HERE", "Remedy", "Esc back", "? help")
	x.press("d")
	x.see("headers of h", "! Connection", "keep-alive")
	x.press("Escape")
	x.see("story of h")
	x.press("q")
	x.see("verdict", "f filter")
	x.press("f")
	x.see("filter: _")
	x.tmux("send-keys", "-l", "verdict:heap")
	x.see("there is no verdict")
	x.press("BSpace")
	x.tmux("send-keys", "-l", "lthy")
	x.see("lets none of 2 handshakes pass")
	x.press("Enter")
	x.see("filter: verdict:healthy", "? help")
	x.press("f")
	x.press("C-u")
	x.press("Enter")
	x.see("rewritten", "w save")
	x.press("w")
	x.see("save packets of 2 handshakes as: elbscope-")
	x.press("C-u")
	x.tmux("send-keys", "-l", "mine.pcapng")
	x.press("Enter")
	x.see("saved to mine.pcapng; ", " packets of 2 handshakes, ")
	x.press("q")
	x.see("Q leaves")
	x.press("Q")
	x.see("status 1")
	x.restored()
	x.opensInTshark(filepath.Join(x.dir, "mine.pcapng"), "connection-rewritten")
}

// opensInTshark wants tshark to read a saved file without complaint, and to
// show the comment that names the finding.
func (x *terminal) opensInTshark(file, finding string) {
	x.t.Helper()
	cmd := exec.Command(needs.Program(x.t, "tshark"), "-r", file, "-Y", "http.request and frame.comment", "-T", "fields", "-e", "http.request.uri", "-e", "frame.comment")
	var complaints strings.Builder
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil || strings.Contains(complaints.String(), "appears to") {
		x.t.Errorf("tshark: %v: %s", err, complaints.String())
	}
	if !strings.Contains(string(out), "/websocket/") || !strings.Contains(string(out), finding) {
		x.t.Errorf("tshark shows of the saved file:\n%s", out)
	}
}

// TestSmallTerminal wants one sentence, and the screen again when there is
// room.
func TestSmallTerminal(t *testing.T) {
	x := newTerminal(t, 59, 15)
	x.say("elbscope $SAMPLES/article-502.pcapng; echo status $?")
	x.see("elbscope needs 60x15")
	x.tmux("resize-window", "-x", "100", "-y", "30")
	x.see("rewritten", "? help")
	x.press("C-c")
	x.see("status 1")
	x.restored()
}

// TestLeaveWhileNothingComes leaves in every way while the reading waits for
// ever.
func TestLeaveWhileNothingComes(t *testing.T) {
	for _, way := range []string{"Q", "Ctrl-C", "TERM", "HUP"} {
		t.Run(way, func(t *testing.T) {
			x := newTerminal(t, 80, 24)
			newFifo(t, x.dir, "fifo")
			x.say("sh -c 'echo $$ > pid; exec elbscope fifo'; echo status $?")
			x.see("No handshake yet, after 0 packets", "reading", "? help")
			switch way {
			case "Q":
				x.press("Q")
			case "Ctrl-C":
				// It stops the reading, and there is nothing to stay for. A
				// second one might already reach the shell.
				x.press("C-c")
			default:
				x.signal(map[string]syscall.Signal{"TERM": syscall.SIGTERM, "HUP": syscall.SIGHUP}[way])
			}
			status := map[string]string{"Q": `\d+`, "Ctrl-C": `\d+`, "TERM": "143", "HUP": "129"}[way]
			// Not the command that was typed, which has the word as well.
			x.until("status "+status, regexp.MustCompile(`(?m)^status `+status+`$`).MatchString)
			x.restored()
		})
	}
}

// pid is the number that a program wrote into a file.
func (x *terminal) pid() int {
	x.t.Helper()
	text, err := os.ReadFile(filepath.Join(x.dir, "pid"))
	if err != nil {
		x.t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || pid <= 1 {
		x.t.Fatalf("%q is no process", text)
	}
	return pid
}

// signal sends a signal to that program.
func (x *terminal) signal(s syscall.Signal) {
	x.t.Helper()
	if err := syscall.Kill(x.pid(), s); err != nil {
		x.t.Fatal(err)
	}
}

// TestNoScreenForErrors wants errors to be told as ever.
func TestNoScreenForErrors(t *testing.T) {
	x := newTerminal(t, 80, 24)
	x.say("elbscope absent.pcap; echo status $?")
	x.see("elbscope: ", "absent.pcap", "status 3")
	x.restored()
}

// TestDefectLeaves wants a defect in the reading to end the screen and to be
// told.
func TestDefectLeaves(t *testing.T) {
	o := &options{files: []string{"../../samples/article-502.pcapng"}}
	f := newFeed(o, filesView(context.Background(), o, func() {}))
	f.pump = (*capture.Pump)(nil) // any use of it is a defect
	left := false
	f.run(make(chan struct{}), func() { left = true })
	failure := f.failure.Load()
	if !left || failure == nil || !strings.Contains((*failure).Error(), "a defect of elbscope") {
		t.Errorf("left: %v, told: %v", left, failure)
	}
}

// TestHangUp takes the terminal away, as a broken ssh does: the program must
// not stay behind.
func TestHangUp(t *testing.T) {
	x := newTerminal(t, 80, 24)
	newFifo(t, x.dir, "fifo")
	x.say("sh -c 'echo $$ > pid; exec elbscope fifo'; echo status $?")
	x.see("No handshake yet", "? help")
	pid := x.pid()
	x.tmux("kill-server")
	for end := time.Now().Add(20 * time.Second); alive(pid); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			_ = syscall.Kill(pid, syscall.SIGKILL)
			t.Fatal("the program stays behind")
		}
	}
}

// alive tells whether a process runs; one that only waits to be fetched by its
// parent does not.
func alive(pid int) bool {
	stat, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return syscall.Kill(pid, 0) == nil
	}
	_, state, _ := strings.Cut(string(stat), ") ")
	return !strings.HasPrefix(state, "Z")
}

// newFifo makes a named pipe and returns its path.
func newFifo(t *testing.T, dir, name string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestSlowPipe wants what came through a pipe to be on the screen while the
// pipe is silent.
func TestSlowPipe(t *testing.T) {
	whole, err := os.ReadFile("../../samples/rewritten-502.pcap")
	if err != nil {
		t.Fatal(err)
	}
	x := newTerminal(t, 80, 24)
	pipe := newFifo(t, x.dir, "pipe")
	x.say("elbscope - < pipe; echo status $?")
	w, err := os.OpenFile(pipe, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	written := 0
	for _, step := range []struct {
		share int // of the capture, in percent
		sees  []string
	}{
		{5, []string{"reading; s stops", "0 handshakes"}},
		{90, []string{"rewritten", "10.0.0.1:80", "reading; s stops"}},
		{100, []string{"18 packets", "reading; s stops"}},
	} {
		n := len(whole) * step.share / 100
		if _, err := w.Write(whole[written:n]); err != nil {
			t.Fatal(err)
		}
		written = n
		x.see(step.sees...)
	}
	w.Close()
	x.see("read to the end")
	x.press("Q")
	x.see("status 1")
	x.restored()
}

// TestReplayOnTheTerminal watches a capture as it happened, holds it, and lets
// it run.
func TestReplayOnTheTerminal(t *testing.T) {
	x := newTerminal(t, 80, 24)
	x.say("elbscope --pace 0.01x $SAMPLES/article-502.pcapng; echo status $?")
	x.see("replay 0.01x", "No handshake yet", "P pause")
	x.press("P")
	x.see("PAUSED at 0.01x")
	x.press("]")
	x.see("PAUSED at 0.1x")
	x.press("P")
	x.see("replay 0.1x") // half a second takes six, and cannot be missed
	x.see("rewritten")
	x.see("read to the end", "2 502")
	x.press("Q")
	x.see("status 1")
}
