package main

import (
	"errors"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

// TestFlagValues wants for every flag that needs a value one that it takes, so that
// the line to type is none that is refused for its value.
func TestFlagValues(t *testing.T) {
	flags := 0
	defineFlags(new(options), new(rawFlags)).VisitAll(func(f *pflag.Flag) {
		if f.NoOptDefVal != "" {
			return
		}
		flags++
		value := samples[f.Name]
		if value == "" {
			t.Errorf("no value to show for --%s", f.Name)
			return
		}
		if err := f.Value.Set(value); err != nil {
			t.Errorf("--%s %s: %v", f.Name, value, err)
		}
		var wrong *hintError
		_, err := parseArgs([]string{shown(f)})
		if !errors.As(err, &wrong) || wrong.what != shown(f)+" needs a value behind it" || !strings.Contains(wrong.hint, value) {
			t.Errorf("%s without a value: %v", shown(f), err)
		}
	})
	if flags != len(samples) {
		t.Errorf("%d flags need a value, and %d have one to show", flags, len(samples))
	}
}

// FuzzArguments wants of any command line an answer: options or something to
// type that does nothing to a terminal, and never a panic.
func FuzzArguments(f *testing.F) {
	for _, line := range []string{
		"", "-Y -json f", "-é f", "live -n5", "--=x", "-", "-- -x", "\xff -\xff", "-i", "-5", "live \x80eth9", "-Yé -w", "help live", "-T \x1b[2J",
	} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		_, err := parseArgs(strings.Split(line, " "))
		if err == nil {
			return
		}
		var b strings.Builder
		(&messages{w: &b}).complain(exitUsage, err)
		if lines := strings.Split(b.String(), "\n"); len(lines) != 3 || !strings.HasPrefix(lines[1], "  try: elbscope") &&
			!strings.HasPrefix(lines[1], "  try: tcpdump") && !strings.HasPrefix(lines[1], "  try: sudo") {
			t.Errorf("%q: %q", line, b.String())
		}
	})
}
