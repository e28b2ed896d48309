package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"elbscope/analyze"
	"elbscope/capture/flow"
	"elbscope/internal/wiretext"
)

// readSources says what was read, and every problem that was met on the way.
func (p *page) readSources(s *analyze.Snapshot) {
	if len(s.Sources) == 0 {
		return
	}
	p.empty()
	for i := range s.Sources {
		p.source(i, &s.Sources[i])
	}
}

func (p *page) source(i int, s *analyze.Source) {
	lead := "read  "
	if p.sources > 1 {
		lead = fmt.Sprintf("[%d]   ", i+1)
	}
	under := strings.Repeat(" ", len(lead))
	format := append([]string{s.Format}, s.LinkTypes...)
	if s.Compression != "" {
		format = append([]string{s.Compression}, format...)
	}
	what := fmt.Sprintf("%s, %s, %s", p.wire(strings.Join(format, " "), 0), Count(s.Packets, "packet", "packets"), size(s.Bytes))
	if s.Format == "" && s.Packets == 0 { // its problem says why
		what = "not read"
	}
	name := p.wire(s.Name, 0)
	if beside := name + ": " + what; !p.o.Full && wiretext.Width(lead+beside) <= p.width {
		p.text(lead, under, beside)
	} else {
		p.text(lead, under, name)
		p.text(under, under, what)
	}
	if s.Packets > 0 {
		p.text(under, under, p.stretch(s.First, s.Last))
	}
	if i > 0 && s.Packets > 0 {
		p.text(under, under, p.own(clockWords(s.ClockOffset)))
	}
	for _, problem := range s.Problems {
		if problem.Code != "" && slices.Contains(p.explained, problem.Code) {
			continue
		}
		p.problem(under, &problem)
	}
}

// stretch is a span of time with its date and zone.
func (p *page) stretch(first, last flow.Time) string {
	return fmt.Sprintf("%s %s to %s %s (%s)", p.date(first), p.clock(first), p.later(first, last),
		first.Std().In(p.loc).Format("MST"), span(last.Sub(first)))
}

func clockWords(offset *time.Duration) string {
	switch {
	case offset == nil:
		return "clock: nothing in common with [1] to compare it by; times as captured"
	case *offset == 0:
		return "clock: agrees with [1]"
	case *offset < 0:
		return fmt.Sprintf("clock: %s ahead of [1]; handshakes are shown on the clock of [1]", exactly(-*offset))
	}
	return fmt.Sprintf("clock: %s behind [1]; handshakes are shown on the clock of [1]", exactly(*offset))
}

// exactly is a clock offset: to the millisecond, which is as far as clocks can
// be compared by packets, unless it is smaller than that.
func exactly(d time.Duration) string {
	if d < time.Millisecond {
		return d.String()
	}
	return strings.TrimRight(strings.TrimRight(fmt.Sprintf("%.3f", d.Seconds()), "0"), ".") + " s"
}

func (p *page) problem(under string, problem *flow.Problem) {
	var where []string
	if problem.Packet > 0 {
		where = append(where, fmt.Sprintf("packet %d", problem.Packet))
	}
	if problem.Count > 1 {
		where = append(where, grouped(problem.Count)+" times")
	}
	s := problem.Code + ": " + inline(problem.Message)
	if len(where) > 0 {
		s += " (" + strings.Join(where, ", ") + ")"
	}
	p.styled(yellow, under+"! ", under+"  ", p.own(s))
}
