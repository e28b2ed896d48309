package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/spf13/pflag"

	"elbscope/internal/nearest"
	"elbscope/internal/shell"
)

// foreignFlags are flags that other programs have, with what stands for them here.
var foreignFlags = map[string]string{
	"json": "--format json", "jsonl": "--format jsonl", "no-color": "--color never", "no-colour": "--color never",
	"colour": "--color", "write-file": "--write", "display-filter": "--filter", "read-file": "-r",
	"verbose": "--full", "?": "--help", "T": "--format", "R": "--filter",
}

// foreignHabits are flags of other programs for which there is none here, with
// what to do instead.
var foreignHabits = map[string]hintError{
	"o":               {"a report goes to a file by way of the shell", "elbscope report FILE > report.txt"},
	"output":          {"a report goes to a file by way of the shell", "elbscope report FILE > report.txt"},
	"quiet":           {"the exit status tells without any output", "elbscope report FILE > /dev/null"},
	"port":            {"packets are chosen in tcpdump's words", "elbscope -f 'tcp port 80' FILE"},
	"list-interfaces": {"a command lists them", "elbscope interfaces"},
}

// oneDash says so where a word has one dash: the name of a long flag, or a
// command. It is asked where something is wrong: -f ormat is right, for all that
// the parser knows.
func oneDash(flags *pflag.FlagSet, args []string) error {
	for i, a := range args {
		name, _, _ := strings.Cut(strings.TrimPrefix(a, "-"), "=")
		switch {
		case a == "--":
			return nil
		case len(name) > 1 && strings.HasPrefix(a, "-"+name) && visible(flags.Lookup(name)):
			return &hintError{fmt.Sprintf("-%s is a word, and takes two dashes", name), retype(args, i, "-"+a)}
		case strings.HasPrefix(a, "-") && slices.Contains(commands, a[1:]):
			return &hintError{a[1:] + " is a command, and takes no dash", retypeBehind(a[1:], slices.Delete(slices.Clone(args), i, i+1))}
		}
	}
	return nil
}

// flagError makes of what the parser of flags says what was likely meant.
func flagError(flags *pflag.FlagSet, args []string, err error) error {
	var unknown *pflag.NotExistError
	var missing *pflag.ValueRequiredError
	var invalid *pflag.InvalidValueError
	var syntax *pflag.InvalidSyntaxError
	switch {
	case errors.As(err, &unknown):
		return unknownFlag(flags, args, unknown)
	case errors.As(err, &missing):
		return &hintError{args[len(args)-1] + " needs a value behind it", withSample(flags, missing.GetFlag(), args, len(args)-1)}
	case errors.As(err, &invalid):
		return invalidValue(flags, invalid)
	case errors.As(err, &syntax):
		return &hintError{syntax.GetSpecifiedFlag() + " is no flag", "elbscope --help"}
	}
	return &hintError{err.Error(), "elbscope --help"}
}

// shown is how a flag is spoken of: by the letter that people know from
// tcpdump, or else by its name.
func shown(f *pflag.Flag) string {
	if f.Shorthand != "" {
		return "-" + f.Shorthand
	}
	return "--" + f.Name
}

// unknownFlag says of a flag that there is none, and what was meant by it.
func unknownFlag(flags *pflag.FlagSet, args []string, unknown *pflag.NotExistError) error {
	name, typed := unknown.GetSpecifiedName(), "--"+unknown.GetSpecifiedName()
	if unknown.GetSpecifiedShortnames() != "" {
		typed = "-" + name
	}
	at := slices.IndexFunc(args, func(a string) bool {
		return a == typed || strings.HasPrefix(a, typed+"=") || len(name) == 1 && strings.HasPrefix(a, typed)
	})
	what := "there is no flag " + typed
	plain := &hintError{what, "elbscope --help"}
	if tell, ok := foreignHabits[name]; ok {
		return &hintError{what + "; " + tell.what, tell.hint}
	}
	if short := unknown.GetSpecifiedShortnames(); typed == "-"+name && unicode.IsDigit(rune(name[0])) {
		return &hintError{what + "; the first packets are those of -c", "elbscope live -c " + digits(short) +
			"    (of a file: tcpdump -r FILE -c " + digits(short) + " -w - | elbscope -)"}
	}
	if at < 0 {
		return plain
	}
	value := strings.TrimPrefix(args[at], typed)
	if slices.Contains(commands, name) {
		rest := slices.Concat(args[:at], args[at+1:])
		return &hintError{what + "; " + name + " is a command", retypeBehind(name, rest)}
	}
	if other := foreignFlags[name]; other != "" {
		if len(name) == 1 && value != "" {
			value = " " + shell.Word(value)
		}
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

// digits returns those that a word begins with.
func digits(s string) string {
	return s[:len(s)-len(strings.TrimLeft(s, "0123456789"))]
}

// visible tells whether a flag goes by its long name: those of tcpdump's have
// one that nobody types.
func visible(f *pflag.Flag) bool { return f != nil && !strings.HasPrefix(f.Name, "tcpdump-") }

// retypeBehind is the line that was typed, with another word in front.
func retypeBehind(word string, args []string) string {
	return retype(slices.Insert(slices.Clone(args), 0, ""), 0, word)
}

// retype is the line that was typed, with another word at one place.
func retype(args []string, at int, word string) string {
	words := []string{"elbscope"}
	for i, a := range args {
		switch {
		case !shell.CanType(a):
			return "elbscope --help" // nobody can type that
		case i == at:
			words = append(words, word)
		default:
			words = append(words, shell.Word(a))
		}
	}
	return strings.Join(words, " ")
}
