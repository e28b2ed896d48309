//go:build linux

package main

import (
	"fmt"
	"strings"
	"time"
)

const (
	usual    = "Connection: Upgrade\r\nUpgrade: websocket\r\n"
	healthy3 = "want handshake verdict=healthy certainty=proven status=101 sightings=3 culprit=none findings=none "
	// refusedTwice is what two damages and an answer come to.
	refusedTwice = "findings=connection-rewritten:error,upgrade-dropped:error,handshake-refused:info"
	lbRewrote    = " culprit=10.99.0.1:80|10.99.1.1 "
)

// hardScenes are honest traffic that is hard to read.
var hardScenes = []*scene{
	{
		name: "bytewise", balancer: nginxRewrites, proxy: beanstalk,
		sentence: "The client sends its handshake one byte at a time.",
		calls:    []call{{bytewise("/coder")}},
		got:      map[string]int{"/coder": 426},
		views:    []view{both("want handshake verdict=rewritten certainty=proven status=426 sightings=3" + lbRewrote + refusedTwice)},
	},
	{
		name: "pipelined", balancer: haproxyHTTP, proxy: mapped,
		sentence: "The client sends a page's request and its handshake in one piece.",
		calls:    []call{{pipelined("/slow", "/coder"), say("hi"), leave}},
		got:      map[string]int{"/slow": 200, "/coder": 101},
		views:    []view{both(healthy3 + "frames=4,4,4\nwant counters requests=6 responses=6 gaps=0")},
	},
	{
		name: "kinds-of-pages", balancer: nginxRewrites, proxy: beanstalk,
		sentence: "Pages in chunks, without a body, asked by HEAD and POST stand around a handshake.",
		calls: []call{{
			page("/chunked"), raw("/plain/h", "HEAD", "\r\n"), page("/empty"), raw("/empty/2", "GET", "If-None-Match: \"x\"\r\n\r\n"),
			raw("/plain/p", "POST", "Content-Type: text/plain\r\nContent-Length: 47\r\n\r\nGET /fake HTTP/1.1\r\nUpgrade: websocket\r\nHost: x\r\n"),
			shake("/gorilla"), page("/chunked/2"), raw("/plain/e", "POST", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"),
		}},
		got: map[string]int{"/plain/h": 200, "/empty": 204, "/empty/2": 304, "/plain/p": 200, "/gorilla": 400, "/plain/e": 200},
		views: []view{both("want handshake target=/gorilla verdict=rewritten certainty=proven status=400 sightings=3" + lbRewrote + refusedTwice +
			"\nwant counters requests=24 responses=24 handshakes=1 gaps=0")},
	},
	{
		name: "large-messages", balancer: haproxyHTTP, proxy: mapped,
		sentence: "A WebSocket carries messages of megabytes, in many frames.",
		calls:    []call{{shake("/gorilla"), sayLarge(20, 60000), say("and a small one"), ping, leave}},
		got:      map[string]int{"/gorilla": 101},
		views:    []view{both("want handshake verdict=healthy certainty=proven status=101 sightings=3 culprit=none findings=none\nwant counters gaps=0 requests=3 responses=3")},
	},
	{
		name: "eager", balancer: haproxyHTTP, proxy: mapped,
		sentence: "The server's first frame comes in one piece with its 101.",
		calls:    []call{{shake("/eager"), say("hi"), leave}},
		got:      map[string]int{"/eager": 101},
		views:    []view{both(healthy3 + "frames=5,5,5")},
	},
	{
		name: "deflate", balancer: haproxyTCP, proxy: mapped,
		sentence: "The server compresses its messages.",
		calls:    []call{{shakeWith("/deflate", usual+"Sec-WebSocket-Extensions: permessage-deflate\r\n"), say(strings.Repeat("hello ", 30)), leave}},
		got:      map[string]int{"/deflate": 101},
		views:    []view{both(healthy3 + "frames=4,4,4")},
	},
	{
		name: "one-key", balancer: nginxRewrites, proxy: beanstalk, atOnce: true,
		sentence: "Six clients of one address use the same key at the same moment, as old libraries do.",
		calls:    times(6, call{shakeKey("/gorilla", "MTMtMTc5NTQxNDM4NzM2Ng==")}),
		got:      map[string]int{"/gorilla": 400},
		views: []view{both(repeat(6, "want handshake target=/gorilla verdict=rewritten certainty=proven status=400 sightings=3"+lbRewrote+
			"legs=client,instance,local "+refusedTwice+"\n") + "want counters handshakes=6")},
	},
	{
		name: "one-key-again", balancer: haproxyHTTP, proxy: mapped,
		sentence: "A client uses its key again for each new connection.",
		calls: []call{
			{shakeKey("/coder/1", "MTMtMTc5NTQxNDM4NzM2Ng=="), leave},
			{shakeKey("/coder/1", "MTMtMTc5NTQxNDM4NzM2Ng=="), leave},
			{shakeKey("/refuse/403", "MTMtMTc5NTQxNDM4NzM2Ng==")},
		},
		got: map[string]int{"/coder/1": 101, "/refuse/403": 403},
		views: []view{both(repeat(2, "want handshake target=/coder/1 verdict=healthy certainty=proven status=101 sightings=3 culprit=none findings=none\n") +
			"want handshake target=/refuse/403 verdict=refused certainty=proven status=403 sightings=3 culprit=none findings=handshake-refused:error\n")},
	},
	{
		name: "market", balancer: nginxRewrites, proxy: beanstalk, atOnce: true,
		sentence: "Thirty clients at once load pages and try handshakes over a few shared connections to the instance.",
		calls:    marketCalls(30),
		got:      map[string]int{"/gorilla/0": 400, "/coder/29": 426},
		views:    []view{both(marketWant(30) + "want counters handshakes=60 gaps=0 requests=360 responses=360")},
	},
	{
		name: "h2c", balancer: haproxyTCP, proxy: direct,
		sentence: "A client asks for another upgrade, HTTP/2's: that is no handshake.",
		calls:    []call{{raw("/plain/h2c", "GET", "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n"), page("/b")}},
		got:      map[string]int{"/plain/h2c": 200},
		views:    []view{both("want counters handshakes=0 requests=4 responses=4\nwant findings none")},
	},
	{
		name: "old-version", balancer: haproxyHTTP, proxy: mapped,
		sentence: "The client speaks version 8, which the server does not.",
		calls:    []call{{raw("/gorilla", "GET", usual+"Sec-WebSocket-Version: 8\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")}},
		got:      map[string]int{"/gorilla": 400},
		views:    []view{both("want handshake verdict=refused certainty=proven status=400 sightings=3 culprit=none findings=handshake-refused:error")},
	},
	{
		name: "next-server", balancer: nginxTwoServers, proxy: direct,
		sentence: "The first server of the load balancer's list refuses connections, the second one answers.",
		calls:    []call{{shake("/coder"), say("hi"), leave}},
		got:      map[string]int{"/coder": 101},
		views:    []view{both("want handshake verdict=healthy certainty=proven status=101 sightings=2 culprit=none findings=none frames=4,4")},
	},
	{
		name: "encrypted-behind", balancer: haproxyToTLS, proxy: encrypted,
		sentence: "The load balancer asks the instance by TLS: only the client's leg can be read.",
		calls:    []call{{shake("/gorilla")}},
		got:      map[string]int{"/gorilla": 400},
		points:   []point{clientLeg(), onInterface("instance", onInstance, "i0", backAddr)},
		views: []view{both("want handshake verdict=refused certainty=proven status=400 sightings=1 culprit=none findings=handshake-refused:error\n" +
			"want source index=1 problems=encrypted")},
	},
	{
		name: "ends-too-early", balancer: nginxRewrites, proxy: direct,
		sentence: "The recording ends before the answer: the damage is proven all the same.",
		calls:    []call{{silent("/silence", 300*time.Millisecond), stopNow}},
		drive:    nobody,
		views:    []view{both("want handshake verdict=rewritten certainty=proven status=none sightings=2" + lbRewrote + "findings=connection-rewritten:error")},
	},
	{
		name: "ends-too-early-whole", balancer: haproxyTCP, proxy: direct,
		sentence: "The recording of a whole handshake ends before the answer: nobody can tell.",
		calls:    []call{{silent("/silence", 300*time.Millisecond), stopNow}},
		drive:    nobody,
		views:    []view{both("want handshake verdict=undetermined certainty=undetermined status=none sightings=2 culprit=none findings=none")},
	},
	{
		name: "reset-on-reuse", balancer: haproxyHTTP, proxy: direct,
		sentence: "The application resets a kept-alive connection on the handshake, and HAProxy closes on the client without a word.",
		calls:    []call{{page("/a"), shake("/rst")}},
		got:      map[string]int{"/rst": 0},
		views: []view{both("want handshake verdict=unanswered certainty=proven status=none sightings=2 culprit=none " +
			"findings=handshake-unanswered:error")},
	},
}

// nobody is a client that does nothing.
func nobody(*site) error { return nil }

func marketCalls(n int) []call {
	var all []call
	for i := range n {
		all = append(all, call{
			page(fmt.Sprintf("/a/%d", i)), shake(fmt.Sprintf("/gorilla/%d", i)), page(fmt.Sprintf("/slow/%d", i)),
			shake(fmt.Sprintf("/coder/%d", i)),
		})
	}
	return all
}

func marketWant(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "want handshake target=/gorilla/%d verdict=rewritten certainty=proven status=400 sightings=3%slegs=client,instance,local %s\n", i, lbRewrote, refusedTwice)
		fmt.Fprintf(&b, "want handshake target=/coder/%d verdict=rewritten certainty=proven status=426 sightings=3%slegs=client,instance,local %s\n", i, lbRewrote, refusedTwice)
	}
	return b.String()
}

const twiceRecorded = `want handshake target=/gorilla verdict=rewritten certainty=proven status=400 culprit=10.99.0.1:80|10.99.1.1 findings=connection-rewritten:error,upgrade-dropped:error,handshake-refused:info
want handshake target=/old verdict=rewritten certainty=proven status=502 culprit=10.99.0.1:80|10.99.1.1 findings=connection-rewritten:error,upgrade-dropped:error,handshake-unanswered:info
`

// placesScenes record the same packets at several places.
var placesScenes = []*scene{
	{
		name: "both-ends", balancer: nginxRewrites, proxy: direct,
		sentence: "The client's leg is recorded at both of its ends, by two clocks, and the instance's by a third.",
		calls:    []call{{page("/a"), shake("/gorilla"), page("/b")}, {shake("/coder")}},
		got:      map[string]int{"/gorilla": 400, "/coder": 426},
		points:   []point{onInterface("far", onClient, "c0", frontAddr), clientLeg(), instanceLegs()},
		views: []view{
			{name: "three clocks", files: []file{recorded("far"), shifted("client", "2.5"), shifted("instance", "-7.75")}, want: `
				want handshake target=/gorilla verdict=rewritten certainty=proven status=400 culprit=10.99.0.1:80|10.99.1.1 findings=connection-rewritten:error,handshake-refused:info
				want handshake target=/coder verdict=rewritten certainty=proven status=426 culprit=10.99.0.1:80|10.99.1.1 findings=connection-rewritten:error,handshake-refused:info
				want source index=2 clockOffset=7.75`},
			{name: "clock a little ahead", files: []file{recorded("far"), shifted("client", "0.02")},
				want: "want source index=1 clockOffset=-0.02"},
			{name: "clock far ahead", files: []file{recorded("far"), shifted("client", "30")},
				want: "want source index=1 clockOffset=-30"},
			{name: "far and instance", files: []file{recorded("far"), recorded("instance")}, want: `
				want handshake target=/gorilla verdict=rewritten certainty=proven status=400 sightings=2 culprit=10.99.0.1:80|10.99.1.1 findings=connection-rewritten:error,handshake-refused:info
				want handshake target=/coder verdict=rewritten certainty=proven status=426 sightings=2 culprit=10.99.0.1:80|10.99.1.1 findings=connection-rewritten:error,handshake-refused:info`},
		},
	},
	{
		name: "both-ends-healthy", balancer: haproxyTCP, proxy: mapped,
		sentence: "A WebSocket through a TCP listener, recorded at three places by three clocks.",
		calls:    []call{{shake("/coder"), say("hi"), leave}},
		got:      map[string]int{"/coder": 101},
		points:   []point{onInterface("far", onClient, "c0", frontAddr), clientLeg(), instanceLegs()},
		views: []view{
			{name: "three clocks", files: []file{recorded("far"), shifted("client", "2.5"), shifted("instance", "-7.75")},
				want: `want handshake verdict=healthy certainty=proven status=101 culprit=none findings=none`},
			{name: "two clocks", files: []file{recorded("client"), shifted("instance", "120")},
				want: "want handshake verdict=healthy certainty=proven status=101 sightings=3 culprit=none findings=none\nwant source index=1 clockOffset=-120"},
		},
	},
	{
		name: "alike", balancer: nginxRewrites, proxy: direct,
		sentence: "The two legs are recorded on links of one type, by clocks so far apart that one file seems to follow the other.",
		calls:    []call{{page("/a"), shake("/gorilla")}, {shake("/coder")}},
		got:      map[string]int{"/gorilla": 400, "/coder": 426},
		points:   []point{clientLeg(), onInterface("instance", onInstance, "i0", backAddr)},
		views: []view{
			{name: "instance ahead", files: []file{recorded("client"), shifted("instance", "30")}, want: alikeWant + "want source index=1 clockOffset=-30"},
			{name: "client ahead", files: []file{shifted("client", "30"), recorded("instance")}, want: alikeWant + "want source index=1 clockOffset=30"},
		},
	},
	{
		name: "requests-only", balancer: nginxRewrites, proxy: beanstalk,
		sentence: "A filter lets only the requests into the recording: the damage shows, the answers do not.",
		calls:    []call{{page("/a"), shake("/gorilla")}},
		got:      map[string]int{"/gorilla": 400},
		points:   []point{clientLeg("dst port 80 or port 9"), instanceLegs("dst port 80 or dst port 8081 or port 9")},
		views:    []view{both("want handshake verdict=rewritten certainty=proven status=none sightings=3" + lbRewrote + "findings=connection-rewritten:error,upgrade-dropped:error")},
	},
	{
		name: "answers-only", balancer: nginxRewrites, proxy: beanstalk,
		sentence: "A filter lets only the answers into the recording: there is no handshake to judge.",
		calls:    []call{{page("/a"), shake("/gorilla")}},
		got:      map[string]int{"/gorilla": 400},
		points:   []point{clientLeg("src port 80 or port 9"), instanceLegs("src port 80 or src port 8081 or port 9")},
		views:    []view{both("want counters handshakes=0 requests=0\nwant findings none")},
	},
	{
		name: "any-everywhere", balancer: nginxRewrites, proxy: beanstalk,
		sentence: "Everything is recorded on all interfaces of both machines: the instance's leg is there twice.",
		calls:    []call{{page("/a"), shake("/gorilla")}, {page("/b"), shake("/old")}},
		got:      map[string]int{"/gorilla": 400, "/old": 502},
		points:   []point{anyOnBalancer(), instanceLegs()},
		views: []view{
			{name: "two files", files: []file{recorded("balancer"), recorded("instance")}, want: twiceRecorded},
			{name: "clock a little ahead", files: []file{recorded("balancer"), shifted("instance", "0.05")}, want: twiceRecorded},
			{name: "clock far ahead", files: []file{recorded("balancer"), shifted("instance", "30")}, want: twiceRecorded},
			{name: "clock behind", files: []file{recorded("balancer"), shifted("instance", "-300")}, want: twiceRecorded},
			{name: "one file", files: []file{merged("balancer", "instance")}, want: twiceRecorded},
		},
	},
}

const alikeWant = `want handshake target=/gorilla verdict=rewritten certainty=proven status=400 sightings=2 culprit=10.99.0.1:80|10.99.1.1 legs=client,instance findings=connection-rewritten:error,handshake-refused:info
want handshake target=/coder verdict=rewritten certainty=proven status=426 sightings=2 culprit=10.99.0.1:80|10.99.1.1 legs=client,instance findings=connection-rewritten:error,handshake-refused:info
`
