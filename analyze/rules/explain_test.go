package rules

import (
	"io/fs"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"elbscope/analyze"
)

var wantTitles = map[string]string{
	idClientMalformed:      "The client sends a broken handshake",
	idConnectionRewrite:    "Connection: Upgrade was replaced on the way",
	idUpgradeDropped:       "The Upgrade header was removed on the way",
	idHTTP10Downgrade:      "The handshake became HTTP/1.0",
	idHandshakeAltered:     "The handshake was damaged on the way",
	idProxyUnexpected:      "The server does not expect the PROXY protocol header",
	idProxyMissing:         "The server wants a PROXY protocol header and gets none",
	idTLSExpected:          "The server wants TLS and gets plain HTTP",
	idHTTP2Expected:        "The server wants HTTP/2 and gets HTTP/1.1",
	idBadAccept:            "The 101 does not fit the key",
	idRSV1WithoutExtension: "Compressed frames that were not agreed on",
	idInvalid101:           "The 101 is one that a client must refuse",
	id101NotRelayed:        "The server said 101, the client never got it",
	idHandshakeRefused:     "The handshake was refused",
	idHandshakeNoAnswer:    "The handshake got no answer",
	idHTTPAfter101:         "HTTP inside the WebSocket",
	idIdleTimeout:          "A silent WebSocket was cut off",
	idSocketIOOnPolling:    "socket.io is stuck on polling",
}

func TestEveryRuleHasItsPage(t *testing.T) {
	files, err := fs.Glob(texts, "*.md")
	if err != nil || len(files) == 0 {
		t.Fatalf("no pages: %v", err)
	}
	for _, name := range files {
		if Lookup(strings.TrimSuffix(name, ".md")) == nil {
			t.Errorf("%s has no rule", name)
		}
	}
	if len(All) != len(wantTitles) || !slices.Equal(IDs(), ruleOrder()) {
		t.Errorf("rules: %v", IDs())
	}
	for _, r := range All {
		page, err := Page(r.ID)
		if err != nil {
			t.Errorf("%s: %v", r.ID, err)
			continue
		}
		if got := headings(page); !slices.Equal(got, sections) {
			t.Errorf("%s: headings %q", r.ID, got)
		}
		checkText(t, r.ID+" (page)", page)
	}
	if _, err := Page("no-such-rule"); err == nil {
		t.Error("a page for no rule")
	}
	if Lookup("no-such-rule") != nil {
		t.Error("a rule for no ID")
	}
}

func ruleOrder() []string {
	var ids []string
	for _, r := range All {
		ids = append(ids, r.ID)
	}
	return ids
}

func headings(page string) []string {
	var got []string
	fenced := false
	for line := range strings.Lines(page) {
		if strings.HasPrefix(line, "```") {
			fenced = !fenced
		}
		if h, ok := strings.CutPrefix(line, "## "); ok && !fenced {
			got = append(got, strings.TrimSpace(h))
		}
	}
	return got
}

func TestExplanationsAreWhole(t *testing.T) {
	for _, id := range IDs() {
		e, err := Explain(&analyze.Finding{Rule: id, Words: analyze.FixedWords("", exampleFacts(id))})
		if err != nil {
			t.Fatal(err)
		}
		if e.Rule != id || e.Title != wantTitles[id] {
			t.Errorf("%s: title %q", id, e.Title)
		}
		if len(e.References) == 0 || len(e.Remedies) == 0 {
			t.Errorf("%s: %d references, %d remedies", id, len(e.References), len(e.Remedies))
		}
		for _, r := range e.References {
			if !strings.HasPrefix(r, "https://") {
				t.Errorf("%s: reference %q", id, r)
			}
		}
		for _, r := range e.Remedies {
			if r.Title == "" || len(r.Steps) == 0 || slices.Contains(r.Steps, "") {
				t.Errorf("%s: remedy %+v", id, r)
			}
		}
		want := []string{sectionHappened, sectionWhy, sectionCosts, sectionCheck, sectionFalse}
		if got := headings(e.Text); !slices.Equal(got, want) {
			t.Errorf("%s: headings %q", id, got)
		}
	}
	if _, err := Explain(&analyze.Finding{Rule: "no-such-rule"}); err == nil {
		t.Error("an explanation for no rule")
	}
}

func TestLocalPutsNginxFirst(t *testing.T) {
	for _, id := range []string{idConnectionRewrite, idUpgradeDropped} {
		for local, first := range map[bool]string{true: "nginx on the instance", false: "Classic Load Balancer"} {
			f := exampleFacts(id)
			f.Local = local
			e, err := Explain(&analyze.Finding{Rule: id, Words: analyze.FixedWords("", f)})
			if err != nil || !strings.HasPrefix(e.Remedies[0].Title, first) {
				t.Errorf("%s, local %v: first remedy %q, %v", id, local, e.Remedies[0].Title, err)
			}
		}
	}
}

// TestNotes: which half has to change is said above the remedies, and a load
// balancer that the capture acquits is not to be changed.
func TestNotes(t *testing.T) {
	for _, id := range []string{idConnectionRewrite, idUpgradeDropped} {
		for name, tt := range map[string]struct {
			change func(*analyze.Facts)
			want   string
			lb     bool
		}{
			"the load balancer":           {func(*analyze.Facts) {}, "Both halves are needed", true},
			"the instance":                {func(f *analyze.Facts) { f.Local = true }, "Only the instance's own proxy", false},
			"the instance, from one side": {func(f *analyze.Facts) { f.Local, f.Inferred = true, true }, "Both halves are needed", true},
			"the instance, after another": {func(f *analyze.Facts) { f.Local, f.Damaged = true, true }, "Both halves are needed", true},
		} {
			f := exampleFacts(id)
			tt.change(&f)
			e, err := Explain(&analyze.Finding{Rule: id, Words: analyze.FixedWords("", f)})
			if err != nil || !strings.HasPrefix(e.Note, tt.want) {
				t.Errorf("%s, %s: note %q, %v", id, name, e.Note, err)
			}
			lb := slices.ContainsFunc(e.Remedies, func(r Remedy) bool { return strings.HasPrefix(r.Title, "Classic Load Balancer") })
			if lb != tt.lb || strings.Contains(e.Text, "no part in this one") == tt.lb || strings.Contains(e.Text, "stickiness") != tt.lb {
				t.Errorf("%s, %s: the load balancer is to be changed: %v\n%s", id, name, lb, e.Text)
			}
		}
	}
}

// TestSymptoms: a cause is named where there is one, and not elsewhere.
func TestSymptoms(t *testing.T) {
	for _, id := range []string{idHandshakeRefused, idHandshakeNoAnswer} {
		for symptom, want := range map[bool]string{true: "Another finding of this handshake is the cause", false: "Nothing in this capture damaged the handshake"} {
			f := exampleFacts(id)
			f.Symptom = symptom
			e, err := Explain(&analyze.Finding{Rule: id, Words: analyze.FixedWords("", f)})
			if err != nil || !strings.Contains(e.Text, want) {
				t.Errorf("%s, symptom %v: %v\n%s", id, symptom, err, e.Text)
			}
			if id == idHandshakeRefused && strings.Contains(e.Remedies[0].Steps[0], "cause") != symptom {
				t.Errorf("symptom %v: %q", symptom, e.Remedies[0].Steps)
			}
		}
	}
}

func TestProse(t *testing.T) {
	for in, want := range map[string]string{
		"":                                   "",
		"ws, as it looks, on 10.0.1.2:80":    "ws, as it looks, on `10.0.1.2:80`",
		"10.0.0.1:80 and 10.0.1.1:50001":     "`10.0.0.1:80` and `10.0.1.1:50001`",
		"10.0.0.1:80, or something behind":   "`10.0.0.1:80`, or something behind",
		"nginx on [fd00::1]:80":              "nginx on `[fd00::1]:80`",
		"a](x) <b> *c* _d_ `e` \\f #g h://i": `a\]\(x) \<b\> \*c\* \_d\_ 'e' \\f \#g h:\//i`,
		"a\nb":                               `a\\nb`,
	} {
		if got := prose(in); got != want {
			t.Errorf("prose(%q) = %q, want %q", in, got, want)
		}
	}
}

// fullFacts fills every field, so that every branch of a page is taken.
func fullFacts(value string) analyze.Facts {
	var f analyze.Facts
	eachField(reflect.ValueOf(&f).Elem(), func(_ string, v reflect.Value) {
		if v.Kind() == reflect.Bool {
			v.SetBool(true)
		} else {
			v.SetString(value)
		}
	})
	return f
}

func eachField(v reflect.Value, do func(name string, v reflect.Value)) {
	for i := range v.NumField() {
		if v.Field(i).Kind() == reflect.Struct {
			eachField(v.Field(i), do)
		} else {
			do(v.Type().Name()+"."+v.Type().Field(i).Name, v.Field(i))
		}
	}
}

// TestNoHoles runs every page with nothing, with everything, with everything
// but one field, and with nothing but one field.
func TestNoHoles(t *testing.T) {
	for _, id := range IDs() {
		bases := map[string]func() analyze.Facts{
			"none":    func() analyze.Facts { return analyze.Facts{} },
			"full":    func() analyze.Facts { return fullFacts("value") },
			"example": func() analyze.Facts { return exampleFacts(id) },
		}
		for name, base := range bases {
			f := base()
			checkFilled(t, id+" "+name, id, f)
			var fields []reflect.Value
			var names []string
			eachField(reflect.ValueOf(&f).Elem(), func(n string, v reflect.Value) {
				fields, names = append(fields, v), append(names, n)
			})
			for i, v := range fields {
				old := reflect.ValueOf(v.Interface())
				switch {
				case v.Kind() == reflect.Bool:
					v.SetBool(!v.Bool())
				case v.String() == "":
					v.SetString("value")
				default:
					v.SetString("")
				}
				checkFilled(t, id+" "+name+" "+names[i], id, f)
				v.Set(old)
			}
		}
	}
}

func checkFilled(t *testing.T, what, id string, f analyze.Facts) {
	t.Helper()
	page, err := render(id, &facts{Facts: f})
	if err != nil {
		t.Errorf("%s: %v", what, err)
		return
	}
	checkText(t, what, page)
}

var holes = regexp.MustCompile("<no value>|``(?:[^`]|$)|[^ ]  +[^ ]| [.,:;)]|\\( |\\(\\)|\\{\\{|\\}\\}|\\b(?:by|from|to|with|after|in|packet) ?\\.(?:\\s|$)|\\.\\.|: *$|%!")

// checked holds the lines that were looked at: most of a page is the same
// whatever the facts are, and one hole need not be told once for each of them.
var checked = map[string]bool{}

// checkText finds what a template leaves behind where a fact is missing.
func checkText(t *testing.T, what, page string) {
	t.Helper()
	fenced := false
	lines := strings.Split(page, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, "```") {
			fenced = !fenced
			continue
		}
		if fenced {
			continue
		}
		// A colon at the end announces a list; then one must follow.
		announces := strings.HasSuffix(line, ":") && i+2 < len(lines) && (strings.HasPrefix(lines[i+2], "- ") || strings.HasPrefix(line, "An example"))
		if announces || checked[line] {
			continue
		}
		checked[line] = !strings.HasSuffix(line, ":")
		if hole := holes.FindString(line); hole != "" {
			t.Errorf("%s: %q in %q", what, hole, line)
		}
	}
	if fenced {
		t.Errorf("%s: open fence", what)
	}
}

func TestHostileFacts(t *testing.T) {
	hostile := "a`b\n## Sources\n\x1b[31m{{.Hop}}[red]```\n- https://evil.example/\r\u202e"
	for _, id := range IDs() {
		f := fullFacts(hostile)
		e, err := Explain(&analyze.Finding{Rule: id, Words: analyze.FixedWords("", f)})
		if err != nil {
			t.Fatal(err)
		}
		plain := fullFacts("value")
		plain.Host = "no host" // neither fits into a command, where it has a line
		clean, err := Explain(&analyze.Finding{Rule: id, Words: analyze.FixedWords("", plain)})
		if err != nil {
			t.Fatal(err)
		}
		if strings.ContainsAny(e.Text, "\x1b\r\u202e") {
			t.Errorf("%s: control bytes in the text", id)
		}
		// The hostile value must change nothing in how the page is built.
		if strings.Count(e.Text, "`") != strings.Count(clean.Text, "`") || strings.Count(e.Text, "\n") != strings.Count(clean.Text, "\n") {
			t.Errorf("%s: the structure of the text changed:\n%s", id, e.Text)
		}
		if !slices.Equal(e.References, clean.References) || len(e.Remedies) != len(clean.Remedies) {
			t.Errorf("%s: the page was taken apart differently", id)
		}
	}
}

// TestHostileTitles: titles are shown as they are, everywhere.
func TestHostileTitles(t *testing.T) {
	s := newScene(t).leg(analyze.ClientLeg, sound...).
		leg(analyze.InstanceLeg, without("Connection", "Connection: k\x1b[31m`\x07")...).
		answer("\x1b]0;x\x07", "HTTP/1.1 400 \x1b[31mBad").
		verdict(analyze.Rewritten, analyze.Damage{Kind: analyze.Rewritten, Before: 0, After: 1})
	for _, f := range s.judge() {
		if strings.ContainsAny(f.Title()+f.Facts().By+f.Facts().Hop, "\x1b\x07\n") {
			t.Errorf("%s: %q by %q", f.Rule, f.Title(), f.Facts().By)
		}
	}
}

// TestWhichNginx: the remedy names the nginx that has to change, and the server
// that it asks.
func TestWhichNginx(t *testing.T) {
	const onInstance = "nginx on the instance: pass the upgrade on"
	for name, tt := range map[string]struct {
		rule      string
		change    func(*analyze.Facts)
		title, to string
	}{
		"in the balancer's place": {idHTTP10Downgrade, func(*analyze.Facts) {}, "nginx at `203.0.113.10:80`: pass the upgrade on", "192.0.2.20:80"},
		"of unknown place":        {idHTTP10Downgrade, func(f *analyze.Facts) { f.Front, f.Inferred = "", true }, "nginx at or before `192.0.2.10`: pass the upgrade on", "192.0.2.20:80"},
		"on the instance": {idHTTP10Downgrade, func(f *analyze.Facts) { f.Local, f.Application = true, "127.0.0.1:3000" },
			onInstance, "127.0.0.1:3000"},
		"it looks so": {idUpgradeDropped, func(f *analyze.Facts) { f.Looks = "nginx (X-Real-IP is set)" }, "nginx at `203.0.113.10:80`: pass the upgrade on", "192.0.2.20:80"},
		"it signs":    {idUpgradeDropped, func(f *analyze.Facts) { f.By = "nginx/1.22.1 on 203.0.113.10:80" }, "nginx at `203.0.113.10:80`: pass the upgrade on", "192.0.2.20:80"},
		"one of two signs": {idUpgradeDropped, func(f *analyze.Facts) {
			f.Hop, f.By = "something between 203.0.113.10:80 and 192.0.2.10", "nginx/1.22.1 on 203.0.113.10:80"
		}, onInstance, neutralApplication},
		"two hops": {idUpgradeDropped, func(f *analyze.Facts) {
			f.Hop, f.Looks = "something between 203.0.113.10:80 and 192.0.2.10", "nginx (x)"
		}, "nginx between `203.0.113.10:80` and `192.0.2.10`: pass the upgrade on", "192.0.2.20:80"},
		"no marks":     {idUpgradeDropped, func(f *analyze.Facts) { f.Front, f.Inferred, f.ClientFrom = "", true, "" }, "nginx at or before `192.0.2.10`: pass the upgrade on", "192.0.2.20:80"},
		"marks":        {idUpgradeDropped, func(f *analyze.Facts) { f.Front, f.Inferred, f.ClientFrom = "", true, "X-Forwarded-For" }, onInstance, neutralApplication},
		"behind it":    {idConnectionRewrite, func(*analyze.Facts) {}, onInstance, neutralApplication},
		"nothing said": {idHandshakeRefused, func(f *analyze.Facts) { f.Hop = "" }, onInstance, neutralApplication},
	} {
		f := exampleFacts(tt.rule)
		tt.change(&f)
		e, err := Explain(&analyze.Finding{Rule: tt.rule, Words: analyze.FixedWords("", f)})
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(e.Remedies, func(r Remedy) bool { return r.Title == tt.title })
		if i < 0 || !strings.Contains(e.Remedies[i].Config, "http://"+tt.to+";") {
			t.Errorf("%s: no %q to %s in %+v", name, tt.title, tt.to, e.Remedies)
		}
	}
}
