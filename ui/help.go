package ui

import (
	"fmt"
	"strings"
)

// help lists the keys of the screen that is seen.
func (a *App) help() {
	top := a.top()
	if s, ok := top.(*sheet); ok && s.name == "help" {
		return
	}
	own1, all := top.bindings(), a.global()
	s := &sheet{name: "help"}
	s.pane = newPane(a.theme, "", func(int) []line {
		out := []line{{own(strong, "Keys of \""+top.title()+"\"")}, nil}
		out = append(out, keyLines(own1)...)
		out = append(out, nil, line{own(strong, "Keys everywhere")}, nil)
		out = append(out, keyLines(all)...)
		return append(out, nil,
			line{own(plain, "Ctrl-C stops what runs; the second time it leaves.")},
			line{own(plain, "The mouse wheel scrolls, a click selects; with Shift the terminal selects text.")})
	})
	a.open(s)
}

func keyLines(bindings []binding) []line {
	var out []line
	for _, b := range bindings {
		out = append(out, line{own(strong, fmt.Sprintf("  %-22s", strings.Join(b.keys, "  "))), own(plain, " "+b.help)})
	}
	return out
}
