//go:build linux

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
)

// report is what the lab reads of elbscope's JSON report, version 1.
type report struct {
	Schema   string `json:"schema"`
	Sources  []source
	Counters struct {
		Packets, Connections, Requests, Responses, Handshakes, WebSocketFrames, Gaps uint64
		KernelDropped, Evicted                                                       uint64
		Ledger                                                                       map[string]uint64
	}
	Handshakes []handshake
	Findings   []finding
}

type source struct {
	Name        string
	ClockOffset *float64
	Problems    []problem
}

type problem struct{ Code string }

type handshake struct {
	ID, Target, Verdict, Certainty string
	Key                            *string
	Why                            *string
	Culprit                        *struct{ Front, Back *string }
	Status                         *int
	Sightings                      []sighting
	Findings                       []string
}

type sighting struct {
	Leg             string
	Status          *int
	StatusPacket    *uint64
	ClosedBy, Close *string
	WebSocketFrames uint64
	ProxyProtocol   *string
}

type finding struct {
	ID, Rule, Severity, Title, Explanation string
	Handshakes                             []string
	Evidence                               []evidence
	Remedies                               []struct{ Title string }
}

type evidence struct {
	Source int
	Packet uint64
	Quote  *string
}

// askElbscope runs the program on some files. The exit status is part of what
// it says.
func askElbscope(program string, files []string) (*report, int, error) {
	c := exec.Command(program, append([]string{"report", "--format", "json"}, files...)...)
	var errs strings.Builder
	c.Stderr = &errs
	out, err := c.Output()
	status := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		status = exit.ExitCode()
	} else if err != nil {
		return nil, 0, err
	}
	var r report
	if err := json.Unmarshal(out, &r); err != nil {
		return nil, status, fmt.Errorf("%s, status %d: %w: %s", strings.Join(c.Args, " "), status, err, errs.String())
	}
	return &r, status, nil
}

// answers is a report in the words of wants.
type answers struct{ r *report }

// Handshakes and the others implement story.Answers.
func (a answers) Handshakes() int                      { return len(a.r.Handshakes) }
func (a answers) Sources() int                         { return len(a.r.Sources) }
func (a answers) Handshake(i int, field string) string { return a.r.Handshakes[i].value(a.r, field) }
func (a answers) Source(i int, field string) string    { return a.r.Sources[i].value(field) }
func (a answers) Counter(name string) string           { return a.r.counter(name) }
func (a answers) Findings() (all []string) {
	for _, f := range a.r.Findings {
		all = append(all, f.Rule+": "+f.Title)
	}
	return all
}

// value returns a field of a handshake as stories write it.
func (h *handshake) value(r *report, name string) string {
	list := func(of func(*sighting) string) string {
		var all []string
		for i := range h.Sightings {
			all = append(all, of(&h.Sightings[i]))
		}
		return strings.Join(all, ",")
	}
	switch name {
	case "verdict":
		return h.Verdict
	case "certainty":
		return h.Certainty
	case "status":
		return number(h.Status)
	case "sightings":
		return strconv.Itoa(len(h.Sightings))
	case "culprit":
		if h.Culprit == nil {
			return "none"
		}
		return text(h.Culprit.Front, "-") + "|" + text(h.Culprit.Back, "-")
	case "key":
		return text(h.Key, "none")
	case "target":
		return h.Target
	case "findings":
		return strings.Join(h.rules(r), ",")
	case "legs":
		return list(func(s *sighting) string { return s.Leg })
	case "frames":
		return list(func(s *sighting) string { return strconv.FormatUint(s.WebSocketFrames, 10) })
	case "proxy":
		for _, s := range h.Sightings {
			if s.ProxyProtocol != nil {
				return *s.ProxyProtocol
			}
		}
		return "none"
	case "closed":
		return list(func(s *sighting) string {
			if s.Close == nil {
				return "open"
			}
			return text(s.ClosedBy, "?") + "-" + *s.Close
		})
	}
	return "?"
}

// rules lists the findings of a handshake as RULE:SEVERITY.
func (h *handshake) rules(r *report) []string {
	var all []string
	for _, id := range h.Findings {
		for _, f := range r.Findings {
			if f.ID == id {
				all = append(all, f.Rule+":"+f.Severity)
			}
		}
	}
	return all
}

func (r *report) counter(name string) string {
	c := &r.Counters
	n, ok := map[string]uint64{
		"connections": c.Connections, "requests": c.Requests, "responses": c.Responses,
		"handshakes": c.Handshakes, "gaps": c.Gaps, "webSocketFrames": c.WebSocketFrames,
	}[name]
	if !ok {
		return "?"
	}
	return strconv.FormatUint(n, 10)
}

func (s *source) value(name string) string {
	switch name {
	case "clockOffset":
		if s.ClockOffset == nil {
			return "unknown"
		}
		return strconv.FormatFloat(*s.ClockOffset, 'f', -1, 64)
	case "problems":
		var codes []string
		for _, p := range s.Problems {
			codes = append(codes, p.Code)
		}
		if codes == nil {
			return "none"
		}
		return strings.Join(codes, ",")
	}
	return "?"
}

func text(s *string, absent string) string {
	if s == nil {
		return absent
	}
	return *s
}

func number(n *int) string {
	if n == nil {
		return "none"
	}
	return strconv.Itoa(*n)
}
