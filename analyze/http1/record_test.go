package http1

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// op is one call: a hole if gap is not 0, else bytes.
type op struct {
	data string
	gap  uint64
}

var holeMark = regexp.MustCompile(`⟨\d+⟩`)

// ops reads the notation of the tables: bytes, and ⟨12⟩ for a hole of 12.
func ops(in string) (all []op) {
	for in != "" {
		at := holeMark.FindStringIndex(in)
		if at == nil {
			return append(all, op{data: in})
		}
		if at[0] > 0 {
			all = append(all, op{data: in[:at[0]]})
		}
		n, _ := strconv.ParseUint(in[at[0]+len("⟨"):at[1]-len("⟩")], 10, 64)
		all = append(all, op{gap: n})
		in = in[at[1]:]
	}
	return all
}

// recorder is a Handler that writes down what it is told, a line each. Bodies
// are put together, so that the cuts of the stream do not show.
type recorder struct {
	answers string // the method that the responses answer
	lines   []string
	body    strings.Builder
	begun   bool
	faults  []string // calls that break the promises of Handler
	last    *Head    // as given, for MoreHead
	heads   []*Head
	flaws   Flaw
	// bytes and missing count what was told of, to be held against the input.
	bytes, missing uint64
}

func (r *recorder) add(format string, args ...any) {
	if n := r.body.Len(); n > 40 {
		r.lines = append(r.lines, fmt.Sprintf("body of %d", n))
	} else if n > 0 {
		r.lines = append(r.lines, fmt.Sprintf("body %q", r.body.String()))
	}
	r.body.Reset()
	if format != "" {
		r.lines = append(r.lines, fmt.Sprintf(format, args...))
	}
}

func (r *recorder) fault(what string) { r.faults = append(r.faults, what) }

func (r *recorder) Begin() {
	if r.begun {
		r.fault("Begin twice")
	}
	r.begun = true
}

func (r *recorder) Head(h *Head) Next {
	if !r.begun {
		r.fault("Head without Begin")
	}
	r.begun = false
	r.bytes += uint64(len(h.Raw))
	r.last = h
	r.heads = append(r.heads, h.Clone())
	r.flaws |= h.Flaws
	r.add("%s", describe(h))
	switch {
	case h.Status() == 101, r.answers == "CONNECT" && h.Status()/100 == 2:
		return Switch
	case r.answers == "HEAD":
		return NoBody
	}
	return AsFramed
}

func (r *recorder) MoreHead(h *Head) {
	if r.last == nil || r.last.Whole || r.begun {
		r.fault("MoreHead without a head that was cut")
	}
	before := r.heads[len(r.heads)-1]
	if !strings.HasPrefix(h.Raw, before.Raw) || len(h.Raw) == len(before.Raw) {
		r.fault("MoreHead without more")
	}
	r.bytes += uint64(len(h.Raw) - len(before.Raw))
	r.last = nil
	r.flaws |= h.Flaws
	r.heads[len(r.heads)-1] = h.Clone()
	r.add("more: %s", describe(h))
}

func (r *recorder) Body(b []byte) {
	if len(b) == 0 {
		r.fault("empty body")
	}
	r.bytes += uint64(len(b))
	r.body.Write(b)
}

func (r *recorder) BodyGap(n uint64) {
	r.missing += n
	r.add("missing %d", n)
}

func (r *recorder) End(flaws Flaw) {
	if r.begun || r.last == nil || !r.last.Whole {
		r.fault("End without a whole head")
	}
	r.last = nil
	r.flaws |= flaws
	r.add("end%s", flawsOf(flaws))
}

func (r *recorder) Lost() {
	if r.begun {
		r.add("begin")
	}
	r.begun, r.last = false, nil
	r.add("lost")
}

// describe writes a head as one line: the start line as it was understood, the
// fields, what is cut ("…"), the flaws.
func describe(h *Head) string {
	var b strings.Builder
	if h.Request {
		fmt.Fprintf(&b, "%s %s %s", h.Method(), h.Target(), h.Version())
	} else {
		fmt.Fprintf(&b, "%s %d %q", h.Version(), h.Status(), h.Reason())
	}
	if !h.StartLineWhole {
		b.WriteString("…")
	}
	cut, isCut := h.CutField()
	for i := range h.Len() {
		f := h.Field(i)
		if h.Len() > 20 && i == 3 {
			fmt.Fprintf(&b, " | and %d", h.Len()-i)
			break
		}
		if len(f.Value) > 60 {
			f.Value = fmt.Sprintf("(%d)", len(f.Value))
		}
		fmt.Fprintf(&b, " | %s=%s", f.Name, f.Value)
		if isCut && int(h.cut) == i+1 && cut.Name == f.Name {
			b.WriteString("…")
		}
	}
	if !h.Whole && h.StartLineWhole && !isCut {
		b.WriteString(" | …")
	}
	return b.String() + flawsOf(h.Flaws)
}

func flawsOf(f Flaw) string {
	if f == 0 {
		return ""
	}
	return " !" + f.String()
}

// row is one test of a table.
type row struct {
	name     string
	response bool
	answers  string // for responses: the method of the request
	in       string // ⟨12⟩ is a hole of 12 bytes
	want     string // what the Handler is told, a line each
}

// run feeds p and returns what it told.
func (test *row) run(p *Parser, calls []op) *recorder {
	r := &recorder{answers: test.answers}
	p.Init(r, test.response)
	rest, stopped := "", false
	for _, c := range calls {
		if c.gap != 0 {
			p.Gap(c.gap)
			continue
		}
		var left []byte
		b := []byte(c.data)
		left, stopped = p.Feed(b)
		if string(b) != c.data {
			r.fault("Feed changed its argument")
		}
		if !stopped && len(left) > 0 {
			r.fault("bytes returned without a Switch")
		}
		rest += string(left)
	}
	if stopped {
		r.add("switch, then %q", rest)
	}
	r.add("")
	before := len(r.lines)
	p.Finish()
	r.add("")
	if len(r.lines) > before {
		last := append([]string{"finish"}, r.lines[before:]...)
		r.lines = append(r.lines[:before], last...)
	}
	return r
}

func (r *recorder) String() string { return strings.Join(append(r.lines, r.faults...), "\n") }

// check runs a row whole and in every cut.
func (test *row) check(t *testing.T) *recorder {
	t.Helper()
	var p Parser
	calls := ops(test.in)
	r := test.run(&p, calls)
	want := test.want
	if got := r.String(); got != want {
		t.Fatalf("got\n%s\nwant\n%s", got, want)
	}
	everyCut(calls, func(how string, calls []op) {
		// The parser is used again, so that it is seen to start afresh.
		if got := test.run(&p, calls).String(); got != want {
			t.Fatalf("%s: got\n%s\nwant\n%s", how, got, want)
		}
	})
	return r
}

// everyCut calls f with calls whose bytes are cut into single bytes, and in
// two at every place (of long ones, at some).
func everyCut(calls []op, f func(how string, calls []op)) {
	f("single bytes", inParts(calls, 1))
	f("1460 bytes", inParts(calls, 1460))
	for i, c := range calls {
		stride := 1 + len(c.data)/2000*97
		for at := 1; at < len(c.data); at += stride {
			cut := append([]op{}, calls[:i]...)
			cut = append(cut, op{data: c.data[:at]}, op{data: c.data[at:]})
			f(fmt.Sprintf("call %d cut at %d", i, at), append(cut, calls[i+1:]...))
		}
	}
}

func inParts(calls []op, size int) (parts []op) {
	for _, c := range calls {
		if c.gap != 0 {
			parts = append(parts, c)
		}
		for i := 0; i < len(c.data); i += size {
			parts = append(parts, op{data: c.data[i:min(i+size, len(c.data))]})
		}
	}
	return parts
}
