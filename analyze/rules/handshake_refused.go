package rules

import (
	"fmt"

	"elbscope/analyze"
	"elbscope/internal/wiretext"
)

// handshakeRefused: the last server in the capture answered, and not with
// 101. After damage it tells what the damage led to; otherwise the cause lies
// with that server or behind it.
var handshakeRefused = &analyze.Rule{
	ID: idHandshakeRefused,
	Check: func(c *analyze.Case) []*analyze.Finding {
		if c.Verdict == analyze.Undetermined {
			return nil // what the server disliked may be in what was not captured
		}
		s := c.Last()
		if s.Response == nil || s.Response.Status() == 0 || s.Response.Status() == 101 {
			return nil
		}
		server := s.Conn.Server.String()
		f := &analyze.Finding{
			Rule:      idHandshakeRefused,
			Certainty: analyze.Proven,
			Title:     fmt.Sprintf("%s refuses the handshake with %s", server, wiretext.Printable(statusText(s), 60)),
			Facts:     baseFacts(c),
		}
		if !s.Signs.Sound() && len(c.Damages) == 0 {
			// A head that was cut may hide what the server did not like.
			f.Certainty = analyze.Inferred
		}
		f.Facts.Arrived = sightingFacts(s)
		f.Facts.Local = s.Leg == analyze.LocalLeg
		if first := c.First(); first != s {
			f.Facts.Sent = sightingFacts(first)
		}
		setAnswer(&f.Facts, s)
		setBeyond(&f.Facts, c, s)
		if outer := c.First(); outer.Response != nil && outer.Response.Status() != s.Response.Status() {
			f.Facts.Meaning = sentences(f.Facts.Meaning, fmt.Sprintf(
				"The client was told something else: %d, from %s.", outer.Response.Status(), outer.Conn.Server))
		}
		f.Group = group(server, fmt.Sprint(s.Response.Status()), f.Facts.By)
		asSymptom(c, f)
		var p proof
		p.request(s)
		p.outcome(s)
		p.path(c)
		f.Evidence = p.list
		return []*analyze.Finding{f}
	},
}
