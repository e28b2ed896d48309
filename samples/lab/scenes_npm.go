//go:build linux

package main

import (
	"slices"
	"strings"
)

// npmScenes are played with Node software from npm: see npm/package.json.
func npmScenes() []*scene {
	all := slices.Concat(sailsScenes, sailsLiveScenes)
	for _, v := range []string{"1", "2", "4"} {
		all = append(all, socketIOScenes(v)...)
	}
	all = append(all, nodeMatrix()...)
	for _, s := range all {
		s.npm = true
	}
	return all
}

const (
	article502 = `want handshake verdict=rewritten certainty=proven status=502 sightings=4
	    culprit=10.99.0.1:80|10.99.1.1 legs=client,instance,local,local
	    findings=connection-rewritten:error,upgrade-dropped:error,handshake-unanswered:info
	`
	refused502 = "failed: error unexpected server response (502)"
)

// sailsScenes are the article's own software, by its own client and a browser.
var sailsScenes = []*scene{
	{
		name: "npm-sails-article", balancer: nginxRewrites, proxy: beanstalk, application: nodeServer("6", "sails"),
		sentence: "The failure of the article, for real: Sails 0.10.5 behind a load balancer that rewrites Connection and Elastic Beanstalk's nginx, which drops Upgrade; both handshakes end in a 502.",
		calls:    []call{{page("/first")}},
		drive:    inTurn(socketIO("0.9", "websocket", refused502), calling(call{page("/first"), session, page("/after")})),
		got:      map[string]int{"/first": 200, "/after": 200},
		views:    []view{both(strings.Repeat(article502, 2))},
	},
	{
		name: "npm-sails-half-cured", balancer: haproxyTCP, proxy: beanstalk, application: nodeServer("6", "sails"),
		sentence: "Sails behind a TCP listener, but nginx still drops Upgrade: the same 502.",
		calls:    []call{{page("/first")}},
		drive:    socketIO("0.9", "websocket", refused502),
		views: []view{both(`want handshake verdict=dropped certainty=proven status=502 sightings=4 culprit=10.99.1.2:80|127.0.0.1
		    findings=upgrade-dropped:error,handshake-unanswered:info`)},
	},
	{
		name: "npm-sails-cured", balancer: haproxyTCP, proxy: snippet, application: nodeServer("6", "sails"),
		sentence: "The article's application behind a TCP listener, and an nginx that passes the upgrade on: the WebSocket works.",
		calls:    []call{{page("/first")}},
		drive:    socketIO("0.9", "websocket", "websocket"),
		views:    []view{both(`want handshake verdict=healthy certainty=proven status=101 sightings=3 culprit=none findings=none`)},
	},
	{
		name: "npm-sails-chromium", balancer: nginxRewrites, proxy: beanstalk, application: nodeServer("6", "sails"),
		sentence: "The article's page in Chromium: 502, ten seconds of waiting, then polling.",
		drive:    browse, needs: []string{"chromium-headless-shell"},
		views: []view{both(`want handshake verdict=rewritten certainty=proven status=502
		    culprit=10.99.0.1:80|10.99.1.1
		    findings=connection-rewritten:error,upgrade-dropped:error,handshake-unanswered:info,socketio-stuck-polling:warning`)},
	},
	{
		name: "npm-sio0.9-old-node", balancer: nginxRewrites, proxy: direct, application: nodeServer("0.10", "socket.io-0.9"),
		sentence: "On Node 0.10 socket.io 0.9 upgrades the rewritten handshake all the same.",
		drive:    socketIO("0.9", "websocket", "websocket"),
		views: []view{both(`want handshake verdict=rewritten certainty=proven status=101 sightings=2
		    culprit=10.99.0.1:80|10.99.1.1 findings=connection-rewritten:warning`)},
	},
	{
		name: "npm-sio0.9-new-node", balancer: nginxRewrites, proxy: direct, application: nodeServer("", "socket.io-0.9"),
		sentence: "On a newer Node socket.io 0.9 says 101, and Node below it 400 on the same connection.",
		calls:    []call{{page("/first")}},
		drive:    socketIO("0.9", "websocket", "failed: "),
		views: []view{both(`want handshake verdict=rewritten certainty=proven status=101 sightings=2
		    culprit=10.99.0.1:80|10.99.1.1 findings=connection-rewritten:warning,http-after-101:error`)},
	},
}

// socketIOScenes play one later version of socket.io.
func socketIOScenes(v string) []*scene {
	name, server := "npm-sio"+v, nodeServer("", "socket.io-"+v)
	return []*scene{
		{
			name: name + "-only", balancer: nginxRewrites, proxy: beanstalk, application: server,
			sentence: "socket.io " + v + " with nothing but WebSocket is told 400.",
			drive:    socketIO(v, "websocket", "failed: connect_error"),
			views: []view{both(`want handshake verdict=rewritten certainty=proven status=400 sightings=3
			    culprit=10.99.0.1:80|10.99.1.1
			    findings=connection-rewritten:error,upgrade-dropped:error,handshake-refused:info`)},
		},
		{
			name: name + "-fallback", balancer: nginxRewrites, proxy: beanstalk, application: server,
			sentence: "socket.io " + v + " stays on polling, and nobody notices.",
			drive:    socketIO(v, "polling,websocket", "polling"),
			views: []view{both(`want handshake verdict=rewritten certainty=proven status=400 sightings=3
			    culprit=10.99.0.1:80|10.99.1.1
			    findings=connection-rewritten:error,upgrade-dropped:error,handshake-refused:info,socketio-stuck-polling:warning`)},
		},
		{
			name: name + "-repaired", balancer: nginxRewrites, proxy: snippet, application: server,
			sentence: "socket.io " + v + " upgrades a rewritten handshake that nginx has repaired.",
			drive:    socketIO(v, "polling,websocket", "websocket"),
			views: []view{both(`want handshake verdict=rewritten certainty=proven status=101 sightings=3
			    culprit=10.99.0.1:80|10.99.1.1 findings=connection-rewritten:warning`)},
		},
		{
			name: name + "-healthy", balancer: haproxyTCP, proxy: mapped, application: server,
			sentence: "socket.io " + v + " upgrades from polling where everything is passed on.",
			drive:    socketIO(v, "polling,websocket", "websocket"),
			views:    []view{both(`want handshake verdict=healthy certainty=proven status=101 sightings=3 culprit=none findings=none`)},
		},
	}
}

// bye says goodbye in a WebSocket and does not mind how the server takes it.
func bye(c *caller) error {
	if c.tunnel {
		if err := c.frame(0x88, []byte{3, 232}); err != nil {
			return err
		}
	}
	return hangup(c)
}
