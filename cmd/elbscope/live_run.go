package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"

	"elbscope/analyze"
	"elbscope/analyze/rules"
	"elbscope/capture"
	"elbscope/capture/flow"
	"elbscope/capture/live"
	"elbscope/internal/shell"
)

// liveRun captures, and shows it on the screen or ends in the report.
func liveRun(ctx context.Context, o *options, onScreen bool, stdout io.Writer, say *messages) int {
	if o.capture.bare {
		return listInterfaces(stdout, say)
	}
	reading, stop := context.WithCancel(ctx)
	defer stop()
	if o.capture.duration > 0 {
		var end context.CancelFunc
		reading, end = context.WithTimeout(reading, o.capture.duration)
		defer end()
	}
	who, err := accountFor(o.capture.user)
	if err != nil {
		return say.complain(exitUsage, err)
	}
	c, err := startCapture(reading, o, o.packets.forLive(), who)
	if err != nil {
		return say.complain(inputStatus(err), err)
	}
	if onScreen {
		return showScreen(ctx, o, say, c.view(reading, stop))
	}
	return c.report(reading, stop, o, stdout, say)
}

// capturing is a live run.
type capturing struct {
	source capture.Source
	saving *recorder // nil without -w
	in     *inputs
	o      *options
	note   string // what is to be said at the start
}

// startCapture opens the sockets, gives up all privileges, and only then looks
// whether the file can be written.
func startCapture(ctx context.Context, o *options, filter *liveFilter, who *account) (*capturing, error) {
	l := &o.capture
	source, err := live.Open(ctx, live.Options{
		Interfaces: l.interfaces, Program: filter.program, SnapLen: l.snaplen, Buffer: l.buffer,
		Promiscuous: l.promisc, Count: l.count,
	})
	if err != nil {
		return nil, captureError(err)
	}
	if err := giveUpPrivileges(who); err != nil {
		_ = source.Close()
		return nil, err
	}
	c := &capturing{source: source, o: o, note: filter.own}
	for _, n := range filter.notes {
		source.Info().AddProblem(flow.Problem{Code: flow.ProblemFilter, Message: strings.ToUpper(n[:1]) + n[1:] + "."})
	}
	if l.write != "" {
		if c.saving, err = newRecorder(source, l, who); err != nil {
			_ = source.Close()
			return nil, err
		}
		c.source = c.saving
	}
	c.in = &inputs{sources: []capture.Source{c.source}, infos: []*flow.SourceInfo{source.Info()}, files: []os.FileInfo{nil}}
	o.memory -= l.buffer
	debug.SetMemoryLimit(heapOf(o.memory))
	return c, nil
}

// keptOf is the engine's share of a budget that must hold at any time: what is
// open beside it, and what the collector has not got to yet, takes the rest.
func keptOf(memory int64) int64 { return memory / 6 }

// heapOf is what the collector is told to stay within: it lets go of memory a
// little later than it says.
func heapOf(memory int64) int64 { return memory / 16 * 13 }

// captureError says what to type where the right is missing.
func captureError(err error) error {
	var ie *capture.InputError
	if errors.As(err, &ie) && ie.Kind == capture.NoInterface && strings.Contains(ie.Name, ",") {
		ie.Hint = "elbscope live"
		for _, name := range strings.FieldsFunc(ie.Name, func(r rune) bool { return r == ',' || r == ' ' }) {
			ie.Hint += " -i " + shell.Word(name)
		}
	}
	if !errors.As(err, &ie) || ie.Kind != capture.Permission {
		return err
	}
	program, perr := os.Executable()
	if perr != nil {
		program = "elbscope"
	}
	args := make([]string, 0, len(os.Args))
	for _, a := range os.Args[1:] {
		args = append(args, shell.Word(a))
	}
	ie.Hint = fmt.Sprintf("sudo %s %s    (or, once and for all: sudo setcap cap_net_raw+ep %s)",
		shell.Word(os.Args[0]), strings.Join(args, " "), shell.Word(program))
	return ie
}

// report captures until the end and prints the report.
func (c *capturing) report(ctx context.Context, stop context.CancelFunc, o *options, stdout io.Writer, say *messages) int {
	engine := analyze.New(analyze.Config{
		Rules: rules.All, Memory: keptOf(o.memory), Live: true, EarlyFinal: o.format == "jsonl", ReportOnly: o.format != "jsonl",
	})
	var stream *streamer
	var pump *capture.Pump
	if o.format == "jsonl" {
		stream = newStreamer(o, stdout, stop)
		pump = stream.connect(engine, o.memory)
	} else {
		pump = capture.NewPump(engine, o.memory)
	}
	progress := newProgressLine(say.w)
	progress.live = true
	pump.OnProgress = progress.show
	err := pump.Run(ctx, c.in.sources)
	progress.clear()
	c.in.conclude(engine)
	snap := engine.Snapshot(c.in.infos, pump.Totals())
	status := finishRun(o, snap, errors.Join(err, c.failed()), "", stream, stdout, say)
	say.note(c.saved())
	return status
}

// writing names the file that is being written, "" for none.
func (c *capturing) writing() string {
	if c.saving == nil {
		return ""
	}
	name, _ := c.saving.name.Load().(string)
	return name
}

// saved says at the end where the packets are; "" where they are in no file, or
// not all of them.
func (c *capturing) saved() string {
	if c.saving == nil || c.saving.failure != nil {
		return ""
	}
	return c.saving.saved()
}

// failed says why the file does not hold everything, if that is so.
func (c *capturing) failed() error {
	if c.saving == nil {
		return nil
	}
	return c.saving.failure
}

// view is what the screen needs of the run.
func (c *capturing) view(reading context.Context, stop context.CancelFunc) *view {
	return &view{
		name: "live " + strings.Join(c.o.capture.interfaces, " "), note: c.note, live: true, reading: reading, stop: stop,
		open:   func(context.Context, func()) (*inputs, error) { return c.in, nil },
		failed: c.failed, writing: c.writing, saved: c.saved,
	}
}

// dirOf is the directory that a file is in, for a hint.
func dirOf(path string) string { return shell.Word(filepath.Dir(path)) }
