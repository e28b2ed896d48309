package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// liveCapture is an elbscope that captures on the instance, as shipped.
type liveCapture struct {
	l              *lab
	cmd            *exec.Cmd
	stdout, stderr bytes.Buffer
	ended          bool
}

// live starts elbscope live on the instance, with the report in JSON at the
// end, and waits until it captures: it saves to that file.
func (l *lab) live(save string, args ...string) *liveCapture {
	l.t.Helper()
	return l.start(nil, save, save, args...)
}

// start is live with something before the command, and a file or pattern of
// files whose coming shows that it captures.
func (l *lab) start(prefix []string, save, sign string, args ...string) *liveCapture {
	l.t.Helper()
	all := append(append(prefix, l.program), append([]string{"live", "--format", "json", "-w", save}, args...)...)
	c := &liveCapture{l: l, cmd: l.command(l.instance, all...)}
	c.cmd.Stdout, c.cmd.Stderr = &c.stdout, &c.stderr
	if err := c.cmd.Start(); err != nil {
		l.t.Fatal(err)
	}
	gone := make(chan struct{})
	go func() {
		_ = c.cmd.Wait()
		close(gone)
	}()
	l.t.Cleanup(func() {
		if !c.ended {
			_ = c.cmd.Process.Kill()
			<-gone
		}
	})
	l.wait("the capture", func() bool {
		select {
		case <-gone:
			l.t.Fatalf("elbscope ended: %s%s", c.stdout.String(), c.stderr.String())
		default:
		}
		found, err := filepath.Glob(sign)
		return err == nil && len(found) > 0
	})
	c.cmd.Cancel = func() error {
		<-gone
		c.ended = true
		return nil
	}
	return c
}

// stop ends the capture and returns its report.
func (c *liveCapture) stop(status int) *liveReport {
	c.l.t.Helper()
	if err := c.cmd.Process.Signal(syscall.SIGINT); err != nil {
		c.l.t.Fatal(err)
	}
	_ = c.cmd.Cancel()
	if got := c.cmd.ProcessState.ExitCode(); got != status {
		c.l.t.Fatalf("exit status %d, not %d: %s", got, status, c.stderr.String())
	}
	return parseLive(c.l.t, c.stdout.Bytes())
}

// liveReport is what these tests ask of a report.
type liveReport struct {
	Sources []struct {
		Name, Format string
		LinkTypes    []string
		Packets      uint64
		Problems     []struct{ Code, Message string }
	}
	Counters   map[string]json.RawMessage
	Handshakes []struct {
		Verdict, Certainty, Target string
		Status                     *int
		Culprit                    any
		Sightings                  []map[string]any
	}
}

func parseLive(t *testing.T, text []byte) *liveReport {
	t.Helper()
	r := &liveReport{}
	if err := json.Unmarshal(text, r); err != nil {
		t.Fatalf("%v:\n%s", err, text)
	}
	return r
}

// reread reads saved files as a report.
func (l *lab) reread(names ...string) *liveReport {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, l.program, append([]string{"--format", "json"}, names...)...)
	out, err := cmd.Output()
	if len(out) == 0 {
		l.t.Fatal(err)
	}
	return parseLive(l.t, out)
}

func (r *liveReport) verdicts() string {
	var all []string
	for _, h := range r.Handshakes {
		all = append(all, h.Verdict)
	}
	return strings.Join(all, " ")
}

func (r *liveReport) problem(code string) string {
	for _, s := range r.Sources {
		for _, p := range s.Problems {
			if p.Code == code {
				return p.Message
			}
		}
	}
	return ""
}
