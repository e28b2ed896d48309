package main

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"elbscope/capture"
	"elbscope/capture/flow"
	"elbscope/ui"
)

// pace is the clock of a replay: it maps the wall's time to the capture's. The
// pump asks it, keys change it.
type pace struct {
	mu     sync.Mutex
	speed  float64 // seconds of the capture in one of the wall; +Inf for max
	paused bool
	begun  bool
	// at is the capture's time when the wall's was since; furthest is the time
	// of the latest packet that passed.
	at, furthest flow.Time
	since        time.Time
	// first and last are the times of the capture's packets, once measure has
	// found them out; 0 until then.
	first, last flow.Time
	// changed is closed and made anew when a key changed something.
	changed chan struct{}
}

// speeds are what the keys go through.
var speeds = []float64{0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 50, 100, 1000, math.Inf(1)}

func newPace(speed float64) *pace { return &pace{speed: speed, changed: make(chan struct{})} }

// parsePace reads "1x", "0.5x", "10x" or "max"; 0 stands for no replay.
func parsePace(s string) (float64, error) {
	if s == "" {
		return 0, nil
	}
	if s == "max" {
		return math.Inf(1), nil
	}
	n, err := strconv.ParseFloat(strings.TrimSuffix(s, "x"), 64)
	if err != nil || !(n >= 0.01 && n <= 1e6) {
		return 0, &hintError{fmt.Sprintf("--pace %q is neither a speed nor max", s), "elbscope --pace 10x FILE"}
	}
	return n, nil
}

// paceStep is the longest that the pump is kept waiting at a time.
const paceStep = 50 * time.Millisecond

// Due implements capture.Pacer.
func (p *pace) Due(ctx context.Context, t flow.Time) bool {
	p.mu.Lock()
	now := time.Now()
	if !p.begun {
		p.begun, p.at, p.furthest, p.since = true, t, t, now
	}
	ahead := float64(t - p.reached(now)) // in the capture's time
	if !p.paused && (ahead <= 0 || math.IsInf(p.speed, 1)) {
		p.furthest = max(p.furthest, t)
		p.mu.Unlock()
		return true
	}
	wait := paceStep
	if left := ahead / p.speed; !p.paused && left < float64(wait) {
		wait = time.Duration(left)
	}
	changed := p.changed
	p.mu.Unlock()
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-changed:
	case <-ctx.Done():
	}
	return false
}

// reached returns the capture's time; p.mu is held.
func (p *pace) reached(now time.Time) flow.Time {
	switch {
	case p.paused:
		return p.at
	case math.IsInf(p.speed, 1):
		return p.furthest
	}
	return p.at + flow.Time(float64(now.Sub(p.since))*p.speed)
}

// change sets the clock anew from here on.
func (p *pace) change(by func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if p.begun {
		p.at, p.since = p.reached(now), now
	}
	by()
	close(p.changed)
	p.changed = make(chan struct{})
}

// Pause implements ui.Replayer: it holds the replay, or lets it go on.
func (p *pace) Pause() { p.change(func() { p.paused = !p.paused }) }

// Speed implements ui.Replayer: it goes to the next speed up or down.
func (p *pace) Speed(faster bool) {
	p.change(func() {
		if faster {
			if i := slices.IndexFunc(speeds, func(s float64) bool { return s > p.speed }); i >= 0 {
				p.speed = speeds[i]
			}
			return
		}
		for _, s := range slices.Backward(speeds) {
			if s < p.speed {
				p.speed = s
				return
			}
		}
	})
}

// state says where the replay is, for the screen.
func (p *pace) state() *ui.Replay {
	p.mu.Lock()
	defer p.mu.Unlock()
	r := &ui.Replay{Speed: "max", Paused: p.paused}
	if !math.IsInf(p.speed, 1) {
		r.Speed = strconv.FormatFloat(p.speed, 'g', -1, 64) + "x"
	}
	if p.begun {
		r.At, r.First, r.Last = p.reached(time.Now()), p.first, p.last
	}
	return r
}

// measure finds out when the captures begin and end, by reading them once more
// beside the replay: nothing in a file says it before its last packet. What
// cannot be read twice has no known end. A defect must not end the program from
// here, with the terminal as the screen uses it: who replays the file meets it,
// too.
func (p *pace) measure(ctx context.Context, names []string) {
	defer func() { _ = recover() }()
	if slices.ContainsFunc(names, func(name string) bool { return name == stdinName || isPipe(name) }) {
		return // also a redirected file: its place is shared with who replays it
	}
	var first, last flow.Time
	for _, name := range names {
		s, err := capture.Open(name)
		if err != nil {
			continue // whoever opened it first tells of it
		}
		var packet capture.Packet
		for ctx.Err() == nil && s.Next(&packet) == nil {
		}
		if info := s.Info(); info.Last != 0 {
			if first == 0 || info.First < first {
				first = info.First
			}
			last = max(last, info.Last)
		}
		s.Close()
	}
	if ctx.Err() != nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.first, p.last = first, last
}

// done tells how much of the capture's time has been replayed, from 0 to 1, and
// how long the rest takes; ok is false as long as its end is not known, and at
// full speed, which time does not bound.
func (p *pace) done(now time.Time) (share float64, left time.Duration, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	whole := p.last - p.first
	if !p.begun || whole <= 0 || math.IsInf(p.speed, 1) {
		return 0, 0, false
	}
	at := min(max(p.reached(now), p.first), p.last)
	return float64(at-p.first) / float64(whole), time.Duration(float64(p.last-at) / p.speed), true
}
