//go:build linux

package main

import (
	"fmt"
	"strings"
)

// legs is the part of the wire that a view shows.
type legs int

const (
	bothLegs legs = iota
	instanceLeg
	clientSide
)

// wants says what elbscope must make of a row, seeing only some legs.
func (r *row) wants(seen legs) string {
	if seen == clientSide {
		return r.clientWants()
	}
	var b strings.Builder
	hidden := seen == instanceLeg || r.balancer.tls
	for _, server := range matrixServers {
		answer := server.answers[r.arrives]
		w := r.judged(answer, hidden)
		fmt.Fprintf(&b, "want handshake target=%s %s\n", server.target, w)
	}
	if seen == bothLegs {
		problems := "none"
		if r.balancer.tls {
			problems = "encrypted"
		}
		fmt.Fprintf(&b, "want source index=0 problems=%s\n", problems)
	}
	fmt.Fprintf(&b, "want counters gaps=0 handshakes=%d\n", len(matrixServers))
	return b.String()
}

// judged is what is wanted of one handshake. hidden is set if the leg between
// client and load balancer cannot be read.
func (r *row) judged(answer int, hidden bool) string {
	verdict, certainty, culprit := outcomeOf(answer), "proven", "none"
	status, sightings := r.clientStatus(answer), 3
	if hidden {
		status, sightings = r.instanceStatus(answer), 2
	}
	if r.proxy == direct || r.arrives == behindPROXY {
		sightings--
	}
	switch {
	case r.first != nothing && hidden:
		verdict, certainty, culprit = r.first.verdict, "inferred", "-|"+backAddr
	case r.first != nothing:
		verdict, culprit = r.first.verdict, frontAddr+":80|"+backAddr
	case r.second != nothing:
		verdict, culprit = r.second.verdict, instanceAddr+":80|127.0.0.1"
	}
	return fmt.Sprintf("verdict=%s certainty=%s culprit=%s status=%s sightings=%d findings=%s",
		verdict, certainty, culprit, statusWord(status), sightings, r.findings(answer, status, hidden))
}

// outcomeOf is the verdict about a handshake that was damaged by nobody.
func outcomeOf(answer int) string {
	switch answer {
	case 101:
		return "healthy"
	case silence:
		return "unanswered"
	}
	return "refused"
}

// findings lists the rules: damage in the order of the hops, then what became
// of it. Damage that did not matter is a warning, a symptom is no error.
func (r *row) findings(answer, status int, hidden bool) string {
	var all []string
	weight := ":error"
	if status == 101 {
		weight = ":warning"
	}
	damaged := false
	for _, e := range []effect{r.first, r.second} {
		if e != nothing {
			all = append(all, e.rule+weight)
			damaged = true
		}
	}
	if r.arrives == behindPROXY {
		all = append(all, "proxy-protocol-unexpected"+weight)
		damaged = true
	}
	symptom := ":error"
	if damaged {
		symptom = ":info"
	}
	switch {
	case answer == 101 && status != 101:
		all = append(all, "101-not-relayed"+symptom)
	case answer == silence:
		all = append(all, "handshake-unanswered"+symptom)
	case answer != 101:
		all = append(all, "handshake-refused"+symptom)
	}
	if len(all) == 0 {
		return "none"
	}
	return strings.Join(all, ",")
}

// clientWants is all that the client's leg alone can tell.
func (r *row) clientWants() string {
	if r.balancer.tls {
		return "want counters handshakes=0\nwant source index=0 problems=encrypted\nwant findings none\n"
	}
	var b strings.Builder
	for _, server := range matrixServers {
		status := r.clientStatus(server.answers[r.arrives])
		verdict := outcomeOf(status)
		findings := map[string]string{
			"healthy": "none", "unanswered": "handshake-unanswered:error", "refused": "handshake-refused:error",
		}[verdict]
		fmt.Fprintf(&b, "want handshake target=%s verdict=%s certainty=proven culprit=none status=%s sightings=1 findings=%s\n",
			server.target, verdict, statusWord(status), findings)
	}
	return b.String()
}

// says is what the explanations must know of who made up the answers to those
// handshakes that the application left without one.
func (r *row) says(seen legs) []string {
	silent := false
	for _, server := range matrixServers {
		silent = silent || r.clientStatus(server.answers[r.arrives]) != server.answers[r.arrives]
	}
	at := frontAddr
	if r.proxy != direct {
		at = instanceAddr
	}
	switch {
	case !silent || r.maker == "":
		return nil
	case seen == clientSide && r.balancer.tls, r.proxy == direct && (seen == instanceLeg || r.balancer.tls):
		return nil // that leg cannot be read
	case seen == clientSide:
		at = frontAddr
	case r.first == nothing && r.second == nothing, r.swallows:
		return []string{"made up by " + r.maker, "on `" + at + ":80`, after the connection behind it was gone"}
	}
	return []string{"made by " + r.maker, "on `" + at + ":80`"}
}
