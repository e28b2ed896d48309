package main

import (
	"cmp"
	_ "embed"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"elbscope/analyze"
	"elbscope/analyze/filter"
	"elbscope/analyze/rules"
	"elbscope/internal/nearest"
	"elbscope/internal/shell"
	"elbscope/internal/wiretext"
)

// usage is made of examples; the flags follow them.
//
//go:embed usage.txt
var usage string

// options are what a command line says.
type options struct {
	command  string // "report", "live", "interfaces", "explain", "tcpdump-command", "help" or "version"
	files    []string
	topics   []string // of explain and help; ports of tcpdump-command
	packets  captureFilter
	format   string
	color    string
	expr     string
	failOn   string
	memory   int64
	pace     float64 // of a replay; 0 for none
	utc      bool
	noRedact bool
	ascii    bool
	full     bool
	// tui and noTUI decide by hand whether the screen is opened; printed is
	// set where the report was asked for by its name.
	tui, noTUI, printed bool
	capture             liveOptions
}

// defaultMemory bounds what is kept, in bytes.
const defaultMemory = 256 << 20

// rawFlags are those whose texts are read once all flags are known.
type rawFlags struct {
	memory, pace            string
	captureExpr, captureBPF string
	rotate, buffer          string // of live
	help, version           bool
	habits                  habits
}

// defineFlags says which flags there are.
func defineFlags(o *options, raw *rawFlags) *pflag.FlagSet {
	fs := pflag.NewFlagSet("elbscope", pflag.ContinueOnError)
	fs.Usage = func() {}
	fs.SortFlags = false
	fs.StringVar(&raw.memory, "memory", "256M", "")
	fs.StringVar(&raw.pace, "pace", "", "")
	fs.StringVarP(&raw.captureExpr, "capture-filter", "f", "", "")
	fs.StringVar(&raw.captureBPF, "bpf", "", "")
	fs.BoolVarP(&raw.help, "help", "h", false, "")
	fs.BoolVar(&raw.version, "version", false, "")
	fs.StringVar(&o.format, "format", "text", "")
	fs.StringVar(&o.color, "color", "auto", "")
	fs.StringVarP(&o.expr, "filter", "Y", "", "")
	fs.StringVar(&o.failOn, "fail-on", "error", "")
	fs.BoolVar(&o.utc, "utc", false, "")
	fs.BoolVar(&o.noRedact, "no-redact", false, "")
	fs.BoolVar(&o.ascii, "ascii", false, "")
	fs.BoolVar(&o.full, "full", false, "")
	fs.BoolVar(&o.tui, "tui", false, "")
	fs.BoolVar(&o.noTUI, "no-tui", false, "")
	addLiveFlags(fs, &o.capture, raw)
	addHabits(fs, &raw.habits)
	return fs
}

// parseArgs reads a command line. Flags may stand anywhere.
func parseArgs(args []string) (*options, error) {
	o, raw := &options{}, &rawFlags{}
	fs := defineFlags(o, raw)
	err := swallowed(fs, args)
	if err != nil {
		return nil, err
	}
	switch err = fs.Parse(args); {
	case err != nil:
		err = flagError(fs, args, err)
	case raw.habits.read == "eport" && missing("eport") && slices.Contains(args, "-report"):
		err = oneDash(fs, args)
	default:
		err = o.read(fs, raw, args)
	}
	if err != nil {
		return nil, withFile(cmp.Or(oneDash(fs, args), err), fs, args)
	}
	return o, nil
}

// read reads what the flags and words of a command line say together.
func (o *options) read(fs *pflag.FlagSet, raw *rawFlags, args []string) error {
	switch rest := fs.Args(); {
	case raw.help:
		o.command = "help"
	case raw.version:
		o.command = "version"
	default:
		if err := o.words(rest, raw, args); err != nil {
			return err
		}
	}
	if err := raw.habits.check(fs, o.command == "live"); err != nil && !raw.help {
		return err
	}
	if raw.habits.read != "" && o.command == "report" {
		if err := o.wordsOfRead(raw); err != nil {
			return err
		}
	}
	o.printed = o.printed || fs.Changed("format") || fs.Changed("full")
	switch o.command {
	case "live":
		return o.live(fs, raw, args)
	case "report":
		return o.report(fs, raw, args)
	}
	if raw.help || raw.version {
		return nil
	}
	return cmp.Or(o.onlyLive(fs, args), o.onlyFormats(fs))
}

// report reads what belongs to files.
func (o *options) report(fs *pflag.FlagSet, raw *rawFlags, args []string) (err error) {
	if err := o.onlyLive(fs, args); err != nil {
		return err
	}
	if len(o.files) == 0 && fedByHand() {
		return &hintError{"no capture file given", "elbscope FILE.pcap    (what is sent into standard input: " + retype(append(args, "-"), len(args), "-") + ")"}
	}
	if len(o.files) == 0 {
		return &hintError{"no capture file given", "elbscope FILE.pcap    (or: elbscope --help)"}
	}
	if raw.habits.read == "" {
		if err := cmp.Or(o.unquoted(raw), notFiles(args, o.files, raw.captureExpr)); err != nil {
			return err
		}
	}
	if o.pace, err = parsePace(raw.pace); err != nil {
		return err
	}
	if o.packets, err = newCaptureFilter(raw.captureExpr, raw.captureBPF, fileFilters); err != nil {
		return err
	}
	if err := o.packets.checkForFiles(); err != nil {
		return err
	}
	return o.check(raw.memory)
}

// words takes what is no flag: a command with its arguments, or files.
func (o *options) words(rest []string, raw *rawFlags, args []string) error {
	first := ""
	if len(rest) > 0 {
		first = rest[0]
	}
	if len(rest) == 2 && rest[1] == "help" && slices.Contains(commands, first) && missing("help") {
		rest, first = []string{"help", first}, "help"
	}
	switch first {
	case "version", "interfaces":
		o.command = first
		return noWords(first, rest[1:])
	case "help", "explain", "tcpdump-command":
		o.command, o.topics = first, rest[1:]
	case "live":
		o.command, o.capture.words = first, rest[1:]
	case "report":
		o.command, o.files, o.printed = "report", rest[1:], true
	default:
		o.command, o.files = "report", rest
		if raw.habits.read == "" {
			return unknownCommand(args, rest)
		}
	}
	return nil
}

// check looks at what only some words are allowed for.
func (o *options) check(memory string) error {
	if err := oneOf("format", o.format, "text", "json", "jsonl"); err != nil {
		return err
	}
	if err := oneOf("color", o.color, "auto", "always", "never"); err != nil {
		return err
	}
	if err := oneOf("fail-on", o.failOn, "never", "error", "warning"); err != nil {
		return err
	}
	dashes := 0
	for _, f := range o.files {
		if f == "-" {
			dashes++
		}
	}
	if dashes > 1 {
		return &hintError{"standard input (-) can be read only once", "elbscope - < FILE.pcap"}
	}
	var err error
	if o.memory, err = parseSize(memory); err != nil {
		return err
	}
	// A filter that is wrong should not cost the reading of a large file.
	_, err = filter.Parse(o.expr, o.filterContext(nil))
	return filterError(o.expr, err)
}

func oneOf(flag, got string, allowed ...string) error {
	for _, a := range allowed {
		if got == a {
			return nil
		}
	}
	meant := cmp.Or(nearest.Word(got, allowed), allowed[0])
	return &hintError{fmt.Sprintf("--%s %q is not one of %s", flag, got, strings.Join(allowed, ", ")), "elbscope --" + flag + " " + meant + " FILE"}
}

// minMemory is the least that makes sense to work with.
const minMemory = 8 << 20

// parseBytes reads a number of bytes with K, M or G behind it.
func parseBytes(s string) (int64, error) {
	upper := strings.TrimSuffix(strings.TrimSuffix(strings.ToUpper(strings.TrimSpace(s)), "B"), "I")
	shift := 0
	for i, unit := range []string{"K", "M", "G"} {
		if rest, ok := strings.CutSuffix(upper, unit); ok {
			upper, shift = rest, 10*(i+1)
		}
	}
	n, err := strconv.ParseInt(upper, 10, 64)
	if err != nil || n <= 0 || n > 1<<(62-shift) {
		return 0, errors.New("not a size")
	}
	return n << shift, nil
}

// parseSize reads the value of --memory.
func parseSize(s string) (int64, error) {
	n, err := parseBytes(s)
	if err != nil {
		return 0, &hintError{fmt.Sprintf("--memory %q is not a size", s), "elbscope --memory 256M FILE"}
	}
	if n < minMemory {
		return 0, &hintError{fmt.Sprintf("--memory %s is too little to work with; 8M is the least", s), "elbscope --memory 64M FILE"}
	}
	return n, nil
}

// location is the time zone of times that are read and shown.
func (o *options) location() *time.Location {
	if o.utc {
		return time.UTC
	}
	return time.Local
}

// filterContext is what a filter is read against; snap may be nil.
func (o *options) filterContext(snap *analyze.Snapshot) filter.Context {
	ctx := filter.Context{Location: o.location(), Rules: rules.IDs(), Sources: len(o.files)}
	if snap != nil {
		for _, s := range snap.Sources {
			if s.Packets > 0 && (ctx.First == 0 || s.First < ctx.First) {
				ctx.First = s.First
			}
		}
	}
	if ctx.First == 0 {
		// Before anything is read, or if there was nothing, any day will do:
		// a time without a date is right, and no handshake is asked for it.
		ctx.First = 1
	}
	return ctx
}

// choose leaves only those handshakes in snap that the filter lets pass, and
// says so.
func (o *options) choose(snap *analyze.Snapshot) (note string, err error) {
	f, err := filter.Parse(o.expr, o.filterContext(snap))
	if err != nil {
		return "", filterError(o.expr, err)
	}
	if f.Empty() {
		return "", nil
	}
	all := snap.Handshakes
	snap.Handshakes = nil
	for _, h := range all {
		if f.Match(h) {
			snap.Handshakes = append(snap.Handshakes, h)
		}
	}
	expr := o.expr
	if !o.noRedact {
		expr = wiretext.RedactText(expr)
	}
	return fmt.Sprintf("the filter %q shows %d of %d handshakes", expr, len(snap.Handshakes), len(all)), nil
}

// filterError says what is wrong with a filter, and shows one that works.
func filterError(expr string, err error) error {
	var fe *filter.Error
	if !errors.As(err, &fe) {
		return err
	}
	what := fmt.Sprintf("filter: column %d: %s", fe.Column, fe.Problem)
	if fe.Hint != "" {
		what += "; " + fe.Hint
	}
	example := fe.Example
	if example == "" {
		example = filterExample(expr, fe.Column)
	}
	return &hintError{what, "elbscope -Y " + shell.Quote(example) + " FILE"}
}

// filterExample returns a term for the field that stands at a column.
func filterExample(expr string, column int) string {
	runes := []rune(expr)
	at := min(column, len(runes))
	before, after := string(runes[:at]), string(runes[at:])
	after, _, _ = strings.Cut(after, " ")
	word := strings.TrimLeft(before[strings.LastIndex(before, " ")+1:], "!-") + after
	name, _, _ := strings.Cut(word, ":")
	for _, f := range filter.Fields() {
		if f.Name == name {
			return f.Example
		}
	}
	return "verdict:rewritten status:502"
}

// version says what was built.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "devel"
	}
	v := info.Main.Version
	if v == "" || v == "(devel)" {
		v = "devel"
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			v += " " + s.Value[:12]
		}
	}
	return v + " " + info.GoVersion
}
