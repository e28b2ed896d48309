package capture

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"elbscope/internal/needs"
)

// sampleFiles are the captures that come with the project.
func sampleFiles(t testing.TB) (names []string) {
	t.Helper()
	err := filepath.WalkDir("../samples", func(path string, entry os.DirEntry, err error) error {
		if strings.Contains(filepath.Ext(path), ".pcap") || strings.Contains(path, ".pcap") && filepath.Ext(path) == ".gz" {
			names = append(names, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// TestOracle compares what we read with what tshark reads: number, time
// and both lengths of every packet.
func TestOracle(t *testing.T) {
	tshark := needs.Program(t, "tshark")
	names := sampleFiles(t)
	for name, file := range forgedFiles() {
		// tshark gives up at the first damaged packet, where we go on.
		if strings.Contains(strings.Join(file.problems, " "), "damaged") {
			continue
		}
		names = append(names, writeFile(t, strings.ReplaceAll(name, " ", "_"), file.data))
	}
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel() // tshark takes long to start
			out, err := exec.Command(tshark, "-n", "-r", name, "-T", "fields", "-e", "frame.number",
				"-e", "frame.time_epoch", "-e", "frame.cap_len", "-e", "frame.len").Output()
			if err != nil {
				t.Fatal(err)
			}
			s, err := Open(name)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			packets, _ := drain(s)
			lines := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
			if len(out) == 0 {
				lines = nil
			}
			if len(lines) != len(packets) {
				t.Fatalf("%d packets, tshark has %d", len(packets), len(lines))
			}
			for i, p := range packets {
				compareLine(t, &p, strings.Split(lines[i], "\t"))
			}
		})
	}
}

// compareLine compares a packet with tshark's fields. Simple Packet Blocks
// have no time there, and an original length that is less than the captured
// one is left as it is.
func compareLine(t *testing.T, p *Packet, fields []string) {
	t.Helper()
	ours := []string{
		fmt.Sprint(p.Num), fmt.Sprintf("%d.%09d", p.Time/second, p.Time%second),
		fmt.Sprint(len(p.Data)), fmt.Sprint(p.Orig),
	}
	for i := range ours {
		same := fields[i] == ours[i]
		switch i {
		case 1:
			same = same || fields[i] == ""
		case 3:
			same = same || fields[i] == "0"
		}
		if !same {
			t.Errorf("packet %d: %q, tshark says %q", p.Num, ours, fields)
		}
	}
}
