package http1

import "strings"

// Flaw is a set of named oddities of a message. Odd is not wrong: each flaw
// is something that one implementation forgives and another does not.
type Flaw uint32

// The flaws.
const (
	// BareLF: a line ends in LF without CR (RFC 9112 section 2.2).
	BareLF Flaw = 1 << iota
	// ObsFold: a field value goes on in the next line (RFC 9112 section 5.2).
	ObsFold
	// SpaceBeforeColon: white space between field name and colon (5.1).
	SpaceBeforeColon
	// BadFieldName: a field name that is no token.
	BadFieldName
	// NoColon: a header line without a colon.
	NoColon
	// ControlBytes: NUL, bare CR or other control bytes in the head.
	ControlBytes
	// EmptyLineBefore: empty lines before the start line (2.2).
	EmptyLineBefore
	// BadStartLine: more or other than single spaces divide the start line.
	BadStartLine
	// LengthAndChunked: Content-Length together with Transfer-Encoding (6.1).
	LengthAndChunked
	// LengthsDiffer: several Content-Length values that differ (6.3).
	LengthsDiffer
	// BadLength: a Content-Length that is no number.
	BadLength
	// UnknownCoding: a Transfer-Encoding whose last coding is not chunked, or
	// one in HTTP/1.0, which knows none (6.1).
	UnknownCoding
	// BadChunk: chunk framing that cannot be read.
	BadChunk
	// HeadTooLong: no end of the head within what is looked at.
	HeadTooLong
	// BodyCut: the stream ended before the announced end of the body.
	BodyCut
	// Hole: bytes of the head, or of the chunk framing, are missing in the
	// capture.
	Hole
)

var flawNames = []string{
	"bare-lf", "obs-fold", "space-before-colon", "bad-field-name", "no-colon",
	"control-bytes", "empty-line-before", "bad-start-line", "length-and-chunked",
	"lengths-differ", "bad-length", "unknown-coding", "bad-chunk", "head-too-long",
	"body-cut", "hole",
}

// Has reports whether all of g is in f.
func (f Flaw) Has(g Flaw) bool { return f&g == g }

// String returns the names of the flaws, comma-separated.
func (f Flaw) String() string {
	var names []string
	for i, n := range flawNames {
		if f&(1<<i) != 0 {
			names = append(names, n)
		}
	}
	return strings.Join(names, ",")
}
