package report

import (
	"slices"
	"strconv"
	"strings"

	"elbscope/analyze"
	"elbscope/analyze/http1"
	"elbscope/internal/wiretext"
)

// changes sets what was sent and what arrived side by side, for the damage
// that f speaks of. It reports whether there was something to compare.
func (p *page) changes(h *analyze.Handshake, f *analyze.Finding) bool {
	shown := make(map[[2]int]bool)
	facts := f.Facts()
	for _, d := range h.Damages {
		pair := [2]int{d.Before, d.After}
		if d.Before < 0 || shown[pair] {
			continue
		}
		before, after := h.Sightings[d.Before], h.Sightings[d.After]
		if facts.Sent.Packet != num(before.RequestPacket) || facts.Arrived.Packet != num(after.RequestPacket) {
			continue
		}
		shown[pair] = true
		p.sideBySide(before, after)
	}
	return len(shown) > 0
}

func num(r analyze.PacketRef) string { return strconv.FormatUint(r.Num, 10) }

// row is one header on both sides. A nil value is absent, or not captured
// where the head was cut.
type row struct {
	name       string
	sent, came cell
}

type cell struct {
	value   string
	present bool
	unknown bool
	// cut is set where the capture holds the beginning of the value alone.
	cut bool
}

// differs reports whether two values that are there are not the same, for all
// that was captured of them.
func (c cell) differs(d cell) bool {
	a, b := strings.ToLower(c.value), strings.ToLower(d.value)
	return a != b && !(c.cut && strings.HasPrefix(b, a)) && !(d.cut && strings.HasPrefix(a, b))
}

// The widths of the comparison.
const (
	nameColumn = 25
	leastCell  = 16
	// mostCell bounds a value that goes on below.
	mostCell = 160
)

// alone writes the head of a sighting that there is no other to compare with.
func (p *page) alone(s *analyze.Sighting) {
	p.line("  " + bold.on(wiretext.Pad("", nameColumn+2)+"captured "+p.ref(s.RequestPacket)))
	under := strings.Repeat(" ", nameColumn+4)
	for _, r := range p.rows(s.Request, s.Request) {
		p.text("    "+wiretext.Pad(r.name, nameColumn), under, p.cell(r.sent, mostCell))
	}
}

func (p *page) sideBySide(before, after *analyze.Sighting) {
	p.empty()
	room := (p.width - 2 - nameColumn - 2 - 2) / 2
	if room < leastCell {
		room = leastCell
	}
	sent, came := "sent "+p.ref(before.RequestPacket), "arrived "+p.ref(after.RequestPacket)
	p.line("  " + bold.on(wiretext.Pad("", nameColumn+2)+wiretext.Pad(sent, room)+"  "+came))
	var same []string
	for _, r := range p.rows(before.Request, after.Request) {
		if !p.o.Full && r.sent == r.came && r.name != "Connection" && r.name != "Upgrade" {
			same = append(same, r.name)
			continue
		}
		p.row(r, room)
	}
	if len(same) > 0 {
		p.text("    unchanged: ", "      ", strings.Join(same, ", "))
	}
}

// rows are the request line and the headers that make a handshake.
func (p *page) rows(a, b *http1.Head) []row {
	start := func(h *http1.Head) cell {
		if !h.StartLineWhole {
			return cell{unknown: true}
		}
		return cell{value: h.Method() + " HTTP/" + h.Version(), present: true}
	}
	target := func(h *http1.Head) cell {
		return cell{value: p.target(h.Target()), present: h.Target() != "", unknown: h.Target() == ""}
	}
	rows := []row{{"request", start(a), start(b)}, {"target", target(a), target(b)}}
	for _, name := range headersOf(a, b) {
		rows = append(rows, row{p.wire(name, nameColumn-1), p.headerCell(a, name), p.headerCell(b, name)})
	}
	return rows
}

// headersOf are the headers worth comparing: three always, and all of the
// handshake's own that one side has.
func headersOf(heads ...*http1.Head) []string {
	all := []string{"Host", "Connection", "Upgrade"}
	for _, h := range heads {
		for name := range h.Names() {
			own := len(name) >= 14 && strings.EqualFold(name[:14], "Sec-WebSocket-")
			if own && !slices.ContainsFunc(all, func(s string) bool { return strings.EqualFold(s, name) }) {
				all = append(all, name)
			}
		}
	}
	const most = 12 // a hostile head may have thousands
	return all[:min(len(all), most)]
}

func (p *page) headerCell(h *http1.Head, name string) cell {
	if !h.Has(name) {
		return cell{unknown: !h.Whole}
	}
	return cell{value: p.header(name, h.Join(name)), present: true, cut: cutInside(h, name)}
}

// cutInside reports whether the capture ends inside a field of that name.
func cutInside(h *http1.Head, name string) bool {
	f, ok := h.CutField()
	return ok && strings.EqualFold(f.Name, name)
}

// row writes one comparison with its sign: ! changed, - removed, + added. The
// sign and the words say it; the colour repeats it.
func (p *page) row(r row, room int) {
	mark, look := " ", plain
	switch {
	case r.sent.present && r.came.present && r.sent.differs(r.came):
		mark, look = "!", red
	case r.sent.present && !r.came.present && !r.came.unknown:
		mark, look = "-", red
	case !r.sent.present && !r.sent.unknown && r.came.present:
		mark, look = "+", yellow
	}
	lead := "  " + mark + " " + wiretext.Pad(r.name, nameColumn)
	if mark == " " && r.sent == r.came {
		same := "  (same)"
		if !r.sent.present {
			same = ""
		}
		p.line(lead + p.cell(r.sent, p.width-wiretext.Width(lead)-len(same)) + same)
		return
	}
	left, right := p.cell(r.sent, 0), p.cell(r.came, 0)
	if wiretext.Width(left) <= room && wiretext.Width(right) <= room {
		right = look.orNot(right)
		p.line(lead + wiretext.Pad(left, room) + "  " + right)
		return
	}
	// What is too long for its column may differ where it would be cut.
	p.line(lead)
	p.text("      sent     ", "               ", p.cell(r.sent, mostCell))
	p.styled(look, "      arrived  ", "               ", p.cell(r.came, mostCell))
}

// orNot styles s, or leaves it where there is no style.
func (st style) orNot(s string) string {
	if st == plain {
		return s
	}
	return st.on(s)
}

func (p *page) cell(c cell, max int) string {
	switch {
	case c.cut:
		return p.wire(c.value, max-min(max, 1)) + p.sign("…", "~")
	case c.present && c.value == "":
		return "(empty)"
	case c.present:
		return p.wire(c.value, max)
	case c.unknown:
		return "(not captured)"
	}
	return "(absent)"
}

// sameWire reports whether two sightings are of one exchange, captured at two
// points: the same ends, the same ports.
func sameWire(a, b *analyze.Sighting) bool {
	return a.Conn.ID != b.Conn.ID && a.Conn.Client == b.Conn.Client && a.Conn.Server == b.Conn.Server
}

// sameRequest reports whether two tries would be drawn with the same words.
func sameRequest(a, b *http1.Head) bool {
	return a.Start() == b.Start() && a.Whole == b.Whole && a.Join("Connection") == b.Join("Connection") &&
		a.Join("Upgrade") == b.Join("Upgrade") && a.Has("Connection") == b.Has("Connection") && a.Has("Upgrade") == b.Has("Upgrade")
}
