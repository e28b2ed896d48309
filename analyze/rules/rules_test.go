package rules

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"elbscope/analyze"
	"elbscope/capture/flow"
)

// article is the handshake that this program is named for: the load balancer
// rewrites Connection, nginx drops Upgrade, socket.io 0.9 hangs up, nginx
// tries again and says 502.
func article(t *testing.T) *scene {
	return newScene(t).
		leg(analyze.ClientLeg, sound...).
		leg(analyze.InstanceLeg, rewritten...).
		leg(analyze.LocalLeg, nginxDrops...).wait(2*time.Millisecond).closed(flow.FromServer, flow.FIN).
		leg(analyze.LocalLeg, nginxDrops...).wait(2*time.Millisecond).closed(flow.FromServer, flow.FIN).
		on(1).answer(nginx502, "HTTP/1.1 502 Bad Gateway", "Server: nginx/1.22.1").
		on(0).answer(nginx502, "HTTP/1.1 502 Bad Gateway", "Server: nginx/1.22.1").
		verdict(analyze.Rewritten,
			analyze.Damage{Kind: analyze.Rewritten, Before: 0, After: 1},
			analyze.Damage{Kind: analyze.Dropped, Before: 1, After: 2})
}

func TestArticle(t *testing.T) {
	found := article(t).judge()
	if got := ruleIDs(found); !slices.Equal(got, []string{idConnectionRewrite, idUpgradeDropped, idHandshakeNoAnswer}) {
		t.Fatalf("rules = %v", got)
	}
	balancer, nginx, silence := found[0], found[1], found[2]
	if balancer.Severity != analyze.Error || balancer.Certainty != analyze.Proven || balancer.Cause != nil {
		t.Errorf("rewritten: %+v", balancer)
	}
	f := balancer.Facts()
	if f.Front != "10.99.0.1:80" || f.Back != "10.99.1.1" || f.Local || f.Inferred {
		t.Errorf("faces: %+v", f)
	}
	if f.Hop != "the load balancer (10.99.0.1:80 towards the client, 10.99.1.1 towards the instance)" {
		t.Errorf("hop = %q", f.Hop)
	}
	if f.Sent.Connection != "Upgrade" || f.Arrived.Connection != "keep-alive" || f.Arrived.Packet != "2" {
		t.Errorf("sent %+v arrived %+v", f.Sent, f.Arrived)
	}
	if f.Status != "502 Bad Gateway" || f.By != "nginx/1.22.1 on 10.99.1.2:80" || !strings.Contains(f.Meaning, "socket.io 0.9") {
		t.Errorf("status %q by %q meaning %q", f.Status, f.By, f.Meaning)
	}
	if !strings.HasPrefix(f.Looks, "a Classic Load Balancer") {
		t.Errorf("looks = %q", f.Looks)
	}
	if !nginx.Facts().Local || nginx.Cause != nil || !strings.HasPrefix(nginx.Facts().Looks, "nginx") {
		t.Errorf("dropped: %+v", nginx.Facts())
	}
	if silence.Severity != analyze.Info || silence.Cause != nginx {
		t.Errorf("unanswered: severity %s cause %v", silence.Severity, silence.Cause)
	}
	if silence.Facts().Took != "2 ms" || !strings.Contains(silence.Facts().Meaning, "Sails 0.10") {
		t.Errorf("unanswered: %+v", silence.Facts())
	}
}

// TestDroppedWithoutItsName: a hop may drop an Upgrade that Connection does not
// name. nginx drops it in any case.
func TestDroppedWithoutItsName(t *testing.T) {
	drops := []string{requestLine, hostLine, "Connection: keep-alive", keyLine, versionLine}
	for looks, inner := range map[string][]string{"": drops, "nginx": append(slices.Clone(drops), "X-Real-IP: 10.99.1.1")} {
		s := newScene(t).leg(analyze.ClientLeg, sound...).leg(analyze.InstanceLeg, rewritten...).leg(analyze.LocalLeg, inner...).
			answer("", "HTTP/1.1 200 OK").on(0).answer("", "HTTP/1.1 200 OK").
			verdict(analyze.Rewritten,
				analyze.Damage{Kind: analyze.Rewritten, Before: 0, After: 1},
				analyze.Damage{Kind: analyze.Dropped, Before: 1, After: 2})
		found := s.judge()
		f := found[1]
		if f.Rule != idUpgradeDropped || !f.Facts().Unnamed || !f.Facts().Damaged || found[0].Facts().Damaged || !strings.HasPrefix(f.Facts().Looks, looks) {
			t.Fatalf("%q: %+v", looks, f)
		}
		e, err := Explain(f)
		if err != nil {
			t.Fatal(err)
		}
		may := looks == ""
		if strings.HasSuffix(f.Title(), "as it may once Connection no longer names it") != may ||
			strings.Contains(e.Text, "does right to remove") != may || strings.Contains(e.Text, "it has to change in any case") == may {
			t.Errorf("%q: %s\n%s", looks, f.Title(), e.Text)
		}
		checkWhole(t, s.h, f)
	}
}

// The certainties in short, for the table.
const yes, no = analyze.Proven, analyze.Inferred

func refusal(s *scene, lines ...string) *scene { return s.answer("", lines...) }

var ruleTests = []struct {
	name  string
	scene func(*scene) *scene
	want  []string
}{
	{"healthy", func(s *scene) *scene {
		return s.leg(analyze.ClientLeg, sound...).switching().verdict(analyze.Healthy)
	}, nil},
	{"rewritten, instance leg only", func(s *scene) *scene {
		return refusal(s.leg(analyze.InstanceLeg, rewritten...), "HTTP/1.1 502 Bad Gateway", "Server: nginx/1.22.1").
			verdict(analyze.Rewritten, analyze.Damage{Kind: analyze.Rewritten, Before: -1, After: 0})
	}, []string{say(idConnectionRewrite, analyze.Error, no, ""), say(idHandshakeRefused, analyze.Info, yes, idConnectionRewrite)}},
	{"rewritten, repaired behind", func(s *scene) *scene {
		return s.leg(analyze.ClientLeg, sound...).leg(analyze.InstanceLeg, rewritten...).switching().on(0).switching().
			verdict(analyze.Rewritten, analyze.Damage{Kind: analyze.Rewritten, Before: 0, After: 1})
	}, []string{say(idConnectionRewrite, analyze.Warning, yes, "")}},
	{"dropped", func(s *scene) *scene {
		return refusal(s.leg(analyze.ClientLeg, sound...).leg(analyze.InstanceLeg, nginxDrops...), "HTTP/1.1 200 OK").
			on(0).answer("", "HTTP/1.1 200 OK").
			verdict(analyze.Dropped, analyze.Damage{Kind: analyze.Dropped, Before: 0, After: 1})
	}, []string{say(idUpgradeDropped, analyze.Error, yes, ""), say(idHandshakeRefused, analyze.Info, yes, idUpgradeDropped)}},
	{"HTTP/1.0", func(s *scene) *scene {
		return refusal(s.leg(analyze.ClientLeg, sound...).
			leg(analyze.InstanceLeg, "GET /socket.io/1/websocket/S HTTP/1.0", hostLine, "Connection: close", keyLine, versionLine),
			"HTTP/1.1 505 HTTP Version Not Supported").on(0).answer("", "HTTP/1.1 505 HTTP Version Not Supported").
			verdict(analyze.Downgraded, analyze.Damage{Kind: analyze.Downgraded, Before: 0, After: 1})
	}, []string{say(idHTTP10Downgrade, analyze.Error, yes, ""), say(idHandshakeRefused, analyze.Info, yes, idHTTP10Downgrade)}},
	{"key taken away", func(s *scene) *scene {
		return refusal(s.leg(analyze.ClientLeg, sound...).leg(analyze.InstanceLeg, without("Sec-WebSocket-Key")...), "HTTP/1.1 400 Bad Request").
			on(0).answer("", "HTTP/1.1 400 Bad Request").
			verdict(analyze.Altered, analyze.Damage{Kind: analyze.Altered, Before: 0, After: 1})
	}, []string{say(idHandshakeAltered, analyze.Error, yes, ""), say(idHandshakeRefused, analyze.Info, yes, idHandshakeAltered)}},
	{"client's own mistake", func(s *scene) *scene {
		return refusal(s.leg(analyze.ClientLeg, without("Connection", "Connection: keep-alive")...), "HTTP/1.1 426 Upgrade Required").
			verdict(analyze.Malformed, analyze.Damage{Kind: analyze.Malformed, Before: -1, After: 0})
	}, []string{say(idClientMalformed, analyze.Error, yes, ""), say(idHandshakeRefused, analyze.Info, yes, idClientMalformed)}},
	{"client leg only, refused", func(s *scene) *scene {
		return refusal(s.leg(analyze.ClientLeg, sound...), "HTTP/1.1 502 Bad Gateway").verdict(analyze.Refused)
	}, []string{say(idHandshakeRefused, analyze.Error, yes, "")}},
	{"reset behind HAProxy", func(s *scene) *scene {
		return s.leg(analyze.ClientLeg, sound...).leg(analyze.InstanceLeg, sound...).closed(flow.FromServer, flow.RST).
			on(0).answer("The server returned an invalid or incomplete response.", "HTTP/1.1 502 Bad Gateway").verdict(analyze.Unanswered)
	}, []string{say(idHandshakeNoAnswer, analyze.Error, yes, "")}},
	{"still open", func(s *scene) *scene { return s.leg(analyze.ClientLeg, sound...).verdict(analyze.Pending) }, nil},
	{"closed, and the hop before may try again", func(s *scene) *scene {
		return s.leg(analyze.ClientLeg, sound...).leg(analyze.InstanceLeg, sound...).closed(flow.FromServer, flow.FIN).verdict(analyze.Pending)
	}, nil},
	{"closed behind a PROXY header, and the hop before may try again", func(s *scene) *scene {
		s.leg(analyze.InstanceLeg, sound...)
		s.last.Proxy = analyze.ProxyHeader{Version: "v1", Count: 1, Source: clientAddr, Dest: elbFront, Packet: s.packet()}
		return s.closed(flow.FromServer, flow.FIN).verdict(analyze.Undetermined)
	}, nil},
	{"101 not relayed", func(s *scene) *scene {
		return s.leg(analyze.ClientLeg, sound...).leg(analyze.InstanceLeg, sound...).switching().
			on(0).answer("", "HTTP/1.1 502 BAD_GATEWAY", "Content-Length: 0").verdict(analyze.NotRelayed)
	}, []string{say(id101NotRelayed, analyze.Error, yes, "")}},
	{"101 not relayed after damage", func(s *scene) *scene {
		return s.leg(analyze.ClientLeg, sound...).leg(analyze.InstanceLeg, rewritten...).switching().
			on(0).answer("", "HTTP/1.1 502 BAD_GATEWAY", "Content-Length: 0").
			verdict(analyze.Rewritten, analyze.Damage{Kind: analyze.Rewritten, Before: 0, After: 1})
	}, []string{say(idConnectionRewrite, analyze.Error, yes, ""), say(id101NotRelayed, analyze.Info, yes, idConnectionRewrite)}},
}

// TestRules runs all rules over one scene each and says what must come out:
// rule, severity, certainty, and the rule of the cause.
func TestRules(t *testing.T) {
	for _, tt := range ruleTests {
		t.Run(tt.name, func(t *testing.T) {
			s := tt.scene(newScene(t))
			found := s.judge()
			var got []string
			for _, f := range found {
				cause := ""
				if f.Cause != nil {
					cause = f.Cause.Rule
				}
				got = append(got, say(f.Rule, f.Severity, f.Certainty, cause))
				checkWhole(t, s.h, f)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}

func say(rule string, s analyze.Severity, c analyze.Certainty, cause string) string {
	return strings.Join([]string{rule, string(s), string(c), cause}, " ")
}

func ruleIDs(found []*analyze.Finding) []string {
	var ids []string
	for _, f := range found {
		ids = append(ids, f.Rule)
	}
	return ids
}

// checkWhole holds for every finding: evidence that is in the capture, a
// title of one line, and a group that does not name the request.
func checkWhole(t *testing.T, h *analyze.Handshake, f *analyze.Finding) {
	t.Helper()
	if len(f.Evidence()) == 0 {
		t.Errorf("%s: no evidence", f.Rule)
	}
	for _, e := range f.Evidence() {
		if e.Packet.Num == 0 || e.Text == "" || e.Conn == nil {
			t.Errorf("%s: evidence %+v", f.Rule, e)
		}
	}
	if f.Title() == "" || strings.ContainsAny(f.Title(), "\n\x1b") {
		t.Errorf("%s: title %q", f.Rule, f.Title())
	}
	if alike := f.Group.Value(); !alike.Server.IsValid() || strings.Contains(alike.Effect, h.Target) || strings.Contains(alike.Effect, h.Key) {
		t.Errorf("%s: group %+v", f.Rule, alike)
	}
	if _, err := Explain(f); err != nil {
		t.Errorf("%s: %v", f.Rule, err)
	}
}

func TestProxyProtocol(t *testing.T) {
	withProxy := func(early bool, body string, lines ...string) *scene {
		s := newScene(t).leg(analyze.InstanceLeg, sound...)
		s.last.Proxy = analyze.ProxyHeader{Version: "v1", Count: 1, Source: clientAddr, Dest: elbFront, Packet: s.packet()}
		s.last.Early = early
		return s.answer(body, lines...).verdict(analyze.Refused)
	}
	bad := []string{"HTTP/1.1 400 Bad Request", "Server: nginx/1.22.1"}
	tests := []struct {
		name  string
		scene *scene
		want  []string
	}{
		{"early 400", withProxy(true, "<center>nginx</center>", bad...), []string{
			say(idProxyUnexpected, analyze.Error, analyze.Proven, ""), say(idHandshakeRefused, analyze.Info, analyze.Proven, idProxyUnexpected)}},
		{"late 400", withProxy(false, "<center>nginx</center>", bad...), []string{
			say(idProxyUnexpected, analyze.Error, analyze.Inferred, ""), say(idHandshakeRefused, analyze.Info, analyze.Proven, idProxyUnexpected)}},
		{"an application that has read the request", withProxy(false, `{"code":3,"message":"Bad request"}`, bad...), []string{
			say(idHandshakeRefused, analyze.Error, analyze.Proven, "")}},
		{"another status", withProxy(false, "", "HTTP/1.1 404 Not Found"), []string{
			say(idHandshakeRefused, analyze.Error, analyze.Proven, "")}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, f := range tt.scene.judge() {
				cause := ""
				if f.Cause != nil {
					cause = f.Cause.Rule
				}
				got = append(got, say(f.Rule, f.Severity, f.Certainty, cause))
				checkWhole(t, tt.scene.h, f)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
	t.Run("accepted on another connection", func(t *testing.T) {
		c := withProxy(false, "", bad...).kase()
		c.ProxyAccepted = func(server netip.AddrPort) bool { return server == instance }
		if found := proxyProtocolUnexpected.Check(c); found != nil {
			t.Errorf("found %+v", found[0])
		}
	})
	t.Run("closed without an answer", func(t *testing.T) {
		s := newScene(t).leg(analyze.InstanceLeg, sound...)
		s.last.Proxy = analyze.ProxyHeader{Version: "v2", Count: 2, Packet: s.packet()}
		found := s.closed(flow.FromServer, flow.FIN).verdict(analyze.Unanswered).judge()
		if got := ruleIDs(found); !slices.Equal(got, []string{idProxyUnexpected, idHandshakeNoAnswer}) {
			t.Fatalf("rules = %v", got)
		}
		if !strings.HasPrefix(found[0].Facts().Meaning, "2 PROXY headers") || found[1].Cause != found[0] {
			t.Errorf("%+v", found[0].Facts())
		}
	})
}

func TestHTTPAfter101(t *testing.T) {
	head := func(s *scene, from flow.Dir, line string) *scene {
		s.last.WebSocket.HTTPHead, s.last.WebSocket.HTTPFrom, s.last.WebSocket.HTTPLine = s.packet(), from, line
		return s
	}
	t.Run("from the server, after a rewrite", func(t *testing.T) {
		s := newScene(t).leg(analyze.ClientLeg, sound...).leg(analyze.InstanceLeg, rewritten...).switching()
		head(s, flow.FromServer, "HTTP/1.1 400 Bad Request")
		head(s.on(0).switching(), flow.FromServer, "HTTP/1.1 400 Bad Request").
			verdict(analyze.Rewritten, analyze.Damage{Kind: analyze.Rewritten, Before: 0, After: 1})
		found := s.judge()
		if got := ruleIDs(found); !slices.Equal(got, []string{idConnectionRewrite, idHTTPAfter101}) {
			t.Fatalf("rules = %v", got)
		}
		f := found[1]
		if f.Severity != analyze.Error || f.Cause != found[0] || f.Facts().By != instance.String() || !strings.Contains(f.Facts().Meaning, "socket.io 0.9") {
			t.Errorf("%+v", f)
		}
		checkWhole(t, s.h, f)
	})
	t.Run("from the hop before", func(t *testing.T) {
		s := head(newScene(t).leg(analyze.ClientLeg, sound...).switching().leg(analyze.InstanceLeg, sound...).switching(), flow.FromClient, "GET / HTTP/1.1")
		found := s.verdict(analyze.Healthy).judge()
		if len(found) != 1 || found[0].Facts().By != elbBack.String() || !strings.Contains(found[0].Facts().Meaning, "put the connection back") {
			t.Fatalf("found %+v", found)
		}
	})
}

func TestIdleTimeout(t *testing.T) {
	two := func(idle time.Duration, outerBy, innerBy flow.Dir) *scene {
		s := newScene(t).leg(analyze.ClientLeg, sound...).leg(analyze.InstanceLeg, sound...).switching().on(0).switching().wait(idle)
		return s.on(1).closed(innerBy, flow.FIN).on(0).closed(outerBy, flow.FIN).verdict(analyze.Healthy)
	}
	one := func(leg analyze.Leg, idle time.Duration, by flow.Dir) *scene {
		return newScene(t).leg(leg, sound...).switching().wait(idle).closed(by, flow.FIN).verdict(analyze.Healthy)
	}
	behind := func(first, second int) *scene {
		s := newScene(t).leg(analyze.InstanceLeg, sound...).leg(analyze.LocalLeg, sound...).switching().on(0).switching().wait(60 * time.Second)
		s.on(first).closed(flow.FromClient, flow.FIN).wait(100 * time.Millisecond)
		return s.on(second).closed(flow.FromClient, flow.FIN).verdict(analyze.Healthy)
	}
	closeFrame := two(60*time.Second, flow.FromServer, flow.FromClient)
	closeFrame.h.Sightings[1].WebSocket.CloseFrame[flow.FromServer] = true
	lost := two(60*time.Second, flow.FromServer, flow.FromClient)
	lost.h.Sightings[0].WebSocket.Lost = true
	outlived := func(s *scene, longer time.Duration) *scene {
		for _, leg := range s.h.Sightings {
			leg.WebSocket.Survived = longer
		}
		return s
	}
	tests := []struct {
		name  string
		scene *scene
		want  analyze.Certainty
	}{
		{"both legs by the hop", two(2*time.Second, flow.FromServer, flow.FromClient), analyze.Proven},
		{"both legs, at once", two(300*time.Millisecond, flow.FromServer, flow.FromClient), ""},
		{"the client left", two(60*time.Second, flow.FromClient, flow.FromClient), ""},
		{"the instance left", two(60*time.Second, flow.FromServer, flow.FromServer), analyze.Inferred},
		{"the instance left, 47 s", two(47*time.Second, flow.FromServer, flow.FromServer), ""},
		{"both legs by the hop, after as long a silence before", outlived(two(60*time.Second, flow.FromServer, flow.FromClient), 61*time.Second), analyze.Proven},
		{"both legs by the hop, after a longer silence before", outlived(two(20*time.Second, flow.FromServer, flow.FromClient), 25*time.Second), ""},
		{"instance leg, after a longer silence before", outlived(one(analyze.InstanceLeg, 60*time.Second, flow.FromClient), 70*time.Second), ""},
		{"close frame", closeFrame, ""},
		{"lost frames", lost, ""},
		{"instance leg, 60 s", one(analyze.InstanceLeg, 60*time.Second, flow.FromClient), analyze.Inferred},
		{"instance leg, 350.9 s", one(analyze.InstanceLeg, 350900*time.Millisecond, flow.FromClient), analyze.Inferred},
		{"instance leg, 47 s", one(analyze.InstanceLeg, 47*time.Second, flow.FromClient), ""},
		{"instance leg, by the instance", one(analyze.InstanceLeg, 60*time.Second, flow.FromServer), analyze.Inferred},
		{"client leg, by the load balancer", one(analyze.ClientLeg, 60*time.Second, flow.FromServer), analyze.Inferred},
		{"client leg, by the client", one(analyze.ClientLeg, 60*time.Second, flow.FromClient), ""},
		{"passed on from before the instance", behind(0, 1), analyze.Inferred},
		{"the hop behind let go first", behind(1, 0), ""},
		{"local leg", one(analyze.LocalLeg, 60*time.Second, flow.FromClient), analyze.Inferred},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			found := tt.scene.judge()
			if tt.want == "" {
				if len(found) != 0 {
					t.Fatalf("found %+v", found[0])
				}
				return
			}
			if len(found) != 1 || found[0].Rule != idIdleTimeout || found[0].Certainty != tt.want || found[0].Severity != analyze.Warning {
				t.Fatalf("found %+v", found)
			}
			checkWhole(t, tt.scene.h, found[0])
		})
	}
	restarted := two(60*time.Second, flow.FromServer, flow.FromClient).kase()
	restarted.Together = true
	if found := websocketIdleTimeout.Check(restarted); len(found) != 0 {
		t.Errorf("found %q of a hop that ended several together", found[0].Title())
	}
	local := newScene(t).leg(analyze.InstanceLeg, sound...).leg(analyze.LocalLeg, sound...).switching().on(0).switching().wait(60 * time.Second)
	found := local.on(1).closed(flow.FromClient, flow.FIN).on(0).closed(flow.FromServer, flow.FIN).verdict(analyze.Healthy).judge()
	if len(found) != 1 || !found[0].Facts().Local || found[0].Facts().Idle != "60.0 s" || !strings.Contains(found[0].Facts().Timeout, "proxy_read_timeout") {
		t.Errorf("local proxy: %+v", found)
	}
}

func TestUnansweredTiming(t *testing.T) {
	tests := []struct {
		after time.Duration
		by    flow.Dir
		how   flow.How
		want  string
	}{
		{3 * time.Millisecond, flow.FromServer, flow.FIN, "socket.io 0.9"},
		{3 * time.Millisecond, flow.FromServer, flow.RST, "reset at once"},
		{time.Second, flow.FromServer, flow.FIN, "destroyUpgradeTimeout"},
		{30 * time.Second, flow.FromServer, flow.FIN, "never answered"},
		{60 * time.Second, flow.FromClient, flow.FIN, "gave up after 60.0 s"},
		{10 * time.Second, flow.FromClient, flow.FIN, "left before an answer came"},
		{5 * time.Second, flow.FromServer, flow.FIN, ""},
	}
	for _, tt := range tests {
		found := newScene(t).leg(analyze.InstanceLeg, sound...).wait(tt.after).closed(tt.by, tt.how).verdict(analyze.Unanswered).judge()
		if len(found) != 1 {
			t.Fatalf("%s: found %v", tt.after, ruleIDs(found))
		}
		if got := found[0].Facts().Meaning; (tt.want == "") != (got == "") || !strings.Contains(got, tt.want) {
			t.Errorf("%s: meaning %q", tt.after, got)
		}
	}
}

func TestStuckPolling(t *testing.T) {
	s := newScene(t).leg(analyze.ClientLeg, sound...).answer("", "HTTP/1.1 502 Bad Gateway").verdict(analyze.Refused)
	polling := analyze.Polling{
		Session: "S", Requests: 12, First: s.packet(), Last: s.packet(),
		Conn: s.last.Conn, FirstLine: "GET /socket.io/1/xhr-polling/S HTTP/1.1", After: flow.Time(10 * time.Second),
	}
	check := func(change func(*analyze.Polling)) []*analyze.Finding {
		c := s.kase()
		c.Polling = polling
		change(&c.Polling)
		c.Earlier = handshakeRefused.Check(c)
		return socketioStuckPolling.Check(c)
	}
	found := check(func(*analyze.Polling) {})
	if len(found) != 1 || found[0].Severity != analyze.Warning || found[0].Cause == nil || found[0].Cause.Rule != idHandshakeRefused {
		t.Fatalf("found %+v", found)
	}
	checkWhole(t, s.h, found[0])
	if f := found[0].Facts(); f.Polls != "12" || f.Session != "S" || f.Took != "10.0 s" {
		t.Errorf("%+v", f)
	}
	for name, change := range map[string]func(*analyze.Polling){
		"no session":  func(p *analyze.Polling) { p.Session = "" },
		"one request": func(p *analyze.Polling) { p.Requests = 1 },
		"upgraded":    func(p *analyze.Polling) { p.Upgraded = true },
	} {
		if found := check(change); found != nil {
			t.Errorf("%s: found %+v", name, found[0])
		}
	}
}
