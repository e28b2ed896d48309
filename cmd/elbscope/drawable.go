package main

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"

	"elbscope/ui"
)

// wantsScreen decides between the screen and the report: the screen on a
// terminal that can show one, unless the report was asked for. The error says
// why a screen that was asked for cannot be.
func (o *options) wantsScreen(stdout io.Writer, say *messages) (bool, error) {
	switch {
	case o.noTUI, !o.tui && (o.printed || !isTerminal(stdout)):
		return false, nil
	case runtime.GOOS == "windows": // has no TERM
		return true, nil
	}
	term := os.Getenv("TERM")
	what := ""
	switch {
	case term == "":
		what = "TERM is not set, so nothing is known of what this terminal can show"
	case term == "dumb":
		what = "the terminal says that it shows lines only (TERM=dumb)"
	case ui.Drawable(term) != nil:
		what = fmt.Sprintf("TERM=%s is a kind of terminal that is not known here", term)
	default:
		return true, nil
	}
	err := &hintError{"no screen: " + what, "TERM=xterm-256color " + retype(os.Args[1:], -1, "") + "    (where it can; else " + withoutScreen() + ")"}
	if o.tui {
		return false, err
	}
	if term != "" && term != "dumb" { // whoever has set that has not meant it so
		say.complain(exitFine, err)
	}
	return false, nil
}

// withoutScreen is the line that was typed, with --no-tui.
func withoutScreen() string {
	args := slices.DeleteFunc(slices.Clone(os.Args[1:]), func(a string) bool { return a == "--tui" || strings.HasPrefix(a, "--tui=") })
	return retypeBehind("--no-tui", args)
}
