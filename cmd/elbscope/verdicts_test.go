package main

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"testing"

	"elbscope/analyze"
	"elbscope/analyze/rules"
	"elbscope/capture"
	"elbscope/capture/flow"
	"elbscope/internal/story"
)

// analyse takes captures the way the report does.
func analyse(t testing.TB, captures []story.Capture) *analyze.Snapshot {
	t.Helper()
	return analyseWith(t, captures, analyze.Config{Rules: rules.All, Memory: defaultMemory, ReportOnly: true})
}

func analyseWith(t testing.TB, captures []story.Capture, cfg analyze.Config) *analyze.Snapshot {
	t.Helper()
	engine := analyze.New(cfg)
	pump := capture.NewPump(engine, defaultMemory)
	var sources []capture.Source
	var infos []*flow.SourceInfo
	for _, c := range captures {
		s, err := capture.OpenReader(c.Name, bytes.NewReader(c.Bytes), true)
		if err != nil {
			t.Fatalf("opening %s: %v", c.Name, err)
		}
		sources = append(sources, s)
		infos = append(infos, s.Info())
	}
	if err := pump.Run(context.Background(), sources); err != nil {
		t.Fatal(err)
	}
	(&inputs{infos: infos}).conclude(engine)
	snap := engine.Snapshot(infos, pump.Totals())
	if sum := snap.Totals.Ledger.Sum(); sum != snap.Totals.Packets {
		t.Errorf("the ledger holds %d of %d packets: %+v", sum, snap.Totals.Packets, snap.Totals.Ledger)
	}
	return snap
}

// answers is a snapshot in the words of wants.
type answers struct{ snap *analyze.Snapshot }

func (a answers) Handshakes() int { return len(a.snap.Handshakes) }
func (a answers) Sources() int    { return len(a.snap.Sources) }
func (a answers) Handshake(i int, field string) string {
	return handshakeValue(a.snap.Handshakes[i], field)
}
func (a answers) Source(i int, field string) string { return sourceValue(&a.snap.Sources[i], field) }
func (a answers) Counter(name string) string        { return counterValue(a.snap, name) }
func (a answers) Findings() (all []string) {
	for _, h := range a.snap.Handshakes {
		for _, f := range h.Findings {
			all = append(all, f.Rule+" of "+h.ID)
		}
	}
	return all
}

func counterValue(snap *analyze.Snapshot, name string) string {
	t := &snap.Totals
	n, ok := map[string]uint64{
		"connections": t.Connections, "requests": t.Requests, "responses": t.Responses,
		"handshakes": t.Handshakes, "gaps": t.Gaps, "webSocketFrames": t.WebSocketFrames,
	}[name]
	if !ok {
		return "?"
	}
	return strconv.FormatUint(n, 10)
}

func sourceValue(s *analyze.Source, name string) string {
	switch name {
	case "clockOffset":
		if s.ClockOffset == nil {
			return "unknown"
		}
		return strconv.FormatFloat(s.ClockOffset.Seconds(), 'f', -1, 64)
	case "problems":
		var codes []string
		for _, p := range s.Problems {
			codes = append(codes, p.Code)
		}
		return orNone(strings.Join(codes, ","))
	}
	return "?"
}

func handshakeValue(h *analyze.Handshake, name string) string {
	list := func(of func(*analyze.Sighting) string) string {
		var all []string
		for _, s := range h.Sightings {
			all = append(all, of(s))
		}
		return strings.Join(all, ",")
	}
	switch name {
	case "verdict":
		return string(h.Verdict)
	case "certainty":
		return string(h.Certainty)
	case "status":
		if h.Status == 0 {
			return "none"
		}
		return strconv.Itoa(h.Status)
	case "sightings":
		return strconv.Itoa(len(h.Sightings))
	case "culprit":
		return culpritValue(h.Culprit)
	case "key":
		return orNone(h.Key)
	case "target":
		return h.Target
	case "findings":
		var all []string
		for _, f := range h.Findings {
			all = append(all, f.Rule+":"+string(f.Severity))
		}
		return strings.Join(all, ",")
	case "legs":
		return list(func(s *analyze.Sighting) string { return string(s.Leg) })
	case "frames":
		return list(func(s *analyze.Sighting) string { return strconv.FormatUint(s.WebSocket.Total(), 10) })
	case "proxy":
		for _, s := range h.Sightings {
			if s.Proxy.Version != "" {
				return s.Proxy.Version
			}
		}
		return "none"
	case "closed":
		return list(func(s *analyze.Sighting) string {
			if s.How == 0 {
				return "open"
			}
			return s.ClosedBy.String() + "-" + s.How.String()
		})
	}
	return "?"
}

func culpritValue(c *analyze.Culprit) string {
	if c == nil {
		return "none"
	}
	front := "-"
	if c.Front.IsValid() {
		front = c.Front.String()
	}
	return front + "|" + c.Back.String()
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

// shelf reads the samples of a folder, which must hold some.
func shelf(t testing.TB, folder fs.FS) []story.Sample {
	t.Helper()
	all, err := story.Shelf(folder)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) == 0 {
		t.Fatal("no samples found")
	}
	return all
}

// TestSamples holds every story, and every capture from the field, against
// what is wanted of it.
func TestSamples(t *testing.T) {
	for _, folder := range []string{"../../samples", "testdata/lab"} {
		for _, s := range shelf(t, os.DirFS(folder)) {
			t.Run(s.Name, func(t *testing.T) {
				for _, d := range story.Differences(answers{analyse(t, s.Captures)}, s.Wants, story.InOrder) {
					t.Error(d)
				}
			})
		}
	}
}

// TestReportOnly: what the report finds does not depend on its being the only
// one that looks; the screen finds the same.
func TestReportOnly(t *testing.T) {
	for _, folder := range []string{"../../samples", "testdata/lab"} {
		for _, s := range shelf(t, os.DirFS(folder)) {
			report := analyse(t, s.Captures)
			screen := analyseWith(t, s.Captures, analyze.Config{Rules: rules.All, Memory: defaultMemory})
			if got, want := essence(report), essence(screen); got != want {
				t.Errorf("%s: the report says\n%sthe screen\n%s", s.Name, got, want)
			}
		}
	}
}
