package report

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"elbscope/analyze"
	"elbscope/analyze/http1"
	"elbscope/capture/flow"
	"elbscope/internal/wiretext"
)

// ladder draws the way of one handshake from the client down to the last
// server in the capture, leg by leg: what was asked, what came back, who hung
// up, and where it was damaged.
func (p *page) ladder(h *analyze.Handshake) {
	legs := legsOf(h)
	marks := marksOf(h, legs)
	p.subheading(fmt.Sprintf("The way of %s, %s", p.wire(h.ID, 0), p.clock(h.Start)))
	if origin := p.origin(h.First()); origin != "" {
		p.text("  ", "    ", origin)
	}
	column := p.refColumn(h)
	for i, leg := range legs {
		p.node(nodeName(legs, i), nodeAddress(legs, i), marks[i])
		p.leg(h, leg, column)
	}
	last := legs[len(legs)-1][0]
	p.node(lastName(last), last.Conn.Server.String(), marks[len(legs)])
}

// legsOf groups the sightings by hop, nearest to the client first.
func legsOf(h *analyze.Handshake) [][]*analyze.Sighting {
	var legs [][]*analyze.Sighting
	for i, s := range h.Sightings {
		if i == 0 || s.Hop != h.Sightings[i-1].Hop {
			legs = append(legs, nil)
		}
		legs[len(legs)-1] = append(legs[len(legs)-1], s)
	}
	return legs
}

// nodeName names what stands at the upper end of a leg.
func nodeName(legs [][]*analyze.Sighting, i int) string {
	leg := legs[i][0].Leg
	switch {
	case i == 0 && leg == analyze.ClientLeg:
		return "client"
	case i == 0 && leg == analyze.LocalLeg && len(legs[i][0].Marks) == 0:
		return "client or proxy on the instance"
	case leg == analyze.LocalLeg:
		return "instance's own proxy"
	case i == 0:
		return "load balancer or proxy"
	case legs[i-1][0].Leg == analyze.ClientLeg:
		return "load balancer"
	}
	return "proxy"
}

func nodeAddress(legs [][]*analyze.Sighting, i int) string {
	below := legs[i][0].Conn.Client
	if i == 0 {
		return below.String()
	}
	front, back := legs[i-1][0].Conn.Server, below.Addr()
	if front.Addr() == back {
		return front.String()
	}
	return front.String() + " / " + back.String()
}

func lastName(s *analyze.Sighting) string {
	switch s.Leg {
	case analyze.LocalLeg:
		return "application on the instance"
	case analyze.InstanceLeg:
		return "instance"
	}
	return "server"
}

// origin says who the client was where its own leg is not in the capture.
func (p *page) origin(s *analyze.Sighting) string {
	if s.Leg == analyze.ClientLeg {
		return ""
	}
	switch {
	case s.Proxy.Source.IsValid():
		return fmt.Sprintf("(client %s by its PROXY header; its own leg is not in the capture)", s.Proxy.Source)
	case s.ForwardedFor != "":
		return fmt.Sprintf("(client %s by X-Forwarded-For; its own leg is not in the capture)", p.wire(s.ForwardedFor, 40))
	}
	return "(the client's own leg is not in the capture)"
}

// node writes one hop; a mark that does not fit beside it goes below.
func (p *page) node(name, address, mark string) {
	s := "  " + bold.on(name) + " " + address
	if mark == "" {
		p.line(s)
		return
	}
	m := p.sign("◀── ", "<-- ") + mark
	if wiretext.Width(s)+3+wiretext.Width(m) <= p.width {
		p.line(s + "   " + red.on(m))
		return
	}
	p.line(s)
	p.styled(red, "      ", "          ", m)
}

// refColumn is the width of the packet numbers of h.
func (p *page) refColumn(h *analyze.Handshake) int {
	w := 0
	for _, s := range h.Sightings {
		for _, r := range []analyze.PacketRef{s.RequestPacket, answerPacket(s), s.ClosePacket} {
			w = max(w, len(p.ref(r)))
		}
	}
	return w
}

// maxTries bounds the tries on one leg that are drawn.
const maxTries = 3

func (p *page) leg(h *analyze.Handshake, tries []*analyze.Sighting, column int) {
	rail := "    " + p.sign("│", "|") + "  "
	for i, s := range tries {
		if len(tries) > maxTries && i == maxTries-1 {
			p.line(rail + fmt.Sprintf("(%s between)", Count(len(tries)-maxTries, "more try", "more tries")))
		}
		if len(tries) > maxTries && i >= maxTries-1 && i < len(tries)-1 {
			continue
		}
		again := ""
		if i > 0 {
			again = fmt.Sprintf("tried again after %s", span(s.Time.Sub(tries[i-1].Time)))
			if sameWire(s, tries[i-1]) {
				again = "captured a second time"
			}
			if !sameRequest(s.Request, tries[i-1].Request) {
				p.line(rail + again + ":")
				again = ""
			}
		}
		p.exchange(h, s, rail, column, again)
	}
	p.line("    " + p.sign("▼", "v"))
}

// exchange draws one request down a leg and what came back up. Where again is
// not empty the request is the one before, and these words stand for it.
func (p *page) exchange(h *analyze.Handshake, s *analyze.Sighting, rail string, column int, again string) {
	down, up := p.sign(" ─▶ ", " -> "), p.sign(" ◀─ ", " <- ")
	under := rail + strings.Repeat(" ", column+4)
	answer := func() { p.answered(h, s, rail+wiretext.Pad(p.ref(answerPacket(s)), column)+up, under) }
	ended := func() {
		if s.How != 0 {
			arrow := up
			if s.ClosedBy == flow.FromClient {
				arrow = down
			}
			p.line(rail + wiretext.Pad(p.ref(s.ClosePacket), column) + arrow + p.closeWords(s))
		}
	}
	// What came before the request is drawn before it.
	early := s.Early && (s.Response != nil || s.Foreign != nil)
	endedFirst := early && s.How != 0 && s.ClosePacket.Num < s.RequestPacket.Num
	if early {
		answer()
	}
	if endedFirst {
		ended()
	}
	if again != "" {
		p.line(rail + wiretext.Pad(p.ref(s.RequestPacket), column) + down + again + ", the same")
	} else {
		p.request(s, rail+wiretext.Pad(p.ref(s.RequestPacket), column)+down, under)
	}
	if !early {
		answer()
	}
	if !endedFirst {
		ended()
	}
}

// request draws what was asked: the line, and the two headers that hops lose.
func (p *page) request(s *analyze.Sighting, lead, under string) {
	room := p.width - wiretext.Width(under)
	p.line(lead + p.requestLine(s.Request, room))
	if v := s.Proxy.Version; v != "" {
		p.line(under + "behind a PROXY " + p.wire(v, 8) + " header")
	}
	words := p.handshakeWords(s.Request, room)
	beside := !p.o.Full && wiretext.Width(words[0]+words[1])+len(gutter) <= room
	for i, bad := range [...]analyze.Tri{s.Signs.Connection, s.Signs.Upgrade} {
		if bad == analyze.No {
			words[i] = red.on(words[i])
		}
	}
	if beside {
		p.line(under + words[0] + gutter + words[1])
		return
	}
	p.line(under + words[0])
	p.line(under + words[1])
}

// gutter is between two headers on one line.
const gutter = "    "

func (p *page) requestLine(h *http1.Head, room int) string {
	if h.Target() == "" || !h.StartLineWhole {
		return p.wire(p.masking.quote(h.Start()), room-1) + p.sign("…", "~")
	}
	method, version := p.wire(h.Method(), 20), " HTTP/"+p.wire(h.Version(), 10)
	return method + " " + p.wire(p.target(h.Target()), room-wiretext.Width(method+version)-1) + version
}

// handshakeWords are the two headers that hops lose, as they stood there.
func (p *page) handshakeWords(h *http1.Head, room int) []string {
	var words []string
	for _, name := range []string{"Connection", "Upgrade"} {
		switch {
		case cutInside(h, name):
			words = append(words, p.wire(name+": "+p.header(name, h.Join(name)), room-1)+p.sign("…", "~"))
		case h.Has(name):
			words = append(words, p.wire(name+": "+p.header(name, h.Join(name)), room))
		case h.Whole:
			words = append(words, "no "+name+" header")
		default:
			words = append(words, "("+name+" is not in what was captured)")
		}
	}
	return words
}

// answered draws how the wait for the answer ended.
func (p *page) answered(h *analyze.Handshake, s *analyze.Sighting, lead, under string) {
	room := p.width - wiretext.Width(lead)
	switch {
	case s.Response != nil && s.Response.Status() != 0:
		took := ""
		switch {
		case s.Early:
			took = "  (before the request arrived)"
		case s.Answered >= s.Time:
			took = fmt.Sprintf("  (after %s)", span(s.Answered.Sub(s.Time)))
		}
		words := fmt.Sprintf("%d %s", s.Response.Status(), s.Response.Reason())
		p.line(lead + p.wire(strings.TrimRight(words, " "), room-len(took)) + took)
		if said := said(h, s); said != "" && !p.o.Full {
			p.line(under + "> " + p.wire(p.masking.quote(said), p.width-wiretext.Width(under)-2))
		}
		if n := s.WebSocket.Total(); n > 0 {
			p.line(under + fmt.Sprintf("%s: %d from the client, %d from the server", Count(n, "WebSocket frame", "WebSocket frames"),
				s.WebSocket.Frames[flow.FromClient], s.WebSocket.Frames[flow.FromServer]))
		}
	case s.Answer == analyze.AnswerLost:
		p.line(under + "(the answer is missing in the capture)")
	case s.Foreign != nil:
		took := ""
		if s.Early {
			took = "  (before the request arrived)"
		}
		p.line(lead + foreignWords(s.Foreign) + took)
	case s.Answer == analyze.AnswerAlien:
		p.line(under + "(what came back is no HTTP)")
	case s.Answer == analyze.AnswerNone && s.How == 0:
		p.line(under + "(no answer until the capture ended)")
	}
}

// answerPacket is where the answer begins, in HTTP/1 or in another protocol.
func answerPacket(s *analyze.Sighting) analyze.PacketRef {
	if s.Foreign != nil {
		return s.Foreign.Packet
	}
	return s.ResponsePacket
}

// foreignWords names what came in the place of HTTP/1.
func foreignWords(a *analyze.Foreign) string {
	switch name := a.AlertName(); {
	case a.HTTP2:
		return "SETTINGS of HTTP/2"
	case name != "":
		return "TLS alert, " + name
	}
	return "a TLS record"
}

// said is the first line of a refusal in plain text, where it was made: most
// libraries name there what they miss. A page of HTML says it in its status,
// and what a hop only passes on is shown further in.
func said(h *analyze.Handshake, s *analyze.Sighting) string {
	body := strings.TrimSpace(string(s.Body))
	if s.Response.Status() == 101 || body == "" || body[0] == '<' || !utf8.ValidString(body) {
		return ""
	}
	for _, o := range h.Sightings {
		if o.Hop > s.Hop && o.Response != nil && bytes.Equal(o.Body, s.Body) {
			return ""
		}
	}
	line, _, _ := strings.Cut(body, "\n")
	if line = strings.TrimSpace(line); line == s.Response.Reason() {
		return ""
	}
	return line
}

func (p *page) closeWords(s *analyze.Sighting) string {
	who := "the server"
	switch {
	case s.ClosedBy == flow.FromClient && s.Leg == analyze.ClientLeg:
		who = "the client"
	case s.ClosedBy == flow.FromClient:
		who = s.Conn.Client.Addr().String()
	}
	words := strings.ToUpper(s.How.String()) + " by " + who
	if s.Answer == analyze.AnswerClosed {
		words += ", without a byte of an answer"
	}
	return words
}
