package report

import (
	"fmt"
	"regexp"
	"strings"

	"elbscope/analyze"
	"elbscope/internal/wiretext"
)

// Up to foldBeyond handshakes have a line each; of more, those that are alike
// share one, and of those lines no more than maxLines are printed.
const (
	foldBeyond = 20
	maxLines   = 60
)

// entry is one line of the list: a handshake, and how many are like it.
type entry struct {
	*analyze.Handshake
	alike int
}

// handshakes lists all handshakes.
func (p *page) handshakes(hs []*analyze.Handshake) {
	if len(hs) == 0 {
		return
	}
	entries := fold(hs)
	p.heading(fmt.Sprintf("%s, %s, times in %s", Count(len(hs), "handshake", "handshakes"),
		p.date(hs[0].Start), hs[0].Start.Std().In(p.loc).Format("MST")))
	column := wiretext.Width("id")
	for _, e := range entries[:min(len(entries), maxLines)] {
		column = min(max(column, wiretext.Width(p.entryName(e))), 16)
	}
	p.line(dim.on("  " + wiretext.Pad("verdict", 13) + wiretext.Pad("certainty", 11) + wiretext.Pad("HTTP", 6) +
		wiretext.Pad("start", 14) + wiretext.Pad("id", column) + "  target"))
	date := p.date(hs[0].Start)
	for i, e := range entries {
		if i == maxLines {
			p.line(fmt.Sprintf("  and %s more kinds", grouped(uint64(len(entries)-i))))
			break
		}
		if d := p.date(e.Start); d != date {
			date = d
			p.line("  " + date)
		}
		p.entry(e, column)
	}
}

func (p *page) entryName(e *entry) string {
	if e.alike > 1 {
		return p.sign("×", "x") + grouped(uint64(e.alike))
	}
	return p.wire(e.ID, 0)
}

func (p *page) entry(e *entry, column int) {
	sign, look := p.outcomeSign(outcomeOf(e.Handshake))
	if outcomeOf(e.Handshake) == healthy && len(e.Findings) > 0 {
		// The handshake is; what came after it is not.
		sign, look = p.outcomeSign(damaged)
	}
	status := "-"
	if e.Status != 0 {
		status = fmt.Sprint(e.Status)
	}
	certainty := string(e.Certainty)
	if certainty == string(e.Verdict) {
		certainty = "-"
	}
	rest := wiretext.Pad(certainty, 11) + wiretext.Pad(status, 6) + wiretext.Pad(p.clock(e.Start), 14) +
		wiretext.Pad(p.cut(p.entryName(e), column), column) + "  "
	target := p.target(e.Target)
	if e.alike > 1 {
		target = pattern(target)
	}
	shown := p.wire(target, max(p.width-2-13-wiretext.Width(rest), 1))
	if target == "" {
		shown = "(not captured)"
	}
	p.line(look.orNot(sign) + " " + look.orNot(wiretext.Pad(string(e.Verdict), 13)) + rest + shown)
}

// outcomeSign is a sign for skimming; the verdict beside it is the word.
func (p *page) outcomeSign(o outcome) (string, style) {
	switch o {
	case healthy:
		return p.sign("✓", "+"), green
	case failed:
		return p.sign("✗", "x"), red
	case damaged:
		return "!", yellow
	}
	return "?", plain
}

// fold joins handshakes that look alike, in order of the first of each.
func fold(hs []*analyze.Handshake) []*entry {
	var entries []*entry
	index := make(map[string]*entry)
	for _, h := range hs {
		key := h.ID
		if len(hs) > foldBeyond {
			key = fmt.Sprint(h.Verdict, "\x00", h.Certainty, "\x00", h.Status, "\x00", pattern(h.Target))
			if h.Culprit != nil {
				key += fmt.Sprint("\x00", h.Culprit.Front, "\x00", h.Culprit.Back)
			}
		}
		if e := index[key]; e != nil && len(hs) > foldBeyond {
			e.alike++
			continue
		}
		e := &entry{h, 1}
		index[key] = e
		entries = append(entries, e)
	}
	return entries
}

// word is a path segment that a person chose; any other is taken for an id.
var word = regexp.MustCompile(`^[A-Za-z][a-z]*([._-][A-Za-z0-9]{1,8})*$|^v?\d{1,2}$`)

// pattern is a target without its query and with * for what looks like an id,
// so that the sessions of one page look alike.
func pattern(target string) string {
	path, _, query := strings.Cut(target, "?")
	segments := strings.Split(path, "/")
	for i, s := range segments {
		if s != "" && (len(s) > 24 || !word.MatchString(s)) {
			segments[i] = "*"
		}
	}
	path = strings.Join(segments, "/")
	if query {
		path += "?" + "*"
	}
	return path
}

// unjudged lists the handshakes on which the capture allows no verdict, by
// the reason.
func (p *page) unjudged(hs []*analyze.Handshake) {
	byWhy := make(map[string][]string)
	var whys []string
	for _, h := range hs {
		if outcomeOf(h) != undetermined {
			continue
		}
		why := h.Why
		if why == "" {
			why = "the capture does not hold enough of it"
		}
		if byWhy[why] == nil {
			whys = append(whys, why)
		}
		byWhy[why] = append(byWhy[why], p.wire(h.ID, 0))
	}
	if len(whys) == 0 {
		return
	}
	p.heading("Not judged")
	for i, why := range whys {
		if i == maxStories {
			p.line(fmt.Sprintf("  and %s more", grouped(uint64(len(whys)-i))))
			break
		}
		p.text("  ? ", "    ", fmt.Sprintf("%s (%s: %s)", p.own(p.masking.text(why)),
			Count(len(byWhy[why]), "handshake", "handshakes"), names(byWhy[why], 6)))
	}
}
