package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestLiveInterfaceVanishes takes an interface away while it is captured from:
// the others go on, and it is taken up again when it comes back, in the mode
// that was asked for.
func TestLiveInterfaceVanishes(t *testing.T) {
	l := newLab(t)
	promiscuous := func() bool {
		out, err := exec.Command("ip", "-n", l.instance, "-d", "link", "show", "i0").Output()
		return err == nil && strings.Contains(string(out), " promiscuity 1 ")
	}
	run := l.live(filepath.Join(l.dir, "v.pcapng"), "-i", "i0", "-i", "lo", "--promiscuous")
	if !promiscuous() {
		t.Error("i0 is not in promiscuous mode")
	}
	l.ip("-n", l.instance, "link", "del", "i0")
	l.wire(l.client, "c0", labClient, l.instance, "i0", labInstance)
	// When it is back is up to the next heartbeats; the wire tells.
	var report *liveReport
	l.wait("the interface", func() bool {
		conn, _ := l.handshake(82, "/socket")
		conn.Close()
		packets, err := countPackets(filepath.Join(l.dir, "v.pcapng"), "i0")
		return err == nil && packets > 10
	})
	l.wait("promiscuous mode", promiscuous)
	report = run.stop(0)
	if promiscuous() {
		t.Error("i0 is left in promiscuous mode")
	}
	if !strings.Contains(report.problem("interface-down"), "i0") {
		t.Errorf("problems: %v", report.Sources[0].Problems)
	}
	if report.Handshakes[len(report.Handshakes)-1].Verdict != "healthy" {
		t.Errorf("verdicts %s", report.verdicts())
	}
}

// countPackets counts the packets of an interface in a file that is being
// written.
func countPackets(name, iface string) (n int, err error) {
	out, err := exec.Command("tshark", "-r", name, "-T", "fields", "-e", "frame.interface_name").Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return 0, err
	}
	return strings.Count("\n"+string(out), "\n"+iface+"\n"), nil
}

// TestLiveDiskFull fills the disk: saving ends, capturing goes on, and the
// file is whole.
func TestLiveDiskFull(t *testing.T) {
	l := newLab(t)
	disk := filepath.Join(l.dir, "disk")
	if err := os.Mkdir(disk, 0o777); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=256k,mode=777"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(disk, 0) })
	save := filepath.Join(disk, "full.pcapng")
	run := l.live(save, "-i", "any")
	for range 60 {
		conn, _ := l.handshake(80, "/"+strings.Repeat("x", 2000))
		conn.Close()
	}
	conn, _ := l.handshake(82, "/last")
	conn.Close()
	report := run.stop(1)
	if p := report.problem("saving-stopped"); !strings.Contains(p, "no space left") || !strings.Contains(p, "df -h") {
		t.Errorf("the problem says %q", p)
	}
	if !strings.Contains(run.stderr.String(), "saving stopped after packet") {
		t.Errorf("stderr says %q", run.stderr.String())
	}
	if n := len(report.Handshakes); n != 61 || report.Handshakes[n-1].Verdict != "healthy" {
		t.Errorf("%d handshakes: %s", n, report.verdicts())
	}
	saved := l.reread(save)
	if p := saved.problem("truncated-file"); p != "" {
		t.Errorf("the file: %s", p)
	}
	if n := len(saved.Handshakes); n == 0 || n >= 61 {
		t.Errorf("%d handshakes saved", n)
	}

	// Where there is no room for anything, it says so at once and leaves nothing.
	if err := exec.Command("sh", "-c", "yes > "+filepath.Join(disk, "rest")).Run(); err == nil {
		t.Fatal("the disk takes everything")
	}
	again := filepath.Join(disk, "again.pcapng")
	cmd := l.command(l.instance, l.program, "live", "--no-tui", "-i", "any", "-w", again)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != exitInput || !strings.Contains(string(out), "no space left") || !strings.Contains(string(out), "try: df -h") {
		t.Errorf("on a full disk: %v, %s", err, out)
	}
	if _, err := os.Stat(again); err == nil {
		t.Errorf("%s is left", again)
	}
}

// TestLiveKilled kills the program while it saves: what was written is a
// capture, for us and for tshark.
func TestLiveKilled(t *testing.T) {
	l := newLab(t)
	needLab(t, "tshark")
	save := filepath.Join(l.dir, "killed.pcapng")
	run := l.live(save, "-i", "any")
	conn, _ := l.handshake(80, "/socket")
	conn.Close()
	l.wait("the handshake in the file", func() bool { return strings.Contains(l.reread(save).verdicts(), "dropped") })
	stop := make(chan struct{})
	go func() { // and more, for the kill to come in between
		for {
			select {
			case <-stop:
				return
			default:
			}
			if c, err := l.dial(labInstance + ":84"); err == nil {
				_, _ = c.Write([]byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n"))
				c.Close()
			}
		}
	}()
	before, err := os.Stat(save)
	if err != nil {
		t.Fatal(err)
	}
	l.wait("growth", func() bool { now, err := os.Stat(save); return err == nil && now.Size() > before.Size()+10_000 })
	_ = run.cmd.Process.Kill()
	_ = run.cmd.Cancel()
	close(stop)
	saved := l.reread(save)
	out, err := exec.Command("tshark", "-r", save, "-T", "fields", "-e", "frame.number").Output()
	if len(out) == 0 {
		t.Fatal(err)
	}
	if n := uint64(strings.Count(string(out), "\n")); n != saved.Sources[0].Packets {
		t.Errorf("tshark reads %d packets, we %d", n, saved.Sources[0].Packets)
	}
}

// TestLiveLosses stops the program while much passes, so that the kernel has
// to drop packets: what was lost is counted, and no verdict is made of what is
// missing; the saved file says the same.
func TestLiveLosses(t *testing.T) {
	l := newLab(t)
	save := filepath.Join(l.dir, "losses.pcapng")
	run := l.live(save, "-i", "any", "--buffer", "2M")
	conn, _ := l.handshake(82, "/before")
	defer conn.Close()
	slow, _ := l.handshake(82, "/slow")
	l.wait("both in the file", func() bool { return len(l.reread(save).Handshakes) == 2 })
	_ = run.cmd.Process.Signal(syscall.SIGSTOP)
	blast(t, l)
	slow.Close() // unseen
	_ = run.cmd.Process.Signal(syscall.SIGCONT)
	l.wait("the losses in the file", func() bool { return string(l.reread(save).Counters["kernelDropped"]) != "0" })
	after, _ := l.handshake(80, "/after")
	after.Close()
	report := run.stop(1)
	saved := l.reread(save)
	for _, r := range []*liveReport{report, saved} {
		if string(r.Counters["kernelDropped"]) == "0" || r.problem("kernel-dropped") == "" {
			t.Errorf("dropped %s, problems %v", r.Counters["kernelDropped"], r.Sources[0].Problems)
		}
		for _, h := range r.Handshakes {
			want := map[string]string{"/before": "healthy", "/slow": "undetermined", "/after": "dropped"}[h.Target]
			if h.Verdict != want {
				t.Errorf("%s is %s, not %s", h.Target, h.Verdict, want)
			}
		}
	}
	if a, b := string(report.Counters["kernelDropped"]), string(saved.Counters["kernelDropped"]); a != b {
		t.Errorf("%s dropped, saved %s", a, b)
	}
	if a, b := report.verdicts(), saved.verdicts(); a != b {
		t.Errorf("live %s, saved %s", a, b)
	}
}

// blast moves more over loopback than a small ring can hold.
func blast(t *testing.T, l *lab) {
	t.Helper()
	for range 40 {
		c, err := l.dial(labInstance + ":84")
		if err != nil {
			t.Fatal(err)
		}
		_, _ = c.Write([]byte(strings.Repeat("GET /"+strings.Repeat("x", 2000)+" HTTP/1.1\r\nHost: x\r\n\r\n", 50)))
		_ = c.(interface{ CloseWrite() error }).CloseWrite()
		buf := make([]byte, 64<<10)
		for {
			if _, err := c.Read(buf); err != nil {
				break
			}
		}
		c.Close()
	}
}
