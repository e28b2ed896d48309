//go:build linux

package main

import (
	"fmt"
	"strings"
)

// The matrix of Node software: every load balancer before nginx as Elastic
// Beanstalk has it, with the snippet, and before Node itself, with servers of
// all libraries one after the other, and ws asked by its own client.

// nodeKind is one of the servers of npm/server.js.
type nodeKind struct {
	name, node string
	// target is asked for, answers are those by arrival.
	target  string
	answers [4]int
	// client is the version of ws that asks; "" is a script.
	client string
}

// nodeKinds begin with those that may not answer: see matrixServers.
var nodeKinds = []nodeKind{
	{"socket.io-0.9", "", "/socket.io/1/websocket/lab", [...]int{101, 101, silence, silence}, ""},
	{"sails", "6", "/socket.io/1/websocket/lab", [...]int{101, 101, silence, silence}, ""},
	{"ws-8-alone", "", "/", [...]int{101, 426, 426, 426}, "ws-8"},
	{"ws-8", "", "/", [...]int{101, 200, 200, 200}, "ws-8"},
	{"ws-7", "", "/", [...]int{101, 200, 200, 200}, "ws-7"},
	{"ws-1", "", "/", [...]int{101, 200, 200, 200}, "ws-1"},
	{"faye", "", "/", [...]int{101, 200, 200, 200}, "ws-8"},
	{"sockjs", "", "/echo/000/lab/websocket", [...]int{101, 400, 400, 400}, ""},
	{"plain", "", "/", [...]int{200, 200, 200, 200}, "ws-8"},
	{"socket.io-1", "", "/socket.io/?EIO=3&transport=websocket", [...]int{101, 400, 400, 400}, ""},
	{"socket.io-2", "", "/socket.io/?EIO=3&transport=websocket", [...]int{101, 400, 400, 400}, ""},
	{"socket.io-4", "", "/socket.io/?EIO=4&transport=websocket", [...]int{101, 400, 400, 400}, ""},
}

// path is the target with the name of the server, to tell them apart.
func (k *nodeKind) path() string {
	if strings.Contains(k.target, "?") {
		return k.target + "&lab=" + k.name
	}
	return k.target + "?lab=" + k.name
}

// nodeMatrix makes a scene of each load balancer before each way to Node.
func nodeMatrix() []*scene {
	var all []*scene
	for _, b := range matrixBalancers {
		if b.balancer.tls {
			continue // what is behind it does not know
		}
		for _, p := range []*proxy{direct, beanstalk, snippet} {
			r := b.before(p)
			s := &scene{
				name: "npm-node-" + r.balancer.name + "-" + p.name, balancer: r.balancer, proxy: p,
				sentence:    r.sentence() + ", with Node's servers",
				application: func(*site) error { return nil }, got: map[string]int{},
			}
			var drives []func(*site) error
			var want strings.Builder
			for _, k := range nodeKinds {
				drives = append(drives, r.asks(&k))
				answer := k.answers[r.arrives]
				if k.client == "" {
					s.got[k.path()] = r.clientStatus(answer)
				}
				fmt.Fprintf(&want, "want handshake target=%s %s\n", k.path(), r.judged(answer, false))
			}
			s.drive = inTurn(drives...)
			s.views = []view{both(want.String() + fmt.Sprintf("want counters gaps=0 handshakes=%d\n", len(nodeKinds)))}
			all = append(all, s)
		}
	}
	return all
}

// asks starts a server, asks it, and ends it.
func (r *row) asks(k *nodeKind) func(*site) error {
	answer := r.clientStatus(k.answers[r.arrives])
	return func(s *site) error {
		if err := nodeServer(k.node, k.name)(s); err != nil {
			return err
		}
		server := s.procs[len(s.procs)-1]
		ask := calling(call{shake(k.path()), bye})
		if k.client != "" {
			ask = askedBy(k, answer)
		}
		err := ask(s)
		s.settleAll()
		server.stop()
		return err
	}
}

// askedBy lets the library's own client ask, which has to get the answer.
func askedBy(k *nodeKind, answer int) func(*site) error {
	result := "websocket"
	if answer != 101 {
		result = fmt.Sprintf("failed: error nexpected server response (%d)", answer)
	}
	return func(s *site) error {
		said, err := s.clientOf(k.client, "ws://"+s.addr(frontAddr, 80)+k.path(), "")
		// Its versions write this in two ways.
		said = strings.NewReplacer("nexpected server response: ", "nexpected server response (", "error U", "error ", "error u", "error ").Replace(said)
		if err == nil && !strings.HasPrefix(said+")", result) {
			err = fmt.Errorf("the client %s of %s said %q, not %q: the scene did not happen", k.client, k.name, said, result)
		}
		return err
	}
}
