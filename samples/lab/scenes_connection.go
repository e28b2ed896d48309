//go:build linux

package main

import "strings"

func times(n int, c call) []call {
	all := make([]call, n)
	for i := range all {
		all[i] = c
	}
	return all
}

func repeat(n int, s string) string { return strings.Repeat(s, n) }

// cutScenes are about connections that end before their time.
var cutScenes = []*scene{
	{
		name: "idle-cut-by-balancer", balancer: nginxIdle, proxy: direct,
		sentence: "The load balancer cuts a WebSocket that was silent for two seconds.",
		calls:    []call{{shake("/coder"), say("hi"), awaitEnd}},
		got:      map[string]int{"/coder": 101},
		views: []view{
			both(`want handshake verdict=healthy certainty=proven status=101 sightings=2 culprit=none
			    closed=server-fin,client-fin findings=websocket-idle-timeout:warning`),
		},
	},
	{
		name: "idle-cut-by-proxy", balancer: haproxyHTTP, proxy: impatient,
		sentence: "The instance's nginx cuts a WebSocket that was silent for two seconds; the load balancer only follows.",
		calls:    []call{{shake("/coder"), say("hi"), awaitEnd}},
		got:      map[string]int{"/coder": 101},
		views: []view{both(`want handshake verdict=healthy certainty=proven status=101 sightings=3 culprit=none
		    closed=server-fin,server-fin,client-fin findings=websocket-idle-timeout:warning`)},
	},
	{
		name: "cut-by-application", balancer: haproxyTCP, proxy: direct,
		sentence: "The application itself leaves after two silent seconds: no hop is to blame.",
		calls:    []call{{shake("/cut/2000"), say("hi"), awaitEnd}},
		got:      map[string]int{"/cut/2000": 101},
		views: []view{both(`want handshake verdict=healthy certainty=proven status=101 sightings=2 culprit=none
		    closed=server-fin,server-fin findings=none`)},
	},
	{
		name: "cut-by-client", balancer: haproxyTCP, proxy: direct,
		sentence: "The client resets its WebSocket: a healthy handshake all the same.",
		calls:    []call{{shake("/coder"), say("hi"), abort}},
		got:      map[string]int{"/coder": 101},
		views: []view{both(`want handshake verdict=healthy certainty=proven status=101 sightings=2 culprit=none
		    findings=none`)},
	},
	{
		name: "fin-without-answer", balancer: haproxyHTTP, proxy: direct,
		sentence: "The application takes a whole handshake and closes without a byte.",
		calls:    []call{{shake("/fin")}},
		got:      map[string]int{"/fin": 502},
		views: []view{
			both(`want handshake verdict=unanswered certainty=proven status=502 sightings=2 culprit=none
			    findings=handshake-unanswered:error`),
			instanceOnly(`want handshake verdict=unanswered certainty=proven status=none sightings=1 culprit=none
			    closed=server-fin findings=handshake-unanswered:error`),
		},
	},
	{
		name: "rst-without-answer", balancer: nginxPasses, proxy: direct,
		sentence: "The application resets the connection of a whole handshake, and the load balancer makes up a 502.",
		calls:    []call{{shake("/rst")}},
		got:      map[string]int{"/rst": 502},
		views: []view{
			both(`want handshake verdict=unanswered certainty=proven status=502 sightings=2 culprit=none
			    findings=handshake-unanswered:error`),
			instanceOnly(`want handshake verdict=unanswered certainty=proven status=none sightings=1 culprit=none
			    closed=server-rst findings=handshake-unanswered:error`),
		},
	},
	{
		name: "fin-through-tcp", balancer: haproxyTCP, proxy: direct,
		sentence: "Behind a TCP listener the client sees the application hang up itself.",
		calls:    []call{{shake("/fin")}},
		got:      map[string]int{"/fin": 0},
		views: []view{both(`want handshake verdict=unanswered certainty=proven status=none sightings=2 culprit=none
		    closed=server-fin,server-fin findings=handshake-unanswered:error`)},
	},
	{
		name: "silence", balancer: nginxHasty, proxy: direct,
		sentence: "Nobody answers a rewritten handshake, and the load balancer gives up after two seconds.",
		calls:    []call{{shake("/silence")}},
		got:      map[string]int{"/silence": 504},
		views: []view{both(`want handshake verdict=rewritten certainty=proven status=504 sightings=2
		    culprit=10.99.0.1:80|10.99.1.1 findings=connection-rewritten:error,handshake-unanswered:info`)},
	},
	{
		name: "silence-whole", balancer: nginxIdle, proxy: direct,
		sentence: "Nobody answers a whole handshake, and the load balancer gives up after two seconds.",
		calls:    []call{{shake("/silence")}},
		got:      map[string]int{"/silence": 504},
		views: []view{both(`want handshake verdict=unanswered certainty=proven status=504 sightings=2 culprit=none
		    findings=handshake-unanswered:error`)},
	},
	{
		name: "swallowed-101", balancer: strictWhole, proxy: direct,
		sentence: "The load balancer passes the handshake on whole, and takes the 101 for a broken answer.",
		calls:    []call{{shake("/coder")}},
		got:      map[string]int{"/coder": 502},
		views: []view{both(`want handshake verdict=not-relayed certainty=proven status=502 sightings=2
		    culprit=10.99.0.1:80|10.99.1.1 findings=101-not-relayed:error`)},
	},
	{
		name: "http-after-101", balancer: haproxyTCP, proxy: direct,
		sentence: "The application says 101, and then 400 on the same connection.",
		calls:    []call{{shake("/http"), awaitEnd}},
		got:      map[string]int{"/http": 101},
		views: []view{both(`want handshake verdict=healthy certainty=proven status=101 sightings=2 culprit=none
		    findings=http-after-101:error`)},
	},
	{
		name: "forbidden", balancer: haproxyHTTP, proxy: mapped,
		sentence: "The application refuses a whole handshake with 403.",
		calls:    []call{{shake("/refuse/403")}},
		got:      map[string]int{"/refuse/403": 403},
		views: []view{both(`want handshake verdict=refused certainty=proven status=403 sightings=3 culprit=none
		    findings=handshake-refused:error`)},
	},
}

// connectionScenes are about connections that carry more than a handshake.
var connectionScenes = []*scene{
	{
		name: "retry-by-balancer", balancer: nginxPasses, proxy: direct,
		sentence: "The load balancer tries the handshake on a kept-alive connection, then on a fresh one, and gets no answer on either.",
		calls:    []call{{page("/first"), shake("/fin")}},
		got:      map[string]int{"/fin": 502},
		views: []view{
			both(`want handshake verdict=unanswered certainty=proven status=502 sightings=3 culprit=none
			    legs=client,instance,instance findings=handshake-unanswered:error`),
			instanceOnly(`want handshake verdict=unanswered certainty=proven status=none sightings=2 culprit=none
			    findings=handshake-unanswered:error`),
		},
	},
	{
		name: "among-pages", balancer: nginxRewrites, proxy: beanstalk,
		sentence: "Three handshakes stand among pages on one kept-alive connection; each is served as a page.",
		calls: []call{{
			page("/a"), shake("/plain/1"), page("/b"), page("/c"), shake("/plain/2"), shake("/plain/3"), page("/d"),
		}},
		got: map[string]int{"/plain/1": 200, "/plain/2": 200, "/plain/3": 200, "/d": 200},
		views: []view{both(`want handshake target=/plain/1 verdict=rewritten certainty=proven status=200 sightings=3 culprit=10.99.0.1:80|10.99.1.1 findings=connection-rewritten:error,upgrade-dropped:error,handshake-refused:info
			want handshake target=/plain/2 verdict=rewritten certainty=proven status=200 sightings=3 culprit=10.99.0.1:80|10.99.1.1 findings=connection-rewritten:error,upgrade-dropped:error,handshake-refused:info
			want handshake target=/plain/3 verdict=rewritten certainty=proven status=200 sightings=3 culprit=10.99.0.1:80|10.99.1.1 findings=connection-rewritten:error,upgrade-dropped:error,handshake-refused:info
			want counters connections=3 requests=21 responses=21 handshakes=3 gaps=0`)},
	},
	{
		name: "after-pages-healthy", balancer: haproxyHTTP, proxy: mapped,
		sentence: "After three pages the client makes a WebSocket of its connection.",
		calls:    []call{{page("/a"), page("/b"), page("/c"), shake("/coder"), say("hi"), leave}},
		got:      map[string]int{"/coder": 101},
		views: []view{both(`want handshake verdict=healthy certainty=proven status=101 sightings=3 culprit=none findings=none frames=4,4,4
			want counters handshakes=1 requests=12 responses=12 gaps=0 webSocketFrames=12`)},
	},
	{
		name: "poisoned-pool", balancer: nginxHasty, proxy: direct,
		sentence: "A refused handshake leaves a connection that nobody reads; the load balancer sends the next client's into it.",
		calls:    []call{{shake("/leaky")}, {shake("/coder/innocent")}},
		got:      map[string]int{"/leaky": 400, "/coder/innocent": 504},
		views: []view{both(`want handshake target=/leaky verdict=rewritten certainty=proven status=400 sightings=2 culprit=10.99.0.1:80|10.99.1.1
			    findings=connection-rewritten:error,handshake-refused:info
			want handshake target=/coder/innocent verdict=rewritten certainty=proven status=504 sightings=2 culprit=10.99.0.1:80|10.99.1.1
			    findings=connection-rewritten:error,handshake-unanswered:info`)},
	},
}
