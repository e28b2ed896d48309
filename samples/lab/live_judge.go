//go:build linux

package main

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"

	"elbscope/internal/story"
)

// told is what the stream has said so far, as a report.
func (w *watching) told() *report {
	r := &report{}
	for line := range strings.Lines(w.stream.said()) {
		var l struct {
			Type      string
			Handshake *handshake
			Finding   *finding
			Retracted bool
		}
		if json.Unmarshal([]byte(line), &l) != nil {
			continue // not whole yet
		}
		switch {
		case l.Type == "finding" && l.Finding != nil:
			at := slices.IndexFunc(r.Findings, func(f finding) bool { return f.ID == l.Finding.ID })
			if at < 0 {
				r.Findings = append(r.Findings, *l.Finding)
			} else {
				r.Findings[at] = *l.Finding
			}
		case l.Type == "handshake" && l.Handshake != nil:
			at := slices.IndexFunc(r.Handshakes, func(h handshake) bool { return h.ID == l.Handshake.ID })
			switch {
			case at < 0:
				r.Handshakes = append(r.Handshakes, *l.Handshake)
			case l.Retracted:
				r.Handshakes = slices.Delete(r.Handshakes, at, at+1)
			default:
				r.Handshakes[at] = *l.Handshake
			}
		}
	}
	return r
}

// final is the report that ends the stream.
func (w *watching) final() (*report, error) {
	lines := strings.Split(w.stream.said(), "\n")
	var l struct {
		Type   string
		Report *report
	}
	err := json.Unmarshal([]byte(lines[len(lines)-1]), &l)
	if err != nil || l.Type != "report" || l.Report == nil {
		return nil, fmt.Errorf("the stream does not end with a report: %.200s", lines[len(lines)-1])
	}
	return l.Report, nil
}

// handshakes are the wants that the stream can meet before its end. Frames are
// counted without being told.
func (w *watching) handshakes(scene string) ([]story.Want, error) {
	all, err := (&view{name: "live", want: w.want}).wants(scene)
	var some []story.Want
	for _, want := range all {
		if want.Kind == "handshake" {
			want.Fields = slices.DeleteFunc(slices.Clone(want.Fields), func(f story.Field) bool { return f.Name == "frames" })
			some = append(some, want)
		}
	}
	return some, err
}

// judgeLive holds what was said live, and what the saved files say, against
// what is wanted.
func (s *site) judgeLive() complaints {
	w := s.watching
	wants, err := (&view{name: "live", want: w.want}).wants(s.scene.name)
	if err != nil {
		return complaints{err.Error()}
	}
	c := complaints(prefixed("while it ran: ", w.late))
	final, err := w.final()
	if err != nil {
		return append(c, err.Error())
	}
	c = append(c, prefixed("the stream's report: ", w.complaints(final, w.stream.cmd.ProcessState.ExitCode(), wants))...)
	for _, name := range []string{"stream", "screen"} {
		r, status, err := askElbscope(s.tools.elbscope, []string{s.liveFile(name)})
		if err != nil {
			return append(c, err.Error())
		}
		c = append(c, prefixed("saved by the "+name+": ", w.complaints(r, status, wants))...)
		if name == "screen" {
			c = append(c, s.inTime(r)...)
		}
	}
	return c
}

// complaints are about one report of the run.
func (w *watching) complaints(r *report, status int, wants []story.Want) (c complaints) {
	c.form(r, status, 1)
	c.wants(r, wants)
	c.explained(r)
	if !w.losses {
		c.nothingLost(r)
		return c
	}
	if r.Counters.KernelDropped == 0 || !slices.ContainsFunc(r.Sources[0].Problems, func(p problem) bool { return p.Code == "kernel-dropped" }) {
		c.add("%d packets were dropped, and the problems are %s", r.Counters.KernelDropped, r.Sources[0].value("problems"))
	}
	for _, h := range r.Handshakes {
		if why := text(h.Why, ""); h.Verdict == "undetermined" && !strings.Contains(why, "dropped packets") {
			c.add("%s cannot be told because %q", h.Target, why)
		}
	}
	return c
}

// inTime holds the moments at which texts came on the screen against the time
// of the packet.
func (s *site) inTime(saved *report) (c complaints) {
	w := s.watching
	number := w.since(saved)
	at, err := s.packetTime(s.liveFile("screen"), number)
	if err != nil {
		return complaints{err.Error()}
	}
	for _, text := range w.screen {
		first := w.terminal.firstSeen(text)
		switch took := first.Sub(at); {
		case first.IsZero():
			c.add("%q was never on the screen, which shows:\n%s", text, w.terminal.text())
		case took > atOnce:
			c.add("%q was on the screen %s after packet %d", text, took, number)
		case took > 0: // otherwise something earlier brought it
			s.notes = append(s.notes, strconv.Quote(text)+" was on the screen after "+took.Round(time.Millisecond).String())
		}
	}
	return c
}

// packetTime is when the kernel saw a packet of a file.
func (s *site) packetTime(file string, number uint64) (time.Time, error) {
	n := strconv.FormatUint(number, 10)
	one := s.path("packet-" + n + ".pcapng")
	if err := command("editcap", "-r", file, one, n); err != nil {
		return time.Time{}, err
	}
	out, err := exec.Command("tcpdump", "-r", one, "-n", "-tt").Output()
	if err != nil {
		return time.Time{}, err
	}
	stamp, _, _ := strings.Cut(string(out), " ")
	seconds, micros, _ := strings.Cut(stamp, ".")
	sec, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("packet %d of %s has no time: %q", number, file, out)
	}
	usec, err := strconv.ParseInt(micros, 10, 64)
	return time.Unix(sec, usec*1000), err
}

// answered is the packet of the answer that the last handshake got.
func answered(r *report) (number uint64) {
	for _, h := range r.Handshakes {
		if p := h.Sightings[0].StatusPacket; p != nil {
			number = *p
		}
	}
	return number
}

// cut is the packet that ended a silent WebSocket: the finding's last one.
func cut(r *report) (number uint64) {
	for _, f := range r.Findings {
		if f.Rule != "websocket-idle-timeout" {
			continue
		}
		for _, e := range f.Evidence {
			number = max(number, e.Packet)
		}
	}
	return number
}

func prefixed(with string, all []string) []string {
	out := make([]string, len(all))
	for i, text := range all {
		out[i] = with + text
	}
	return out
}
