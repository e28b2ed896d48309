package main

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"elbscope/capture"
)

// TestLiveVerdicts captures real handshakes through a real nginx, and wants of
// the saved file, whole and in pieces, what it wants of the live run.
func TestLiveVerdicts(t *testing.T) {
	l := newLab(t)
	for _, c := range []struct {
		name   string
		args   []string
		rotate bool
	}{
		{"any", []string{"-i", "any", "tcp port 80 or tcp port 82 or tcp port 8081"}, false},
		{"two", []string{"-i", "i0", "-i", "lo"}, false},
		{"rotated", []string{"-i", "any", "--rotate", "packets=17"}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			save := filepath.Join(l.dir, c.name+".pcapng")
			pattern := save
			if c.rotate {
				pattern = filepath.Join(l.dir, c.name+"_*.pcapng")
			}
			run := l.start(nil, save, pattern, c.args...)
			for _, port := range []int{80, 82} {
				conn, status := l.handshake(port, "/socket")
				conn.Close()
				t.Log(port, status)
			}
			live := run.stop(1)
			files, err := filepath.Glob(pattern)
			if err != nil || len(files) == 0 || c.rotate && len(files) < 3 {
				t.Fatalf("%d files (%v)", len(files), err)
			}
			saved := l.reread(files...)
			if got := live.verdicts(); got != "dropped healthy" {
				t.Errorf("live: %s", got)
			}
			if live.Sources[0].Format != "live" {
				t.Errorf("format %s", live.Sources[0].Format)
			}
			sameHandshakes(t, live, saved, len(files) == 1)
			if whole := string(live.Counters["ledger"]); !c.rotate && whole != string(saved.Counters["ledger"]) {
				t.Errorf("ledger %s, saved %s", whole, saved.Counters["ledger"])
			}
		})
	}
}

// sameHandshakes wants two reports to say the same, packet numbers included
// where they are of one file.
func sameHandshakes(t *testing.T, live, saved *liveReport, numbers bool) {
	t.Helper()
	if len(live.Handshakes) != len(saved.Handshakes) {
		t.Fatalf("%d handshakes live, %d saved", len(live.Handshakes), len(saved.Handshakes))
	}
	for i := range live.Handshakes {
		a, b := live.Handshakes[i], saved.Handshakes[i]
		if !numbers {
			for _, s := range append(slices.Clone(a.Sightings), b.Sightings...) {
				delete(s, "packet")
				delete(s, "statusPacket")
				delete(s, "source")
			}
		}
		if !reflect.DeepEqual(a, b) {
			t.Errorf("live\n%v\nsaved\n%v", a, b)
		}
	}
}

// TestLivePowerless looks at every thread of the shipped program while it
// captures: as root, as sudo, and with the one capability that it needs.
func TestLivePowerless(t *testing.T) {
	l := newLab(t)
	for _, c := range []struct {
		name, uid string
		prefix    []string
		args      []string
	}{
		{"root", "65534", nil, nil},
		{"sudo", "4711", []string{"env", "SUDO_UID=4711", "SUDO_GID=4711"}, nil},
		{"user", "4712", nil, []string{"--user", "4712"}},
		{"capability", "65534", []string{
			"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all,+net_raw", "--ambient-caps=-all,+net_raw",
		}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			save := filepath.Join(l.dir, c.name+".pcapng")
			run := l.start(c.prefix, save, save, append(c.args, "-i", "any")...)
			threads := 0
			for _, status := range statusesBelow(t, run.cmd.Process.Pid) {
				threads++
				for _, want := range []string{
					"Uid:\t" + strings.Repeat(c.uid+"\t", 3) + c.uid + "\n", "CapInh:\t0000000000000000\n", "CapPrm:\t0000000000000000\n",
					"CapEff:\t0000000000000000\n", "CapAmb:\t0000000000000000\n", "NoNewPrivs:\t1\n",
				} {
					if !strings.Contains(status, want) {
						t.Errorf("a thread lacks %q:\n%s", want, status)
					}
				}
				// Without CAP_SETPCAP the bounding set must stay, and
				// NoNewPrivs makes it as good as empty.
				if c.name != "capability" && !strings.Contains(status, "CapBnd:\t0000000000000000\n") {
					t.Errorf("a thread has a bounding set:\n%s", status)
				}
				if c.name != "capability" && !strings.Contains(status, "Groups:\t \n") {
					t.Errorf("a thread has groups:\n%s", status)
				}
			}
			if threads < 3 {
				t.Errorf("only %d threads seen", threads)
			}
			conn, _ := l.handshake(82, "/socket")
			conn.Close()
			if got := run.stop(0).verdicts(); got != "healthy" {
				t.Errorf("verdicts %q", got)
			}
		})
	}
}

// statusesBelow returns /proc/PID/task/*/status of a process, which ip netns
// exec has turned into the program by now.
func statusesBelow(t *testing.T, pid int) (all []string) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join("/proc", strconv.Itoa(pid), "task/*/status"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no threads of %d (%v)", pid, err)
	}
	for _, n := range names {
		text, err := os.ReadFile(n)
		if err != nil {
			continue // it has ended
		}
		all = append(all, string(text))
	}
	return all
}

// TestLiveRefused wants the exit status and something to type where a live run
// cannot start.
func TestLiveRefused(t *testing.T) {
	l := newLab(t)
	closed := filepath.Join(l.dir, "closed")
	if err := os.Mkdir(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	there := filepath.Join(l.dir, "there.pcapng")
	if err := os.WriteFile(there, []byte("mine"), 0o666); err != nil {
		t.Fatal(err)
	}
	nobody := []string{"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--bounding-set=-all", "--inh-caps=-all"}
	for _, c := range []struct {
		name   string
		prefix []string
		args   []string
		status int
		says   []string
	}{
		{"no permission", nobody, []string{"-i", "any", "tcp port 80"}, 4, []string{
			"CAP_NET_RAW", "sudo " + l.program + " live --format json -i any 'tcp port 80'", "sudo setcap cap_net_raw+ep " + l.program,
		}},
		{"no interface", nil, []string{"-i", "eth77"}, 4, []string{"eth77: there is no such interface", "elbscope interfaces"}},
		{"filter", nil, []string{"-i", "any", "tcp prot 80"}, 2, []string{"filter", "prot"}},
		{"no such user", nil, []string{"-i", "any", "--user", "nix.da"}, 2, []string{"no such user"}},
		{"directory", nil, []string{"-i", "any", "-w", closed + "/a.pcapng"}, 3, []string{"the user nobody may not create it", "--user"}},
		{"there already", nil, []string{"-i", "any", "-w", there}, 3, []string{"there is such a file already", "-2.pcapng"}},
		{"a directory", nil, []string{"-i", "any", "-w", "/tmp"}, 3, []string{"-w /tmp: is a directory", "-w /tmp/capture.pcapng"}},
		{"no directory", nil, []string{"-i", "any", "-w", "/tmp/no-such/a.pcapng"}, 3, []string{"there is no directory /tmp/no-such", "-w /tmp/a.pcapng"}},
		{"buffer", nil, []string{"-i", "any", "--buffer", "200M"}, 2, []string{"--memory 800M"}},
		{"rotate", nil, []string{"-i", "any", "--rotate", "size=1M"}, 2, []string{"-w FILE"}},
		{"rotate what", nil, []string{"-i", "any", "-w", "x", "--rotate", "often"}, 2, []string{"size, time and packets"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			args := append(slices.Clone(c.prefix), append([]string{l.program, "live", "--format", "json"}, c.args...)...)
			cmd := l.command(l.instance, args...)
			var stderr strings.Builder
			cmd.Stderr = &stderr
			err := cmd.Run()
			var exit *exec.ExitError
			if !errors.As(err, &exit) || exit.ExitCode() != c.status {
				t.Errorf("%v, not exit status %d", err, c.status)
			}
			for _, s := range c.says {
				if !strings.Contains(stderr.String(), s) {
					t.Errorf("it does not say %q:\n%s", s, stderr.String())
				}
			}
		})
	}
	if mine, err := os.ReadFile(there); err != nil || string(mine) != "mine" {
		t.Errorf("the file that was there is now %q (%v)", mine, err)
	}
}

// TestLiveScreen leaves a handshake without an answer: pending on the screen
// while it may still come, on a wire that is silent, and undetermined at the
// end. It also wants a verdict on the screen within a second of the answer.
func TestLiveScreen(t *testing.T) {
	l := newLab(t)
	x := newTerminal(t, 80, 24)
	x.say("exec ip netns exec " + l.instance + " " + l.program + " live -i any tcp port 80 or tcp port 82 or tcp port 8081")
	x.see("live any", "s stops")
	l.handshake(82, "/slow")
	x.see("pending")
	conn, status := l.handshake(80, "/socket")
	answered := time.Now()
	defer conn.Close()
	x.see("dropped")
	if took := time.Since(answered); took > time.Second {
		t.Errorf("the verdict on %q took %v", status, took)
	}
	x.press("s")
	x.see("undetermined")
}

// TestLiveScreenTerminated ends a live run by a signal while the screen is up:
// the terminal is in order again, and what was captured is in the file.
func TestLiveScreenTerminated(t *testing.T) {
	for name, by := range map[string]syscall.Signal{"143": syscall.SIGTERM, "129": syscall.SIGHUP} {
		t.Run(by.String(), func(t *testing.T) {
			l := newLab(t)
			x := newTerminal(t, 80, 24)
			save := filepath.Join(l.dir, name+".pcapng")
			x.say("sh -c 'echo $$ > pid; exec ip netns exec " + l.instance + " " + l.program + " live -i any -w " + save + " tcp port 82 or tcp port 8081'; echo status $?")
			x.see("live any", "s stops")
			conn, _ := l.handshake(82, "/socket")
			conn.Close()
			x.see("healthy")
			x.signal(by)
			x.see("elbscope: saved to /", "elbscope: ended by a signal", "status "+name)
			x.restored()
			saved := l.reread(save)
			if got := saved.verdicts(); got != "healthy" || saved.problem("truncated-file") != "" {
				t.Errorf("the file says %q, and %q", got, saved.problem("truncated-file"))
			}
		})
	}
}

// TestLiveTerminalClosed closes the terminal, of which the kernel and the shell
// tell one after the other, right behind a handshake: it is in the file.
func TestLiveTerminalClosed(t *testing.T) {
	l := newLab(t)
	x := newTerminal(t, 80, 24)
	save := filepath.Join(l.dir, "closed.pcapng")
	x.say("sh -c 'echo $$ > pid; exec ip netns exec " + l.instance + " " + l.program + " live -i any -w " + save + " tcp port 82 or tcp port 8081'; echo status $?")
	x.see("live any", "s stops")
	pid := x.pid()
	conn, _ := l.handshake(82, "/socket")
	defer conn.Close()
	x.tmux("kill-server")
	for end := time.Now().Add(20 * time.Second); alive(pid); time.Sleep(time.Millisecond) {
		_ = syscall.Kill(pid, syscall.SIGHUP) // and again, as often as anybody likes
		if time.Now().After(end) {
			_ = syscall.Kill(pid, syscall.SIGKILL)
			t.Fatal("the program stays behind")
		}
	}
	saved := l.reread(save)
	if got := saved.verdicts(); got != "healthy" || saved.problem("truncated-file") != "" {
		t.Errorf("the file says %q, and %q", got, saved.problem("truncated-file"))
	}
}

// TestLiveEndsByItself tries the ends that are not a signal.
func TestLiveEndsByItself(t *testing.T) {
	l := newLab(t)
	for _, args := range [][]string{{"--duration", "300ms"}, {"-c", "1"}} {
		cmd := l.command(l.instance, append([]string{l.program, "live", "--no-tui", "-i", "any"}, args...)...)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		done := make(chan struct{})
		go func() {
			for {
				select {
				case <-done:
					return
				case <-time.After(20 * time.Millisecond):
					if c, err := l.dial(labInstance + ":84"); err == nil {
						c.Close()
					}
				}
			}
		}()
		text := new(strings.Builder)
		buf := make([]byte, 4096)
		for {
			n, err := out.Read(buf)
			text.Write(buf[:n])
			if err != nil {
				break
			}
		}
		close(done)
		if err := cmd.Wait(); err != nil {
			t.Errorf("%v: %v", args, err)
		}
		if args[0] == "-c" && !strings.Contains(text.String(), "live LINUX_SLL2, 1 packet,") {
			t.Errorf("%v: %s", args, text)
		}
	}
}

// TestLiveForwarding captures on a machine that forwards, where each packet
// passes two interfaces, and is still one.
func TestLiveForwarding(t *testing.T) {
	l := newLab(t)
	far := l.namespace("f")
	l.wire(far, "f0", "10.80.0.1", l.client, "c1", "10.80.0.2")
	l.ip("-n", far, "route", "add", "default", "via", "10.80.0.2")
	l.ip("-n", l.instance, "route", "add", "10.80.0.0/24", "via", labClient)
	if out, err := l.command(l.client, "sysctl", "-w", "net.ipv4.ip_forward=1").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	save := filepath.Join(l.dir, "forward.pcapng")
	here := l.instance
	l.instance = l.client // where to capture
	run := l.live(save, "-i", "any")
	l.instance, l.client = here, far
	conn, _ := l.handshake(82, "/socket")
	conn.Close()
	report := run.stop(0)
	if got := report.verdicts(); got != "healthy" {
		t.Errorf("verdicts %q", got)
	}
	var ledger map[string]uint64
	if err := json.Unmarshal(report.Counters["ledger"], &ledger); err != nil {
		t.Fatal(err)
	}
	if ledger["duplicate"] == 0 {
		t.Errorf("no duplicates: %v", ledger)
	}
	if string(report.Counters["requests"]) != "1" {
		t.Errorf("%s requests", report.Counters["requests"])
	}
}

// TestLiveVLAN sends a tagged frame over the wire: the tag, which the kernel
// takes off, is back in the bytes.
func TestLiveVLAN(t *testing.T) {
	l := newLab(t)
	save := filepath.Join(l.dir, "vlan.pcapng")
	run := l.live(save, "-i", "i0")
	frame := taggedSYN()
	l.within(l.client, func() error { return sendFrame("c0", frame) })
	l.wait("the frame", func() bool {
		return slices.ContainsFunc(readAll(save), func(b []byte) bool { return string(b) == string(frame) })
	})
	run.stop(0)
}

// readAll returns the packets of a file that may still be growing.
func readAll(name string) (all [][]byte) {
	s, err := capture.Open(name)
	if err != nil {
		return nil
	}
	defer s.Close()
	var p capture.Packet
	for s.Next(&p) == nil {
		all = append(all, slices.Clone(p.Data))
	}
	return all
}
