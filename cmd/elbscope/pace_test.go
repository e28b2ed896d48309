package main

import (
	"context"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"elbscope/analyze"
	"elbscope/analyze/rules"
	"elbscope/capture"
	"elbscope/capture/flow"
	"elbscope/internal/story"
)

// hesitant is a pacer that holds every packet back once.
type hesitant struct{ asked int }

func (h *hesitant) Due(context.Context, flow.Time) bool {
	h.asked++
	return h.asked%2 == 0
}

// replay takes captures the way a replay on the screen does: what can still
// change is pending, and somebody looks between any two packets.
func replay(t testing.TB, captures []story.Capture) *analyze.Snapshot {
	t.Helper()
	in := &inputs{}
	for _, c := range captures {
		s, err := capture.OpenReader(c.Name, strings.NewReader(string(c.Bytes)), true)
		if err != nil {
			t.Fatal(err)
		}
		in.sources = append(in.sources, s)
		in.infos = append(in.infos, s.Info())
	}
	engine := analyze.New(analyze.Config{Rules: rules.All, Memory: defaultMemory, Live: true})
	pump := capture.NewPump(engine, defaultMemory)
	pump.Pacer = &hesitant{}
	pump.OnProgress = func(capture.Progress) {
		engine.Settle()
		engine.Snapshot(in.infos, pump.Totals())
	}
	if err := pump.Run(context.Background(), in.sources); err != nil {
		t.Fatal(err)
	}
	in.conclude(engine)
	return engine.Snapshot(in.infos, pump.Totals())
}

// TestReplayTellsTheSame: a capture that is seen as it happened ends in the
// same stories as one that is read at full speed.
func TestReplayTellsTheSame(t *testing.T) {
	samples := slices.Concat(shelf(t, os.DirFS("../../samples")), shelf(t, os.DirFS("testdata/lab")))
	if len(samples) == 0 {
		t.Fatal("no samples found")
	}
	for _, s := range samples {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			want, got := essence(analyse(t, s.Captures)), essence(replay(t, s.Captures))
			if got != want {
				t.Errorf("replayed:\n%sread:\n%s", got, want)
			}
		})
	}
}

func TestParsePace(t *testing.T) {
	for text, want := range map[string]float64{"": 0, "1x": 1, "10x": 10, "0.5x": 0.5, "3": 3, "max": math.Inf(1)} {
		if got, err := parsePace(text); err != nil || got != want {
			t.Errorf("%q is %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"x", "0", "-1x", "fast", "NaN", "1e9x", "10 x", "inf"} {
		if got, err := parsePace(text); err == nil {
			t.Errorf("%q is accepted as %v", text, got)
		}
	}
}

// TestPace lets packets pass by a clock that is fast enough to be waited for.
func TestPace(t *testing.T) {
	p := newPace(1)
	ctx := context.Background()
	start := flow.Time(1e18)
	if !p.Due(ctx, start) {
		t.Error("the first packet has to wait")
	}
	if p.Due(ctx, start+flow.Time(time.Hour)) {
		t.Error("an hour passed at once")
	}
	if !p.Due(ctx, start-flow.Time(time.Second)) {
		t.Error("a packet of the past has to wait")
	}
	for range len(speeds) {
		p.Speed(true)
	}
	if got := p.state().Speed; got != "max" {
		t.Errorf("the highest speed is %s", got)
	}
	if !p.Due(ctx, start+flow.Time(time.Hour)) {
		t.Error("at full speed a packet has to wait")
	}
	p.Pause()
	if at := p.state().At; at != start+flow.Time(time.Hour) {
		t.Errorf("it is held at %v", at.Std())
	}
	if p.Due(ctx, start+flow.Time(time.Hour)) {
		t.Error("a packet passes while the replay is held")
	}
	p.Pause()
	for range 2 * len(speeds) {
		p.Speed(false)
	}
	if got := p.state().Speed; got != "0.1x" {
		t.Errorf("the lowest speed is %s", got)
	}
	if p.Due(ctx, start+2*flow.Time(time.Hour)) {
		t.Error("after the full speed the time has not begun anew where it was")
	}
	// A key or the end of the context wakes what waits for a distant packet.
	p.Pause()
	ended, cancel := context.WithCancel(ctx)
	cancel()
	if p.Due(ended, start+3*flow.Time(time.Hour)) {
		t.Error("a packet passes after the end")
	}
	// A second of the capture takes a second of the wall at most at 1x.
	q := newPace(1000)
	begin := time.Now()
	q.Due(ctx, start)
	for !q.Due(ctx, start+flow.Time(time.Minute)) {
	}
	if took := time.Since(begin); took < 50*time.Millisecond {
		t.Errorf("a minute at 1000x took %v", took)
	}
}

// TestPaceMeasures finds the first and the last packet's time of all inputs,
// and says from then on how much of the time between has passed: half of it,
// though one of two files is read to its end.
func TestPaceMeasures(t *testing.T) {
	ctx := t.Context()
	files := []string{"../../samples/idle-timeout-load-balancer.pcap", "../../samples/rewritten-502.pcap", "absent.pcap"}
	p := newPace(1)
	start := flow.Time(time.Date(2026, 1, 1, 0, 0, 0, 1e6, time.UTC).UnixNano())
	p.Due(ctx, start)
	p.Pause()
	if _, _, ok := p.done(time.Now()); ok || p.state().Last != 0 {
		t.Error("the end is known before it was looked for")
	}
	p.measure(ctx, append(files, stdinName))
	if p.state().Last != 0 {
		t.Error("the end of a pipe is known")
	}
	p.measure(ctx, files)
	s := p.state()
	if s.First.Sub(start) > time.Millisecond || s.First < start || s.Last.Sub(s.First).Round(time.Second) != time.Minute {
		t.Errorf("from %v to %v", s.First.Std(), s.Last.Std())
	}
	p.at = s.First + (s.Last-s.First)/2
	share, left, ok := p.done(time.Now())
	if !ok || share < 0.499 || share > 0.501 || left.Round(time.Second) != 30*time.Second {
		t.Errorf("done %v, left %v, %v", share, left, ok)
	}
	line := &progressLine{pace: p}
	if got := line.share(capture.Progress{Sources: 1, Done: 100, Size: 100}, time.Now()); got != ", 50 % of the time, 30s left" {
		t.Errorf("the line says %q", got)
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	q := newPace(1)
	if q.measure(ended, files); q.last != 0 {
		t.Error("half a look counts")
	}
}
