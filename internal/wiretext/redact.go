package wiretext

import (
	"regexp"
	"strings"
)

// Masked stands in the place of a secret. It is the same for every secret, so
// that not even a length is told.
const Masked = "<masked>"

// jwt finds JSON web tokens wherever they stand: each part is base64url, and
// the first begins with the encoding of `{"`. One whose end was cut off has no
// dot.
var jwt = regexp.MustCompile(`\beyJ[A-Za-z0-9_-]{3,}(?:\.[A-Za-z0-9_-]*)+|\beyJ[A-Za-z0-9_-]{20,}`)

func maskJWT(s string) string {
	if !strings.Contains(s, "eyJ") {
		return s
	}
	return jwt.ReplaceAllString(s, Masked)
}

// Redact returns the value of a header field without its secrets: the values
// of cookies, credentials but not their scheme, everything in a header whose
// name says that it is a token, and token-like parameters of URLs in any
// other. Keys of WebSocket handshakes stay.
func Redact(name, value string) string {
	n := fieldName(name)
	switch n {
	case "sec-websocket-key", "sec-websocket-accept", "sec-websocket-version",
		"sec-websocket-extensions":
		return value
	case "cookie", "cookie2":
		return maskCookies(value)
	case "set-cookie", "set-cookie2":
		return maskSetCookie(value)
	case "authorization", "proxy-authorization":
		return maskCredentials(value)
	case "sec-websocket-protocol":
		return maskProtocols(value)
	}
	if value != "" && secretField(n) {
		return Masked
	}
	return RedactText(value)
}

// fieldName brings a field name into the form that is compared. Bytes that
// cannot be part of a name are left out: "Cookie\x00" is still a cookie to
// some server.
func fieldName(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		case r > ' ' && r <= '~' && r != ':':
			return r
		}
		return -1
	}, name)
}

// secretField tells headers that carry a token by their name, such as
// X-Api-Key or X-Amz-Security-Token.
func secretField(name string) bool {
	return !strings.HasPrefix(name, "sec-websocket-") && secretName(name)
}

// maskCookies keeps the names: which cookie was sent is often the answer to
// why a request went to another instance.
func maskCookies(value string) string {
	parts := strings.Split(value, ";")
	for i, p := range parts {
		parts[i] = maskPair(p)
	}
	return strings.Join(parts, ";")
}

// maskPair masks "name=value", and all of what has no name.
func maskPair(p string) string {
	if strings.TrimSpace(p) == "" {
		return p
	}
	if name, _, ok := strings.Cut(p, "="); ok {
		return name + "=" + Masked
	}
	return p[:len(p)-len(strings.TrimLeft(p, " \t"))] + Masked
}

// maskSetCookie keeps the attributes of RFC 6265 and its successors. Several
// fields may have been joined by commas, so that a further cookie may follow
// in the middle of an attribute.
func maskSetCookie(value string) string {
	parts := strings.Split(value, ";")
	for i, p := range parts {
		if i > 0 && plainAttribute(p) {
			continue
		}
		parts[i] = maskPair(p)
	}
	return strings.Join(parts, ";")
}

func plainAttribute(p string) bool {
	name, value, _ := strings.Cut(strings.TrimSpace(p), "=")
	switch strings.ToLower(name) {
	case "secure", "httponly", "partitioned", "":
		return value == ""
	case "max-age", "domain", "path", "samesite", "priority", "version":
		return !strings.Contains(value, ",")
	case "expires":
		return !strings.Contains(value, "=")
	}
	return false
}

// maskCredentials keeps the scheme of RFC 9110 section 11.4.
func maskCredentials(value string) string {
	if value == "" {
		return ""
	}
	scheme, rest, ok := strings.Cut(value, " ")
	if !ok || strings.TrimSpace(rest) == "" || len(scheme) > 20 || !isScheme(scheme) {
		return Masked
	}
	return scheme + " " + Masked
}

func isScheme(s string) bool {
	for i := range len(s) {
		c := s[i] | 0x20
		letter := c >= 'a' && c <= 'z'
		if !letter && (i == 0 || s[i] != '-' && (s[i] < '0' || s[i] > '9')) {
			return false
		}
	}
	return s != ""
}

// maskProtocols looks into Sec-WebSocket-Protocol: browsers cannot set other
// headers, so people put their tokens here, behind an element that names them
// ("bearer, abc") or with a prefix (Kubernetes).
func maskProtocols(value string) string {
	const kube = "base64url.bearer.authorization.k8s.io."
	parts := strings.Split(value, ",")
	named := false
	for i, p := range parts {
		lead := p[:len(p)-len(strings.TrimLeft(p, " \t"))]
		word := strings.TrimSpace(p)
		switch {
		case named && word != "":
			parts[i] = lead + Masked
			named = false
			continue
		case len(word) > len(kube) && strings.EqualFold(word[:len(kube)], kube):
			parts[i] = lead + word[:len(kube)] + Masked
		default:
			parts[i] = lead + RedactText(p[len(lead):])
		}
		named = secretName(strings.ToLower(word))
	}
	return strings.Join(parts, ",")
}

// RedactHeadLine returns lines of a head as they stand in evidence, "Name:
// value" or a request or status line, without their secrets.
func RedactHeadLine(line string) string {
	if strings.Contains(line, "\n") {
		lines := strings.Split(line, "\n")
		for i, l := range lines {
			lines[i] = RedactHeadLine(l)
		}
		return strings.Join(lines, "\n")
	}
	if method, rest, ok := strings.Cut(line, " "); ok && isMethod(method) &&
		!strings.HasPrefix(strings.TrimLeft(rest, " \t"), ":") {
		target, version := rest, ""
		if i := strings.LastIndex(rest, " HTTP/"); i >= 0 {
			target, version = rest[:i], rest[i:]
		}
		return method + " " + RedactTarget(target) + version
	}
	name, value, ok := strings.Cut(line, ":")
	if !ok || len(strings.Fields(name)) != 1 || strings.Contains(name, `"`) {
		return RedactText(line)
	}
	body := strings.TrimLeft(value, " \t")
	lead := value[:len(value)-len(body)]
	end := strings.TrimRight(body, " \t\r")
	return name + ":" + lead + Redact(name, end) + body[len(end):]
}

func isMethod(s string) bool {
	for i := range len(s) {
		if s[i] < 'A' || s[i] > 'Z' {
			return false
		}
	}
	return s != ""
}
