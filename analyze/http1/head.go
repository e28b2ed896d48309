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
// order, case, white space and repetitions are kept. Beside its text it holds
// no pointers but one: a capture has many heads, and what has no pointers
// costs the garbage collector nothing.
type Head struct {
	// Raw is the head from its first byte through the empty line. All other
	// strings but folded values are parts of it: keeping one keeps it all.
	// Where the head has a hole, it is what is there before it and then the
	// field lines behind it.
	Raw string
	// fields are in the order in which they were sent.
	fields []fieldPlace

	// The parts of the start line, which is Raw's beginning.
	start, method, target, version, reason place
	status                                 uint16
	// cut is the number, from 1, of the field whose line has no end because
	// the capture has none; 0 if there is no such field.
	cut uint32

	// Flaws are the oddities met.
	Flaws Flaw
	// Request tells requests from responses.
	Request bool
	// StartLineWhole is false where the capture does not hold all of the start
	// line.
	StartLineWhole bool
	// Whole is set when the empty line was reached without a hole. Where it
	// is not, what is not among the fields may still have been sent; Hole
	// among the Flaws tells a hole from the end of the stream.
	Whole bool
}

// place says where in Raw something stands, which is at most MaxHead long.
type place struct{ from, to uint32 }

// placeOf is the place of text, which begins there.
func placeOf(text string, at int) place { return place{uint32(at), uint32(at + len(text))} }

func (p place) len() int { return int(p.to - p.from) }

// fieldPlace is where a field stands. A folded value goes from its first byte
// through its last, line ends and all.
type fieldPlace struct{ name, value place }

func (h *Head) at(p place) string { return h.Raw[p.from:p.to] }

// valueAt returns a value, without the line ends of a folded one.
func (h *Head) valueAt(p place) string {
	v := h.at(p)
	if h.Flaws&ObsFold != 0 {
		return unfold(v)
	}
	return v
}

// named reports whether field i has that name, in any case. Names are ASCII:
// strings.EqualFold alone would take a Kelvin sign for a k, and look at names of
// any length.
func (h *Head) named(i int, name string) bool {
	p := h.fields[i].name
	return p.len() == len(name) && strings.EqualFold(h.at(p), name)
}

// Len returns how many fields there are.
func (h *Head) Len() int { return len(h.fields) }

// Field returns field i, counted from 0.
func (h *Head) Field(i int) Field {
	f := &h.fields[i]
	return Field{Name: h.at(f.name), Value: h.valueAt(f.value)}
}

// Names yields the names of all fields in order, as they were sent.
func (h *Head) Names() iter.Seq[string] {
	return func(yield func(string) bool) {
		for i := range h.fields {
			if !yield(h.at(h.fields[i].name)) {
				return
			}
		}
	}
}

// Fields yields all fields in order.
func (h *Head) Fields() iter.Seq[Field] {
	return func(yield func(Field) bool) {
		for i := range h.fields {
			if !yield(h.Field(i)) {
				return
			}
		}
	}
}

// CutField returns the field whose line is not in the capture to its end. Its
// value goes only as far as it was captured.
func (h *Head) CutField() (Field, bool) {
	if h.cut == 0 {
		return Field{}, false
	}
	return h.Field(int(h.cut) - 1), true
}

// Clone returns a copy that stays valid when the parser goes on: the parser
// uses the places of its own Head's fields again.
func (h *Head) Clone() *Head {
	c := *h
	c.fields = append([]fieldPlace(nil), h.fields...)
	return &c
}

// Start returns the start line without its line end.
func (h *Head) Start() string { return h.at(h.start) }

// Method returns the request method as sent.
func (h *Head) Method() string { return h.at(h.method) }

// Target returns the request target as sent; cut where the start line is.
func (h *Head) Target() string { return h.at(h.target) }

// Version returns "1.1" or "1.0", or what else stood behind "HTTP/".
func (h *Head) Version() string { return h.at(h.version) }

// Status returns the status code of a response, 0 for a request.
func (h *Head) Status() int { return int(h.status) }

// Reason returns the reason phrase of a response as sent.
func (h *Head) Reason() string { return h.at(h.reason) }

// Has reports whether a field of that name is there, in any case.
func (h *Head) Has(name string) bool {
	for i := range h.fields {
		if h.named(i, name) {
			return true
		}
	}
	return false
}

// Get returns the value of the first field of that name, "" if there is none.
func (h *Head) Get(name string) string {
	for i := range h.fields {
		if h.named(i, name) {
			return h.valueAt(h.fields[i].value)
		}
	}
	return ""
}

// Values yields the values of all fields of that name in order.
func (h *Head) Values(name string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for i := range h.fields {
			if h.named(i, name) && !yield(h.valueAt(h.fields[i].value)) {
				return
			}
		}
	}
}

// Count returns how many lines have that name.
func (h *Head) Count(name string) int {
	n := 0
	for i := range h.fields {
		if h.named(i, name) {
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
	for i := range h.fields {
		if !h.named(i, name) {
			continue
		}
		if !more {
			first, more = h.valueAt(h.fields[i].value), true
			continue
		}
		if b.Len() == 0 {
			b.WriteString(first)
		}
		b.WriteString(", ")
		b.WriteString(h.valueAt(h.fields[i].value))
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
	for i := range h.fields {
		if h.named(i, name) && listHas(h.valueAt(h.fields[i].value), token) {
			return true
		}
	}
	return false
}

// SharesToken reports whether the list fields of that name of two heads have an
// element in common, as HasToken sees elements.
func (h *Head) SharesToken(name string, o *Head) bool {
	for value := range h.Values(name) {
		for element := range strings.SplitSeq(value, ",") {
			if token := tokenOf(element); token != "" && o.HasToken(name, token) {
				return true
			}
		}
	}
	return false
}

func listHas(list, token string) bool {
	for list != "" {
		var element string
		element, list, _ = strings.Cut(list, ",")
		if strings.EqualFold(tokenOf(element), token) {
			return true
		}
	}
	return false
}

// tokenOf is an element without version, parameters and white space.
func tokenOf(element string) string {
	if i := strings.IndexAny(element, "/;"); i >= 0 {
		element = element[:i]
	}
	return strings.Trim(element, " \t")
}
