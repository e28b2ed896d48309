package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"unicode"

	"github.com/spf13/pflag"

	"elbscope/internal/nearest"
	"elbscope/internal/shell"
)

// commands are the words that may come first on a line.
var commands = []string{"report", "live", "interfaces", "explain", "tcpdump-command", "help", "version"}

// otherwise are flags that other programs have, with what stands for them here.
var otherwise = map[string]string{
	"json": "--format json", "jsonl": "--format jsonl", "no-color": "--color never", "no-colour": "--color never",
	"colour": "--color", "write-file": "--write", "display-filter": "--filter", "read-file": "-r",
}

// oneDash says so where the name of a long flag has one dash. It is asked where
// something is wrong: -f ormat is right, for all that the parser knows.
func oneDash(flags *pflag.FlagSet, args []string) error {
	for i, a := range args {
		name, _, _ := strings.Cut(strings.TrimPrefix(a, "-"), "=")
		switch {
		case a == "--":
			return nil
		case len(name) > 1 && strings.HasPrefix(a, "-"+name) && visible(flags.Lookup(name)):
			return &hintError{fmt.Sprintf("-%s is a word, and takes two dashes", name), retype(args, i, "-"+a)}
		}
	}
	return nil
}

// flagError makes of what the parser of flags says what was likely meant.
func flagError(flags *pflag.FlagSet, args []string, err error) error {
	plain := &hintError{err.Error(), "elbscope --help"}
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) || unknown.GetSpecifiedShortnames() != "" {
		return plain
	}
	name := unknown.GetSpecifiedName()
	at := slices.IndexFunc(args, func(a string) bool { return a == "--"+name || strings.HasPrefix(a, "--"+name+"=") })
	if at < 0 {
		return plain
	}
	value := strings.TrimPrefix(args[at], "--"+name)
	what := "there is no flag --" + name
	if slices.Contains(commands, name) {
		rest := slices.Concat(args[:at], args[at+1:])
		return &hintError{what + "; " + name + " is a command", retypeBehind(name, rest)}
	}
	if other := otherwise[name]; other != "" {
		return &hintError{what + "; here it is " + other, retype(args, at, other+value)}
	}
	var names []string
	flags.VisitAll(func(f *pflag.Flag) {
		if visible(f) {
			names = append(names, f.Name)
		}
	})
	if meant := nearest.Word(name, names); meant != "" {
		return &hintError{what + "; did you mean --" + meant + "?", retype(args, at, "--"+meant+value)}
	}
	return plain
}

// visible tells whether a flag goes by its long name: those of tcpdump's have
// one that nobody types.
func visible(f *pflag.Flag) bool { return f != nil && !strings.HasPrefix(f.Name, "tcpdump-") }

// unknownCommand says so if the first word of a line without a command is no
// file and looks like a command.
func unknownCommand(args, words []string) error {
	if len(words) == 0 || strings.ContainsAny(words[0], "./") {
		return nil
	}
	first := words[0]
	if _, err := os.Stat(first); !errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	meant := nearest.Word(first, commands)
	for _, c := range commands {
		if meant == "" && len(first) > 2 && strings.HasPrefix(c, first) {
			meant = c
		}
	}
	if meant == "" {
		return nil
	}
	return &hintError{first + ": no such command, and no such file; did you mean " + meant + "?", retype(args, slices.Index(args, first), meant)}
}

// retypeBehind is the line that was typed, with another word in front.
func retypeBehind(word string, args []string) string {
	return retype(slices.Insert(slices.Clone(args), 0, ""), 0, word)
}

// retype is the line that was typed, with another word at one place.
func retype(args []string, at int, word string) string {
	words := []string{"elbscope"}
	for i, a := range args {
		switch {
		case strings.ContainsFunc(a, func(r rune) bool { return !unicode.IsPrint(r) }):
			return "elbscope --help" // nobody can type that
		case i == at:
			words = append(words, word)
		default:
			words = append(words, shell.Word(a))
		}
	}
	return strings.Join(words, " ")
}
