package ui

import (
	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"

	"elbscope/internal/wiretext"
)

// column is one column of a list. Columns give way to those of higher priority
// when the terminal is narrow; the first column always stays.
type column struct {
	title string
	// width is in cells; the one column with flex takes what is left, but at
	// least width.
	width int
	flex  bool
	right bool
	// priority: 0 stays longest.
	priority int
}

// rows is what a list shows. Only visible rows are asked for, so that a list
// of a million costs what a screenful costs.
type rows interface {
	Len() int
	// ID names the row for ever: the selection follows it.
	ID(i int) string
	// Cells returns one line for each column.
	Cells(i int) []line
	// Find returns the row with that ID, -1 if there is none (any more).
	Find(id string) int
}

// marker are rows that can be marked.
type marker interface{ marked(i int) bool }

// list is a table with a selected row.
type list struct {
	*tview.Box
	theme   *theme
	columns []column
	rows    rows
	// empty is shown where there are no rows; it says why.
	empty []line
	// sorted is the column that the rows are sorted by, -1 for none; reversed
	// tells the direction.
	sorted   int
	reversed bool

	selected int
	id       string // of the selected row
	// chosen is set once the user has moved to a row or done something with it.
	chosen bool
	top    int
	height int // of the last drawing, in rows
	marks  map[string]bool
}

func newList(t *theme, columns []column) *list {
	return &list{Box: tview.NewBox(), theme: t, columns: columns, sorted: -1, marks: make(map[string]bool)}
}

// setRows shows other rows. The selection stays with its row; only where that
// is gone it stays at its place.
func (l *list) setRows(r rows) {
	l.rows = r
	if l.id != "" {
		if i := r.Find(l.id); i >= 0 {
			l.top += i - l.selected
			l.selected = i
		}
	}
	l.selectRow(l.selected)
}

// selectRow moves the selection, within bounds.
func (l *list) selectRow(i int) {
	n := 0
	if l.rows != nil {
		n = l.rows.Len()
	}
	l.selected = max(min(i, n-1), 0)
	l.id = ""
	if n > 0 {
		l.id = l.rows.ID(l.selected)
	}
	if l.height > 0 {
		l.top = max(min(l.top, l.selected), l.selected-l.height+1)
		l.top = max(min(l.top, n-l.height), 0)
	}
}

// choose moves the selection for the user.
func (l *list) choose(i int) {
	l.chosen = true
	l.selectRow(i)
}

// rowAt returns the row at a place of the screen.
func (l *list) rowAt(x, y int) (row int, ok bool) {
	_, top, _, _ := l.GetInnerRect()
	row = l.top + y - top - 1
	return row, l.InRect(x, y) && y > top && l.rows != nil && row < l.rows.Len()
}

// Draw implements tview.Primitive.
func (l *list) Draw(screen tcell.Screen) {
	l.DrawForSubclass(screen, l)
	x, y, width, height := l.GetInnerRect()
	if width <= 0 || height <= 1 {
		return
	}
	base := tcell.StyleDefault
	widths := l.layout(width)
	l.theme.draw(screen, x, y, width, l.head(widths), base.Underline(true))
	l.height = height - 1
	l.selectRow(l.selected)
	n := 0
	if l.rows != nil {
		n = l.rows.Len()
	}
	for i := range l.height {
		row, at := l.top+i, y+1+i
		if row < n {
			l.drawRow(screen, x, at, width, row, widths)
			continue
		}
		var text line
		if n == 0 && i > 0 && i-1 < len(l.empty) {
			text = l.empty[i-1]
		}
		l.theme.draw(screen, x, at, width, text, base)
	}
}

// drawRow draws one row; the selected one in reverse video.
func (l *list) drawRow(screen tcell.Screen, x, y, width, row int, widths []int) {
	base := tcell.StyleDefault
	if row == l.selected {
		base = base.Reverse(true)
	}
	mark := own(plain, " ")
	if m, ok := l.rows.(marker); ok && m.marked(row) {
		mark = own(strong, "*")
	}
	cells := l.rows.Cells(row)
	l.theme.draw(screen, x, y, 1, line{mark}, base)
	at := x + 1
	for c, w := range widths {
		if w == 0 {
			continue
		}
		var text line
		if c < len(cells) {
			text = cells[c]
		}
		if pad := w - text.width(); l.columns[c].right && pad > 0 {
			l.theme.draw(screen, at, y, pad, nil, base)
			l.theme.draw(screen, at+pad, y, w-pad, text, base)
		} else {
			l.theme.draw(screen, at, y, w, l.theme.shorten(text, w), base)
		}
		at += w
		l.theme.draw(screen, at, y, min(1, x+width-at), nil, base)
		at++
	}
	if at < x+width {
		l.theme.draw(screen, at, y, x+width-at, nil, base)
	}
}

// shorten cuts a line to width and shows that it did.
func (t *theme) shorten(text line, width int) line {
	if text.width() <= width {
		return text
	}
	var out line
	left := width
	for _, p := range text {
		w := wiretext.Width(p.text)
		if w < left {
			out = append(out, p)
			left -= w
			continue
		}
		if t.ascii {
			return append(out, piece{wiretext.CutASCII(p.text+"   ", left), p.style})
		}
		return append(out, piece{wiretext.Cut(p.text+"  ", left), p.style})
	}
	return out
}

// tail cuts a line to its last cells and shows that it did.
func (t *theme) tail(text line, width int) line {
	over := text.width() - width
	if over <= 0 {
		return text
	}
	dots := own(plain, t.sign("…", "..."))
	over += line{dots}.width()
	out := line{dots}
	for _, p := range text {
		from := 0
		for i, r := range p.text {
			if over <= 0 && wiretext.Width(string(r)) > 0 {
				break
			}
			over -= wiretext.Width(string(r))
			from = i + len(string(r))
		}
		out = append(out, piece{p.text[from:], p.style})
	}
	return out
}

// head is the line of titles.
func (l *list) head(widths []int) line {
	out := line{own(plain, " ")}
	for c, w := range widths {
		if w == 0 {
			continue
		}
		title := l.columns[c].title
		if c == l.sorted {
			arrow := l.theme.sign("▾", "v")
			if l.reversed {
				arrow = l.theme.sign("▴", "^")
			}
			title = title[:max(min(len(title), w-1), 0)] + arrow // the arrow always shows; titles are ASCII
		}
		title = wiretext.Cut(title, w)
		if pad := w - wiretext.Width(title); l.columns[c].right {
			title = wiretext.Pad("", pad) + title
		}
		out = append(out, own(strong, wiretext.Pad(title, w)), own(plain, " "))
	}
	return out
}

// layout gives each column its width, 0 to those that do not fit.
func (l *list) layout(width int) []int {
	widths := make([]int, len(l.columns))
	for c := range l.columns {
		widths[c] = l.columns[c].width
	}
	total := func() int {
		n := 1
		for _, w := range widths {
			if w > 0 {
				n += w + 1
			}
		}
		return n
	}
	for total() > width {
		worst := -1
		for c := 1; c < len(widths); c++ {
			if widths[c] > 0 && (worst < 0 || l.columns[c].priority >= l.columns[worst].priority) {
				worst = c
			}
		}
		if worst < 0 {
			widths[0] = max(width-2, 1)
			break
		}
		widths[worst] = 0
	}
	for c := range l.columns {
		if l.columns[c].flex && widths[c] > 0 {
			widths[c] += max(width-total(), 0)
			break
		}
	}
	return widths
}
