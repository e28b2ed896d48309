package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"elbscope/analyze"
	"elbscope/capture"
	"elbscope/capture/flow"
)

// inputs are the sources of a run, in the order given.
type inputs struct {
	idle    func() // see openPipe; nil for none
	sources []capture.Source
	infos   []*flow.SourceInfo
	files   []os.FileInfo // nil for what is no regular file or not read
	failed  error         // of those that could not be opened
}

// openInputs opens all files. It fails only if not one can be read: a report
// on the others is better than none.
func openInputs(ctx context.Context, names []string, idle func()) (*inputs, error) {
	in := &inputs{idle: idle}
	opened := 0
	for _, name := range names {
		s, err := in.open(ctx, name)
		if err != nil {
			in.failed = errors.Join(in.failed, err)
			s = notOpened(name, err)
		} else {
			opened++
		}
		in.sources = append(in.sources, s)
		in.infos = append(in.infos, s.Info())
	}
	if opened == 0 {
		return nil, in.failed
	}
	return in, nil
}

// open opens one input. A file that was opened before is not read again: its
// handshakes would look like second tries.
func (in *inputs) open(ctx context.Context, name string) (s capture.Source, err error) {
	file := regular(name)
	for i, earlier := range in.files {
		if file != nil && earlier != nil && os.SameFile(earlier, file) {
			in.files = append(in.files, nil)
			return unread(name, flow.ProblemGivenTwice, fmt.Sprintf("this is the same file as %s, and a file is read once", in.infos[i].Name)), nil
		}
	}
	if isPipe(name) {
		s, err = openPipe(ctx, name, in.idle)
		if err != nil && ctx.Err() != nil {
			err = &hintError{"stopped before a capture had begun", "sudo tcpdump -i any -s 0 -U -w - | elbscope -"}
		}
	} else {
		s, err = capture.Open(name)
	}
	if err != nil {
		file = nil
	}
	in.files = append(in.files, file)
	return s, err
}

// regular returns what is known about a regular file, also one that standard
// input is redirected from, and nil for anything else.
func regular(name string) os.FileInfo {
	stat, err := os.Stat(name)
	if name == stdinName {
		stat, err = os.Stdin.Stat()
	}
	if err != nil || !stat.Mode().IsRegular() {
		return nil
	}
	return stat
}

// fedByHand tells whether something was sent into standard input: a file or a
// pipe, and no terminal.
func fedByHand() bool {
	stat, err := os.Stdin.Stat()
	return err == nil && (stat.Mode().IsRegular() || stat.Mode()&os.ModeNamedPipe != 0)
}

// noSource stands for an input that is not read, so that the report names it.
type noSource struct{ info flow.SourceInfo }

func unread(name, code, message string) capture.Source {
	return &noSource{flow.SourceInfo{Name: name, Problems: []flow.Problem{{Code: code, Message: message, Count: 1}}}}
}

func notOpened(name string, err error) capture.Source {
	message := err.Error()
	if hint := hintOf(err); hint != "" {
		message += "; try: " + hint
	}
	return unread(name, flow.ProblemNotOpened, message)
}

func (n *noSource) Next(*capture.Packet) error { return io.EOF }
func (n *noSource) Info() *flow.SourceInfo     { return &n.info }
func (n *noSource) Close() error               { return nil }

// pardonPipes forgets that pipes ended in the middle of a packet, and tells
// whether one did: whoever stops a capture by hand knows that it is cut.
func pardonPipes(snap *analyze.Snapshot) (pardoned bool) {
	for i := range snap.Sources {
		s := &snap.Sources[i]
		if isPipe(s.Name) {
			before := len(s.Problems)
			s.Problems = slices.DeleteFunc(s.Problems, func(p flow.Problem) bool { return p.Code == flow.ProblemTruncated })
			pardoned = pardoned || len(s.Problems) < before
		}
	}
	return pardoned
}

// losses says what could not be read of inputs that were opened.
func losses(snap *analyze.Snapshot) error {
	var all []error
	for _, s := range snap.Sources {
		for _, p := range s.Problems {
			if p.What != "" {
				all = append(all, loss(s.Name, &p))
			}
		}
	}
	return errors.Join(all...)
}

// loss makes an error for people of a problem by which part of an input is
// missing.
func loss(name string, p *flow.Problem) error {
	if name == stdinName {
		name = "standard input"
	}
	return &hintError{name + ": " + strings.ToLower(p.What[:1]) + p.What[1:], p.Try}
}

// conclude tells the engine which inputs continued others, when each ended and
// whether packets of it were lost, and that nothing more will come.
func (in *inputs) conclude(e *analyze.Engine) {
	for i, info := range in.infos {
		if info.Continues {
			e.Continue(i, info.Predecessor)
		}
		if info.LostSometime {
			e.Lost(i, info.First, info.Last)
		}
		if len(in.infos) > 1 {
			e.SourceEnds(i, info.Last)
		}
	}
	e.Finish()
}
