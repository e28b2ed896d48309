//go:build linux

package main

import (
	"encoding/binary"
	"strings"
)

// Load balancers with a rule for the headers of answers, and no thought of a 101.
var (
	nginxHides = nginxBalancer("hides", false, nginxPassing+" proxy_hide_header Upgrade;")
	// haproxyStrips takes the agreement on compression out of answers alone.
	haproxyStrips = haproxyBalancer("strips", false, "mode http\n option forwardfor", "\n http-response del-header Sec-WebSocket-Extensions")
	// haproxyKeepsAlive has a rule for the Connection of all answers.
	haproxyKeepsAlive = haproxyBalancer("keeps-alive", false, "mode http\n option forwardfor", "\n http-response set-header Connection keep-alive")
)

const nginxPassing = keepAlive + `proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade";`

// invalidScenes end with a 101 that the client refuses, or with frames that it
// cannot take after one.
var invalidScenes = []*scene{
	{
		name: "101-without-upgrade", balancer: nginxHides, proxy: direct,
		sentence: "nginx hides Upgrade in answers, in the 101 as well, and the client hangs up as a browser does.",
		calls:    []call{{shake("/coder"), hangup}},
		got:      map[string]int{"/coder": 101},
		views:    []view{both(strings.Replace(healthy2, "findings=none", "findings=invalid-101:error", 1))},
	},
	{
		name: "101-without-connection", balancer: haproxyKeepsAlive, proxy: mapped,
		sentence: "HAProxy sets Connection in answers to keep-alive; what is left of it in the 101 is not Upgrade.",
		calls:    []call{{shake("/coder"), hangup}},
		got:      map[string]int{"/coder": 101},
		views:    []view{both(strings.Replace(healthy3, "findings=none", "findings=invalid-101:error", 1))},
	},
	{
		name: "101-not-to-be-relayed", balancer: apacheUpgrade, proxy: direct,
		sentence: "The application forgets Upgrade in its 101, and Apache makes a 502 of it: the application is to blame, not Apache.",
		calls:    []call{{shake("/bare")}},
		got:      map[string]int{"/bare": 502},
		views: []view{both("want handshake verdict=not-relayed certainty=proven status=502 sightings=2" + lbRewrote +
			"findings=invalid-101:error,101-not-relayed:info")},
	},
	{
		name: "subprotocols-echoed", balancer: haproxyHTTP, proxy: mapped,
		sentence: "The application sends the client's whole list of subprotocols back; the client hangs up.",
		calls:    []call{{shakeWith("/list", usual+"Sec-WebSocket-Protocol: graphql-transport-ws, graphql-ws\r\n"), hangup}},
		got:      map[string]int{"/list": 101},
		views:    []view{both(strings.Replace(healthy3, "findings=none", "findings=invalid-101:error", 1))},
	},
	{
		name: "subprotocol-not-chosen", balancer: haproxyHTTP, proxy: mapped,
		sentence: "The application knows none of the subprotocols and says so by silence: one client goes on, another hangs up.",
		calls: []call{
			{shakeWith("/old/1", usual+"Sec-WebSocket-Protocol: mqtt\r\n"), say("hi"), leave},
			{shakeWith("/old/2", usual+"Sec-WebSocket-Protocol: mqtt\r\n"), hangup},
		},
		got: map[string]int{"/old/1": 101, "/old/2": 101},
		views: []view{both(healthy3 + "target=/old/1\n" +
			strings.Replace(healthy3, "findings=none", "findings=invalid-101:warning", 1) + "target=/old/2")},
	},
	{
		name: "extensions-stripped", balancer: haproxyStrips, proxy: mapped,
		sentence: "HAProxy deletes Sec-WebSocket-Extensions in answers; the application compresses as agreed, and the client says 1002.",
		calls: []call{{shakeWith("/deflate", usual+"Sec-WebSocket-Extensions: permessage-deflate\r\n"),
			say(strings.Repeat("hello ", 30)), objectTo}},
		got:   map[string]int{"/deflate": 101},
		views: []view{both(strings.Replace(healthy3, "findings=none", "findings=rsv1-without-extension:error", 1))},
	},
}

// objectTo closes as who got a frame that breaks the protocol.
func objectTo(c *caller) error {
	if err := c.frame(0x88, binary.BigEndian.AppendUint16(nil, 1002)); err != nil {
		return err
	}
	return awaitEnd(c)
}
