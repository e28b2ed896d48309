package bpf

import (
	"fmt"
	"strings"
)

// maxExpression bounds an expression, in bytes. Far less already makes a
// program that no kernel takes.
const maxExpression = 32 << 10

// token is a word or a sign of an expression.
type token struct {
	text string // "and", "or" and "not" also for their signs; "" at the end
	at   int    // in bytes
}

// isWordByte tells what words, numbers and addresses are made of.
func isWordByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
		c == '.' || c == ':' || c == '-' || c == '_' || c == '/'
}

// split cuts an expression into tokens, of which the last one is empty.
func split(expr string) ([]token, error) {
	if len(expr) > maxExpression {
		return nil, &Error{maxExpression, fmt.Sprintf("the filter is longer than %d bytes", maxExpression), "name networks (net 10.0.0.0/8) instead of many hosts"}
	}
	var tokens []token
	for i := 0; i < len(expr); {
		from := i
		switch c := expr[i]; {
		case c == ' ', c == '\t', c == '\n', c == '\r':
			i++
			continue
		case c == '(', c == ')':
			i++
			tokens = append(tokens, token{expr[from:i], from})
		case strings.HasPrefix(expr[i:], "&&"):
			i += 2
			tokens = append(tokens, token{"and", from})
		case strings.HasPrefix(expr[i:], "||"):
			i += 2
			tokens = append(tokens, token{"or", from})
		case c == '!' && !strings.HasPrefix(expr[i:], "!="):
			i++
			tokens = append(tokens, token{"not", from})
		case isWordByte(c):
			for i < len(expr) && isWordByte(expr[i]) {
				i++
			}
			tokens = append(tokens, token{expr[from:i], from})
		default:
			return nil, strangeSign(expr, from)
		}
	}
	return append(tokens, token{"", len(expr)}), nil
}

// strangeSign refuses the character at a place.
func strangeSign(expr string, at int) error {
	switch c := expr[at]; {
	case c == '&':
		return &Error{at, "a single &", "write && or and"}
	case c == '|':
		return &Error{at, "a single |", "write || or or"}
	case c == '%':
		return &Error{at, "a zone behind an address", "leave out the % and what follows: packets do not carry it"}
	case c == '"', c == '\'':
		return &Error{at, "a quote within the filter", "leave it out: words and addresses stand as they are"}
	case c == ',':
		return &Error{at, "a comma", "write or: port 80 or 8081"}
	case strings.IndexByte("[]<>=!+*^\\", c) >= 0:
		return &Error{at, fmt.Sprintf("%q belongs to expressions that read headers or compare, which are not known here", c), viaTcpdump}
	}
	for _, r := range expr[at:] {
		return &Error{at, fmt.Sprintf("the character %q means nothing in a filter", r), "write for instance: tcp port 80 or tcp port 8081"}
	}
	return nil
}
