package preface

import (
	"slices"
	"strings"
)

// response: "HTTP/1." and a digit.
func response(b []byte, r *Result) answer {
	const start = "HTTP/1."
	r.Kind = Response
	switch a := begins(b, start); {
	case a != yes:
		return a
	case len(b) == len(start):
		return maybe
	case b[len(start)] < '0' || b[len(start)] > '9':
		return no
	}
	return yes
}

// The methods that are known to be HTTP whatever stands behind them: a
// handshake with a broken target is still one.
var methods = []string{"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"}

const (
	maxMethod = 24
	// maxEmpty is how many bytes of empty lines before a request are passed
	// over (RFC 9112 section 2.2).
	maxEmpty = 4
)

// request: a method and a target that looks like one. Methods are written in
// upper case; with one that is not known, the target has to begin like a path,
// an absolute URI or the asterisk, or any protocol of shouted words would be
// taken for HTTP.
func request(b []byte, r *Result) answer {
	r.Kind = Request
	for range maxEmpty {
		if len(b) == 0 || b[0] != '\r' && b[0] != '\n' {
			break
		}
		b = b[1:]
	}
	n := 0
	for n < len(b) && n < maxMethod && methodByte(b[n], n) {
		n++
	}
	switch {
	case n == len(b) && n < maxMethod:
		return maybe
	case n == 0, n == maxMethod, b[n] != ' ':
		return no
	case slices.Contains(methods, string(b[:n])):
		return yes
	}
	best := no
	for _, start := range [...]string{"/", "*", "http:", "https:"} {
		target := b[n+1:]
		if a := begins(strings.ToLower(string(target[:min(len(target), len(start))])), start); a == yes {
			return yes
		} else if a == maybe {
			best = maybe
		}
	}
	return best
}

func methodByte(c byte, at int) bool {
	return 'A' <= c && c <= 'Z' || at > 0 && (c == '-' || c == '_')
}
