//go:build linux

package main

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// Load balancers and proxies with settings that one meets in the field.
var (
	haproxyCloses = haproxyBalancer("closes", false, "mode http\n option forwardfor\n option httpclose", "")
	// nginxHalf has the version of the usual advice, and not its headers;
	// nginxOther has its headers, and not the version.
	nginxHalf  = nginxBalancer("half", false, "proxy_http_version 1.1;")
	nginxOther = nginxBalancer("other-half", false, `proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade"; proxy_set_header Host $host;`)
	// nginxAlways asks for a WebSocket whatever came.
	nginxAlways   = nginxBalancer("always", false, keepAlive+`proxy_set_header Upgrade websocket; proxy_set_header Connection "upgrade";`)
	apacheUpgrade = &balancer{name: "apache-upgrade", needs: "apache2", start: startApache(" upgrade=websocket")}
	varnishPipe   = &balancer{name: "varnish-pipe", needs: "varnishd", start: startVarnish(`
sub vcl_recv { if (req.http.upgrade ~ "(?i)websocket") { return (pipe); } }
sub vcl_pipe { if (req.http.upgrade) { set bereq.http.upgrade = req.http.upgrade; set bereq.http.connection = req.http.connection; } }`)}
	// haproxyChecksTLS asks in plain HTTP, and whether the server is there by TLS;
	// haproxyChecksPP does without a PROXY header, but for that question.
	haproxyChecksTLS = haproxyBalancer("checks-tls", false, "mode http\n option forwardfor", "check check-ssl verify none inter 200ms")
	haproxyChecksPP  = haproxyBalancer("checks-ppv1", false, "mode http\n option forwardfor\n option httpchk\n http-check send meth GET uri / ver HTTP/1.1 hdr Host app.lab", "check check-send-proxy inter 200ms")
	// haproxyHasty waits no longer than a second for a request.
	haproxyHasty = haproxyBalancer("hasty", false, "mode http\n option forwardfor\n timeout http-request 1s", "")
	// toHTTPS sends everybody to https who does not seem to come from there.
	toHTTPS = &proxy{name: "to-https", directives: `if ($http_x_forwarded_proto != "https") { return 301 https://$host$request_uri; } ` + mapped.directives}
	// underApp takes /app off the path.
	underApp = &proxy{name: "underApp", directives: mapped.directives + ` rewrite ^/app(/.*)$ $1 break;`}
)

const (
	healthy2 = "want handshake verdict=healthy certainty=proven status=101 sightings=2 culprit=none findings=none "
	refused  = "findings=handshake-refused:error\n"
)

func works(name, sentence string, b *balancer, p *proxy, want string) *scene {
	return &scene{
		name: name, sentence: sentence, balancer: b, proxy: p,
		calls: []call{{page("/a")}, {shake("/coder"), say("hi"), leave}},
		got:   map[string]int{"/coder": 101},
		views: []view{both(want)},
	}
}

// oddScenes are settings, servers and clients as one meets them in the field.
var oddScenes = []*scene{
	works("haproxy-httpclose", "HAProxy closes after each request, and spares the WebSocket.", haproxyCloses, mapped, healthy3+"frames=4,4,4"),
	works("apache-upgrade", "Apache with upgrade=websocket in its ProxyPass.", apacheUpgrade, mapped, healthy3+"frames=4,4,4"),
	works("varnish-pipe", "Varnish with the pipe that its manual gives for WebSockets.", varnishPipe, direct, healthy2+"frames=4,4"),
	works("auth-request", "nginx on the instance asks whether the handshake may pass: the question has its key and no upgrade.", haproxyHTTP, guarded, healthy3),
	works("auth-request-careless", "nginx on the instance asks whether the handshake may pass, with all of its headers: on its leg nobody can tell it from the handshake.", haproxyHTTP, careless,
		"want handshake verdict=healthy certainty=proven status=101 sightings=4 culprit=none findings=none"),
	works("mirror", "nginx on the instance sends a copy of the handshake to somebody who only watches.", haproxyHTTP, mirrored, healthy3),
	works("path-prefix", "nginx on the instance takes a prefix off the path: the key alone joins the legs.", haproxyHTTP, underApp, healthy3),
	{
		name: "nginx-version-only", balancer: nginxHalf, proxy: direct,
		sentence: "nginx has proxy_http_version 1.1, and nothing about Upgrade: it is dropped, and Connection says close.",
		calls:    []call{{page("/a"), shake("/gorilla")}},
		got:      map[string]int{"/gorilla": 400},
		views:    []view{both("want handshake verdict=dropped certainty=proven status=400 sightings=2" + lbRewrote + "findings=upgrade-dropped:error,handshake-refused:info")},
	},
	{
		name: "nginx-headers-only", balancer: nginxOther, proxy: direct,
		sentence: "nginx has the headers of the usual advice, and not proxy_http_version: HTTP/1.0, which some servers take.",
		calls:    []call{{shake("/old"), say("hi"), leave}, {shake("/coder")}},
		got:      map[string]int{"/old": 101, "/coder": 426},
		views: []view{both("want handshake target=/old verdict=downgraded certainty=proven status=101 sightings=2" + lbRewrote + "findings=http10-downgrade:warning\n" +
			"want handshake target=/coder verdict=downgraded certainty=proven status=426 sightings=2" + lbRewrote + "findings=http10-downgrade:error,handshake-refused:info")},
	},
	{
		name: "nginx-asks-always", balancer: nginxAlways, proxy: direct,
		sentence: "nginx writes Upgrade: websocket into every request: whether a page is a broken handshake, nobody can tell behind it.",
		calls:    []call{{page("/a"), page("/b"), shake("/coder"), say("hi"), leave}},
		got:      map[string]int{"/coder": 101},
		views:    []view{both(healthy2 + "target=/coder\n" + askedByProxy("/a") + askedByProxy("/b") + "want findings none")},
	},
	{
		name: "early-hints", balancer: haproxyTCP, proxy: direct,
		sentence: "The application says 103 before its 101.",
		calls:    []call{{shake("/hints"), say("hi"), leave}},
		got:      map[string]int{"/hints": 101},
		views:    []view{both(healthy2 + "frames=4,4")},
	},
	{
		name: "password", balancer: haproxyHTTP, proxy: mapped,
		sentence: "The application wants a password; the client asks again with one, on the same connection.",
		calls:    []call{{shake("/login/1"), shakeWith("/login/2", usual+"Authorization: Basic bGFiOmxhYg==\r\n"), say("hi"), leave}},
		got:      map[string]int{"/login/1": 401, "/login/2": 101},
		views: []view{both("want handshake target=/login/1 verdict=refused certainty=proven status=401 sightings=3 culprit=none " + refused +
			healthy3 + "target=/login/2")},
	},
	{
		name: "redirected-in-circles", balancer: haproxyHTTP, proxy: toHTTPS,
		sentence: "nginx on the instance sends everybody to https, and does not see that they come from there.",
		calls:    []call{{shake("/coder/1")}, {shake("/coder/1")}, {shake("/coder/1")}},
		got:      map[string]int{"/coder/1": 301},
		views:    []view{both(repeat(3, "want handshake verdict=refused certainty=proven status=301 sightings=2 culprit=none "+refused))},
	},
	{
		name: "impatient-client", balancer: nginxPasses, proxy: direct,
		sentence: "The client goes before the application answers: nobody else has hung up.",
		calls:    []call{{impatiently("/silence", 700*time.Millisecond)}},
		drive:    nobody,
		views:    []view{both("want handshake verdict=unanswered certainty=proven status=none sightings=2 culprit=none findings=handshake-unanswered:error")},
	},
	{
		name: "late-101", balancer: haproxyHTTP, proxy: mapped,
		sentence: "The 101 takes three seconds.",
		calls:    []call{{shake("/late/3000"), say("hi"), leave}},
		got:      map[string]int{"/late/3000": 101},
		views:    []view{both(healthy3 + "frames=4,4,4")},
	},
	{
		name: "too-late-101", balancer: haproxyTCP, proxy: direct,
		sentence: "The 101 comes when the client is gone: it came back all the same.",
		calls:    []call{{impatiently("/late/1000", 400*time.Millisecond)}},
		drive:    func(*site) error { time.Sleep(2500 * time.Millisecond); return nil },
		views:    []view{both(healthy2)},
	},
	{
		name: "compressed-refusal", balancer: haproxyHTTP, proxy: mapped,
		sentence: "The application refuses with a compressed page.",
		calls:    []call{{shakeWith("/gzip", usual+"Accept-Encoding: gzip\r\n")}},
		got:      map[string]int{"/gzip": 403},
		views:    []view{both("want handshake verdict=refused certainty=proven status=403 sightings=3 culprit=none " + refused)},
	},
	{
		name: "bad-accept", balancer: haproxyHTTP, proxy: mapped,
		sentence: "The application answers the key with the key itself; all pass that on, and the client hangs up as a browser does.",
		calls:    []call{{shake("/misfit"), hangup}},
		got:      map[string]int{"/misfit": 101},
		views:    []view{both(strings.Replace(healthy3, "findings=none", "findings=bad-accept:error", 1))},
	},
	{
		name: "absolute-form", balancer: nginxPasses, proxy: direct,
		sentence: "The client asks as for a forward proxy, with the whole address in its first line.",
		calls:    []call{{absolutely("/coder"), say("hi"), leave}},
		got:      map[string]int{"/coder": 101},
		views:    []view{both(healthy2 + "frames=4,4")},
	},
	{
		name: "medley", balancer: haproxyHTTP, proxy: mapped, atOnce: true,
		sentence: "Everything goes wrong at once, and one WebSocket works.",
		calls: []call{
			{page("/a"), shake("/coder"), say("hi"), leave}, {shake("/refuse/403")}, {shake("/fin")}, {shake("/rst")},
			{shake("/cut/2000"), say("hi"), awaitEnd}, {shake("/http"), awaitEnd}, {page("/slow"), page("/chunked")},
			{shakeWith("/gorilla", "Connection: keep-alive\r\nUpgrade: websocket\r\n")}, {shake("/gzip")},
		},
		got: map[string]int{"/coder": 101, "/refuse/403": 403, "/fin": 502, "/rst": 502, "/cut/2000": 101, "/http": 101, "/gzip": 403, "/gorilla": 502},
		views: []view{both(healthy3 + "target=/coder\n" +
			"want handshake target=/refuse/403 verdict=refused certainty=proven status=403 sightings=3 culprit=none " + refused +
			"want handshake target=/gzip verdict=refused certainty=proven status=403 sightings=3 culprit=none " + refused +
			"want handshake target=/fin verdict=unanswered certainty=proven status=502 culprit=none findings=handshake-unanswered:error\n" +
			"want handshake target=/rst verdict=unanswered certainty=proven status=502 culprit=none findings=handshake-unanswered:error\n" +
			healthy3 + "target=/cut/2000\n" +
			"want handshake target=/http verdict=healthy certainty=proven status=101 sightings=3 culprit=none findings=http-after-101:error\n" +
			"want handshake target=/gorilla verdict=malformed certainty=proven status=502 sightings=3 culprit=none findings=client-malformed:error,101-not-relayed:info\n")},
	},
}

// askedByProxy is a page that looks like a handshake.
func askedByProxy(target string) string {
	return "want handshake target=" + target + " verdict=undetermined certainty=undetermined status=200 sightings=1 culprit=none findings=none\n"
}

// impatiently sends a handshake and goes before it is answered.
func impatiently(target string, after time.Duration) act {
	return func(c *caller) error {
		if _, err := io.WriteString(c.conn, handshakeHead(target, usual)); err != nil {
			return err
		}
		time.Sleep(after)
		c.conn.Close()
		return errOver
	}
}

// absolutely asks with the target in absolute form (RFC 9112 section 3.2.2).
func absolutely(target string) act {
	return func(c *caller) error {
		return c.ask(target, fmt.Sprintf("GET http://app.lab%s", handshakeHead(target, usual)[len("GET "):]))
	}
}
