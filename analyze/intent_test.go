package analyze

import (
	"testing"

	"elbscope/analyze/http1"
)

// heads keeps what a parser delivers.
type heads struct{ got []*http1.Head }

func (*heads) Begin() {}
func (h *heads) Head(head *http1.Head) http1.Next {
	h.got = append(h.got, head.Clone())
	return http1.NoBody
}
func (*heads) MoreHead(*http1.Head) {}
func (*heads) Body([]byte)          {}
func (*heads) BodyGap(uint64)       {}
func (*heads) End(http1.Flaw)       {}
func (*heads) Lost()                {}

// parseRequest parses the first n bytes of a head; all of it, if n is 0.
func parseRequest(t *testing.T, n int, lines ...string) *http1.Head {
	t.Helper()
	b := head(lines...)
	if n > 0 {
		b = b[:n]
	}
	var h heads
	var p http1.Parser
	p.Init(&h, false)
	p.Feed(b)
	p.Finish()
	if len(h.got) != 1 {
		t.Fatalf("%d heads in %q", len(h.got), b)
	}
	return h.got[0]
}

func TestIntends(t *testing.T) {
	for _, c := range []struct {
		lines []string
		want  bool
	}{
		{hs(keyA), true},
		{[]string{"GET / HTTP/1.1", "Sec-WebSocket-Version: 13"}, true},
		{[]string{"GET / HTTP/1.1", "sec-websocket-key1: 12 3"}, true},
		{[]string{"GET / HTTP/1.1", "Sec-WebSocket-Protocol: chat"}, true},
		{[]string{"GET / HTTP/1.1", "Upgrade: h2c, WebSocket/13"}, true},
		{[]string{"POST / HTTP/1.0", "Sec-WebSocket-Key: x"}, true},
		{[]string{"GET / HTTP/1.1", "Connection: Upgrade"}, false},
		{[]string{"GET / HTTP/1.1", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c"}, false},
		{[]string{"GET / HTTP/1.1", "Upgrade-Insecure-Requests: 1"}, false},
		{[]string{"GET / HTTP/1.1", "Sec-WebSocket-Accept: x"}, false},
		{[]string{"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1"}, false},
	} {
		if got := intends(parseRequest(t, 0, c.lines...)); got != c.want {
			t.Errorf("%q: %v", c.lines, got)
		}
	}
}

// TestTargets looks at targets in heads that are cut behind them, and at targets
// that are cut themselves.
func TestTargets(t *testing.T) {
	for target, want := range map[string]bool{
		"/socket.io/1/websocket/abc":                   true,
		"/app/socket.io/1/flashsocket/abc":             true,
		"/socket.io/1/xhr-polling/abc":                 false,
		"/socket.io/1/":                                false,
		"/socket.io/?EIO=4&transport=websocket&sid=a":  true,
		"/socket.io/?EIO=4&transport=webtransport":     false,
		"/socket.io/?EIO=4&transport=polling":          false,
		"/echo/123/abcdef/websocket":                   true,
		"/echo/123/abcdef/websocket?x=y":               true,
		"/echo/1234/abcdef/websocket":                  false,
		"/websocket":                                   false,
		"/socket.io/1/websocketlike?transport=polling": true, // nothing else begins so
	} {
		h := parseRequest(t, len("GET "+target+" HTTP/1.1\r\n"), "GET "+target+" HTTP/1.1", "Host: a")
		if got := intends(h); got != want {
			t.Errorf("%s: %v", target, got)
		}
	}
	for target, want := range map[string]bool{
		"/socket.io/1/w":                    true,
		"/socket.io/1/websock":              true,
		"/socket.io/1/x":                    false,
		"/socket.io/1/":                     false,
		"/socket.io/?EIO=4&transport=webs":  true,
		"/socket.io/?EIO=4&transport=web":   false,
		"/socket.io/?EIO=4&transport=webt":  false,
		"/socket.io/?EIO=4&transport=polli": false,
		"/echo/123/abcdef/webs":             false,
	} {
		if got := intends(parseRequest(t, len("GET "+target), "GET "+target)); got != want {
			t.Errorf("cut at %s: %v", target, got)
		}
	}
}

func TestSessions(t *testing.T) {
	for target, want := range map[string]string{
		"/socket.io/1/websocket/abc?x=1":                     "abc",
		"/socket.io/1/websocket/abc/":                        "abc",
		"/socket.io/?EIO=4&sid=abc&transport=websocket":      "abc",
		"/socket.io/?EIO=4&transport=websocket":              "",
		"/chat":                                              "",
		"/socket.io/?EIO=4&transport=websocket&xsid=1&sid=2": "2",
	} {
		if got := sessionOf(target); got != want {
			t.Errorf("%s: %q", target, got)
		}
	}
	for target, want := range map[string]string{
		"/socket.io/1/xhr-polling/abc?t=1":            "abc",
		"/socket.io/1/jsonp-polling/abc/":             "abc",
		"/socket.io/1/websocket/abc":                  "",
		"/socket.io/1/xhr-polling/":                   "",
		"/socket.io/?EIO=4&transport=polling&sid=abc": "abc",
		"/socket.io/?EIO=4&transport=polling":         "",
		"/socket.io/?sid=abc&transport=websocket":     "",
		"/page": "",
	} {
		if got, ok := looksPolling(target); got != want || ok != (want != "") {
			t.Errorf("%s: %q", target, got)
		}
	}
}

func TestKeyOf(t *testing.T) {
	whole := head(hs(keyA)...)
	for name, c := range map[string]struct {
		n    int
		want string
	}{
		"whole": {0, keyA}, "line end missing": {len(whole) - 4, keyA}, "cut": {len(whole) - 6, ""}, "not there": {60, ""},
	} {
		if got := keyOf(parseRequest(t, c.n, hs(keyA)...)); got != c.want {
			t.Errorf("%s: %q", name, got)
		}
	}
	if got := keyOf(parseRequest(t, 0, hs("short")...)); got != "short" {
		t.Errorf("a short key that is whole: %q", got)
	}
}

func TestSigns(t *testing.T) {
	y, n, u := Yes, No, Unknown
	for _, c := range []struct {
		lines []string
		cut   int
		want  Signs
	}{
		{hs(keyA), 0, Signs{y, y, y, y, y, y, y}},
		{hs(keyA, "Connection: keep-alive, , UPGRADE", "Upgrade: WebSocket/13"), 0, Signs{y, y, y, y, y, y, y}},
		{hs(keyA, "GET / HTTP/1.0", "-Upgrade", "Connection: close"), 0, Signs{y, n, n, n, n, y, y}},
		{hs("", "POST / HTTP/1.1", "Upgrade: x"), 0, Signs{n, y, y, n, y, n, y}},
		{hs(keyA), 12, Signs{u, u, u, u, u, u, u}},
		{hs(keyA), 60, Signs{y, y, u, u, y, u, u}},
		{hs(keyA, "Connection: keep-alive"), 58, Signs{y, y, u, u, u, u, u}},
	} {
		if got := signsOf(parseRequest(t, c.cut, c.lines...)); got != c.want {
			t.Errorf("%q cut at %d: %v, want %v", c.lines, c.cut, got, c.want)
		}
	}
}

// TestFold joins findings of many handshakes and points causes to their groups.
func TestFold(t *testing.T) {
	finding := func(rule, group string, sev Severity, cause *Finding) *Finding {
		return &Finding{Rule: rule, Group: Likeness{Effect: group}.Handle(), Severity: sev, Certainty: Proven, Cause: cause}
	}
	a1, a2, b := finding("a", "x", Warning, nil), finding("a", "x", Warning, nil), finding("a", "y", Error, nil)
	symptom := finding("c", "x", Info, a2)
	hs := []*Handshake{{ID: "h1", Findings: []*Finding{a1}}, {ID: "h2", Findings: []*Finding{a2, symptom}}, {ID: "h3", Findings: []*Finding{b}}}
	groups := Fold(hs)
	if len(groups) != 3 || groups[0].Finding != b || groups[0].ID != "f1" {
		t.Fatalf("%d groups; the worst has to come first", len(groups))
	}
	if g := groups[1]; len(g.Findings) != 2 || g.Handshakes[1].ID != "h2" || groups[2].Cause != g {
		t.Error("the groups are wrong")
	}
}
