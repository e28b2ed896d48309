package report

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"elbscope/analyze"
	"elbscope/capture/flow"
	"elbscope/internal/wiretext"
)

// The ladder in columns: who took part stands side by side, time goes down,
// and each thing that was sent is an arrow from one to its neighbour. It is for
// the eye; the words are in ladder, leg by leg.

const (
	// columnsLead is the room for the time, columnsTail what stands to the
	// right of the last column's line.
	columnsLead, columnsTail = 10, 2
	// leastGap is the least room between two lines that an arrow with a word
	// on it fits in.
	leastGap = 13
	// mostArrows bounds what is drawn of a handshake that was tried for ever.
	mostArrows = 60
)

// columns draws one ladder.
type columns struct {
	p     *page
	h     *analyze.Handshake
	legs  [][]*analyze.Sighting
	marks map[int]string
	gap   int // from one line to the next
}

// arrow is one thing that went over a leg.
type arrow struct {
	at     flow.Time
	leg    int
	up     bool
	labels []string // the longest that fits is taken
	style  style
	// hurt is set where the hop that sent it had damaged it.
	hurt bool
	// note stands in the place of an arrow: what did not come, or was too much
	// for arrows. timeless is set where at only says where it is drawn.
	note     string
	timeless bool
}

// columns reports whether there is room to draw the ladder of h so.
func (p *page) columns(h *analyze.Handshake) bool {
	c := &columns{p: p, h: h, legs: legsOf(h)}
	c.marks = marksOf(h, c.legs)
	c.gap = (p.width - columnsLead - columnsTail) / len(c.legs)
	if c.gap < leastGap {
		return false
	}
	c.gap = min(c.gap, 40)
	c.heads()
	arrows := c.arrows()
	for i, a := range arrows {
		if i == mostArrows {
			p.line(fmt.Sprintf("  (%s, in words below)", Count(len(arrows)-i, "more arrow", "more arrows")))
			break
		}
		c.draw(&a)
	}
	return true
}

// columnName is a short name for the head of a column.
var columnName = map[string]string{
	"instance's own proxy": "instance's proxy", "application on the instance": "application",
	"client or proxy on the instance": "client or proxy",
}

// head returns the lines at the head of column i: who it is, its addresses,
// and what went wrong there.
func (c *columns) head(i int) []string {
	room := c.gap - 1
	n := len(c.legs)
	var name, address string
	if i < n {
		name, address = nodeName(c.legs, i), nodeAddress(c.legs, i)
	} else {
		last := c.legs[n-1][0]
		name, address = lastName(last), last.Conn.Server.String()
	}
	if i == 0 && len(address) > room { // the client's port says the least
		address = c.legs[0][0].Conn.Client.Addr().String()
	}
	var out []string
	for _, l := range c.p.wrap(cmp.Or(columnName[name], name), room, room) {
		out = append(out, bold.on(l))
	}
	for part := range strings.SplitSeq(address, " / ") {
		out = append(out, c.p.wrap(part, room, room)...)
	}
	if mark := c.marks[i]; mark != "" {
		for _, l := range c.p.wrap(c.p.sign("✗ ", "x ")+mark, room, room) {
			out = append(out, red.on(l))
		}
	}
	return out
}

// heads writes the heads of all columns. That of the last one stands to the
// left of its line, in the rows where the one before it leaves room.
func (c *columns) heads() {
	n := len(c.legs)
	rows := 0
	blocks := make([][]string, n)
	for i := range blocks {
		blocks[i] = c.head(i)
		rows = max(rows, len(blocks[i]))
	}
	last := c.head(n)
	for i := 0; i < rows || len(last) > 0; i++ {
		line := strings.Repeat(" ", columnsLead)
		for _, b := range blocks {
			text := ""
			if i < len(b) {
				text = b[i]
			}
			line += text + strings.Repeat(" ", max(c.gap-wiretext.Width(text), 0))
		}
		line = strings.TrimRight(line, " ")
		if len(last) > 0 {
			at := columnsLead + n*c.gap + columnsTail - wiretext.Width(last[0])
			if room := at - wiretext.Width(line); room > 0 {
				line += strings.Repeat(" ", room) + last[0]
				last = last[1:]
			} else if wiretext.Width(line) == 0 { // it is too wide for any row
				line, last = last[0], last[1:]
			}
		}
		c.p.line(line)
	}
}

// arrows returns what was sent, in the order in which it was captured.
func (c *columns) arrows() []arrow {
	var all []arrow
	for i, tries := range c.legs {
		for k, s := range tries {
			if k > 0 && sameWire(s, tries[k-1]) {
				continue // captured a second time
			}
			all = append(all, c.sent(s, i, k > 0)...)
		}
	}
	slices.SortStableFunc(all, func(a, b arrow) int {
		// Of one moment, what goes down goes from the client to the server.
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(direction(a), direction(b)))
	})
	return all
}

func direction(a arrow) int {
	if a.up {
		return 1000 - a.leg
	}
	return a.leg
}

// sent returns the arrows of one sighting.
func (c *columns) sent(s *analyze.Sighting, leg int, again bool) []arrow {
	request := arrow{at: s.Time, leg: leg, labels: c.requestLabels(s, again), hurt: c.marks[leg] != "" && hurt(s)}
	if hurt(s) {
		request.style = red
	}
	all := []arrow{request}
	if s.Response != nil && s.Response.Status() != 0 {
		answer := arrow{at: s.Answered, leg: leg, up: true, style: red, labels: c.answerLabels(s)}
		if s.Response.Status() == 101 {
			answer.style = green
		}
		all = append(all, answer)
		if s.WebSocket.Total() > 0 {
			all = append(all, c.frames(s, leg))
		}
	} else if s.Foreign != nil {
		at := s.Time + s.Foreign.Packet.Time - s.RequestPacket.Time
		label := c.ref(s.Foreign.Packet) + foreignWords(s.Foreign)
		all = append(all, arrow{at: at, leg: leg, up: true, style: red, labels: []string{label, s.Foreign.Protocol()}})
	} else if note := map[analyze.Answer]string{
		analyze.AnswerLost: "answer not captured", analyze.AnswerAlien: "answer is no HTTP", analyze.AnswerNone: "no answer yet",
	}[s.Answer]; note != "" && (s.How == 0 || s.Answer != analyze.AnswerNone) {
		all = append(all, arrow{at: s.Time, leg: leg, up: true, timeless: true, note: note})
	}
	if s.How != 0 {
		end := arrow{at: s.Closed, leg: leg, up: s.ClosedBy == flow.FromServer}
		word := strings.ToUpper(s.How.String())
		end.labels = []string{c.ref(s.ClosePacket) + word, word}
		if s.Answer == analyze.AnswerClosed {
			end.style = red
			end.labels = append([]string{c.ref(s.ClosePacket) + word + ", no answer"}, end.labels...)
		}
		all = append(all, end)
	}
	return all
}

// frames stands for all that went over a leg after the 101, both ways. What is
// known of it is when the last byte passed, which is the last frame's unless
// something else came among the frames; then it has no time.
func (c *columns) frames(s *analyze.Sighting, leg int) arrow {
	w := &s.WebSocket
	n := w.Total()
	note := arrow{at: s.Answered, leg: leg, up: true, timeless: true, note: Count(n, "frame", "frames")}
	if !w.Lost && w.HTTPHead.Num == 0 && w.LastPayload >= s.Answered {
		note.at, note.timeless = w.LastPayload, false
		if n > 1 {
			note.note = "last of " + note.note
		}
	}
	note.note = c.p.sign("⇅ ", "") + note.note
	return note
}

// hurt tells whether a sighting shows the handshake damaged.
func hurt(s *analyze.Sighting) bool {
	return slices.Contains([]analyze.Tri{
		s.Signs.Get, s.Signs.HTTP11, s.Signs.Upgrade, s.Signs.Connection, s.Signs.Key, s.Signs.Version,
	}, analyze.No)
}

// ref is a packet's number with a blank behind it.
func (c *columns) ref(r analyze.PacketRef) string { return c.p.ref(r) + " " }

// requestLabels says in one word or more what the request looks like there.
func (c *columns) requestLabels(s *analyze.Sighting, again bool) []string {
	long, short := "Connection: "+c.p.header("Connection", s.Request.Join("Connection")), "Upgrade"
	switch {
	case s.Signs.HTTP11 == analyze.No:
		long = "HTTP/" + s.Request.Version()
		short = long
	case s.Signs.UpgradeThere == analyze.No:
		long, short = "no Upgrade header", "no Upgrade"
	case s.Signs.Connection == analyze.No && !s.Request.Has("Connection"):
		long, short = "no Connection header", "no Connection"
	case s.Signs.Connection == analyze.No:
		short = c.p.header("Connection", s.Request.Join("Connection"))
	case hurt(s):
		long = damageWords(analyze.Altered, s)
		short = strings.TrimPrefix(long, "changed ")
	case s.Signs.Connection != analyze.Yes:
		long, short = "head is cut", "head is cut"
	}
	long, short = c.p.wire(long, 60), c.p.wire(short, 30)
	method := c.p.wire(s.Request.Method(), 12) + " "
	ref := c.ref(s.RequestPacket)
	if again {
		return []string{ref + "again: " + long, ref + "again: " + short, ref + "again", "again", short}
	}
	return []string{ref + method + long, ref + long, ref + method + short, ref + short, short, strings.TrimSpace(method)}
}

// answerLabels are a status with its packet; only known phrases are repeated.
func (c *columns) answerLabels(s *analyze.Sighting) []string {
	code := strconv.Itoa(s.Response.Status())
	ref := c.ref(s.ResponsePacket)
	return []string{ref + code + " " + http.StatusText(s.Response.Status()), ref + code, code}
}

// draw writes one arrow with the lines of all columns.
func (c *columns) draw(a *arrow) {
	rail := c.p.sign("│", "|")
	when := "+" + span(a.at.Sub(c.h.Start))
	if a.at < c.h.Start {
		when = span(a.at.Sub(c.h.Start))
	}
	if a.timeless {
		when = ""
	}
	line := strings.Repeat(" ", max(columnsLead-2-len(when), 0)) + when + "  "
	for k := range c.legs {
		end := rail
		if a.hurt && k == a.leg {
			end = red.on(c.p.sign("✗", "x"))
		}
		body := strings.Repeat(" ", c.gap-1)
		if k == a.leg {
			body = c.body(a)
		}
		line += end + body
	}
	c.p.line(line + rail)
}

// body is what stands between two lines: an arrow with the longest label that
// leaves a dash at each end, or a note.
func (c *columns) body(a *arrow) string {
	room := c.gap - 1
	if a.note != "" {
		note := " " + prefix(a.note, room-1)
		return yellow.on(note) + strings.Repeat(" ", max(room-wiretext.Width(note), 0))
	}
	label := ""
	for _, l := range a.labels {
		if label = strings.TrimSpace(l); wiretext.Width(label) <= room-3 {
			break
		}
	}
	if wiretext.Width(label) > room-3 {
		label = prefix(label, room-3)
	}
	dash, right, left := c.p.sign("─", "-"), c.p.sign("▶", ">"), c.p.sign("◀", "<")
	fill := strings.Repeat(dash, max(room-2-wiretext.Width(label), 0))
	body := dash + label + fill + right
	if a.up {
		body = left + dash + label + fill
	}
	if a.style != 0 {
		body = a.style.on(body)
	}
	return body
}
