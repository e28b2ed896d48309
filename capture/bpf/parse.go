package bpf

import (
	"fmt"
	"slices"
)

// maxNesting bounds parentheses and negations within each other.
const maxNesting = 200

// Parse reads an expression. Empty, it lets every packet pass. An error is
// always an *Error.
//
// A name of a service stands for its port with every protocol, whatever
// /etc/services of this machine says.
func Parse(text string) (*Filter, error) {
	tokens, err := split(text)
	if err != nil {
		return nil, err
	}
	if len(tokens) == 1 {
		return &Filter{}, nil
	}
	p := &parser{tokens: tokens}
	root, err := p.expr()
	if err != nil {
		return nil, err
	}
	if t := p.peek(); t.text == ")" {
		return nil, fail(t, "a ) without its (", "leave it out, or put the ( where it belongs")
	}
	return &Filter{root}, nil
}

// parser reads tokens from the left.
type parser struct {
	tokens []token
	next   int
	depth  int
	// last holds the qualifiers that an operand without any repeats; nil where
	// there are none to repeat, behind a protocol or a parenthesis.
	last *qualifiers
}

func (p *parser) peek() token { return p.tokens[p.next] }

// take returns the next token; the empty one at the end stays.
func (p *parser) take() token {
	t := p.tokens[p.next]
	if t.text != "" {
		p.next++
	}
	return t
}

// accept takes the next token if it is text.
func (p *parser) accept(text string) bool {
	if p.peek().text != text {
		return false
	}
	p.take()
	return true
}

func fail(t token, problem, hint string) error { return &Error{t.at, problem, hint} }

// deeper enters a parenthesis or a negation.
func (p *parser) deeper(t token) error {
	if p.depth++; p.depth > maxNesting {
		return fail(t, fmt.Sprintf("more than %d parentheses and negations within each other", maxNesting), "write it with fewer")
	}
	return nil
}

// expr reads terms and operands up to a closing parenthesis or the end.
func (p *parser) expr() (*expr, error) {
	left, err := p.term()
	for err == nil {
		op := isAnd
		switch t := p.peek(); t.text {
		case "", ")":
			return left, nil
		case "and":
		case "or":
			op = isOr
		default:
			return nil, notJoined(t)
		}
		p.take()
		var right *expr
		if p.atOperand() {
			right, err = p.repeated()
		} else {
			right, err = p.term()
		}
		left = &expr{op: op, left: left, right: right}
	}
	return nil, err
}

// notJoined refuses what stands where and or or had to be.
func notJoined(t token) error {
	if err := foreign(t); err != nil {
		return err
	}
	return fail(t, fmt.Sprintf("%q follows without and or or", t.text), fmt.Sprintf("write and %s, or or %s", t.text, t.text))
}

// atOperand tells whether what follows is an operand and no term, which shows
// only behind parentheses and negations.
func (p *parser) atOperand() bool {
	i := p.next
	for p.tokens[i].text == "(" || p.tokens[i].text == "not" {
		i++
	}
	t := p.tokens[i].text
	return t != "" && t != ")" && t != "and" && t != "or" && !isKeyword(t)
}

// repeated reads an operand that has the qualifiers of the one before.
func (p *parser) repeated() (*expr, error) {
	if p.last == nil {
		return nil, bare(p.peek())
	}
	return p.operand(*p.last)
}

// bare refuses a value without qualifiers.
func bare(t token) error {
	if err := foreign(t); err != nil {
		return err
	}
	if t.text == "(" || t.text == "not" {
		return fail(t, "values follow without a word that says what they are", "write host, net, port or portrange before each")
	}
	return fail(t, fmt.Sprintf("%q stands without a word that says what it is", t.text), "write "+guess(t.text))
}

// term reads what is complete in itself.
func (p *parser) term() (*expr, error) {
	t := p.peek()
	switch {
	case t.text == "not":
		p.take()
		if err := p.deeper(t); err != nil {
			return nil, err
		}
		left, err := p.term()
		p.depth--
		return &expr{op: isNot, left: left}, err
	case t.text == "(":
		return p.parenthesis()
	case t.text == "":
		return nil, fail(t, "the filter ends too early", "write something behind "+p.before()+", for instance port 80")
	case t.text == ")", t.text == "and", t.text == "or":
		return nil, fail(t, fmt.Sprintf("nothing stands before %s", t.text), "write for instance: port 80 or port 8081")
	case isQualifier(t.text):
		return p.primitive()
	}
	return nil, bare(t)
}

// before returns the token before the next, for a message.
func (p *parser) before() string {
	if p.next == 0 {
		return "it"
	}
	return p.tokens[p.next-1].text
}

func (p *parser) parenthesis() (*expr, error) {
	open := p.take()
	if err := p.deeper(open); err != nil {
		return nil, err
	}
	inner, err := p.expr()
	if err != nil {
		return nil, err
	}
	if !p.accept(")") {
		return nil, fail(open, "a ( without its )", "put the ) where it belongs")
	}
	p.depth--
	p.last = nil
	return inner, nil
}

// primitive reads qualifiers and their operand, or a protocol alone.
func (p *parser) primitive() (*expr, error) {
	first := p.peek()
	var q qualifiers
	if slices.Contains(protocols, first.text) {
		q.protocol = p.take().text
	}
	var err error
	if q.direction, err = p.direction(); err != nil {
		return nil, err
	}
	if t := p.peek(); slices.Contains(kinds, t.text) {
		q.kind = p.take().text
	}
	if q == (qualifiers{protocol: q.protocol}) {
		if t := p.peek().text; t != "" && t != ")" && t != "and" && t != "or" {
			return nil, notQualified(q.protocol, p.peek())
		}
		p.last = nil
		return &expr{primitive: primitive{qualifiers: q}}, nil
	}
	if q.kind == "" {
		q.kind = "host" // as libpcap has it
		if t := p.peek(); startsNumber(t.text) && !mayBeAddress(t.text) {
			return nil, fail(t, fmt.Sprintf("%q is no address", t.text), fmt.Sprintf("write %s port %s", q.direction, t.text))
		}
	}
	if err := q.check(first); err != nil {
		return nil, err
	}
	p.last = &q
	return p.operand(q)
}

// notQualified refuses t behind a protocol.
func notQualified(protocol string, t token) error {
	if err := foreign(t); err != nil {
		return err
	}
	if isQualifier(t.text) || t.text == "(" || t.text == "not" {
		return fail(t, fmt.Sprintf("%q follows %s without and or or", t.text, protocol), fmt.Sprintf("write %s and %s", protocol, t.text))
	}
	return fail(t, fmt.Sprintf("%q stands without a word that says what it is", t.text), fmt.Sprintf("write %s and %s", protocol, guess(t.text)))
}

// direction reads src and dst, one or both.
func (p *parser) direction() (string, error) {
	one := p.peek().text
	if one != "src" && one != "dst" {
		return "", nil
	}
	p.take()
	join, other := p.peek(), ""
	if p.next+1 < len(p.tokens) {
		other = p.tokens[p.next+1].text
	}
	if join.text != "and" && join.text != "or" {
		return one, nil
	}
	if other != "src" && other != "dst" || other == one {
		return "", fail(join, fmt.Sprintf("%s stands without an address or port", one), fmt.Sprintf("write %s host ADDRESS or %s port NUMBER, or src or dst", one, one))
	}
	p.next += 2
	if join.text == "and" {
		return "src and dst", nil
	}
	return "src or dst", nil
}

// operand reads a value, a negated one, or several in parentheses.
func (p *parser) operand(q qualifiers) (*expr, error) {
	t := p.peek()
	switch t.text {
	case "not":
		p.take()
		if err := p.deeper(t); err != nil {
			return nil, err
		}
		left, err := p.operand(q)
		p.depth--
		return &expr{op: isNot, left: left}, err
	case "(":
		p.take()
		if err := p.deeper(t); err != nil {
			return nil, err
		}
		inner, err := p.operands(q)
		if err == nil && !p.accept(")") {
			return nil, p.unclosed(t)
		}
		p.depth--
		return inner, err
	}
	v, err := p.value(q)
	return &expr{primitive: primitive{q, v}}, err
}

// unclosed says why the operands in a parenthesis end where they do.
func (p *parser) unclosed(open token) error {
	if t := p.peek(); t.text != "" {
		return notJoined(t)
	}
	return fail(open, "a ( without its )", "put the ) where it belongs")
}

// operands reads what stands in a parenthesis behind qualifiers.
func (p *parser) operands(q qualifiers) (*expr, error) {
	if t := p.peek(); t.text == "(" {
		return nil, fail(t, "a parenthesis at the beginning of another", "leave one of them out")
	}
	left, err := p.operand(q)
	for err == nil {
		op := isAnd
		switch p.peek().text {
		case "and":
		case "or":
			op = isOr
		default:
			return left, nil
		}
		p.take()
		var right *expr
		right, err = p.operand(q)
		left = &expr{op: op, left: left, right: right}
	}
	return nil, err
}
