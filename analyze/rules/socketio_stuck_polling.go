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
		f := &analyze.Finding{
			Rule:      idSocketIOOnPolling,
			Severity:  analyze.Warning,
			Certainty: analyze.Proven,
			Title:     "socket.io falls back to polling and stays there",
			Facts:     baseFacts(c),
			Cause:     firstError(c),
		}
		f.Facts.Symptom = f.Cause != nil
		f.Facts.Polls = strconv.Itoa(p.Requests)
		f.Facts.Session = p.Session
		f.Facts.Arrived = sightingFacts(c.First())
		if s := maker(c); s != nil {
			setAnswer(&f.Facts, s)
			setBeyond(&f.Facts, c, s)
		}
		f.Facts.Meaning = "" // it is told by the finding that this one follows from
		if p.After > 0 {
			f.Facts.Took = span(p.After.Sub(0))
		}
		f.Group = group(c.First().Conn.Server.String(), f.Facts.Status)
		if f.Cause != nil {
			f.Group = group(f.Group, f.Cause.Rule, f.Cause.Group)
		}
		var ev proof
		ev.request(c.First())
		ev.outcome(c.First())
		ev.add(analyze.Evidence{
			Packet: p.First, Conn: p.Conn, Quote: p.FirstLine,
			Text: "The session goes on by polling: the first request after the failure",
		})
		ev.add(analyze.Evidence{
			Packet: p.Last, Conn: p.Conn,
			Text: fmt.Sprintf("The last of %d polling requests in the capture", p.Requests),
		})
		f.Evidence = ev.list
		return []*analyze.Finding{f}
	},
}

func firstError(c *analyze.Case) *analyze.Finding {
	for _, f := range c.Earlier {
		if f.Severity == analyze.Error {
			return f
		}
	}
	return nil
}
