package ui

import (
	"errors"
	"slices"
	"strings"

	"github.com/gdamore/tcell/v2"

	"elbscope/analyze/filter"
)

// prompt is a line being typed in the footer.
type prompt struct {
	label string
	text  []rune
	// behind is how many characters stand behind the cursor, offered how many
	// at the end are a proposal: it stands in reverse video, and the first
	// letter takes its place.
	behind, offered int
	err             string
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
	}
	switch {
	case p.edit(name):
	case ev.Key() == tcell.KeyRune:
		p.add(ev.Rune())
	}
}

// edit takes a key that changes what is typed, or moves in it: those of other
// programs' lines. It reports whether name is one.
func (p *prompt) edit(name string) bool {
	n, offered := len(p.text), p.offered
	at, end := n-p.behind, n
	p.offered = 0
	switch name {
	case "Left", "Ctrl-B":
		p.behind = min(p.behind+1, n)
		return true
	case "Right", "Ctrl-F":
		p.behind = max(p.behind-1, 0)
		return true
	case "Home", "Ctrl-A":
		p.behind = n
		return true
	case "End", "Ctrl-E":
		p.behind = 0
		return true
	case "Backspace":
		at, end = max(at-max(offered, 1), 0), at
	case "Delete", "Ctrl-D":
		at, end = at-offered, min(at+1, n)
	case "Ctrl-U": // all of it, also behind the cursor
		at = 0
	case "Ctrl-K":
	case "Ctrl-W":
		whole := strings.TrimRight(string(p.text[:at]), " /")
		at, end = len([]rune(whole[:strings.LastIndexAny(whole, " /")+1])), at
	default:
		p.offered = offered
		return false
	}
	p.text, p.behind = slices.Delete(p.text, at, end), n-end
	p.tell()
	return true
}

// longestTyped is how many characters are taken; no expression and no name
// needs more.
const longestTyped = 4096

// add takes what was typed or pasted. A path from the root leaves nothing of
// what was proposed, not even the folder.
func (p *prompt) add(more ...rune) {
	switch n := len(p.text); {
	case p.offered == 0 || len(more) == 0:
	case more[0] == '/' || more[0] == '~':
		p.text = p.text[:0]
	default:
		p.text = p.text[:n-p.offered]
	}
	p.offered = 0
	room := longestTyped - min(len(p.text), longestTyped)
	p.text = slices.Insert(p.text, len(p.text)-p.behind, more[:min(len(more), room)]...)
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

// lines shows the prompt in one line, or below its label where both do not fit
// into one, and above it what is wrong.
func (p *prompt) lines(t *theme, width int) (out []line) {
	if p.err != "" {
		out = t.noted(bad, p.err, width)
	}
	label, all := t.wire(strong, " "+p.label+": ", 0), t.wire(plain, string(p.text), 0)
	if (line{label, all}).width() > width-2 {
		out = append(out, t.noted(strong, p.label+":", width)...)
		label = own(plain, " ")
	}
	return append(out, append(line{label}, p.typed(t, width-line{label}.width()-1)...))
}

// typed shows what is typed, with the cursor, in so many cells. Of a long text
// the part around the cursor is seen.
func (p *prompt) typed(t *theme, room int) line {
	at := len(p.text) - p.behind
	piece := func(st style, r []rune) piece { return t.wire(st, string(r), 0) }
	before := line{piece(plain, p.text[:at-p.offered]), piece(chosen, p.text[at-p.offered:at])}
	cursor, after := own(plain, "_"), line(nil)
	if p.behind > 0 {
		cursor, after = piece(chosen, p.text[at:at+1]), line{piece(plain, p.text[at+1:])}
	}
	if (append(slices.Clip(before), append(line{cursor}, after...)...)).width() > room {
		before = t.tail(before, max(room-line{cursor}.width()-min(after.width(), room/3), 1))
	}
	return append(append(before, cursor), t.shorten(after, max(room-before.width()-line{cursor}.width(), 1))...)
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
