package rules

import (
	"strings"

	"elbscope/analyze"
	"elbscope/analyze/http1"
)

// looksLike says what kind of software sent the request of s, with the
// reason, or "". Marks that were already there on the leg before, in seen,
// were not made by this hop and do not count.
//
// It is never proof: any program may send any header, and on a single leg the
// marks of all hops before lie on top of each other.
func looksLike(seen *http1.Head, s *analyze.Sighting) string {
	m := &marks{head: s.Request, seen: seen, local: s.Leg == analyze.LocalLeg}
	for _, p := range prints {
		if p.when(m) {
			return p.looks
		}
	}
	return ""
}

// marks is a request with what was there before.
type marks struct {
	head, seen *http1.Head
	// local is set on the way to an application on the same machine, which no
	// load balancer of AWS can be the sender of.
	local bool
}

// added reports whether all those headers are there and are new.
func (m *marks) added(names ...string) bool {
	for _, n := range names {
		if !m.head.Has(n) || (m.seen != nil && m.seen.Has(n)) {
			return false
		}
	}
	return true
}

// addedTo reports whether the header is there and is not what it was.
func (m *marks) addedTo(name, text string) bool {
	v := m.head.Join(name)
	return strings.Contains(strings.ToLower(v), text) && (m.seen == nil || m.seen.Join(name) != v)
}

// lowered reports whether all names are in lower case, and some were not.
func (m *marks) lowered() bool {
	if m.seen == nil || !allLower(m.head) {
		return false
	}
	return !allLower(m.seen)
}

func allLower(h *http1.Head) bool {
	for name := range h.Names() {
		if name != strings.ToLower(name) {
			return false
		}
	}
	return h.Len() > 0
}

// prints are the fingerprints, the surest first. What an edge network adds
// travels on through all later hops, so it counts only where no later hop has
// left a mark of its own.
var prints = []struct {
	looks string
	when  func(*marks) bool
}{
	{"Varnish (X-Varnish is set)", func(m *marks) bool { return m.added("X-Varnish") }},
	{"Envoy (X-Envoy headers are set)", func(m *marks) bool {
		return m.added("X-Envoy-Expected-Rq-Timeout-Ms") || m.added("X-Envoy-External-Address") || m.added("X-Envoy-Internal")
	}},
	{"Amazon API Gateway (X-Amzn-Apigateway-Api-Id is set)", func(m *marks) bool { return !m.local && m.added("X-Amzn-Apigateway-Api-Id") }},
	{"IIS with Application Request Routing (X-ARR-Log-Id is set)", func(m *marks) bool { return m.added("X-ARR-Log-Id") }},
	{"Caddy (Via names it)", func(m *marks) bool { return m.addedTo("Via", " caddy") }},
	{"Traefik (X-Forwarded-Server, X-Forwarded-Port and X-Real-Ip are set)", func(m *marks) bool {
		return m.added("X-Forwarded-Server", "X-Forwarded-Port", "X-Real-Ip")
	}},
	{"ingress-nginx of Kubernetes (X-Scheme and X-Forwarded-Scheme are set)", func(m *marks) bool {
		return m.added("X-Scheme", "X-Forwarded-Scheme") && !m.head.Has("X-Forwarded-Server")
	}},
	{"Apache httpd (X-Forwarded-Server is set, and Connection says Keep-Alive in capitals)", func(m *marks) bool {
		return m.added("X-Forwarded-Server", "X-Forwarded-Host") && !m.head.Has("X-Real-IP") &&
			m.head.Get("Connection") == "Keep-Alive"
	}},
	{"Apache httpd (X-Forwarded-Server is set)", func(m *marks) bool {
		return m.added("X-Forwarded-Server", "X-Forwarded-Host") && !m.head.Has("X-Real-IP")
	}},
	{"nginx with its default proxy settings of before 1.29.7 (HTTP/1.0 and Connection: close)", func(m *marks) bool {
		return m.head.Version() == "1.0" && m.head.HasToken("Connection", "close") && (m.seen == nil || m.seen.Version() != "1.0")
	}},
	{"nginx (X-Real-IP is set)", func(m *marks) bool {
		return m.added("X-Real-IP") && !m.head.Has("X-Forwarded-Server")
	}},
	{"the Heroku router (Via names it)", func(m *marks) bool {
		return !m.local && (m.addedTo("Via", "vegur") || m.addedTo("Via", "heroku-router"))
	}},
	{"an Application Load Balancer (X-Amzn-Trace-Id, X-Forwarded-For, -Proto and -Port are set)", func(m *marks) bool {
		return !m.local && m.addedTo("X-Amzn-Trace-Id", "root=") && m.added("X-Forwarded-Port") && m.head.Has("X-Forwarded-For") && m.head.Has("X-Forwarded-Proto")
	}},
	{"a Classic Load Balancer (X-Forwarded-For, -Proto and -Port are set, X-Amzn-Trace-Id is not)", func(m *marks) bool {
		return !m.local && m.added("X-Forwarded-Port") && m.head.Has("X-Forwarded-For") && m.head.Has("X-Forwarded-Proto") &&
			!m.head.Has("X-Amzn-Trace-Id") && !m.head.Has("X-Real-IP") && m.head.Whole
	}},
	{"CloudFront (X-Amz-Cf-Id is set)", func(m *marks) bool { return !m.local && m.added("X-Amz-Cf-Id") }},
	{"Cloudflare (CF-Ray is set)", func(m *marks) bool { return !m.local && m.added("CF-Ray") }},
	{"Apache httpd (Connection says Keep-Alive in capitals)", func(m *marks) bool {
		return m.seen != nil && m.head.Get("Connection") == "Keep-Alive" && m.seen.Get("Connection") != "Keep-Alive"
	}},
	{"HAProxy or Envoy (it writes all header names in lower case)", (*marks).lowered},
}

// signatures are what hops write into the answers that they pass on or make up.
var signatures = []struct{ looks, header, text string }{
	{"Cloudflare (CF-Ray is in its answer)", "CF-Ray", ""},
	{"CloudFront (X-Amz-Cf-Id is in its answer)", "X-Amz-Cf-Id", ""},
	{"Amazon API Gateway (X-Amz-Apigw-Id is in its answer)", "X-Amz-Apigw-Id", ""},
	{"the Heroku router (Via in its answer names it)", "Via", "vegur"},
	{"the Heroku router (Via in its answer names it)", "Via", "heroku-router"},
	{"Caddy (Via in its answer names it)", "Via", " caddy"},
	{"Envoy (X-Envoy-Upstream-Service-Time is in its answer)", "X-Envoy-Upstream-Service-Time", ""},
	{"Envoy (Server in its answer names it)", "Server", "envoy"},
	{"IIS with Application Request Routing (X-Powered-By in its answer names it)", "X-Powered-By", "arr/"},
}

// signedBy says what kind of hop stands between two sightings by what it wrote
// into the answer: what the answer behind it had already does not count.
func signedBy(before, after *analyze.Sighting) string {
	if before == nil || before.Response == nil {
		return ""
	}
	m := &marks{head: before.Response, seen: after.Response}
	for _, s := range signatures {
		if m.addedTo(s.header, s.text) && m.head.Has(s.header) {
			return s.looks
		}
	}
	return ""
}

// balancerLike says which of AWS's load balancers stands between two sightings,
// before may be nil, if its answer or its cookies for stickiness tell: a
// listener in TCP mode makes neither. A client may keep the cookies of one that
// is gone: they leave it open, and both kinds at once tell nothing.
func balancerLike(before, after *analyze.Sighting) string {
	const classic, application = "a Classic Load Balancer", "an Application Load Balancer"
	if before != nil && before.Response != nil && (after.Response == nil || after.Response.Status() != before.Response.Status()) {
		switch a := answerOf(before); {
		case a == nil || !a.balancer():
		case strings.HasPrefix(a.by, classic):
			return classic + " (it made up the answer, as that does)"
		default:
			return application + " (it made up the answer, and signs it awselb)"
		}
	}
	if before != nil && before.Response != nil {
		switch elb, alb := stickyCookies(before.Response, "Set-Cookie"); {
		case elb && !alb:
			return classic + " (it sets the cookie AWSELB)"
		case alb && !elb:
			return application + " (it sets the cookie AWSALB)"
		case elb:
			return ""
		}
	}
	const successor = ", or what stands in its place"
	switch elb, alb := stickyCookies(after.Request, "Cookie"); {
	case elb && !alb:
		return classic + successor + " (the client has its cookie AWSELB)"
	case alb && !elb:
		return application + successor + " (the client has its cookie AWSALB)"
	}
	return ""
}

// stickyCookies looks for the cookies with which AWS's load balancers make
// sessions stick: AWSELB, AWSELBCORS; AWSALB, AWSALBTG, AWSALBAPP-0 and others.
func stickyCookies(h *http1.Head, header string) (elb, alb bool) {
	for value := range h.Values(header) {
		for _, cookie := range strings.Split(value, ";") {
			name, _, _ := strings.Cut(strings.TrimSpace(cookie), "=")
			elb = elb || name == "AWSELB" || name == "AWSELBCORS"
			alb = alb || strings.HasPrefix(name, "AWSALB")
		}
	}
	return elb, alb
}

// proxySender says what kind of hop sends that version of the PROXY protocol.
func proxySender(version string) string {
	switch version {
	case "v1":
		return "a Classic Load Balancer with a PROXY protocol policy, or HAProxy (version 1 of the PROXY protocol)"
	case "v2":
		return "a Network Load Balancer, or HAProxy (version 2 of the PROXY protocol)"
	}
	return ""
}
