//go:build linux

package main

// rough sends the article's handshake over a wire with accidents. The verdict
// must not suffer: TCP repairs all of it.
func rough(name, sentence string, mtu int, w *wire) *scene {
	return &scene{
		name: name, sentence: sentence, balancer: nginxRewrites, proxy: beanstalk, wire: w, mtu: mtu,
		calls: []call{
			{shakeWith("/gorilla", filler(1200)+"Connection: Upgrade\r\nUpgrade: websocket\r\n"), page("/plain/after")},
			{shakeWith("/coder", filler(1200)+"Connection: Upgrade\r\nUpgrade: websocket\r\n")},
		},
		got: map[string]int{"/gorilla": 400, "/coder": 426, "/plain/after": 200},
		points: []point{clientLeg(), instanceLegs(),
			onInterface("sender", onBalancer, "e1", instanceAddr)},
		views: []view{
			both(roughWant + "want counters gaps=0 handshakes=2"),
			{name: "as sent", files: []file{recorded("client"), recorded("sender")}, want: `
				want handshake target=/gorilla verdict=rewritten certainty=proven status=400 sightings=2 culprit=10.99.0.1:80|10.99.1.1 findings=connection-rewritten:error,handshake-refused:info
				want handshake target=/coder verdict=rewritten certainty=proven status=426 sightings=2 culprit=10.99.0.1:80|10.99.1.1 findings=connection-rewritten:error,handshake-refused:info
				want counters gaps=0 requests=6 responses=6`},
		},
	}
}

const roughWant = `want handshake target=/gorilla verdict=rewritten certainty=proven status=400 sightings=3 culprit=10.99.0.1:80|10.99.1.1
    findings=connection-rewritten:error,upgrade-dropped:error,handshake-refused:info
want handshake target=/coder verdict=rewritten certainty=proven status=426 sightings=3 culprit=10.99.0.1:80|10.99.1.1
    findings=connection-rewritten:error,upgrade-dropped:error,handshake-refused:info
`

// wireScenes are about what befalls packets.
var wireScenes = []*scene{
	rough("small-mtu", "Heads come in several small segments.", 576, nil),
	rough("loss", "Segments of requests and answers are lost and sent again.", 576,
		&wire{there: accidents{drop: []int{2, 6}}, back: accidents{drop: []int{1}}}),
	rough("reordering", "Segments overtake each other.", 576,
		&wire{there: accidents{swap: []int{1, 4, 7}}}),
	rough("duplicates", "Segments arrive twice.", 576,
		&wire{there: accidents{twice: []int{1, 2, 4}}, back: accidents{twice: []int{1, 2}}}),
	rough("all-accidents", "Segments are lost, overtaken and doubled.", 576,
		&wire{there: accidents{drop: []int{3}, swap: []int{1, 5}, twice: []int{7}}, back: accidents{drop: []int{2}}}),
	{
		name: "loss-healthy", balancer: haproxyHTTP, proxy: mapped, mtu: 576,
		wire:     &wire{there: accidents{drop: []int{1}, swap: []int{3}}, back: accidents{drop: []int{1}}},
		sentence: "The 101 itself is lost once, and the WebSocket opens a little later.",
		calls:    []call{{shake("/coder"), say("hi"), leave}},
		got:      map[string]int{"/coder": 101},
		views: []view{both(`want handshake verdict=healthy certainty=proven status=101 sightings=3 culprit=none findings=none frames=4,4,4
			want counters gaps=0 webSocketFrames=12`)},
	},
	{
		name: "ipv6", balancer: nginxRewrites, proxy: beanstalk, ipv6: true,
		sentence: "The article's failure over IPv6.",
		calls:    []call{{page("/first"), shake("/old")}},
		got:      map[string]int{"/old": 502},
		views: []view{
			both(`want handshake verdict=rewritten certainty=proven status=502 sightings=4 culprit=[fd99::1]:80|fd99:1::1
			    findings=connection-rewritten:error,upgrade-dropped:error,handshake-unanswered:info`),
			instanceOnly(`want handshake verdict=rewritten certainty=inferred status=502 sightings=3 culprit=-|fd99:1::1 findings=connection-rewritten:error,upgrade-dropped:error,handshake-unanswered:info`),
		},
	},
	{
		name: "ipv6-healthy", balancer: haproxyHTTP, proxy: mapped, ipv6: true,
		sentence: "A WebSocket over IPv6.",
		calls:    []call{{shake("/coder"), say("hi"), leave}},
		got:      map[string]int{"/coder": 101},
		views:    []view{both(`want handshake verdict=healthy certainty=proven status=101 sightings=3 culprit=none findings=none frames=4,4,4`)},
	},
	{
		name: "vlan", balancer: nginxDrops, proxy: direct, wire: &wire{vlan: 77},
		sentence: "The leg to the instance is recorded with its VLAN tags.",
		calls:    []call{{page("/first"), shake("/gorilla")}},
		got:      map[string]int{"/gorilla": 400},
		points:   []point{clientLeg(), tagged()},
		views: []view{
			{name: "tagged", files: []file{recorded("tagged")}, want: `
				want handshake verdict=dropped certainty=inferred status=400 sightings=1 culprit=-|10.99.1.1 findings=upgrade-dropped:error,handshake-refused:info
				want counters requests=2 responses=2 connections=1`},
			{name: "client and tagged", files: []file{recorded("client"), recorded("tagged")}, want: `
				want handshake verdict=dropped certainty=proven status=400 sightings=2 culprit=10.99.0.1:80|10.99.1.1 findings=upgrade-dropped:error,handshake-refused:info`},
		},
	},
}
