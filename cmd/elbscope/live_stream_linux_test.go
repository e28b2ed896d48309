package main

import (
	"bufio"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestLiveStream reads the stream of a live run while it runs: the verdict on a
// handshake comes while packets come, and the whole keeps its promises.
func TestLiveStream(t *testing.T) {
	l := newLab(t)
	save := filepath.Join(l.dir, "stream.pcapng")
	cmd := l.command(l.instance, l.program, "live", "--format", "jsonl", "-w", save, "-i", "any", "tcp port 80 or tcp port 82 or tcp port 8081")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stuck := time.AfterFunc(60*time.Second, func() { _ = cmd.Process.Kill() })
	defer stuck.Stop()
	l.wait("the capture", func() bool {
		_, err := os.Stat(save)
		return err == nil
	})
	failed, _ := l.handshake(80, "/socket")
	failed.Close()
	open, _ := l.handshake(82, "/socket")
	var text strings.Builder
	told := ""
	for lines := bufio.NewReader(out); ; {
		line, err := lines.ReadString('\n')
		text.WriteString(line)
		if err != nil {
			break
		}
		for _, verdict := range []string{"dropped", "healthy"} {
			if strings.Contains(line, `"type":"handshake"`) && strings.Contains(line, `"verdict":"`+verdict+`"`) && !strings.Contains(told, verdict) {
				told += verdict + " "
			}
		}
		if strings.Contains(told, "dropped") && strings.Contains(told, "healthy") && open != nil {
			open.Close() // both were told of while the capture ran
			open = nil
			if err := cmd.Process.Signal(os.Interrupt); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := cmd.Wait(); err == nil || cmd.ProcessState.ExitCode() != exitFindings {
		t.Errorf("it ended with %v", err)
	}
	if open != nil {
		t.Errorf("told were %q\n%s", told, text.String())
	}
	if err := checkStream(text.String()); err != nil {
		t.Errorf("%v\n%s", err, text.String())
	}
	if got := l.reread(save).verdicts(); got != "dropped healthy" {
		t.Errorf("the saved file says %q", got)
	}
}
