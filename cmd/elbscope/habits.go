package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"elbscope/internal/shell"
)

// habits are the flags that people's fingers know from tcpdump. What makes no
// difference here is taken without a word; of the rest, each either does the
// same or says what to type instead.
type habits struct {
	// numeric, unbuffered, modest and lines make no difference: names are
	// never looked up, what is saved is flushed twice a second, and other
	// machines' packets are not asked for.
	numeric                  int
	unbuffered, modest, line bool
	// absolute, unchecked, plain, counted neither: how sequence numbers and the
	// numbers of packets are printed, whether checksums are looked at, and how a
	// filter is compiled.
	absolute, unchecked, plain, counted bool

	read                  string // -r
	size, seconds, number string // -C, -G, -W
	kibibytes, user       string // -B, -Z
}

// instead are flags that mean something else or nothing here, with what to
// type.
var instead = []struct{ letter, what, hint string }{
	{"v", "-v prints more of each packet in tcpdump; here the report has more with --full", "elbscope report --full FILE"},
	{"A", "-A prints packets in tcpdump; here b in the story of a handshake shows its bytes", "elbscope FILE"},
	{"X", "-X prints packets in tcpdump; here b in the story of a handshake shows its bytes", "elbscope FILE"},
	{"x", "-x prints packets in tcpdump; here b in the story of a handshake shows its bytes", "elbscope FILE"},
	{"e", "-e prints link-level headers in tcpdump; here the report names the link types, and --full all sources", "elbscope report --full FILE"},
	{"q", "-q prints less in tcpdump; here the exit status tells without any output", "elbscope report FILE > /dev/null"},
	{"t", "-t changes the times in tcpdump; here they are local ones, or with --utc those of UTC", "elbscope --utc FILE"},
	{"D", "-D lists interfaces in tcpdump; here a command does", "elbscope interfaces"},
	{"F", "-F reads the filter from a file in tcpdump; here it is given as words", `elbscope live "$(cat FILTER)"`},
	{"d", "-d prints the program of a filter in tcpdump; here --bpf takes one", "tcpdump -i any -ddd 'EXPRESSION' > filter.bpf && elbscope live --bpf filter.bpf"},
}

// forLive turns a line about a file into one about a live run.
var forLive = strings.NewReplacer("elbscope report ", "elbscope live --no-tui ", "elbscope FILE", "elbscope live -i any",
	"elbscope --utc FILE", "elbscope live --utc", "FILE", "-i any")

func addHabits(fs *pflag.FlagSet, h *habits) {
	fs.CountVarP(&h.numeric, "tcpdump-n", "n", "")
	fs.BoolVarP(&h.unbuffered, "packet-buffered", "U", false, "")
	fs.BoolVarP(&h.modest, "no-promiscuous-mode", "p", false, "")
	fs.BoolVarP(&h.line, "tcpdump-l", "l", false, "")
	fs.BoolVarP(&h.absolute, "tcpdump-S", "S", false, "")
	fs.BoolVarP(&h.unchecked, "tcpdump-K", "K", false, "")
	fs.BoolVarP(&h.plain, "tcpdump-O", "O", false, "")
	fs.BoolVarP(&h.counted, "tcpdump-number", "#", false, "")
	fs.StringVarP(&h.read, "tcpdump-r", "r", "", "")
	fs.StringVarP(&h.size, "tcpdump-C", "C", "", "")
	fs.StringVarP(&h.seconds, "tcpdump-G", "G", "", "")
	fs.StringVarP(&h.number, "tcpdump-W", "W", "", "")
	fs.StringVarP(&h.kibibytes, "buffer-size", "B", "", "")
	fs.StringVarP(&h.user, "relinquish-privileges", "Z", "", "")
	for _, i := range instead {
		if i.letter == "F" {
			fs.StringP("tcpdump-F", "F", "", "")
			continue
		}
		fs.CountP("tcpdump-"+i.letter, i.letter, "")
	}
}

// check refuses what is done in another way here.
func (h *habits) check(fs *pflag.FlagSet, isLive bool) error {
	for _, i := range instead {
		if fs.Changed("tcpdump-" + i.letter) {
			hint := i.hint
			if isLive {
				hint = forLive.Replace(hint)
			}
			return &hintError{i.what, hint}
		}
	}
	var rotate []string
	add := func(name, value, unit string) {
		if value != "" {
			rotate = append(rotate, name+"="+value+unit)
		}
	}
	if h.number != "" && h.size == "" && h.seconds == "" {
		rotate = append(rotate, "size=100M") // else nothing says when a file is full
	}
	add("size", h.size, "M")
	add("time", h.seconds, "s")
	add("count", h.number, "")
	switch {
	case rotate != nil:
		hint := "elbscope live -w FILE.pcapng --rotate " + shell.Word(strings.Join(rotate, ","))
		if _, err := parseRotation(strings.Join(rotate, ",")); err != nil {
			hint = rotateExample
		}
		return &hintError{"-C, -G and -W say in tcpdump when a file is full; here --rotate does", hint}
	case h.kibibytes != "":
		return &hintError{"-B is the ring shared with the kernel in tcpdump, in KiB; here --buffer is", "elbscope live --buffer " + shell.Word(h.kibibytes+"K")}
	case h.read != "" && isLive:
		return &hintError{"live captures; a file is read without it", "elbscope " + shell.File(h.read)}
	case h.user != "" && !isLive:
		return &hintError{"-Z goes with elbscope live, which captures", "elbscope live -Z " + shell.Word(h.user)}
	}
	return nil
}

// wordsOfRead takes what follows -r as tcpdump does: a capture filter, where it
// is one and no file has such a name.
func (o *options) wordsOfRead(raw *rawFlags) error {
	words := o.files
	o.files = append(slices.Clone(words), raw.habits.read)
	missing := slices.DeleteFunc(slices.Clone(words), func(w string) bool {
		_, err := os.Stat(w)
		return w == stdinName || err == nil
	})
	if len(missing) == 0 {
		return nil
	}
	expr := strings.Join(words, " ")
	_, err := newCaptureFilter(expr, "", fileFilters)
	typed := "elbscope -r " + shell.File(raw.habits.read) + " -f " + shell.Quote(expr)
	var wrong *hintError
	switch given := raw.captureExpr != "" || raw.captureBPF != ""; {
	case len(missing) < len(words) && err != nil:
		return nil // files, of which some are not there
	case len(missing) < len(words):
		return &hintError{"the words behind -r are a capture filter, and also the name of a file", typed}
	case errors.As(err, &wrong):
		return &hintError{fmt.Sprintf("%s: no such file, and as a %s", missing[0], wrong.what), "elbscope -r FILE -f 'tcp port 80'"}
	case err != nil:
		return err
	case given:
		return &hintError{"the words behind -r are a second capture filter", typed}
	}
	raw.captureExpr, o.files = expr, o.files[len(words):]
	return nil
}
