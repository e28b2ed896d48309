package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestLiveProgram captures with the programs that tcpdump makes for a live
// interface, of expressions that our own language does not know, and wants the
// packets that tcpdump itself picks out of everything.
func TestLiveProgram(t *testing.T) {
	l := newLab(t)
	needLab(t, "tcpdump")
	for _, c := range []struct{ name, iface, expr, same string }{
		{"flags", "i0", "tcp[tcpflags] & (tcp-syn|tcp-fin) != 0 and port 82", ""},
		{"loopback", "lo", "tcp[tcpflags] & tcp-push != 0 and port 8081", ""},
		{"any", "any", "tcp[tcpflags] & tcp-push != 0 and (port 82 or port 8081)", ""},
		// A saved Ethernet packet does not tell which way it went.
		{"kernel's word", "i0", "inbound and tcp port 82", "tcp dst port 82"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir() // of root, as what tcpdump writes
			program := filepath.Join(dir, "filter.bpf")
			text, err := l.command(l.instance, "tcpdump", "-i", c.iface, "-ddd", c.expr).Output()
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(program, text, 0o644); err != nil {
				t.Fatal(err)
			}
			all, some := l.dir+"/all-"+c.iface+c.name[:1]+".pcapng", l.dir+"/some-"+c.iface+c.name[:1]+".pcapng"
			everything := l.live(all, "-i", c.iface)
			filtered := l.live(some, "-i", c.iface, "--bpf", program)
			for _, port := range []int{80, 82} {
				conn, _ := l.handshake(port, "/socket")
				conn.Close()
			}
			l.wait("the end of all connections", func() bool {
				out, err := l.command(l.instance, "ss", "-Htn", "exclude", "listening", "exclude", "time-wait").Output()
				return err == nil && len(out) == 0
			})
			said := filtered.stopAnyhow()
			everything.stopAnyhow()
			if c.same == "" {
				c.same = c.expr
			}
			wanted := filepath.Join(dir, "wanted.pcap")
			if out, err := exec.Command("tcpdump", "-r", all, "-w", wanted, c.same).CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			got, want := readAll(some), readAll(wanted)
			if len(want) == 0 || len(want) == len(readAll(all)) {
				t.Fatalf("%d packets are no test of a filter", len(want))
			}
			if !slices.EqualFunc(got, want, slices.Equal) {
				t.Errorf("%d packets, not the %d that tcpdump picks", len(got), len(want))
			}
			if n := said.Sources[0].Packets; n != uint64(len(got)) {
				t.Errorf("%d packets in the report, %d in the file", n, len(got))
			}
		})
	}
}

// stopAnyhow ends the capture and returns its report, whatever was found.
func (c *liveCapture) stopAnyhow() *liveReport {
	c.l.t.Helper()
	if err := c.cmd.Process.Signal(os.Interrupt); err != nil {
		c.l.t.Fatal(err)
	}
	_ = c.cmd.Cancel()
	if !strings.HasPrefix(c.stdout.String(), "{") {
		c.l.t.Fatalf("no report: %s", c.stderr.String())
	}
	return parseLive(c.l.t, c.stdout.Bytes())
}

// TestLiveSnaplen wants packets of that length with the header that -i any
// makes up, as a file says that holds them.
func TestLiveSnaplen(t *testing.T) {
	l := newLab(t)
	save := filepath.Join(l.dir, "short.pcapng")
	c := l.live(save, "-i", "any", "-s", "150", "tcp port 82")
	conn, _ := l.handshake(82, "/socket")
	conn.Close()
	l.wait("the handshake", func() bool {
		stat, err := os.Stat(save)
		return err == nil && stat.Size() > 1000
	})
	if got := c.stop(exitFine).problem("snaplen"); !strings.Contains(got, "cut to 150 bytes") {
		t.Errorf("the run says %q", got)
	}
	if got := l.reread(save).problem("snaplen"); !strings.Contains(got, "cut to 150 bytes") {
		t.Errorf("the file says %q", got)
	}
}
