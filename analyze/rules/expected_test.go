package rules

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"elbscope/analyze"
	"elbscope/capture/flow"
)

// inTLS makes the server answer with a TLS alert.
func (s *scene) inTLS() *scene {
	s.last.Answer = analyze.AnswerAlien
	s.last.Foreign = &analyze.Foreign{Packet: s.packet(), AlertLevel: 2, Alert: 10}
	return s
}

// inHTTP2 makes the server answer with its SETTINGS.
func (s *scene) inHTTP2() *scene {
	s.last.Answer = analyze.AnswerAlien
	s.last.Foreign = &analyze.Foreign{Packet: s.packet(), HTTP2: true}
	return s
}

// other is another connection to the instance, which it answered.
func (s *scene) other(from, proxy string) *analyze.Precedent {
	return &analyze.Precedent{Packet: s.packet(), Conn: &flow.Conn{ID: 99, Client: netip.MustParseAddrPort(from), Server: instance}, Proxy: proxy}
}

// TestTLSExpected: a plain handshake to a port that wants TLS, by what shows it.
func TestTLSExpected(t *testing.T) {
	legs := func() *scene {
		return newScene(t).leg(analyze.ClientLeg, sound...).leg(analyze.InstanceLeg, without("x", forwarded...)...)
	}
	hello := func(c *analyze.Case, s *scene) { c.WantsTLS = s.other("10.99.1.1:39999", "") }
	tlsWanted, refused := say(idTLSExpected, analyze.Error, yes, ""), say(idHandshakeRefused, analyze.Info, yes, idTLSExpected)
	silent := []string{say(idHandshakeNoAnswer, analyze.Error, yes, "")}
	for _, tt := range []struct {
		name  string
		scene *scene
		with  func(*analyze.Case, *scene)
		want  []string
		title string
	}{
		{"an alert", legs().closed(flow.FromServer, flow.FIN).inTLS().on(0).answer("", "HTTP/1.1 502 Bad Gateway").verdict(analyze.Refused),
			nil, []string{tlsWanted}, "10.99.1.2:80, or something behind it, wants TLS and gets plain HTTP"},
		{"an alert on the client's leg", newScene(t).leg(analyze.ClientLeg, sound...).inTLS().verdict(analyze.Refused),
			nil, []string{tlsWanted}, "10.99.0.1:80, or something behind it, wants TLS and gets plain HTTP"},
		{"an alert of the application", newScene(t).leg(analyze.LocalLeg, sound...).inTLS().verdict(analyze.Refused),
			nil, []string{tlsWanted}, "127.0.0.1:8081 wants TLS and gets plain HTTP"},
		{"nginx", legs().answer(nginxTLS, "HTTP/1.1 400 Bad Request", "Server: nginx/1.22.1").verdict(analyze.Refused),
			nil, []string{tlsWanted, refused}, "10.99.1.2:80, or something behind it, wants TLS and gets plain HTTP"},
		{"the load balancer itself", newScene(t).leg(analyze.ClientLeg, sound...).
			answer("<center>The plain HTTP request was sent to HTTPS port</center>", "HTTP/1.1 400 Bad Request", "Server: awselb/2.0").verdict(analyze.Refused),
			nil, []string{tlsWanted, refused}, "10.99.0.1:80 wants TLS and gets plain HTTP"},
		{"another 400 of nginx", legs().answer("<center>nginx</center>", "HTTP/1.1 400 Bad Request", "Server: nginx/1.22.1").verdict(analyze.Refused),
			nil, []string{say(idHandshakeRefused, analyze.Error, yes, "")}, "10.99.1.2:80 refuses the handshake with 400 Bad Request"},
		{"silence, and a hello that was answered", legs().closed(flow.FromServer, flow.FIN).verdict(analyze.Unanswered),
			hello, []string{say(idTLSExpected, analyze.Error, no, ""), say(idHandshakeNoAnswer, analyze.Info, yes, idTLSExpected)},
			"10.99.1.2:80 speaks TLS, and hangs up on a plain handshake"},
		{"silence after a while", legs().wait(time.Second).closed(flow.FromServer, flow.FIN).verdict(analyze.Unanswered), hello, silent, ""},
		{"the client leaves", legs().closed(flow.FromClient, flow.FIN).verdict(analyze.Unanswered), hello, silent, ""},
		{"silence that may have an end", legs().closed(flow.FromServer, flow.FIN).verdict(analyze.Pending), hello, nil, ""},
		{"silence after damage", newScene(t).leg(analyze.ClientLeg, sound...).leg(analyze.InstanceLeg, rewritten...).closed(flow.FromServer, flow.FIN).
			verdict(analyze.Rewritten, analyze.Damage{Kind: analyze.Rewritten, Before: 0, After: 1}), hello,
			[]string{say(idConnectionRewrite, analyze.Error, yes, ""), say(idHandshakeNoAnswer, analyze.Info, yes, idConnectionRewrite)}, ""},
		{"silence, and both a hello and a PROXY header are wanted", legs().closed(flow.FromServer, flow.RST).verdict(analyze.Unanswered),
			func(c *analyze.Case, s *scene) { hello(c, s); c.WantsProxy = s.other("10.99.1.1:39998", "v1") },
			[]string{say(idProxyMissing, analyze.Error, no, ""), say(idHandshakeNoAnswer, analyze.Info, yes, idProxyMissing)}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) { judgedAs(t, tt.scene, tt.with, tt.want, tt.title) })
	}
}

// TestHTTP2Expected: a handshake in HTTP/1.1 to a port that speaks HTTP/2.
func TestHTTP2Expected(t *testing.T) {
	legs := func() *scene {
		return newScene(t).leg(analyze.ClientLeg, sound...).leg(analyze.InstanceLeg, without("x", forwarded...)...)
	}
	wanted := []string{say(idHTTP2Expected, analyze.Error, yes, "")}
	judgedAs(t, legs().inHTTP2().on(0).answer("", "HTTP/1.1 502 Bad Gateway").verdict(analyze.Refused), nil, wanted,
		"10.99.1.2:80, or something behind it, wants HTTP/2 and gets HTTP/1.1")
	judgedAs(t, newScene(t).leg(analyze.LocalLeg, sound...).inHTTP2().verdict(analyze.Refused), nil, wanted,
		"127.0.0.1:8081 wants HTTP/2 and gets HTTP/1.1")
	// Damage on the way comes first, and is wrong as well.
	judgedAs(t, newScene(t).leg(analyze.ClientLeg, sound...).leg(analyze.InstanceLeg, rewritten...).inHTTP2().
		verdict(analyze.Rewritten, analyze.Damage{Kind: analyze.Rewritten, Before: 0, After: 1}), nil,
		[]string{say(idConnectionRewrite, analyze.Error, yes, ""), wanted[0]}, "")

	f := http2Expected.Check(legs().inHTTP2().verdict(analyze.Refused).kase())[0]
	e, err := Explain(f)
	if err != nil || !strings.Contains(e.Text, "the SETTINGS of HTTP/2") || !strings.Contains(e.Text, "it may be a port behind it that wants HTTP/2") ||
		!strings.Contains(e.Text, "--http1.1 'http://10.99.1.2:80/") {
		t.Errorf("%v\n%s\n%s", err, e.Note, e.Text)
	}
}

// TestProxyMissing: the server hangs up on a connection without a PROXY header,
// and has taken one elsewhere.
func TestProxyMissing(t *testing.T) {
	wants := func(from string) func(*analyze.Case, *scene) {
		return func(c *analyze.Case, s *scene) { c.WantsProxy = s.other(from, "v2") }
	}
	missing := []string{say(idProxyMissing, analyze.Error, no, ""), say(idHandshakeNoAnswer, analyze.Info, yes, idProxyMissing)}
	const title = "10.99.1.2:80 answers behind a PROXY protocol header, and hangs up on a connection without"
	leg := func() *scene { return newScene(t).leg(analyze.InstanceLeg, sound...) }
	judgedAs(t, leg().closed(flow.FromServer, flow.FIN).verdict(analyze.Unanswered), wants("10.99.1.1:39998"), missing, title)
	judgedAs(t, leg().closed(flow.FromServer, flow.RST).verdict(analyze.Unanswered), wants("10.99.7.7:39998"), missing, title)
	judgedAs(t, leg().closed(flow.FromServer, flow.FIN).verdict(analyze.Unanswered), nil, []string{say(idHandshakeNoAnswer, analyze.Error, yes, "")}, "")
	judgedAs(t, leg().wait(2*time.Second).closed(flow.FromServer, flow.FIN).verdict(analyze.Unanswered), wants("10.99.1.1:39998"),
		[]string{say(idHandshakeNoAnswer, analyze.Error, yes, "")}, "")

	s := leg().closed(flow.FromServer, flow.FIN).verdict(analyze.Unanswered)
	c := s.kase()
	wants("10.99.7.7:39998")(c, s)
	f := proxyProtocolMissing.Check(c)[0]
	e, err := Explain(f)
	number := fmt.Sprintf("packet %d", c.WantsProxy.Packet.Num)
	if err != nil || !strings.Contains(e.Text, number) || !strings.Contains(e.Text, "10.99.7.7") || !strings.Contains(e.Text, "version 2") && !strings.Contains(e.Note, "version 2") {
		t.Errorf("%v\n%s\n%s", err, e.Note, e.Text)
	}
	if n := len(f.Evidence()); n != 3 {
		t.Errorf("%d pieces of evidence: %+v", n, f.Evidence())
	}
}

// judgedAs runs all rules over a scene, with what other connections show, and
// compares what they say; and the title of the first finding, if one is given.
func judgedAs(t *testing.T, s *scene, with func(*analyze.Case, *scene), want []string, title string) {
	t.Helper()
	c := s.kase()
	if with != nil {
		with(c, s)
	}
	var got []string
	for _, r := range All {
		for _, f := range r.Check(c) {
			cause := ""
			if f.Cause != nil {
				cause = f.Cause.Rule
			}
			got = append(got, say(f.Rule, f.Severity, f.Certainty, cause))
			checkWhole(t, s.h, f)
			c.Earlier = append(c.Earlier, f)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if title != "" && (len(c.Earlier) == 0 || c.Earlier[0].Title() != title) {
		t.Errorf("title of %+v", c.Earlier)
	}
}

// TestSilenceOfTLSPorts: a server that hangs up at once on a port that is usual
// for TLS may want it. Nothing is claimed.
func TestSilenceOfTLSPorts(t *testing.T) {
	for port, hint := range map[uint16]bool{443: true, 8443: true, 80: false, 8081: false} {
		for _, how := range []flow.How{flow.FIN, flow.RST} {
			s := newScene(t).leg(analyze.InstanceLeg, sound...)
			s.last.Conn.Server = netip.AddrPortFrom(instance.Addr(), port)
			f := s.closed(flow.FromServer, how).verdict(analyze.Unanswered).judge()[0]
			if got := strings.Contains(f.Facts().Meaning, "usual one for TLS"); got != hint || !strings.Contains(f.Facts().Meaning, "at once") {
				t.Errorf("port %d: %q", port, f.Facts().Meaning)
			}
		}
	}
}
