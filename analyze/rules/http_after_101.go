package rules

import (
	"fmt"
	"net/netip"
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
		s := httpOrigin(c.Handshake)
		if s == nil {
			return nil
		}
		return []*analyze.Finding{{
			Rule:      idHTTPAfter101,
			Severity:  analyze.Error,
			Certainty: analyze.Proven,
			Cause:     causeOf(c),
			Group: analyze.Likeness{
				Back: s.Conn.Client.Addr(), Server: s.Conn.Server, Effect: s.WebSocket.HTTPFrom.String(),
			}.Handle(),
			Handshake: c.Handshake,
			After:     s,
			Words:     httpWords,
		}}
	},
}

var httpWords = words{
	title: func(f *analyze.Finding) string {
		return fmt.Sprintf("%s sends HTTP into the WebSocket after the 101", senderWords(f.After))
	},
	facts: func(f *analyze.Finding, facts *analyze.Facts) {
		s := f.After
		sender, _ := httpEnds(s)
		facts.Arrived = sightingFacts(s)
		facts.Local = s.Leg == analyze.LocalLeg
		facts.Line = s.WebSocket.HTTPLine
		facts.By = sender.String()
		facts.Meaning = httpMeaning(f.Handshake, s)
		setClose(facts, s)
	},
	proof: func(f *analyze.Finding, p *proof) {
		s := f.After
		sender, receiver := httpEnds(s)
		p.add(analyze.Evidence{
			Packet: s.WebSocket.HTTPHead, Conn: s.Conn, Quote: s.WebSocket.HTTPLine,
			Text: fmt.Sprintf("%s sends an HTTP head to %s, where a WebSocket frame must stand", sender, receiver),
		})
		p.path(f.Handshake)
		p.closing(s, "after the HTTP head")
	},
}.made()

// httpEnds are who sent the HTTP head, and to whom.
func httpEnds(s *analyze.Sighting) (sender, receiver netip.AddrPort) {
	if s.WebSocket.HTTPFrom == flow.FromServer {
		return s.Conn.Server, s.Conn.Client
	}
	return s.Conn.Client, s.Conn.Server
}

func senderWords(s *analyze.Sighting) string {
	if s.WebSocket.HTTPFrom == flow.FromClient {
		return s.Conn.Client.Addr().String()
	}
	return s.Conn.Server.String()
}

// httpOrigin returns the sighting nearest to where the HTTP head came from:
// other legs show it, too, when the hop between them tunnels.
func httpOrigin(h *analyze.Handshake) *analyze.Sighting {
	var origin *analyze.Sighting
	for _, s := range h.Sightings {
		if s.WebSocket.HTTPHead.Num == 0 {
			continue
		}
		if origin == nil || s.WebSocket.HTTPFrom == flow.FromServer {
			origin = s
		}
	}
	return origin
}

func httpMeaning(h *analyze.Handshake, s *analyze.Sighting) string {
	if s.WebSocket.HTTPFrom == flow.FromClient {
		if s == h.First() && s.Leg == analyze.ClientLeg {
			return "The client itself sends requests on the connection that it had upgraded."
		}
		return fmt.Sprintf("The hop at %s has put the connection back among those it uses for requests: it did not take the 101 for the end of HTTP.", s.Conn.Client.Addr())
	}
	rewritten := slices.ContainsFunc(h.Damages, func(d analyze.Damage) bool { return d.Kind == analyze.Rewritten })
	if rewritten && strings.HasPrefix(s.WebSocket.HTTPLine, "HTTP/1.1 400") {
		return "The server's HTTP parser has read the first frames as a request and found them broken. That happens where a library writes its 101 by hand while the HTTP server below it, seeing no upgrade in Connection, still holds the connection: socket.io 0.9 on Node versions newer than itself does so."
	}
	return "A part of the server still speaks HTTP on this connection after another part has upgraded it."
}
