package rules

import (
	"slices"

	"elbscope/analyze"
	"elbscope/analyze/ws"
	"elbscope/capture/flow"
)

// rsv1WithoutExtension: frames have RSV1, as permessage-deflate sets it, on a leg
// whose 101 names no extension. Whoever gets them must fail the connection (RFC
// 6455 section 5.2). A hop that takes Sec-WebSocket-Extensions out of the 101 and
// then passes the bytes on makes of two sound ends a broken WebSocket.
var rsv1WithoutExtension = &analyze.Rule{
	ID: idRSV1WithoutExtension,
	Check: func(c *analyze.Case) []*analyze.Finding {
		if !slices.ContainsFunc(c.Sightings, func(s *analyze.Sighting) bool { return s.WebSocket.Compressed.Num != 0 }) {
			return nil // nearly always
		}
		var found []*analyze.Finding
		legs := byHop(c.Handshake)
		for _, from := range []flow.Dir{flow.FromClient, flow.FromServer} {
			way := legs // as the frames go
			if from == flow.FromServer {
				way = slices.Clone(legs)
				slices.Reverse(way)
			}
			if i := slices.IndexFunc(way, func(s *analyze.Sighting) bool { return compressedFrom(s, from) }); i >= 0 {
				found = append(found, rsv1Finding(c, way, i, from))
			}
		}
		return found
	},
}

// compressedFrom reports whether one side of a leg is known to send compressed
// frames though nothing was agreed on. Where it breaks other rules, too, they may
// be no frames at all.
func compressedFrom(s *analyze.Sighting, from flow.Dir) bool {
	w := &s.WebSocket
	return w.Compressed.Num != 0 && w.CompressedFrom == from && known101(s) &&
		!w.Lost && w.HTTPHead.Num == 0 && len(w.Violations[from]) == 1
}

func rsv1Finding(c *analyze.Case, way []*analyze.Sighting, i int, from flow.Dir) *analyze.Finding {
	wrong := way[i]
	f := &analyze.Finding{
		Rule:      idRSV1WithoutExtension,
		Severity:  analyze.Warning,
		Certainty: analyze.Proven,
		Handshake: c.Handshake,
		After:     wrong,
		Words:     rsv1Words,
	}
	alike := analyze.Likeness{Back: wrong.Conn.Client.Addr(), Server: wrong.Conn.Server, Effect: from.String()}
	if i > 0 && agreedToDeflate(way[i-1]) {
		if f.Before = wrong; from == flow.FromServer {
			f.After = way[i-1]
		} else {
			f.Before = way[i-1]
		}
		alike.Front, alike.Back, alike.Server = f.Before.Conn.Server, f.After.Conn.Client.Addr(), f.After.Conn.Server
	}
	if refusedAt(c.Handshake, from) != nil {
		f.Severity = analyze.Error
	}
	f.Group = alike.Handle()
	return f
}

// agreedToDeflate reports whether the 101 of a leg is known to agree to
// permessage-deflate.
func agreedToDeflate(s *analyze.Sighting) bool {
	if !known101(s) {
		return false
	}
	deflate, _ := ws.ExtensionsOf(s.Response.Join(extensionsField))
	return deflate
}

// refusedAt returns the leg on which whoever gets those compressed frames closes on
// them, the one nearest to who does so; nil if nobody does. It is done with a close
// frame that says why, or at once and without one.
func refusedAt(h *analyze.Handshake, from flow.Dir) *analyze.Sighting {
	legs := byHop(h)
	if from == flow.FromClient {
		slices.Reverse(legs)
	}
	for _, s := range legs {
		if s.WebSocket.Compressed.Num != 0 && s.WebSocket.CompressedFrom == from && (callsItAnError(s) || closesOnFrames(s)) {
			return s
		}
	}
	return nil
}

func callsItAnError(s *analyze.Sighting) bool {
	return s.WebSocket.CloseCode[s.WebSocket.CompressedFrom.Other()] == protocolError
}

func closesOnFrames(s *analyze.Sighting) bool {
	w := &s.WebSocket
	by := w.CompressedFrom.Other()
	return s.How != 0 && s.ClosedBy == by && !w.CloseFrame[0] && !w.CloseFrame[1] && !w.Lost &&
		s.ClosePacket.Time >= w.Compressed.Time && s.ClosePacket.Time-w.Compressed.Time <= hungUpSoon
}

// compressedLeg is the leg whose frames the finding is about: the one of its two
// that agreed to nothing.
func compressedLeg(f *analyze.Finding) *analyze.Sighting {
	if f.Before != nil && agreedToDeflate(f.After) {
		return f.Before
	}
	return f.After
}

var rsv1Words = words{
	title: func(f *analyze.Finding) string {
		s := compressedLeg(f)
		switch {
		case f.Before == nil && s.WebSocket.CompressedFrom == flow.FromServer:
			return s.Conn.Server.String() + " sends compressed frames that were not agreed on"
		case f.Before == nil:
			return s.Conn.Client.Addr().String() + " sends compressed frames that were not agreed on"
		case s == f.Before:
			return hopShort(f.Before, f.After) + " takes permessage-deflate out of the 101, and passes compressed frames on"
		}
		return hopShort(f.Before, f.After) + " puts permessage-deflate into the 101, and passes compressed frames on"
	},
	facts: func(f *analyze.Finding, facts *analyze.Facts) {
		s := compressedLeg(f)
		other := f.After
		if s == f.After {
			other = f.Before
		}
		if f.Before != nil {
			setHop(facts, f.Before, f.After)
			facts.Expected = lineOf(other.Response, extensionsField)
		} else {
			facts.Arrived = sightingFacts(s)
			facts.Local = s.Leg == analyze.LocalLeg
		}
		facts.By, _ = frameEnds(s)
		facts.Found = lineOf(s.Response, extensionsField)
		switch at := refusedAt(f.Handshake, s.WebSocket.CompressedFrom); {
		case at == nil:
		case callsItAnError(at):
			_, receiver := frameEnds(at)
			facts.Meaning = "The other end, " + receiver + ", closed the WebSocket with 1002, protocol error."
		default:
			setClose(facts, at)
		}
	},
	proof: func(f *analyze.Finding, p *proof) {
		s := compressedLeg(f)
		sender, receiver := frameEnds(s)
		p.add(analyze.Evidence{
			Packet: s.WebSocket.Compressed, Conn: s.Conn,
			Text: sender + " sends " + receiver + " a frame with RSV1, which no extension gives a meaning there",
		})
		for _, leg := range []*analyze.Sighting{f.After, f.Before} {
			if leg == nil {
				continue
			}
			text := "The 101 of " + leg.Conn.Server.String() + " names no extension"
			if agreedToDeflate(leg) {
				text = "The 101 of " + leg.Conn.Server.String() + " agrees to permessage-deflate"
			}
			p.add(analyze.Evidence{Packet: leg.ResponsePacket, Conn: leg.Conn, Text: text, Quote: quoteLines(leg.Response, answerLines)})
		}
		p.path(f.Handshake)
		if at := refusedAt(f.Handshake, s.WebSocket.CompressedFrom); at != nil {
			p.closing(at, "after the compressed frame")
		}
	},
}.made()

// frameEnds are who sends the compressed frames of a leg, and who gets them.
func frameEnds(s *analyze.Sighting) (sender, receiver string) {
	if s.WebSocket.CompressedFrom == flow.FromServer {
		return s.Conn.Server.String(), s.Conn.Client.String()
	}
	return s.Conn.Client.String(), s.Conn.Server.String()
}
