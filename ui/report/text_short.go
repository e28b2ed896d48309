package report

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"elbscope/internal/wiretext"
)

// The short form of an explanation: what happened and why, in a few points;
// the one or two remedies that fit, ready to copy; the first words about what
// they cost and how to check them. Nothing is said twice on one page, and what
// the drawing has shown is not told again. Full leaves this file unused.

// briefly is how far a point is told, in cells: sentences are kept whole up to
// there, which is two lines, and at least one is.
const briefly = 150

// fullRemedies are told step by step on a page with one story; with several,
// each story has one.
const fullRemedies = 2

// section is one heading of an explanation with what stands under it.
type section struct{ heading, body string }

func sectionsOf(text string) []section {
	var all []section
	for i, s := range strings.Split("\n"+strings.TrimSpace(text), "\n## ") {
		if s = strings.TrimSpace(s); s == "" {
			continue
		}
		if i == 0 {
			all = append(all, section{"Why", s})
			continue
		}
		heading, body, _ := strings.Cut(s, "\n")
		all = append(all, section{heading, strings.TrimSpace(body)})
	}
	return all
}

// short prints the explanation of st. compared is set where the headers stand
// side by side above it.
func (p *page) short(st *story, t *told, compared bool) {
	e := p.o.explain(st.Finding)
	if e.Text == "" || e.Text == p.masking.text(st.Title()) && len(e.Remedies) == 0 {
		return
	}
	sections := sectionsOf(e.Text)
	p.points(st, sections, t, compared)
	p.shortRemedies(st, e.Note, t)
	for _, s := range sections {
		switch s.heading {
		case "What it costs":
			p.costs(st, s, t)
		case "How to check":
			p.check(st, s, t)
		}
	}
}

var (
	// inPacket is in the list items that say again what the ladder draws.
	inPacket = regexp.MustCompile(`\bin packet \d+`)
	askedFor = regexp.MustCompile("^(The client `[^`]*`( \\([^)]*\\))?|A client) asked for ")
)

// resemblance is what "looks like" says by itself.
const resemblance = " That is a resemblance, and no proof."

// points tell what happened and why it fails, a paragraph each.
func (p *page) points(st *story, sections []section, t *told, compared bool) {
	var points []string
	add := func(text string) {
		if t.before(st.ID, text) == "" {
			points = append(points, text)
		}
	}
	for _, s := range sections {
		switch s.heading {
		case "What happened":
			for i, b := range blocksOf(s.body) {
				// The title and the comparison say who did what to which request.
				shown := compared && (i == 0 || askedFor.MatchString(b.text))
				if shown || b.item && inPacket.MatchString(b.text) {
					continue
				}
				_, text := listItem(b.text)
				add(strings.TrimSuffix(cmp.Or(text, b.text), resemblance))
			}
		case "Why it fails", "Why":
			if blocks := blocksOf(s.body); len(blocks) > 0 {
				add(leading(blocks[0].text, briefly))
			}
		}
	}
	if len(points) == 0 {
		return
	}
	p.subheading("What happened, and why")
	for _, text := range points {
		p.text("  - ", "    ", p.own(inline(text)))
	}
}

// shortRemedies tells the remedies that fit best, names those that may fit,
// and refers to the finding under which the rest is told.
func (p *page) shortRemedies(st *story, note string, t *told) {
	mine, elsewhere := t.plan.of(st)
	if len(mine)+len(elsewhere) == 0 {
		return
	}
	if len(mine) == 0 && len(elsewhere) == 1 {
		p.empty()
		p.line("  " + bold.on("What to change") + ": " + p.own(elsewhere[0]) + ".")
		p.note(st.ID, note, t)
		return
	}
	full := inFull(mine, t.plan.full)
	heading, more := "What to change", "every step: elbscope explain "+p.wire(st.Rule, 0)
	switch {
	case len(mine) == len(full):
		more = ""
	case wiretext.Width(heading+more)+len("   ()") <= p.width:
		heading, more = heading+" ("+more+")", ""
	}
	p.subheading(heading)
	p.note(st.ID, note, t)
	number := 0
	var others []string
	for i, c := range mine {
		switch {
		case c.fit == contradicted:
		case c.fit == unlikely:
			others = append(others, inline(supposing(c, st.Facts().Hop != "")))
		case full[i]:
			number++
			p.remedy(strconv.Itoa(number)+". ", c.Remedy)
		default:
			number++
			lead := "  " + strconv.Itoa(number) + ". "
			p.text(lead, strings.Repeat(" ", len(lead)), p.own(inline(c.Title)))
		}
	}
	for _, r := range elsewhere {
		if number == 0 || !strings.HasSuffix(r, above) {
			p.text("  - ", "    ", p.own(r))
		}
	}
	for _, title := range foldHops(others) {
		p.text("  - ", "    ", p.own(title))
	}
	if more != "" {
		p.text("  ", "  ", more)
	}
}

// above ends a reference to what the reader has seen already.
const above = " above"

const ifTheHop = "If the hop is "

// foldHops makes one title of those that are each for another kind of hop.
func foldHops(titles []string) []string {
	var kept, hops []string
	for _, t := range titles {
		if hop, ok := strings.CutPrefix(t, ifTheHop); ok {
			hops = append(hops, hop)
		} else {
			kept = append(kept, t)
		}
	}
	switch n := len(hops); n {
	case 0:
		return kept
	case 1:
		return append(kept, ifTheHop+hops[0])
	default:
		return append(kept, ifTheHop+strings.Join(hops[:n-1], ", ")+" or "+hops[n-1])
	}
}

// costs prints the beginning of each point. A lead such as "If the listener
// has to change:" stands only where something of its list does.
func (p *page) costs(st *story, s section, t *told) {
	var kept []block
	for _, b := range blocksOf(s.body) {
		if t.before(st.ID, b.text) != "" {
			continue
		}
		if n := len(kept); n > 0 && leads(kept[n-1]) && !b.item {
			kept = kept[:n-1]
		}
		b.text = leading(b.text, briefly)
		kept = append(kept, b)
	}
	if n := len(kept); n > 0 && leads(kept[n-1]) {
		kept = kept[:n-1]
	}
	switch len(kept) {
	case 0:
	case 1:
		_, text := listItem(kept[0].text)
		p.empty()
		p.text("  "+bold.on(p.own(s.heading))+": ", "    ", p.own(inline(cmp.Or(text, kept[0].text))))
	default:
		p.subheading(p.own(s.heading))
		p.markdown("  ", joined(kept))
	}
}

func leads(b block) bool { return !b.item && !b.code && strings.HasSuffix(b.text, ":") }

// check prints the beginning of each step, and what is to be copied.
func (p *page) check(st *story, s section, t *told) {
	if earlier := t.before(st.ID, s.body); earlier != "" {
		p.line("  " + bold.on(p.own(s.heading)) + ": as for " + earlier + ".")
		return
	}
	p.subheading(p.own(s.heading))
	blocks := blocksOf(s.body)
	for i := range blocks {
		if blocks[i].code {
			continue
		}
		mark, text := listItem(blocks[i].text)
		if mark != "" {
			// The dot behind a number ends no sentence.
			blocks[i].text = mark + " " + leading(text, briefly)
		} else {
			blocks[i].text = leading(blocks[i].text, briefly)
		}
	}
	p.markdown("  ", joined(blocks))
}

// block is a paragraph, a list item or a fenced block, as it stands in the
// Markdown; lines of a paragraph or an item are joined.
type block struct {
	text       string
	item, code bool
}

func blocksOf(md string) []block {
	var all []block
	open, fenced := false, false
	for l := range strings.Lines(md) {
		l = strings.TrimRight(l, " \t\r\n")
		trimmed := strings.TrimLeft(l, " \t")
		fence := strings.HasPrefix(trimmed, "```") || strings.HasPrefix(trimmed, "~~~")
		last := len(all) - 1
		switch mark, _ := listItem(trimmed); {
		case fence && !fenced:
			all = append(all, block{text: l, code: true})
			fenced, open = true, false
		case fenced:
			all[last].text += "\n" + l
			fenced = !fence
		case trimmed == "":
			open = false
		case mark != "":
			all = append(all, block{text: trimmed, item: true})
			open = true
		case open:
			all[last].text += " " + trimmed
		default:
			all = append(all, block{text: trimmed})
			open = true
		}
	}
	return all
}

// joined makes Markdown of blocks again.
func joined(blocks []block) string {
	var b strings.Builder
	for i, x := range blocks {
		switch {
		case i == 0:
		case x.item && (blocks[i-1].item || leads(blocks[i-1])):
			b.WriteString("\n")
		default:
			b.WriteString("\n\n")
		}
		b.WriteString(x.text)
	}
	return b.String()
}

var sentenceEnd = regexp.MustCompile("[.?!][)\"]? +[A-Z`\"]")

// leading returns the first sentences of a text, as many as fit into so many
// cells, and at least one.
func leading(text string, cells int) string {
	end := 0
	for _, m := range append(sentenceEnd.FindAllStringIndex(text, -1), []int{0, len(text)}) {
		// A match ends with the first letter of the next sentence.
		stop := m[1]
		if stop < len(text) {
			stop -= 2
		}
		if end > 0 && wiretext.Width(text[:stop]) > cells {
			break
		}
		end = stop
	}
	return strings.TrimSpace(text[:end])
}

// plan says which story tells which remedy: the one that it fits best.
type plan struct {
	order   []*story
	full    int // how many each story tells step by step
	choices map[*story][]choice
	home    map[string]*story
}

func (p *page) planOf(stories []*story) *plan {
	pl := &plan{order: stories, choices: make(map[*story][]choice), home: make(map[string]*story), full: fullRemedies}
	best := make(map[string]fitness)
	for _, st := range stories {
		pl.choices[st] = choicesOf(st.Finding, p.o.explain(st.Finding).Remedies)
		for _, c := range pl.choices[st] {
			key := fmt.Sprint(c.Remedy)
			if pl.home[key] == nil || c.fit > best[key] {
				pl.home[key], best[key] = st, c.fit
			}
		}
	}
	homes := make(map[*story]bool)
	for key, st := range pl.home {
		homes[st] = homes[st] || best[key] > unlikely
	}
	if len(homes) > 1 {
		pl.full = 1
	}
	return pl
}

// of returns the remedies that are told under st, and a reference to each
// story that tells the others: by name where it is still to come.
func (pl *plan) of(st *story) (mine []choice, elsewhere []string) {
	titles := make(map[*story][]string)
	var homes []*story
	for _, c := range pl.choices[st] {
		home := pl.home[fmt.Sprint(c.Remedy)]
		if home == st {
			mine = append(mine, c)
			continue
		}
		if titles[home] == nil {
			homes = append(homes, home)
		}
		titles[home] = append(titles[home], inline(c.Title))
	}
	for _, home := range homes {
		n := len(titles[home])
		switch {
		case slices.Index(pl.order, home) < slices.Index(pl.order, st):
			elsewhere = append(elsewhere, Count(n, "remedy", "remedies")+" as for "+home.ID+above)
		case n == 1:
			elsewhere = append(elsewhere, titles[home][0]+": see "+home.ID)
		default:
			elsewhere = append(elsewhere, fmt.Sprintf("%s, and %d more: see %s", titles[home][0], n-1, home.ID))
		}
	}
	return mine, elsewhere
}
