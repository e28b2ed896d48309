package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"elbscope/analyze"
	"elbscope/capture/flow"
)

// maxStories is how many findings are told; fewStories, without Options.Full.
// Whoever has more of them wants a list first.
const (
	maxStories = 10
	fewStories = 4
)

// Text writes s for a person: the answer first, then what was read, what went
// wrong and what to do about it, all handshakes in a list, and where every
// packet went.
func Text(w io.Writer, s *analyze.Snapshot, o Options) error {
	groups := analyze.Fold(s.Handshakes)
	p := newPage(w, s, newBuilder(s, groups, &o), &o)
	stories := storiesOf(groups)
	most := fewStories
	if o.Full {
		most = maxStories
	}
	most = min(most, len(stories))
	p.answer(s, stories)
	p.readSources(s)
	told := newTold(nil)
	if !o.Full {
		told.plan = p.planOf(stories[:most])
	}
	for _, st := range stories[:most] {
		p.story(st, told)
	}
	if most < len(stories) {
		p.moreStories(stories[most:])
	}
	p.unjudged(s.Handshakes)
	p.handshakes(s.Handshakes)
	p.counted(s)
	p.ending(len(stories) > 0)
	if p.err == nil {
		p.err = p.w.Flush()
	}
	if p.err != nil {
		return fmt.Errorf("writing the report: %w", p.err)
	}
	return nil
}

// heading starts a section.
func (p *page) heading(s string) {
	p.empty()
	p.line(bold.on(s))
}

// clock is a time of day; the date stands once, over the list and with the
// sources.
func (p *page) clock(t flow.Time) string {
	return t.Std().In(p.loc).Format("15:04:05.000")
}

// later is a time of day after first, with its date if that is another one.
func (p *page) later(first, t flow.Time) string {
	if p.date(first) != p.date(t) {
		return p.date(t) + " " + p.clock(t)
	}
	return p.clock(t)
}

func (p *page) date(t flow.Time) string {
	return t.Std().In(p.loc).Format("2006-01-02")
}

// ref names a packet.
func (p *page) ref(r analyze.PacketRef) string { return ref(r, p.sources) }

// ref names a packet: "#18", and with several sources "[2]#18".
func ref(r analyze.PacketRef, sources int) string {
	if r.Num == 0 {
		return ""
	}
	if sources > 1 {
		return fmt.Sprintf("[%d]#%d", r.Source+1, r.Num)
	}
	return fmt.Sprintf("#%d", r.Num)
}

// span writes a duration as one would say it.
func span(d time.Duration) string {
	switch {
	case d < 0:
		return "-" + span(-d)
	case d < 10*time.Millisecond:
		return fmt.Sprintf("%.1f ms", float64(d)/1e6)
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < 10*time.Minute:
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return d.Round(time.Second).String()
}

// Count writes a number with its noun, in the form of the one or of the many.
func Count[N int | uint64](n N, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return grouped(uint64(n)) + " " + many
}

// grouped writes a number with its digits in threes, as in 12,345.
func grouped(n uint64) string {
	s := fmt.Sprint(n)
	var b strings.Builder
	for i, c := range s {
		if i > 0 && (len(s)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(c)
	}
	return b.String()
}

// size writes a number of bytes.
func size(n uint64) string {
	switch {
	case n < 1000:
		return Count(n, "byte", "bytes")
	case n < 1_000_000:
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	case n < 1_000_000_000:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	}
	return fmt.Sprintf("%.1f GB", float64(n)/1e9)
}

// names lists the first few of many: "h1, h2, h3 and 17 more".
func names(all []string, most int) string {
	if len(all) <= most {
		return strings.Join(all, ", ")
	}
	return fmt.Sprintf("%s and %s more", strings.Join(all[:most], ", "), grouped(uint64(len(all)-most)))
}
