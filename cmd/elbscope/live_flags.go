package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"elbscope/capture/live"
	"elbscope/internal/shell"
)

// liveOptions are what a command line says about capturing.
type liveOptions struct {
	interfaces []string
	// words are the filter as it was typed.
	words    []string
	write    string
	rotate   rotation
	count    uint64
	duration time.Duration
	snaplen  int
	buffer   int64
	user     string
	promisc  bool
	// bare is set where live was all that was said.
	bare bool
}

// liveFlags are the names of the flags that only live has.
var liveFlags = []string{
	"interface", "write", "rotate", "count", "duration", "snaplen", "buffer", "user", "promiscuous",
}

func addLiveFlags(fs *pflag.FlagSet, l *liveOptions, raw *rawFlags) {
	fs.StringArrayVarP(&l.interfaces, "interface", "i", nil, "")
	fs.StringVarP(&l.write, "write", "w", "", "")
	fs.StringVar(&raw.rotate, "rotate", "", "")
	fs.Uint64VarP(&l.count, "count", "c", 0, "")
	fs.DurationVar(&l.duration, "duration", 0, "")
	fs.IntVarP(&l.snaplen, "snaplen", "s", 0, "")
	fs.StringVar(&raw.buffer, "buffer", "", "")
	fs.StringVar(&l.user, "user", "", "")
	fs.BoolVar(&l.promisc, "promiscuous", false, "")
}

// onlyLive refuses the flags of live with another command.
func (o *options) onlyLive(fs *pflag.FlagSet, args []string) error {
	i := slices.IndexFunc(liveFlags, fs.Changed)
	if i < 0 {
		return nil
	}
	what, hint := "--"+liveFlags[i]+" goes with elbscope live, which captures", ""
	given, _ := fs.GetStringArray("interface") // there is such a flag
	file := "FILE"
	if len(o.files) > 0 {
		file = shell.File(o.files[len(o.files)-1])
	}
	switch {
	case !slices.ContainsFunc(o.files, func(f string) bool { return !missing(f) }):
		rest := slices.DeleteFunc(slices.Clone(args), func(a string) bool { return a == fs.Arg(0) && slices.Contains(commands, a) })
		hint = retypeBehind("live", rest)
	case len(given) > 0:
		hint = "elbscope live -i " + shell.Word(given[0])
	case liveFlags[i] == "write":
		what += "; packets of a file are saved with w on its screen"
	case liveFlags[i] == "count":
		hint = fmt.Sprintf("tcpdump -r %s -c %d -w - | elbscope -", file, o.capture.count)
	}
	if hint == "" {
		hint = "elbscope " + file
	}
	return &hintError{what, hint}
}

// onlyFormats refuses what is about packets with a command that looks at none.
func (o *options) onlyFormats(fs *pflag.FlagSet) error {
	for _, name := range []string{"format", "filter", "capture-filter", "bpf", "pace", "tcpdump-r", "tui"} {
		if f := fs.Lookup(name); f.Changed && f.Value.String() != "text" {
			return &hintError{fmt.Sprintf("%s is about packets, and %s prints text about none", shown(f), o.command), "elbscope " + o.command}
		}
	}
	return nil
}

// live reads what belongs to capturing.
func (o *options) live(fs *pflag.FlagSet, raw *rawFlags, args []string) (err error) {
	l := &o.capture
	if raw.habits.user != "" {
		l.user = raw.habits.user
	}
	if raw.pace != "" {
		return &hintError{"--pace replays a capture file; what is live has its own pace", "elbscope --pace 10x FILE"}
	}
	expr := strings.Join(l.words, " ")
	if expr != "" && raw.captureExpr != "" {
		return &hintError{"-f and the words behind live are two capture filters", liveFilters.expr}
	}
	if o.packets, err = newCaptureFilter(expr+raw.captureExpr, raw.captureBPF, liveFilters); err != nil {
		return liveWords(args, l.words, err)
	}
	changed := false
	fs.Visit(func(*pflag.Flag) { changed = true })
	l.bare = !changed && expr == ""
	if len(l.interfaces) == 0 {
		l.interfaces = []string{live.Any}
	}
	if err := o.check(raw.memory); err != nil {
		return err
	}
	return o.checkLive(raw)
}

// checkLive looks at what only some words are allowed for.
func (o *options) checkLive(text *rawFlags) (err error) {
	l := &o.capture
	if l.rotate, err = parseRotation(text.rotate); err != nil {
		return err
	}
	if l.write == stdinName {
		return &hintError{"-w saves to a file; on standard output stands the report", "sudo tcpdump -i any -s 0 -U -w - | elbscope -    (or: elbscope live -w FILE.pcapng)"}
	}
	if l.rotate.on() && l.write == "" {
		return &hintError{"--rotate is about the files that -w writes", "elbscope live -w FILE.pcapng --rotate " + text.rotate}
	}
	if l.snaplen < 0 || l.snaplen > 0 && l.snaplen < minSnaplen {
		return &hintError{
			fmt.Sprintf("--snaplen %d leaves nothing of a request; %d is the least", l.snaplen, minSnaplen), "elbscope live --snaplen 1514",
		}
	}
	if l.duration < 0 {
		return &hintError{"--duration must not be negative", "elbscope live --duration 10m"}
	}
	if text.buffer == "" {
		l.buffer = max(min(live.DefaultBuffer, o.memory/8), live.MinBuffer)
		return nil
	}
	if l.buffer, err = parseBytes(text.buffer); err != nil || l.buffer < live.MinBuffer {
		return &hintError{fmt.Sprintf("--buffer %q is not a size of 2M or more", text.buffer), "elbscope live --buffer 32M"}
	}
	if l.buffer > o.memory/2 {
		return &hintError{
			fmt.Sprintf("--buffer %s is more than half of --memory, in which it is contained", text.buffer),
			fmt.Sprintf("elbscope live --buffer %s --memory %dM", text.buffer, 4*l.buffer>>20),
		}
	}
	return nil
}

// minSnaplen holds the headers and some bytes of a request.
const minSnaplen = 128

// rotation says when a file is full, and how many are kept; zero values are no
// limit.
type rotation struct {
	size    int64
	age     time.Duration
	packets uint64
	count   int
}

func (r rotation) on() bool { return r != rotation{} }

const rotateExample = "elbscope live -w FILE.pcapng --rotate size=100M,count=10"

// parseRotation reads what stands behind --rotate, a list of NAME=VALUE.
func parseRotation(text string) (r rotation, err error) {
	if text == "" {
		return r, nil
	}
	for _, part := range strings.Split(text, ",") {
		name, value, _ := strings.Cut(part, "=")
		bad := &hintError{fmt.Sprintf("--rotate %s: %q is no %s", text, value, name), rotateExample}
		switch name {
		case "size":
			if r.size, err = parseBytes(value); err != nil || r.size <= 0 {
				return r, bad
			}
		case "time":
			if r.age, err = time.ParseDuration(value); err != nil || r.age <= 0 {
				return r, bad
			}
		case "packets":
			if r.packets, err = strconv.ParseUint(value, 10, 64); err != nil || r.packets == 0 {
				return r, bad
			}
		case "count":
			if r.count, err = strconv.Atoi(value); err != nil || r.count < 2 {
				return r, bad
			}
		default:
			return r, &hintError{
				fmt.Sprintf("--rotate %s: there is no %q; size, time and packets say when a file is full, count how many are kept", text, name),
				rotateExample,
			}
		}
	}
	if r.count > 0 && r.size == 0 && r.age == 0 && r.packets == 0 {
		return r, &hintError{"--rotate count=N says how many files are kept, and not when one is full", rotateExample}
	}
	return r, nil
}
