package ui

import (
	"slices"
	"strings"

	"elbscope/analyze"
)

// unsaved tells whether leaving loses what nobody can get back: handshakes
// whose packets are in no file, or came after it was written.
func (a *App) unsaved() bool {
	if a.o.Unsaved == nil || !a.state.Live && !a.state.Reading || !a.o.Unsaved(a.state) {
		return false
	}
	return slices.ContainsFunc(a.state.Snap.Handshakes, func(h *analyze.Handshake) bool {
		rev, ok := a.saved[h.ID]
		return !ok || rev != h.Rev
	})
}

// keepSaved remembers that packets were saved, and forgets what is shown no
// longer.
func (a *App) keepSaved(hs []*analyze.Handshake) {
	before := a.saved
	a.saved = make(map[string]uint64)
	for _, h := range a.state.Snap.Handshakes {
		if rev, ok := before[h.ID]; ok {
			a.saved[h.ID] = rev
		}
	}
	for _, h := range hs {
		a.saved[h.ID] = h.Rev
	}
}

// askLeave leaves; where that loses something, it asks first, once.
func (a *App) askLeave() {
	if !a.unsaved() {
		a.app.Stop()
		return
	}
	label := "leave? packets are not saved: y leaves, n stays"
	if a.o.Save != nil {
		label += ", s saves"
	}
	p := &prompt{label: label, close: func() { a.frame.prompt = nil }}
	p.cancel = func() { a.frame.say("Q leaves") }
	p.changed = func(answer string) error {
		p.text = nil
		switch strings.ToLower(answer) {
		case "y", "q": // Q, and Q again
			a.app.Stop()
		case "n":
			p.close()
			p.cancel()
		case "s":
			if a.o.Save != nil {
				p.close()
				a.askFile("save packets of %s as", ".pcapng", a.state.Snap.Handshakes, a.save())
			}
		}
		return nil
	}
	p.accept = func(string) { p.cancel() }
	a.frame.prompt = p
}

// stopping is what is said when the reading is stopped.
func (a *App) stopping() string {
	if a.unsaved() && a.o.Save != nil {
		return "stopping; not saved: w saves, Ctrl-C again leaves"
	}
	return "stopping; Ctrl-C again leaves"
}
