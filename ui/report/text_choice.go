package report

import (
	"regexp"
	"slices"
	"strings"

	"elbscope/analyze"
)

// Every rule knows many ways out, because it cannot know what the hop is. A
// page has room for one or two of them. The choice is made here, by the words
// in a remedy's title and by what the finding knows about the hop: it judges
// nothing, it only says which page of the book to open first. Full leaves it.

// fitness is how well a remedy fits a finding, worst first.
type fitness int

const (
	contradicted fitness = iota // it is for another answer, or another end
	unlikely                    // it is for another kind of hop
	neutral                     // it names no kind of hop
	likely                      // it fits where the hop stands
	fitting                     // it fits what the hop looks like, or said
)

// choice is a remedy with its place in a story. variant is set where it says
// the same as one before it, in another place: it is never told in full. guess
// is set where it is for one kind of hop, and the packets do not show that the
// hop is of that kind and no other.
type choice struct {
	Remedy
	fit            fitness
	variant, guess bool
}

func choicesOf(f *analyze.Finding, remedies []Remedy) []choice {
	var all []choice
	facts := f.Facts()
	for _, r := range remedies {
		c := choice{Remedy: r}
		c.fit, c.guess = fitOf(f, &facts, r.Title)
		c.variant = strings.HasPrefix(r.Title, "nginx on Elastic Beanstalk") || strings.HasPrefix(r.Title, "Move to ")
		all = append(all, c)
	}
	return all
}

func fitOf(f *analyze.Finding, facts *analyze.Facts, title string) (fit fitness, guess bool) {
	if codes := statuses(title); codes != nil {
		if len(facts.Status) < 3 {
			return unlikely, false
		}
		return either(slices.Contains(codes, facts.Status[:3]), fitting, contradicted), false
	}
	for _, c := range circumstances {
		if strings.Contains(title, c.words) {
			fit = c.fit(facts)
			return fit, fit == likely && !strings.HasPrefix(title, "If ")
		}
	}
	for _, p := range products {
		if slices.ContainsFunc(p.titles, func(w string) bool { return strings.Contains(title, w) }) {
			fit = p.fit(f, facts)
			return fit, fit != fitting
		}
	}
	return neutral, false
}

func either(b bool, yes, no fitness) fitness {
	if b {
		return yes
	}
	return no
}

var statusTitle = regexp.MustCompile(`^(\d{3})((?:, | or | to )\d{3})*: `)

// statuses reads the titles that begin with what was answered, as in "502, 503
// or 504: look behind it" and "301 to 308: ...". Others give nil.
func statuses(title string) []string {
	if !statusTitle.MatchString(title) {
		return nil
	}
	head, _, _ := strings.Cut(title, ":")
	if from, to, ok := strings.Cut(head, " to "); ok {
		var all []string
		for n := from; n <= to && len(all) < 100; n = next(n) {
			all = append(all, n)
		}
		return all
	}
	return strings.FieldsFunc(strings.ReplaceAll(head, " or ", ","), func(r rune) bool { return r == ',' || r == ' ' })
}

// next is the number after n, which has three digits and is less than 999.
func next(n string) string {
	b := []byte(n)
	for i := 2; i >= 0; i-- {
		if b[i]++; b[i] <= '9' {
			break
		}
		b[i] = '0'
	}
	return string(b)
}

// circumstances are titles that are about how something happened.
var circumstances = []struct {
	words string
	fit   func(*analyze.Facts) fitness
}{
	{"hung up at once", func(f *analyze.Facts) fitness {
		return either(f.How == "FIN" && !byClient(f) && strings.HasSuffix(f.Took, "ms"), fitting, contradicted)
	}},
	{"hung up after about one second", func(f *analyze.Facts) fitness {
		return either(!byClient(f) && (strings.HasPrefix(f.Took, "1.") || strings.HasPrefix(f.Took, "0.9")) && len(f.Took) == len("1.0 s"), fitting, contradicted)
	}},
	{"was reset", func(f *analyze.Facts) fitness {
		return either(f.How == "RST" && !byClient(f), fitting, contradicted)
	}},
	{"gave up waiting", func(f *analyze.Facts) fitness { return either(byClient(f), fitting, contradicted) }},
	// The only one that helps against every timer on the way.
	{"Say something more often", always},
	{"the server sends it", func(f *analyze.Facts) fitness { return either(f.By == f.Arrived.To, fitting, contradicted) }},
	{"a hop sends it", func(f *analyze.Facts) fitness { return either(f.By == f.Arrived.From, fitting, contradicted) }},
	// What damaged the request is a finding of its own then.
	{"was rewritten before", func(*analyze.Facts) fitness { return contradicted }},
	{"takes the upgrade away", always},
	{"nginx: make it expect", func(f *analyze.Facts) fitness {
		return either(mentions(f.By, "nginx"), fitting, either(f.By == "", likely, neutral))
	}},
	{"another proxy", func(f *analyze.Facts) fitness {
		return either(strings.HasPrefix(f.Hop, "a proxy") && f.Looks == "", likely, unlikely)
	}},
	{"look for another hop", func(f *analyze.Facts) fitness {
		if mentions(f.Looks, "Application Load Balancer") {
			return either(f.Undecided(), likely, fitting)
		}
		return either(f.Looks == "", unlikely, contradicted)
	}},
	{"the hop is the load balancer", func(f *analyze.Facts) fitness {
		return either(strings.HasPrefix(f.Hop, "the load balancer") && f.Looks == "", neutral, unlikely)
	}},
	// Whatever the hop is, that is what it has to do. nginx and HAProxy are told where.
	{"Sec-WebSocket headers", always},
	{"as it was sent", always},
	{"method stay GET", always},
	{"port speak HTTP/1.1", always},
	// Good to have afterwards, and no way out by itself.
	{"PROXY protocol, both sides", func(*analyze.Facts) fitness { return unlikely }},
}

func always(*analyze.Facts) fitness { return fitting }

// byClient reports whether the near side of the last leg closed it.
func byClient(f *analyze.Facts) bool { return f.ClosedBy != "" && f.ClosedBy == f.Arrived.From }

// product is a kind of hop: the words for it in titles, and in what is known
// of the hop. unknown is how well it fits where nothing is known.
type product struct {
	titles []string
	looks  []string
	// another, if it is not "", is a kind with one of these words in its name.
	another string
	unknown func(*analyze.Finding, *analyze.Facts) fitness
}

// The order matters where a title names two.
var products = []product{
	{[]string{"ingress-nginx"}, []string{"ingress-nginx"}, "", never},
	{[]string{"nginx"}, []string{"nginx"}, "ingress-nginx", func(f *analyze.Finding, facts *analyze.Facts) fitness {
		return either(facts.Local || strings.HasPrefix(facts.Hop, "the server") || unmarked(f, facts), likely, unlikely)
	}},
	{[]string{"HAProxy"}, []string{"HAProxy"}, "", never},
	{[]string{"Apache"}, []string{"Apache"}, "", never},
	{[]string{"Varnish"}, []string{"Varnish"}, "", never},
	{[]string{"Cloudflare"}, []string{"Cloudflare"}, "", never},
	{[]string{"API Gateway"}, []string{"API Gateway"}, "", never},
	{[]string{"Heroku"}, []string{"Heroku"}, "", never},
	{[]string{"Envoy"}, []string{"Envoy"}, "", never},
	{[]string{"Traefik"}, []string{"Traefik"}, "", never},
	{[]string{"Caddy"}, []string{"Caddy"}, "", never},
	{[]string{"IIS"}, []string{"IIS"}, "", never},
	{[]string{"CloudFront"}, []string{"CloudFront"}, "", never},
	{[]string{"Network Load Balancer"}, []string{"Network Load Balancer"}, "", never},
	{[]string{"Application Load Balancer: "}, []string{"Application Load Balancer"}, "", sameSide},
	{[]string{"Classic Load Balancer", "Elastic Beanstalk", "Move to an Application Load Balancer"}, []string{"Classic Load Balancer"}, "", sameSide},
}

func never(*analyze.Finding, *analyze.Facts) fitness { return unlikely }

// sameSide is for what stands before the instance: the hop that is known to
// stand there, something before the instance, or one that sends requests to it.
func sameSide(f *analyze.Finding, facts *analyze.Facts) fitness {
	hop := facts.Hop
	there := strings.HasPrefix(hop, "the load balancer") || strings.HasPrefix(hop, "something ") ||
		hop == "" && facts.By != "" && facts.By == facts.Arrived.From
	return either(there && !facts.Local && !unmarked(f, facts), likely, unlikely)
}

// unmarked reports whether the hop left out what AWS's load balancers do, and
// did what a bare nginx does: it added no address of the client on the only
// leg in the capture, or it speaks HTTP/1.0.
func unmarked(f *analyze.Finding, facts *analyze.Facts) bool {
	return facts.Inferred && facts.ClientFrom == "" || f.DamageHop > 0 && facts.Arrived.Version == "HTTP/1.0"
}

func (p *product) fit(f *analyze.Finding, facts *analyze.Facts) fitness {
	known := facts.Looks
	if f.DamageHop == 0 && (facts.LostBehind || strings.HasPrefix(facts.Status, "502")) {
		// Who made up a 502, or stands before who saw no upgrade, is where the
		// next look goes.
		known += " " + facts.By
	} else if facts.HopAnswered() {
		known = facts.By // which it signed
	}
	switch {
	case p.another != "" && mentions(known, p.another):
		return unlikely
	case slices.ContainsFunc(p.looks, func(w string) bool { return mentions(known, w) }):
		return either(facts.Undecided(), likely, fitting)
	case facts.Looks != "":
		return unlikely
	}
	return p.unknown(f, facts)
}

// mentions reports whether s says that word: not in the remark in brackets,
// which says what is missing as well as what is there.
func mentions(s, word string) bool {
	before, _, _ := strings.Cut(s, " (X-")
	return strings.Contains(strings.ToLower(before), strings.ToLower(word))
}

// best is what the answer advises, nil where nothing fits.
func best(all []choice) *choice {
	var c *choice
	fit := neutral
	for i := range all {
		if all[i].fit > fit {
			c, fit = &all[i], all[i].fit
		}
	}
	return c
}

var advises = regexp.MustCompile(`^(compare|look|leave|update|let|wait|stop) `)

// advice is the title of a remedy, or where that only says when it applies,
// what its first step says. What is for a kind of hop that nothing shows says so.
func advice(c *choice) string {
	when, what, divided := strings.Cut(c.Title, ": ")
	conditional := statuses(c.Title) != nil || strings.HasPrefix(when, "If ")
	switch {
	case c.guess && conditional && !divided && len(c.Steps) > 0:
		step := strings.TrimSuffix(leading(c.Steps[0], briefly), ".")
		return when + ", " + strings.ToLower(step[:1]) + step[1:]
	case c.guess && !conditional && divided:
		return supposing(*c, true)
	case conditional && divided && advises.MatchString(what):
		return strings.ToUpper(what[:1]) + what[1:]
	case (conditional || clause.MatchString(c.Title)) && len(c.Steps) > 0:
		return strings.TrimSuffix(leading(c.Steps[0], briefly), ".")
	}
	return c.Title
}

// supposing is the title of a remedy for a kind of hop that nothing points to.
// known is set where it is known which hop it would be.
func supposing(c choice, known bool) string {
	when, what, divided := strings.Cut(c.Title, ": ")
	if !c.guess || !divided || strings.HasPrefix(when, "If ") {
		return c.Title
	}
	if !known {
		return "If there is " + withArticle(when) + ", " + what
	}
	return "If it is " + withArticle(when) + ", " + what
}

// withArticle puts one before a kind of hop.
func withArticle(kind string) string {
	switch {
	case slices.Contains([]string{"nginx", "HAProxy", "Envoy", "Elastic Beanstalk"}, kind):
		return kind
	case strings.HasPrefix(kind, "nginx "), strings.HasPrefix(kind, "Application "):
		return "an " + kind
	}
	return "a " + kind
}

var clause = regexp.MustCompile(`^(It|The application|Nobody) `)

// inFull returns which of the choices are told step by step: the best ones, of
// equals those with something to copy first. What names no kind of hop is told
// only where nothing better is there.
func inFull(all []choice, most int) map[int]bool {
	least := neutral
	if slices.ContainsFunc(all, func(c choice) bool { return c.fit > neutral }) {
		least = likely
	}
	var order []int
	for i, c := range all {
		if c.fit >= least && !c.variant {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		x, y := all[a], all[b]
		if x.fit != y.fit {
			return int(y.fit - x.fit)
		}
		switch {
		case x.fit == neutral || (x.Config != "") == (y.Config != ""):
			return 0
		case x.Config != "":
			return -1
		}
		return 1
	})
	chosen := make(map[int]bool)
	for _, i := range order[:min(most, len(order))] {
		chosen[i] = true
	}
	return chosen
}
