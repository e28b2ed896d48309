package report

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"
	"unique"

	"elbscope/analyze"
	"elbscope/analyze/http1"
	"elbscope/capture/flow"
)

// at is a moment in the story: 2026-11-21 10:02:11 UTC and some milliseconds.
func at(ms int) flow.Time {
	return flow.Time(time.Date(2026, 11, 21, 10, 2, 11, 0, time.UTC).UnixNano()) + flow.Time(ms)*1e6
}

// heads collects what an http1.Parser finds.
type heads struct{ all []*http1.Head }

func (h *heads) Begin() {}
func (h *heads) Head(x *http1.Head) http1.Next {
	h.all = append(h.all, x.Clone())
	return http1.NoBody
}
func (h *heads) MoreHead(*http1.Head) {}
func (h *heads) Body([]byte)          {}
func (h *heads) BodyGap(uint64)       {}
func (h *heads) End(http1.Flaw)       {}
func (h *heads) Lost()                {}

// head parses lines, divided by \n, as the head of a message; one that ends
// in "…" is cut there.
func head(t testing.TB, response bool, lines string) *http1.Head {
	t.Helper()
	var h heads
	var p http1.Parser
	p.Init(&h, response)
	text, cut := strings.CutSuffix(lines, "…")
	text = strings.ReplaceAll(text, "\n", "\r\n")
	if !cut {
		text += "\r\n\r\n"
	}
	p.Feed([]byte(text))
	p.Finish()
	if len(h.all) != 1 {
		t.Fatalf("%d heads in %q", len(h.all), lines)
	}
	return h.all[0]
}

func signs(h *http1.Head) analyze.Signs {
	tri := func(b bool) analyze.Tri {
		switch {
		case b:
			return analyze.Yes
		case h.Whole:
			return analyze.No
		}
		return analyze.Unknown
	}
	return analyze.Signs{
		Get: tri(h.Method() == "GET"), HTTP11: tri(h.Version() == "1.1"), UpgradeThere: tri(h.Has("Upgrade")),
		Upgrade: tri(h.HasToken("Upgrade", "websocket")), Connection: tri(h.HasToken("Connection", "upgrade")),
		Key: tri(h.Has("Sec-WebSocket-Key")), Version: tri(h.Has("Sec-WebSocket-Version")),
	}
}

func packet(num uint64, ms int) analyze.PacketRef {
	return analyze.PacketRef{Num: num, Time: at(ms), Offset: -1}
}

// wire is one leg of a story.
type wire struct {
	leg            analyze.Leg
	client, server string
	hop            int
}

func (w wire) conn() *flow.Conn {
	return &flow.Conn{Client: netip.MustParseAddrPort(w.client), Server: netip.MustParseAddrPort(w.server)}
}

// sighting makes an exchange whose request is in packet num at ms; the answer
// came in packet num+2, 12 ms later, "" for a connection closed without one.
func (w wire) sighting(t testing.TB, num uint64, ms int, request, response string) *analyze.Sighting {
	t.Helper()
	h := head(t, false, request)
	s := &analyze.Sighting{
		Conn: w.conn(), Hop: w.hop, Leg: w.leg, Request: h, Signs: signs(h),
		RequestPacket: packet(num, ms), Time: at(ms),
		ForwardedFor: h.Join("X-Forwarded-For"),
	}
	if response == "" {
		s.Answer = analyze.AnswerClosed
		s.ClosedBy, s.How, s.ClosePacket = flow.FromServer, flow.FIN, packet(num+2, ms+12)
		return s
	}
	s.Answer = analyze.AnswerSeen
	s.Response = head(t, true, response)
	s.ResponsePacket, s.Answered = packet(num+2, ms+12), at(ms+12)
	return s
}

const (
	key      = "dGhlIHNhbXBsZSBub25jZQ=="
	session  = "/socket.io/1/websocket/yDVKbcONE4LxTgOnAAAA"
	sound    = "GET " + session + " HTTP/1.1\nHost: elb.example\nConnection: Upgrade\nUpgrade: websocket\nSec-WebSocket-Key: " + key + "\nSec-WebSocket-Version: 13"
	switched = "HTTP/1.1 101 Switching Protocols\nUpgrade: websocket\nConnection: Upgrade"
	gateway  = "HTTP/1.1 502 Bad Gateway\nServer: nginx/1.22.1"
)

var (
	clientWire   = wire{analyze.ClientLeg, "10.99.0.2:41178", "10.99.0.1:80", 0}
	instanceWire = wire{analyze.InstanceLeg, "10.99.1.1:50332", "10.99.1.2:80", 1}
	localWire    = wire{analyze.LocalLeg, "127.0.0.1:45120", "127.0.0.1:8081", 2}
)

func source(name string, packets uint64) analyze.Source {
	return analyze.Source{SourceInfo: flow.SourceInfo{
		Name: name, Format: "pcap", LinkTypes: []string{"LINUX_SLL2"}, Packets: packets, Bytes: 180 * packets,
		First: at(-900), Last: at(7552),
	}}
}

func totals(packets, handshakes uint64) analyze.Totals {
	t := analyze.Totals{Requests: 3 * handshakes, Responses: 3 * handshakes, Handshakes: handshakes}
	t.Packets, t.Connections = packets, 2*handshakes+1
	t.Ledger.Delivered = packets / 2
	t.Ledger.Empty = packets - packets/2
	return t
}

// article is the story that this program was made for: the load balancer
// rewrites Connection, the instance's own nginx then drops Upgrade, the
// application hangs up twice, and the client gets a 502.
func article(t testing.TB, id string, num uint64, ms int) *analyze.Handshake {
	rewritten := strings.Replace(sound, "Connection: Upgrade", "Connection: keep-alive", 1) +
		"\nX-Forwarded-For: 10.99.0.2\nX-Forwarded-Port: 80"
	lost := strings.NewReplacer("Connection: Upgrade\n", "", "Upgrade: websocket\n", "").Replace(sound)
	h := &analyze.Handshake{
		ID: id, Key: key, Target: session, Host: "elb.example", Start: at(ms),
		Verdict: analyze.Rewritten, Certainty: analyze.Proven, Status: 502, Final: true,
		Culprit: &analyze.Culprit{Front: netip.MustParseAddrPort("10.99.0.1:80"), Back: netip.MustParseAddr("10.99.1.1")},
		Sightings: []*analyze.Sighting{
			clientWire.sighting(t, num, ms, sound, gateway),
			instanceWire.sighting(t, num+2, ms+2, rewritten, gateway),
			localWire.sighting(t, num+4, ms+3, lost, ""),
			localWire.sighting(t, num+8, ms+6, lost, ""),
		},
		Damages: []analyze.Damage{{Kind: analyze.Rewritten, Before: 0, After: 1}, {Kind: analyze.Dropped, Before: 1, After: 2}},
	}
	h.Sightings[0].ResponsePacket, h.Sightings[1].ResponsePacket = packet(num+16, ms+14), packet(num+14, ms+12)
	h.Findings = articleFindings(h)
	return h
}

func sightingFacts(s *analyze.Sighting) analyze.SightingFacts {
	return analyze.SightingFacts{From: s.Conn.Client.String(), To: s.Conn.Server.String(), Packet: fmt.Sprint(s.RequestPacket.Num)}
}

// alike is what findings have in common that are the same thing wrong.
func alike(effect string) unique.Handle[analyze.Likeness] {
	return analyze.Likeness{Effect: effect}.Handle()
}

// reword puts other words in the place of those of a finding.
func reword(f *analyze.Finding, change func(title *string, facts *analyze.Facts, proofs []analyze.Evidence)) {
	title, facts, proofs := f.Title(), f.Facts(), f.Evidence()
	change(&title, &facts, proofs)
	f.Words = analyze.FixedWords(title, facts, proofs...)
}

func articleFindings(h *analyze.Handshake) []*analyze.Finding {
	proof := func(s *analyze.Sighting, text string) analyze.Evidence {
		return analyze.Evidence{Packet: s.RequestPacket, Conn: s.Conn, Text: text,
			Quote: s.Request.Start() + "\nConnection: " + s.Request.Join("Connection")}
	}
	answer := func(s *analyze.Sighting) analyze.Evidence {
		return analyze.Evidence{Packet: s.ResponsePacket, Conn: s.Conn, Text: s.Conn.Server.String() + " answers 502",
			Quote: s.Response.Start() + "\nServer: nginx/1.22.1\n\n<html>\r\n<head><title>502 Bad Gateway</title></head>"}
	}
	c, i, l := h.Sightings[0], h.Sightings[1], h.Sightings[2]
	rewritten := &analyze.Finding{
		Rule: "connection-rewritten", Severity: analyze.Error, Certainty: analyze.Proven, Group: alike("lb"), DamageHop: 2,
		Words: analyze.FixedWords("The load balancer at 10.99.0.1:80 replaces Connection: Upgrade by keep-alive", analyze.Facts{Hop: "the load balancer (10.99.0.1:80 towards the client, 10.99.1.1 towards the instance)",
			Looks: "a Classic Load Balancer (X-Forwarded-For, -Proto and -Port are set, X-Amzn-Trace-Id is not)",
			Sent:  sightingFacts(c), Arrived: sightingFacts(i), Key: h.Key},
			proof(c, "the handshake is whole"), proof(i, "Connection does not say Upgrade"), answer(c)),
	}
	dropped := &analyze.Finding{
		Rule: "upgrade-dropped", Severity: analyze.Error, Certainty: analyze.Proven, Group: alike("nginx"), DamageHop: 3,
		Words: analyze.FixedWords("The instance's own proxy at 10.99.1.2:80 removes the Upgrade header", analyze.Facts{Hop: "the instance's own proxy (10.99.1.2:80 towards the load balancer, 127.0.0.1 towards the application)",
			Local: true, Looks: "nginx (X-Real-IP is set)",
			Sent: sightingFacts(i), Arrived: sightingFacts(l)},
			proof(i, "Upgrade is there"), proof(l, "Upgrade is missing")),
	}
	unanswered := &analyze.Finding{
		Rule: "handshake-unanswered", Severity: analyze.Info, Certainty: analyze.Proven, Group: alike("app"), Cause: rewritten,
		Words: analyze.FixedWords("127.0.0.1:8081 closes the connection instead of answering", analyze.Facts{},
			analyze.Evidence{Packet: l.ClosePacket, Conn: l.Conn, Text: "127.0.0.1:8081 closes with FIN, without a byte of an answer"}),
	}
	refused := &analyze.Finding{
		Rule: "handshake-refused", Severity: analyze.Info, Certainty: analyze.Proven, Group: alike("502"), Cause: unanswered,
		Words: analyze.FixedWords("10.99.1.2:80 refuses the handshake with 502 Bad Gateway", analyze.Facts{}, answer(i)),
	}
	return []*analyze.Finding{rewritten, dropped, unanswered, refused}
}

// sane is a healthy handshake over two legs.
func sane(t testing.TB, id string, num uint64, ms int, target string) *analyze.Handshake {
	request := strings.Replace(sound, session, target, 1)
	h := &analyze.Handshake{
		ID: id, Key: key, Target: target, Host: "elb.example", Start: at(ms),
		Verdict: analyze.Healthy, Certainty: analyze.Proven, Status: 101, Final: true,
		Sightings: []*analyze.Sighting{
			clientWire.sighting(t, num, ms, request, switched),
			instanceWire.sighting(t, num+2, ms+2, request, switched),
		},
	}
	h.Sightings[0].WebSocket.Frames = [2]uint64{3, 4}
	return h
}

// explain stands in for package rules.
func explain(f *analyze.Finding) (Explanation, error) {
	switch f.Rule {
	case "connection-rewritten":
		return Explanation{Rule: f.Rule, Title: f.Title(), Text: "## Why it fails\n\n" +
			"An upgrade needs two headers: `Upgrade: websocket` says to what, and\n`Connection: Upgrade` says that the **first one** is meant for the next server.\n\n" +
			"- Each hop makes `Connection` anew.\n- A hop that knows only HTTP\n  writes its own value.\n\n" +
			"## How to check\n\nSee [RFC 6455](https://www.rfc-editor.org/rfc/rfc6455).\n\n```sh\ncurl -i -N -H 'Connection: Upgrade' -H 'Upgrade: websocket' -H 'Sec-WebSocket-Version: 13' http://HOST/\n```\n",
			Note: "Both halves are needed: the **listener**, and `nginx` on the instance.",
			Remedies: []Remedy{
				{Title: "Classic Load Balancer: make the listener TCP", Steps: []string{"Open the `EC2` console, choose Load Balancers, and choose yours. Its type must say classic.", "Change HTTP to TCP."}},
				{Title: "Elastic Beanstalk with a Classic Load Balancer", Steps: []string{"Put this into `.ebextensions/listener.config`."}, Config: "option_settings:\n  aws:elb:listener:443:\n    ListenerProtocol: SSL\n    SSLCertificateId: arn:aws:acm:eu-central-1:123456789012:certificate/12345678-1234-1234-1234-123456789012\n"},
			},
			References: []string{"https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/elb-listener-config.html"}}, nil
	case "upgrade-dropped":
		return Explanation{Rule: f.Rule, Title: f.Title(), Text: "nginx sends no `Upgrade` on unless it is told to.",
			Remedies: []Remedy{{Title: "nginx on the instance: pass the upgrade on", Config: "proxy_set_header Upgrade $http_upgrade;\nproxy_set_header Connection \"upgrade\";"}}}, nil
	}
	return Explanation{}, fmt.Errorf("no explanation for rule %q", f.Rule)
}
