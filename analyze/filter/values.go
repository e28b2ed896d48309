package filter

import (
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"

	"elbscope/analyze"
)

// parseRegexp reads ~ and a regular expression (RE2), which is all the rest:
// its | and , are its own.
func parseRegexp(f *Field, w word, ctx *Context) (test, error) {
	if f.texts == nil {
		return nil, w.fail(fmt.Sprintf("%s: takes no regular expression", f.Name), "write for instance "+f.Example)
	}
	if len(w) == 1 {
		return nil, w.fail("an empty regular expression", "write what to look for behind the ~")
	}
	expr := w[1:]
	re, err := regexp.Compile("(?i:" + expr.String() + ")")
	if err == nil {
		// Without our brackets: a lone ) must not close them.
		_, err = syntax.Parse(expr.String(), syntax.Perl)
	}
	if err != nil {
		problem := err.Error()
		var s *syntax.Error
		if errors.As(err, &s) {
			problem = s.Code.String()
		}
		return nil, expr.fail("the regular expression is wrong: "+problem,
			"a backslash before a character takes it for itself; see https://golang.org/s/re2syntax")
	}
	words := f.Words
	if f.Name == "rule" {
		words = ctx.Rules
	}
	if len(words) > 0 && !slices.ContainsFunc(words, re.MatchString) {
		return nil, expr.fail(fmt.Sprintf("no value of %s: matches %s", f.Name, expr), "there are: "+strings.Join(words, ", "))
	}
	return func(h *analyze.Handshake) bool { return f.texts(h, re.MatchString) }, nil
}

// parseText compares whole texts.
func parseText(f *Field, value word, _ *Context) (test, error) {
	if f.isNone(value) {
		return f.absent, nil
	}
	s := value.String()
	return func(h *analyze.Handshake) bool {
		return f.texts(h, func(text string) bool { return strings.EqualFold(text, s) })
	}, nil
}

// isNone: the word none, where it means something and is not quoted.
func (f *Field) isNone(value word) bool { return f.none && value.is("none") }

func (f *Field) absent(h *analyze.Handshake) bool {
	return !f.texts(h, func(string) bool { return true })
}

// parseWord takes only the field's words.
func parseWord(f *Field, value word, ctx *Context) (test, error) {
	return parseOneOf(f, f.Words, value, ctx)
}

// parseRule takes only rules that there are, if these are known.
func parseRule(f *Field, value word, ctx *Context) (test, error) {
	if len(ctx.Rules) == 0 {
		return parseText(f, value, ctx)
	}
	return parseOneOf(f, ctx.Rules, value, ctx)
}

func parseOneOf(f *Field, words []string, value word, ctx *Context) (test, error) {
	if err := f.demand(words, value); err != nil {
		return nil, err
	}
	return parseText(f, value, ctx)
}

// demand refuses a value that is none of words.
func (f *Field) demand(words []string, value word) error {
	s := value.String()
	if f.isNone(value) || slices.ContainsFunc(words, func(w string) bool { return strings.EqualFold(w, s) }) {
		return nil
	}
	if f.none {
		words = append(slices.Clone(words), "none")
	}
	return value.fail(fmt.Sprintf("there is no %s %q", f.Name, s), suggest(s, words))
}

func parseIs(f *Field, value word, _ *Context) (test, error) {
	if err := f.demand(f.Words, value); err != nil {
		return nil, err
	}
	switch strings.ToLower(value.String()) {
	case "succeeded":
		return (*analyze.Handshake).Succeeded, nil
	case "healthy":
		return func(h *analyze.Handshake) bool { return h.Verdict == analyze.Healthy }, nil
	case "damaged":
		return damaged, nil
	}
	return failed, nil
}

// failed leaves out what may yet succeed and what is not known: a client that
// got no answer in a capture that does not hold it.
func failed(h *analyze.Handshake) bool {
	if h.Status != 0 {
		return !h.Succeeded()
	}
	return h.Verdict != analyze.Pending && h.Verdict != analyze.Undetermined
}

func damaged(h *analyze.Handshake) bool {
	switch h.Verdict {
	case analyze.Malformed, analyze.Downgraded, analyze.Dropped, analyze.Rewritten, analyze.Altered:
		return true
	}
	return len(h.Damages) > 0
}

// parseStatus reads 502, 5xx, >=500 and none.
func parseStatus(f *Field, value word, _ *Context) (test, error) {
	if f.isNone(value) {
		return f.absent, nil
	}
	s := value.String()
	wrong := value.fail(fmt.Sprintf("%q is no status", s), "write 502, 5xx, >=500, <400 or none")
	if len(s) == 3 && strings.EqualFold(s[1:], "xx") && '1' <= s[0] && s[0] <= '9' {
		class := int(s[0] - '0')
		return func(h *analyze.Handshake) bool { return h.Status/100 == class }, nil
	}
	op := s[:len(s)-len(strings.TrimLeft(s, "<>="))]
	n, err := strconv.ParseUint(s[len(op):], 10, 16)
	if err != nil || n < 100 || n > 999 {
		return nil, wrong
	}
	want := int(n)
	holds := map[string]func(int) bool{
		"": func(n int) bool { return n == want }, "=": func(n int) bool { return n == want },
		">": func(n int) bool { return n > want }, ">=": func(n int) bool { return n >= want },
		"<": func(n int) bool { return n < want }, "<=": func(n int) bool { return n <= want },
	}[op]
	if holds == nil {
		return nil, wrong
	}
	return func(h *analyze.Handshake) bool { return h.Status != 0 && holds(h.Status) }, nil
}

// parseHost compares with and without the port.
func parseHost(f *Field, value word, ctx *Context) (test, error) {
	equal, err := parseText(f, value, ctx)
	if err != nil || f.isNone(value) {
		return equal, err
	}
	s := value.String()
	return func(h *analyze.Handshake) bool {
		return equal(h) || strings.EqualFold(withoutPort(h.Host), s)
	}, nil
}

func withoutPort(host string) string {
	i := strings.LastIndexByte(host, ':')
	if i < 0 || i < strings.LastIndexByte(host, ']') {
		return host
	}
	return host[:i]
}

// parseAddress reads an address, an address with port, or a network.
func parseAddress(f *Field, value word, _ *Context) (test, error) {
	if f.isNone(value) {
		return f.absent, nil
	}
	s := value.String()
	if p, err := netip.ParsePrefix(s); err == nil && !p.Addr().Is4In6() {
		return f.address(func(a netip.AddrPort) bool { return p.Contains(a.Addr().Unmap()) }), nil
	}
	if want, err := netip.ParseAddrPort(s); err == nil {
		want = netip.AddrPortFrom(plain(want.Addr()), want.Port())
		return f.address(func(a netip.AddrPort) bool { return netip.AddrPortFrom(plain(a.Addr()), a.Port()) == want }), nil
	}
	inner := s
	if strings.HasPrefix(s, "[") && strings.HasSuffix(s, "]") {
		inner = s[1 : len(s)-1]
	}
	if want, err := netip.ParseAddr(inner); err == nil {
		want = plain(want)
		return f.address(func(a netip.AddrPort) bool { return plain(a.Addr()) == want }), nil
	}
	return nil, value.fail(fmt.Sprintf("%q is no address", s),
		fmt.Sprintf("write 10.0.0.1, 10.0.0.1:80, [2001:db8::1]:80, 10.0.0.0/8, or a regular expression: %s:~^10\\.", f.Name))
}

func (f *Field) address(hit func(netip.AddrPort) bool) test {
	return func(h *analyze.Handshake) bool { return f.addrs(h, hit) }
}

// plain takes away what addresses in packets do not have.
func plain(a netip.Addr) netip.Addr { return a.Unmap().WithZone("") }

func parseVersion(f *Field, value word, ctx *Context) (test, error) {
	s := value.String()
	if len(s) != 3 || s[1] != '.' || strings.Trim(s, "0123456789") != "." {
		return nil, value.fail(fmt.Sprintf("%q is no HTTP version", s), "write 1.0 or 1.1")
	}
	return parseText(f, value, ctx)
}

// parseSource takes the number of an input, as the report numbers them.
func parseSource(_ *Field, value word, ctx *Context) (test, error) {
	n, err := strconv.Atoi(value.String())
	if err != nil || n < 0 || value.bare(0) == '+' {
		return nil, value.fail(fmt.Sprintf("%q is no number of an input", value), "the first input is source:0")
	}
	if ctx.Sources > 0 && n >= ctx.Sources {
		return nil, value.fail(fmt.Sprintf("there is no input %d", n),
			fmt.Sprintf("inputs are numbered from 0 to %d", ctx.Sources-1))
	}
	return func(h *analyze.Handshake) bool {
		return slices.ContainsFunc(h.Sightings, func(s *analyze.Sighting) bool { return s.RequestPacket.Source == n })
	}, nil
}
