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
