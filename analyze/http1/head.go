package http1

import (
	"iter"
	"strings"
)

// Field is one header line.
type Field struct {
	// Name and Value are as sent, without the colon; Value without the white
	// space around it (RFC 9110 section 5.5). A folded value is joined by
	// single spaces.
	Name, Value string
}

// Head is a start line with its header fields, exactly as they were sent:
// order, case, white space and repetitions are kept.
type Head struct {
	// Raw is the head from its first byte through the empty line. All other
	// strings but folded values are parts of it: keeping one keeps it all.
	// Where the head has a hole, it is what is there before it and then the
	// field lines behind it.
	Raw string
	// Request tells requests from responses.
	Request bool
	// Start is the start line without its line end. StartLineWhole is false
	// where the capture does not hold all of it.
	Start          string
	StartLineWhole bool
	Fields         []Field
	// Whole is set when the empty line was reached without a hole. Where it
	// is not, what is not among Fields may still have been sent; Hole among
	// the Flaws tells a hole from the end of the stream.
	Whole bool
	// Flaws are the oddities met.
	Flaws Flaw

	method, target, version, reason string
	status                          int
	// cut is the number, from 1, of the field whose line has no end because
	// the capture has none; 0 if there is no such field.
	cut int
}

// CutField returns the field whose line is not in the capture to its end. Its
// value goes only as far as it was captured.
func (h *Head) CutField() (Field, bool) {
	if h.cut == 0 {
		return Field{}, false
	}
	return h.Fields[h.cut-1], true
}

// Clone returns a copy that stays valid when the parser goes on: the parser
// uses the Fields slice of its own Head again.
func (h *Head) Clone() *Head {
	c := *h
	c.Fields = append([]Field(nil), h.Fields...)
	return &c
}

// Method returns the request method as sent.
func (h *Head) Method() string { return h.method }

// Target returns the request target as sent; cut where the start line is.
func (h *Head) Target() string { return h.target }

// Version returns "1.1" or "1.0", or what else stood behind "HTTP/".
func (h *Head) Version() string { return h.version }

// Status returns the status code of a response, 0 for a request.
func (h *Head) Status() int { return h.status }

// Reason returns the reason phrase of a response as sent.
func (h *Head) Reason() string { return h.reason }

// Has reports whether a field of that name is there, in any case.
func (h *Head) Has(name string) bool {
	for i := range h.Fields {
		if sameName(h.Fields[i].Name, name) {
			return true
		}
	}
	return false
}

// Get returns the value of the first field of that name, "" if there is none.
func (h *Head) Get(name string) string {
	for i := range h.Fields {
		if sameName(h.Fields[i].Name, name) {
			return h.Fields[i].Value
		}
	}
	return ""
}

// sameName compares field names, which are ASCII: strings.EqualFold alone would
// take a Kelvin sign for a k, and look at names of any length.
func sameName(a, b string) bool { return len(a) == len(b) && strings.EqualFold(a, b) }

// Values yields the values of all fields of that name in order.
func (h *Head) Values(name string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for i := range h.Fields {
			if sameName(h.Fields[i].Name, name) && !yield(h.Fields[i].Value) {
				return
			}
		}
	}
}

// Count returns how many lines have that name.
func (h *Head) Count(name string) int {
	n := 0
	for i := range h.Fields {
		if sameName(h.Fields[i].Name, name) {
			n++
		}
	}
	return n
}

// Join returns the values of all fields of that name in order, joined by
// ", " as RFC 9110 section 5.3 allows; "" if there is none.
func (h *Head) Join(name string) string {
	first, more := "", false
	var b strings.Builder
	for i := range h.Fields {
		if !sameName(h.Fields[i].Name, name) {
			continue
		}
		if !more {
			first, more = h.Fields[i].Value, true
			continue
		}
		if b.Len() == 0 {
			b.WriteString(first)
		}
		b.WriteString(", ")
		b.WriteString(h.Fields[i].Value)
	}
	if b.Len() == 0 {
		return first
	}
	return b.String()
}

// HasToken reports whether the list field of that name, over all its lines,
// has the element token: RFC 9110 section 5.6.1, in any case, empty elements
// ignored. An element may carry a version ("websocket/13", section 7.8) or
// parameters; only what stands before counts.
func (h *Head) HasToken(name, token string) bool {
	for i := range h.Fields {
		if sameName(h.Fields[i].Name, name) && listHas(h.Fields[i].Value, token) {
			return true
		}
	}
	return false
}

func listHas(list, token string) bool {
	for list != "" {
		var element string
		element, list, _ = strings.Cut(list, ",")
		if i := strings.IndexAny(element, "/;"); i >= 0 {
			element = element[:i]
		}
		if strings.EqualFold(strings.Trim(element, " \t"), token) {
			return true
		}
	}
	return false
}
