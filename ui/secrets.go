package ui

import (
	"elbscope/analyze"
	"elbscope/ui/report"
)

// Secrets are masked on the screen as in the report, until a key shows them.
// What leaves the screen, copies and exports, is masked as the report is
// always: what was shown for a moment must not slip into a ticket.

// toggleSecrets shows the secrets, or masks them again.
func (a *App) toggleSecrets() {
	if a.bare {
		a.frame.say("nothing is masked: --no-redact")
		return
	}
	a.secrets = !a.secrets
	a.o.Report.NoRedact = a.secrets
	a.want(func(w *wish) { w.secrets = a.secrets })
	for _, s := range a.stack {
		a.remask(s)
	}
	if a.secrets {
		a.frame.say("secrets are shown until v is pressed again; copies and exports stay masked")
	} else {
		a.frame.say("secrets are masked")
	}
}

// remask has a screen make its texts anew.
func (a *App) remask(s screen) {
	switch s := s.(type) {
	case *home:
		s.told = nil
	case *exchanges:
		if s.now != nil {
			s.want(func(*exchangeOrder) {})
		}
	case *story:
		if s.h != nil {
			s.words = a.wordsOn(s.h)
		}
		s.ladder.renew()
		s.text.renew()
	case *sheet:
		s.pane.renew()
	case *traffic:
		s.pane.renew()
	}
}

// words makes the words on a handshake by the present masking; the arrangement
// may be behind.
func (a *App) words(h *analyze.Handshake) *report.Lines {
	if now := a.home.now; now.wish != nil && now.wish.secrets == a.secrets {
		return now.words
	}
	return a.wordsOn(h)
}

// asReported runs f with the secrets masked as in the report.
func (a *App) asReported(f func()) {
	if !a.secrets {
		f()
		return
	}
	mask := func(on bool) {
		a.o.Report.NoRedact = !on
		for _, s := range a.stack {
			if s, ok := s.(*story); ok && s.h != nil {
				s.words = a.wordsOn(s.h)
			}
		}
	}
	mask(true)
	defer mask(false)
	f()
}
