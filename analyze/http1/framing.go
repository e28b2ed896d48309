package http1

import (
	"bytes"
	"math"
	"strconv"
	"strings"
)

// framing says where a message's body ends.
type framing uint8

const (
	noBody framing = iota
	byLength
	chunked
	untilClose
	unclear // contradictory: nobody can say where the next message starts
)

// bodyFraming decides by RFC 9112 section 6.3, for a message without special
// rules of its status or method. Contradictions become flaws.
func (h *Head) bodyFraming() (framing, uint64) {
	lengths, codings := 0, 0
	for i := range h.fields {
		switch {
		case h.named(i, "Content-Length"):
			lengths++
		case h.named(i, "Transfer-Encoding"):
			codings++
		}
	}
	if codings > 0 {
		if lengths > 0 {
			h.Flaws |= LengthAndChunked
		}
		if h.Version() == "1.0" {
			h.Flaws |= UnknownCoding
		}
		if strings.EqualFold(lastElement(h.Join("Transfer-Encoding")), "chunked") {
			return chunked, 0
		}
		h.Flaws |= UnknownCoding
		if h.Request {
			return unclear, 0
		}
		return untilClose, 0
	}
	if lengths == 0 {
		if h.Request {
			return noBody, 0
		}
		return untilClose, 0
	}
	return h.lengthFraming()
}

// lastElement returns the last element of a list that is not empty: RFC 9110
// section 5.6.1 has empty ones ignored.
func lastElement(list string) string {
	list = strings.TrimRight(list, ", \t")
	return strings.TrimLeft(list[strings.LastIndexByte(list, ',')+1:], " \t")
}

// HasBody reports whether a body follows a request head.
func (h *Head) HasBody() bool {
	c := *h // asking must not note flaws
	kind, _ := c.bodyFraming()
	return kind != noBody
}

// lengthFraming decides by Content-Length alone. RFC 9112 section 6.3, item 5,
// forgives a list of equal values, as several lines make one.
func (h *Head) lengthFraming() (framing, uint64) {
	length, seen := uint64(0), false
	for element := range strings.SplitSeq(h.Join("Content-Length"), ",") {
		n, err := strconv.ParseUint(strings.Trim(element, " \t"), 10, 63)
		if err != nil {
			h.Flaws |= BadLength
			return unclear, 0
		}
		if seen && n != length {
			h.Flaws |= LengthsDiffer
			return unclear, 0
		}
		length, seen = n, true
	}
	if length == 0 {
		return noBody, 0
	}
	return byLength, length
}

// chunkSize parses a chunk-size line without its end, RFC 9112 section 7.1.
// Extensions are allowed and ignored, and so is white space behind the size,
// but not before it: there, implementations differ in what they read.
func chunkSize(line []byte) (uint64, bool) {
	if i := bytes.IndexByte(line, ';'); i >= 0 {
		line = line[:i]
	}
	line = bytes.TrimRight(line, " \t")
	if len(line) == 0 || len(line) > 16 {
		return 0, false
	}
	n, err := strconv.ParseUint(string(line), 16, 64)
	if err != nil || n > math.MaxInt64 {
		return 0, false
	}
	return n, true
}

func indexLF(b []byte) int { return bytes.IndexByte(b, '\n') }
