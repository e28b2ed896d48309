package report

import (
	"fmt"
	"slices"
	"strings"

	"elbscope/analyze"
	"elbscope/analyze/http1"
)

// This file holds what the ladder says at the hop where something went wrong.

// orBefore begins the mark of damage whose other side is not in the capture.
const orBefore = "or before it: "

// marksOf tells at which node what went wrong; node i stands above leg i, and
// the last one below all.
func marksOf(h *analyze.Handshake, legs [][]*analyze.Sighting) map[int]string {
	marks := make(map[int]string)
	add := func(node int, what string) {
		switch {
		case marks[node] != "":
			what = marks[node] + "; " + what
		case strings.HasPrefix(what, orBefore):
			what = "HERE " + what
		default:
			what = "HERE: " + what
		}
		marks[node] = what
	}
	for _, d := range h.Damages {
		after := h.Sightings[d.After]
		node := slices.IndexFunc(legs, func(l []*analyze.Sighting) bool { return l[0].Hop == after.Hop })
		what := damageWords(d.Kind, after)
		if what == "" && d.Before >= 0 {
			what = "changed " + otherValue(h.Sightings[d.Before].Request, after.Request)
		}
		if d.Before < 0 && d.Kind != analyze.Malformed {
			what = orBefore + what
		}
		add(node, what)
	}
	if len(h.Damages) > 0 {
		return marks
	}
	switch last := legs[len(legs)-1]; h.Verdict {
	case analyze.Refused:
		switch s := last[len(last)-1]; {
		case s.Response != nil:
			add(len(legs), fmt.Sprintf("answered %d", s.Response.Status()))
		case s.Foreign != nil:
			add(len(legs), "answered in "+s.Foreign.Protocol())
		}
	case analyze.Unanswered:
		add(len(legs), "no answer")
	case analyze.NotRelayed:
		add(relayNode(h, legs), "the 101 ended here")
	case analyze.Malformed:
		add(0, "sent it broken")
	}
	return marks
}

// relayNode finds the hop that kept the 101 for itself.
func relayNode(h *analyze.Handshake, legs [][]*analyze.Sighting) int {
	for i := 1; i < len(legs); i++ {
		if h.Culprit != nil && legs[i-1][0].Conn.Server == h.Culprit.Front {
			return i
		}
	}
	return len(legs) - 1
}

// otherValue names the header that has another value behind a hop than before
// it, where both are whole.
func otherValue(before, after *http1.Head) string {
	for _, name := range []string{"Sec-WebSocket-Key", "Sec-WebSocket-Version"} {
		if before.Join(name) != after.Join(name) {
			return name
		}
	}
	return "a value"
}

// damageWords says what a kind of damage did to the head of after; "" where only
// the head before it tells.
func damageWords(kind analyze.Verdict, after *analyze.Sighting) string {
	switch kind {
	case analyze.Rewritten:
		if after.Request.Has("Connection") {
			return `Connection lost "upgrade"`
		}
		return "Connection was removed"
	case analyze.Dropped:
		return "Upgrade was removed"
	case analyze.Downgraded:
		return "made it HTTP/1.0"
	case analyze.Malformed:
		return "sent it broken"
	}
	var parts []string
	for _, part := range []struct {
		tri          analyze.Tri
		header, name string
	}{
		{after.Signs.Get, "", "the method"}, {after.Signs.HTTP11, "", "the version"},
		{after.Signs.Upgrade, "Upgrade", "Upgrade"}, {after.Signs.Connection, "Connection", "Connection"},
		{after.Signs.Key, "Sec-WebSocket-Key", "Sec-WebSocket-Key"}, {after.Signs.Version, "Sec-WebSocket-Version", "Sec-WebSocket-Version"},
	} {
		switch {
		case part.tri != analyze.No:
		case part.header != "" && !after.Request.Has(part.header):
			parts = append(parts, "removed "+part.header)
		default:
			parts = append(parts, "changed "+part.name)
		}
	}
	return strings.Join(parts, ", ")
}
