//go:build linux

package main

// allScenes are all scenes of the lab, in the order in which they are played.
func allScenes() []*scene {
	var all []*scene
	for _, list := range [][]*scene{
		articleScenes, liveScenes, clientScenes, cutScenes, connectionScenes, wireScenes, captureScenes, dumpcapScenes, hardScenes, oddScenes, expectedScenes, invalidScenes, placesScenes, matrixScenes(), npmScenes(),
	} {
		all = append(all, list...)
	}
	return all
}

// articleScenes are the failure that elbscope was made for, and its cure.
var articleScenes = []*scene{
	{
		name: "article", balancer: nginxRewrites, proxy: beanstalk,
		sentence: "The load balancer rewrites Connection, nginx on the instance drops Upgrade and tries twice, and the application hangs up.",
		calls:    []call{{page("/first"), shake("/old"), page("/plain/after")}},
		got:      map[string]int{"/old": 502, "/plain/after": 200},
		views: []view{
			{
				name: "both legs", files: []file{recorded("client"), recorded("instance")},
				want: `want handshake target=/old verdict=rewritten certainty=proven status=502 sightings=4
				    culprit=10.99.0.1:80|10.99.1.1 legs=client,instance,local,local
				    closed=client-fin,open,server-fin,server-fin
				    findings=connection-rewritten:error,upgrade-dropped:error,handshake-unanswered:info
				want source index=1 clockOffset=0 problems=none
				want counters requests=10 responses=8 gaps=0 webSocketFrames=0`,
				remedies: []string{"make the listener TCP or SSL, in the console", "nginx on the instance: pass the upgrade on"},
			},
			{
				name: "instance only", files: []file{recorded("instance")},
				want: `want handshake verdict=rewritten certainty=inferred status=502 sightings=3
				    culprit=-|10.99.1.1 legs=instance,local,local
				    findings=connection-rewritten:error,upgrade-dropped:error,handshake-unanswered:info`,
				remedies: []string{"make the listener TCP or SSL, in the console", "nginx on the instance: pass the upgrade on"},
			},
			clientOnly(`want handshake verdict=refused certainty=proven status=502 sightings=1 culprit=none
			    findings=handshake-refused:error`),
		},
	},
	{
		name: "article-half-cured", balancer: haproxyTCP, proxy: beanstalk,
		sentence: "With a TCP listener alone nginx on the instance still drops Upgrade.",
		calls:    []call{{page("/first"), shake("/old")}},
		got:      map[string]int{"/old": 502},
		views: []view{{
			name: "both legs", files: []file{recorded("client"), recorded("instance")},
			want: `want handshake verdict=dropped certainty=proven status=502 sightings=4 culprit=10.99.1.2:80|127.0.0.1
			    findings=upgrade-dropped:error,handshake-unanswered:info`,
			remedies: []string{"nginx on the instance: pass the upgrade on"},
		}},
	},
	{
		name: "article-cured", balancer: haproxyTCP, proxy: snippet,
		sentence: "With a TCP listener and the snippet in nginx the WebSocket works.",
		calls:    []call{{page("/first"), shake("/old"), say("hello"), say("again"), leave}},
		got:      map[string]int{"/old": 101},
		views: []view{both(`want handshake verdict=healthy certainty=proven status=101 sightings=3 culprit=none
			    frames=6,6,6 findings=none
			want counters webSocketFrames=18 handshakes=1 gaps=0`)},
	},
}

// clientScenes differ in what the client sends.
var clientScenes = []*scene{
	{
		name: "firefox-rewritten", balancer: nginxRewrites, proxy: snippet,
		sentence: "Firefox's Connection: keep-alive, Upgrade is rewritten, and nginx on the instance repairs it.",
		calls:    []call{{shakeWith("/gorilla", "Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"), say("hi"), leave}},
		got:      map[string]int{"/gorilla": 101},
		views: []view{both(`want handshake verdict=rewritten certainty=proven status=101 sightings=3
		    culprit=10.99.0.1:80|10.99.1.1 findings=connection-rewritten:warning`)},
	},
	{
		name: "firefox-healthy", balancer: haproxyTCP, proxy: direct,
		sentence: "Firefox's Connection: keep-alive, Upgrade arrives whole.",
		calls:    []call{{shakeWith("/xnet", "Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nOrigin: http://app.lab\r\n"), say("hi"), leave}},
		got:      map[string]int{"/xnet": 101},
		views:    []view{both(`want handshake verdict=healthy certainty=proven status=101 sightings=2 culprit=none findings=none`)},
	},
	{
		name: "lower-case", balancer: haproxyHTTP, proxy: mapped,
		sentence: "Header names and values in lower case are as good as any.",
		calls:    []call{{shakeWith("/coder", "connection: upgrade\r\nupgrade: WebSocket\r\n"), say("hi"), leave}},
		got:      map[string]int{"/coder": 101},
		views:    []view{both(`want handshake verdict=healthy certainty=proven status=101 sightings=3 culprit=none findings=none`)},
	},
	{
		name: "malformed", balancer: haproxyTCP, proxy: direct,
		sentence: "The client itself forgets the word Upgrade in Connection.",
		calls:    []call{{shakeWith("/coder", "Connection: keep-alive\r\nUpgrade: websocket\r\n")}},
		got:      map[string]int{"/coder": 426},
		views: []view{both(`want handshake verdict=malformed certainty=proven status=426 sightings=2 culprit=none
		    findings=client-malformed:error,handshake-refused:info`)},
	},
	{
		name: "crowd", balancer: nginxRewrites, proxy: beanstalk, atOnce: true,
		sentence: "Twelve clients ask the same at the same moment.",
		calls:    times(12, call{shake("/gorilla")}),
		got:      map[string]int{"/gorilla": 400},
		views: []view{both(repeat(12, "want handshake target=/gorilla verdict=rewritten certainty=proven status=400 sightings=3 "+
			"culprit=10.99.0.1:80|10.99.1.1 legs=client,instance,local "+refusedTwice+"\n") + "want counters handshakes=12 gaps=0")},
	},
	{
		name: "crowd-healthy", balancer: haproxyHTTP, proxy: mapped, atOnce: true,
		sentence: "Twelve clients open their WebSockets at the same moment.",
		calls:    times(12, call{shake("/coder"), say("one"), say("two"), leave}),
		got:      map[string]int{"/coder": 101},
		views: []view{both(repeat(12, "want handshake target=/coder verdict=healthy certainty=proven status=101 sightings=3 "+
			"culprit=none legs=client,instance,local findings=none frames=6,6,6\n") + "want counters handshakes=12 gaps=0 webSocketFrames=216")},
	},
}
