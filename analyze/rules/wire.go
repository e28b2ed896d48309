package rules

import (
	"net/netip"
	"reflect"
	"strings"

	"elbscope/analyze"
	"elbscope/internal/wiretext"
)

// maxWire is how much of one value from the wire is shown in running text,
// and maxFact how much of any fact: meanings are a few sentences of our own.
const (
	maxWire = 200
	maxFact = 1000
)

// codeSpan makes s a Markdown code span on one line. It returns "" for "",
// so that a template never prints an empty span.
func codeSpan(s string) string {
	s = strings.TrimSpace(plain(s, maxWire))
	if s == "" {
		return ""
	}
	return "`" + s + "`"
}

// markup are the signs that would act in Markdown where they stand in prose.
var markup = strings.NewReplacer("](", `\]\(`, "://", `:\//`, `\`, `\\`, "*", `\*`, "_", `\_`,
	"[", `\[`, "]", `\]`, "<", `\<`, ">", `\>`, "~", `\~`, "|", `\|`, "&", `\&`, "#", `\#`)

// prose is for words of ours in which something from the wire may stand. It
// makes code spans of addresses, and of the rest text that is only text.
func prose(s string) string {
	words := strings.Fields(plain(s, maxFact))
	for i, w := range words {
		end := len(strings.TrimRight(w, ",.;"))
		if isAddress(w[:end]) {
			words[i] = "`" + w[:end] + "`" + w[end:]
		} else {
			words[i] = markup.Replace(w)
		}
	}
	return strings.Join(words, " ")
}

func isAddress(s string) bool {
	if _, err := netip.ParseAddrPort(s); err == nil {
		return true
	}
	_, err := netip.ParseAddr(s)
	return err == nil
}

// plain makes s safe to stand anywhere in our Markdown: on one line, without
// control bytes, and without a backtick, which alone can end a code span.
func plain(s string, width int) string {
	return strings.ReplaceAll(wiretext.Printable(s, width), "`", "'")
}

// plainFacts returns f with every string made plain. It walks the fields by
// reflection, for a field that somebody adds later must not slip through.
func plainFacts(f analyze.Facts) analyze.Facts {
	plainFields(reflect.ValueOf(&f).Elem())
	return f
}

func plainFields(v reflect.Value) {
	for i := range v.NumField() {
		switch field := v.Field(i); field.Kind() {
		case reflect.String:
			field.SetString(plain(field.String(), maxFact))
		case reflect.Struct:
			plainFields(field)
		}
	}
}
