package main

import (
	"bytes"
	"testing"
	"time"

	"elbscope/capture"
)

func TestProgressLine(t *testing.T) {
	var out bytes.Buffer
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	p := &progressLine{w: &out, start: start}
	for _, c := range []struct {
		after time.Duration
		at    capture.Progress
		want  string
	}{
		{900 * time.Millisecond, capture.Progress{Sources: 1, Packets: 4096, Done: 10, Size: 100}, ""},
		{2 * time.Second, capture.Progress{Sources: 1, Packets: 8192, Done: 25, Size: 100},
			"\r\x1b[Kreading: 8192 packets, 25 %, 6s left (Ctrl-C stops and reports)"},
		{2100 * time.Millisecond, capture.Progress{Sources: 1, Packets: 9000, Done: 30, Size: 100}, ""},
		{3 * time.Second, capture.Progress{Source: 1, Sources: 2, Packets: 10000, Done: 50, Size: 100},
			"\r\x1b[Kreading: 10000 packets, 50 % of file 2 of 2 (Ctrl-C stops and reports)"},
		{4 * time.Second, capture.Progress{Sources: 1, Packets: 20000, Done: -1, Size: -1},
			"\r\x1b[Kreading: 20000 packets (Ctrl-C stops and reports)"},
		// What does not fit into a line of 80 goes, the least useful first.
		{5 * time.Second, capture.Progress{Source: 11, Sources: 12, Packets: 123456789012, Done: 50, Size: 100},
			"\r\x1b[Kreading: 123456789012 packets, 50 % of file 12 of 12 (Ctrl-C stops and reports)"},
		{6 * time.Second, capture.Progress{Source: 11, Sources: 12, Packets: 1234567890123, Done: 50, Size: 100},
			"\r\x1b[Kreading: 1234567890123 packets, 50 % of file 12 of 12"},
	} {
		out.Reset()
		p.showAt(c.at, start.Add(c.after))
		if got := out.String(); got != c.want {
			t.Errorf("after %s: %q, not %q", c.after, got, c.want)
		}
	}
	out.Reset()
	p.clear()
	if got := out.String(); got != "\r\x1b[K" {
		t.Errorf("clear writes %q", got)
	}
}

// TestProgressLineIsForPeople: where nobody sits, and after a short reading,
// there is nothing to write and nothing to clear.
func TestProgressLineIsForPeople(t *testing.T) {
	var out bytes.Buffer
	p := newProgressLine(&out)
	p.showAt(capture.Progress{Packets: 1}, time.Now().Add(time.Hour))
	p.clear()
	short := &progressLine{w: &out, start: time.Now()}
	short.show(capture.Progress{Packets: 1})
	short.clear()
	if out.Len() > 0 {
		t.Errorf("it writes %q", out.String())
	}
}
