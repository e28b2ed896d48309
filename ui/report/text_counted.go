package report

import (
	"fmt"
	"strings"

	"elbscope/analyze"
	"elbscope/capture/flow"
)

// counted says what was counted, and with Full where every packet went. What
// was lost is always said: it is what the report cannot know.
func (p *page) counted(s *analyze.Snapshot) {
	t := &s.Totals
	if !p.o.Full {
		if len(s.Handshakes) > 0 {
			p.empty()
		}
		p.countedBriefly(s)
		p.filtered(t)
		return
	}
	p.empty()
	p.text("Counted: ", "  ", strings.Join([]string{
		Count(t.Packets, "packet", "packets"),
		Count(t.Connections, "TCP connection", "TCP connections"),
		Count(t.Requests, "request", "requests"),
		Count(t.Responses, "response", "responses"),
		Count(t.Handshakes, "handshake", "handshakes"),
		Count(t.WebSocketFrames, "WebSocket frame", "WebSocket frames"),
	}, ", ")+".")
	if t.Packets > 0 {
		p.text("Packets: ", "  ", ledgerWords(t)+".")
	}
	p.filtered(t)
	if lost := lostIn(s); lost != "" {
		p.styled(yellow, "Lost:    ", "  ", lost+".")
	} else if t.Packets > 0 {
		p.text("Lost:    ", "  ", "nothing.")
	}
}

// filtered says what nobody looked at.
func (p *page) filtered(t *analyze.Totals) {
	if note := p.o.CaptureFilter.Note(t.Ledger.Filtered, t.Packets); note != "" {
		p.text("Filtered: ", "  ", p.own(note))
	}
}

func (p *page) countedBriefly(snap *analyze.Snapshot) {
	t := &snap.Totals
	words := []string{Count(t.Packets, "packet", "packets"), Count(t.Connections, "TCP connection", "TCP connections"),
		Count(t.Requests, "request", "requests"), Count(t.Responses, "response", "responses")}
	if n := t.WebSocketFrames; n > 0 {
		words = append(words, Count(n, "WebSocket frame", "WebSocket frames"))
	}
	s := strings.Join(words, ", ")
	if given := troubled(&t.Ledger); given != "" {
		s += "; " + given
	}
	lost := lostIn(snap)
	if lost == "" && t.Packets > 0 {
		s += "; nothing lost"
	}
	p.text("", "  ", s+".")
	if lost != "" {
		p.styled(yellow, "Lost: ", "  ", lost+".")
	}
}

// lostIn says what was lost of the packets, or else that something of the
// inputs is missing, which their problems name.
func lostIn(s *analyze.Snapshot) string {
	if lost := lostWords(&s.Totals); lost != "" {
		return lost
	}
	for _, code := range []string{flow.ProblemTruncated, flow.ProblemDamaged, flow.ProblemUnknownLink, flow.ProblemNotOpened} {
		if s.HasProblem(code) {
			return "what the problems above name"
		}
	}
	return ""
}

// troubled names the packets that were read and could not be used.
func troubled(l *flow.Ledger) string {
	var parts []string
	for _, b := range []struct {
		n    uint64
		what string
	}{{l.Damaged, "damaged"}, {l.OverBudget, "given up for lack of memory"}, {l.Waiting, "waiting for packets before them"}} {
		if b.n > 0 {
			parts = append(parts, grouped(b.n)+" "+b.what)
		}
	}
	return strings.Join(parts, ", ")
}

// ending says by what the report was made, and where the rest of it is.
func (p *page) ending(more bool) {
	var parts []string
	if p.o.Version != "" {
		parts = append(parts, "elbscope "+p.own(p.o.Version))
	}
	if more && !p.o.Full {
		parts = append(parts, "--full prints all remedies, costs and sources")
	}
	if len(parts) > 0 {
		p.styled(dim, "", "", strings.Join(parts, "; "))
	}
}

// ledgerWords says where every packet went; the numbers add up.
func ledgerWords(t *analyze.Totals) string {
	l := &t.Ledger
	var parts []string
	for _, bucket := range []struct {
		n    uint64
		what string
	}{
		{l.Delivered, "brought something new"},
		{l.Empty, "brought nothing new (ACKs, retransmissions)"},
		{l.Duplicate, "captured twice"},
		{l.NotTCP, "not TCP"},
		{l.NotIP, "not IP"},
		{l.Filtered, "left out by the filter"},
		{l.Damaged, "damaged"},
		{l.OverBudget, "given up for lack of memory"},
		{l.Waiting, "waiting for packets before them"},
	} {
		if bucket.n > 0 {
			parts = append(parts, grouped(bucket.n)+" "+bucket.what)
		}
	}
	if len(parts) == 0 {
		return "none accounted for"
	}
	return strings.Join(parts, ", ")
}

// lostWords says what the report may therefore not know; empty if nothing.
func lostWords(t *analyze.Totals) string {
	var parts []string
	if t.Gaps > 0 {
		s := Count(t.Gaps, "hole", "holes") + " in TCP streams, " + size(t.GapBytes)
		if t.SnaplenCuts > 0 {
			s += fmt.Sprintf(", %s from the snapshot length", grouped(t.SnaplenCuts))
		}
		parts = append(parts, s)
	}
	if t.KernelDropped > 0 {
		parts = append(parts, Count(t.KernelDropped, "packet", "packets")+" dropped by the kernel")
	}
	if t.Evicted > 0 {
		parts = append(parts, Count(t.Evicted, "open connection", "open connections")+" forgotten for lack of memory")
	}
	if t.Forgotten > 0 {
		parts = append(parts, Count(t.Forgotten, "exchange or handshake", "exchanges and handshakes")+" pushed out of memory")
	}
	return strings.Join(parts, "; ")
}
