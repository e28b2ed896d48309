package ui

import (
	"fmt"
	"strings"
)

// help lists the keys of the screen that is seen; from there it goes back.
func (a *App) help() {
	top := a.top()
	if s, ok := top.(*sheet); ok && s.name == "help" {
		a.back()
		return
	}
	own1, all := top.bindings(), a.global()
	s := &sheet{name: "help"}
	s.pane = newPane(a.theme, "", func(width int) []line {
		var out []line
		if len(own1) > 0 {
			out = append([]line{{own(strong, "Keys of \""+top.title()+"\"")}, nil}, keyLines(own1, width)...)
			out = append(out, nil)
		}
		out = append(out, line{own(strong, "Keys everywhere")}, nil)
		out = append(out, keyLines(all, width)...)
		return append(out, nil,
			line{own(plain, "Ctrl-C stops what runs; the second time it leaves.")},
			line{own(plain, "The mouse wheel scrolls, a click selects; with Shift the terminal selects text.")})
	})
	a.open(s)
}

func keyLines(bindings []binding, width int) []line {
	var out []line
	for _, b := range bindings {
		lead := fmt.Sprintf("  %-22s", strings.Join(b.keys, "  "))
		for _, part := range wrap(b.help, max(width-len(lead)-2, 10)) {
			out = append(out, line{own(strong, lead), own(plain, " "+part)})
			lead = strings.Repeat(" ", len(lead))
		}
	}
	return out
}
