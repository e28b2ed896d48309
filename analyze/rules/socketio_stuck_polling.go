package rules

import (
	"fmt"
	"strconv"

	"elbscope/analyze"
)

// socketioStuckPolling: what the user notices of it all. The application
// works, slowly, as socket.io asks by HTTP again and again.
var socketioStuckPolling = &analyze.Rule{
	ID: idSocketIOOnPolling,
	Check: func(c *analyze.Case) []*analyze.Finding {
		p := &c.Polling
		if p.Session == "" || p.Requests < 2 || p.Upgraded || c.Succeeded() {
			return nil
		}
		polling := *p
		f := &analyze.Finding{
			Rule:      idSocketIOOnPolling,
			Severity:  analyze.Warning,
			Certainty: analyze.Proven,
			Cause:     firstError(c),
			Handshake: c.Handshake,
			After:     c.First(),
			Polling:   &polling,
			Words:     pollingWords,
		}
		alike := analyze.Likeness{Server: f.After.Conn.Server}
		if s := maker(c.Handshake); s != nil {
			alike.Effect = statusText(s)
		}
		f.Group = following(f.Cause, alike)
		return []*analyze.Finding{f}
	},
}

var pollingWords = words{
	title: func(*analyze.Finding) string { return "socket.io falls back to polling and stays there" },
	facts: func(f *analyze.Finding, facts *analyze.Facts) {
		facts.Polls = strconv.Itoa(f.Polling.Requests)
		facts.Session = f.Polling.Session
		facts.Arrived = sightingFacts(f.After)
		if s := maker(f.Handshake); s != nil {
			setAnswer(facts, s)
			setBeyond(facts, f.Handshake, s)
		}
		facts.Meaning = "" // it is told by the finding that this one follows from
		if f.Polling.After > 0 {
			facts.Took = span(f.Polling.After.Sub(0))
		}
	},
	proof: func(f *analyze.Finding, p *proof) {
		p.request(f.After)
		p.outcome(f.After)
		p.add(analyze.Evidence{
			Packet: f.Polling.First, Conn: f.Polling.Conn, Quote: f.Polling.FirstLine,
			Text: "The session goes on by polling: the first request after the failure",
		})
		p.add(analyze.Evidence{
			Packet: f.Polling.Last, Conn: f.Polling.Conn,
			Text: fmt.Sprintf("The last of %d polling requests in the capture", f.Polling.Requests),
		})
	},
}.made()

func firstError(c *analyze.Case) *analyze.Finding {
	for _, f := range c.Earlier {
		if f.Severity == analyze.Error {
			return f
		}
	}
	return nil
}
