//go:build linux

package main

// captureScenes are about how packets are recorded.
var captureScenes = []*scene{
	{
		name: "snaplen-256", balancer: nginxRewrites, proxy: direct,
		sentence: "Only the first 256 bytes of each packet are kept: the key is cut off on the instance's leg.",
		calls:    []call{{shake("/gorilla")}},
		got:      map[string]int{"/gorilla": 400},
		points:   []point{clientLeg("-s", "256"), instanceLegs("-s", "256")},
		views: []view{both(`want handshake verdict=rewritten certainty=proven status=400 sightings=2 culprit=10.99.0.1:80|10.99.1.1 findings=connection-rewritten:error,handshake-refused:info
			want source index=1 problems=snaplen`)},
	},
	{
		name: "snaplen-96", balancer: nginxRewrites, proxy: direct,
		sentence: "Only the first 96 bytes of each packet are kept: the targets tell of a WebSocket, and no more.",
		calls:    []call{{shake("/socket.io/1/websocket/abc")}},
		got:      map[string]int{"/socket.io/1/websocket/abc": 200},
		points:   []point{clientLeg("-s", "96"), instanceLegs("-s", "96")},
		views: []view{
			clientOnly(`want handshake verdict=undetermined certainty=undetermined sightings=1 culprit=none status=200 findings=none
			want source index=0 problems=snaplen`),
			instanceOnly(`want handshake verdict=undetermined certainty=undetermined sightings=1 culprit=none status=200 findings=none
			want source index=0 problems=snaplen`),
		},
	},
	{
		name: "midstream-before", balancer: nginxRewrites, proxy: beanstalk, late: true,
		sentence: "The recording begins between two pages of connections that are already open.",
		calls:    []call{{page("/a"), page("/b"), recordNow, page("/c"), shake("/gorilla"), page("/d")}},
		got:      map[string]int{"/gorilla": 400, "/d": 200},
		views: []view{both(`want handshake verdict=rewritten certainty=proven status=400 sightings=3 culprit=10.99.0.1:80|10.99.1.1 findings=connection-rewritten:error,upgrade-dropped:error,handshake-refused:info
			want counters requests=9 responses=9 gaps=0`)},
	},
	{
		name: "midstream-after", balancer: haproxyHTTP, proxy: mapped, late: true,
		sentence: "The recording begins after the handshake: frames alone make none.",
		calls:    []call{{shake("/coder"), say("hi"), recordNow, say("again"), leave}},
		got:      map[string]int{"/coder": 101},
		views:    []view{both("want counters handshakes=0 requests=0 responses=0 gaps=0\nwant findings none")},
	},
	{
		name: "any-on-router", balancer: router, proxy: direct,
		sentence: "A host that forwards packets sees each one twice with -i any; nothing is counted twice.",
		calls:    []call{{page("/a"), shake("/coder"), say("hi"), leave}, {page("/b"), shake("/refuse/403")}},
		got:      map[string]int{"/coder": 101, "/refuse/403": 403},
		points:   []point{anyOnBalancer()},
		views: []view{{name: "any", files: []file{recorded("balancer")}, want: `
			want handshake target=/coder verdict=healthy certainty=proven status=101 sightings=1 culprit=none findings=none frames=4
			want handshake target=/refuse/403 verdict=refused certainty=proven status=403 sightings=1 culprit=none findings=handshake-refused:error
			want counters connections=2 requests=4 responses=4 gaps=0 webSocketFrames=4`}},
	},
	{
		name: "any-on-balancer", balancer: nginxRewrites, proxy: direct,
		sentence: "One recording on all interfaces of the load balancer holds both legs.",
		calls:    []call{{page("/a"), shake("/gorilla"), page("/b")}},
		got:      map[string]int{"/gorilla": 400, "/b": 200},
		points:   []point{anyOnBalancer()},
		views: []view{
			{name: "any", files: []file{recorded("balancer")}, want: `
				want handshake verdict=rewritten certainty=proven status=400 sightings=2 culprit=10.99.0.1:80|10.99.1.1 legs=client,instance findings=connection-rewritten:error,handshake-refused:info
				want counters connections=2 requests=6 responses=6 gaps=0`},
			{name: "rotated", files: []file{rotated("balancer", 9)}, want: `
				want handshake verdict=rewritten certainty=proven status=400 sightings=2 culprit=10.99.0.1:80|10.99.1.1 legs=client,instance findings=connection-rewritten:error,handshake-refused:info
				want counters connections=2 requests=6 responses=6 gaps=0`},
		},
	},
	{
		name: "two-clocks", balancer: nginxRewrites, proxy: beanstalk,
		sentence: "The two sides are recorded by clocks that differ by seconds, either way.",
		calls:    []call{{page("/a"), shake("/gorilla")}, {page("/b"), shake("/old")}, {shake("/coder")}},
		got:      map[string]int{"/gorilla": 400, "/old": 502, "/coder": 426},
		views: []view{
			{name: "ahead", files: []file{recorded("client"), shifted("instance", "3.7")}, want: threeRewritten + "want source index=1 clockOffset=-3.7"},
			{name: "behind", files: []file{recorded("client"), shifted("instance", "-41.25")}, want: threeRewritten + "want source index=1 clockOffset=41.25"},
			{name: "first", files: []file{shifted("instance", "3.7"), recorded("client")}, want: threeRewritten + "want source index=1 clockOffset=3.7"},
		},
	},
	{
		name: "one-file", balancer: nginxRewrites, proxy: beanstalk,
		sentence: "Both sides are in one pcapng file, by time, or one after the other.",
		calls:    []call{{page("/a"), shake("/gorilla")}, {page("/b"), shake("/old")}, {shake("/coder")}},
		got:      map[string]int{"/gorilla": 400, "/old": 502, "/coder": 426},
		views: []view{
			{name: "by time", files: []file{merged("client", "instance")}, want: threeRewritten},
			{name: "instance last", files: []file{appended("client", "instance")}, want: threeRewritten},
			{name: "instance first", files: []file{appended("instance", "client")}, want: threeRewritten},
			{name: "rotated instance", files: []file{recorded("client"), rotated("instance", 25)}, want: threeRewritten},
		},
	},
}

const threeRewritten = `want handshake target=/gorilla verdict=rewritten certainty=proven status=400 sightings=3 culprit=10.99.0.1:80|10.99.1.1 legs=client,instance,local findings=connection-rewritten:error,upgrade-dropped:error,handshake-refused:info
want handshake target=/old verdict=rewritten certainty=proven status=502 sightings=4 culprit=10.99.0.1:80|10.99.1.1 legs=client,instance,local,local findings=connection-rewritten:error,upgrade-dropped:error,handshake-unanswered:info
want handshake target=/coder verdict=rewritten certainty=proven status=426 sightings=3 culprit=10.99.0.1:80|10.99.1.1 legs=client,instance,local findings=connection-rewritten:error,upgrade-dropped:error,handshake-refused:info
want counters handshakes=3 gaps=0
`
