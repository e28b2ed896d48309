package report

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
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
	// One value at a time stands in buf; enc keeps what it needs for that.
	buf bytes.Buffer
	enc *json.Encoder
}

func newEmitter(w *bufio.Writer, line bool) *emitter {
	e := &emitter{w: w, line: line}
	e.enc = json.NewEncoder(&e.buf)
	e.enc.SetEscapeHTML(false)
	return e
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
	e.value(v, "  ")
}

// array writes n elements, each made only when it is its turn.
func (e *emitter) array(name string, n int, element func(int) any) {
	e.name(name)
	if n == 0 {
		e.put("[]")
		return
	}
	e.put("[")
	for i := 0; i < n && e.err == nil; i++ {
		if i > 0 {
			e.put(",")
		}
		e.breakLine("    ")
		e.value(element(i), "    ")
	}
	e.breakLine("  ")
	e.put("]")
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

func (e *emitter) value(v any, prefix string) {
	if e.err != nil {
		return
	}
	e.buf.Reset()
	if !e.line {
		e.enc.SetIndent(prefix, "  ")
	}
	if e.err = e.enc.Encode(v); e.err == nil {
		_, e.err = e.w.Write(harmless(bytes.TrimSuffix(e.buf.Bytes(), []byte("\n"))))
	}
}

func (e *emitter) put(s string) {
	if e.err == nil {
		_, e.err = e.w.WriteString(s)
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
