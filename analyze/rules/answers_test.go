package rules

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"elbscope/analyze"
)

// answerTests has a line for each row that is told apart: the answer as the
// software sends it, and who it must be taken for.
var answerTests = []struct {
	by, body string
	app      bool
	lines    []string
}{
	{"awselb/2.0 on", "<center><h1>502 Bad Gateway</h1></center>", false, []string{"HTTP/1.1 502 Bad Gateway", "Server: awselb/2.0"}},
	{"awselb/2.0 on", "", false, []string{"HTTP/1.1 503 Service Unavailable", "Server: awselb/2.0"}},
	{"awselb/2.0 on", "", false, []string{"HTTP/1.1 504 Gateway Time-out", "Server: awselb/2.0"}},
	{"awselb/2.0 on", "", false, []string{"HTTP/1.1 403 Forbidden", "Server: awselb/2.0"}},
	{"awselb/2.0 on", "", false, []string{"HTTP/1.1 464 ", "Server: awselb/2.0"}},
	{"awselb/2.0 on", "", false, []string{"HTTP/1.1 400 Bad Request", "Server: awselb/2.0"}},
	{"a Classic Load Balancer", "", false, []string{"HTTP/1.1 502 BAD_GATEWAY", "Content-Length: 0"}},
	{"a Classic Load Balancer", "", false, []string{"HTTP/1.1 504 GATEWAY_TIMEOUT", "Content-Length: 0"}},
	{"a Classic Load Balancer", "", false, []string{"HTTP/1.1 408 REQUEST_TIMEOUT", "Content-Length: 0"}},
	{"a Classic Load Balancer", "", false, []string{"HTTP/1.1 503 Service Unavailable: Back-end server is at capacity", "Content-Length: 0"}},
	{"awselb/2.0 on", "<center><h1>408 Request Time-out</h1></center>", false, []string{"HTTP/1.1 408 Request Time-out", "Server: awselb/2.0"}},
	{"a Classic Load Balancer", "", false, []string{"HTTP/1.1 400 BAD_REQUEST", "Content-Length: 0"}},
	{"HAProxy", "<html><body><h1>408 Request Time-out</h1>\nYour browser didn't send a complete request in time.\n</body></html>\n", false,
		[]string{"HTTP/1.1 408 Request Time-out", "Content-length: 110", "Connection: close"}},
	{"Node's HTTP server", "", false, []string{"HTTP/1.1 408 Request Timeout", "Connection: close"}},
	{"engine.io", `{"code":0,"message":"Transport unknown"}`, true, []string{"HTTP/1.1 400 Bad Request"}},
	{"engine.io", `{"code":1,"message":"Session ID unknown"}`, true, []string{"HTTP/1.1 400 Bad Request"}},
	{"engine.io", "Session ID unknown", true, []string{"HTTP/1.1 400 Bad Request", "Connection: close", "Content-type: text/html"}},
	{"engine.io", `{"code":2,"message":"Bad handshake method"}`, true, []string{"HTTP/1.1 400 Bad Request"}},
	{"engine.io (socket.io), as it looks, behind nginx/1.22.1", `{"code":3,"message":"Bad request"}`, true, []string{"HTTP/1.1 400 Bad Request", "Server: nginx/1.22.1"}},
	{"engine.io (socket.io) on uWebSockets.js", `{"code":3,"message":"Bad request"}`, true, []string{"HTTP/1.1 400 Bad Request", "Content-Type: application/json", "uWebSockets: 20"}},
	{"engine.io", "Bad request", true, []string{"HTTP/1.1 400 Bad Request", "Connection: close"}},
	{"engine.io", `{"code":4,"message":"Forbidden"}`, true, []string{"HTTP/1.1 403 Forbidden"}},
	{"engine.io", `{"code":5,"message":"Unsupported protocol version"}`, true, []string{"HTTP/1.1 400 Bad Request"}},
	{"socket.io 0.9", "7:::1+0", true, []string{"HTTP/1.1 200 OK"}},
	{"socket.io 0.9", "Protocol version not supported.", true, []string{"HTTP/1.1 500 Internal Server Error"}},
	{"socket.io 0.9", "handshake unauthorized", true, []string{"HTTP/1.1 403 Forbidden"}},
	{"socket.io 0.9", "handshake error", true, []string{"HTTP/1.1 500 Internal Server Error"}},
	{"10.99.1.2:80", "Welcome to SockJS!\n", true, []string{"HTTP/1.1 200 OK"}},
	{"ws,", "Invalid Upgrade header", true, []string{"HTTP/1.1 400 Bad Request", "Connection: close"}},
	{"ws,", "Missing or invalid Sec-WebSocket-Key header", true, []string{"HTTP/1.1 400 Bad Request"}},
	{"ws,", "Missing or invalid Sec-WebSocket-Version header", true, []string{"HTTP/1.1 400 Bad Request", "Sec-WebSocket-Version: 13, 8"}},
	{"ws,", "Invalid Sec-WebSocket-Protocol header", true, []string{"HTTP/1.1 400 Bad Request"}},
	{"ws,", "Invalid or unacceptable Sec-WebSocket-Extensions header", true, []string{"HTTP/1.1 400 Bad Request"}},
	{"ws,", "Invalid HTTP method", true, []string{"HTTP/1.1 405 Method Not Allowed"}},
	{"ws,", "Upgrade Required", true, []string{"HTTP/1.1 426 Upgrade Required", "Content-Type: text/plain"}},
	{"ws or an older engine.io", "Bad Request", true, []string{"HTTP/1.1 400 Bad Request", "Connection: close", "Content-Type: text/html"}},
	{"SockJS", "Not a valid websocket request", true, []string{"HTTP/1.1 400 Bad Request"}},
	{"SignalR 2", "Not a valid web socket request.", true, []string{"HTTP/1.1 400 Bad Request"}},
	{"faye", "Not a WebSocket request", true, []string{"HTTP/1.1 400 Bad Request"}},
	{"faye", "Missing handshake request header: Sec-WebSocket-Key", true, []string{"HTTP/1.1 400 Bad Request"}},
	{"coder/websocket", `WebSocket protocol violation: Connection header "keep-alive" does not contain Upgrade` + "\n", true, []string{"HTTP/1.1 426 Upgrade Required", "Upgrade: websocket"}},
	{"gobwas/ws", "handshake error: bad HTTP protocol version", true, []string{"HTTP/1.1 505 HTTP Version Not Supported"}},
	{"gobwas/ws", `handshake error: bad "Connection" header`, true, []string{"HTTP/1.1 400 Bad Request"}},
	{"gorilla/websocket", "Bad Request\n", true, []string{"HTTP/1.1 400 Bad Request", "Sec-Websocket-Version: 13"}},
	{"gorilla/websocket", "Upgrade Required\n", true, []string{"HTTP/1.1 426 Upgrade Required", "Upgrade: websocket", "Sec-Websocket-Version: 13"}},
	{"golang.org/x/net", "not websocket protocol", true, []string{"HTTP/1.1 400 Bad Request"}},
	{"Python/3.12 aiohttp/3.9", "No CONNECTION upgrade hdr: keep-alive", true, []string{"HTTP/1.1 400 Bad Request", "Server: Python/3.12 aiohttp/3.9"}},
	{"Spring", `"Connection" must be "upgrade".`, true, []string{"HTTP/1.1 400 "}},
	{"TornadoServer/6.4", `"Connection" must be "Upgrade".`, true, []string{"HTTP/1.1 400 Bad Request", "Server: TornadoServer/6.4"}},
	{"10.99.1.2:80", `Can "Upgrade" only to "WebSocket".`, true, []string{"HTTP/1.1 400 Bad Request"}},
	{"Tornado", "Missing/Invalid WebSocket headers", true, []string{"HTTP/1.1 400 Bad Request"}},
	{"Tornado", "Cross origin websockets not allowed", true, []string{"HTTP/1.1 403 Forbidden"}},
	{"websockets (Python)", "Failed to open a WebSocket connection: missing Upgrade header.", true, []string{"HTTP/1.1 426 Upgrade Required"}},
	{"Autobahn", "", true, []string{`HTTP/1.1 400 HTTP Connection headers do not include "upgrade" value (case-insensitive): "keep-alive"`}},
	{"Autobahn", "", true, []string{"HTTP/1.1 400 HTTP Sec-WebSocket-Key header missing"}},
	{"Autobahn", "", true, []string{`HTTP/1.1 505 Unsupported HTTP version "HTTP/1.0"`}},
	{"Autobahn", "", true, []string{"HTTP/1.1 400 WebSocket connection denied: origin 'x' not allowed"}},
	{"daphne", "", true, []string{"HTTP/1.1 403 Access denied"}},
	{"python-engineio", `"Invalid websocket upgrade"`, true, []string{"HTTP/1.1 400 BAD REQUEST"}},
	{"python-engineio", `"Invalid session abc"`, true, []string{"HTTP/1.1 400 BAD REQUEST"}},
	{"python-engineio", `"Not an accepted origin."`, true, []string{"HTTP/1.1 400 BAD REQUEST"}},
	{"Netty", "not a WebSocket request: missing key", true, []string{"HTTP/1.1 400 Bad Request"}},
	{"Rails ActionCable", "Page not found", true, []string{"HTTP/1.1 404 Not Found"}},
	{"SignalR", "No Connection with that ID", true, []string{"HTTP/1.1 404 Not Found"}},
	{"SignalR", "Connection ID required", true, []string{"HTTP/1.1 400 Bad Request"}},
	{"uvicorn", "Invalid HTTP request received.", false, []string{"HTTP/1.1 400 Bad Request"}},
	{"nginx/1.22.1 on", nginx502, false, []string{"HTTP/1.1 502 Bad Gateway", "Server: nginx/1.22.1"}},
	{"nginx/1.22.1 on", "<center>nginx/1.22.1</center>", false, []string{"HTTP/1.1 504 Gateway Time-out", "Server: nginx/1.22.1"}},
	{"nginx on", "<center>nginx</center>", false, []string{"HTTP/1.1 503 Service Unavailable", "Server: nginx"}},
	{"nginx on", "<center>nginx</center>", true, []string{"HTTP/1.1 404 Not Found", "Server: nginx"}},
	{"nginx on", "<center>nginx</center>", false, []string{"HTTP/1.1 400 Bad Request", "Server: nginx"}},
	{"nginx on", "<center>nginx</center>", false, []string{"HTTP/1.1 413 Too Large", "Server: nginx"}},
	{"HAProxy", "<html><body><h1>502 Bad Gateway</h1>\nThe server returned an invalid or incomplete response.\n</body></html>", false, []string{"HTTP/1.1 502 Bad Gateway"}},
	{"HAProxy", "No server is available to handle this request.", false, []string{"HTTP/1.1 503 Service Unavailable"}},
	{"HAProxy", "The server didn't respond in time.", false, []string{"HTTP/1.1 504 Gateway Time-out"}},
	{"Apache/2.4.71 on", "<title>502 Proxy Error</title>", false, []string{"HTTP/1.1 502 Proxy Error", "Server: Apache/2.4.71"}},
	{"Apache/2.4.71 on", "", true, []string{"HTTP/1.1 426 Upgrade Required", "Server: Apache/2.4.71"}},
	{"Varnish on", "<p>Guru Meditation:</p>", false, []string{"HTTP/1.1 503 Backend fetch failed", "Server: Varnish"}},
	{"Varnish on", "<p>Guru Meditation:</p>", false, []string{"HTTP/1.1 500 Error", "Server: Varnish"}},
	{"envoy on", "", true, []string{"HTTP/1.1 403 Forbidden", "server: envoy", "content-length: 0"}},
	{"Node's HTTP parser", "", false, []string{"HTTP/1.1 400 Bad Request", "Connection: close"}},
	{"Go's net/http", "400 Bad Request", false, []string{"HTTP/1.1 400 Bad Request", "Content-Type: text/plain; charset=utf-8", "Connection: close"}},
	{"Go's net/http", "Client sent an HTTP request to an HTTPS server.\n", true, []string{"HTTP/1.0 400 Bad Request"}},
	{"awselb/2.0 on", "<center>The plain HTTP request was sent to HTTPS port</center>", true, []string{"HTTP/1.1 400 Bad Request", "Server: awselb/2.0"}},
	{"nginx/1.22.1 on", nginxTLS, true, []string{"HTTP/1.1 400 Bad Request", "Server: nginx/1.22.1"}},
	{"Apache/2.4.71 (Debian) on", "Reason: You're speaking plain HTTP to an SSL-enabled server port.<br />", true, []string{"HTTP/1.1 400 Bad Request", "Server: Apache/2.4.71 (Debian)"}},
	{"a Node framework", "<pre>Cannot GET /chat</pre>", true, []string{"HTTP/1.1 404 Not Found", "X-Powered-By: Express"}},
	{"a Node framework", `{"statusCode":404,"message":"Cannot GET /chat","error":"Not Found"}`, true, []string{"HTTP/1.1 404 Not Found"}},
	{"a Node framework", `{"message":"Route GET:/chat not found","error":"Not Found","statusCode":404}`, true, []string{"HTTP/1.1 404 Not Found"}},
	{"http-proxy-middleware", "Error occurred while trying to proxy: app.test/chat", false, []string{"HTTP/1.1 504 Gateway Timeout"}},
	{"http-proxy-middleware", "Error occurred while trying to proxy to: app.test/chat", false, []string{"HTTP/1.1 504 Gateway Timeout"}},
	{"uvicorn", "Unsupported upgrade request.", true, []string{"HTTP/1.1 400 Bad Request", "content-type: text/plain; charset=utf-8"}},
	{"uvicorn on", `{"detail":"Not Found"}`, true, []string{"HTTP/1.1 404 Not Found", "server: uvicorn"}},
	{"Python/3.11 websockets/10.4 on", "", true, []string{"HTTP/1.1 403 Forbidden", "Server: Python/3.11 websockets/10.4", "Content-Length: 0"}},
	{"gunicorn on", "Not Found", true, []string{"HTTP/1.1 404 Not Found", "Server: gunicorn"}},
	{"Python/3.11 aiohttp/3.8.4 on", "404: Not Found", true, []string{"HTTP/1.1 404 Not Found", "Server: Python/3.11 aiohttp/3.8.4"}},
	{"Django", "<p>The requested resource was not found on this server.</p>", true, []string{"HTTP/1.1 404 Not Found"}},
	{"Go's net/http", "404 page not found\n", true, []string{"HTTP/1.1 404 Not Found"}},
	{"Tomcat", "<title>HTTP Status 404 \u2013 Not Found</title>", true, []string{"HTTP/1.1 404 "}},
	{"Jetty(9.4.57.v20241219) on", `<a href="https://jetty.org/">Powered by Jetty:// 9.4.57.v20241219</a>`, true, []string{"HTTP/1.1 404 Not Found", "Server: Jetty(9.4.57.v20241219)"}},
	{"envoy on", "", true, []string{"HTTP/1.1 404 Not Found", "server: envoy", "content-length: 0"}},
	{"istio-envoy on", "", true, []string{"HTTP/1.1 403 Forbidden", "server: istio-envoy", "content-length: 0"}},
	{"istio-envoy on", "upstream connect error or disconnect/reset before headers. reset reason: connection termination", false,
		[]string{"HTTP/1.1 503 Service Unavailable", "server: istio-envoy"}},
	{"envoy on", "no healthy upstream", false, []string{"HTTP/1.1 503 Service Unavailable", "server: envoy"}},
	{"envoy on", "upstream request timeout", false, []string{"HTTP/1.1 504 Gateway Timeout", "server: envoy"}},
	{"Caddy on", "", false, []string{"HTTP/1.1 502 Bad Gateway", "Server: Caddy", "Content-Length: 0"}},
	{"Caddy on", "", true, []string{"HTTP/1.1 404 Not Found", "Server: Caddy", "Content-Length: 0"}},
	{"Caddy on", "", true, []string{"HTTP/1.1 200 OK", "Server: Caddy", "Content-Length: 0"}},
	{"lighttpd/1.4.69 on", lighttpdPage, false, []string{"HTTP/1.1 500 Internal Server Error", "Server: lighttpd/1.4.69"}},
	{"lighttpd/1.4.69 on", lighttpdPage, false, []string{"HTTP/1.1 502 Bad Gateway", "Server: lighttpd/1.4.69"}},
	{"lighttpd/1.4.69 on", lighttpdPage, false, []string{"HTTP/1.1 503 Service Unavailable", "Server: lighttpd/1.4.69"}},
	{"lighttpd/1.4.69 on", lighttpdPage, true, []string{"HTTP/1.1 404 Not Found", "Server: lighttpd/1.4.69"}},
	{"nghttpx on", "<h1>502 Bad Gateway</h1><footer>nghttpx</footer>", false, []string{"HTTP/1.1 502 Bad Gateway", "Server: nghttpx"}},
	{"nghttpx on", "<h1>503 Service Unavailable</h1><footer>nghttpx</footer>", false, []string{"HTTP/1.1 503 Service Unavailable", "Server: nghttpx"}},
	{"squid/5.7 on", "<title>ERROR</title>", false, []string{"HTTP/1.1 502 Bad Gateway", "Server: squid/5.7", "X-Squid-Error: ERR_ZERO_SIZE_OBJECT 0"}},
	{"squid/5.7 on", "<title>ERROR</title>", false, []string{"HTTP/1.1 503 Service Unavailable", "Server: squid/5.7", "X-Squid-Error: ERR_CONNECT_FAIL 111"}},
	{"kong/3.4.0 on", `{"message":"An invalid response was received from the upstream server"}`, false, []string{"HTTP/1.1 502 Bad Gateway", "Server: kong/3.4.0"}},
	{"kong/3.4.0 on", `{"message":"no Route matched with those values"}`, true, []string{"HTTP/1.1 404 Not Found", "Server: kong/3.4.0"}},
	{"cloudflare on", "error code: 520", false, []string{"HTTP/1.1 520 ", "Server: cloudflare"}},
	{"cloudflare on", "error code: 521", false, []string{"HTTP/1.1 521 ", "Server: cloudflare"}},
	{"cloudflare on", "error code: 522", false, []string{"HTTP/1.1 522 ", "Server: cloudflare"}},
	{"cloudflare on", "error code: 523", false, []string{"HTTP/1.1 523 ", "Server: cloudflare"}},
	{"cloudflare on", "error code: 524", false, []string{"HTTP/1.1 524 ", "Server: cloudflare"}},
	{"cloudflare on", "error code: 525", false, []string{"HTTP/1.1 525 ", "Server: cloudflare"}},
	{"cloudflare on", "error code: 526", false, []string{"HTTP/1.1 526 ", "Server: cloudflare"}},
	{"CloudFront on", "<H2>The request could not be satisfied.</H2>", false, []string{"HTTP/1.1 403 Forbidden", "Server: CloudFront"}},
	{"CloudFront on", "<H2>The request could not be satisfied.</H2>", false, []string{"HTTP/1.1 502 Bad Gateway", "Server: CloudFront"}},
	{"CloudFront on", "<H2>The request could not be satisfied.</H2>", false, []string{"HTTP/1.1 504 Gateway Timeout", "Server: CloudFront"}},
	{"CloudFront on", "<H2>The request could not be satisfied.</H2>", false, []string{"HTTP/1.1 400 Bad Request", "Server: CloudFront"}},
	{"Heroku's router", `<iframe src="//www.herokucdn.com/error-pages/application-error.html"></iframe>`, false, []string{"HTTP/1.1 503 Service Unavailable"}},
	{"Heroku's router", `<iframe src="//www.herokucdn.com/error-pages/no-such-app.html"></iframe>`, false, []string{"HTTP/1.1 404 Not Found"}},
	{"Azure Application Gateway", "<hr><center>Microsoft-Azure-Application-Gateway/v2</center>", false, []string{"HTTP/1.1 502 Bad Gateway"}},
	{"Azure Application Gateway", "<hr><center>Microsoft-Azure-Application-Gateway/v2</center>", false, []string{"HTTP/1.1 403 Forbidden"}},
	{"Microsoft-IIS/10.0 on", "<h2>502 - Web server received an invalid response while acting as a gateway or proxy server.</h2>", false,
		[]string{"HTTP/1.1 502 Bad Gateway", "Server: Microsoft-IIS/10.0"}},
}

const lighttpdPage = `<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"
         "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">`

func replyOf(t *testing.T, body string, lines []string) *analyze.Sighting {
	t.Helper()
	return newScene(t).leg(analyze.InstanceLeg, rewritten...).answer(body, lines...).last
}

func TestAnswers(t *testing.T) {
	hit := make([]bool, len(answers))
	for _, tt := range answerTests {
		s := replyOf(t, tt.body, tt.lines)
		a := answerOf(s)
		if a == nil {
			t.Errorf("%q %q: no row", tt.lines, tt.body)
			continue
		}
		for i := range answers {
			hit[i] = hit[i] || a == &answers[i]
		}
		if got := madeBy(s, a); !strings.HasPrefix(got, tt.by) || !strings.HasSuffix(got, "10.99.1.2:80") {
			t.Errorf("%q %q: made by %q", tt.lines, tt.body, got)
		}
		if a.app != tt.app {
			t.Errorf("%q %q: app = %v", tt.lines, tt.body, a.app)
		}
	}
	named := len(answers) - len(plainAnswers)
	for i, h := range hit[:named] {
		if !h {
			t.Errorf("no test reaches the row of %d by %q: %s", answers[i].status, answers[i].by, answers[i].meaning)
		}
	}
}

// TestPlainAnswers: what many may say is claimed of nobody.
func TestPlainAnswers(t *testing.T) {
	for _, a := range plainAnswers {
		got := answerOf(replyOf(t, "some page", []string{"HTTP/1.1 " + strings.TrimSpace(itoa(a.status)+" Whatever")}))
		if got == nil || got.meaning != a.meaning || got.by != "" {
			t.Errorf("%d: %+v", a.status, got)
		}
	}
	if a := answerOf(replyOf(t, "", []string{"HTTP/1.1 418 I'm a teapot"})); a != nil {
		t.Errorf("418: %+v", a)
	}
}

func itoa(n int) string {
	return string([]byte{byte('0' + n/100), byte('0' + n/10%10), byte('0' + n%10)})
}

// TestMeaningsAreProse: whole sentences, no code spans, which the pages could
// not keep apart from those around values of the wire.
func TestMeaningsAreProse(t *testing.T) {
	for _, a := range answers {
		for _, m := range []string{a.meaning, a.sound} {
			if m != "" && (!strings.HasSuffix(m, ".") || strings.Contains(m, "`") || strings.Contains(m, "  ")) || a.meaning == "" {
				t.Errorf("%d %q: %q", a.status, a.by, m)
			}
		}
	}
}

// TestMaker: the same status on the inner leg was relayed; another one, or
// none, means that the hop between made it.
func TestMaker(t *testing.T) {
	relayed := article(t)
	if s := maker(relayed.h); s != relayed.h.Sightings[1] {
		t.Errorf("relayed: made by %s", s.Conn.Server)
	}
	made := newScene(t).leg(analyze.ClientLeg, sound...).answer("", "HTTP/1.1 502 Bad Gateway").
		leg(analyze.InstanceLeg, sound...).answer("", "HTTP/1.1 400 Bad Request")
	if s := maker(made.h); s != made.h.Sightings[0] {
		t.Errorf("made up: made by %s", s.Conn.Server)
	}
	silent := newScene(t).leg(analyze.ClientLeg, sound...).leg(analyze.InstanceLeg, sound...)
	if s := maker(silent.h); s != nil {
		t.Errorf("silent: made by %s", s.Conn.Server)
	}
}

// TestClientLegOnly: what the instance saw is unknown, and is said to be.
func TestClientLegOnly(t *testing.T) {
	page := newScene(t).leg(analyze.ClientLeg, sound...).answer(nginx502, "HTTP/1.1 502 Bad Gateway", "Server: nginx/1.22.1")
	found := page.verdict(analyze.Refused).judge()
	if f := found[0].Facts(); f.By != "nginx/1.22.1 on 10.99.0.1:80, or something behind it" || !strings.Contains(f.Meaning, "not in this capture") {
		t.Errorf("relayed or not: by %q, %q", f.By, f.Meaning)
	}
	own := newScene(t).leg(analyze.ClientLeg, sound...).answer("", "HTTP/1.1 502 Bad Gateway", "Server: awselb/2.0")
	if f := own.verdict(analyze.Refused).judge()[0].Facts(); strings.Contains(f.By, "behind") {
		t.Errorf("load balancer's own: by %q", f.By)
	}
}

// TestSoundMeaning: who says that it saw no upgrade, in answer to a handshake
// that came whole, speaks of what was done to it on its server or behind it.
func TestSoundMeaning(t *testing.T) {
	behind := 0
	for _, tt := range answerTests {
		var damaged, whole analyze.Facts
		setAnswer(&damaged, replyOf(t, tt.body, tt.lines))
		setAnswer(&whole, newScene(t).leg(analyze.InstanceLeg, sound...).answer(tt.body, tt.lines...).last)
		if damaged.LostBehind || regexp.MustCompile("(handshake|It) (is|was) whole").MatchString(damaged.Meaning) {
			t.Errorf("%q, damaged before: %q", tt.body, damaged.Meaning)
		}
		if blind := regexp.MustCompile("saw no|as an ordinary request|without its upgrade"); blind.MatchString(whole.Meaning) && !whole.LostBehind &&
			!strings.Contains(whole.Meaning, ", or has none") {
			t.Errorf("%q, whole: %q", tt.body, whole.Meaning)
		}
		if whole.LostBehind {
			behind++
		}
	}
	if behind < 12 {
		t.Errorf("%d rows tell of what is behind the server", behind)
	}
	var refused analyze.Facts
	setAnswer(&refused, newScene(t).leg(analyze.InstanceLeg, sound...).answer("Bad request", "HTTP/1.1 400 Bad Request").last)
	if refused.LostBehind || !strings.Contains(refused.Meaning, "Origin") {
		t.Errorf("an upgrade that engine.io refused: %q", refused.Meaning)
	}
}

// TestBalancers: an answer of a load balancer's own making and its cookies tell
// its kind, where nothing that it adds to a request does.
func TestBalancers(t *testing.T) {
	cookie := func(s string) []string { return append(slices.Clone(sound), "Cookie: a=b; "+s) }
	bare := without("Connection", "Connection: keep-alive")
	for name, tt := range map[string]struct {
		sent   []string
		answer []string
		want   string
	}{
		"nothing":              {sound, []string{"HTTP/1.1 502 Bad Gateway", "Server: nginx"}, ""},
		"Classic, its cookie":  {cookie("AWSELB=1"), []string{"HTTP/1.1 502 Bad Gateway"}, "a Classic Load Balancer, or what stands in its place (the client has its cookie AWSELB)"},
		"Classic, set":         {sound, []string{"HTTP/1.1 400 Bad Request", "Set-Cookie: AWSELBCORS=1; PATH=/"}, "a Classic Load Balancer (it sets"},
		"Application, cookie":  {cookie("AWSALBCORS=1"), []string{"HTTP/1.1 502 Bad Gateway"}, "an Application Load Balancer, or what stands in its place (the client has its cookie AWSALB)"},
		"both":                 {cookie("AWSALB=1; AWSELB=2"), []string{"HTTP/1.1 502 Bad Gateway"}, ""},
		"another of that name": {cookie("xAWSELB=1; b=AWSALB"), []string{"HTTP/1.1 502 Bad Gateway"}, ""},
		"Classic, its answer":  {sound, []string{"HTTP/1.1 502 BAD_GATEWAY", "Content-Length: 0"}, "a Classic Load Balancer (it made up"},
		"Application, answer":  {cookie("AWSELB=1"), []string{"HTTP/1.1 502 Bad Gateway", "Server: awselb/2.0"}, "an Application Load Balancer (it made up"},
		"a relayed answer":     {sound, []string{"HTTP/1.1 400 BAD_REQUEST", "Content-Length: 0"}, ""},
	} {
		after := slices.Clone(bare)
		for _, l := range tt.sent {
			if strings.HasPrefix(l, "Cookie") {
				after = append(after, l)
			}
		}
		s := newScene(t).leg(analyze.ClientLeg, tt.sent...).answer("", tt.answer...).
			leg(analyze.InstanceLeg, after...).answer("", "HTTP/1.1 400 Bad Request")
		var f analyze.Facts
		setHop(&f, s.h.Sightings[0], s.h.Sightings[1])
		if !strings.HasPrefix(f.Looks, tt.want) || (tt.want == "") != (f.Looks == "") {
			t.Errorf("%s: looks like %q", name, f.Looks)
		}
		s.h.Sightings[1].Leg = analyze.LocalLeg
		if setHop(&f, s.h.Sightings[0], s.h.Sightings[1]); f.Looks != "" {
			t.Errorf("%s: on the instance, %q", name, f.Looks)
		}
	}
}

// TestSignatures: what a hop writes into the answer tells its kind, unless the
// answer behind it had that already.
func TestSignatures(t *testing.T) {
	const refused = "HTTP/1.1 400 Bad Request"
	for name, tt := range map[string]struct {
		answer, behind []string
		want           string
	}{
		"nothing":              {[]string{refused}, []string{refused}, ""},
		"Cloudflare":           {[]string{refused, "CF-RAY: 230b030023ae2822-SJC"}, []string{refused}, "Cloudflare (CF-Ray is in its answer)"},
		"nobody behind":        {[]string{refused, "CF-RAY: 1"}, nil, "Cloudflare"},
		"an earlier hop's":     {[]string{refused, "CF-RAY: 1"}, []string{refused, "CF-RAY: 1"}, ""},
		"CloudFront":           {[]string{refused, "X-Amz-Cf-Id: x"}, []string{refused}, "CloudFront"},
		"API Gateway":          {[]string{refused, "x-amz-apigw-id: x"}, []string{refused}, "Amazon API Gateway"},
		"Heroku":               {[]string{refused, "Via: 1.1 heroku-router"}, []string{refused}, "the Heroku router"},
		"Heroku, as it was":    {[]string{refused, "Via: 1.1 vegur"}, []string{refused}, "the Heroku router"},
		"Caddy":                {[]string{refused, "Via: 1.1 Caddy"}, []string{refused, "Server: Cowboy"}, "Caddy"},
		"Envoy":                {[]string{refused, "server: istio-envoy"}, []string{refused}, "Envoy"},
		"Envoy, its time":      {[]string{refused, "x-envoy-upstream-service-time: 1"}, []string{refused}, "Envoy"},
		"IIS":                  {[]string{refused, "X-Powered-By: ARR/3.0"}, []string{refused, "X-Powered-By: Express"}, "IIS with"},
		"the application's":    {[]string{refused, "Server: envoy"}, []string{refused, "Server: envoy"}, ""},
		"an application's own": {[]string{refused, "X-Powered-By: Express"}, nil, ""},
	} {
		s := newScene(t).leg(analyze.ClientLeg, sound...).answer("", tt.answer...).leg(analyze.InstanceLeg, without("Connection")...)
		if tt.behind != nil {
			s.answer("", tt.behind...)
		}
		if got := signedBy(s.h.Sightings[0], s.h.Sightings[1]); !strings.HasPrefix(got, tt.want) || (tt.want == "") != (got == "") {
			t.Errorf("%s: looks like %q", name, got)
		}
		var f analyze.Facts
		if setHop(&f, s.h.Sightings[0], s.h.Sightings[1]); !strings.HasPrefix(f.Looks, tt.want) {
			t.Errorf("%s: the hop looks like %q", name, f.Looks)
		}
	}
	// The request left it open, the answer does not.
	s := newScene(t).leg(analyze.ClientLeg, sound...).answer("", refused, "server: envoy").
		leg(analyze.InstanceLeg, requestLine, "host: example.com", "connection: upgrade")
	var f analyze.Facts
	if setHop(&f, s.h.Sightings[0], s.h.Sightings[1]); !strings.HasPrefix(f.Looks, "Envoy (Server") {
		t.Errorf("looks like %q", f.Looks)
	}
	if signedBy(nil, s.h.Sightings[0]) != "" {
		t.Error("a hop without its face")
	}
}

func TestFingerprints(t *testing.T) {
	tests := []struct {
		name string
		leg  analyze.Leg
		seen []string
		now  []string
		want string
	}{
		{"Classic", analyze.InstanceLeg, sound, rewritten, "a Classic Load Balancer"},
		{"Classic, one leg", analyze.InstanceLeg, nil, rewritten, "a Classic Load Balancer"},
		{"ALB", analyze.InstanceLeg, nil, append(slices.Clone(rewritten), "X-Amzn-Trace-Id: Root=1-67891233-abcdef012345678912345678"), "an Application Load Balancer"},
		{"nginx behind a Classic one", analyze.LocalLeg, rewritten, nginxDrops, "nginx (X-Real-IP"},
		{"nginx that was there before", analyze.InstanceLeg, nginxDrops, nginxDrops, ""},
		{"old nginx", analyze.InstanceLeg, sound, []string{"GET / HTTP/1.0", hostLine, "Connection: close"}, "nginx with its default"},
		{"Apache", analyze.InstanceLeg, sound, without("Connection", "Connection: Keep-Alive", "X-Forwarded-Host: a", "X-Forwarded-Server: b"), "Apache httpd"},
		{"Varnish", analyze.InstanceLeg, sound, without("Upgrade", "X-Varnish: 32770"), "Varnish"},
		{"Envoy", analyze.InstanceLeg, sound, append(slices.Clone(sound), "x-envoy-internal: true"), "Envoy"},
		{"Heroku", analyze.InstanceLeg, sound, append(slices.Clone(sound), "Via: 1.1 vegur"), "the Heroku router"},
		{"Heroku's second router", analyze.InstanceLeg, sound, append(slices.Clone(sound), "Via: 1.1 heroku-router"), "the Heroku router"},
		{"API Gateway", analyze.InstanceLeg, sound, append(slices.Clone(sound), "X-Amzn-Apigateway-Api-Id: x"), "Amazon API Gateway"},
		{"IIS", analyze.InstanceLeg, sound, append(slices.Clone(sound), "X-ARR-LOG-ID: x"), "IIS with Application Request Routing"},
		{"Caddy", analyze.LocalLeg, sound, append(slices.Clone(sound), "Via: 1.1 Caddy"), "Caddy"},
		{"Traefik", analyze.InstanceLeg, sound, append(slices.Clone(sound), "X-Forwarded-Port: 80", "X-Forwarded-Server: a", "X-Forwarded-Host: b", "X-Real-Ip: 192.0.2.1"), "Traefik"},
		{"ingress-nginx", analyze.InstanceLeg, sound, append(slices.Clone(sound), "X-Real-IP: 192.0.2.1", "X-Forwarded-Scheme: http", "X-Scheme: http"), "ingress-nginx"},
		{"CloudFront", analyze.InstanceLeg, sound, append(slices.Clone(sound), "X-Amz-Cf-Id: x"), "CloudFront"},
		{"Cloudflare", analyze.InstanceLeg, sound, append(slices.Clone(sound), "CF-Ray: x"), "Cloudflare"},
		{"HAProxy", analyze.InstanceLeg, sound, []string{requestLine, "host: example.com", "connection: upgrade"}, "HAProxy or Envoy"},
		{"nothing", analyze.InstanceLeg, sound, sound, ""},
		{"headers passed on to the application", analyze.LocalLeg, nil, rewritten, ""},
	}
	for _, tt := range tests {
		s := newScene(t).leg(tt.leg, tt.now...).last
		var got string
		if tt.seen == nil {
			got = looksLike(nil, s)
		} else {
			got = looksLike(parse(t, false, tt.seen...), s)
		}
		if !strings.HasPrefix(got, tt.want) || (tt.want == "") != (got == "") {
			t.Errorf("%s: looks like %q", tt.name, got)
		}
	}
}

// TestWaited: what a 408 says of the request that it came to hangs on when that
// request came.
func TestWaited(t *testing.T) {
	for name, tt := range map[string]struct {
		after time.Duration
		early bool
		more  []string
		want  string
	}{
		"it was there before":    {0, true, nil, "before this request was whole"},
		"crossed on the wire":    {20 * time.Millisecond, false, nil, "20 ms after the request, so soon"},
		"a body did not come":    {2 * time.Second, false, []string{"Content-Length: 5"}, "2.0 s before, and announces a body"},
		"not the request at all": {30 * time.Second, false, nil, "30.0 s earlier: it was no idle connection"},
	} {
		s := newScene(t).leg(analyze.ClientLeg, without("x", tt.more...)...).wait(tt.after).answer("", "HTTP/1.1 408 Request Timeout", "Content-Length: 0")
		s.last.Early = tt.early
		found := s.verdict(analyze.Refused).judge()
		if got := ruleIDs(found); !slices.Equal(got, []string{idHandshakeRefused}) {
			t.Fatalf("%s: %v", name, got)
		}
		f := found[0].Facts()
		if !strings.Contains(f.Meaning, tt.want) || strings.Contains(f.Meaning, "What reached the instance") == tt.early {
			t.Errorf("%s: %q", name, f.Meaning)
		}
		checkWhole(t, s.h, found[0])
	}
}
