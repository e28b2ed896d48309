package rules

import (
	"net/netip"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"elbscope/analyze"
	"elbscope/analyze/http1"
	"elbscope/capture/flow"
	"elbscope/internal/needs"
	"elbscope/internal/wiretext"
)

func TestAskPath(t *testing.T) {
	for target, want := range map[string]string{
		"/chat?room=7": "/chat?room=7",
		"/socket.io/1/websocket/yDVKbcONE8EZUuh4CV32":            "/socket.io/1/websocket/",
		"/socket.io/1/websocket/S?__sails_io_sdk_version=0.10.0": "/socket.io/1/websocket/",
		"/app/1/websocket/S": "/app/1/websocket/",
		"/socket.io/?EIO=4&transport=websocket&sid=lv_VI97HAXpY6": "/socket.io/?EIO=4&transport=websocket",
		"/engine.io/?sid=x&transport=websocket":                   "/engine.io/?transport=websocket",
		"/chat?sid=7":                                             "/chat?sid=7",
		"/chat?token=<masked>&b=1":                                "/chat?token=<masked>&b=1",
		"/ws/<masked>":                                            "/ws/<masked>",
		"http://h/chat":                                           "/chat",
		"ws://h/chat?a=b":                                         "/chat?a=b",
		"http://h":                                                "/",
		"":                                                        "/",
		"*":                                                       "/",
		"/a'$(id)`[1-9]{a,b}\\\" \n|>":                            "/a%27$(id)%60%5B1-9%5D%7Ba,b%7D%5C%22%20%0A%7C%3E",
		"/" + strings.Repeat("a", 500):                            "/",
		"/a?" + strings.Repeat("b", 500):                          "/a",
		"/a?b=c…":                                                 "/a",
		"/ä":                                                      "/%C3%A4",
	} {
		if got := askPath(target); got != want {
			t.Errorf("askPath(%q) = %q, want %q", target, got, want)
		}
	}
}

func TestPlace(t *testing.T) {
	for target, want := range map[string]string{
		"/socket.io/1/websocket/S": "/socket.io/", "/chat?room=7": "/chat", "/ws/1/2": "/ws/", "/": "/",
		"": "/socket.io/", "/{{x}}; }": "/socket.io/", "/a b/c": "/socket.io/", "http://h/chat/x": "/chat/", "//x": "/socket.io/",
	} {
		if got := place(&facts{Facts: analyze.Facts{Target: target}}); got != want {
			t.Errorf("place(%q) = %q, want %q", target, got, want)
		}
	}
}

// TestCommandsAreFilledIn holds what is known, what is not, and the example.
func TestCommandsAreFilledIn(t *testing.T) {
	all := analyze.Facts{Host: "chat.example", Target: "/chat?room=7", Application: "127.0.0.1:3000", Instance: "10.0.1.2:8080", Balancer: "10.0.0.1:80"}
	outer := all
	outer.Application = ""
	plain := all
	plain.Listener, plain.ListenerFrom, plain.Scheme = "80", "X-Forwarded-Port", "http"
	none := analyze.Facts{Host: "a'; id", Target: "/"}
	for name, tt := range map[string]struct {
		facts *facts
		want  []string
		no    []string
	}{
		"all": {&facts{Facts: all}, []string{"'http://127.0.0.1:3000/chat?room=7'", "-H 'Host: chat.example' \\\n", "first `127.0.0.1:3000` (the application), then `10.0.1.2:8080` (the instance), then `10.0.0.1:80` (",
			"http://127.0.0.1:3000;", "location /chat {", "'tcp port 8080 or tcp port 3000'", "InstancePort=8080\"", "PORT=443\nCERT=", "443 stands for the port of your listener, which this capture does not tell."}, []string{"8081", "Change the address"}},
		"listener": {&facts{Facts: plain}, []string{"PORT=80\nLISTENER=", "\"Protocol=TCP,LoadBalancerPort=$PORT\"\n", "$LISTENER,InstanceProtocol=TCP,InstancePort=8080\"", "80 is the port that the client asked (as X-Forwarded-Port shows)."},
			[]string{"443 stands", "CERT"}},
		"no local leg": {&facts{Facts: outer}, []string{"'http://10.0.1.2:8080/chat?room=7'", "the application's own port (not in this capture), then `10.0.1.2:8080`",
			"http://127.0.0.1:8081;", "Change the address", "place of 8081"}, nil},
		"nothing": {&facts{Facts: none}, []string{"'http://127.0.0.1:8081/' \\\n    -H 'Connection", "location = / {"}, []string{"Host: "}},
		"example": {&facts{Facts: exampleFacts(idConnectionRewrite), Example: true}, []string{"'http://127.0.0.1:8081/' \\\n    -H 'Connection", "location /socket.io/ {"}, []string{"Host: ", "not in this capture"}},
	} {
		page, err := render(idConnectionRewrite, tt.facts)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range tt.want {
			if !strings.Contains(page, want) {
				t.Errorf("%s: no %q in\n%s", name, want, page)
			}
		}
		for _, no := range tt.no {
			if strings.Contains(page, no) {
				t.Errorf("%s: %q in\n%s", name, no, page)
			}
		}
	}
}

// TestShellTakesNothingFromTheWire gives the command to a shell that prints
// its words: a target or a host must stay one word each.
func TestShellTakesNothingFromTheWire(t *testing.T) {
	sh := needs.Program(t, "sh")
	for _, evil := range []string{"/'; touch x; '", "/`id`", "/$(id)", "/\\' -o x '", "/a\nid\n", "/<masked>'", "/?'\"`"} {
		f := &facts{Facts: plainFacts(analyze.Facts{Target: evil, Host: evil, Instance: "10.0.1.2:80"})}
		command := strings.Replace(curl(f), "curl", "printf '%s\\n'", 1)
		out, err := exec.Command(sh, "-c", command).CombinedOutput()
		words := strings.Split(strings.TrimSpace(string(out)), "\n")
		if err != nil || len(words) != 14 || !strings.HasPrefix(words[5], "http://10.0.1.2:80/") || slices.Contains(words, "x") {
			t.Errorf("%q: %v %q", evil, err, words)
		}
	}
}

// TestServers: whoever is sent PROXY headers cannot be asked without one.
func TestServers(t *testing.T) {
	s := article(t)
	f := baseFacts(&analyze.Finding{Handshake: s.h})
	if f.Application != application.String() || f.Instance != instance.String() || f.Balancer != elbFront.String() {
		t.Errorf("%+v", f)
	}
	s.h.Sightings[1].Proxy.Version = "v1"
	if f := baseFacts(&analyze.Finding{Handshake: s.h}); f.Instance != "" || f.Application == "" {
		t.Errorf("%+v", f)
	}
	// A client that asks the instance without a load balancer between.
	s = newScene(t).leg(analyze.ClientLeg, sound...).leg(analyze.LocalLeg, sound...)
	bare := &facts{Facts: baseFacts(&analyze.Finding{Handshake: s.h})}
	if bare.Instance != elbFront.String() || bare.Balancer != "" || !strings.HasSuffix(where(bare), "`"+elbFront.String()+"` (the instance), then the load balancer") {
		t.Errorf("%s from %+v", where(bare), bare.Facts)
	}
}

// TestListener wants the port from where the load balancer told it, and from
// nowhere else.
func TestListener(t *testing.T) {
	head := func(fields ...string) *http1.Head {
		return parse(t, false, append([]string{"GET / HTTP/1.1"}, fields...)...)
	}
	port := func(n string) string { return "X-Forwarded-Port: " + n }
	proto := func(s string) string { return "X-Forwarded-Proto: " + s }
	conn := &flow.Conn{Client: netip.MustParseAddrPort("10.0.0.9:40000"), Server: netip.MustParseAddrPort("10.0.1.2:8080")}
	dest := netip.MustParseAddrPort("10.0.0.1:8443")
	for name, tt := range map[string]struct {
		sighting               analyze.Sighting
		listener, from, scheme string
	}{
		"client's leg": {analyze.Sighting{Leg: analyze.ClientLeg, Request: head()}, "8080", "its own leg", "http"},
		"header":       {analyze.Sighting{Leg: analyze.InstanceLeg, Request: head(port("443"), proto("https"))}, "443", "X-Forwarded-Port", "https"},
		"zeros":        {analyze.Sighting{Leg: analyze.InstanceLeg, Request: head(port(" 0443 "))}, "443", "X-Forwarded-Port", ""},
		"no port":      {analyze.Sighting{Leg: analyze.InstanceLeg, Request: head(port("0"))}, "", "", ""},
		"no scheme":    {analyze.Sighting{Leg: analyze.InstanceLeg, Request: head(port("80"))}, "80", "X-Forwarded-Port", ""},
		"hostile":      {analyze.Sighting{Leg: analyze.InstanceLeg, Request: head(port("80; id"), proto("https"))}, "", "", ""},
		"too large":    {analyze.Sighting{Leg: analyze.InstanceLeg, Request: head(port("65536"))}, "", "", ""},
		"two":          {analyze.Sighting{Leg: analyze.InstanceLeg, Request: head(port("80"), port("443"))}, "", "", ""},
		"behind nginx": {analyze.Sighting{Leg: analyze.LocalLeg, Request: head(port("80"))}, "", "", ""},
		"PROXY": {analyze.Sighting{Leg: analyze.InstanceLeg, Request: head(), Proxy: analyze.ProxyHeader{Version: "v1", Count: 1, Dest: dest}},
			"8443", "the PROXY header", ""},
		"PROXY behind nginx": {analyze.Sighting{Leg: analyze.LocalLeg, Request: head(), Proxy: analyze.ProxyHeader{Version: "v1", Count: 1, Dest: dest}}, "", "", ""},
	} {
		s := tt.sighting
		s.Conn = conn
		var f analyze.Facts
		setListener(&f, &analyze.Handshake{Sightings: []*analyze.Sighting{&s}})
		if f.Listener != tt.listener || f.ListenerFrom != tt.from || f.Scheme != tt.scheme {
			t.Errorf("%s: %q by %q, %q", name, f.Listener, f.ListenerFrom, f.Scheme)
		}
	}
}

// TestAskWithProxyHeader: a server that was sent PROXY headers has to be sent one
// by hand too, and is asked only where none is known that takes a plain request.
func TestAskWithProxyHeader(t *testing.T) {
	s := newScene(t).leg(analyze.InstanceLeg, sound...)
	s.last.Proxy.Version = "v1"
	f := &facts{Facts: baseFacts(&analyze.Finding{Handshake: s.h})}
	if got := curl(f); !strings.Contains(got, " --haproxy-protocol ") || !strings.Contains(got, "http://10.99.1.2:80/") {
		t.Errorf("only behind a PROXY header: %s", got)
	}
	if got := where(f); !strings.Contains(got, "own port (not in this capture), then `10.99.1.2:80` (the instance, with a PROXY header), then") {
		t.Errorf("in the order %s", got)
	}
	if got := ports(f); !strings.HasPrefix(got, "tcp port 80 or") {
		t.Errorf("a filter for %s", got)
	}
	f.Application = "127.0.0.1:3000"
	if got := curl(f); strings.Contains(got, "haproxy") || !strings.Contains(got, "127.0.0.1:3000") {
		t.Errorf("with the application's own leg: %s", got)
	}
}

// TestLongTarget wants a long command to be taken for the same words, indented
// as it stands on a page, and to fit there.
func TestLongTarget(t *testing.T) {
	sh := needs.Program(t, "sh")
	target := "/socket.io/?EIO=4&transport=websocket&token=<masked>&a=" + strings.Repeat("x%20", 60)
	f := &facts{Facts: analyze.Facts{Target: target, Host: "chat.example", Instance: "10.0.1.2:80"}}
	command := curl(f)
	var page strings.Builder
	for l := range strings.Lines(command) {
		if n := len(strings.TrimRight(l, "\n")); n > commandWidth {
			t.Errorf("a line of %d: %s", n, l)
		}
		page.WriteString("      " + l)
	}
	out, err := exec.Command(sh, "-c", strings.Replace(page.String(), "curl -i", "printf '%s\\n'", 1)).CombinedOutput()
	words := strings.Split(string(out), "\n")
	if err != nil || len(words) < 5 || words[4] != "http://10.0.1.2:80"+target {
		t.Errorf("%v %q", err, words)
	}
}

// TestMaskedSecret wants a command with a hole to say so above it, to a shell
// that takes no comments as well; the hole is never cut in two.
func TestMaskedSecret(t *testing.T) {
	sh := needs.Program(t, "sh")
	for n := range 2 * commandWidth {
		f := &facts{Facts: analyze.Facts{Target: "/" + strings.Repeat("a", n) + "?token=<masked>&b=<masked>", Instance: "10.0.1.2:80"}}
		f.Arrived.To = f.Instance
		for _, command := range []string{curl(f), frontCurl(f), tlsCurl(f)} {
			first, rest, _ := strings.Cut(command, "\n")
			if first+"\n" != fillIn || strings.Count(rest, wiretext.Masked) != 2 {
				t.Fatalf("%d: %s", n, command)
			}
			for l := range strings.Lines(command) {
				if len(l) > commandWidth+1 {
					t.Errorf("a line of %d: %s", len(l)-1, l)
				}
			}
		}
	}
	f := &facts{Facts: analyze.Facts{Target: "/chat?room=7", Instance: "10.0.1.2:80"}}
	if got := curl(f); strings.Contains(got, "#") {
		t.Errorf("nothing is masked in %s", got)
	}
	c := exec.Command(sh, "-c", "printf '%s\\n' \\"+fillIn)
	c.Dir = t.TempDir()
	out, err := c.CombinedOutput()
	left, _ := os.ReadDir(c.Dir)
	if err != nil || !strings.HasPrefix(string(out), "#\nFIRST\n") || !strings.Contains(string(out), "\n<masked>\nbelow.\n") || len(left) != 0 {
		t.Errorf("read as a command: %v %q, left %v", err, out, left)
	}
}

// TestListenerIsNotLost: the command that deletes a listener does nothing while
// the one that creates it again has no certificate, and deletes once it has.
func TestListenerIsNotLost(t *testing.T) {
	sh := needs.Program(t, "sh")
	f := exampleFacts(idConnectionRewrite)
	e, err := Explain(&analyze.Finding{Rule: idConnectionRewrite, Words: analyze.FixedWords("", f)})
	i := slices.IndexFunc(e.Remedies, func(r Remedy) bool { return strings.HasSuffix(r.Title, "with the AWS CLI") })
	if err != nil || i < 0 {
		t.Fatalf("%v in %+v", err, e.Remedies)
	}
	const aws = "aws() { echo \"$2\"; }\n"
	command := e.Remedies[i].Config
	if out, err := exec.Command(sh, "-c", aws+command).Output(); err == nil || len(out) > 0 {
		t.Errorf("without a certificate: %v %q", err, out)
	}
	command = strings.Replace(command, "CERT=''", "CERT=arn:x", 1)
	if out, err := exec.Command(sh, "-c", aws+command).Output(); err != nil || strings.Count(string(out), "\n") != 3 {
		t.Errorf("with one: %v %q", err, out)
	}
}

// TestPings: the interval is shorter than the silence that was cut.
func TestPings(t *testing.T) {
	for idle, want := range map[string]int{"60.0 s": 30000, "350.0 s": 30000, "44.9 s": 22450, "2.0 s": 1000, "": 30000, "900 ms": 30000, "value": 30000, "NaN s": 30000} {
		if got := pingMillis(&facts{Facts: analyze.Facts{Idle: idle}}); got != want {
			t.Errorf("after %q: %d, want %d", idle, got, want)
		}
	}
	page, err := render(idIdleTimeout, &facts{Facts: analyze.Facts{Idle: "2.0 s"}})
	if err != nil || !strings.Contains(page, "after only 2.0 s of silence") || !strings.Contains(page, ", 1000);") || strings.Contains(page, "45 seconds") {
		t.Errorf("%v in %s", err, page)
	}
}

// TestCommandsFit wants no line of a command to be wider than a terminal, where
// it could not be copied.
func TestCommandsFit(t *testing.T) {
	seen := 0
	for _, id := range IDs() {
		page, err := Page(id)
		if err != nil {
			t.Fatal(err)
		}
		inside := false
		for line := range strings.Lines(page) {
			line = strings.TrimRight(line, "\n")
			switch {
			case strings.HasPrefix(line, "```"):
				inside = line == "```sh"
			case inside:
				seen++
				if len(line) > commandWidth {
					t.Errorf("%s: a line of %d: %s", id, len(line), line)
				}
			}
		}
	}
	if seen == 0 {
		t.Error("no page has a command")
	}
}
