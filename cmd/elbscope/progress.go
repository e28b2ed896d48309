package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"elbscope/capture"
)

// progressLine shows on a terminal how far a long reading has come.
type progressLine struct {
	w     io.Writer // nil if there is nobody to see it
	start time.Time
	last  time.Time
	live  bool  // there is no end to it
	pace  *pace // of a replay, nil for none
}

const (
	// progressAfter is how long a reading may take before it is talked about.
	progressAfter = time.Second
	// progressPause is how long the line stands still, to be read.
	progressPause = 200 * time.Millisecond
	eraseLine     = "\r\x1b[K"
)

func newProgressLine(w io.Writer) *progressLine {
	p := &progressLine{start: time.Now()}
	if isTerminal(w) && os.Getenv("TERM") != "dumb" {
		p.w = w
	}
	return p
}

func (p *progressLine) show(at capture.Progress) { p.showAt(at, time.Now()) }

// showAt is show at a time that a test can choose.
func (p *progressLine) showAt(at capture.Progress, now time.Time) {
	if p.w == nil || now.Sub(p.start) < progressAfter || now.Sub(p.last) < progressPause {
		return
	}
	p.last = now
	line := fmt.Sprintf("reading: %d packets", at.Packets)
	if p.live {
		line = fmt.Sprintf("capturing for %s: %d packets", now.Sub(p.start).Round(time.Second), at.Packets)
		if at.Dropped > 0 {
			line += fmt.Sprintf(", %d dropped by the kernel", at.Dropped)
		}
	}
	line += p.share(at, now)
	const how = " (Ctrl-C stops and reports)"
	room := columns(p.w) - 1 // what wraps is never erased
	if len(line)+len(how) <= room {
		line += how
	}
	fmt.Fprintf(p.w, "%s%s", eraseLine, line[:min(len(line), room)])
}

// share says how much has been read and how long the rest takes: of a replay
// by the capture's time, else by the place in the file.
func (p *progressLine) share(at capture.Progress, now time.Time) string {
	if p.pace != nil {
		if done, left, ok := p.pace.done(now); ok {
			return fmt.Sprintf(", %.0f %% of the time, %s left", 100*done, left.Round(time.Second))
		}
	}
	if at.Size <= 0 {
		return ""
	}
	done := float64(at.Done) / float64(at.Size)
	words := fmt.Sprintf(", %.0f %%", 100*done)
	if at.Sources > 1 {
		words += fmt.Sprintf(" of file %d of %d", at.Source+1, at.Sources)
	}
	if at.Sources == 1 && done > 0.01 && p.pace == nil {
		left := time.Duration(float64(now.Sub(p.start)) * (1 - done) / done)
		words += fmt.Sprintf(", %s left", left.Round(time.Second))
	}
	return words
}

// clear removes the line again.
func (p *progressLine) clear() {
	if p.w != nil && !p.last.IsZero() {
		fmt.Fprint(p.w, eraseLine)
	}
}
