package ui

import (
	"context"
	"fmt"
	"slices"
)

// askFind asks for a text to find.
func (a *App) askFind() {
	a.frame.prompt = &prompt{
		label: "find", close: func() { a.frame.prompt = nil },
		accept: func(text string) {
			if a.frame.find = text; text != "" {
				a.findAgain(1)
			}
		},
	}
}

// findAgain goes to the next place with the text asked for.
func (a *App) findAgain(dir int) {
	text := a.frame.find
	if text == "" {
		a.frame.say("nothing was looked for yet; / finds")
		return
	}
	if a.seek != nil {
		a.seek.cancel()
		a.seek = nil
	}
	switch f := a.top().focus().(type) {
	case *pane:
		if !f.search(text, dir) {
			a.frame.say("not found: " + text)
		}
	case *list:
		if f.rows == nil || f.rows.Len() == 0 {
			a.frame.say("not found: " + text)
			return
		}
		a.seekIn(f, text, dir)
	}
}

// seek is a search through a long list, beside the event loop.
type seek struct {
	ctx    context.Context
	cancel context.CancelFunc
}

// folded are rows into which others are folded. Finding looks into them: who
// searches does not know what is folded where.
type folded interface {
	// all is the number of rows, those that are folded away among them.
	all() int
	// inside returns the ID of the first row that is folded into row i and
	// holds text, the last one where dir is -1; "" if there is none.
	inside(ctx context.Context, i, dir int, text string) string
	// unfoldTo shows the row with that ID and selects it.
	unfoldTo(id string)
}

// seekIn selects the next row with the text in any of its cells: at once in a
// short list, and otherwise when it is found. The rows that are searched do not
// change; by then others may be shown, in which it is found by its ID.
func (a *App) seekIn(l *list, text string, dir int) {
	rows, from := l.rows, l.selected
	n := rows.Len()
	if f, ok := rows.(folded); ok {
		n = f.all()
	}
	if n <= few {
		a.sought(l, text, rowWith(context.Background(), rows, from, dir, text))
		return
	}
	s := &seek{}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	a.seek = s
	a.frame.say(fmt.Sprintf("searching %d rows for %s; Ctrl-C stops", n, text))
	go func() {
		id := rowWith(s.ctx, rows, from, dir, text)
		// It waits for the event loop, after Run for ever: this goroutine has
		// nothing else to do, and nobody waits for it.
		a.app.QueueUpdateDraw(func() {
			if a.seek == s {
				a.seek = nil
				if s.ctx.Err() == nil {
					a.sought(l, text, id)
				}
			}
			s.cancel()
		})
	}()
}

// sought goes to the row that was found; "" stands for none.
func (a *App) sought(l *list, text, id string) {
	a.frame.note = ""
	if id == "" {
		a.frame.say("not found: " + text)
		return
	}
	i := l.rows.Find(id)
	if i < 0 {
		return
	}
	l.choose(i)
	if f, ok := l.rows.(folded); ok && l.rows.ID(i) != id {
		f.unfoldTo(id)
	}
}

// rowWith returns the ID of the next row that holds text, "" if there is none.
func rowWith(ctx context.Context, rows rows, from, dir int, text string) string {
	n := rows.Len()
	for i := 1; i <= n; i++ {
		if i%1024 == 0 && ctx.Err() != nil {
			return ""
		}
		at := ((from+dir*i)%n + n) % n
		if anyHolds(rows.Cells(at), text) {
			return rows.ID(at)
		}
		if f, ok := rows.(folded); ok {
			if id := f.inside(ctx, at, dir, text); id != "" {
				return id
			}
		}
	}
	return ""
}

func anyHolds(cells []line, text string) bool {
	return slices.ContainsFunc(cells, func(cell line) bool { return holds(cell, text) })
}
