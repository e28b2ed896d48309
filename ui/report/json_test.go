package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"elbscope/analyze"
	"elbscope/capture/flow"
	"elbscope/internal/wiretext"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

func jsonOf(t testing.TB, s *analyze.Snapshot, o Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := JSON(&b, s, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func schema(t testing.TB) *jsonschema.Schema {
	t.Helper()
	s, err := jsonschema.NewCompiler().Compile("../../docs/report.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func document(t testing.TB, text string) map[string]any {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return doc.(map[string]any)
}

func TestJSONKeepsItsSchema(t *testing.T) {
	sch := schema(t)
	for name, s := range stories(t) {
		got := jsonOf(t, s, options())
		if err := sch.Validate(document(t, got)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if !strings.HasSuffix(got, "\n}\n") || strings.HasSuffix(got, "\n\n") {
			t.Errorf("%s ends in %q", name, got[len(got)-10:])
		}
		var indented bytes.Buffer
		if err := json.Indent(&indented, []byte(got), "", "  "); err != nil {
			t.Errorf("%s: %v", name, err)
		} else if indented.String() != got {
			t.Errorf("%s: not indented as a whole would be", name)
		}
	}
}

// TestSchemaCanFail takes a valid report and breaks it in one place at a time.
func TestSchemaCanFail(t *testing.T) {
	sch := schema(t)
	valid := jsonOf(t, articleSnapshot(t), options())
	first := func(doc map[string]any, path ...string) map[string]any {
		for _, p := range path {
			doc = doc[p].([]any)[0].(map[string]any)
		}
		return doc
	}
	breakages := map[string]func(doc map[string]any){
		"no schema":           func(d map[string]any) { delete(d, "schema") },
		"another schema":      func(d map[string]any) { d["schema"] = "elbscope/report/v2" },
		"sources null":        func(d map[string]any) { d["sources"] = nil },
		"name missing":        func(d map[string]any) { delete(first(d, "sources"), "name") },
		"offset a string":     func(d map[string]any) { first(d, "sources")["clockOffset"] = "0" },
		"link types null":     func(d map[string]any) { first(d, "sources")["linkTypes"] = nil },
		"ledger incomplete":   func(d map[string]any) { delete(d["counters"].(map[string]any)["ledger"].(map[string]any), "notTCP") },
		"negative counter":    func(d map[string]any) { d["counters"].(map[string]any)["gaps"] = json.Number("-1") },
		"no sighting":         func(d map[string]any) { first(d, "handshakes")["sightings"] = []any{} },
		"start in local time": func(d map[string]any) { first(d, "handshakes")["start"] = "2026-11-21T10:02:11+01:00" },
		"start with 3 digits": func(d map[string]any) { first(d, "handshakes")["start"] = "2026-11-21T10:02:11.000Z" },
		"status a string":     func(d map[string]any) { first(d, "handshakes")["status"] = "502" },
		"succeeded null":      func(d map[string]any) { first(d, "handshakes")["succeeded"] = nil },
		"culprit incomplete":  func(d map[string]any) { first(d, "handshakes")["culprit"] = map[string]any{"front": nil} },
		"back with port":      func(d map[string]any) { first(d, "handshakes")["culprit"].(map[string]any)["back"] = "10.99.1.1:80" },
		"endpoint bare":       func(d map[string]any) { first(d, "handshakes", "sightings")["client"] = "fd99::2:80" },
		"packet 0":            func(d map[string]any) { first(d, "handshakes", "sightings")["packet"] = json.Number("0") },
		"intact a string":     func(d map[string]any) { first(d, "handshakes", "sightings")["intact"] = "yes" },
		"upgrade missing":     func(d map[string]any) { delete(first(d, "handshakes", "sightings"), "upgrade") },
		"no evidence":         func(d map[string]any) { first(d, "findings")["evidence"] = []any{} },
		"rule in capitals":    func(d map[string]any) { first(d, "findings")["rule"] = "ConnectionRewritten" },
		"quote missing":       func(d map[string]any) { delete(first(d, "findings", "evidence"), "quote") },
		"steps null":          func(d map[string]any) { first(d, "findings", "remedies")["steps"] = nil },
	}
	for name, breakIt := range breakages {
		doc := document(t, valid)
		breakIt(doc)
		if sch.Validate(doc) == nil {
			t.Errorf("%s: still valid", name)
		}
	}
	doc := document(t, valid)
	doc["later"] = "a field of a later minor version"
	first(doc, "handshakes")["verdict"] = "teleported"
	if err := sch.Validate(doc); err != nil {
		t.Errorf("readers accept fields and verdicts they do not know: %v", err)
	}
}

// TestFieldNames holds the names that other programs are written against, and
// that everything required is there.
func TestFieldNames(t *testing.T) {
	doc := document(t, jsonOf(t, articleSnapshot(t), options()))
	h := doc["handshakes"].([]any)[0].(map[string]any)
	for name, tt := range map[string]struct {
		object any
		want   string
	}{
		"report":    {doc, "counters findings handshakes schema sources version"},
		"counters":  {doc["counters"], "connections evicted gaps handshakes kernelDropped ledger packets requests responses webSocketFrames"},
		"ledger":    {doc["counters"].(map[string]any)["ledger"], "damaged delivered duplicate empty filtered notIP notTCP overBudget waiting"},
		"source":    {doc["sources"].([]any)[0], "bytes clockOffset compression firstPacket format lastPacket linkTypes name packets problems"},
		"handshake": {h, "certainty culprit findings host id key sightings start status succeeded target verdict why"},
		"sighting": {h["sightings"].([]any)[0], "client close closedBy connection encrypted forwardedFor hop httpVersion intact leg method packet " +
			"proxyProtocol server source status statusPacket target time upgrade webSocketFrames"},
		"finding": {doc["findings"].([]any)[0], "cause certainty evidence explanation handshakes id references remedies rule severity title"},
	} {
		got := strings.Join(slices.Sorted(maps.Keys(tt.object.(map[string]any))), " ")
		if got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, tt.want)
		}
	}
}

// reportOf reads back what was written.
type reportOf struct {
	Note       *string
	Sources    []sourceJSON
	Counters   countersJSON
	Handshakes []handshakeJSON
	Findings   []findingJSON
}

func parsed(t *testing.T, s *analyze.Snapshot, o Options) (r reportOf) {
	t.Helper()
	if err := json.Unmarshal([]byte(jsonOf(t, s, o)), &r); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestJSONOfTheArticle(t *testing.T) {
	r := parsed(t, articleSnapshot(t), options())
	h := r.Handshakes[0]
	local := h.Sightings[2]
	unset := "(null)"
	str := func(p *string) string {
		if p == nil {
			return unset
		}
		return *p
	}
	for _, tt := range []struct{ what, got, want string }{
		{"start", h.Start, "2026-11-21T10:02:11.000000000Z"},
		{"verdict", h.Verdict, "rewritten"},
		{"front", str(h.Culprit.Front), "10.99.0.1:80"},
		{"back", str(h.Culprit.Back), "10.99.1.1"},
		{"key", str(h.Key), key},
		{"findings", strings.Join(h.Findings, " "), "f1 f2 f3 f4"},
		{"status", fmt.Sprint(*h.Status, h.Succeeded), "502 false"},
		{"connection", str(h.Sightings[1].Connection), "keep-alive"},
		{"upgrade", str(h.Sightings[1].Upgrade), "websocket"},
		{"forwardedFor", str(h.Sightings[1].ForwardedFor), "10.99.0.2"},
		{"no forwardedFor", str(h.Sightings[0].ForwardedFor), unset},
		{"absent connection", str(local.Connection), unset},
		{"local status", fmt.Sprint(local.Status == nil, local.StatusPacket == nil), "true true"},
		{"close", str(local.ClosedBy) + " " + str(local.Close), "server fin"},
		{"no close", str(h.Sightings[0].ClosedBy) + " " + str(h.Sightings[0].Close), unset + " " + unset},
		{"intact", fmt.Sprint(*h.Sightings[0].Intact, *h.Sightings[1].Intact), "true false"},
		{"statusPacket", fmt.Sprint(*h.Sightings[0].StatusPacket), "34"},
		{"leg", h.Sightings[0].Leg + h.Sightings[1].Leg + local.Leg, "clientinstancelocal"},
		{"httpVersion", str(h.Sightings[0].HTTPVersion), "1.1"},
		{"finding", r.Findings[0].Rule + " " + r.Findings[0].Severity, "connection-rewritten error"},
		{"handshakes of it", strings.Join(r.Findings[0].Handshakes, " "), "h1 h2"},
		{"causes", str(r.Findings[0].Cause) + str(r.Findings[2].Cause) + str(r.Findings[3].Cause), unset + "f1f3"},
		{"evidence", fmt.Sprint(len(r.Findings[0].Evidence)), "6"},
		{"evidence connection", str(r.Findings[0].Evidence[0].Connection), "10.99.0.2:41178 -> 10.99.0.1:80"},
		{"config", str(r.Findings[0].Remedies[0].Config), unset},
		{"explanation where there is none", r.Findings[3].Explanation, "10.99.1.2:80 refuses the handshake with 502 Bad Gateway"},
		{"sum", fmt.Sprint(r.Counters.Packets), fmt.Sprint(r.Counters.Ledger.Delivered + r.Counters.Ledger.Empty)},
		{"first offset", fmt.Sprint(*r.Sources[0].ClockOffset), "0"},
		{"compression", str(r.Sources[0].Compression), unset},
		{"note", str(r.Note), unset},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: %q, want %q", tt.what, tt.got, tt.want)
		}
	}
}

func TestJSONOfTwoFiles(t *testing.T) {
	r := parsed(t, twoFilesSnapshot(t), options())
	if got := *r.Sources[1].ClockOffset; got != -3.7 {
		t.Errorf("offset %v", got)
	}
	s := r.Handshakes[0].Sightings
	if s[0].Source != 0 || s[1].Source != 1 || s[1].ProxyProtocol == nil || *s[1].ProxyProtocol != "v1" {
		t.Errorf("sources %d, %d, PROXY %v", s[0].Source, s[1].Source, s[1].ProxyProtocol)
	}
	// Packet 20 has its own file's time; the evidence is on the first clock.
	if got := r.Findings[0].Evidence[1].Time; got != "2026-11-21T10:02:11.002000000Z" {
		t.Errorf("evidence at %s", got)
	}
}

func TestJSONUnknownIsNull(t *testing.T) {
	h := &analyze.Handshake{
		ID: "h1", Start: at(0), Verdict: analyze.Rewritten, Certainty: analyze.Inferred,
		Culprit: &analyze.Culprit{Back: netip.MustParseAddr("fd99:1::1")},
		Sightings: []*analyze.Sighting{{
			Conn: &flow.Conn{Client: netip.MustParseAddrPort("[fd99:1::1]:50332"), Server: netip.MustParseAddrPort("[fd99:1::2]:80")},
			Leg:  analyze.InstanceLeg, Request: head(t, false, "GET /chat HTTP/1.1\nUpgrade: websocket\nX-Cut…"),
			RequestPacket: packet(1, 0), Time: at(0),
		}},
		Findings: []*analyze.Finding{{Rule: "connection-rewritten", Severity: analyze.Error, Certainty: analyze.Inferred, Words: analyze.FixedWords("No evidence", analyze.Facts{})}},
	}
	innocent := article(t, "h2", 5, 10)
	innocent.Verdict, innocent.Findings = analyze.Refused, nil
	r := parsed(t, &analyze.Snapshot{Sources: []analyze.Source{source("a", 1), source("b", 0)}, Handshakes: []*analyze.Handshake{h, innocent}}, Options{Note: "n"})
	got, s := r.Handshakes[0], r.Handshakes[0].Sightings[0]
	if got.Key != nil || got.Target != nil || got.Host != nil || got.Status != nil || got.Succeeded || got.Culprit.Front != nil {
		t.Errorf("handshake %+v", got)
	}
	if *got.Culprit.Back != "fd99:1::1" || s.Client != "[fd99:1::1]:50332" {
		t.Errorf("back %s, client %s", *got.Culprit.Back, s.Client)
	}
	if s.Connection != nil || s.Status != nil || s.StatusPacket != nil || s.ClosedBy != nil || s.Close != nil || s.ProxyProtocol != nil || s.Intact != nil {
		t.Errorf("sighting %+v", s)
	}
	if r.Handshakes[1].Culprit != nil {
		t.Error("a refusal accuses a hop")
	}
	if r.Sources[1].ClockOffset != nil || r.Sources[1].FirstPacket != nil || *r.Note != "n" {
		t.Errorf("source %+v", r.Sources[1])
	}
	if e := r.Findings[0].Evidence; len(e) != 1 || *e[0].Packet != 1 {
		t.Errorf("evidence %+v", e)
	}
}

func TestJSONEvidenceIsBounded(t *testing.T) {
	s := &analyze.Snapshot{Sources: []analyze.Source{source("a", 1)}}
	for i := range 600 {
		s.Handshakes = append(s.Handshakes, article(t, fmt.Sprint("h", i), uint64(20*i+1), i))
	}
	r := parsed(t, s, options())
	if n := len(r.Findings[0].Evidence); n != maxEvidence || len(r.Findings[0].Handshakes) != 600 {
		t.Errorf("%d pieces of evidence, %d handshakes", n, len(r.Findings[0].Handshakes))
	}
}

// TestJSONIsHarmless holds that a report can be looked at in a terminal, and
// still says what was sent.
func TestJSONIsHarmless(t *testing.T) {
	got := jsonOf(t, hostileSnapshot(t), options())
	for _, r := range got {
		if r != '\n' && r != utf8.RuneError && !wiretext.Safe(r) {
			t.Fatalf("%U in the report", r)
		}
	}
	h := parsed(t, hostileSnapshot(t), options()).Handshakes[0]
	if !strings.HasPrefix(*h.Target, "/\x1b[31m[red]\u202egnp.exe?token=<masked>&x=AAAA") || *h.Host != "\x1b]0;pwned\x07" {
		t.Errorf("target %.60q, host %q", *h.Target, *h.Host)
	}
	if got := string(harmless([]byte("a\U000e0041b\u007f"))); got != `a\udb40\udc41b\u007f` {
		t.Errorf("harmless: %s", got)
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestWriteErrors(t *testing.T) {
	for name, write := range map[string]func(io.Writer, *analyze.Snapshot, Options) error{"JSON": JSON, "Text": Text} {
		if err := write(broken{}, alikeSnapshot(t), options()); err == nil || !strings.Contains(err.Error(), "disk full") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func BenchmarkJSON(b *testing.B) {
	s := &analyze.Snapshot{Sources: []analyze.Source{source("a", 1)}}
	for i := range 10000 {
		s.Handshakes = append(s.Handshakes, article(b, fmt.Sprint("h", i), uint64(20*i+1), i))
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := JSON(io.Discard, s, options()); err != nil {
			b.Fatal(err)
		}
	}
}
