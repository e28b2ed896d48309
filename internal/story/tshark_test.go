package story

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"elbscope/internal/needs"
)

func itoa(n int) string { return strconv.Itoa(n) }

// checkFrames compares the frames of all sightings with their sum.
func checkFrames(t *testing.T, s Sample, w Want, total string) {
	t.Helper()
	sum, known := 0, true
	for _, h := range s.Wants {
		if h.Kind != "handshake" {
			continue
		}
		frames, ok := h.Get("frames")
		known = known && ok
		for _, n := range frames.List() {
			i, _ := strconv.Atoi(n)
			sum += i
		}
	}
	if known && itoa(sum) != total {
		t.Errorf("%s:%d: wants %s frames, the handshakes have %d", s.Name, w.Line, total, sum)
	}
}

// counted is what tshark finds in one or more captures.
type counted struct{ connections, requests, responses int }

// tsharkDiffers names the stories where the report's contract counts otherwise
// than tshark does, and why.
var tsharkDiffers = map[string]string{
	"vlan-twins":           "it knows no VLANs when it tells connections apart",
	"rotated-files":        "each file is read alone",
	"snaplen-96":           "it counts heads that are cut",
	"snaplen-256":          "it counts heads that are cut",
	"server-sent-events":   "it waits for the end of the body",
	"contradictory-length": "it gives up the connection where two lengths contradict each other",
	"proxy-v2-accepted":    "it sees no request behind a binary PROXY header in the same packet",
}

// tshark knows nothing of our stories: what it finds in the captures must be
// sound, and its counts those that the stories want.
func TestTshark(t *testing.T) {
	needs.Program(t, "tshark")
	for _, s := range readShelf(t) {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			var sum counted
			for _, c := range s.Captures {
				got := runTshark(t, filepath.Join(samples, c.Name), s.Story == nil)
				sum.connections += got.connections
				sum.requests += got.requests
				sum.responses += got.responses
			}
			if why := tsharkDiffers[s.Name]; why != "" {
				return
			}
			for _, w := range s.Wants {
				if w.Kind == "counters" {
					compare(t, w, "connections", sum.connections)
					compare(t, w, "requests", sum.requests)
					compare(t, w, "responses", sum.responses)
				}
			}
		})
	}
}

func compare(t *testing.T, w Want, name string, got int) {
	t.Helper()
	if f, ok := w.Get(name); ok && f.Value != itoa(got) {
		t.Errorf("line %d wants %s=%s, tshark finds %d", w.Line, name, f.Value, got)
	}
}

// runTshark counts, and complains about damage. Real captures may come from
// machines that leave checksums to the network card.
func runTshark(t *testing.T, name string, field bool) counted {
	t.Helper()
	checks := strings.ToUpper(strconv.FormatBool(!field))
	cmd := exec.Command("tshark", "-n", "-r", name,
		"-o", "tcp.reassemble_out_of_order:TRUE",
		"-o", "tcp.check_checksum:"+checks, "-o", "ip.check_checksum:"+checks,
		"-T", "fields", "-E", "separator=|",
		"-e", "frame.number", "-e", "tcp.stream", "-e", "http.request", "-e", "http.response",
		"-e", "_ws.malformed", "-e", "tcp.checksum.status", "-e", "ip.checksum.status")
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("tshark %s: %v\n%s", name, err, stderr.String())
	}
	var got counted
	streams := make(map[string]bool)
	for _, line := range strings.Split(strings.TrimSpace(stdout.String()), "\n") {
		f := strings.Split(line, "|")
		if len(f) != 7 {
			t.Fatalf("tshark says %q", line)
		}
		streams[f[1]] = true
		got.requests += occurrences(f[2])
		got.responses += occurrences(f[3])
		if f[4] != "" || strings.Contains(f[5], "0") || strings.Contains(f[6], "0") {
			t.Errorf("packet %s of %s is damaged: %q", f[0], name, line)
		}
	}
	got.connections = len(streams)
	return got
}

// occurrences counts a field that may be there several times in a packet.
func occurrences(field string) int {
	if field == "" {
		return 0
	}
	return 1 + strings.Count(field, ",")
}
