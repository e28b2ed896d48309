package story

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Answers is what a report says, field by field, in the words of wants. A field
// that it does not know is "?".
type Answers interface {
	// Handshakes and Sources are how many there are.
	Handshakes() int
	Sources() int
	Handshake(i int, field string) string
	Source(i int, field string) string
	Counter(name string) string
	// Findings lists all findings, for people.
	Findings() []string
}

// Order says which handshake a want is about.
type Order int

const (
	// InOrder takes the handshakes as they come.
	InOrder Order = iota
	// ByTarget takes the first one of the target, where the want names one: the
	// order of what happens at the same time is nobody's to say.
	ByTarget
)

// Differences lists where a report says something else than what is wanted. If
// handshakes are wanted at all, there must be no others.
func Differences(a Answers, wants []Want, order Order) []string {
	d := differences{answers: a, order: order, taken: make([]bool, a.Handshakes())}
	for _, w := range wants {
		d.compare(w)
	}
	if d.asked > 0 && d.asked != len(d.taken) {
		d.add("%d handshakes were found, not %d", len(d.taken), d.asked)
	}
	return d.list
}

type differences struct {
	answers Answers
	order   Order
	// taken are the handshakes that a want was about; asked counts the wants.
	taken []bool
	asked int
	list  []string
}

func (d *differences) add(format string, args ...any) {
	d.list = append(d.list, fmt.Sprintf(format, args...))
}

func (d *differences) compare(w Want) {
	switch w.Kind {
	case "findings":
		for _, f := range d.answers.Findings() {
			d.add("line %d: unwanted finding %s", w.Line, f)
		}
	case "counters":
		d.fields(w, w.Kind, d.answers.Counter)
	case "source":
		index, _ := w.Get("index")
		i, err := strconv.Atoi(index.Value)
		if err != nil || i < 0 || i >= d.answers.Sources() {
			d.add("line %d: there is no source %q", w.Line, index.Value)
			return
		}
		w.Fields = slices.DeleteFunc(slices.Clone(w.Fields), func(f Field) bool { return f.Name == "index" })
		d.fields(w, w.Kind+" "+index.Value, func(name string) string { return d.answers.Source(i, name) })
	case "handshake":
		d.asked++
		about := w.Kind
		if target, ok := w.Get("target"); ok {
			about += " " + target.Value
		}
		i := d.find(w)
		if i < 0 {
			d.add("line %d: there is no such %s", w.Line, about)
			return
		}
		d.taken[i] = true
		d.fields(w, about, func(name string) string { return d.answers.Handshake(i, name) })
	default:
		d.add("line %d: nothing is known of the kind %q", w.Line, w.Kind)
	}
}

// find returns the index of the handshake that a want is about, -1 for none.
func (d *differences) find(w Want) int {
	target, named := w.Get("target")
	for i, taken := range d.taken {
		if !taken && (!named || d.order == InOrder || d.answers.Handshake(i, "target") == target.Value) {
			return i
		}
	}
	return -1
}

func (d *differences) fields(w Want, about string, got func(string) string) {
	for _, f := range w.Fields {
		if g := got(f.Name); !f.matches(g) {
			d.add("line %d: %s: %s is %q, not %q", w.Line, about, f.Name, g, f.Value)
		}
	}
}

// clockSlack is how far off an offset of clocks may be, in seconds.
const clockSlack = 0.01

// matches compares one value. Findings may be named with their severity.
func (f Field) matches(got string) bool {
	if f.Name == "clockOffset" && got != f.Value {
		a, errA := strconv.ParseFloat(f.Value, 64)
		b, errB := strconv.ParseFloat(got, 64)
		return errA == nil && errB == nil && a-b < clockSlack && b-a < clockSlack
	}
	if f.Name != "findings" {
		return got == f.Value
	}
	have := strings.FieldsFunc(got, func(r rune) bool { return r == ',' })
	want := f.List()
	if !f.AtLeast && len(have) != len(want) {
		return false
	}
	for i, w := range want {
		is := func(h string) bool {
			rule, _, _ := strings.Cut(h, ":")
			return h == w || rule == w
		}
		if f.AtLeast && !slices.ContainsFunc(have, is) || !f.AtLeast && !is(have[i]) {
			return false
		}
	}
	return true
}
