package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"slices"
	"syscall"

	"elbscope/analyze"
	"elbscope/analyze/rules"
	"elbscope/capture"
)

// The whole program:
//
//	file, pipe          decode, reassemble        exchanges, handshakes       verdicts
//	Source  ──Packet──▶  Pump  ──flow.Sink──▶  Engine  ──Case──▶  rules  ──▶  report
//
// From the Pump on, all of it runs on one goroutine, in the order of the packets;
// a large file is read and decoded on another one, ahead of it.

// Exit statuses, as in report-v1.
const (
	exitFine       = 0
	exitFindings   = 1
	exitUsage      = 2
	exitInput      = 3
	exitPermission = 4
)

// spareMemory is what the program takes beside what --memory bounds, in bytes.
// Near the sum of both the garbage collector works harder.
const spareMemory = 64 << 20

// run does what the arguments say and returns the exit status.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	say := &messages{w: stderr, ascii: !utf8Locale()}
	o, err := parseArgs(args)
	if err != nil {
		return say.complain(exitUsage, err)
	}
	say.ascii = say.ascii || o.ascii
	switch o.command {
	case "help":
		text, err := helpOn(o.topics)
		if err != nil {
			return say.complain(exitUsage, err)
		}
		return deliver(stdout, text, say)
	case "version":
		return deliver(stdout, "elbscope "+version()+"\n", say)
	case "tcpdump-command":
		line, err := tcpdumpCommand(o.topics)
		if err != nil {
			return say.complain(exitUsage, err)
		}
		fmt.Fprint(stderr, tcpdumpAdvice)
		return deliver(stdout, line, say)
	case "explain":
		text, err := explain(o.topics, o.reportOptions(stdout))
		if err != nil {
			return say.complain(exitUsage, err)
		}
		return deliver(stdout, text, say)
	case "interfaces":
		return listInterfaces(stdout, say)
	}
	onScreen, err := o.wantsScreen(stdout, say)
	if err != nil {
		return say.complain(exitUsage, err)
	}
	boundGarbage()
	if o.command == "live" {
		return liveRun(ctx, o, onScreen, stdout, say)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(o.memory + spareMemory)
	}
	if onScreen {
		return screenRun(ctx, o, say)
	}
	return reportRun(ctx, o, stdout, say)
}

// reportRun reads the inputs and prints the report.
func reportRun(ctx context.Context, o *options, stdout io.Writer, say *messages) int {
	reading := ctx
	if slices.ContainsFunc(o.files, isPipe) {
		var stop context.CancelFunc
		reading, stop = linger(ctx, pipeGrace)
		defer stop()
	}
	in, err := openInputs(reading, o.files, nil)
	if err != nil {
		return say.complain(inputStatus(err), err)
	}
	var stream *streamer
	if o.format == "jsonl" {
		var stop context.CancelFunc
		reading, stop = context.WithCancel(reading)
		defer stop()
		stream = newStreamer(o, stdout, stop)
	}
	snap, err := read(reading, o, in, stream, say)
	stopped := reading.Err() != nil
	if ctx.Err() != nil && pardonPipes(snap) {
		stopped = true
	}
	if lost := losses(snap); lost != nil || stopped {
		err = lost // the same in better words, or the signal's doing
	}
	remark := ""
	if stopped {
		remark = "stopped before the end: what follows is what had been read by then"
	}
	return finishRun(o, snap, errors.Join(in.failed, err), remark, stream, stdout, say)
}

// finishRun prints what was found, to stdout or as the end of the stream if there
// is one, says beside it what is missing, and returns the exit status. remark is
// put before the report, with what the filter left out.
func finishRun(o *options, snap *analyze.Snapshot, missing error, remark string, stream *streamer, stdout io.Writer, say *messages) int {
	note, err := o.choose(snap)
	if err != nil {
		return say.complain(exitUsage, err)
	}
	if remark != "" {
		note = join(note, remark)
	}
	status := exitStatus(o, snap, missing)
	if stream != nil {
		err = stream.end(snap, note)
	} else {
		err = printReport(stdout, snap, o, note)
	}
	if err != nil {
		if errors.Is(err, syscall.EPIPE) {
			return status // the reader has seen enough
		}
		return say.complain(exitInput, writeError(err))
	}
	if missing != nil {
		say.complain(status, missing)
	}
	o.warnUnjudged(status, stdout, snap, note, say)
	return status
}

// read takes all packets through the whole of the drawing above. stream, if
// there is one, prints on the way.
func read(ctx context.Context, o *options, in *inputs, stream *streamer, say *messages) (*analyze.Snapshot, error) {
	engine := analyze.New(analyze.Config{
		Rules: rules.All, Memory: o.memory, Live: stream != nil, EarlyFinal: stream != nil && len(in.sources) == 1,
		ReportOnly: stream == nil,
	})
	var pump *capture.Pump
	if stream != nil {
		pump = stream.connect(engine, o.memory)
	} else {
		pump = capture.NewPump(engine, o.memory)
	}
	pump.Filter = o.packets.forFiles()
	progress := newProgressLine(say.w)
	pump.OnProgress = progress.show
	if o.pace > 0 {
		progress.pace = newPace(o.pace)
		pump.Pacer = progress.pace
		go progress.pace.measure(ctx, o.files)
	}
	err := pump.Run(ctx, in.sources)
	progress.clear()
	in.conclude(engine)
	return engine.Snapshot(in.infos, pump.Totals()), err
}

// exitStatus says in a number what was found; missing is what could not be
// read.
func exitStatus(o *options, snap *analyze.Snapshot, missing error) int {
	for _, h := range snap.Handshakes {
		for _, f := range h.Findings {
			if f.Severity == analyze.Error && o.failOn != "never" || f.Severity == analyze.Warning && o.failOn == "warning" {
				return exitFindings
			}
		}
	}
	if missing != nil {
		return inputStatus(missing)
	}
	return exitFine
}

// join puts two notes together.
func join(a, b string) string {
	if a == "" {
		return b
	}
	return a + "; " + b
}
