package story

import (
	"fmt"
	"slices"
	"strings"
)

// Want is one thing expected of the report on the story's captures.
type Want struct {
	// Kind is "handshake", "counters", "source" or "findings".
	Kind   string
	Fields []Field
	// Line is where it stands, for messages.
	Line int
}

// Field is one expectation: name=value.
type Field struct {
	Name, Value string
	// AtLeast is set for name~=value: more is allowed.
	AtLeast bool
}

// Get returns the field of that name.
func (w Want) Get(name string) (Field, bool) {
	for _, f := range w.Fields {
		if f.Name == name {
			return f, true
		}
	}
	return Field{}, false
}

// List returns the elements of a comma-separated value; none for "none".
func (f Field) List() []string {
	if f.Value == "none" {
		return nil
	}
	return strings.Split(f.Value, ",")
}

// wantFields lists what each kind may expect, so that a slip of the pen does
// not become an expectation that nobody checks.
var wantFields = map[string][]string{
	// culprit is FRONT|BACK; legs, frames and closed list the sightings in
	// order (closed is client-fin, server-rst and so on, or open).
	"handshake": {"verdict", "certainty", "status", "sightings", "culprit", "findings",
		"legs", "frames", "closed", "key", "target", "proxy"},
	"counters": {"connections", "requests", "responses", "handshakes", "gaps", "webSocketFrames"},
	"source":   {"index", "clockOffset", "problems"},
}

// rules are those of the report; a story that names another one is wrong.
var rules = []string{
	"connection-rewritten", "upgrade-dropped", "http10-downgrade", "handshake-altered",
	"client-malformed", "handshake-refused", "handshake-unanswered", "101-not-relayed",
	"proxy-protocol-unexpected", "websocket-idle-timeout", "socketio-stuck-polling",
	"bad-accept", "invalid-101", "rsv1-without-extension", "http-after-101", "proxy-protocol-missing", "tls-expected", "http2-expected",
}

// verdicts in the order of the report's contract.
var verdicts = []string{
	"malformed", "downgraded", "dropped", "rewritten", "altered", "healthy",
	"not-relayed", "refused", "unanswered", "undetermined",
}

func parseWant(words []string, line int) (Want, error) {
	if len(words) < 2 {
		return Want{}, fmt.Errorf("want needs a kind and what is wanted")
	}
	w := Want{Kind: words[0], Line: line}
	if w.Kind == "findings" {
		if len(words) != 2 || words[1] != "none" {
			return w, fmt.Errorf("only \"want findings none\" is understood; name findings in \"want handshake\"")
		}
		w.Fields = []Field{{Name: "findings", Value: "none"}}
		return w, nil
	}
	names, ok := wantFields[w.Kind]
	if !ok {
		return w, fmt.Errorf("nothing of the kind %q can be wanted", w.Kind)
	}
	for _, word := range words[1:] {
		name, value, ok := strings.Cut(word, "=")
		f := Field{Name: strings.TrimSuffix(name, "~"), Value: value, AtLeast: strings.HasSuffix(name, "~")}
		switch {
		case !ok || value == "":
			return w, fmt.Errorf("%q is not name=value", word)
		case !slices.Contains(names, f.Name):
			return w, fmt.Errorf("a %s has no %q", w.Kind, f.Name)
		case f.AtLeast && f.Name != "findings":
			return w, fmt.Errorf("~= is for findings only")
		}
		if err := checkValue(f); err != nil {
			return w, err
		}
		w.Fields = append(w.Fields, f)
	}
	return w, nil
}

// checkValue catches words that are in no vocabulary of the report.
func checkValue(f Field) error {
	switch f.Name {
	case "verdict":
		if !slices.Contains(verdicts, f.Value) {
			return fmt.Errorf("there is no verdict %q", f.Value)
		}
	case "certainty":
		if !slices.Contains([]string{"proven", "inferred", "undetermined"}, f.Value) {
			return fmt.Errorf("there is no certainty %q", f.Value)
		}
	case "culprit":
		if f.Value != "none" && strings.Count(f.Value, "|") != 1 {
			return fmt.Errorf("a culprit is FRONT|BACK or none")
		}
	case "findings":
		for _, item := range f.List() {
			rule, severity, graded := strings.Cut(item, ":")
			if !slices.Contains(rules, rule) {
				return fmt.Errorf("there is no rule %q", rule)
			}
			if graded && !slices.Contains([]string{"error", "warning", "info"}, severity) {
				return fmt.Errorf("there is no severity %q", severity)
			}
		}
	}
	return nil
}
