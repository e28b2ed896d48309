package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"unicode"

	"github.com/spf13/pflag"

	"elbscope/analyze/filter"
	"elbscope/analyze/rules"
	"elbscope/capture/bpf"
	"elbscope/capture/live"
	"elbscope/internal/nearest"
	"elbscope/internal/shell"
)

// commands are the words that may come first on a line.
var commands = []string{"report", "live", "interfaces", "explain", "tcpdump-command", "help", "version"}

// foreignCommands are words that are commands elsewhere, with what stands for
// them here.
var foreignCommands = map[string]string{
	"rules": "explain", "findings": "explain", "list": "interfaces", "devices": "interfaces", "iface": "interfaces",
	"capture": "live", "sniff": "live", "watch": "live", "tail": "live", "monitor": "live", "record": "live", "listen": "live",
	"read": "report", "open": "report", "show": "report", "analyze": "report", "analyse": "report", "json": "report --format json",
	"replay": "--pace 1x", "man": "help", "usage": "help",
}

// missing tells whether there is no file of a name; - is standard input.
func missing(name string) bool {
	_, err := os.Stat(name)
	return name != stdinName && errors.Is(err, fs.ErrNotExist)
}

// notFiles says so where words that stand for files are something else: a
// capture filter, an interface, a command, or one name that wants quotes. begun is
// what -f has of a filter.
func notFiles(args, words []string, begun string) error {
	gone := slices.IndexFunc(words, missing)
	if gone < 0 {
		return nil
	}
	files, others := words[:gone], words[gone:]
	if slices.ContainsFunc(others, func(w string) bool { return !missing(w) || !shell.CanType(w) }) {
		return nil // files, of which some are not there
	}
	expr, given := strings.Join(others, " "), make([]string, len(files))
	for i, f := range files {
		given[i] = shell.File(f)
	}
	line := strings.Join(given, " ")
	packets := strings.TrimSpace(begun + " " + expr)
	_, err := bpf.Parse(packets)
	switch whole := strings.Join(words, " "); {
	case len(words) > 1 && !missing(whole):
		return &hintError{fmt.Sprintf("%s: no such file; a name with spaces in it wants quotes", words[gone]), "elbscope " + shell.File(whole)}
	case len(files) == 0 && isInterface(others[0]):
		return &hintError{fmt.Sprintf("%s: no such file, but an interface; live captures there", others[0]), retypeLive(args, others[0])}
	case err == nil && len(files) == 0:
		return &hintError{expr + ": no such file; a capture filter needs one to choose from, or live", fmt.Sprintf("elbscope -f %s FILE    (or: elbscope live %s)", shell.Quote(packets), shell.Quote(packets))}
	case err == nil:
		what := expr + ": no such file; a capture filter has a flag"
		if begun != "" {
			what = expr + ": no such file; a filter of several words wants quotes"
		}
		return &hintError{what, fmt.Sprintf("elbscope -f %s %s", shell.Quote(packets), line)}
	case len(files) == 0 || !slices.Contains(commands, others[0]):
		return nil
	}
	what := others[0] + ": no such file, but a command; "
	switch others[0] {
	case "report":
		return &hintError{what + "it comes first", "elbscope report " + line}
	case "live":
		return &hintError{what + "it captures, and a file is read without it", "elbscope " + line}
	}
	return &hintError{what + "it comes first, without files", "elbscope " + others[0]}
}

// unquoted says so where a filter of several words has no quotes, so that all
// but its first word stand where files do.
func (o *options) unquoted(raw *rawFlags) error {
	n := slices.IndexFunc(o.files, func(f string) bool { return !missing(f) })
	if n <= 0 {
		return nil
	}
	words, line := strings.Join(o.files[:n], " "), ""
	for _, f := range o.files[n:] {
		line += " " + shell.File(f)
	}
	what := fmt.Sprintf("%s: no such file; a filter of several words wants quotes", o.files[0])
	if whole := raw.captureExpr + " " + words; raw.captureExpr != "" {
		if _, err := bpf.Parse(whole); err == nil {
			return &hintError{what, "elbscope -f " + shell.Quote(whole) + line}
		}
	}
	if whole := o.expr + " " + words; o.expr != "" && !strings.ContainsAny(words, "./") {
		_, err := filter.Parse(whole, o.filterContext(nil))
		switch {
		case err == nil:
			return &hintError{what, "elbscope -Y " + shell.Quote(whole) + line}
		case slices.Contains([]string{"and", "or", "&&", "||"}, o.files[0]): // no files, for sure
			return filterError(whole, err)
		}
	}
	return nil
}

// withFile puts the file that was given into the line to type, if there is one
// and only one.
func withFile(err error, flags *pflag.FlagSet, args []string) error {
	var e *hintError
	file := ""
	for i, a := range args {
		if regular(a) == nil || a == stdinName {
			continue
		}
		if i > 0 {
			if f := takesNext(flags, args[i-1]); f != nil && f.Name != "tcpdump-r" {
				continue
			}
		}
		if file != "" {
			return err
		}
		file = a
	}
	if file == "" || !errors.As(err, &e) {
		return err
	}
	words := strings.Split(e.hint, " ")
	for i, w := range words {
		if w == "FILE" {
			words[i] = shell.File(file)
		}
	}
	return &hintError{e.what, strings.Join(words, " ")}
}

// unknownCommand says so if the first word of a line without a command is no
// file and looks like a command.
func unknownCommand(args, words []string) error {
	if len(words) == 0 || strings.ContainsAny(words[0], "./") || !missing(words[0]) {
		return nil
	}
	first := words[0]
	if _, err := bpf.Parse(strings.Join(words, " ")); err == nil {
		return nil // see notFiles
	}
	meant := cmp.Or(foreignCommands[strings.ToLower(first)], nearest.Word(first, commands))
	for _, c := range commands {
		if meant == "" && len(first) > 1 && strings.HasPrefix(c, first) {
			meant = c
		}
	}
	if meant == "" {
		return nil
	}
	return &hintError{first + ": no such command, and no such file; did you mean " + meant + "?", retype(args, slices.Index(args, first), meant)}
}

// isInterface tells whether one can capture from what has that name.
func isInterface(name string) bool {
	all, _ := live.Interfaces() // without a list nothing is known
	return name == live.Any || slices.ContainsFunc(all, func(i live.Interface) bool { return i.Name == name })
}

// retypeLive is the line that was typed, with -i before an interface.
func retypeLive(args []string, name string) string {
	line := retype(args, slices.Index(args, name), "-i "+shell.Word(name))
	if slices.Contains(args, "live") {
		return line
	}
	return strings.Replace(strings.Replace(line, "elbscope report ", "elbscope ", 1), "elbscope ", "elbscope live ", 1)
}

// liveWords says so where the first words behind live are no filter but
// something else: people forget the -i, or name a file. err is what is wrong
// with them as a filter.
func liveWords(args, words []string, err error) error {
	if err == nil || len(words) == 0 {
		return err
	}
	first := words[0]
	_, rest := bpf.Parse(strings.Join(words[1:], " "))
	_, service := bpf.Parse("port " + first)
	_, unknown := bpf.Parse(first)
	var fe *bpf.Error
	named := errors.As(unknown, &fe) && !fe.Elsewhere && !strings.HasPrefix(fe.Hint, "did you mean") &&
		unicode.IsLetter(rune((first + " ")[0])) && strings.ContainsAny(first, "0123456789-")
	switch {
	case isInterface(first):
		return &hintError{fmt.Sprintf("%s is an interface, and -i names one", first), retypeLive(args, first)}
	case regular(first) != nil:
		return &hintError{"live captures; a file is read without it", "elbscope " + shell.File(first)}
	case named && rest == nil && service != nil:
		return &hintError{fmt.Sprintf("%s is no interface here, and no word of a filter", first), "elbscope interfaces"}
	}
	return err
}

// noWords refuses words behind a command that takes none.
func noWords(command string, words []string) error {
	if len(words) == 0 {
		return nil
	}
	hint := "elbscope " + command
	if command == "interfaces" && isInterface(words[0]) {
		hint = "elbscope live -i " + shell.Word(words[0])
	}
	return &hintError{fmt.Sprintf("%s takes no words, and behind it stands %s", command, words[0]), hint}
}

// helpOn returns the help, or the parts of it that are about a command.
func helpOn(topics []string) (string, error) {
	if len(topics) == 0 {
		return usage, nil
	}
	topic := topics[0]
	if len(topics) > 1 || !slices.Contains(commands, topic) {
		hint := "elbscope help"
		if rules.Lookup(topic) != nil {
			hint = "elbscope explain " + topic
		} else if meant := cmp.Or(foreignCommands[topic], nearest.Word(topic, commands)); slices.Contains(commands, meant) {
			hint += " " + meant
		}
		return "", &hintError{fmt.Sprintf("help is about one of %s, and not about %s", strings.Join(commands, ", "), strings.Join(topics, " ")), hint}
	}
	var parts []string
	for _, p := range strings.Split(strings.TrimSuffix(usage, "\n"), "\n\n") {
		if strings.Contains(p, "elbscope "+topic) || strings.HasPrefix(p, "Flags of "+topic) ||
			strings.HasPrefix(p, "Flags,") && (topic == "live" || topic == "report") {
			parts = append(parts, p)
		}
	}
	if parts == nil {
		return usage, nil
	}
	return strings.Join(parts, "\n\n") + "\n", nil
}
