package filter

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// What is refused here would be right as a text, and match nothing: people mean
// something else by it.

// quantified refuses any and all before a name of Wireshark's: as texts they
// would match nothing.
func (p *parser) quantified(w word) error {
	if p.at+1 == len(p.words) || !p.words[p.at+1].foreign() {
		return nil
	}
	rest := slices.Clone(p.words[p.at+1:])
	if len(rest) > 1 && (rest[1].operator() == len(rest[1]) || rest[1].operatorWord()) {
		rest = rest[:min(3, len(rest))]
	} else {
		rest = rest[:1]
	}
	example := ""
	for _, r := range rest {
		example += " " + r.typed()
	}
	example = example[1:]
	if _, err := Parse(example, *p.ctx); err != nil {
		example = spellings[0].example
	}
	hint := "a name matches if any leg matches"
	if w.is("all") {
		hint = "only any leg can be asked for, not all"
	}
	return &Error{Column: w[0].column, Problem: fmt.Sprintf("%s stands before a name", w), Example: example,
		Hint: fmt.Sprintf(`%s: write %s; to look for the text, quote it: "%s"`, hint, example, w)}
}

// alternativeTo tells whether the word at hand stands behind an or, and that
// behind the word before to and what closes there; 0 stands for no word.
func (p *parser) alternativeTo(to int) bool {
	for to > 0 && p.words[to].isClose() {
		to++
	}
	return to > 0 && to == p.at-1
}

// alternatives returns the words from the one at hand on that are of a kind,
// with an or between each two.
func (p *parser) alternatives(kind func(word) bool) (all []string) {
	for at := p.at; at < len(p.words) && kind(p.words[at]); at += 2 {
		all = append(all, p.words[at].String())
		if at+1 == len(p.words) || !p.words[at+1].isOr() {
			break
		}
	}
	return all
}

// loneNumber refuses a number as an alternative to a comparison. Whoever types
// it means the same name, and as a text it would be looked for elsewhere.
func (p *parser) loneNumber() error {
	c, w := &p.compared, p.peek()
	if !p.alternativeTo(c.to) || !w.number() {
		return nil
	}
	numbers := p.alternatives(word.number)
	example := fmt.Sprintf("%s == %s", c.name, numbers[0])
	switch strings.ToLower(c.op.String()) {
	case "==", "=", "eq", "===":
		example = fmt.Sprintf("%s in {%s, %s}", c.name, p.words[c.to-1].typed(), strings.Join(numbers, ", "))
	}
	if _, err := Parse(example, *p.ctx); err != nil {
		example = spelled(strings.ToLower(c.name.String())).example
	}
	return &Error{Column: w[0].column, Problem: fmt.Sprintf("%s stands behind or without a name", w), Example: example,
		Hint: fmt.Sprintf(`write %s; to look for the text, quote it: "%s"`, example, w)}
}

// loneValue refuses a value as an alternative to a field with one: whoever
// types status:404 or 502 means the same field, and 502 would be looked for in
// targets and addresses.
func (p *parser) loneValue() error {
	l, w := &p.listed, p.peek()
	value := func(w word) bool { return p.fits(l.field, w) }
	if !p.alternativeTo(l.to) || !value(w) {
		return nil
	}
	example := l.term.String() + "|" + strings.Join(p.alternatives(value), "|")
	if _, err := Parse(example, *p.ctx); err != nil {
		example = l.field.Example
	}
	return &Error{Column: w[0].column, Problem: fmt.Sprintf("%s stands behind or without a field", w), Example: example,
		Hint: fmt.Sprintf(`write %s; to look for the text, quote it: "%s"`, example, w)}
}

// fits tells whether a word without a field is a value of one, and would match
// nothing as a text. The names of verdicts do.
func (p *parser) fits(f *Field, w word) bool {
	if f == nil || w == nil || w.fieldName() > 0 || w.bare(0) == 0 || w.bare(0) == '~' || slices.ContainsFunc(verdicts, w.is) {
		return false
	}
	switch {
	case f.addrs != nil:
		if _, err := netip.ParsePrefix(w.String()); err != nil {
			return false // an address is found as a text as well
		}
	case f.Name == "id":
		if w.bare(0) != 'h' || !w[1:].number() {
			return false
		}
	case f.Name == "rule" && len(p.ctx.Rules) == 0:
		return false
	case f.Words == nil && !slices.Contains([]string{"status", "version", "source", "rule"}, f.Name):
		return false
	}
	_, err := parseValues(f, w, p.ctx)
	return err == nil
}

// number tells whether the word is one.
func (w word) number() bool {
	for i := range w {
		if c := w.bare(i); c < '0' || c > '9' {
			return false
		}
	}
	return len(w) > 0
}
