package filter

import (
	"fmt"
	"slices"
	"strings"

	"elbscope/analyze"
)

// parser reads words from the left to the right.
type parser struct {
	words []word
	at    int
	ctx   *Context
	// compared is the last comparison with a name of Wireshark's.
	compared struct {
		name, op word
		to       int // the word behind it
	}
	// listed is the last term of a field whose values mean nothing as texts.
	listed struct {
		field *Field
		term  word
		to    int // the word behind it
	}
	// deep is how many parentheses and negations are open.
	deep int
}

// maxDeep bounds them: nobody writes more, and the stack is not endless.
const maxDeep = 100

// peek returns the next word, nil at the end.
func (p *parser) peek() word {
	if p.at == len(p.words) {
		return nil
	}
	return p.words[p.at]
}

func (w word) isOr() bool    { return w.is("or") || w.is("||") }
func (w word) isAnd() bool   { return w.is("and") || w.is("&&") }
func (w word) isNot() bool   { return w.is("not") || w.is("!") || w.is("-") }
func (w word) isOpen() bool  { return w.is("(") }
func (w word) isClose() bool { return w.is(")") }

// filter reads alternatives until the end or a closing parenthesis.
func (p *parser) filter() (test, error) {
	var either []test
	for {
		t, err := p.all()
		if err != nil {
			return nil, err
		}
		either = append(either, t)
		if w := p.peek(); w == nil || !w.isOr() {
			return anyOf(either), nil
		}
		p.at++
		if err := p.loneNumber(); err != nil {
			return nil, err
		}
		if err := p.loneValue(); err != nil {
			return nil, err
		}
	}
}

// all reads terms that all have to match.
func (p *parser) all() (test, error) {
	var every []test
	for {
		w := p.peek()
		switch {
		case w == nil || w.isClose() || w.isOr():
			if len(every) == 0 {
				return nil, p.missing()
			}
			return allOf(every), nil
		case w.isAnd():
			if len(every) == 0 {
				return nil, w.nothing("before")
			}
			p.at++
			if next := p.peek(); next == nil || next.isClose() || next.isOr() || next.isAnd() {
				return nil, w.nothing("behind")
			}
		}
		t, err := p.term()
		if err != nil {
			return nil, err
		}
		every = append(every, t)
	}
}

// missing says that a term is wanted where there is none.
func (p *parser) missing() error {
	w := p.peek()
	if w != nil && w.isOr() {
		return w.nothing("before")
	}
	if p.at > 0 { // or, ( or the start
		w = p.words[p.at-1]
	}
	if w.isClose() {
		return w.fail("a ) without a (", `write ( a or b ) c; to look for the text, quote it: ")"`)
	}
	if w.isOpen() {
		return w.fail("nothing stands between ( and )", "write ( a or b ) c")
	}
	return w.nothing("behind")
}

// nothing says that a term is wanted on both sides of the word.
func (w word) nothing(where string) error {
	return w.fail(fmt.Sprintf("nothing stands %s %s", where, w),
		fmt.Sprintf(`put a term on both sides, or quote it to look for the text: "%s"`, w))
}

// term reads one term, with what stands before it.
func (p *parser) term() (test, error) {
	w := p.peek()
	if p.deep++; p.deep > maxDeep {
		return nil, w.fail("too many parentheses and negations within each other", "write it with fewer of them")
	}
	defer func() { p.deep-- }()
	switch {
	case w.isOpen():
		return p.group()
	case w.isNot():
		return p.negated()
	}
	if t, err := p.comparison(); t != nil || err != nil {
		return t, err
	}
	p.at++
	if n := w.fieldName(); n > 0 {
		p.listed.field, p.listed.term, p.listed.to = lookup(strings.ToLower(w[:n].String())), w, p.at
	}
	return parseTerm(w, p.ctx)
}

// group reads what stands between parentheses.
func (p *parser) group() (test, error) {
	open := p.peek()
	p.at++
	t, err := p.filter()
	if err != nil {
		return nil, err
	}
	if p.peek() == nil { // else it is the ) that ends a filter
		return nil, open.fail("a ( is not closed", `write ) at its end; to look for the text, quote it: "("`)
	}
	p.at++
	return t, nil
}

// negated reads a word that turns the next term round.
func (p *parser) negated() (test, error) {
	w := p.peek()
	p.at++
	switch next := p.peek(); {
	case next == nil, next.isClose(), next.isOr(), next.isAnd():
		return nil, w.fail(fmt.Sprintf("nothing stands behind %s", w), "write it directly before a term: !verdict:healthy")
	case next.isNot():
		return nil, next.fail("a second negation", "one ! or - before a term is enough")
	}
	t, err := p.term()
	if err != nil {
		return nil, err
	}
	return not(t), nil
}

func not(t test) test { return func(h *analyze.Handshake) bool { return !t(h) } }

func anyOf(tests []test) test {
	if len(tests) == 1 {
		return tests[0]
	}
	return func(h *analyze.Handshake) bool {
		return slices.ContainsFunc(tests, func(t test) bool { return t(h) })
	}
}

func allOf(tests []test) test {
	if len(tests) == 1 {
		return tests[0]
	}
	return func(h *analyze.Handshake) bool {
		return !slices.ContainsFunc(tests, func(t test) bool { return !t(h) })
	}
}

// parseTerm reads a term that is one word.
func parseTerm(w word, ctx *Context) (test, error) {
	n := w.fieldName()
	if n == 0 {
		return parseValues(bareWord, w, ctx)
	}
	name, value := w[:n], w[n+1:]
	f := lookup(strings.ToLower(name.String()))
	if f == nil {
		return nil, name.fail(fmt.Sprintf("there is no field %q", name),
			suggest(name.String(), fieldNames())+fmt.Sprintf(`; to look for the text, quote it: "%s"`, w))
	}
	if len(value) == 0 {
		return nil, w.fail(fmt.Sprintf("%s: has no value", f.Name), "write for instance "+f.Example)
	}
	return parseValues(f, value, ctx)
}

// parseValues reads what stands behind the colon, or a term without a field.
func parseValues(f *Field, w word, ctx *Context) (test, error) {
	if w.bare(0) == '~' {
		return parseRegexp(f, w, ctx)
	}
	var either []test
	for {
		end := w.find("|,")
		value := w
		if end >= 0 {
			value = w[:end]
		}
		if len(value) == 0 {
			return nil, w.fail("an alternative is missing", "write a|b; quote | and , where they belong to the value")
		}
		if value.bare(0) == '~' {
			return nil, value.fail("a regular expression among other values", "it has to stand alone: "+f.prefix()+"~this|that")
		}
		t, err := f.parse(f, value, ctx)
		if err != nil {
			return nil, err
		}
		either = append(either, t)
		if end < 0 {
			break
		}
		if w = w[end+1:]; len(w) == 0 {
			return nil, value.fail("an alternative is missing", "write a|b; quote | and , where they belong to the value")
		}
	}
	return anyOf(either), nil
}
