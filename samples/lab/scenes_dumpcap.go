//go:build linux

package main

// dumpcapScenes are recorded by Wireshark's dumpcap, whose files differ: pcapng
// with a comment, statistics at the end, LINUX_SLL for `any`, and for several
// interfaces packets that are not in the order of their times.
var dumpcapScenes = []*scene{
	{
		name: "dumpcap-any", balancer: nginxRewrites, proxy: beanstalk,
		sentence: "dumpcap records all interfaces of both machines.",
		calls:    []call{{page("/a"), shake("/gorilla")}, {page("/b"), shake("/old")}, {shake("/coder")}},
		got:      map[string]int{"/gorilla": 400, "/old": 502, "/coder": 426},
		points: []point{
			dumped("client", onBalancer, clientAddr, []string{"e0"}), dumped("instance", onInstance, "127.0.0.1", []string{"any"}),
		},
		views: []view{{name: "both", files: []file{dumpedAt("client"), dumpedAt("instance")}, want: threeRewritten}},
	},
	{
		name: "dumpcap-two-interfaces", balancer: nginxRewrites, proxy: beanstalk,
		sentence: "dumpcap records each leg by its interface, two of them into one file on either machine.",
		calls:    []call{{page("/a"), shake("/gorilla")}, {page("/b"), shake("/old")}, {shake("/coder")}},
		got:      map[string]int{"/gorilla": 400, "/old": 502, "/coder": 426},
		points: []point{
			dumped("balancer", onBalancer, clientAddr, []string{"e1", "e0"}),
			dumped("instance", onInstance, "127.0.0.1", []string{"i0", "lo"}),
		},
		views: []view{
			{name: "instance", files: []file{dumpedAt("instance")}, want: `
				want handshake target=/gorilla verdict=rewritten certainty=inferred status=400 sightings=2 culprit=-|10.99.1.1 legs=instance,local findings=connection-rewritten:error,upgrade-dropped:error,handshake-refused:info
				want handshake target=/old verdict=rewritten certainty=inferred status=502 sightings=3 culprit=-|10.99.1.1 legs=instance,local,local findings=connection-rewritten:error,upgrade-dropped:error,handshake-unanswered:info
				want handshake target=/coder verdict=rewritten certainty=inferred status=426 sightings=2 culprit=-|10.99.1.1 legs=instance,local findings=connection-rewritten:error,upgrade-dropped:error,handshake-refused:info
				want counters handshakes=3 gaps=0`},
			{name: "balancer", files: []file{dumpedAt("balancer")}, want: `
				want handshake target=/gorilla verdict=rewritten certainty=proven status=400 sightings=2 culprit=10.99.0.1:80|10.99.1.1 legs=client,instance findings=connection-rewritten:error,handshake-refused:info
				want handshake target=/old verdict=rewritten certainty=proven status=502 sightings=2 culprit=10.99.0.1:80|10.99.1.1 legs=client,instance findings=connection-rewritten:error,handshake-refused:info
				want handshake target=/coder verdict=rewritten certainty=proven status=426 sightings=2 culprit=10.99.0.1:80|10.99.1.1 legs=client,instance findings=connection-rewritten:error,handshake-refused:info
				want counters handshakes=3 gaps=0 requests=10 responses=10`},
			{name: "both", files: []file{dumpedAt("balancer"), dumpedAt("instance")}, want: `
				want handshake target=/gorilla verdict=rewritten certainty=proven status=400 culprit=10.99.0.1:80|10.99.1.1 findings=connection-rewritten:error,upgrade-dropped:error,handshake-refused:info
				want handshake target=/old verdict=rewritten certainty=proven status=502 culprit=10.99.0.1:80|10.99.1.1 findings=connection-rewritten:error,upgrade-dropped:error,handshake-unanswered:info
				want handshake target=/coder verdict=rewritten certainty=proven status=426 culprit=10.99.0.1:80|10.99.1.1 findings=connection-rewritten:error,upgrade-dropped:error,handshake-refused:info`},
		},
	},
	{
		name: "dumpcap-ring", balancer: haproxyTCP, proxy: snippet,
		sentence: "dumpcap goes on in a new file after every 15 packets, in the middle of a WebSocket.",
		calls:    []call{{page("/first"), shake("/coder"), say("hello"), say("again"), say("and again"), leave}},
		got:      map[string]int{"/coder": 101},
		points: []point{
			dumped("client", onBalancer, clientAddr, []string{"e0"}),
			dumped("instance", onInstance, "127.0.0.1", []string{"any"}, "-b", "packets:15"),
		},
		views: []view{
			{name: "both", files: []file{dumpedAt("client"), atLeast(3, dumpedAt("instance"))}, want: `
				want handshake verdict=healthy certainty=proven status=101 sightings=3 culprit=none findings=none frames=8,8,8
				want counters handshakes=1 gaps=0 webSocketFrames=24`},
		},
	},
}
