package filter

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"elbscope/analyze"
)

// comparison reads a term of a Wireshark display filter, which consists of
// several words. It returns nil where there is none.
func (p *parser) comparison() (test, error) {
	w := p.peek()
	if w.operator() == len(w) {
		return nil, w.fail(fmt.Sprintf("%s has no field before it", w), fmt.Sprintf(`write for instance status:502; to look for the text, quote it: "%s"`, w))
	}
	if w.nameLength() < len(w) || w.isAnd() || w.isOr() || w.isNot() {
		return nil, nil
	}
	var op word
	if p.at+1 < len(p.words) {
		if next := p.words[p.at+1]; next.operator() == len(next) || next.operatorWord() && w.comparesByWord() {
			op = next
		}
	}
	name := strings.ToLower(w.String())
	known := spelled(name)
	switch {
	case known != nil:
		p.at++
		t, err := p.compare(w, op, known)
		if op != nil {
			p.compared.name, p.compared.op, p.compared.to = w, op, p.at
		}
		return t, err
	case w.foreign():
		return nil, refuse(w, name)
	case w.is("any") || w.is("all"):
		return nil, p.quantified(w)
	case op == nil:
		return p.protocol(w, name)
	case lookup(name) != nil:
		return nil, p.ownSpelling(w, op, lookup(name))
	}
	return nil, w.fail(fmt.Sprintf("there is no field %q", w),
		suggest(name, fieldNames())+fmt.Sprintf(`; to look for the text, quote it: "%s"`, w))
}

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

// loneNumber refuses a number as an alternative to a comparison. Whoever types
// it means the same name, and as a text it would be looked for elsewhere.
func (p *parser) loneNumber() error {
	c := &p.compared
	w := p.peek()
	behind := c.to
	for behind > 0 && p.words[behind].isClose() {
		behind++
	}
	if behind == 0 || behind != p.at-1 || !w.number() {
		return nil
	}
	var numbers []string
	for at := p.at; at < len(p.words) && p.words[at].number(); at += 2 {
		numbers = append(numbers, p.words[at].String())
		if at+1 == len(p.words) || !p.words[at+1].isOr() {
			break
		}
	}
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

// number tells whether the word is one.
func (w word) number() bool {
	for i := range w {
		if c := w.bare(i); c < '0' || c > '9' {
			return false
		}
	}
	return len(w) > 0
}

// typed returns the word with quotes where it had some.
func (w word) typed() string {
	if slices.ContainsFunc(w, func(c char) bool { return c.quoted }) {
		return `"` + strings.ReplaceAll(w.String(), `"`, `\"`) + `"`
	}
	return w.String()
}

// protocol takes the name of a protocol, which in a display filter stands for
// all that has it: that is every handshake.
func (p *parser) protocol(w word, name string) (test, error) {
	if !isProtocol(name) {
		return nil, nil
	}
	for _, other := range p.words {
		if other.foreign() {
			p.at++
			return func(*analyze.Handshake) bool { return true }, nil
		}
	}
	if name == "websocket" {
		return nil, nil // a text that targets do contain
	}
	return nil, w.fail(fmt.Sprintf("every handshake has %s", w), fmt.Sprintf(`leave it out; to look for the text, quote it: "%s"`, w))
}

// ownSpelling says how a comparison is written with a field of ours.
func (p *parser) ownSpelling(w, op word, f *Field) error {
	example, typed := f.Example, w.String()+op.String()
	if p.at+2 < len(p.words) {
		value := p.words[p.at+2].String()
		typed += value
		if strings.ContainsAny(value, ` :|,!-~"()`) {
			value = `"` + strings.ReplaceAll(value, `"`, `\"`) + `"`
		}
		ours := map[string]string{
			"==": "", "=": "", "eq": "", "===": "", "!=": "!", "ne": "!", ">": ">", "gt": ">", ">=": ">=", "ge": ">=",
			"<": "<", "lt": "<", "<=": "<=", "le": "<=", "contains": "~", "matches": "~",
		}
		if sign, ok := ours[strings.ToLower(op.String())]; ok {
			term := f.Name + ":" + sign + value
			if sign == "!" {
				term = "!" + f.Name + ":" + value
			}
			if _, err := Parse(term, *p.ctx); err == nil {
				example = term
			}
		}
	}
	return &Error{Column: w[0].column, Problem: fmt.Sprintf("%s behind a field", op), Example: example,
		Hint: fmt.Sprintf(`write %s; to look for the text, quote it: "%s"`, example, typed)}
}

// compare reads the operator and the value behind a name; without an operator,
// the name asks whether there is something of that kind.
func (p *parser) compare(name, op word, s *spelling) (test, error) {
	f := s.field
	if op == nil {
		if f.texts == nil { // there is always one
			return func(*analyze.Handshake) bool { return true }, nil
		}
		return not(f.absent), nil
	}
	p.at++
	value := p.peek()
	if value == nil || value.isAnd() || value.isOr() || value.isClose() {
		return nil, op.fail(fmt.Sprintf("nothing stands behind %s", op), "write a value, in quotes where it has spaces")
	}
	if op.is("in") {
		return p.oneOf(s)
	}
	p.at++
	return s.test(name, op, value, p.ctx)
}

// oneOf reads { a, b }.
func (p *parser) oneOf(s *spelling) (test, error) {
	open := p.peek()
	wrong := open.fail("behind in stands no list", "write "+s.name+" in {A, B}")
	if open.bare(0) != '{' {
		return nil, wrong
	}
	var either []test
	for first := true; ; first = false {
		w := p.peek()
		if w == nil {
			return nil, wrong
		}
		p.at++
		if first {
			w = w[1:]
		}
		last := len(w) > 0 && w.bare(len(w)-1) == '}'
		if last {
			w = w[:len(w)-1]
		}
		for len(w) > 0 {
			value := w
			if i := w.find(","); i >= 0 {
				value, w = w[:i], w[i+1:]
			} else {
				w = nil
			}
			if len(value) == 0 {
				continue
			}
			t, err := s.test(value, nil, value, p.ctx)
			if err != nil {
				return nil, err
			}
			either = append(either, t)
		}
		if last {
			break
		}
	}
	if len(either) == 0 {
		return nil, wrong
	}
	return anyOf(either), nil
}

// test makes the test of a comparison; op is nil for ==.
func (s *spelling) test(name, op, value word, ctx *Context) (test, error) {
	quoted := value.quote() // none, | and , have no meaning here
	operator := "=="
	if op != nil {
		operator = strings.ToLower(op.String())
	}
	switch operator {
	case "==", "=", "eq", "===":
		return s.field.parse(s.field, quoted, ctx)
	case "!=", "ne", "!==":
		t, err := s.field.parse(s.field, quoted, ctx)
		if err != nil {
			return nil, err
		}
		return not(t), nil
	case "contains":
		if s.field.texts != nil {
			lower := strings.ToLower(value.String())
			return func(h *analyze.Handshake) bool { return s.field.texts(h, contains(lower)) }, nil
		}
	case "matches":
		if s.field.texts != nil {
			return parseRegexp(s.field, append(word{{'~', false, value[0].column}}, quoted...), ctx)
		}
	case ">", "gt", ">=", "ge", "<", "lt", "<=", "le":
		if s.numbers != nil {
			return s.ordered(operator, value, ctx)
		}
	}
	return nil, op.fail(fmt.Sprintf("%s cannot be asked with %s", name, op), "write for instance "+s.example)
}

// ordered makes the test of an order between numbers.
func (s *spelling) ordered(operator string, value word, ctx *Context) (test, error) {
	n, err := strconv.ParseInt(value.String(), 10, 64)
	if s.name == "frame.time" {
		t, wrong := parseTime(s.field, value.quote(), ctx)
		if wrong != nil {
			return nil, wrong
		}
		n, err = int64(t), nil
	}
	if err != nil {
		return nil, value.fail(fmt.Sprintf("%q is no number", value), "write for instance "+s.example)
	}
	holds := map[string]func(int64) bool{
		">": func(m int64) bool { return m > n }, ">=": func(m int64) bool { return m >= n },
		"<": func(m int64) bool { return m < n }, "<=": func(m int64) bool { return m <= n },
	}
	for sign, letters := range map[string]string{">": "gt", ">=": "ge", "<": "lt", "<=": "le"} {
		holds[letters] = holds[sign]
	}
	return func(h *analyze.Handshake) bool { return s.numbers(h, holds[operator]) }, nil
}

// quote returns the word as it is in quotes.
func (w word) quote() word {
	q := make(word, len(w))
	for i, c := range w {
		q[i] = char{c.r, true, c.column}
	}
	return q
}
