package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"elbscope/analyze"
	"elbscope/analyze/rules"
)

// The package knows no rules, and chooses by their words. These tests do know
// them: they fail when a word is changed there and not here.

func realExplain(f *analyze.Finding) (Explanation, error) {
	e, err := rules.Explain(f)
	if err != nil {
		return Explanation{}, err
	}
	out := Explanation{Rule: e.Rule, Title: e.Title, Text: e.Text, Note: e.Note, References: e.References}
	for _, r := range e.Remedies {
		out.Remedies = append(out.Remedies, Remedy(r))
	}
	return out, nil
}

func realFacts(rule string) *analyze.Finding {
	seen := analyze.SightingFacts{From: "192.0.2.10:40000", To: "192.0.2.20:80", Packet: "9",
		Connection: "Upgrade", Upgrade: "websocket", Version: "HTTP/1.1"}
	return &analyze.Finding{Rule: rule, Words: analyze.FixedWords("", analyze.Facts{
		Client: "198.51.100.7", ClientFrom: "X-Forwarded-For", Host: "chat.example", Target: "/chat", Sent: seen, Arrived: seen,
		Hop: "the load balancer (203.0.113.10:80 towards the client, 192.0.2.10 towards the instance)",
	})}
}

func TestEveryWordOfTheChoiceIsUsed(t *testing.T) {
	var titles []string
	tell := func(f *analyze.Finding) {
		e, err := realExplain(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range e.Remedies {
			titles = append(titles, r.Title)
		}
	}
	for _, id := range rules.IDs() {
		tell(realFacts(id))
	}
	// What is told of one kind of hop, or of one kind of damage, alone.
	for _, p := range products {
		f := realFacts("upgrade-dropped")
		reword(f, func(_ *string, facts *analyze.Facts, _ []analyze.Evidence) { facts.Looks = p.looks[0] })
		tell(f)
	}
	for _, missing := range []string{
		"Sec-WebSocket-Key is missing", "the method is not GET", "Upgrade does not say websocket", "Sec-WebSocket-Version was changed from 13 to 8",
	} {
		f := realFacts("handshake-altered")
		reword(f, func(_ *string, facts *analyze.Facts, _ []analyze.Evidence) { facts.Missing = missing })
		tell(f)
	}
	behind := realFacts("handshake-refused")
	reword(behind, func(_ *string, facts *analyze.Facts, _ []analyze.Evidence) { facts.LostBehind = true })
	tell(behind)
	used := func(word string) bool {
		return slices.ContainsFunc(titles, func(s string) bool { return strings.Contains(s, word) })
	}
	for _, c := range circumstances {
		if !used(c.words) {
			t.Errorf("no remedy says %q any more", c.words)
		}
	}
	for _, p := range products {
		for _, w := range p.titles {
			if !used(w) {
				t.Errorf("no remedy says %q any more", w)
			}
		}
	}
	local := realFacts("upgrade-dropped")
	reword(local, func(_ *string, facts *analyze.Facts, _ []analyze.Evidence) {
		facts.Local, facts.Looks = true, "nginx (X-Real-IP is set)"
	})
	e, err := realExplain(local)
	if err != nil || !strings.Contains(e.Text, resemblance+"\n") {
		t.Errorf("other words in %s (%v)", e.Text, err)
	}
	for _, w := range []string{ifTheHop, "nginx on Elastic Beanstalk", "Move to ", "403: ", "301 to 308: "} {
		if !used(w) {
			t.Errorf("no remedy says %q any more", w)
		}
	}
}

// TestChoice holds which remedies are told in full for what is known.
func TestChoice(t *testing.T) {
	const balancer = "the load balancer (203.0.113.10:80 towards the client, 192.0.2.10 towards the instance)"
	const classic = "a Classic Load Balancer (X-Forwarded-For, -Proto and -Port are set, X-Amzn-Trace-Id is not)"
	const app = "192.0.2.20:8080"
	for name, tt := range map[string]struct {
		rule   string
		hop    int
		facts  analyze.Facts
		want   []string
		advice string
	}{
		"classic": {"connection-rewritten", 2, analyze.Facts{Hop: balancer, Looks: classic},
			[]string{"with the AWS CLI", "Elastic Beanstalk with a Classic"}, "Classic Load Balancer: make the listener"},
		"unknown balancer": {"upgrade-dropped", 2, analyze.Facts{Hop: balancer},
			[]string{"with the AWS CLI", "Elastic Beanstalk with a Classic"}, "If it is a Classic Load Balancer, make the listener TCP"},
		"nginx on the instance": {"upgrade-dropped", 3, analyze.Facts{Hop: "the instance's own proxy (", Local: true},
			[]string{"nginx on the instance"}, "If it is an nginx on the instance, pass the upgrade on"},
		"no marks": {"upgrade-dropped", 1, analyze.Facts{Hop: "something at or before 192.0.2.10", Inferred: true},
			[]string{"nginx on the instance"}, "If it is an nginx on the instance, pass the upgrade on"},
		"marks of a load balancer": {"upgrade-dropped", 1, analyze.Facts{Hop: "something at or before 192.0.2.10", Inferred: true, ClientFrom: "X-Forwarded-For"},
			[]string{"with the AWS CLI", "Elastic Beanstalk with a Classic"}, "If it is a Classic Load Balancer, make the listener TCP"},
		"nginx in its place": {"http10-downgrade", 2, analyze.Facts{Hop: balancer, Front: "203.0.113.10:80", Back: "192.0.2.10", Looks: "nginx with its default proxy settings of before 1.29.7 (HTTP/1.0 and Connection: close)",
			Arrived: analyze.SightingFacts{Version: "HTTP/1.0", To: app}},
			[]string{"nginx at `203.0.113.10:80`: pass"}, "nginx at `203.0.113.10:80`: pass the upgrade on"},
		"HTTP/1.0 from somewhere": {"http10-downgrade", 1, analyze.Facts{Hop: "something at or before 192.0.2.10", Back: "192.0.2.10", Inferred: true, Arrived: analyze.SightingFacts{Version: "HTTP/1.0", To: app}},
			[]string{"nginx at or before `192.0.2.10`: pass"}, "If it is an nginx at or before `192.0.2.10`, pass the upgrade on"},
		"lost behind an nginx": {"handshake-refused", 0, analyze.Facts{LostBehind: true, Status: "400 Bad Request", By: "engine.io (socket.io), as it looks, behind nginx on 192.0.2.10:80"},
			[]string{"Behind this server", "nginx on the instance: pass"}, "Behind this server: find what"},
		"signed by nginx": {"upgrade-dropped", 3, analyze.Facts{Hop: "the instance's own proxy (", Local: true, Front: app, Status: "502 Bad Gateway", By: "nginx/1.22.1 on " + app},
			[]string{"nginx on the instance"}, "nginx on the instance: pass"},
		"the cookie of a classic": {"connection-rewritten", 2, analyze.Facts{Hop: balancer, Looks: "a Classic Load Balancer, or what stands in its place (the client has its cookie AWSELB)"},
			[]string{"with the AWS CLI", "Elastic Beanstalk with a Classic"}, "If it is a Classic Load Balancer, make the listener TCP"},
		"the cookie of an application load balancer": {"connection-rewritten", 2, analyze.Facts{Hop: balancer, Looks: "an Application Load Balancer, or what stands in its place (the client has its cookie AWSALB)"},
			[]string{"Application Load Balancer: look for another hop"}, "If it is an Application Load Balancer, look for another hop"},
		"an application load balancer": {"connection-rewritten", 2, analyze.Facts{Hop: balancer, Looks: "an Application Load Balancer (it sets the cookie AWSALB)"},
			[]string{"Application Load Balancer: look for another hop"}, "Application Load Balancer: look for another hop"},
		"PROXY v1, silence": {"proxy-protocol-unexpected", 0, analyze.Facts{Hop: "the hop at 192.0.2.10", Looks: "a Classic Load Balancer with a PROXY protocol policy, or HAProxy (version 1 of the PROXY protocol)"},
			[]string{"nginx: make it expect", "Classic Load Balancer: stop"}, "If it is nginx, make it expect the header"},
		"PROXY v2 to nginx": {"proxy-protocol-unexpected", 0, analyze.Facts{Hop: "the hop at 192.0.2.10", Looks: "a Network Load Balancer, or HAProxy (version 2 of the PROXY protocol)", By: "nginx on 192.0.2.20:80"},
			[]string{"nginx: make it expect", "Network Load Balancer: stop"}, "nginx: make it expect the header"},
		"PROXY v1": {"proxy-protocol-unexpected", 0, analyze.Facts{Hop: "the hop at 192.0.2.10", Looks: "a Classic Load Balancer with a PROXY protocol policy, or HAProxy (version 1 of the PROXY protocol)", By: app},
			[]string{"Classic Load Balancer: stop", "Elastic Beanstalk: stop"}, "If it is a Classic Load Balancer, stop sending it"},
		"HTTP/1.0": {"http10-downgrade", 2, analyze.Facts{Hop: balancer, Arrived: analyze.SightingFacts{Version: "HTTP/1.0"}},
			[]string{"nginx on the instance"}, "If it is an nginx on the instance, pass the upgrade on"},
		"haproxy": {"connection-rewritten", 2, analyze.Facts{Hop: balancer, Looks: "HAProxy or Envoy (it writes all header names in lower case)"},
			[]string{"If the hop is HAProxy", "Envoy: let websocket"}, "If the hop is HAProxy, remove `option httpclose`"},
		"Cloudflare": {"connection-rewritten", 2, analyze.Facts{Hop: balancer, Looks: "Cloudflare (CF-Ray is in its answer)"},
			[]string{"Cloudflare: switch"}, "Cloudflare: switch WebSockets on"},
		"an ingress": {"upgrade-dropped", 2, analyze.Facts{Hop: balancer, Looks: "ingress-nginx of Kubernetes (X-Scheme and X-Forwarded-Scheme are set)"},
			[]string{"ingress-nginx: leave"}, "ingress-nginx: leave Connection"},
		"Traefik on the instance": {"upgrade-dropped", 3, analyze.Facts{Hop: "the instance's own proxy (", Local: true, Looks: "Traefik (X-Forwarded-Server, X-Forwarded-Port and X-Real-Ip are set)"},
			[]string{"Traefik: look for a middleware"}, "Traefik: look for a middleware"},
		"none of them": {"connection-rewritten", 2, analyze.Facts{Hop: balancer, Looks: "a firewall (it says so)"}, nil, ""},
		"the key is lost": {"handshake-altered", 2, analyze.Facts{Hop: balancer, Missing: "Sec-WebSocket-Key is missing"},
			[]string{"Let the Sec-WebSocket headers through"}, "Let the Sec-WebSocket headers through"},
		"the key is lost in CloudFront": {"handshake-altered", 2, analyze.Facts{Hop: balancer, Missing: "Sec-WebSocket-Key is missing", Looks: "CloudFront (X-Amz-Cf-Id is set)"},
			[]string{"CloudFront: forward", "Let the Sec-WebSocket"}, "CloudFront: forward the WebSocket headers"},
		"the version is another in nginx": {"handshake-altered", 2, analyze.Facts{Hop: balancer, Missing: "Sec-WebSocket-Version was changed from 13 to the method is not GET", Looks: "nginx (X-Real-IP is set)"},
			[]string{"If the hop is nginx", "Pass the Sec-WebSocket headers on"}, "Remove `proxy_set_header` lines"},
		"POST": {"handshake-altered", 2, analyze.Facts{Hop: balancer, Missing: "the method is not GET"},
			[]string{"Let the method stay GET"}, "Let the method stay GET"},
		"another upgrade": {"handshake-altered", 2, analyze.Facts{Hop: balancer, Missing: "Upgrade does not say websocket"},
			[]string{"Pass Upgrade on as it was sent"}, "Pass Upgrade on as it was sent"},
		"forbidden by Envoy": {"handshake-refused", 0, analyze.Facts{Status: "403 Forbidden", By: "envoy on 192.0.2.20:80"},
			[]string{"403: let websocket", "403: compare"}, "Let websocket upgrades through in Envoy"},
		"forbidden":    {"handshake-refused", 0, analyze.Facts{Status: "403 Forbidden"}, []string{"403: "}, "Compare Origin and Host"},
		"redirected":   {"handshake-refused", 0, analyze.Facts{Status: "307 Temporary Redirect"}, []string{"301 to 308"}, "Leave the WebSocket path"},
		"502 by nginx": {"handshake-refused", 0, analyze.Facts{Status: "502 Bad Gateway", By: "nginx on 192.0.2.20:80"}, []string{"502, 503", "nginx on"}, "Look behind"},
		"teapot":       {"handshake-refused", 0, analyze.Facts{Status: "418 I'm a teapot"}, []string{"Find out who refused"}, ""},
		"at once":      {"handshake-unanswered", 0, analyze.Facts{How: "FIN", ClosedBy: app, Took: "3 ms"}, []string{"hung up at once"}, "Read its log"},
		"one second":   {"handshake-unanswered", 0, analyze.Facts{How: "FIN", ClosedBy: app, Took: "1.0 s"}, []string{"about one second"}, "engine.io"},
		"reset":        {"handshake-unanswered", 0, analyze.Facts{How: "RST", ClosedBy: app, Took: "3 ms"}, []string{"It was reset"}, "Look for a crash"},
		"gave up": {"handshake-unanswered", 0, analyze.Facts{How: "FIN", ClosedBy: "192.0.2.10:1", Took: "60.0 s", Arrived: analyze.SightingFacts{From: "192.0.2.10:1"}},
			[]string{"gave up waiting"}, "The application holds"},
		"TLS wanted of a classic": {"tls-expected", 0, analyze.Facts{Hop: balancer, Looks: classic, Back: "192.0.2.10"},
			[]string{"Classic Load Balancer: speak TLS"}, "Classic Load Balancer: speak TLS"},
		"TLS wanted of HAProxy": {"tls-expected", 0, analyze.Facts{Hop: balancer, Looks: "HAProxy (it says so)", Back: "192.0.2.10"},
			[]string{"HAProxy: ask with ssl"}, "HAProxy: ask with ssl"},
		"TLS wanted on the instance": {"tls-expected", 0, analyze.Facts{Hop: "the instance's own proxy (", Local: true, Back: "127.0.0.1"},
			[]string{"nginx: ask with https"}, "If it is nginx, ask with https"},
		"TLS wanted of a client": {"tls-expected", 0, analyze.Facts{}, []string{"The client: ask with wss", "Let it ask a port"}, ""},
		"HTTP/2 wanted": {"http2-expected", 0, analyze.Facts{Looks: classic, Back: "192.0.2.10"},
			[]string{"Let the port speak"}, "Let the port speak HTTP/1.1"},
		"PROXY header wanted": {"proxy-protocol-missing", 0, analyze.Facts{Looks: classic, Back: "192.0.2.10"},
			[]string{"Classic Load Balancer: send", "Elastic Beanstalk: send"}, "Classic Load Balancer: send it"},
		"cut by the balancer": {"websocket-idle-timeout", 0, analyze.Facts{Hop: "the load balancer at 203.0.113.10:80"},
			[]string{"Say something", "Classic Load Balancer"}, "Say something"},
		"cut by the server": {"websocket-idle-timeout", 0, analyze.Facts{Hop: "the server at 192.0.2.20:80, its own proxy"},
			[]string{"Say something", "nginx on the instance"}, "Say something"},
	} {
		f := &analyze.Finding{Rule: tt.rule, DamageHop: tt.hop, Words: analyze.FixedWords("", tt.facts)}
		e, err := realExplain(f)
		if err != nil {
			t.Fatal(err)
		}
		all := choicesOf(f, e.Remedies)
		chosen := slices.Sorted(maps.Keys(inFull(all, fullRemedies)))
		var got []string
		for _, i := range chosen {
			got = append(got, all[i].Title)
		}
		if !slices.EqualFunc(got, tt.want, strings.Contains) {
			t.Errorf("%s: %q, not %q", name, got, tt.want)
		}
		a := ""
		if c := best(all); c != nil {
			a = advice(c)
		}
		if !strings.HasPrefix(a, tt.advice) || (a == "") != (tt.advice == "") {
			t.Errorf("%s: the advice is %q, not %q", name, a, tt.advice)
		}
	}
}

// TestSupposing: what is for a kind of hop that nothing points to says so.
func TestSupposing(t *testing.T) {
	for _, tt := range []struct {
		title        string
		guess, known bool
		want         string
	}{
		{"nginx on the instance: pass the upgrade on", true, true, "If it is an nginx on the instance, pass the upgrade on"},
		{"nginx on the instance: pass the upgrade on", true, false, "If there is an nginx on the instance, pass the upgrade on"},
		{"nginx on the instance: pass the upgrade on", false, true, "nginx on the instance: pass the upgrade on"},
		{"If the hop is HAProxy", true, true, "If the hop is HAProxy"},
		{"Move to an Application Load Balancer", true, false, "Move to an Application Load Balancer"},
	} {
		if got := supposing(choice{Remedy: Remedy{Title: tt.title}, guess: tt.guess}, tt.known); got != tt.want {
			t.Errorf("%q is said as %q", tt.title, got)
		}
	}
}

// TestShortSaysNothingTwice holds that the text leaves to the drawing what it
// shows: the bullets with packets, and who asked for what.
func TestShortSaysNothingTwice(t *testing.T) {
	for _, id := range rules.IDs() {
		s := articleSnapshot(t)
		f := s.Handshakes[0].Findings[0]
		f.Rule = id
		reword(f, func(_ *string, facts *analyze.Facts, _ []analyze.Evidence) {
			facts.Client, facts.Host, facts.Target = "10.99.0.2", "elb.example", session
		})
		s.Handshakes = s.Handshakes[:1]
		s.Handshakes[0].Findings = s.Handshakes[0].Findings[:1]
		o := options()
		o.Explain = realExplain
		got := text(t, s, o)
		for _, no := range []string{"in packet 18", "in packet 20", "asked for", "false alarm", "Read on"} {
			if strings.Contains(got, no) {
				t.Errorf("%s: the short text says %q", id, no)
			}
		}
		o.Full = true
		full := text(t, s, o)
		if whole := strings.Join(strings.Fields(full), " "); !strings.Contains(whole, "in packet 20") || !strings.Contains(whole, "false alarm") {
			t.Errorf("%s: the full text leaves something out", id)
		} else if n := strings.Count(got, "\n"); n > 135 || n >= strings.Count(full, "\n") {
			t.Errorf("%s: %d lines", id, n)
		}
	}
}

// TestNote holds that what is to be known before one chooses a remedy reaches
// the reader: in both forms of the text, and in the explanation of the JSON.
func TestNote(t *testing.T) {
	for name, f := range map[string]analyze.Facts{
		"the load balancer's legs": {Hop: "the load balancer (", Instance: "192.0.2.20:80"},
		"the instance's own proxy": {Hop: "the instance's own proxy (", Local: true, Application: "127.0.0.1:8081"},
	} {
		s := articleSnapshot(t)
		s.Handshakes = s.Handshakes[:1]
		h := s.Handshakes[0]
		h.Findings = h.Findings[:1]
		reword(h.Findings[0], func(_ *string, facts *analyze.Facts, _ []analyze.Evidence) { *facts = f })
		want := "Both halves are needed"
		if f.Local {
			want = "Only the instance's own proxy has to change"
		}
		o := options()
		o.Explain = realExplain
		for _, full := range []bool{false, true} {
			o.Full = full
			got := text(t, s, o)
			_, after, _ := strings.Cut(got, "  What to change")
			if at := strings.Index(after, want); at < 0 || at > strings.Index(after, "  1. ") {
				t.Errorf("%s, full %v: no %q above the remedies of\n%s", name, full, want, got)
			}
		}
		e := o.explain(h.Findings[0])
		md := e.markdown()
		if strings.Count(md, "\n## What to change\n\n"+e.Note+"\n\n## What it costs\n") != 1 || !strings.Contains(e.Note, want) {
			t.Errorf("%s: the explanation is\n%s", name, md)
		}
	}
	for _, e := range []Explanation{{Text: "Why.\n"}, {Text: "Why.\n", Note: "Both."}, {Note: "Both."}} {
		if md := e.markdown(); !strings.HasPrefix(md, strings.TrimSpace(e.Text)) || !strings.HasSuffix(md, "\n") || !strings.Contains(md, e.Note) {
			t.Errorf("%+v becomes %q", e, md)
		}
	}
}

// TestSure holds that the words about the certainty do not claim more than
// the finding does.
func TestSure(t *testing.T) {
	for want, f := range map[string]*analyze.Finding{
		"no other reading": {Certainty: analyze.Inferred, Words: analyze.FixedWords("", analyze.Facts{Inferred: true})},
		"of a timeout":     {Certainty: analyze.Inferred, Words: analyze.FixedWords("", analyze.Facts{Inferred: true, Idle: "60.0 s"})},
		"speak for it":     {Certainty: analyze.Inferred, Words: analyze.FixedWords("", analyze.Facts{Status: "400 Bad Request"})},
		"show it":          {Certainty: analyze.Proven},
	} {
		if got := sure(f); !strings.Contains(got, want) {
			t.Errorf("%q does not say %q", got, want)
		}
	}
}

func TestLeading(t *testing.T) {
	const text = "One is short. `Two` is not longer. \"Three\" says (more.) Four ends."
	for cells, want := range map[int]string{
		0: "One is short.", 20: "One is short.", 40: "One is short. `Two` is not longer.",
		60: "One is short. `Two` is not longer. \"Three\" says (more.)", 99: text,
	} {
		if got := leading(text, cells); got != want {
			t.Errorf("%d cells: %q", cells, got)
		}
	}
	for _, s := range []string{"", "Node 0.10 did", "no capital. after it"} {
		if got := leading(s, 0); got != s {
			t.Errorf("%q becomes %q", s, got)
		}
	}
}

// TestBlocks holds that Markdown survives being taken apart.
func TestBlocks(t *testing.T) {
	const md = "A paragraph\nof two lines.\n\n- one\n  goes on\n- two\n\nA lead:\n\n1. step\n\n```sh\ncurl \\\n\n    -i\n```\n\nEnd."
	want := []block{{"A paragraph of two lines.", false, false}, {"- one goes on", true, false}, {"- two", true, false},
		{"A lead:", false, false}, {"1. step", true, false}, {"```sh\ncurl \\\n\n    -i\n```", false, true}, {"End.", false, false}}
	got := blocksOf(md)
	if !slices.Equal(got, want) {
		t.Errorf("%+v", got)
	}
	if again := blocksOf(joined(got)); !slices.Equal(again, want) {
		t.Errorf("joined: %q", fmt.Sprint(again))
	}
	if got := blocksOf("```\nnever closed"); len(got) != 1 || !got[0].code {
		t.Errorf("an open fence: %+v", got)
	}
}
