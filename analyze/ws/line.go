package ws

// outcome is what a matcher says after a byte.
type outcome uint8

const (
	undecided outcome = iota
	matches
	fails
)

const (
	// maxLine bounds the first line of an HTTP head, CRLF included.
	maxLine = 8 << 10
	// maxQuote is how much of it is kept.
	maxQuote = 200
	// maxMethod is the longest method looked for; the longest registered one
	// is UPDATEREDIRECTREF.
	maxMethod = 20
)

// The parts of a first line.
type part uint8

const (
	inMethod part = iota
	inStatus
	inRest
	atLF
)

// statusShape is what every status line begins with (RFC 9112 section 4);
// d stands for a digit.
const statusShape = "HTTP/1.d ddd"

// versionShape is what every request line ends with (section 3).
const versionShape = " HTTP/1.d"

// line matches the first line of an HTTP/1 request or response, byte by byte.
type line struct {
	part    part
	request bool
	n       int
	// method is how long the method is.
	method int
	text   [maxQuote]byte
	// tail are the last bytes, to be compared with versionShape.
	tail [len(versionShape)]byte
}

// String returns what is kept of the line.
func (l *line) String() string {
	n := l.n
	if l.part == atLF {
		n-- // the CR
	}
	return string(l.text[:min(n, maxQuote)])
}

// add takes the next byte. After anything but undecided it must not be called
// again.
func (l *line) add(c byte) outcome {
	if l.part == atLF {
		if c == '\n' {
			return matches
		}
		return fails
	}
	if !l.fits(c) || l.n+2 > maxLine {
		return fails
	}
	if l.n < maxQuote {
		l.text[l.n] = c
	}
	copy(l.tail[:], l.tail[1:])
	l.tail[len(l.tail)-1] = c
	l.n++
	return undecided
}

// fits tells whether c may stand here, and moves to the part that it opens.
func (l *line) fits(c byte) bool {
	switch l.part {
	case inMethod:
		switch {
		case isUpper(c), l.n > 0 && (c == '-' || c == '_'):
			return l.n < maxMethod
		case c == ' ' && l.n > 0:
			l.part, l.request, l.method = inRest, true, l.n
			return true
		case c == '/' && string(l.text[:l.n]) == "HTTP":
			l.part = inStatus
			return true
		}
		return false
	case inStatus:
		if l.n < len(statusShape) {
			return fitsShape(statusShape[l.n], c)
		}
		l.part = inRest
		if c == ' ' {
			return true
		}
		return l.end(c)
	}
	if c == '\r' {
		return l.end(c)
	}
	// Bytes from 0x80 up are no good style but are sent, in targets and in
	// reason phrases. A target does not begin with a space.
	return c >= ' ' && c != 0x7F && (c != ' ' || !l.request || l.n > l.method+1)
}

// end tells whether the line may end here with c.
func (l *line) end(c byte) bool {
	l.part = atLF
	if c != '\r' || !l.request {
		return c == '\r'
	}
	for i := range len(versionShape) {
		if !fitsShape(versionShape[i], l.tail[i]) {
			return false
		}
	}
	return l.n > l.method+1+len(versionShape)
}

func fitsShape(shape, c byte) bool {
	if shape == 'd' {
		return '0' <= c && c <= '9'
	}
	return shape == c
}

func isUpper(c byte) bool { return 'A' <= c && c <= 'Z' }
