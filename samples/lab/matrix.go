//go:build linux

package main

import (
	"fmt"
	"strings"
)

// The matrix: every load balancer before every proxy before servers of every
// kind. What is wanted follows from what each of the three does alone, as
// their documentation and the lab say; never from what elbscope says.

// arrival is what is left of a handshake when it reaches the application.
type arrival int

const (
	whole arrival = iota
	tokenLost
	upgradeLost
	http10
	// behindPROXY stands after a PROXY header that the server does not expect.
	behindPROXY
)

// silence is the answer of a server that closes without one.
const silence = 0

// matrixServers are the kinds of servers and their answers by arrival. The
// silent ones come first: as long as no connection to the instance is kept
// alive, no proxy tries a second time.
var matrixServers = []struct {
	target  string
	answers [5]int
}{
	{"/old", [...]int{101, 101, silence, silence, 400}},
	{"/touchy", [...]int{silence, silence, 200, 200, 400}},
	{"/plain", [...]int{200, 200, 200, 200, 400}},
	{"/coder", [...]int{101, 426, 426, 426, 400}},
	{"/gorilla", [...]int{101, 400, 400, 400, 400}},
	{"/xnet", [...]int{101, 400, 400, 400, 400}},
	{"/gobwas", [...]int{101, 400, 400, 505, 400}},
}

// effect is what a load balancer or a proxy does to a handshake.
type effect struct {
	verdict string
	rule    string
}

var (
	nothing    = effect{}
	rewrites   = effect{"rewritten", "connection-rewritten"}
	drops      = effect{"dropped", "upgrade-dropped"}
	downgrades = effect{"downgraded", "http10-downgrade"}
)

// row is one load balancer before one proxy.
type row struct {
	balancer *balancer
	proxy    *proxy
	// first is done by the balancer, second by the proxy.
	first, second effect
	arrives       arrival
	// emptyHanded is what the client gets when the application closes without
	// an answer; 0 is the same.
	emptyHanded int
	// swallows is set where a 101 does not get through the balancer.
	swallows bool
	// maker is who makes up the answer then, if the balancer asks the
	// application itself.
	maker string
}

// matrixBalancer is a load balancer and what arrives behind it.
type matrixBalancer struct {
	balancer    *balancer
	does        effect
	passes      arrival
	emptyHanded int
	swallows    bool
	maker       string
}

// before puts it before a proxy.
func (b *matrixBalancer) before(p *proxy) row {
	r := row{balancer: b.balancer, proxy: p, first: b.does, emptyHanded: b.emptyHanded, swallows: b.swallows, maker: b.maker}
	r.arrives, r.second = behind(p, b.passes)
	if p != direct {
		r.emptyHanded, r.maker = 502, "nginx"
	}
	return r
}

// matrixBalancers are the load balancers of the matrix.
var matrixBalancers = []matrixBalancer{
	{nginxRewrites, rewrites, tokenLost, 502, false, "nginx"},
	{nginxDrops, drops, upgradeLost, 502, false, "nginx"},
	{nginxPlain, downgrades, http10, 502, false, "nginx"},
	{strict, rewrites, tokenLost, 502, true, "a Classic Load Balancer"},
	{haproxyHTTP, nothing, whole, 502, false, "HAProxy"},
	{haproxyTCP, nothing, whole, silence, false, ""},
	{apache, drops, upgradeLost, 502, false, "Apache"},
	{varnish, drops, upgradeLost, 503, false, "Varnish"},
	{nginxRewritesTLS, rewrites, tokenLost, 502, false, "nginx"},
	{nginxDropsTLS, drops, upgradeLost, 502, false, "nginx"},
	{nginxPlainTLS, downgrades, http10, 502, false, "nginx"},
	{strictTLS, rewrites, tokenLost, 502, true, "a Classic Load Balancer"},
	{haproxyHTTPTLS, nothing, whole, 502, false, "HAProxy"},
	{haproxyTCPTLS, nothing, whole, silence, false, ""},
	{apacheTLS, drops, upgradeLost, 502, false, "Apache"},
}

// behind says what a proxy makes of what arrives.
func behind(p *proxy, a arrival) (arrival, effect) {
	switch {
	case p == direct:
		return a, nothing
	case p == bare && a == http10:
		return a, nothing // lost before, and no news
	case p == bare:
		return http10, downgrades
	case p == beanstalk && a == http10, p != beanstalk && (a == upgradeLost || a == http10):
		// There is no Upgrade to drop; nginx makes HTTP/1.1 of it again.
		return upgradeLost, nothing
	case p == beanstalk:
		if a == upgradeLost {
			return a, nothing
		}
		return upgradeLost, drops
	}
	return whole, nothing // repaired, if it was damaged
}

func matrixRows() []row {
	var rows []row
	for _, b := range matrixBalancers {
		for _, p := range []*proxy{direct, beanstalk, snippet, mapped, bare} {
			rows = append(rows, b.before(p))
		}
	}
	for _, b := range []*balancer{haproxyPPv1, haproxyPPv2, haproxyPPv1TLS, haproxyPPv2TLS} {
		rows = append(rows,
			row{balancer: b, proxy: direct, arrives: behindPROXY},
			row{balancer: b, proxy: snippet, arrives: behindPROXY},
			row{balancer: b, proxy: mappedPP, arrives: whole, emptyHanded: 502, maker: "nginx"})
	}
	return rows
}

// matrixScenes makes a scene of each row: one call for each kind of server.
func matrixScenes() []*scene {
	var all []*scene
	for _, r := range matrixRows() {
		s := &scene{
			name: "matrix-" + r.balancer.name + "-" + r.proxy.name, balancer: r.balancer, proxy: r.proxy,
			sentence: r.sentence(), got: map[string]int{},
		}
		for _, server := range matrixServers {
			s.calls = append(s.calls, call{shake(server.target), say("hello"), leave})
			s.got[server.target] = r.clientStatus(server.answers[r.arrives])
		}
		s.views = []view{both(r.wants(bothLegs)), instanceOnly(r.wants(instanceLeg)), clientOnly(r.wants(clientSide))}
		for i, seen := range []legs{bothLegs, instanceLeg, clientSide} {
			s.views[i].says = r.says(seen)
		}
		all = append(all, s)
	}
	return all
}

func (r *row) sentence() string {
	parts := []string{r.balancer.name + " before " + r.proxy.name + ":"}
	for _, e := range []effect{r.first, r.second} {
		if e != nothing {
			parts = append(parts, e.verdict)
		}
	}
	if r.arrives == behindPROXY {
		parts = append(parts, "PROXY header not expected")
	}
	if len(parts) == 1 {
		parts = append(parts, "passed on whole")
	}
	return strings.Join(parts, " ")
}

func (r *row) clientStatus(answer int) int {
	switch {
	case answer == silence:
		return r.emptyHanded
	case answer == 101 && r.swallows:
		return 502
	}
	return answer
}

// instanceStatus is what the load balancer was answered.
func (r *row) instanceStatus(answer int) int {
	if answer == silence && r.proxy != direct {
		return 502
	}
	return answer
}

func statusWord(n int) string {
	if n == 0 {
		return "none"
	}
	return fmt.Sprint(n)
}
