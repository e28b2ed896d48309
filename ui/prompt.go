package ui

import (
	"errors"
	"strings"

	"github.com/gdamore/tcell/v2"

	"elbscope/analyze/filter"
)

// prompt is a line being typed in the footer.
type prompt struct {
	label string
	text  []rune
	err   string
	// changed is called with every key, accept with Enter, cancel with Esc.
	changed func(string) error
	accept  func(string)
	cancel  func()
	close   func()
	// steady is the filter that the title goes on to name meanwhile, nil for
	// the one that applies.
	steady *string
}

// key takes one key.
func (p *prompt) key(ev *tcell.EventKey, name string) {
	switch name {
	case "Enter":
		p.close()
		if p.accept != nil {
			p.accept(string(p.text))
		}
		return
	case "Esc":
		p.close()
		if p.cancel != nil {
			p.cancel()
		}
		return
	case "Backspace":
		if len(p.text) > 0 {
			p.text = p.text[:len(p.text)-1]
		}
	case "Ctrl-U":
		p.text = nil
	case "Ctrl-W":
		whole := strings.TrimRight(string(p.text), " /")
		p.text = []rune(whole[:strings.LastIndexAny(whole, " /")+1])
	default:
		if ev.Key() != tcell.KeyRune {
			return
		}
		p.add(ev.Rune())
		return
	}
	p.tell()
}

// longestTyped is how many characters are taken; no expression and no name
// needs more.
const longestTyped = 4096

// add takes what was typed or pasted.
func (p *prompt) add(more ...rune) {
	p.text = append(p.text, more[:min(len(more), longestTyped-min(len(p.text), longestTyped))]...)
	p.tell()
}

// tell looks at the text.
func (p *prompt) tell() {
	p.err = ""
	if p.changed != nil {
		if err := p.changed(string(p.text)); err != nil {
			p.err = inShort(err)
		}
	}
}

// line shows the prompt. Of a long text the end is seen.
func (p *prompt) line(t *theme, width int) line {
	room := max(width-len(p.label)-4, 10)
	text := t.wire(plain, string(p.text), 0)
	if parts := fold(text.text, room); len(parts) > 1 {
		runes := []rune(text.text)
		text.text = string(runes[max(len(runes)-room/2, 0):])
	}
	return line{own(strong, " "+p.label+": "), text, own(plain, "_")}
}

// askFilter asks for a filter and applies it while it is typed, as far as it
// makes sense. A word that is only begun changes nothing: on the way to
// status:502 the list would be empty, and the error another with every key.
func (a *App) askFilter() {
	before := a.filter().String()
	a.frame.prompt = &prompt{
		label: "filter", text: []rune(before), close: func() { a.frame.prompt = nil }, steady: &before,
		changed: func(text string) error {
			if filter.Begun(text) {
				return nil
			}
			return a.setFilter(text)
		},
		accept: func(text string) {
			if err := a.setFilter(text); err != nil { // to be mended, not typed anew
				_ = a.setFilter(before) // it was right before
				a.askFilter()
				a.frame.prompt.text, a.frame.prompt.err = []rune(text), inShort(err)
			}
		},
		cancel: func() { _ = a.setFilter(before) },
	}
}

// setFilter shows only the handshakes that match; a wrong one changes nothing.
func (a *App) setFilter(expr string) error {
	f, err := a.o.ParseFilter(expr, a.state)
	if err != nil {
		return err
	}
	a.want(func(w *wish) { w.filter = f })
	return nil
}

// inShort is what is wrong with a filter, for a line of the screen.
func inShort(err error) string {
	var e *filter.Error
	if errors.As(err, &e) {
		return e.Short()
	}
	return err.Error()
}
