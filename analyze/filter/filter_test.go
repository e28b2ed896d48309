package filter

import (
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"elbscope/analyze"
	"elbscope/analyze/http1"
	"elbscope/capture/flow"
)

func stamp(s string) flow.Time {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		panic(err)
	}
	return flow.Time(t.UnixNano())
}

// request parses a head with the real parser, so that its version is set.
func request(t testing.TB, version string) *http1.Head {
	var sink headSink
	var p http1.Parser
	p.Init(&sink, false)
	upgrade := ""
	if version == "1.0" {
		upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\n"
	}
	p.Feed([]byte("GET /x HTTP/" + version + "\r\n" + upgrade + "\r\n"))
	if sink.head == nil {
		t.Fatal("the parser gave no head")
	}
	return sink.head
}

// headSink keeps the first head.
type headSink struct{ head *http1.Head }

func (s *headSink) Head(h *http1.Head) http1.Next {
	if s.head == nil {
		s.head = h.Clone()
	}
	return http1.AsFramed
}
func (*headSink) Begin()               {}
func (*headSink) MoreHead(*http1.Head) {}
func (*headSink) Body([]byte)          {}
func (*headSink) BodyGap(uint64)       {}
func (*headSink) End(http1.Flaw)       {}
func (*headSink) Lost()                {}

func conn(client, server string) *flow.Conn {
	return &flow.Conn{Client: netip.MustParseAddrPort(client), Server: netip.MustParseAddrPort(server)}
}

// handshakes are what the table filters, by one letter each.
func handshakes(t testing.TB) map[string]*analyze.Handshake {
	return map[string]*analyze.Handshake{
		// Seen on two legs, rewritten between them, refused.
		"r": {
			ID: "h1", Key: "dGhlIHNhbXBsZSBub25jZQ==", Target: "/socket.io/?EIO=3&transport=websocket", Host: "Api.Example.org:8080",
			Start: stamp("2026-11-23T10:03:05.25Z"), Verdict: analyze.Rewritten, Certainty: analyze.Proven, Status: 502,
			Culprit: &analyze.Culprit{Front: netip.MustParseAddrPort("10.99.0.1:80"), Back: netip.MustParseAddr("10.99.1.1")},
			Sightings: []*analyze.Sighting{
				{Conn: conn("192.0.2.7:40000", "10.99.0.1:80"), Leg: analyze.ClientLeg, Request: request(t, "1.1")},
				{Conn: conn("10.99.1.1:50000", "10.99.1.2:8080"), Leg: analyze.InstanceLeg, Request: request(t, "1.1"),
					RequestPacket: analyze.PacketRef{Source: 1}},
			},
			Damages: []analyze.Damage{{Kind: analyze.Rewritten, After: 1}},
			Findings: []*analyze.Finding{
				{Rule: "connection-rewritten", Severity: analyze.Error},
				{Rule: "handshake-refused", Severity: analyze.Info},
			},
		},
		// Well, over IPv6, in the next second.
		"w": {
			ID: "h2", Key: "AAAAAAAAAAAAAAAAAAAAAA==", Target: "/ws a", Host: "none",
			Start: stamp("2026-11-23T10:03:06Z"), Verdict: analyze.Healthy, Certainty: analyze.Proven, Status: 101,
			Sightings: []*analyze.Sighting{{Conn: conn("[2001:db8::1]:40000", "[2001:db8::2]:443"), Leg: analyze.ClientLeg, Request: request(t, "1.1")}},
		},
		// An old proxy's, on the instance only; it got its 101 all the same.
		"d": {
			ID: "h3", Verdict: analyze.Downgraded, Certainty: analyze.Inferred, Status: 101, Target: "/chat,a|b",
			Start:    stamp("2026-11-24T00:00:00Z"),
			Culprit:  &analyze.Culprit{Back: netip.MustParseAddr("10.99.1.1")},
			Findings: []*analyze.Finding{{Rule: "http10-downgrade", Severity: analyze.Warning}},
			Sightings: []*analyze.Sighting{{Conn: conn("10.99.1.1:50001", "127.0.0.1:3000"), Leg: analyze.LocalLeg,
				Request: request(t, "1.0")}},
		},
		// Still open.
		"p": {
			ID: "h4", Verdict: analyze.Pending, Certainty: analyze.Unsure, Target: "/ws", Host: "other",
			Start:     stamp("2026-11-24T08:00:00Z"),
			Sightings: []*analyze.Sighting{{Conn: conn("192.0.2.70:40000", "10.99.0.1:80"), Leg: analyze.ClientLeg}},
		},
		// Nobody answered.
		"u": {
			ID: "h5", Verdict: analyze.Unanswered, Certainty: analyze.Proven, Target: "/WS", Host: "other",
			Start:     stamp("2026-11-24T09:00:00Z"),
			Sightings: []*analyze.Sighting{{Conn: conn("192.0.2.70:40001", "10.99.0.1:80"), Leg: analyze.ClientLeg}},
		},
	}
}

var testContext = Context{
	First:   stamp("2026-11-23T09:00:00Z"),
	Rules:   []string{"connection-rewritten", "handshake-refused", "http10-downgrade"},
	Sources: 2,
}

func TestMatch(t *testing.T) {
	hs := handshakes(t)
	for _, test := range matchTests {
		f, err := Parse(test.expr, testContext)
		if err != nil {
			t.Errorf("%s: %v", test.expr, err)
			continue
		}
		var got []string
		for name, h := range hs {
			if f.Match(h) {
				got = append(got, name)
			}
		}
		slices.Sort(got)
		if s := strings.Join(got, ""); s != test.want {
			t.Errorf("%s: matches %q, want %q", test.expr, s, test.want)
		}
		if empty := strings.TrimSpace(test.expr) == ""; f.Empty() != empty || f.String() != test.expr {
			t.Errorf("%s: Empty is %v, String is %q", test.expr, f.Empty(), f)
		}
	}
}

func TestErrors(t *testing.T) {
	for _, test := range errorTests {
		_, err := Parse(test.expr, testContext)
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("%s: error %v", test.expr, err)
			continue
		}
		if e.Column != test.column {
			t.Errorf("%s: column %d, want %d", test.expr, e.Column, test.column)
		}
		for part := range strings.SplitSeq(test.parts, "|") {
			if !strings.Contains(e.Error(), part) {
				t.Errorf("%s: no %q in\n%s", test.expr, part, e)
			}
		}
	}
}

// Without knowledge of rules, inputs and the day, only what needs it changes.
func TestUnknownContext(t *testing.T) {
	for _, expr := range []string{"rule:anything", "source:7", "after:2026-11-23T10:00"} {
		if _, err := Parse(expr, Context{}); err != nil {
			t.Errorf("%s: %v", expr, err)
		}
	}
	if _, err := Parse("after:10:00", Context{}); err == nil || !strings.Contains(err.Error(), "the day of the capture is not known") {
		t.Errorf("after:10:00: %v", err)
	}
}

// A time without zone is the one of the context, and so is the day.
func TestLocation(t *testing.T) {
	ctx := Context{Location: time.FixedZone("", 10*3600), First: stamp("2026-11-23T20:00:00Z")} // the 24th there
	h := &analyze.Handshake{Start: stamp("2026-11-24T00:30:00Z")}
	for expr, want := range map[string]bool{
		"after:10:30": true, "after:10:31": false, "before:2026-11-24T10:31": true,
		"after:2026-11-24": true, "after:2026-11-25": false, "after:2026-11-24T10:30Z": false,
	} {
		f, err := Parse(expr, ctx)
		if err != nil {
			t.Fatal(err)
		}
		if got := f.Match(h); got != want {
			t.Errorf("%s: %v", expr, got)
		}
	}
}

func TestNil(t *testing.T) {
	var f *Filter
	if !f.Empty() || !f.Match(&analyze.Handshake{}) || f.String() != "" || !new(Filter).Match(nil) {
		t.Error("an absent filter stops something")
	}
}

// A handshake with nothing in it passes through every test without harm.
func TestBareHandshake(t *testing.T) {
	for _, test := range matchTests {
		f, err := Parse(test.expr, testContext)
		if err != nil {
			t.Fatal(err)
		}
		f.Match(&analyze.Handshake{Sightings: []*analyze.Sighting{{}}})
	}
}

// TestBegun wants no word to count before it is whole, and every whole one to.
func TestBegun(t *testing.T) {
	for _, whole := range []string{
		"verdict:rewritten", "is:failed", "status:502", "status:>=500", "client:10.0.0.0/8", "after:10:03", "socket.io", "/chat",
		"http.response.code == 502", "severity:none", "host:example.org", "verdict:nonsense", "verdict:dropped|rewritten", "or",
	} {
		if Begun(whole) {
			t.Errorf("%s counts as begun only", whole)
		}
		if !Begun(whole + " !") {
			t.Errorf("%s ! counts as whole", whole)
		}
	}
	for _, begun := range []string{
		"v", "verdict", "verdict:", "verdict:r", "verdict:dropped|rew", "!is:fa", "status:5", "status:>=", "client:10.", "after:10:0",
		`host:"a`, "(", "a not", "a an", "http.resp", "http.response.code ==", "severity:non", "rule:conn", "sta", "rewr",
	} {
		if !Begun(begun) {
			t.Errorf("%s counts as whole", begun)
		}
	}
}

// FuzzParse: no expression makes Parse or Match panic, and an error names a
// column of the expression.
func FuzzParse(f *testing.F) {
	for _, test := range matchTests {
		f.Add(test.expr)
	}
	for _, test := range errorTests {
		f.Add(test.expr)
	}
	hs := handshakes(f)
	f.Fuzz(func(t *testing.T, expr string) {
		Begun(expr)
		filter, err := Parse(expr, testContext)
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || e.Column < 1 || e.Column > utf8.RuneCountInString(expr) || e.Hint == "" {
				t.Errorf("%q: %v", expr, err)
			}
			return
		}
		for _, h := range hs {
			filter.Match(h)
		}
	})
}
