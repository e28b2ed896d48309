package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"elbscope/analyze"
	"elbscope/internal/wiretext"
)

// story is one thing that went wrong, with what followed from it.
type story struct {
	*analyze.Group
	then []*analyze.Group
}

// storiesOf makes a story of each group without a cause. A group whose cause
// is not among groups, or that is its own cause, tells its own story.
func storiesOf(groups []*analyze.Group) []*story {
	index := make(map[*analyze.Group]*story)
	var stories []*story
	for _, g := range groups {
		if rootOf(g) == g {
			st := &story{Group: g}
			index[g] = st
			stories = append(stories, st)
		}
	}
	for _, g := range groups {
		if st := index[rootOf(g)]; st != nil && st.Group != g {
			st.then = append(st.then, g)
		}
	}
	return stories
}

func rootOf(g *analyze.Group) *analyze.Group {
	root := g
	for range 16 { // causes do not go in circles; if they did, this ends
		if root.Cause == nil {
			return root
		}
		root = root.Cause
	}
	return g
}

// told remembers what the page has said already, and for which finding, so
// that it is not said again for the next one: rules share remedies, and two
// findings can be of the same handshake.
type told struct {
	ladders map[*analyze.Handshake]bool
	texts   map[string]string
	plan    *plan
}

func newTold(pl *plan) *told {
	return &told{ladders: make(map[*analyze.Handshake]bool), texts: make(map[string]string), plan: pl}
}

// before returns the finding for which text was printed, or "" and remembers
// that it is printed now.
func (t *told) before(id, text string) string {
	if earlier := t.texts[text]; earlier != "" {
		return earlier
	}
	t.texts[text] = id
	return ""
}

// severityLook is how a severity is written: the word says it, the colour
// only repeats it.
func severityLook(s analyze.Severity) (string, style) {
	switch s {
	case analyze.Error:
		return "[ERROR]", red
	case analyze.Warning:
		return "[WARN]", yellow
	}
	return "[info]", cyan
}

func (p *page) story(st *story, t *told) {
	p.empty()
	p.line(dim.on(strings.Repeat(p.sign("─", "-"), p.width)))
	word, look := severityLook(st.Severity)
	p.styled(look, "", strings.Repeat(" ", len(word)+1), word+" "+p.own(p.masking.text(st.Title())))
	p.text("  ", "  ", p.own(fmt.Sprintf("%s %s, %s: %s", st.ID, p.wire(st.Rule, 0), st.Certainty, sure(st.Finding))))
	h := st.Handshakes[0]
	switch drawn := t.ladders[h]; {
	case drawn && p.o.Full:
		p.text("  ", "  ", p.affected(st.Group))
		p.empty()
		p.text("  ", "  ", fmt.Sprintf("The way of %s is drawn above.", p.wire(h.ID, 0)))
	case drawn:
		p.text("  ", "  ", p.affected(st.Group)+", drawn above")
	default:
		t.ladders[h] = true
		p.text("  ", "  ", p.affected(st.Group))
		p.ladder(h)
	}
	compared := p.changes(h, st.Finding)
	p.followUps(st, compared)
	p.evidence(st, h)
	if p.o.Full {
		p.explanation(st, t)
		return
	}
	p.short(st, t, compared)
}

// sure says in words on what the certainty rests.
func sure(f *analyze.Finding) string {
	facts := f.Facts()
	both := facts.Sent.Packet != "" && facts.Arrived.Packet != "" && facts.Sent.Packet != facts.Arrived.Packet
	switch {
	case f.Precedent != nil:
		return "another connection to this server speaks for it"
	case f.Certainty == analyze.Proven && both && facts.Hop != "":
		return "both sides of the hop are in the capture"
	case f.Certainty == analyze.Proven:
		return "the packets below show it"
	case f.Certainty == analyze.Inferred && facts.Idle != "":
		return "one side only is in the capture, and the time is that of a timeout"
	case f.Certainty == analyze.Inferred && facts.Inferred:
		return "one side only is in the capture, and the protocol leaves no other reading"
	case f.Certainty == analyze.Inferred:
		return "the packets below speak for it, and do not show all of it"
	}
	return "the capture does not hold enough"
}

// affected says how many handshakes met it, which, and when.
func (p *page) affected(g *analyze.Group) string {
	var ids []string
	for i, h := range g.Handshakes {
		if i == 0 || g.Handshakes[i-1] != h {
			ids = append(ids, p.wire(h.ID, 0))
		}
	}
	first, last := g.Handshakes[0].Start, g.Handshakes[len(g.Handshakes)-1].Start
	when := "at " + p.clock(first)
	if first != last {
		when = "from " + p.clock(first) + " to " + p.later(first, last)
	}
	return fmt.Sprintf("%s %s: %s", Count(len(ids), "handshake", "handshakes"), when, names(ids, 8))
}

// followUps are the symptoms, briefly: removing the cause removes them.
func (p *page) followUps(st *story, compared bool) {
	if len(st.then) == 0 {
		return
	}
	slices.SortStableFunc(st.then, func(a, b *analyze.Group) int {
		return cmp.Compare(p.build.aligned(symptomOf(a)), p.build.aligned(symptomOf(b)))
	})
	if p.o.Full || !compared {
		p.empty()
	}
	const most = 8
	for i, g := range st.then {
		if i == most {
			p.line(fmt.Sprintf("  and %s more that followed", grouped(uint64(len(st.then)-i))))
			break
		}
		s := p.own(p.masking.text(g.Title()))
		if len(g.Findings) != len(st.Findings) {
			s += fmt.Sprintf(" (%s)", Count(len(g.Findings), "handshake", "handshakes"))
		}
		if r := symptomOf(g); r.Num != 0 {
			s += " (" + p.ref(r) + ")"
		}
		p.text("  then: ", "        ", s)
	}
}

func (p *page) subheading(s string) {
	p.empty()
	p.line("  " + bold.on(s))
	p.blank = true
}

// The evidence of one handshake is shown as far as a person reads it.
const (
	maxProofs     = 12
	maxQuoteLines = 4
)

// symptomOf is the packet in which a follow-up shows: one that belongs to it
// alone, or else the answer or the close, which stand behind the request.
func symptomOf(g *analyze.Group) analyze.PacketRef {
	proofs := g.Evidence()
	for _, e := range proofs {
		if !onLadder(g.Handshakes[0], e.Packet) {
			return e.Packet
		}
	}
	for _, e := range proofs {
		if !drawn(g.Handshakes[0], e.Packet) {
			return e.Packet
		}
	}
	return analyze.PacketRef{}
}

// evidence lists the packets of the first handshake, and of the others how
// many there are. What the drawing has shown is not quoted again.
func (p *page) evidence(st *story, h *analyze.Handshake) {
	proofs := st.Evidence()
	if len(proofs) == 0 {
		first := h.First()
		proofs = []analyze.Evidence{{Packet: first.RequestPacket, Conn: first.Conn, Text: st.Title()}}
	}
	if !p.o.Full {
		// The ladder has the packet numbers of all the others.
		proofs = slices.DeleteFunc(slices.Clone(proofs), func(e analyze.Evidence) bool { return onLadder(h, e.Packet) })
		if len(proofs) == 0 {
			return
		}
	}
	p.subheading("Evidence")
	column := 0
	for _, e := range proofs[:min(len(proofs), maxProofs)] {
		column = max(column, len(p.ref(e.Packet)))
	}
	under := strings.Repeat(" ", column+4)
	quotes := make(map[string]bool)
	for i := range proofs {
		if i == maxProofs {
			p.line(fmt.Sprintf("  and %s more", Count(len(proofs)-i, "packet", "packets")))
			break
		}
		e := &proofs[i]
		p.text("  "+wiretext.Pad(p.ref(e.Packet), column)+"  ", under, p.proof(e))
		if !drawn(h, e.Packet) && !quotes[e.Quote] {
			quotes[e.Quote] = true
			p.quoted(under, e.Quote)
		}
	}
	if n := len(st.Findings) - 1; n > 0 && p.o.Full {
		p.text("  ", "  ", fmt.Sprintf("and the same of %s.", Count(n, "more handshake", "more handshakes")))
	}
}

// proof is the text of e, with the endpoints where it does not name them.
func (p *page) proof(e *analyze.Evidence) string {
	s := p.own(p.masking.text(e.Text))
	if e.Conn == nil || strings.Contains(s, e.Conn.Client.String()) || strings.Contains(s, e.Conn.Server.String()) {
		return s
	}
	return fmt.Sprintf("%s -> %s: %s", e.Conn.Client, e.Conn.Server, s)
}

// drawn reports whether the ladder shows that packet's request.
func drawn(h *analyze.Handshake, r analyze.PacketRef) bool {
	return slices.ContainsFunc(h.Sightings, func(s *analyze.Sighting) bool {
		return s.RequestPacket.Source == r.Source && s.RequestPacket.Num == r.Num
	})
}

// onLadder reports whether the ladder shows that packet at all.
func onLadder(h *analyze.Handshake, r analyze.PacketRef) bool {
	return slices.ContainsFunc(h.Sightings, func(s *analyze.Sighting) bool {
		return slices.ContainsFunc([]analyze.PacketRef{s.RequestPacket, answerPacket(s), s.ClosePacket},
			func(have analyze.PacketRef) bool { return have.Source == r.Source && have.Num == r.Num })
	})
}

func (p *page) quoted(under, quote string) {
	if quote == "" {
		return
	}
	n := 0
	for l := range strings.Lines(p.masking.quote(quote)) {
		l = strings.TrimRight(l, "\r\n")
		if strings.TrimSpace(l) == "" {
			continue
		}
		if n++; n > maxQuoteLines {
			p.line(under + "> " + p.sign("…", "..."))
			return
		}
		p.line(under + "> " + p.wire(l, p.width-len(under)-2))
	}
}

// moreStories names what is not told in full.
func (p *page) moreStories(stories []*story) {
	where := "in the JSON report"
	if !p.o.Full {
		where = "with --full"
	}
	p.heading(fmt.Sprintf("And %s, in full %s:", Count(len(stories), "more finding", "more findings"), where))
	const most = 40
	for i, st := range stories {
		if i == most {
			p.line(fmt.Sprintf("  and %s more", grouped(uint64(len(stories)-i))))
			return
		}
		word, look := severityLook(st.Severity)
		s := p.own(p.masking.text(st.Title()))
		if n := len(st.Findings); n > 1 {
			s += fmt.Sprintf(" (%s)", Count(n, "handshake", "handshakes"))
		}
		p.text("  "+look.on(word)+" ", "    ", s)
	}
}
