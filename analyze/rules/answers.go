package rules

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"elbscope/analyze"
	"elbscope/internal/wiretext"
)

// answer is one row of what is known about answers to a failed handshake.
type answer struct {
	// status is the status code, 0 for any.
	status int
	when   test
	// by is the software that answers so; "" where many do.
	by string
	// app is set where only somebody who has read the HTTP request can say
	// so: what stood before the request was understood then.
	app bool
	// meaning is what the answer tells about the server; sound replaces it
	// where the request had arrived whole.
	meaning, sound string
}

// balancer reports whether only a load balancer of AWS answers so.
func (a *answer) balancer() bool {
	return slices.ContainsFunc(balancerAnswers, func(b answer) bool { return b.by == a.by })
}

// saysTLS reports whether the response of s says that the port wants TLS.
func saysTLS(s *analyze.Sighting) bool {
	a := answerOf(s)
	return a != nil && slices.ContainsFunc(tlsAnswers, func(b answer) bool { return b.meaning == a.meaning })
}

// ofBalancer reports whether a load balancer of AWS made the response of s.
func ofBalancer(s *analyze.Sighting) bool {
	if s.Response == nil {
		return false
	}
	a := answerOf(s)
	return a != nil && a.balancer()
}

// reply is a response as the tests see it.
type reply struct {
	*analyze.Sighting
	server, body string
}

// test decides on one row.
type test func(*reply) bool

// always matches whatever the status alone has let through.
func always(*reply) bool { return true }

// says matches a text anywhere in what is kept of the body.
func says(text string) test {
	return func(r *reply) bool { return strings.Contains(r.body, text) }
}

// exactly matches a whole body, white space around it aside.
func exactly(text string) test {
	return func(r *reply) bool { return strings.TrimSpace(r.body) == text }
}

// from matches the beginning of the Server header, in any case.
func from(server string) test {
	return func(r *reply) bool {
		return len(r.server) >= len(server) && strings.EqualFold(r.server[:len(server)], server)
	}
}

// server matches a text anywhere in the Server header.
func server(text string) test {
	return func(r *reply) bool { return strings.Contains(r.server, text) }
}

// reason matches a text anywhere in the reason phrase.
func reason(text string) test {
	return func(r *reply) bool { return strings.Contains(r.Response.Reason(), text) }
}

// has matches the presence of a response header.
func has(name string) test {
	return func(r *reply) bool { return r.Response.Has(name) }
}

// closes matches Connection: close.
func closes(r *reply) bool { return r.Response.HasToken("Connection", "close") }

func not(t test) test { return func(r *reply) bool { return !t(r) } }

func both(ts ...test) test {
	return func(r *reply) bool {
		for _, t := range ts {
			if !t(r) {
				return false
			}
		}
		return true
	}
}

func either(ts ...test) test {
	return func(r *reply) bool {
		for _, t := range ts {
			if t(r) {
				return true
			}
		}
		return false
	}
}

// bare matches a response that says of itself that it has no body: a body
// that merely is not in the capture does not count.
func bare(r *reply) bool {
	if len(r.body) > 0 || r.Response.Has("Transfer-Encoding") {
		return false
	}
	length := r.Response.Get("Content-Length")
	return length == "0" || length == "" && r.Response.Whole
}

// capitals matches a reason phrase like BAD_GATEWAY, which Classic Load
// Balancers use. Some frameworks write theirs in capitals, too: the rows ask
// for a bare answer without a Server header as well.
func capitals(r *reply) bool {
	phrase := r.Response.Reason()
	return strings.Contains(phrase, "_") && phrase == strings.ToUpper(phrase) && !strings.Contains(phrase, " ")
}

// answerOf returns the first row that matches the response of s, or nil.
func answerOf(s *analyze.Sighting) *answer {
	r := &reply{Sighting: s, server: s.Response.Get("Server"), body: string(s.Body)}
	for i := range answers {
		a := &answers[i]
		if (a.status == 0 || a.status == s.Response.Status()) && a.when(r) {
			return a
		}
	}
	return nil
}

// answeredByApplication reports whether the response of s can only come from
// somebody who has read the request.
func answeredByApplication(s *analyze.Sighting) bool {
	a := answerOf(s)
	return a != nil && a.app
}

// setOutcome fills in what the client was told, and who made that up. Where
// it was told nothing, it fills in who hung up on the last leg.
func setOutcome(f *analyze.Facts, h *analyze.Handshake) {
	if s := maker(h); s != nil {
		setAnswer(f, s)
		return
	}
	if s := h.Last(); s.Answer == analyze.AnswerClosed {
		setClose(f, s)
		f.Meaning = silence(s)
	}
}

// setAnswer fills in the response of s, if there is one.
func setAnswer(f *analyze.Facts, s *analyze.Sighting) {
	if s.Response == nil {
		return
	}
	a := answerOf(s)
	f.Status = statusText(s)
	f.By = madeBy(s, a)
	if a == nil {
		return
	}
	f.Meaning = a.meaning
	if a.sound != "" && s.Signs.Sound() {
		f.Meaning = a.sound
		f.LostBehind = strings.HasSuffix(a.sound, lostBehind)
	}
	if s.Response.Status() == 408 {
		f.Meaning = sentences(f.Meaning, waited(s))
	}
}

// waited says whether a 408 can be about the request that it came to. A server
// that gives up a connection sends one unasked (RFC 9110 section 15.5.9), and
// the next request may cross it on the wire.
func waited(s *analyze.Sighting) string {
	const crossing = 50 * time.Millisecond
	took := s.ResponsePacket.Time.Sub(s.RequestPacket.Time)
	switch {
	case s.Early:
		return "It was there before this request was whole: the connection had been given up, and the request came too late. " +
			"That says nothing against the handshake, which may be sent again on another connection."
	case took < crossing:
		return fmt.Sprintf("It came %s after the request, so soon that it may have been on its way before: "+
			"then the connection had been given up, which says nothing against the handshake.", span(took))
	case s.Request.HasBody():
		return fmt.Sprintf("The request had begun %s before, and announces a body: it may have been that which did not come in time.", span(took))
	}
	return fmt.Sprintf("The whole request had come before it, and had begun %s earlier: it was no idle connection that was given up. "+
		"Look at what waited behind this server.", span(took))
}

// setBeyond says what a capture of the client's leg alone cannot show: whether
// the instance saw the handshake as it was sent, and whether it was the one
// that answered. An answer of the load balancer's own making is told apart.
func setBeyond(f *analyze.Facts, h *analyze.Handshake, s *analyze.Sighting) {
	if !endsBefore(h, s) {
		return
	}
	if s.Response != nil {
		f.By += orBehind
	}
	if s.Early {
		return // what came too late for the answer has no part in it
	}
	f.Meaning = sentences(f.Meaning, "What reached the instance is not in this capture, or cannot be recognised as this handshake any more: take another one there.")
}

// orBehind is said of whom an answer comes from where the capture cannot tell.
const orBehind = ", or something behind it"

// endsBefore reports whether the capture ends before the instance: with the
// client's leg, on which s was made, and an answer that may come from behind.
func endsBefore(h *analyze.Handshake, s *analyze.Sighting) bool {
	if s.Leg != analyze.ClientLeg || h.Last().Hop != s.Hop {
		return false
	}
	return !ofBalancer(s)
}

// maker returns the sighting whose server made what the client was told: the
// innermost of an unbroken row of legs with the same status. The legs behind
// it were answered otherwise, or not at all. nil if nobody answered.
func maker(h *analyze.Handshake) *analyze.Sighting {
	var made *analyze.Sighting
	for _, s := range byHop(h) {
		if s.Response == nil {
			if made != nil {
				return made
			}
			continue
		}
		if made != nil && made.Response.Status() != s.Response.Status() {
			return made
		}
		made = s
	}
	return made
}

// statusText is the status with its reason phrase as sent.
func statusText(s *analyze.Sighting) string {
	return strings.TrimSpace(fmt.Sprintf("%d %s", s.Response.Status(), s.Response.Reason()))
}

// proxies are the Server headers of software that relays the answers of
// others, and puts its own name on them.
var proxies = []string{"nginx", "openresty", "apache", "haproxy", "varnish", "envoy", "istio-envoy", "awselb", "cloudflare",
	"cloudfront", "caddy", "lighttpd", "nghttpx", "squid", "kong", "microsoft-iis", "microsoft-azure-application-gateway"}

// madeBy names who made the response of s: by its Server header, by what the
// answer looks like, and always with the address.
func madeBy(s *analyze.Sighting, a *answer) string {
	return software(s, a) + s.Conn.Server.String()
}

// software is what madeBy says before the address.
func software(s *analyze.Sighting, a *answer) string {
	server := strings.TrimSpace(wiretext.Printable(s.Response.Get("Server"), 60))
	name := ""
	if a != nil {
		name = a.by
	}
	switch {
	case name == "" && server == "":
		return ""
	case name == "":
		return server + " on "
	case server == "":
		return name + ", as it looks, on "
	case sameSoftware(name, server):
		return server + " on "
	case isProxy(server):
		return name + ", as it looks, behind " + server + " on "
	}
	return name + ", as it looks (Server: " + server + "), on "
}

// sameSoftware reports whether the Server header already names it.
func sameSoftware(name, server string) bool {
	first, _, _ := strings.Cut(name, " ")
	return strings.Contains(strings.ToLower(server), strings.ToLower(first))
}

func isProxy(server string) bool {
	server = strings.ToLower(server)
	for _, p := range proxies {
		if strings.HasPrefix(server, p) {
			return true
		}
	}
	return false
}

// sentences joins sentences, leaving out empty ones.
func sentences(all ...string) string {
	var kept []string
	for _, s := range all {
		if s != "" {
			kept = append(kept, s)
		}
	}
	return strings.Join(kept, " ")
}
