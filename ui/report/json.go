package report

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"sync"
	"unicode/utf16"
	"unicode/utf8"

	"elbscope/analyze"
	"elbscope/internal/wiretext"
)

// JSON writes s as one object of elbscope/report/v1. It goes handshake by
// handshake, so that a large report never stands in memory as a whole.
func JSON(w io.Writer, s *analyze.Snapshot, o Options) error {
	e := newEmitter(bufio.NewWriterSize(w, 64<<10), false)
	e.report(s, &o, func(g *analyze.Group) string { return g.ID })
	e.put("\n")
	if err := e.w.Flush(); e.err == nil {
		e.err = err
	}
	if e.err != nil {
		return fmt.Errorf("writing the report: %w", e.err)
	}
	return nil
}

// report writes s as one object. name gives the findings their ids.
func (e *emitter) report(s *analyze.Snapshot, o *Options, name func(*analyze.Group) string) {
	groups := analyze.Fold(s.Handshakes)
	for _, g := range groups {
		g.ID = name(g)
	}
	b := newBuilder(s, groups, o)
	version := o.Version
	if version == "" {
		version = "devel"
	}
	e.open()
	e.field("schema", Schema)
	e.field("version", version)
	if o.Note != "" {
		e.field("note", o.Note)
	}
	if words := o.CaptureFilter.Words; words != "" {
		e.field("captureFilter", words)
	}
	e.array("sources", len(s.Sources), func(i int) any { return b.source(i, &s.Sources[i]) })
	e.field("counters", b.counters(&s.Totals))
	e.array("handshakes", len(s.Handshakes), func(i int) any { return b.handshake(s.Handshakes[i]) })
	e.array("findings", len(groups), func(i int) any { return b.finding(groups[i], o) })
	e.close()
}

// emitter writes one JSON object member by member.
type emitter struct {
	w *bufio.Writer
	// line writes it all in one line; otherwise it is indented.
	line   bool
	fields int
	err    error
	// own makes the values that are no elements of an array.
	own *encoder
	// shares are for the elements of an array, one for each processor.
	shares []*encoder
}

func newEmitter(w *bufio.Writer, line bool) *emitter {
	return &emitter{w: w, line: line, own: newEncoder(line)}
}

func (e *emitter) open() {
	e.fields = 0
	e.put("{")
}

func (e *emitter) close() {
	e.breakLine("")
	e.put("}")
}

// breakLine begins a new line with an indent, if there are any lines.
func (e *emitter) breakLine(indent string) {
	if !e.line {
		e.put("\n" + indent)
	}
}

func (e *emitter) field(name string, v any) {
	e.name(name)
	e.value(v)
}

// perShare is how many elements of an array one goroutine makes at a time: so
// few that they need little memory, so many that waiting for it pays.
const perShare = 32

// array writes n elements. Those of a long one are made on all processors, some
// at a time, and written in order: element is called from several goroutines.
func (e *emitter) array(name string, n int, element func(int) any) {
	e.name(name)
	if n == 0 {
		e.put("[]")
		return
	}
	e.put("[")
	for from := 0; from < n && e.err == nil; {
		from = e.elements(from, n, element)
	}
	e.breakLine("  ")
	e.put("]")
}

// elements writes some elements, the first of which is number from, and returns
// the number of the next one.
func (e *emitter) elements(from, n int, element func(int) any) int {
	var all sync.WaitGroup
	used := 0
	for ; from < n && used < runtime.GOMAXPROCS(0); used++ {
		if used == len(e.shares) {
			e.shares = append(e.shares, newEncoder(e.line))
		}
		share, first, end := e.shares[used], from, min(from+perShare, n)
		share.reset()
		all.Go(func() {
			for i := first; i < end; i++ {
				share.element(element(i), i == 0)
			}
		})
		from = end
	}
	all.Wait()
	for _, share := range e.shares[:used] {
		e.take(share)
	}
	return from
}

// take writes what an encoder has made.
func (e *emitter) take(from *encoder) {
	if e.err == nil {
		e.err = from.err
	}
	if e.err == nil {
		_, e.err = e.w.Write(harmless(from.buf.Bytes()))
	}
}

func (e *emitter) name(name string) {
	if e.fields++; e.fields > 1 {
		e.put(",")
	}
	e.breakLine("  ")
	e.put(`"` + name + `":`)
	if !e.line {
		e.put(" ")
	}
}

func (e *emitter) value(v any) {
	e.own.reset()
	e.own.value(v, "  ")
	e.take(e.own)
}

func (e *emitter) put(s string) {
	if e.err == nil {
		_, e.err = e.w.WriteString(s)
	}
}

// encoder makes JSON values, one behind the other, in buf.
type encoder struct {
	line bool
	buf  bytes.Buffer
	json *json.Encoder
	err  error
}

func newEncoder(line bool) *encoder {
	c := &encoder{line: line}
	c.json = json.NewEncoder(&c.buf)
	c.json.SetEscapeHTML(false)
	return c
}

func (c *encoder) reset() { c.buf.Reset() }

// element adds an element of an array that is a member of the whole.
func (c *encoder) element(v any, first bool) {
	if !first {
		c.buf.WriteByte(',')
	}
	if !c.line {
		c.buf.WriteString("\n    ")
	}
	c.value(v, "    ")
}

// value adds v; further lines of it begin with prefix.
func (c *encoder) value(v any, prefix string) {
	if !c.line {
		c.json.SetIndent(prefix, "  ")
	}
	if c.err == nil {
		c.err = c.json.Encode(v)
	}
	if n := c.buf.Len(); c.err == nil {
		c.buf.Truncate(n - 1) // its line end
	}
}

// harmless escapes what a terminal would act on or hide: encoding/json leaves
// DEL, C1 controls and bidirectional overrides as they are. Such characters
// stand inside strings only, where \u means the same.
func harmless(b []byte) []byte {
	plain := true
	for i := 0; plain && i < len(b); i++ {
		plain = b[i] == '\n' || ' ' <= b[i] && b[i] < 0x7F
	}
	safe := func(r rune) bool { return r == '\n' || wiretext.Safe(r) || r == utf8.RuneError }
	if plain || bytes.IndexFunc(b, func(r rune) bool { return !safe(r) }) < 0 {
		return b
	}
	var out bytes.Buffer
	for _, r := range string(b) {
		switch {
		case safe(r):
			out.WriteRune(r)
		case r > 0xffff:
			hi, lo := utf16.EncodeRune(r)
			fmt.Fprintf(&out, `\u%04x\u%04x`, hi, lo)
		default:
			fmt.Fprintf(&out, `\u%04x`, r)
		}
	}
	return out.Bytes()
}
