//go:build linux

package main

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"elbscope/capture"
)

// blames are the rules that explain each kind of damage.
var blames = map[string]string{
	"rewritten": "connection-rewritten", "dropped": "upgrade-dropped", "downgraded": "http10-downgrade",
	"altered": "handshake-altered", "not-relayed": "101-not-relayed",
}

// explained checks that each explanation is about what happened: it names the
// target, the hop that is to blame by both of its faces, the packet where the
// damage shows, and the answer.
func (c *complaints) explained(r *report) {
	for i := range r.Findings {
		f := &r.Findings[i]
		says := func(what, text string) {
			if !strings.Contains(f.Explanation, text) {
				c.add("the explanation of %s does not name the %s, %s", f.Rule, what, text)
			}
		}
		says("facts", "## What happened")
		if len(f.Handshakes) == 0 {
			c.add("%s is about no handshake", f.Rule)
			continue
		}
		h := r.handshake(f.Handshakes[0])
		if h == nil {
			c.add("%s is about a handshake that is not in the report", f.Rule)
			continue
		}
		says("target", h.Target)
		if f.Rule == blames[h.Verdict] && h.Culprit != nil {
			says("hop's face to the instance", text(h.Culprit.Back, ""))
			says("hop's face to the client", text(h.Culprit.Front, ""))
		}
		if f.Rule == blames[h.Verdict] || f.Rule == "handshake-refused" {
			if h.Status != nil && *h.Status != 101 {
				says("answer", strconv.Itoa(*h.Status))
			}
		}
	}
}

func (r *report) handshake(id string) *handshake {
	for i := range r.Handshakes {
		if r.Handshakes[i].ID == id {
			return &r.Handshakes[i]
		}
	}
	return nil
}

// proven checks that each piece of evidence is where it is said to be: the
// packet exists, and holds the beginning of what is quoted.
func (c *complaints) proven(r *report, paths []string) error {
	packets := make([][][]byte, len(paths))
	for i, path := range paths {
		var err error
		if packets[i], err = packetsOf(path); err != nil {
			return err
		}
	}
	for _, f := range r.Findings {
		for _, e := range f.Evidence {
			if e.Source < 0 || e.Source >= len(packets) || e.Packet < 1 || e.Packet > uint64(len(packets[e.Source])) {
				c.add("evidence of %s is in packet %d of source %d, which is not there", f.Rule, e.Packet, e.Source)
				continue
			}
			if e.Quote != nil && !beginsIn(packets[e.Source][e.Packet-1], *e.Quote) {
				c.add("evidence of %s is not in packet %d of source %d: %q", f.Rule, e.Packet, e.Source, *e.Quote)
			}
		}
	}
	return nil
}

// beginsIn reports whether a packet holds the first line of a text, or ends in
// the middle of it, as where a client sends byte by byte.
func beginsIn(packet []byte, text string) bool {
	line, _, _ := strings.Cut(text, "\n")
	if bytes.Contains(packet, []byte(line)) {
		return true
	}
	for n := len(line) - 1; n > 0; n-- {
		if bytes.HasSuffix(packet, []byte(line[:n])) {
			return true
		}
	}
	return false
}

func packetsOf(path string) (all [][]byte, err error) {
	s, err := capture.Open(path)
	if err != nil {
		return nil, fmt.Errorf("looking for the evidence: %w", err)
	}
	defer s.Close()
	var p capture.Packet
	for s.Next(&p) == nil {
		all = append(all, bytes.Clone(p.Data))
	}
	return all, nil
}
