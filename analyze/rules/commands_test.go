package rules

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"elbscope/analyze"
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
	none := analyze.Facts{Host: "a'; id", Target: "/"}
	for name, tt := range map[string]struct {
		facts *facts
		want  []string
		no    []string
	}{
		"all": {&facts{Facts: all}, []string{"'http://127.0.0.1:3000/chat?room=7'", "-H 'Host: chat.example' ", "first `127.0.0.1:3000` (the application), then `10.0.1.2:8080` (the instance), then `10.0.0.1:80` (",
			"http://127.0.0.1:3000;", "location /chat {", "'tcp port 8080 or tcp port 3000'", "InstancePort=8080,"}, []string{"8081", "Change the address"}},
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
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no shell")
	}
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
}
