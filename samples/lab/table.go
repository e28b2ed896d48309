//go:build linux

package main

import (
	"errors"
	"fmt"
	"os"
	"time"
)

// printOutcome prints the line of one scene, and what went wrong in it.
func printOutcome(out outcome) {
	word := "ok   "
	switch {
	case out.broken != nil:
		word = "LAB  "
	case len(out.wrong) > 0:
		word = "WRONG"
	case len(out.known) > 0:
		word = "known"
	}
	fmt.Fprintf(os.Stdout, "%s %-28s %4.1fs  %d views  %s\n",
		word, out.scene.name, out.took.Seconds(), out.views, out.scene.sentence)
	if out.firstTry != nil {
		fmt.Fprintf(os.Stdout, "      played twice, for the lab failed the first time: %v\n", out.firstTry)
	}
	if out.broken != nil {
		fmt.Fprintf(os.Stdout, "      the lab failed, not elbscope: %v\n", out.broken)
	}
	for _, n := range out.notes {
		fmt.Fprintf(os.Stdout, "      %s\n", n)
	}
	for _, w := range out.wrong {
		fmt.Fprintf(os.Stdout, "      wrong: %s\n", w)
	}
	for _, k := range out.known {
		fmt.Fprintf(os.Stdout, "      known to be wrong: %s\n", k)
	}
}

// sumUp prints the table at the end and says whether all went well.
func sumUp(outcomes []outcome, asked int, took time.Duration, interrupted error) error {
	var right, wrong, known, broken, views int
	for _, out := range outcomes {
		views += out.views
		switch {
		case out.broken != nil:
			broken++
		case len(out.wrong) > 0:
			wrong++
		case len(out.known) > 0:
			known++
		default:
			right++
		}
	}
	fmt.Fprintf(os.Stdout, "\n%8s %8s %8s %8s %8s %8s\n%8d %8d %8d %8d %8d %7.0fs\n",
		"right", "wrong", "known", "lab", "views", "took", right, wrong, known, broken, views, took.Seconds())
	if wrong+broken > 0 {
		// Above they stand among hundreds, of which a log may keep the end.
		fmt.Fprintln(os.Stdout, "\nfailed:")
	}
	for _, out := range outcomes {
		if out.broken != nil || len(out.wrong) > 0 {
			printOutcome(out)
		}
	}
	switch {
	case interrupted != nil:
		return fmt.Errorf("interrupted after %d of %d scenes", len(outcomes), asked)
	case wrong+broken > 0:
		return fmt.Errorf("%d of %d scenes failed", wrong+broken, asked)
	case right+known == 0 || len(outcomes) != asked:
		return errors.New("not all scenes were played")
	}
	return nil
}
