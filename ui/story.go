package ui

import (
	"fmt"
	"strings"

	"github.com/gdamore/tcell/v2"

	"elbscope/analyze"
	"elbscope/internal/wiretext"
	"elbscope/ui/report"
)

// story shows one handshake: the ladder, and what is wrong and how to mend it.
// Below them, by a key each, what it rests on.
type story struct {
	a      *App
	id     string
	h      *analyze.Handshake
	words  *report.Lines
	ladder *pane
	text   *pane
	// active is the pane that keys move in.
	active *pane
}

// beside is how wide the screen must be for the two to stand side by side.
const beside = 118

func newStory(a *App, id string) *story {
	s := &story{a: a, id: id}
	s.ladder = newPane(a.theme, "the way of the handshake", func(w int) []line { return a.lines(s.words.Ladder(s.h, w-1)) })
	s.text = newPane(a.theme, "what is wrong, and what to do", s.explain)
	s.ladder.aim = []string{"✗─", "HERE"} // the damaged arrow, or the place of the damage
	s.active = s.text
	return s
}

// explain tells what is wrong: in short, so that cause, culprit and remedy
// stand on the first screen, then in full.
func (s *story) explain(width int) []line {
	width = min(width-1, 100)
	out := s.a.lines(s.words.Summary(s.h, width))
	if len(s.h.Findings) > 0 {
		out = append(out, nil, line{own(strong, "In full")}, nil)
		out = append(out, s.a.lines(s.words.Findings(s.h, width))...)
	}
	return out
}

func (s *story) title() string { return "story of " + s.id }

func (s *story) refresh(st *State) {
	for _, h := range st.Snap.Handshakes {
		if h.ID == s.id && h != s.h {
			s.h = h
			s.words = s.a.words(h)
			s.ladder.renew()
			s.text.renew()
		}
	}
}

func (s *story) draw(c tcell.Screen, x, y, width, height int) {
	s.ladder.focused, s.text.focused = s.active == s.ladder, s.active == s.text
	if width >= beside {
		half := width / 2
		s.ladder.SetRect(x, y, half-1, height)
		s.text.SetRect(x+half, y, width-half, height)
	} else {
		// One above the other: the ladder's arrows and the causes have the
		// same right to be seen, until one of them is read.
		upper := height * 9 / 20
		if height < 18 {
			upper = height / 3
		}
		if s.active == s.ladder {
			upper = height * 2 / 3
		}
		s.ladder.SetRect(x, y, width, upper)
		s.text.SetRect(x, y+upper, width, height-upper)
	}
	s.ladder.Draw(c)
	s.text.Draw(c)
}

func (s *story) focus() mover { return s.active }

func (s *story) click(x, y int) {
	for _, p := range []*pane{s.ladder, s.text} {
		if p.InRect(x, y) {
			s.active = p
		}
	}
}

func (s *story) bindings() []binding {
	return append([]binding{
		{keys: []string{"Tab", "Shift-Tab"}, help: "the other half", brief: "other half", do: s.other},
		{keys: []string{"m"}, help: "what to change, ready to copy (y)", brief: "mend", do: func() { s.a.open(newRemedies(s)) }},
		{keys: []string{"d"}, help: "headers as sent and as arrived, side by side", brief: "headers", do: func() { s.a.open(newHeaders(s)) }},
		{keys: []string{"b"}, help: "the raw bytes of each sighting", brief: "bytes", do: func() { s.a.open(newBytes(s)) }},
		{keys: []string{"p"}, help: "the packets, numbered as in Wireshark", brief: "packets", do: func() { s.a.open(newPackets(s)) }},
		{keys: []string{"c"}, help: "what else went over its connections", brief: "connection", do: func() { s.a.open(newNeighbours(s)) }},
	}, s.a.saving(func() []*analyze.Handshake { return []*analyze.Handshake{s.h} })...)
}

func (s *story) other() {
	if s.active == s.text {
		s.active = s.ladder
	} else {
		s.active = s.text
	}
}

// sheet is a screen of one pane.
type sheet struct {
	name string
	pane *pane
	keys []binding
}

func (s *sheet) title() string       { return s.name }
func (s *sheet) refresh(*State)      {}
func (s *sheet) focus() mover        { return s.pane }
func (s *sheet) click(_, _ int)      {}
func (s *sheet) bindings() []binding { return s.keys }

func (s *sheet) draw(c tcell.Screen, x, y, width, height int) {
	s.pane.SetRect(x, y, width, height)
	s.pane.Draw(c)
}

// newRemedies says what to change.
func newRemedies(s *story) *sheet {
	a := s.a
	return &sheet{name: "what to change for " + s.id, pane: newPane(a.theme, "", func(w int) []line {
		return a.lines(s.words.Remedies(s.h, min(w-1, 100)))
	})}
}

// newHeaders compares the heads of neighbouring legs.
func newHeaders(s *story) *sheet {
	a := s.a
	return &sheet{name: "headers of " + s.id, pane: newPane(a.theme, "", func(w int) []line {
		var out []line
		all := s.h.Sightings
		before := 0
		for i := 1; i < len(all); i++ {
			if all[i].Hop != all[before].Hop {
				out = append(out, line{own(strong, "from "+leg(all[before]))}, line{own(strong, "to   "+leg(all[i]))})
				out = append(out, a.lines(s.words.Headers(all[before], all[i], w-1))...)
				out = append(out, nil)
				before = i
			}
		}
		if len(out) > 0 {
			return out
		}
		out = append(out, line{own(plain, "Only one leg is in the capture: there is nothing to compare it with.")}, nil)
		for _, x := range all { // tried again, each time
			out = append(out, line{own(strong, leg(x))})
			out = append(out, a.lines(s.words.Head(x, w-1))...)
			out = append(out, nil)
		}
		return out
	})}
}

// leg names the wire of a sighting.
func leg(s *analyze.Sighting) string {
	return fmt.Sprintf("%s > %s (%s leg)", s.Conn.Client, s.Conn.Server, s.Leg)
}

// newBytes shows the heads exactly as they were sent, line ends included.
func newBytes(s *story) *sheet {
	a := s.a
	return &sheet{name: "bytes of " + s.id, pane: newPane(a.theme, "", func(w int) []line {
		var out []line
		for _, x := range s.h.Sightings {
			out = append(out, line{own(strong, leg(x)+", packet "+s.words.Ref(x.RequestPacket))})
			out = append(out, a.raw(x.Request.Raw, w)...)
			if x.Response != nil {
				out = append(out, line{own(faint, "answer, packet "+s.words.Ref(x.ResponsePacket))})
				out = append(out, a.raw(x.Response.Raw+string(x.Body), w)...)
			}
			out = append(out, nil)
		}
		return out
	})}
}

// newPackets lists the packets of each sighting.
func newPackets(s *story) *sheet {
	a := s.a
	return &sheet{name: "packets of " + s.id, pane: newPane(a.theme, "", func(w int) []line {
		out := a.lines(s.words.Numbers(w - 1))
		if len(out) > 0 {
			out = append(out, nil)
		}
		for _, x := range s.h.Sightings {
			out = append(out, line{own(strong, leg(x))})
			for _, p := range x.Packets {
				what := ""
				switch s.words.Ref(p) {
				case s.words.Ref(x.RequestPacket):
					what = "request"
				case s.words.Ref(x.ResponsePacket):
					what = "answer"
				case s.words.Ref(x.ClosePacket):
					what = strings.ToUpper(x.How.String()) + " by the " + x.ClosedBy.String()
				}
				out = append(out, line{own(plain, fmt.Sprintf("  %-9s %s  %6d bytes  %s", s.words.Ref(p), a.clock(p.Time.Std()), p.Len, what))})
			}
			if x.PacketsLeftOut > 0 {
				out = append(out, line{own(faint, fmt.Sprintf("  and %d more, not kept", x.PacketsLeftOut))})
			}
			out = append(out, nil)
		}
		return out
	})}
}

// target is a request target with its secrets masked, unless they are wanted.
func (a *App) target(s string) string { return masked(s, a.o.Report.NoRedact) }

// masked is a request target with its secrets masked, unless bare is set.
func masked(target string, bare bool) string {
	if bare {
		return target
	}
	return wiretext.RedactTarget(target)
}

// lines turns lines of the report into lines of the screen.
func (a *App) lines(from []report.Line) []line {
	out := make([]line, 0, len(from))
	for _, l := range from {
		var to line
		for _, s := range l {
			to = append(to, own(reportStyles[s.Style], s.Text))
		}
		out = append(out, to)
	}
	return out
}

var reportStyles = map[report.Style]style{
	report.Plain: plain, report.Bold: strong, report.Red: bad, report.Yellow: warn,
	report.Green: good, report.Cyan: accent, report.Dim: faint,
}
