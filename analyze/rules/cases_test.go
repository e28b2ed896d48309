package rules

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"elbscope/analyze"
	"elbscope/analyze/http1"
	"elbscope/analyze/ws"
	"elbscope/capture/flow"
)

// heads collects what a parser delivers.
type heads struct{ got *http1.Head }

func (*heads) Begin() {}
func (h *heads) Head(head *http1.Head) http1.Next {
	h.got = head.Clone()
	return http1.NoBody
}
func (*heads) MoreHead(*http1.Head) {}
func (*heads) Body([]byte)          {}
func (*heads) BodyGap(uint64)       {}
func (*heads) End(http1.Flaw)       {}
func (*heads) Lost()                {}

func parse(t *testing.T, response bool, lines ...string) *http1.Head {
	t.Helper()
	var h heads
	var p http1.Parser
	p.Init(&h, response)
	p.Feed([]byte(strings.Join(lines, "\r\n") + "\r\n\r\n"))
	if h.got == nil {
		t.Fatalf("no head in %q", lines)
	}
	return h.got
}

// The legs of the lab: client, load balancer, instance, application.
var (
	clientAddr  = netip.MustParseAddrPort("10.99.0.2:41178")
	elbFront    = netip.MustParseAddrPort("10.99.0.1:80")
	elbBack     = netip.MustParseAddrPort("10.99.1.1:39030")
	instance    = netip.MustParseAddrPort("10.99.1.2:80")
	proxyBack   = netip.MustParseAddrPort("127.0.0.1:44366")
	application = netip.MustParseAddrPort("127.0.0.1:8081")
)

// scene builds a handshake leg by leg. Packets are numbered as they are made.
type scene struct {
	t    *testing.T
	num  uint64
	now  flow.Time
	h    *analyze.Handshake
	last *analyze.Sighting
}

func newScene(t *testing.T) *scene {
	return &scene{t: t, now: flow.Time(time.Hour), h: &analyze.Handshake{
		ID: "h1", Key: "dGhlIHNhbXBsZSBub25jZQ==", Target: "/socket.io/1/websocket/S", Host: "example.com",
		Verdict: analyze.Undetermined,
	}}
}

func (s *scene) packet() analyze.PacketRef {
	s.num++
	return analyze.PacketRef{Num: s.num, Time: s.now}
}

func (s *scene) wait(d time.Duration) *scene { s.now += flow.Time(d); return s }

// leg adds a sighting. Extra lines follow the request line; those of a sound
// handshake stand in sound.
func (s *scene) leg(leg analyze.Leg, lines ...string) *scene {
	s.t.Helper()
	ends := map[analyze.Leg][2]netip.AddrPort{
		analyze.ClientLeg: {clientAddr, elbFront}, analyze.InstanceLeg: {elbBack, instance}, analyze.LocalLeg: {proxyBack, application},
	}[leg]
	sighting := &analyze.Sighting{
		Conn: &flow.Conn{ID: s.num + 1, Client: ends[0], Server: ends[1]},
		Leg:  leg, Request: parse(s.t, false, lines...),
		RequestPacket: s.packet(), Time: s.now,
	}
	if s.last != nil {
		sighting.Hop = s.last.Hop
		if s.last.Leg != leg {
			sighting.Hop++
		}
	}
	sighting.ForwardedFor = sighting.Request.Get("X-Forwarded-For")
	sighting.Signs = signs(sighting.Request)
	s.h.Sightings = append(s.h.Sightings, sighting)
	s.last = sighting
	return s
}

// on makes an earlier sighting the one that the next calls speak of.
func (s *scene) on(i int) *scene { s.last = s.h.Sightings[i]; return s }

func (s *scene) answer(body string, lines ...string) *scene {
	s.t.Helper()
	s.last.Response = parse(s.t, true, lines...)
	s.last.Body = []byte(body)
	s.last.Answer = analyze.AnswerSeen
	s.last.ResponsePacket, s.last.Answered = s.packet(), s.now
	if s.last.Hop == 0 {
		s.h.Status = s.last.Response.Status()
	}
	return s
}

func (s *scene) switching() *scene {
	s.answer("", "HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade",
		"Sec-WebSocket-Accept: "+ws.Accept(s.h.Key))
	s.last.WebSocket.LastPayload = s.now
	return s
}

func (s *scene) closed(by flow.Dir, how flow.How) *scene {
	s.last.ClosedBy, s.last.How, s.last.ClosePacket, s.last.Closed = by, how, s.packet(), s.now
	if s.last.Response == nil {
		s.last.Answer = analyze.AnswerClosed
	}
	return s
}

func (s *scene) verdict(v analyze.Verdict, damages ...analyze.Damage) *scene {
	s.h.Verdict, s.h.Damages = v, damages
	return s
}

func (s *scene) kase() *analyze.Case {
	return &analyze.Case{Handshake: s.h, ProxyAccepted: func(netip.AddrPort) bool { return false }}
}

// judge runs all rules as the engine does.
func (s *scene) judge() []*analyze.Finding {
	c := s.kase()
	for _, r := range All {
		c.Earlier = append(c.Earlier, r.Check(c)...)
	}
	return c.Earlier
}

// signs judges a head as package analyze does, whose own function is private.
func signs(h *http1.Head) analyze.Signs {
	yes := func(b bool) analyze.Tri {
		if b {
			return analyze.Yes
		}
		return analyze.No
	}
	return analyze.Signs{
		Get: yes(h.Method() == "GET"), HTTP11: yes(h.Version() == "1.1"),
		UpgradeThere: yes(h.Has("Upgrade")), Upgrade: yes(h.HasToken("Upgrade", "websocket")),
		Connection: yes(h.HasToken("Connection", "upgrade")),
		Key:        yes(h.Has("Sec-WebSocket-Key")), Version: yes(h.Has("Sec-WebSocket-Version")),
	}
}

const (
	requestLine = "GET /socket.io/1/websocket/S HTTP/1.1"
	hostLine    = "Host: example.com"
	keyLine     = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
	versionLine = "Sec-WebSocket-Version: 13"
)

var sound = []string{requestLine, hostLine, "Connection: Upgrade", "Upgrade: websocket", keyLine, versionLine}

// without returns sound without the line of that name, and with more lines.
func without(name string, more ...string) []string {
	var l []string
	for _, line := range sound {
		if !strings.HasPrefix(line, name+":") {
			l = append(l, line)
		}
	}
	return append(l, more...)
}

var (
	forwarded  = []string{"X-Forwarded-For: 10.99.0.2", "X-Forwarded-Proto: http", "X-Forwarded-Port: 80"}
	rewritten  = without("Connection", append([]string{"Connection: keep-alive"}, forwarded...)...)
	nginxDrops = []string{requestLine, hostLine, keyLine, versionLine,
		"X-Real-IP: 10.99.1.1", "X-Forwarded-For: 10.99.0.2, 10.99.1.1", forwarded[1], forwarded[2]}
	nginxTLS = "<html>\r\n<head><title>400 The plain HTTP request was sent to HTTPS port</title></head>\r\n<body>\r\n<center><h1>400 Bad Request</h1></center>\r\n" +
		"<center>The plain HTTP request was sent to HTTPS port</center>\r\n<hr><center>nginx/1.22.1</center>\r\n"
	nginx502 = "<html>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx/1.22.1</center>\r\n"
)
