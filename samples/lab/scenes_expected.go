//go:build linux

package main

import "time"

// expectedScenes are about servers that expect something before a request, or
// by a certain time, and about those who do not send it.
var expectedScenes = []*scene{
	{
		name: "plain-to-nginx-tls", balancer: haproxyHTTP, proxy: encrypted,
		sentence: "The load balancer asks in plain HTTP a port on which nginx wants TLS, and nginx says so.",
		calls:    []call{{shake("/coder")}},
		got:      map[string]int{"/coder": 400},
		views: []view{
			{
				name: "both legs", files: []file{recorded("client"), recorded("instance")},
				want: `want handshake verdict=refused certainty=proven status=400 sightings=2 culprit=none
				    findings=tls-expected:error,handshake-refused:info
				    want source index=1 problems=none`,
				remedies: []string{"HAProxy: ask with ssl"},
				says:     []string{"nginx speaks TLS on this port"},
			},
			clientOnly(`want handshake verdict=refused certainty=proven status=400 sightings=1 culprit=none
			    findings=tls-expected:error,handshake-refused:info`),
		},
	},
	{
		name: "plain-to-gnutls", balancer: nginxPasses, proxy: gnutls, needs: []string{"gnutls-serv"},
		sentence: "The load balancer asks in plain HTTP a port on which GnuTLS wants TLS, and nginx hands its alert on, as if it were HTTP.",
		calls:    []call{{shake("/coder")}},
		got:      map[string]int{"/coder": 0},
		views: []view{{
			name: "both legs", files: []file{recorded("client"), recorded("instance")},
			want: `want handshake verdict=refused certainty=proven status=none sightings=2 culprit=none
			    findings=tls-expected:error
			    want source index=1 problems=none`,
			says: []string{"TLS alert (unexpected_message)"},
		}},
	},
	{
		name: "http1-to-http2", balancer: haproxyHTTP, proxy: http2,
		sentence: "The load balancer asks in HTTP/1.1 a port on which nginx speaks HTTP/2 alone, and makes a 502 of its SETTINGS.",
		calls:    []call{{shake("/coder")}},
		got:      map[string]int{"/coder": 502},
		views: []view{
			{
				name: "both legs", files: []file{recorded("client"), recorded("instance")},
				want: `want handshake verdict=refused certainty=proven status=502 sightings=2 culprit=none
				    findings=http2-expected:error
				    want source index=1 problems=none`,
				says: []string{"the SETTINGS of HTTP/2"},
			},
			clientOnly(`want handshake verdict=refused certainty=proven status=502 sightings=1 culprit=none
			    findings=handshake-refused:error`),
		},
	},
	{
		name: "late-for-408", balancer: haproxyHasty, proxy: mapped,
		sentence: "A client connects and lets a second go by: HAProxy's 408 is there before the handshake is.",
		calls:    []call{{dawdle("/coder", 1500*time.Millisecond)}, {shake("/gorilla"), say("hi"), leave}},
		got:      map[string]int{"/coder": 408, "/gorilla": 101},
		views: []view{{
			name: "both legs", files: []file{recorded("client"), recorded("instance")},
			want: `want handshake target=/coder verdict=refused certainty=proven status=408 sightings=1 culprit=none
			    findings=handshake-refused:error
			    want handshake target=/gorilla verdict=healthy certainty=proven status=101 sightings=3 culprit=none findings=none`,
			remedies: []string{"408: let the side that asks close idle connections first"},
			says:     []string{"timeout http-request", "before this request was whole"},
		}},
	},
	{
		name: "plain-to-haproxy-tls", balancer: nginxPasses, proxy: haproxyTLS,
		sentence: "The load balancer asks in plain HTTP a port on which HAProxy wants TLS, and HAProxy hangs up without a word.",
		calls:    []call{{shake("/coder")}},
		got:      map[string]int{"/coder": 502},
		views: []view{{
			name: "both legs", files: []file{recorded("client"), recorded("instance")},
			want: `want handshake verdict=unanswered certainty=proven status=502 sightings=2 culprit=none
			    findings=handshake-unanswered:error`,
			says: []string{"Port 443 is a usual one for TLS"},
		}},
	},
	{
		name: "plain-beside-checks-by-tls", balancer: haproxyChecksTLS, proxy: haproxyTLS,
		sentence: "The load balancer's checks speak TLS, and are content; its requests go in plain HTTP, and HAProxy hangs up on them.",
		calls:    []call{{shake("/coder")}},
		got:      map[string]int{"/coder": 502},
		drive:    checksPass,
		views: []view{{
			name: "both legs", files: []file{recorded("client"), recorded("instance")},
			want: `want handshake verdict=unanswered certainty=proven status=502 sightings=2 culprit=none
			    findings=tls-expected:error,handshake-unanswered:info
			    want source index=1 problems=encrypted`,
			says: []string{"answered a TLS hello (packet "},
		}},
	},
	{
		name: "bare-beside-checks-with-proxy", balancer: haproxyChecksPP, proxy: mappedPP,
		sentence: "The load balancer's checks begin with a PROXY header, and are content; its requests have none, and nginx hangs up on them.",
		calls:    []call{{shake("/coder")}},
		got:      map[string]int{"/coder": 502},
		drive:    checksPass,
		views: []view{{
			name: "both legs", files: []file{recorded("client"), recorded("instance")},
			want: `want handshake verdict=unanswered certainty=proven status=502 sightings=2 culprit=none
			    findings=proxy-protocol-missing:error,handshake-unanswered:info`,
			says: []string{"began with a PROXY v1 header (packet "},
		}},
	},
}

// dawdle lets a new connection lie idle before it sends the handshake.
func dawdle(target string, d time.Duration) act {
	return func(c *caller) error {
		time.Sleep(d)
		return shake(target)(c)
	}
}

// checksPass waits for some checks of the load balancer's, which come five times
// a second.
func checksPass(*site) error {
	time.Sleep(700 * time.Millisecond)
	return nil
}
