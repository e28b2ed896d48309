package report

import (
	"reflect"

	"elbscope/analyze"
	"elbscope/internal/wiretext"
)

// masking takes the secrets out of what is printed, or leaves them in.
type masking struct{ off bool }

func (o *Options) masking() masking { return masking{off: o.NoRedact} }

func (m masking) target(s string) string {
	if m.off {
		return s
	}
	return wiretext.RedactTarget(s)
}

func (m masking) header(name, value string) string {
	if m.off {
		return value
	}
	return wiretext.Redact(name, value)
}

// quote masks lines as they stand in evidence.
func (m masking) quote(s string) string {
	if m.off {
		return s
	}
	return wiretext.RedactHeadLine(s)
}

// text masks words of ours in which something from the wire may stand.
func (m masking) text(s string) string {
	if m.off {
		return s
	}
	return wiretext.RedactText(s)
}

// finding returns a copy of f whose facts and title hold no secrets, for an
// explanation is filled with them. It is without evidence.
func (m masking) finding(f *analyze.Finding) *analyze.Finding {
	if m.off {
		return f
	}
	facts := f.Facts()
	facts.Target = m.target(facts.Target)
	facts.Line = m.quote(facts.Line)
	facts.Expected, facts.Found = m.quote(facts.Expected), m.quote(facts.Found)
	m.strings(reflect.ValueOf(&facts).Elem())
	masked := *f
	masked.Words = analyze.FixedWords(m.text(f.Title()), facts)
	return &masked
}

// strings walks all facts by reflection, so that one which somebody adds
// later does not slip through. The key of a handshake stays.
func (m masking) strings(v reflect.Value) {
	for i := range v.NumField() {
		switch field := v.Field(i); field.Kind() {
		case reflect.String:
			if v.Type().Field(i).Name != "Key" {
				field.SetString(m.text(field.String()))
			}
		case reflect.Struct:
			m.strings(field)
		}
	}
}
