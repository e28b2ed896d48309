package rules

import (
	"slices"
	"strings"
	"testing"
	"time"

	"elbscope/analyze"
	"elbscope/analyze/ws"
	"elbscope/capture/flow"
)

const (
	rightAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" // of the key in keyLine
	otherKey    = "AAAAAAAAAAAAAAAAAAAAAA=="
)

// says101 is a 101 with these lines more.
func (s *scene) says101(lines ...string) *scene {
	return s.answer("", append([]string{"HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"}, lines...)...)
}

func TestBadAccept(t *testing.T) {
	one := func() *scene { return newScene(t).leg(analyze.InstanceLeg, sound...) }
	two := func() *scene {
		return newScene(t).leg(analyze.ClientLeg, sound...).leg(analyze.InstanceLeg, append(slices.Clone(sound), forwarded...)...)
	}
	accept := func(value string) string { return "Sec-WebSocket-Accept: " + value }
	wrong := accept(ws.Accept(otherKey))
	keyless := append(without("Sec-WebSocket-Key"), forwarded...)
	leaves := func(s *scene) *scene { return s.on(0).closed(flow.FromClient, flow.FIN) }
	tests := []struct {
		name     string
		scene    *scene
		severity analyze.Severity
		title    string
	}{
		{"wrong, the client leaves", leaves(one().says101(wrong)), analyze.Error, "10.99.1.2:80 answers the key with a wrong Sec-WebSocket-Accept"},
		{"wrong, nothing follows", one().says101(wrong), analyze.Warning, "10.99.1.2:80 answers the key with a wrong"},
		{"missing", leaves(one().says101()), analyze.Error, "10.99.1.2:80 answers 101 without a Sec-WebSocket-Accept"},
		{"empty", leaves(one().says101(accept(""))), analyze.Error, "10.99.1.2:80 answers the key with a wrong"},
		{"twice", leaves(one().says101(accept(rightAccept), accept(rightAccept))), analyze.Error, "10.99.1.2:80 answers with Sec-WebSocket-Accept twice"},
		{"another case", leaves(one().says101(accept(strings.ToLower(rightAccept)))), analyze.Error, "10.99.1.2:80 answers the key with a wrong"},
		{"left much later", one().says101(wrong).wait(time.Minute).closed(flow.FromClient, flow.FIN), analyze.Warning, "10.99.1.2:80 answers"},
		{"left by the server", one().says101(wrong).closed(flow.FromServer, flow.FIN), analyze.Warning, "10.99.1.2:80 answers"},
		{"passed on", leaves(two().says101(wrong).on(0).says101(wrong)), analyze.Error, "10.99.1.2:80 answers"},
		{"by the hop", leaves(two().says101(accept(rightAccept)).on(0).says101(wrong)), analyze.Error, "The load balancer at 10.99.0.1:80 changes the"},
		{"removed by the hop", leaves(two().says101(accept(rightAccept)).on(0).says101()), analyze.Error, "The load balancer at 10.99.0.1:80 takes the"},
		{"doubled by the hop", leaves(two().says101(accept(rightAccept)).on(0).says101(wrong, accept(rightAccept))), analyze.Error,
			"The load balancer at 10.99.0.1:80 passes on Sec-WebSocket-Accept twice"},
		{"mended by the hop", leaves(two().says101(wrong).on(0).says101(accept(rightAccept))), analyze.Warning, "10.99.1.2:80 answers"},
		{"refused by the hop", two().says101(wrong).on(0).answer("", "HTTP/1.1 502 Bad Gateway"), analyze.Error, "10.99.1.2:80 answers"},
		{"made up by the hop", leaves(two().answer("", "HTTP/1.1 200 OK").on(0).says101(wrong)), analyze.Error, "The load balancer at 10.99.0.1:80 makes up a 101"},
		{"the answer inside is not known", leaves(two().on(0).says101(wrong)), analyze.Error, "10.99.0.1:80 answers the key with a wrong"},
		{"the key was removed", leaves(newScene(t).leg(analyze.ClientLeg, sound...).leg(analyze.InstanceLeg, keyless...).says101(wrong).on(0).says101(wrong).
			verdict(analyze.Altered, analyze.Damage{Kind: analyze.Altered, Before: 0, After: 1})), analyze.Info,
			"The load balancer at 10.99.0.1:80 passes on a Sec-WebSocket-Accept that is not for"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.scene.h.Verdict == analyze.Undetermined {
				tt.scene.verdict(analyze.Healthy)
			}
			found := badAccept.Check(tt.scene.earlierRules(idBadAccept))
			if len(found) != 1 || found[0].Severity != tt.severity || !strings.HasPrefix(found[0].Title(), tt.title) || found[0].Certainty != analyze.Proven {
				for _, f := range found {
					t.Errorf("%s %s %q", f.Severity, f.Certainty, f.Title())
				}
				t.Fatalf("want %s %q", tt.severity, tt.title)
			}
			if (tt.severity == analyze.Info) != (found[0].Cause != nil) {
				t.Errorf("cause %v", found[0].Cause)
			}
			if f := found[0].Facts(); f.Expected != rightAccept || f.Found == "" || f.Missing == "" {
				t.Errorf("%+v", f)
			}
			checkWhole(t, tt.scene.h, found[0])
		})
	}
}

// TestBadAcceptOfTheLastTry: of several tries on the first leg, the last one's
// answer is what the client got, for the severity and for the words.
func TestBadAcceptOfTheLastTry(t *testing.T) {
	s := newScene(t).leg(analyze.ClientLeg, sound...).closed(flow.FromServer, flow.FIN).
		leg(analyze.ClientLeg, sound...).says101("Sec-WebSocket-Accept: "+ws.Accept(otherKey)).closed(flow.FromClient, flow.FIN).
		verdict(analyze.Healthy)
	found := badAccept.Check(s.kase())
	if len(found) != 1 || found[0].Severity != analyze.Error {
		t.Fatalf("%+v", found)
	}
	if f := found[0].Facts(); f.ClosedBy != clientAddr.String() {
		t.Errorf("it is an error because the client hung up, and the words say it was %q", f.ClosedBy)
	}
	if !slices.ContainsFunc(found[0].Evidence(), func(e analyze.Evidence) bool { return strings.Contains(e.Text, "without a frame") }) {
		t.Errorf("%+v", found[0].Evidence())
	}
	s.last.WebSocket.Frames[flow.FromClient] = 1
	if f := badAccept.Check(s.kase())[0].Facts(); !strings.Contains(f.Meaning, "went on all the same") {
		t.Errorf("meaning %q", f.Meaning)
	}
}

// earlierRules is the case that a rule gets to see.
func (s *scene) earlierRules(id string) *analyze.Case {
	c := s.kase()
	for _, r := range All {
		if r.ID == id {
			break
		}
		c.Earlier = append(c.Earlier, r.Check(c)...)
	}
	return c
}

// TestBadAcceptIsSilent: where key and answer may not belong together, or cannot
// be read, or ask for something else, nothing is said.
func TestBadAcceptIsSilent(t *testing.T) {
	wrong := "Sec-WebSocket-Accept: " + ws.Accept(otherKey)
	with := func(lines ...string) *scene {
		return newScene(t).leg(analyze.InstanceLeg, append(slices.Clone(sound), lines...)...)
	}
	cut := func(h func(*analyze.Sighting)) *scene {
		s := with().says101("Sec-WebSocket-Accept: " + rightAccept[:20])
		h(s.last)
		return s
	}
	holed := with().says101(wrong)
	holed.last.Holed = true
	retried := newScene(t).leg(analyze.InstanceLeg, without("Sec-WebSocket-Key", "Sec-WebSocket-Key: "+otherKey)...).closed(flow.FromServer, flow.FIN).
		leg(analyze.InstanceLeg, sound...).says101("Sec-WebSocket-Accept: " + rightAccept)
	for name, s := range map[string]*scene{
		"right":                  with().says101("Sec-WebSocket-Accept: " + rightAccept),
		"white space":            with().says101("Sec-WebSocket-Accept: \t " + rightAccept + " \t"),
		"space behind the key":   newScene(t).leg(analyze.InstanceLeg, without("Sec-WebSocket-Key", keyLine+" \t")...).says101("sec-websocket-accept:" + rightAccept),
		"a hole":                 holed,
		"a cut answer":           cut(func(s *analyze.Sighting) { s.Response.Whole = false }),
		"no key":                 newScene(t).leg(analyze.InstanceLeg, without("Sec-WebSocket-Key")...).says101(wrong),
		"two keys":               with("Sec-WebSocket-Key: " + otherKey).says101("Sec-WebSocket-Accept: AAAA"),
		"hixie":                  with("Sec-WebSocket-Key1: 4 @1  46546xW%0l 1 5").says101(wrong),
		"hixie's answer":         with().says101("Sec-WebSocket-Location: ws://example.com/"),
		"another protocol":       with().answer("", "HTTP/1.1 101 Switching Protocols", "Upgrade: h2c", "Connection: Upgrade"),
		"no protocol at all":     with().answer("", "HTTP/1.1 101 Switching Protocols"),
		"not 101":                with().answer("", "HTTP/1.1 200 OK", wrong),
		"no answer":              with(),
		"another key by a retry": retried,
	} {
		if found := badAccept.Check(s.verdict(analyze.Healthy).kase()); found != nil {
			t.Errorf("%s: %s", name, found[0].Title())
		}
	}
	key := with().says101(wrong)
	key.last.Request = parse(t, false, without("Sec-WebSocket-Key", keyLine[:30])...)
	key.last.Request.Whole = false
	if found := badAccept.Check(key.verdict(analyze.Healthy).kase()); found != nil {
		t.Errorf("a cut key: %s", found[0].Title())
	}
}

// TestAcceptMeaning: a value that gives away how it was made is told.
func TestAcceptMeaning(t *testing.T) {
	for value, want := range map[string]string{
		otherKey:                                    acceptIsKey,
		rightAccept:                                 acceptOfSample,
		ws.Accept(strings.Repeat("\x00", 16)):       acceptDecoded,
		ws.Accept("BBBBBBBBBBBBBBBBBBBBBA=="):       "",
		strings.ToUpper(ws.Accept("anything else")): "",
	} {
		s := newScene(t).leg(analyze.InstanceLeg, without("Sec-WebSocket-Key", "Sec-WebSocket-Key: "+otherKey)...).
			says101("Sec-WebSocket-Accept: " + value).verdict(analyze.Healthy)
		found := badAccept.Check(s.kase())
		if len(found) != 1 || found[0].Facts().Meaning != want {
			t.Errorf("%q: %+v", value, found)
		}
	}
}
