package http1

import (
	"bytes"
	"strings"
)

// maxMethod bounds how long a method may be before the bytes are taken for
// something else. The longest registered one, "UPDATEREDIRECTREF", has 17.
const maxMethod = 20

var httpName = []byte("HTTP/")

// plausible says whether b can be the beginning of a start line, as far as its
// first maxMethod+1 bytes tell.
func plausible(b []byte, response bool) bool {
	if response {
		n := min(len(b), len(httpName))
		return bytes.Equal(b[:n], httpName[:n])
	}
	for i, c := range b {
		if c == ' ' {
			return i > 0
		}
		if !tokenByte[c] || i >= maxMethod {
			return false
		}
	}
	return true
}

// parseRequestLine fills in h from a request line, RFC 9112 section 3. It
// reports false if line is none. With whole unset the line was cut, and what
// is there is taken.
func (h *Head) parseRequestLine(line string, whole bool) bool {
	method, rest, ok := strings.Cut(line, " ")
	if !ok || method == "" || len(method) > maxMethod || !isToken(method) {
		return false
	}
	if trimmed := trimLeft(rest); trimmed != rest {
		rest = trimmed
		h.Flaws |= BadStartLine
	}
	target, version := rest, ""
	if i := len(rest) - len(" HTTP/1.1"); i >= 0 && rest[i:] == " HTTP/1.1" { // as it mostly is
		target, version = rest[:i], "1.1"
	} else if i := strings.LastIndex(rest, " HTTP/"); i >= 0 {
		target, version = rest[:i], rest[i+len(" HTTP/"):]
	} else if whole || hasControl(rest) {
		return false
	} else if i := strings.LastIndexByte(rest, ' '); i >= 0 && strings.HasPrefix("HTTP/", rest[i+1:]) {
		target = rest[:i] // the cut goes through the version's name
	}
	if trimmed := trimRight(target); trimmed != target || strings.IndexByte(target, ' ') >= 0 || strings.IndexByte(target, '\t') >= 0 {
		target = trimmed
		h.Flaws |= BadStartLine
	}
	versionAt := len(line) - len(version)
	if trimmed := trimRight(version); trimmed != version {
		version = trimmed
		h.Flaws |= BadStartLine
	}
	if whole && (target == "" || !isVersion(version)) || !beginsVersion(version) {
		return false
	}
	h.Request = true
	h.method = place{to: uint32(len(method))}
	h.target = placeOf(target, len(line)-len(rest))
	h.version = placeOf(version, versionAt)
	return true
}

// parseStatusLine fills in h from a status line, RFC 9112 section 4. The
// reason phrase and even the space before it may be missing.
func (h *Head) parseStatusLine(line string, whole bool) bool {
	rest, ok := strings.CutPrefix(line, "HTTP/")
	if !ok {
		return false
	}
	version, rest, ok := strings.Cut(rest, " ")
	h.version = placeOf(version, len("HTTP/"))
	if !ok {
		return !whole && beginsVersion(version)
	}
	if !isVersion(version) {
		return false
	}
	if trimmed := strings.TrimLeft(rest, " "); trimmed != rest {
		rest = trimmed
		h.Flaws |= BadStartLine
	}
	if len(rest) < 3 || !isDigit(rest[0]) || !isDigit(rest[1]) || !isDigit(rest[2]) || rest[0] == '0' ||
		len(rest) > 3 && rest[3] != ' ' {
		return !whole && len(rest) < 3 && (rest == "" || isDigit(rest[len(rest)-1]))
	}
	h.status = uint16(rest[0]-'0')*100 + uint16(rest[1]-'0')*10 + uint16(rest[2]-'0')
	if len(rest) > 4 {
		h.reason = placeOf(rest[4:], len(line)-len(rest[4:]))
	}
	return true
}

// validStart reports whether line (with or without its CR) is a whole start
// line of the kind wanted.
func validStart(line []byte, response bool) bool {
	var h Head
	line = bytes.TrimSuffix(line, []byte("\r"))
	if !response {
		return h.parseRequestLine(string(line), true)
	}
	// The reason phrase decides nothing: a line with many mentions of HTTP is
	// not to be copied for each.
	enough := len("HTTP/1.x")
	for enough < len(line) && line[enough] == ' ' {
		enough++
	}
	return h.parseStatusLine(string(line[:min(len(line), enough+len("200 "))]), true)
}

// isVersion accepts HTTP/1.x. HTTP/2 and later have no start lines on the
// wire; what looks like one is no message of this protocol.
func isVersion(v string) bool {
	return len(v) == 3 && v[0] == '1' && v[1] == '.' && isDigit(v[2])
}

// beginsVersion accepts what a cut may have left of a version.
func beginsVersion(v string) bool {
	return len(v) <= 3 && isVersion(v+"1.1"[len(v):])
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// tokenByte holds the tchar set of RFC 9110 section 5.6.2.
var tokenByte = func() (t [256]bool) {
	for c := '0'; c <= '9'; c++ {
		t[c] = true
	}
	for c := 'a'; c <= 'z'; c++ {
		t[c], t[c-'a'+'A'] = true, true
	}
	for _, c := range "!#$%&'*+-.^_`|~" {
		t[c] = true
	}
	return t
}()

func isToken(s string) bool {
	for i := range len(s) {
		if !tokenByte[s[i]] {
			return false
		}
	}
	return s != ""
}

// methods are those that a lost parser goes on with. While it is lost it sees
// bodies, too, so it must be stricter than where a head is due.
var methods = []string{
	"GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "CONNECT", "TRACE",
	"PROPFIND", "REPORT", "SEARCH", "MKCOL", "COPY", "MOVE", "LOCK", "UNLOCK",
}

// findStart looks for a start line that ends where line ends (line is without
// its line end) and returns where it begins, or -1. A body before it has no
// line end of its own, so it may begin anywhere; but text about HTTP, where a
// space or quote stands before it, is left alone.
func findStart(line []byte, response bool) int {
	if response {
		return findStatusLine(line)
	}
	// " HTTP/1.x" ends it.
	end := len(line) - len(" HTTP/1.x")
	if end < 0 || !bytes.HasPrefix(line[end:], []byte(" HTTP/1.")) {
		return -1
	}
	space := bytes.LastIndexByte(line[:end], ' ')
	if space < 0 {
		return -1
	}
	for _, m := range methods {
		i := space - len(m)
		if i >= 0 && string(line[i:space]) == m && !mentions(line, i) && (i == 0 || !isUpper(line[i-1])) &&
			isTarget(m, line[space+1:end]) && validStart(line[i:], false) {
			return i
		}
	}
	return -1
}

// findStatusLine does so for responses. The last one counts; but a reason
// phrase may speak of HTTP/1.1, too.
func findStatusLine(line []byte) int {
	for end := len(line); ; {
		i := bytes.LastIndex(line[:end], httpName)
		if i < 0 || !mentions(line, i) && validStart(line[i:], true) {
			return i
		}
		end = i
	}
}

// startsFresh reports whether b, which begins right behind a hole and has no
// line end, is the beginning of a start line beyond doubt: the capture has no
// more of it. With a short snapshot length every message looks like that.
func startsFresh(b []byte, response bool) bool {
	if response {
		return validStart(b, true)
	}
	for _, m := range methods {
		if rest, ok := bytes.CutPrefix(b, []byte(m+" ")); ok {
			target, _, _ := bytes.Cut(rest, []byte(" "))
			return isTarget(m, target) && !hasControl(string(bytes.TrimRight(b, "\r")))
		}
	}
	return false
}

// isTarget reports whether t can be a request target, rather than a word in
// a text: one of the four forms of RFC 9112 section 3.2.
func isTarget(method string, t []byte) bool {
	if len(t) == 0 || hasControl(string(t)) {
		return false
	}
	if method == "CONNECT" {
		return bytes.IndexByte(t, ':') > 0
	}
	return t[0] == '/' || string(t) == "*" || bytes.Contains(t, []byte("://"))
}

// mentions reports whether what starts at line[i] is rather being talked about,
// as in a log line, a manual page or an escaped string. Behind a tag it
// depends: what ends in </html> is a body, <pre> begins an example.
func mentions(line []byte, i int) bool {
	if i == 0 {
		return false
	}
	switch line[i-1] {
	case ' ', '\t', '"', '\'', '`', '(', '[', '<', ':', '=', ',', '*', '|', '\\':
		return true
	case 'n', 'r', 't':
		return i > 1 && line[i-2] == '\\'
	case '>':
		tag := bytes.LastIndexByte(line[:i], '<')
		return tag < 0 || line[tag+1] != '/'
	}
	return false
}

func isUpper(c byte) bool { return c >= 'A' && c <= 'Z' }
