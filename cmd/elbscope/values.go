package main

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/spf13/pflag"

	"elbscope/internal/shell"
)

// samples are values to type for the flags that need one.
var samples = map[string]string{
	"memory": "256M", "pace": "10x", "capture-filter": "tcp port 80", "bpf": "filter.bpf", "format": "json", "color": "never",
	"filter": "status:502", "fail-on": "warning", "interface": "any", "write": "capture.pcapng", "rotate": "size=100M,count=10",
	"count": "1000", "duration": "10m", "snaplen": "262144", "buffer": "32M", "user": "nobody",
	"tcpdump-r": "FILE", "tcpdump-C": "100", "tcpdump-G": "3600", "tcpdump-W": "10", "tcpdump-F": "FILTER",
	"buffer-size": "4096", "relinquish-privileges": "nobody",
}

// swallowed says so where a flag that needs a value has none, and took for it
// what stands behind it: the next flag, or the only file.
func swallowed(flags *pflag.FlagSet, args []string) error {
	words, took := 0, -1
	for i := 0; i < len(args) && args[i] != "--"; i++ {
		f := takesNext(flags, args[i])
		switch {
		case f == nil && (args[i] == "-" || !strings.HasPrefix(args[i], "-")) && args[i] != "report":
			words++
		case f == nil || i+1 == len(args):
		case isFlag(flags, f, args[i+1]):
			hint := withSample(flags, f, args, i)
			if f.Name == "filter" {
				hint += "    (or, if that is the filter: -Y=" + shell.Word(args[i+1]) + ")"
			}
			return &hintError{fmt.Sprintf("%s needs a value, and behind it stands the flag %s", args[i], args[i+1]), hint}
		default:
			i++
			if !slices.Contains([]string{"tcpdump-r", "bpf", "write", "tcpdump-F"}, f.Name) && regular(args[i]) != nil {
				took = i
			}
		}
	}
	if words > 0 || took < 0 {
		return nil
	}
	return &hintError{fmt.Sprintf("%s needs a value, and behind it stands the file %s", args[took-1], args[took]),
		withSample(flags, takesNext(flags, args[took-1]), args, took-1)}
}

// takesNext returns the flag whose value is the next argument.
func takesNext(flags *pflag.FlagSet, arg string) *pflag.Flag {
	var f *pflag.Flag
	if name, long := strings.CutPrefix(arg, "--"); long {
		f = flags.Lookup(name)
	} else if strings.HasPrefix(arg, "-") {
		for i := 1; i < len(arg) && (f == nil || f.NoOptDefVal != ""); i++ {
			if f = flags.ShorthandLookup(arg[i : i+1]); f == nil || f.NoOptDefVal == "" && i+1 < len(arg) {
				return nil
			}
		}
	}
	if f == nil || f.NoOptDefVal != "" {
		return nil
	}
	return f
}

// isFlag tells whether what stands behind a flag is the next one, and not its
// value. Values do not begin with a dash, but for numbers and filters.
func isFlag(flags *pflag.FlagSet, behind *pflag.Flag, arg string) bool {
	name, _, _ := strings.Cut(strings.TrimLeft(arg, "-"), "=")
	switch {
	case len(arg) < 2 || arg[0] != '-' || name == "" || unicode.IsDigit(rune(name[0])):
		return false
	case behind.Name != "filter" || len(name) == 1 && flags.ShorthandLookup(name) != nil:
		return true
	}
	return visible(flags.Lookup(name)) || foreignFlags[name] != "" || slices.Contains(commands, name)
}

// withSample is the line that was typed, with a value behind the flag at one
// place, and else as it should be.
func withSample(flags *pflag.FlagSet, f *pflag.Flag, args []string, at int) string {
	line, files := []string{"elbscope"}, false
	if needsLive(f) && !slices.Contains(args, "live") {
		line = append(line, "live")
	}
	isLive := len(line) > 1 || slices.Contains(args, "live")
	for i, a := range args {
		name, long := strings.CutPrefix(a, "-")
		switch {
		case isLive && regular(a) != nil:
			continue // that is for files
		case !shell.CanType(a):
			return "elbscope --help"
		case long && foreignFlags[name] != "":
			a = foreignFlags[name]
		case long && len(name) > 1 && visible(flags.Lookup(name)):
			a = "--" + name
		default:
			files = files || !long && !slices.Contains(commands, a)
			a = shell.Word(a)
		}
		if line = append(line, a); i == at {
			line = append(line, shell.Word(samples[f.Name]))
		}
	}
	if !files && !isLive && f.Name != "tcpdump-r" {
		line = append(line, "FILE")
	}
	return strings.Join(line, " ")
}

// needsLive tells whether a flag is about capturing.
func needsLive(f *pflag.Flag) bool {
	return slices.Contains(liveFlags, f.Name) || slices.Contains([]string{"buffer-size", "relinquish-privileges"}, f.Name)
}

// invalidValue says what a flag takes.
func invalidValue(flags *pflag.FlagSet, err *pflag.InvalidValueError) error {
	f, name := err.GetFlag(), shown(err.GetFlag())
	switch f.Value.Type() {
	case "bool", "count":
		return &hintError{fmt.Sprintf("%s takes no value such as %q", name, err.GetValue()), "elbscope " + name + " FILE"}
	case "duration":
		return &hintError{fmt.Sprintf("%s %q is not a time with its unit, such as 30s or 10m", name, err.GetValue()), withSample(flags, f, []string{name}, 0)}
	}
	return &hintError{fmt.Sprintf("%s %q is not a number", name, err.GetValue()), withSample(flags, f, []string{name}, 0)}
}
