package rules

import (
	"fmt"
	"slices"
	"strings"

	"elbscope/analyze"
	"elbscope/capture/flow"
)

// httpAfter101: an HTTP head stands where WebSocket frames should be, so that
// one of the two ends has never left HTTP. It is an error although there was
// a 101: the connection cannot live on.
var httpAfter101 = &analyze.Rule{
	ID: idHTTPAfter101,
	Check: func(c *analyze.Case) []*analyze.Finding {
		s := httpOrigin(c)
		if s == nil {
			return nil
		}
		w := &s.WebSocket
		sender, receiver := s.Conn.Client, s.Conn.Server
		if w.HTTPFrom == flow.FromServer {
			sender, receiver = receiver, sender
		}
		f := &analyze.Finding{
			Rule:      idHTTPAfter101,
			Severity:  analyze.Error,
			Certainty: analyze.Proven,
			Title:     fmt.Sprintf("%s sends HTTP into the WebSocket after the 101", senderWords(s)),
			Facts:     baseFacts(c),
			Cause:     causeOf(c),
			Group:     group(s.Conn.Client.Addr().String(), s.Conn.Server.String(), w.HTTPFrom.String()),
		}
		f.Facts.Symptom = f.Cause != nil
		f.Facts.Arrived = sightingFacts(s)
		f.Facts.Local = s.Leg == analyze.LocalLeg
		f.Facts.Line = w.HTTPLine
		f.Facts.By = sender.String()
		f.Facts.Meaning = httpMeaning(c, s)
		setClose(&f.Facts, s)
		var p proof
		p.add(analyze.Evidence{
			Packet: w.HTTPHead, Conn: s.Conn, Quote: w.HTTPLine,
			Text: fmt.Sprintf("%s sends an HTTP head to %s, where a WebSocket frame must stand", sender, receiver),
		})
		p.path(c)
		p.closing(s, "after the HTTP head")
		f.Evidence = p.list
		return []*analyze.Finding{f}
	},
}

func senderWords(s *analyze.Sighting) string {
	if s.WebSocket.HTTPFrom == flow.FromClient {
		return s.Conn.Client.Addr().String()
	}
	return s.Conn.Server.String()
}

// httpOrigin returns the sighting nearest to where the HTTP head came from:
// other legs show it, too, when the hop between them tunnels.
func httpOrigin(c *analyze.Case) *analyze.Sighting {
	var origin *analyze.Sighting
	for _, s := range c.Sightings {
		if s.WebSocket.HTTPHead.Num == 0 {
			continue
		}
		if origin == nil || s.WebSocket.HTTPFrom == flow.FromServer {
			origin = s
		}
	}
	return origin
}

func httpMeaning(c *analyze.Case, s *analyze.Sighting) string {
	if s.WebSocket.HTTPFrom == flow.FromClient {
		if s == c.First() && s.Leg == analyze.ClientLeg {
			return "The client itself sends requests on the connection that it had upgraded."
		}
		return fmt.Sprintf("The hop at %s has put the connection back among those it uses for requests: it did not take the 101 for the end of HTTP.", s.Conn.Client.Addr())
	}
	rewritten := slices.ContainsFunc(c.Damages, func(d analyze.Damage) bool { return d.Kind == analyze.Rewritten })
	if rewritten && strings.HasPrefix(s.WebSocket.HTTPLine, "HTTP/1.1 400") {
		return "The server's HTTP parser has read the first frames as a request and found them broken. That happens where a library writes its 101 by hand while the HTTP server below it, seeing no upgrade in Connection, still holds the connection: socket.io 0.9 on Node versions newer than itself does so."
	}
	return "A part of the server still speaks HTTP on this connection after another part has upgraded it."
}
