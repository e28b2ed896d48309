package ui

import (
	"fmt"
	"strings"

	"elbscope/capture/flow"
)

// buckets says what each bucket of the ledger means, and what to try where too
// much is in it.
var buckets = []struct {
	name, means, try string
	count            func(*flow.Ledger) uint64
}{
	{"delivered", "brought new bytes of a stream, or opened or closed a connection", "",
		func(l *flow.Ledger) uint64 { return l.Delivered }},
	{"empty", "TCP that brought nothing new: acknowledgements, retransmissions, keep-alive probes", "",
		func(l *flow.Ledger) uint64 { return l.Empty }},
	{"duplicate", "captured more than once, as with -i any on a host that forwards", "",
		func(l *flow.Ledger) uint64 { return l.Duplicate }},
	{"not TCP", "UDP, ICMP and other IP", "if your traffic is here, it may be wrapped in a tunnel that is not decoded: see the problems below",
		func(l *flow.Ledger) uint64 { return l.NotTCP }},
	{"not IP", "ARP and the like, or a link type that is not decoded", "capture with: sudo tcpdump -i any -s 0 -w capture.pcap tcp port 80",
		func(l *flow.Ledger) uint64 { return l.NotIP }},
	{"filtered", "left out by the capture filter", "", func(l *flow.Ledger) uint64 { return l.Filtered }},
	{"damaged", "too short, or contradicting themselves", "capture whole packets: tcpdump -s 0",
		func(l *flow.Ledger) uint64 { return l.Damaged }},
	{"over budget", "given up for lack of memory", "give more: --memory 1G", func(l *flow.Ledger) uint64 { return l.OverBudget }},
	{"waiting", "held back: out of order, or fragments whose rest never came", "a port filter drops all fragments but the first: capture without one",
		func(l *flow.Ledger) uint64 { return l.Waiting }},
}

// newTraffic answers "where is my traffic?": the ledger in words.
func newTraffic(a *App) screen {
	t := &traffic{a: a}
	t.pane = newPane(a.theme, "", t.content)
	t.name = "where is my traffic?"
	return t
}

type traffic struct {
	sheet
	a *App
}

func (t *traffic) refresh(*State) { t.pane.renew() }

func (t *traffic) content(width int) []line {
	s := t.a.state
	l := &s.Snap.Totals.Ledger
	out := []line{{own(strong, fmt.Sprintf("%d packets, each in one of these:", s.Snap.Totals.Packets))}, nil}
	for _, b := range buckets {
		n := b.count(l)
		if b.name == "filtered" && n > 0 {
			b.means = t.a.theme.wire(plain, t.a.o.Report.CaptureFilter.Note(n, s.Snap.Totals.Packets), 0).text
		}
		st := plain
		if n == 0 {
			st = faint
		}
		lead := fmt.Sprintf("%10d  %-11s  ", n, b.name)
		room := max(width-len(lead)-1, 10)
		for _, part := range wrap(b.means, room) {
			out = append(out, line{own(st, lead+part)})
			lead = strings.Repeat(" ", len(lead))
		}
		if n > 0 && b.try != "" {
			for _, part := range wrap("Try: "+b.try, room) {
				out = append(out, line{own(warn, lead+part)})
			}
		}
	}
	out = append(out, nil)
	words := t.a.home.now.words
	if s.Err != nil {
		// Problems of the inputs, one to a line.
		for _, problem := range strings.Split(s.Err.Error(), "\n") {
			for _, part := range fold(t.a.theme.wire(bad, problem, 0).text, max(width-1, 10)) {
				out = append(out, line{own(bad, part)})
			}
		}
		out = append(out, nil)
	}
	if len(s.Snap.Handshakes) == 0 && !s.Reading {
		out = append(out, t.a.lines(words.Nothing(width-1))...)
		out = append(out, nil)
	}
	return append(out, t.a.lines(words.Sources(width-1))...)
}
