package rules

import (
	"fmt"
	"strings"

	"elbscope/analyze"
	"elbscope/analyze/http1"
)

// proof collects evidence. Packets that are not in the capture, and those
// that say what an earlier one already said, are left out.
type proof struct {
	list []analyze.Evidence
}

func (p *proof) add(e analyze.Evidence) {
	if e.Packet.Num == 0 {
		return
	}
	for _, have := range p.list {
		if have.Packet.Source == e.Packet.Source && have.Packet.Num == e.Packet.Num && have.Text == e.Text {
			return
		}
	}
	p.list = append(p.list, e)
}

// request adds the request of a sighting, with the lines that make it a
// handshake.
func (p *proof) request(s *analyze.Sighting) {
	text := fmt.Sprintf("From %s to %s the handshake is whole", s.Conn.Client, s.Conn.Server)
	if l := lacks(s); len(l) > 0 {
		text = fmt.Sprintf("From %s to %s: %s", s.Conn.Client, s.Conn.Server, enumerate(l))
	} else if !s.Signs.Sound() {
		text = fmt.Sprintf("From %s to %s; the head is not captured to its end", s.Conn.Client, s.Conn.Server)
	}
	p.add(analyze.Evidence{Packet: s.RequestPacket, Conn: s.Conn, Text: text, Quote: quoteRequest(s.Request)})
}

// outcome adds how the wait for the answer ended on that leg.
func (p *proof) outcome(s *analyze.Sighting) {
	if s.Response != nil {
		text := fmt.Sprintf("%s answers %d", s.Conn.Server, s.Response.Status())
		if s.Early {
			text += ", before the request has arrived"
		}
		p.add(analyze.Evidence{Packet: s.ResponsePacket, Conn: s.Conn, Text: text, Quote: quoteResponse(s)})
		return
	}
	if s.Foreign != nil {
		p.add(analyze.Evidence{
			Packet: s.Foreign.Packet, Conn: s.Conn,
			Text: fmt.Sprintf("%s answers with %s, which is no HTTP/1", s.Conn.Server, foreignWords(s.Foreign)),
		})
	}
	if s.Answer == analyze.AnswerClosed {
		p.closing(s, "without a byte of an answer")
	}
}

// closing adds the first FIN or RST of a sighting's connection.
func (p *proof) closing(s *analyze.Sighting, how string) {
	if s.How == 0 {
		return
	}
	text := fmt.Sprintf("%s closes with %s, %s", closer(s), strings.ToUpper(s.How.String()), how)
	if took, ok := closedAfter(s); ok && s.Response == nil {
		text += ", " + span(took) + " after the request"
	}
	p.add(analyze.Evidence{Packet: s.ClosePacket, Conn: s.Conn, Text: text})
}

// path adds the requests of all sightings in order, those given first, and
// then the outcomes: from the inside out, and on one leg by time, which is
// the order they happened in.
func (p *proof) path(h *analyze.Handshake, first ...*analyze.Sighting) {
	for _, s := range first {
		if s != nil {
			p.request(s)
		}
	}
	for _, s := range h.Sightings {
		p.request(s)
	}
	for end := len(h.Sightings); end > 0; {
		start := end - 1
		for start > 0 && h.Sightings[start-1].Hop == h.Sightings[end-1].Hop {
			start--
		}
		for _, s := range h.Sightings[start:end] {
			p.outcome(s)
		}
		end = start
	}
}

// handshakeLines are the header lines worth quoting, in any case.
var handshakeLines = []string{"Connection", "Upgrade", "Sec-WebSocket-Key", "Sec-WebSocket-Version"}

// quoteRequest returns the request line and the lines of the handshake as
// they were sent, in the order in which they were sent.
func quoteRequest(h *http1.Head) string {
	return quoteLines(h, handshakeLines)
}

func quoteLines(h *http1.Head, names []string) string {
	var b strings.Builder
	b.WriteString(h.Start())
	for f := range h.Fields() {
		for _, n := range names {
			if strings.EqualFold(f.Name, n) {
				b.WriteString("\n" + f.Name + ": " + f.Value)
				break
			}
		}
	}
	return b.String()
}

// maxQuotedBody is how much of a body is quoted: enough to know it by.
const maxQuotedBody = 160

// quoteResponse returns the status line, what names the maker, and the
// beginning of the body.
func quoteResponse(s *analyze.Sighting) string {
	q := quoteLines(s.Response, []string{"Server", "Location", "Via", "Upgrade"})
	if s.Response.Status() == 101 || len(s.Body) == 0 {
		return q
	}
	return q + "\n\n" + string(s.Body[:min(len(s.Body), maxQuotedBody)])
}

// foreignWords says what a server sent in the place of HTTP/1.
func foreignWords(a *analyze.Foreign) string {
	switch name := a.AlertName(); {
	case a.HTTP2:
		return "the SETTINGS of HTTP/2"
	case name != "":
		return "a TLS alert (" + name + ")"
	}
	return "a TLS record"
}
