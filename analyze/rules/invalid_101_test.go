package rules

import (
	"slices"
	"strings"
	"testing"
	"time"

	"elbscope/analyze"
	"elbscope/capture/flow"
	"elbscope/internal/wiretext"
)

// answers101 is a 101 with a right Sec-WebSocket-Accept, and nothing else but
// these lines.
func (s *scene) answers101(lines ...string) *scene {
	return s.answer("", append([]string{"HTTP/1.1 101 Switching Protocols", "Sec-WebSocket-Accept: " + rightAccept}, lines...)...)
}

// fits101 is one that is in order, and more lines.
func (s *scene) fits101(lines ...string) *scene {
	return s.answers101(append([]string{upgradeLine, connectionLine}, lines...)...)
}

const (
	upgradeLine    = "Upgrade: websocket"
	connectionLine = "Connection: Upgrade"
	deflateLine    = "Sec-WebSocket-Extensions: permessage-deflate"
	mqttLine       = "Sec-WebSocket-Protocol: mqtt, chat"
)

// offers is a sound handshake with more lines.
func offers(lines ...string) []string { return append(slices.Clone(sound), lines...) }

// oneLeg and twoLegs are handshakes that are not answered yet.
func oneLeg(t *testing.T, lines ...string) *scene {
	return newScene(t).leg(analyze.InstanceLeg, offers(lines...)...)
}

func twoLegs(t *testing.T, lines ...string) *scene {
	return newScene(t).leg(analyze.ClientLeg, offers(lines...)...).leg(analyze.InstanceLeg, append(offers(lines...), forwarded...)...)
}

func leaves(s *scene) *scene { return s.on(0).closed(flow.FromClient, flow.FIN) }

// uses lets both sides send frames, and the client leave much later.
func uses(s *scene) *scene {
	for _, seen := range s.h.Sightings {
		seen.WebSocket.Frames = [2]uint64{1, 1}
	}
	return s.on(0).wait(time.Minute).closed(flow.FromClient, flow.FIN)
}

func says1002(s *scene) *scene {
	s.on(0)
	s.last.WebSocket.Frames[flow.FromClient] = 1
	s.last.WebSocket.CloseFrame[flow.FromClient], s.last.WebSocket.CloseCode[flow.FromClient] = true, protocolError
	return s.closed(flow.FromServer, flow.FIN)
}

const elb = "The load balancer at 10.99.0.1:80 "

func TestInvalid101(t *testing.T) {
	one := func(offered ...string) *scene { return oneLeg(t, offered...) }
	two := func(offered ...string) *scene { return twoLegs(t, offered...) }
	const server = "10.99.1.2:80 answers 101 "
	tests := []struct {
		name     string
		scene    *scene
		severity analyze.Severity
		title    string
		missing  string
	}{
		{"no Connection", leaves(one().answers101(upgradeLine)), analyze.Error, server + "without Connection: Upgrade", "Connection is missing"},
		{"another Connection", leaves(one().answers101(upgradeLine, "Connection: keep-alive")), analyze.Error,
			server + "with Connection: keep-alive instead of Upgrade", "Connection does not say Upgrade"},
		{"an empty Connection", leaves(one().answers101(upgradeLine, "Connection:")), analyze.Error,
			server + "with Connection: an empty value instead of Upgrade", "Connection does not say Upgrade"},
		{"no Upgrade", leaves(one().answers101(connectionLine)), analyze.Error, server + "without Upgrade", "Upgrade is missing"},
		{"another Upgrade", leaves(one().answers101(connectionLine, "Upgrade: WebSockets")), analyze.Error,
			server + "with Upgrade: WebSockets instead of websocket", notWebSocket},
		{"neither", leaves(one().answers101()), analyze.Error, server + "without Upgrade and without Connection: Upgrade", "Upgrade is missing and Connection is missing"},
		{"nothing follows", one().answers101(upgradeLine), analyze.Warning, server + "without Connection", "Connection is missing"},
		{"used all the same", uses(one().answers101(upgradeLine)), analyze.Warning, server + "without Connection", "Connection is missing"},
		{"a client that says what it thinks of it", says1002(one().answers101(upgradeLine)), analyze.Error, server + "without Connection", "Connection is missing"},
		{"left by the server", one().answers101(upgradeLine).closed(flow.FromServer, flow.FIN), analyze.Warning, server, "Connection is missing"},

		{"an extension", leaves(one().fits101(deflateLine)), analyze.Error, server + "with an extension that was not offered",
			"Sec-WebSocket-Extensions names one that was not offered"},
		{"another extension", leaves(one("Sec-WebSocket-Extensions: x-webkit-deflate-frame").fits101(deflateLine)), analyze.Error,
			server + "with an extension that was not offered", "Sec-WebSocket-Extensions names one that was not offered"},
		{"one extension more", leaves(one(deflateLine).fits101(deflateLine, "Sec-WebSocket-Extensions: foo")), analyze.Error,
			server + "with an extension that was not offered", "Sec-WebSocket-Extensions names one that was not offered"},
		{"a subprotocol", leaves(one().fits101("Sec-WebSocket-Protocol: mqtt")), analyze.Error, server + "with a subprotocol that was not offered",
			"Sec-WebSocket-Protocol names one that was not offered"},
		{"another case", leaves(one(mqttLine).fits101("Sec-WebSocket-Protocol: MQTT")), analyze.Error, server + "with a subprotocol that was not offered",
			"Sec-WebSocket-Protocol names one that was not offered"},
		{"all subprotocols", leaves(one(mqttLine).fits101(mqttLine)), analyze.Error, server + "with more than one subprotocol",
			"Sec-WebSocket-Protocol names more than one"},
		{"all subprotocols, used", uses(one(mqttLine).fits101(mqttLine)), analyze.Warning, server + "with more than one subprotocol",
			"Sec-WebSocket-Protocol names more than one"},
		{"no subprotocol, refused", leaves(one(mqttLine).fits101()), analyze.Warning,
			server + "with none of the subprotocols offered, and the client hangs up", "Sec-WebSocket-Protocol names none of those that were offered"},
		{"Upgrade twice, refused", leaves(one().answers101(upgradeLine, upgradeLine, connectionLine)), analyze.Warning,
			server + "with more than websocket in Upgrade, and the client hangs up", "Upgrade says more than websocket"},
		{"no subprotocol beside another fault", leaves(one(mqttLine).answers101(upgradeLine)), analyze.Error,
			server + "without Connection: Upgrade", "Connection is missing"},

		{"passed on", leaves(two().answers101(upgradeLine).on(0).answers101(upgradeLine)), analyze.Error, server + "without Connection: Upgrade", "Connection is missing"},
		{"mended by the hop", leaves(two().answers101(upgradeLine).on(0).fits101()), analyze.Warning, server + "without Connection: Upgrade", "Connection is missing"},
		{"refused by the hop", two().answers101(upgradeLine).on(0).answer("", "HTTP/1.1 502 Bad Gateway"), analyze.Error, server + "without Connection", "Connection is missing"},
		{"what came of it is not known", two().answers101(upgradeLine), analyze.Warning, server + "without Connection", "Connection is missing"},
		{"rewritten by the hop", leaves(two().fits101().on(0).answers101(upgradeLine, "Connection: keep-alive")), analyze.Error,
			elb + "replaces Connection: Upgrade of the 101 by keep-alive", "Connection does not say Upgrade"},
		{"both removed by the hop", leaves(two().fits101().on(0).answers101()), analyze.Error,
			elb + "takes Upgrade out of the 101 and takes Connection: Upgrade out of the 101", "Upgrade is missing and Connection is missing"},
		{"Upgrade changed by the hop", leaves(two().fits101().on(0).answers101(connectionLine, "Upgrade: $upstream_http_upgrade")), analyze.Error,
			elb + "changes Upgrade of the 101 to $upstream_http_upgrade", notWebSocket},
		{"an extension of the hop", leaves(two().fits101().on(0).fits101(deflateLine)), analyze.Error,
			elb + "puts an extension into the 101 that the client did not offer", "Sec-WebSocket-Extensions names one that was not offered"},
		{"an extension that the hop had offered", leaves(newScene(t).leg(analyze.ClientLeg, sound...).leg(analyze.InstanceLeg, offers(deflateLine)...).
			fits101(deflateLine).on(0).fits101(deflateLine)), analyze.Error,
			elb + "passes on an extension that the client did not offer", "Sec-WebSocket-Extensions names one that was not offered"},
		{"a subprotocol of the hop", leaves(two().fits101().on(0).fits101("Sec-WebSocket-Protocol: mqtt")), analyze.Error,
			elb + "puts a subprotocol into the 101 that the client did not offer", "Sec-WebSocket-Protocol names one that was not offered"},
		{"a subprotocol that the hop had offered", leaves(newScene(t).leg(analyze.ClientLeg, sound...).leg(analyze.InstanceLeg, offers(mqttLine)...).
			fits101("Sec-WebSocket-Protocol: mqtt").on(0).fits101("Sec-WebSocket-Protocol: mqtt")), analyze.Error,
			elb + "passes on a subprotocol that the client did not offer", "Sec-WebSocket-Protocol names one that was not offered"},
		{"the subprotocol removed by the hop", leaves(two(mqttLine).fits101("Sec-WebSocket-Protocol: mqtt").on(0).fits101()), analyze.Error,
			elb + "takes the subprotocol out of the 101, and the client hangs up", "Sec-WebSocket-Protocol names none of those that were offered"},
		{"the offer removed by the hop", leaves(newScene(t).leg(analyze.ClientLeg, offers(mqttLine)...).leg(analyze.InstanceLeg, sound...).
			fits101().on(0).fits101()), analyze.Error,
			elb + "does not pass on which subprotocols the client offers, and the client hangs up", "Sec-WebSocket-Protocol names none of those that were offered"},
		{"more of Upgrade by the hop", leaves(two().fits101().on(0).fits101("Upgrade: websocket")), analyze.Error,
			elb + "adds to Upgrade of the 101, and the client hangs up", "Upgrade says more than websocket"},
		{"made up by the hop", leaves(two().answer("", "HTTP/1.1 200 OK").on(0).answers101(upgradeLine)), analyze.Error,
			elb + "makes up a 101 without Connection: Upgrade", "Connection is missing"},
		{"the answer inside is not known", leaves(two().on(0).answers101(upgradeLine)), analyze.Error,
			"10.99.0.1:80 answers 101 without Connection: Upgrade", "Connection is missing"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			found := invalid101.Check(tt.scene.verdict(analyze.Healthy).earlierRules(idInvalid101))
			if len(found) != 1 {
				t.Fatalf("%d findings", len(found))
			}
			f := found[0]
			if f.Severity != tt.severity || !strings.HasPrefix(f.Title(), tt.title) || f.Facts().Missing != tt.missing {
				t.Errorf("got  %s %q %q\nwant %s %q %q", f.Severity, f.Title(), f.Facts().Missing, tt.severity, tt.title, tt.missing)
			}
			// Only what RFC 6455 allows, by the server itself, is not sure to be the reason.
			likely := f.Before == nil && freshOf(f)&^tolerable == 0
			if (f.Certainty == analyze.Inferred) != likely || likely && f.Severity != analyze.Warning {
				t.Errorf("certainty %s", f.Certainty)
			}
			checkWhole(t, tt.scene.h, f)
		})
	}
}

// TestInvalid101IsSilent: where the 101 is in order, or cannot be judged, or the
// client does not mind what is not clearly forbidden, nothing is said.
func TestInvalid101IsSilent(t *testing.T) {
	one := func(offered ...string) *scene { return oneLeg(t, offered...) }
	with := func(s *scene, change func(*analyze.Sighting)) *scene { change(s.last); return leaves(s) }
	for name, s := range map[string]*scene{
		"in order":             leaves(one().fits101()),
		"odd spelling":         leaves(one().answers101("UPGRADE:\t WebSocket ", "connection: ,keep-alive,,uPGRADE")),
		"two Connection lines": leaves(one().answers101(upgradeLine, "Connection: close", connectionLine)),
		"an extension":         leaves(one("Sec-WebSocket-Extensions: foo", "Sec-WebSocket-Extensions: bar, Permessage-Deflate; client_max_window_bits").fits101("Sec-WebSocket-Extensions: permessage-deflate; x=\"a, b\"")),
		"an empty extension":   leaves(one().fits101("Sec-WebSocket-Extensions: ,")),
		"a subprotocol":        leaves(one(mqttLine).fits101("Sec-WebSocket-Protocol:  chat ")),
		"an empty subprotocol": leaves(one().fits101("Sec-WebSocket-Protocol:")),
		"no subprotocol, used": uses(one(mqttLine).fits101()),
		"no subprotocol, open": one(mqttLine).fits101(),
		"Upgrade twice, used":  uses(one().fits101(upgradeLine)),
		"no subprotocol, by Accept": leaves(one(mqttLine).answer("", "HTTP/1.1 101 Switching Protocols", upgradeLine, connectionLine,
			"Sec-WebSocket-Accept: AAAA")),
		"a hole":                 with(one().answers101(upgradeLine), func(s *analyze.Sighting) { s.Holed = true }),
		"a cut answer":           with(one().answers101(upgradeLine), func(s *analyze.Sighting) { s.Response.Whole = false }),
		"a cut request":          with(one().fits101(deflateLine, mqttLine), func(s *analyze.Sighting) { s.Request.Whole = false }),
		"another that was asked": leaves(newScene(t).leg(analyze.InstanceLeg, without("Upgrade", "Upgrade: websocket, h2c")...).answer("", "HTTP/1.1 101 Switching Protocols", "Upgrade: h2c")),
		"hixie":                  leaves(one("Sec-WebSocket-Key1: 4 @1  46546xW%0l 1 5").answers101()),
		"hixie's answer":         leaves(one().answers101("Sec-WebSocket-Location: ws://example.com/")),
		"not 101":                leaves(one().answer("", "HTTP/1.1 200 OK")),
		"no answer":              one(),
	} {
		if found := invalid101.Check(s.verdict(analyze.Healthy).kase()); found != nil {
			t.Errorf("%s: %s", name, found[0].Title())
		}
	}
}

// TestInvalid101CaughtEarly: of a 101 that was captured before its request nobody
// knows whether frames followed that are none to what it names.
func TestInvalid101CaughtEarly(t *testing.T) {
	s := oneLeg(t).answers101(connectionLine, "Upgrade: foo").closed(flow.FromClient, flow.FIN).verdict(analyze.Healthy)
	s.last.Early = true
	if found := invalid101.Check(s.kase()); len(found) != 1 || found[0].Severity != analyze.Warning || found[0].Facts().ClosedBy != "" {
		t.Errorf("%+v", found)
	}
}

// TestInvalid101Facts: the words show both 101s, and what was offered and chosen.
func TestInvalid101Facts(t *testing.T) {
	s := leaves(twoLegs(t).fits101().on(0).answers101(upgradeLine, "Connection: keep-alive")).verdict(analyze.Healthy)
	f := invalid101.Check(s.kase())[0]
	facts := f.Facts()
	if facts.Said.Connection != "Upgrade" || facts.Got.Connection != "keep-alive" || facts.Got.From != elbFront.String() ||
		facts.Got.To != clientAddr.String() || facts.Said.Packet != "3" || facts.Got.Packet != "4" || facts.Front != elbFront.String() {
		t.Errorf("%+v", facts)
	}
	e, err := Explain(f)
	if err != nil || !strings.Contains(e.Text, "`Connection: keep-alive`, `Upgrade: websocket`") ||
		!strings.Contains(e.Text, "without a single frame") || !strings.HasPrefix(e.Remedies[0].Title, "If a hop") || len(e.Remedies) != 2 {
		t.Errorf("%v\n%s\n%+v", err, e.Text, e.Remedies)
	}
	if !slices.ContainsFunc(f.Evidence(), func(e analyze.Evidence) bool { return strings.Contains(e.Quote, "Connection: keep-alive") }) {
		t.Errorf("%+v", f.Evidence())
	}

	s = leaves(oneLeg(t, mqttLine).fits101(mqttLine)).verdict(analyze.Healthy)
	f = invalid101.Check(s.kase())[0]
	if facts := f.Facts(); facts.Expected != mqttLine || facts.Found != mqttLine || facts.Said.From != "" {
		t.Errorf("%+v", facts)
	}
	if e, err := Explain(f); err != nil || !strings.HasPrefix(e.Remedies[0].Title, "Choose") || !strings.HasPrefix(e.Remedies[1].Title, "If the server") || len(e.Remedies) != 3 {
		t.Errorf("%v %+v", err, e.Remedies)
	}
}

// TestInvalid101KeepsSecrets: a token that is offered behind its name is masked
// where it is shown, and an answer may name it alone.
func TestInvalid101KeepsSecrets(t *testing.T) {
	for _, chosen := range []string{"s3cr3t, chat", "bearer, s3cr3t"} {
		s := leaves(oneLeg(t, "Sec-WebSocket-Protocol: bearer, s3cr3t, chat").fits101("Sec-WebSocket-Protocol: " + chosen)).verdict(analyze.Healthy)
		found := invalid101.Check(s.kase())
		if len(found) != 1 {
			t.Fatalf("%d findings", len(found))
		}
		facts := found[0].Facts()
		shown := found[0].Title() + wiretext.RedactHeadLine(facts.Expected) + wiretext.RedactHeadLine(facts.Found)
		for _, e := range found[0].Evidence() {
			shown += e.Text + wiretext.RedactHeadLine(e.Quote)
		}
		if strings.Contains(shown, "s3cr3t") || !strings.Contains(shown, "chat") {
			t.Errorf("%s", shown)
		}
	}
}

// TestInvalid101IsTheCause: a hop is right not to pass such a 101 on.
func TestInvalid101IsTheCause(t *testing.T) {
	for rule, answer := range map[string]func(*scene) *scene{
		idInvalid101: func(s *scene) *scene { return s.answers101(connectionLine) },
		idBadAccept:  func(s *scene) *scene { return s.says101() },
	} {
		s := leaves(answer(twoLegs(t)).on(0).answer("", "HTTP/1.1 502 Bad Gateway")).verdict(analyze.NotRelayed)
		found := s.judge()
		if got := ruleIDs(found); !slices.Equal(got, []string{rule, id101NotRelayed}) {
			t.Fatalf("rules %v", got)
		}
		if found[0].Severity != analyze.Error || found[1].Severity != analyze.Info || found[1].Cause != found[0] {
			t.Errorf("%s: %+v", rule, found[1])
		}
		if f := found[0].Facts(); f.ClosedBy != "" {
			t.Errorf("%s: the client closes on a 502, and the words say that it refuses the 101", rule)
		}
		if e, err := Explain(found[1]); err != nil || !strings.Contains(e.Text, "that no hop may pass on") {
			t.Errorf("%v\n%s", err, e.Text)
		}
		checkWhole(t, s.h, found[1])
	}
}
