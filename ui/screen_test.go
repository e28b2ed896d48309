package ui

import (
	"encoding/base64"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"elbscope/capture"
	"elbscope/capture/bpf"
	"elbscope/capture/flow"
	"elbscope/ui/report"
)

var update = flag.Bool("update", false, "write the golden screens anew")

var sizes = [][2]int{{80, 24}, {120, 40}, {60, 15}}

// TestScreens compares every screen with a picture in testdata/screens, which
// is text to be read and reviewed.
func TestScreens(t *testing.T) {
	t.Setenv("NO_COLOR", "")
	t.Setenv("TERM", "xterm")
	article := func(t *testing.T) *State { return samples(t, "article-502.pcapng") }
	ascii := simpleOptions()
	ascii.Report.ASCII = true
	for _, test := range []struct {
		name  string
		state func(*testing.T) *State
		keys  string
		o     Options
	}{
		{"home", article, "", simpleOptions()},
		{"unfolded", article, "l", simpleOptions()},
		{"story", article, "Enter", simpleOptions()},
		{"ladder", article, "Enter Tab", simpleOptions()},
		{"mend", article, "Enter m", simpleOptions()},
		{"headers", article, "Enter d", simpleOptions()},
		{"headers-one-leg", func(t *testing.T) *State { return filtered(t, "tcp port 8081") }, "Enter d", filteredOptions("tcp port 8081")},
		{"bytes", article, "Enter b", simpleOptions()},
		{"packets", article, "Enter p", simpleOptions()},
		{"connection", article, "Enter c", simpleOptions()},
		{"exchanges", article, "x", simpleOptions()},
		{"traffic", article, "t", simpleOptions()},
		{"filtered-traffic", func(t *testing.T) *State { return filtered(t, "tcp port 80") }, "t", filteredOptions("tcp port 80")},
		{"help", article, "?", simpleOptions()},
		{"help-story", article, "Enter ?", simpleOptions()},
		{"filter-wrong", article, "f verdict:nonsense", simpleOptions()},
		{"filter-none", article, "f verdict:healthy Enter", simpleOptions()},
		{"ascii-home", article, "", ascii},
		{"ascii-story", article, "Enter", ascii},
		{"healthy", func(t *testing.T) *State { return samples(t, "healthy-application-load-balancer.pcap") }, "", simpleOptions()},
		{"empty", func(t *testing.T) *State { return samples(t, "health-checks.pcap") }, "", simpleOptions()},
		{"twenty", twentyAlike, "", simpleOptions()},
		{"merged", func(t *testing.T) *State { return samples(t, "two-clocks.client.pcap", "two-clocks.instance.pcap") }, "", simpleOptions()},
		{"merged-packets", func(t *testing.T) *State { return samples(t, "two-clocks.client.pcap", "two-clocks.instance.pcap") }, "Enter p", simpleOptions()},
		{"broken", brokenFile, "", simpleOptions()},
		{"broken-traffic", brokenFile, "t", simpleOptions()},
		{"stopped", stoppedEarly, "", simpleOptions()},
		{"reading", stillReading, "", simpleOptions()},
		{"replay", inReplay, "", simpleOptions()},
	} {
		t.Run(test.name, func(t *testing.T) {
			state := test.state(t)
			for _, size := range sizes {
				r := launchFeed(t, feedOf(state), size[0], size[1], test.o)
				r.press(test.keys)
				golden(t, fmt.Sprintf("%s_%dx%d", test.name, size[0], size[1]), r.text())
				r.leave()
			}
		})
	}
}

// TestStyles compares how screens look, letter by letter, with and without
// colour: what is underlined (u), bold (b), in reverse video (V) and coloured
// (red, yellow, teal, gray).
func TestStyles(t *testing.T) {
	for _, noColor := range []string{"", "1"} {
		t.Setenv("NO_COLOR", noColor)
		t.Setenv("TERM", "xterm")
		article := func(t *testing.T) *State { return samples(t, "article-502.pcapng") }
		for _, screen := range []struct {
			name, keys string
			state      func(*testing.T) *State
		}{
			{"home", "", article}, {"story", "Enter", article}, {"ladder", "Enter Tab", article}, {"mend", "Enter m", article},
			{"headers", "Enter d", article}, {"bytes", "Enter b", article}, {"packets", "Enter p", article},
			{"connection", "Enter c", article}, {"exchanges", "x", article}, {"traffic", "t", article}, {"help", "?", article},
			{"filter-wrong", "f verdict:nonsense", article},
			{"healthy", "", func(t *testing.T) *State { return samples(t, "healthy-application-load-balancer.pcap") }},
			{"empty", "", func(t *testing.T) *State { return samples(t, "health-checks.pcap") }},
			{"broken-traffic", "t", brokenFile}, {"twenty", "", twentyAlike},
			{"merged", "", func(t *testing.T) *State { return samples(t, "two-clocks.client.pcap", "two-clocks.instance.pcap") }},
		} {
			r := launch(t, screen.state(t), 80, 24, simpleOptions())
			r.press(screen.keys)
			both := r.text()
			r.on(func() { both += strings.Repeat("=", 80) + "\n" + styles(r.sim) })
			name := "styles-" + screen.name
			if noColor != "" {
				name += "-mono"
			}
			golden(t, name, both)
			r.leave()
		}
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", "screens", name+".txt")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s has changed (look at it, then: go test ./ui -update):\n%s\nit was:\n%s", name, got, want)
	}
}

// TestTooSmall wants one sentence where nothing else would be readable, and no
// key to do what nobody would see.
func TestTooSmall(t *testing.T) {
	for size, want := range map[[2]int]string{
		{59, 15}: "elbscope needs 60x15\nQ leaves; --no-tui prints the report", {60, 14}: "elbscope needs 60x15\nQ leaves; --no-tui prints the report",
		{20, 5}: "elbscope needs 60x15\nQ leaves; --no-tui\nprints the report", {20, 2}: "elbscope needs 60x15\nQ leaves; --no-tui", {1, 1}: "e",
	} {
		r := launch(t, samples(t, "article-502.pcapng"), size[0], size[1], simpleOptions())
		r.until("a drawing", func() bool { return r.app.frame.small })
		r.press("Enter d Down Esc Esc x f w Enter")
		if got := strings.TrimSpace(r.text()); got != want {
			t.Errorf("%v shows %q", size, got)
		}
		r.on(func() {
			if len(r.app.stack) != 1 || r.app.frame.prompt != nil {
				t.Errorf("%v: the keys did something", size)
			}
		})
		r.leave()
	}
}

// TestTooSmallQuestion wants to read what is asked where there is no room, and
// to answer it.
func TestTooSmallQuestion(t *testing.T) {
	o := simpleOptions()
	o.Unsaved = func(*State) bool { return true }
	s := *samples(t, "article-502.pcapng")
	s.Live = true
	r := launch(t, &s, 30, 8, o)
	r.see("Q leaves")
	r.press("Q")
	r.see("elbscope needs 60x15\nleave? packets are not saved:\ny leaves, n stays")
	r.press("y")
	if err := r.ended(); err != nil {
		t.Error(err)
	}
}

// TestMono wants no colour where none is wanted.
func TestMono(t *testing.T) {
	t.Setenv("NO_COLOR", "")
	t.Setenv("TERM", "xterm")
	for _, mono := range []bool{false, true} {
		o := simpleOptions()
		o.Mono = mono
		r := launch(t, samples(t, "article-502.pcapng"), 80, 24, o)
		r.see("rewritten")
		var look string
		r.on(func() { look = styles(r.sim) })
		if coloured := strings.ContainsAny(look, "rytg"); coloured == mono {
			t.Errorf("mono %v:\n%s", mono, look)
		}
		r.leave()
	}
}

// alike is a story of n handshakes that meet the same fate.
func alike(n int) string {
	text, err := os.ReadFile("../samples/rewritten-502.story")
	if err != nil {
		panic(err)
	}
	_, play, _ := strings.Cut(string(text), "\n\n")
	legs, play, _ := strings.Cut(play, "\n\n")
	var all, plays strings.Builder
	for i := range n {
		named := strings.NewReplacer(
			"\nclient ", fmt.Sprintf("\nclient%d ", i), "\ninstance ", fmt.Sprintf("\ninstance%d ", i),
			"leg client ", fmt.Sprintf("leg client%d ", i), "leg instance ", fmt.Sprintf("leg instance%d ", i),
			"\nclient:", fmt.Sprintf("\nclient%d:", i),
			":40001", fmt.Sprint(":", 40001+i), ":50001", fmt.Sprint(":", 50001+i),
			"cmV3cml0dGVuLXRvLTUwMg==", base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "%016d", i)),
		)
		all.WriteString(named.Replace(legs) + "\n")
		plays.WriteString(named.Replace("\n"+play) + "\n")
	}
	return fmt.Sprintf("# Many alike.\nwant counters handshakes=%d\n\n", n) + all.String() + "\n" + plays.String()
}

func twentyAlike(t *testing.T) *State { return told(t, alike(20)) }

// brokenFile is a capture cut in the middle of a packet.
func brokenFile(t *testing.T) *State {
	t.Helper()
	whole, err := os.ReadFile("../samples/rewritten-502.pcap")
	if err != nil {
		t.Fatal(err)
	}
	s := analysed(t, opened(t, whole[:len(whole)*2/3]))
	s.Err = fmt.Errorf("%s", s.Snap.Sources[0].Problems[0].Message)
	return s
}

func stillReading(t *testing.T) *State {
	t.Helper()
	s := *samples(t, "healthy-application-load-balancer.pcap")
	s.Reading, s.Done, s.Size, s.Elapsed = true, 25<<20, 100<<20, 3e9
	return &s
}

// stoppedEarly is a replay that was stopped before the end.
func stoppedEarly(t *testing.T) *State {
	t.Helper()
	s := *samples(t, "healthy-application-load-balancer.pcap")
	s.Stopped = true
	return &s
}

// inReplay is a replay that is held.
func inReplay(t *testing.T) *State {
	t.Helper()
	s := stillReading(t)
	s.Replay = &Replay{At: flow.Time(42e9), First: flow.Time(12e9), Last: flow.Time(52e9), Speed: "10x", Paused: true}
	return s
}

// feedOf publishes a state; that of a replay can be steered.
func feedOf(s *State) *fakeFeed {
	f := &fakeFeed{}
	f.state.Store(s)
	if s.Replay != nil {
		f.replay = &fakeReplay{}
	}
	return f
}

// TestReplayKeys steers a replay, and wants the keys to go with it.
func TestReplayKeys(t *testing.T) {
	s := inReplay(t)
	feed := feedOf(s)
	r := launchFeed(t, feed, 80, 24, simpleOptions())
	r.see("P pause")
	r.press("P ] ] [ P")
	if got, want := *feed.replay, (fakeReplay{pauses: 2, faster: 2, slower: 1}); got != want {
		t.Errorf("the keys did %+v, not %+v", got, want)
	}
	r.see("PAUSED at 10x, 75 % of the time")
	unknown := *s
	unknown.Rev, unknown.Replay = s.Rev+1, &Replay{At: flow.Time(42e9), Speed: "10x"}
	r.publish(&unknown)
	r.see("replay 10x, 25 % of the file")
	over := *s
	over.Rev, over.Reading, over.Replay = s.Rev+2, false, nil
	r.publish(&over)
	r.press("P ]")
	if feed.replay.pauses != 2 || strings.Contains(r.text(), "P pause") {
		t.Error("a replay that is over is still steered")
	}
}

// filtered is the article's capture, read through a capture filter.
func filtered(t *testing.T, expr string) *State {
	t.Helper()
	parsed, err := bpf.Parse(expr)
	if err != nil {
		t.Fatal(err)
	}
	f, err := capture.NewFilter(parsed)
	if err != nil {
		t.Fatal(err)
	}
	s, err := capture.Open("../samples/article-502.pcapng")
	if err != nil {
		t.Fatal(err)
	}
	s.Info().Name = "article-502.pcapng"
	return through(t, f, s)
}

func filteredOptions(expr string) Options {
	o := simpleOptions()
	parsed, _ := bpf.Parse(expr)
	o.Report.CaptureFilter = report.CaptureFilter{Words: expr, Misses: parsed.Misses()}
	return o
}
