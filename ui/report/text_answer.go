package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"elbscope/analyze"
)

// answer is the first paragraph: what somebody who reads no further must know.
func (p *page) answer(s *analyze.Snapshot, stories []*story) {
	if p.o.Note != "" {
		p.text("", "", p.own(p.masking.text(p.o.Note)))
		p.empty()
	}
	if len(s.Handshakes) == 0 {
		p.nothing(s)
		return
	}
	t := tallyOf(s.Handshakes)
	switch {
	case t.failed > 0:
		p.failures(s.Handshakes, t, stories)
	case t.healthy == t.total:
		p.allHealthy(t, stories)
	case t.damaged == t.total:
		p.styled(yellow, "", "", p.own(fmt.Sprintf("%s succeeded although damaged on the way: %s.",
			ofAll(t.damaged, t.total), p.reasonOf(t.firstDamaged))))
		p.remedyLine("", causesOf(t.firstDamaged), stories)
	case t.undetermined == t.total:
		p.styled(bold, "", "", Count(t.total, "WebSocket handshake, and nothing certain can be said of it; why stands below.",
			"WebSocket handshakes, and nothing certain can be said of any; why stands below."))
	default:
		p.styled(bold, "", "", p.own(Count(t.total, "WebSocket handshake", "WebSocket handshakes")+"; none is known to have failed."))
	}
	p.remainder(t)
}

// tally counts handshakes by how they ended.
type tally struct {
	total, failed, damaged, healthy, undetermined, pending int

	firstDamaged *analyze.Handshake
}

// outcome is how a handshake ended, from the point of view of its client.
type outcome uint8

const (
	failed outcome = iota
	damaged
	healthy
	undetermined
	pending
)

func outcomeOf(h *analyze.Handshake) outcome {
	switch {
	case h.Verdict == analyze.Undetermined:
		return undetermined
	case h.Verdict == analyze.Pending:
		return pending
	case h.Verdict == analyze.Healthy:
		return healthy
	case h.Succeeded():
		return damaged
	}
	return failed
}

func tallyOf(hs []*analyze.Handshake) tally {
	t := tally{total: len(hs)}
	for _, h := range hs {
		switch outcomeOf(h) {
		case failed:
			t.failed++
		case damaged:
			if t.damaged++; t.firstDamaged == nil {
				t.firstDamaged = h
			}
		case healthy:
			t.healthy++
		case undetermined:
			t.undetermined++
		case pending:
			t.pending++
		}
	}
	return t
}

func ofAll(n, total int) string {
	return fmt.Sprintf("%s of %s", grouped(uint64(n)), Count(total, "WebSocket handshake", "WebSocket handshakes"))
}

// reason is why some handshakes failed: all that had to go wrong for it, in
// the order of the way.
type reason struct {
	causes []*analyze.Finding
	text   string // where there is no finding
	n      int
}

// reasonsOf collects the reasons of all that failed, most frequent first.
func (p *page) reasonsOf(hs []*analyze.Handshake) []*reason {
	var reasons []*reason
	index := make(map[string]*reason)
	for _, h := range hs {
		if outcomeOf(h) != failed {
			continue
		}
		causes := causesOf(h)
		key := string(h.Verdict)
		for _, f := range causes {
			key += " " + p.build.id(f)
		}
		r := index[key]
		if r == nil {
			r = &reason{causes: causes, text: p.reasonOf(h)}
			index[key] = r
			reasons = append(reasons, r)
		}
		r.n++
	}
	slices.SortStableFunc(reasons, func(a, b *reason) int { return cmp.Compare(b.n, a.n) })
	return reasons
}

// causesOf are the findings of h that follow from nothing else: each of them
// is a place that has to change.
func causesOf(h *analyze.Handshake) []*analyze.Finding {
	var causes []*analyze.Finding
	for _, f := range h.Findings {
		if f.Cause == nil && f.Severity == analyze.Error {
			causes = append(causes, f)
		}
	}
	if len(causes) == 0 {
		return h.Findings[:min(1, len(h.Findings))]
	}
	return causes
}

// failures says what failed and why, with all that had to go wrong for it, and
// for each cause what to do about it in one line: the rest of the report is
// for whoever wants to know more.
func (p *page) failures(hs []*analyze.Handshake, t tally, stories []*story) {
	reasons := p.reasonsOf(hs)
	all := ofAll(t.failed, t.total) + " failed"
	if len(reasons) == 1 {
		r := reasons[0]
		if len(r.causes) < 2 {
			p.styled(red, "", "", p.own(all+": "+r.text+"."))
			p.remedyLine("", r.causes, stories)
			return
		}
		p.styled(red, "", "", fmt.Sprintf("%s, in %s places:", all, numeral(len(r.causes))))
		for i, f := range r.causes {
			p.styled(red, fmt.Sprintf("  %d. ", i+1), "     ", p.own(p.titleOf(f)+"."))
			p.remedyLine("     ", r.causes[i:i+1], stories)
		}
		p.text("", "", allMustChange(r.causes))
		return
	}
	p.styled(red, "", "", fmt.Sprintf("%s, for %s reasons:", all, numeral(len(reasons))))
	const most = 8
	shown := make(map[string]bool)
	for i, r := range reasons {
		if i == most {
			p.line(fmt.Sprintf("  and %d more, below", len(reasons)-most))
			break
		}
		text := r.text
		for _, f := range r.causes[min(1, len(r.causes)):] {
			text += "; and " + p.titleOf(f)
		}
		lead := fmt.Sprintf("%5s ", grouped(uint64(r.n))+p.sign("×", "x"))
		p.text(lead, "      ", p.own(text+"."))
		for j, f := range r.causes {
			if id := p.build.id(f); !shown[id] {
				shown[id] = true
				p.remedyLine("      ", r.causes[j:j+1], stories)
			}
		}
	}
}

func numeral(n int) string {
	if words := []string{"two", "three", "four", "five"}; n >= 2 && n-2 < len(words) {
		return words[n-2]
	}
	return fmt.Sprint(n)
}

// allMustChange says what several causes of one failure mean for whoever mends
// them. nginx drops Upgrade whatever Connection says, unless it is told to
// keep it; other hops drop it because Connection no longer names it, and then
// do right as soon as the first cause is gone.
func allMustChange(causes []*analyze.Finding) string {
	for i, f := range causes {
		facts := f.Facts()
		damage := f.DamageHop > 0 && (i == 0 || f.DamageHop > causes[i-1].DamageHop)
		nginx := i == 0 || mentions(facts.Looks, "nginx") || mentions(facts.By, "nginx") && strings.HasSuffix(facts.By, facts.Front)
		if !damage || !nginx {
			return "Change 1 first, then look again: what follows may only follow from it."
		}
	}
	if len(causes) == 2 {
		return "Change both. The first alone does not help while 2 is there; the second alone helps only if the hop at 1 passes the 101 on."
	}
	return "Change all of them: the last one is needed in any case, and the others may not pass the 101 on."
}

// remedyLine says in one line what to do about the first of causes: the
// remedy, if it is proven which hop did it and shown of what kind that is; what
// the answer tells about the server that gave it; otherwise what to try, or where
// to read.
func (p *page) remedyLine(lead string, causes []*analyze.Finding, stories []*story) {
	if len(causes) == 0 {
		return
	}
	f := causes[0]
	id := p.build.id(f)
	remedies := p.o.explain(f).Remedies
	if len(remedies) == 0 || !slices.ContainsFunc(stories, func(st *story) bool { return st.ID == id }) {
		return
	}
	facts := f.Facts()
	c, word := best(choicesOf(f, remedies)), "Remedy: "
	switch {
	case facts.Hop == "" && facts.Meaning != "":
		// Nobody on the way did it: what the answer tells comes first.
		p.text(lead, lead, p.own(inline(p.masking.text(facts.Meaning))))
		return
	case c == nil:
		if p.collect != nil { // on the screen
			p.text(lead, lead, "What to do: m on its story lists what may help.")
			return
		}
		p.text(lead, lead, "What to do: see "+id+".")
		return
	case f.Certainty != analyze.Proven || facts.Hop == "" || c.guess:
		word = "Try first: "
	}
	text := advice(c)
	if c.guess {
		text = strings.Replace(text, "If ", "if ", 1)
	}
	p.text(lead+word, lead+strings.Repeat(" ", len(word)), p.own(inline(text)+"."))
}

// titleOf is what a finding says, for the middle of a sentence.
func (p *page) titleOf(f *analyze.Finding) string {
	return inSentence(p.masking.text(f.Title()))
}

// reasonOf is the earliest cause of what happened to h, for the middle of a
// sentence.
func (p *page) reasonOf(h *analyze.Handshake) string {
	if causes := causesOf(h); len(causes) > 0 {
		return p.titleOf(causes[0])
	}
	switch h.Verdict {
	case analyze.Refused:
		return "it was refused"
	case analyze.Unanswered:
		return "the connection was closed without an answer"
	}
	return "it was " + string(h.Verdict) + " on the way"
}

// inSentence takes the capital from a title that begins with an article.
func inSentence(title string) string {
	title = strings.TrimRight(title, ". ")
	for _, w := range []string{"The ", "A ", "An ", "Something "} {
		if strings.HasPrefix(title, w) {
			return strings.ToLower(title[:1]) + title[1:]
		}
	}
	return title
}

func (p *page) allHealthy(t tally, stories []*story) {
	s := Count(t.total, "WebSocket handshake", "WebSocket handshakes")
	switch {
	case len(stories) > 0 && stories[0].Severity == analyze.Error:
		// The handshake is sound, and what came after it is not.
		p.styled(red, "", "", p.own(s+" got through, and then failed: "+p.titleOf(stories[0].Finding)+"."))
		p.remedyLine("", []*analyze.Finding{stories[0].Finding}, stories)
		return
	case t.total == 1:
		s += ", healthy"
	default:
		s += ", all healthy"
	}
	switch len(stories) {
	case 0:
		p.styled(green, "", "", s+".")
	case 1:
		p.styled(yellow, "", "", p.own(s+"; but "+p.titleOf(stories[0].Finding)+"."))
		p.remedyLine("", []*analyze.Finding{stories[0].Finding}, stories)
	default:
		p.styled(yellow, "", "", fmt.Sprintf("%s; but see the %d findings below.", s, len(stories)))
	}
}

// remainder says what became of those that the first sentence left out.
func (p *page) remainder(t tally) {
	var more []string
	add := func(n int, one, many string) {
		if n > 0 && n < t.total {
			more = append(more, Count(n, one, many))
		}
	}
	if t.failed > 0 || t.healthy < t.total {
		add(t.healthy, "is healthy", "are healthy")
	}
	add(t.damaged, "succeeded although damaged", "succeeded although damaged")
	add(t.undetermined, "cannot be judged", "cannot be judged")
	if t.pending > 0 {
		more = append(more, Count(t.pending, "still waits for an answer", "still wait for an answer"))
	}
	if len(more) > 0 {
		s := strings.Join(more, "; ") + "."
		p.text("", "", strings.ToUpper(s[:1])+s[1:])
	}
}
