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
// explanation is filled with them.
func (m masking) finding(f *analyze.Finding) *analyze.Finding {
	if m.off {
		return f
	}
	masked := *f
	masked.Title = m.text(f.Title)
	masked.Facts.Target = m.target(f.Facts.Target)
	masked.Facts.Line = m.quote(f.Facts.Line)
	m.strings(reflect.ValueOf(&masked.Facts).Elem())
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
