package filter

import (
	"fmt"
	"net/netip"
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

// typed returns the word with quotes where it had some.
func (w word) typed() string {
	if slices.ContainsFunc(w, func(c char) bool { return c.quoted }) {
		return `"` + strings.ReplaceAll(w.String(), `"`, `\"`) + `"`
	}
	return w.String()
}

// protocol takes the name of a protocol, which in a display filter stands for
// all that has it: for the lower ones that is every handshake.
func (p *parser) protocol(w word, name string) (test, error) {
	switch name {
	case "http", "tcp", "frame", "eth":
		for _, other := range p.words {
			if other.foreign() {
				p.at++
				return func(*analyze.Handshake) bool { return true }, nil
			}
		}
		return nil, w.fail(fmt.Sprintf("every handshake has %s", w), fmt.Sprintf(`leave it out; to look for the text, quote it: "%s"`, w))
	case "ip", "ipv6":
		p.at++
		return func(h *analyze.Handshake) bool {
			return ends(h, func(a netip.AddrPort) bool { return a.Addr().Unmap().Is4() == (name == "ip") })
		}, nil
	case "websocket":
		return nil, &Error{Column: w[0].column, Problem: "every row here is a WebSocket handshake", Example: "is:succeeded",
			Hint: `websocket is frames in Wireshark: write is:succeeded for those that were upgraded, or nothing for all; to look for the text, quote it: "websocket"`}
	case "tls", "ssl", "http2":
		return nil, refuse(w, name+".")
	}
	return nil, nil
}

// ownSpelling says how a comparison is written with a field of ours.
func (p *parser) ownSpelling(w, op word, f *Field) error {
	example, typed := f.Example, w.String()+op.String()
	if op.is("in") {
		example, typed = p.ownList(f, w)
	} else if p.at+2 < len(p.words) {
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

// ownList writes a list behind in as alternatives of a field of ours, as far as
// they are some; typed is what stood there.
func (p *parser) ownList(f *Field, w word) (example, typed string) {
	typed = w.String() + " in"
	var values []string
	for _, part := range p.words[p.at+2:] {
		typed += " " + part.String()
		for v := range strings.FieldsFuncSeq(part.String(), func(r rune) bool { return strings.ContainsRune("{,}", r) }) {
			values = append(values, v)
		}
		if part.bare(len(part)-1) == '}' {
			break
		}
	}
	example = f.Name + ":" + strings.Join(values, "|")
	if _, err := Parse(example, *p.ctx); err != nil {
		example = f.Example
	}
	return example, typed
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
