package ui

import (
	"slices"
	"strings"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"
)

// pane shows lines that may be more than fit: a ladder, an explanation, bytes.
// It asks for its lines anew when its width changes, since they are wrapped.
type pane struct {
	*tview.Box
	theme *theme
	title string
	// content makes the lines for a width.
	content func(width int) []line

	lines  []line
	width  int
	top    int
	height int
	find   string
	// aim are texts of which the first that occurs is to be in view at first;
	// nil for the start.
	aim []string
	// focused is set for the pane that keys move in.
	focused bool
}

func newPane(t *theme, title string, content func(width int) []line) *pane {
	return &pane{Box: tview.NewBox(), theme: t, title: title, content: content}
}

// renew asks for the lines again.
func (p *pane) renew() { p.width = 0 }

// Draw implements tview.Primitive.
func (p *pane) Draw(screen tcell.Screen) {
	p.DrawForSubclass(screen, p)
	x, y, width, height := p.GetInnerRect()
	if width <= 0 || height <= 0 {
		return
	}
	base := tcell.StyleDefault
	if p.title != "" {
		st := base.Underline(true)
		if p.focused {
			st = st.Bold(true)
		}
		p.theme.draw(screen, x, y, width, line{own(plain, p.title)}, st)
		y, height = y+1, height-1
	}
	if p.width != width {
		p.width, p.lines = width, p.content(width)
	}
	p.height = height
	p.takeAim()
	p.scrollTo(p.top)
	for i := range height {
		var text line
		st := base
		if n := p.top + i; n < len(p.lines) {
			text = p.lines[n]
			if p.find != "" && holds(text, p.find) {
				st = st.Reverse(true)
			}
		}
		p.theme.draw(screen, x, y+i, width, text, st)
	}
	if len(p.lines) > height && height > 2 && width > 4 {
		p.drawMore(screen, x+width-1, y, height)
	}
}

// takeAim brings what matters into view, once.
func (p *pane) takeAim() {
	for _, text := range p.aim {
		i := slices.IndexFunc(p.lines, func(l line) bool { return strings.Contains(l.String(), text) })
		if i >= p.height {
			p.top = i - p.height/2
		}
		if i >= 0 {
			break
		}
	}
	p.aim = nil
}

// drawMore draws at the edge how much is above and below.
func (p *pane) drawMore(screen tcell.Screen, x, y, height int) {
	thumb := max(height*height/len(p.lines), 1)
	at := 0
	if most := len(p.lines) - height; most > 0 {
		at = (height - thumb) * p.top / most
	}
	for i := range height {
		sign := p.theme.sign("│", "|")
		if i >= at && i < at+thumb {
			sign = p.theme.sign("█", "#")
		}
		p.theme.draw(screen, x, y+i, 1, line{own(faint, sign)}, tcell.StyleDefault)
	}
}

// scrollTo moves the first visible line, within bounds.
func (p *pane) scrollTo(top int) {
	p.top = max(min(top, len(p.lines)-p.height), 0)
}

// search moves to the next line that holds text, from the top line on; dir is
// 1 or -1. It reports false if there is none.
func (p *pane) search(text string, dir int) bool {
	p.find = text
	for i := 1; i <= len(p.lines); i++ {
		n := ((p.top+dir*i)%len(p.lines) + len(p.lines)) % len(p.lines)
		if holds(p.lines[n], text) {
			p.scrollTo(n)
			return true
		}
	}
	return false
}

func holds(l line, text string) bool {
	return strings.Contains(strings.ToLower(l.String()), strings.ToLower(text))
}
