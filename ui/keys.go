package ui

import (
	"strings"

	"github.com/gdamore/tcell/v2"
)

// binding is a key of a screen: what it is called, what it does. The same
// table serves the keys, the footer and the help.
type binding struct {
	// keys are the names of the keys that do it, the one to show first.
	keys []string
	// help says what it does; brief is its word in the footer, "" for none.
	help, brief string
	do          func()
}

// keyName returns the name of a key event as binding.keys have it.
func keyName(ev *tcell.EventKey) string {
	switch ev.Key() {
	case tcell.KeyRune:
		if ev.Rune() == ' ' {
			return "Space"
		}
		return string(ev.Rune())
	case tcell.KeyEscape:
		return "Esc"
	case tcell.KeyBackspace, tcell.KeyBackspace2:
		return "Backspace"
	case tcell.KeyBacktab:
		return "Shift-Tab"
	case tcell.KeyPgUp:
		return "PgUp"
	case tcell.KeyPgDn:
		return "PgDn"
	default:
	}
	name := ev.Name()
	// tcell says "Ctrl+D"; people say Ctrl-D.
	return strings.Replace(name, "Ctrl+", "Ctrl-", 1)
}

// find returns the binding of a key, or nil.
func find(bindings []binding, key string) *binding {
	for i := range bindings {
		for _, k := range bindings[i].keys {
			if k == key {
				return &bindings[i]
			}
		}
	}
	return nil
}

// mover is what can be moved in: a list or a pane.
type mover interface {
	move(by int)
	page() int
	toStart()
	toEnd()
}

func (l *list) move(by int) { l.choose(l.selected + by) }
func (l *list) page() int   { return max(l.height-1, 1) }
func (l *list) toStart()    { l.choose(0) }
func (l *list) toEnd()      { l.choose(1 << 62) }

func (p *pane) move(by int) { p.scrollTo(p.top + by) }
func (p *pane) page() int   { return max(p.height-1, 1) }
func (p *pane) toStart()    { p.scrollTo(0) }
func (p *pane) toEnd()      { p.scrollTo(len(p.lines)) }

// moving are the keys that every list and pane understands.
func moving(of func() mover) []binding {
	by := func(n int) func() { return func() { of().move(n) } }
	pages := func(n int, half bool) func() {
		return func() {
			size := of().page()
			if half {
				size = max(size/2, 1)
			}
			of().move(n * size)
		}
	}
	return []binding{
		{keys: []string{"Down", "j"}, help: "down", do: by(1)},
		{keys: []string{"Up", "k"}, help: "up", do: by(-1)},
		{keys: []string{"PgDn", "Ctrl-F"}, help: "a page down", do: pages(1, false)},
		{keys: []string{"PgUp", "Ctrl-B"}, help: "a page up", do: pages(-1, false)},
		{keys: []string{"Ctrl-D"}, help: "half a page down", do: pages(1, true)},
		{keys: []string{"Ctrl-U"}, help: "half a page up", do: pages(-1, true)},
		{keys: []string{"Home", "g"}, help: "to the start", do: func() { of().toStart() }},
		{keys: []string{"End", "G"}, help: "to the end", do: func() { of().toEnd() }},
	}
}
