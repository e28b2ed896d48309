package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"unicode/utf8"

	"elbscope/capture"
	"elbscope/capture/bpf"
	"elbscope/ui/report"
)

// captureFilter is what -f or --bpf say about which packets to look at; the
// zero value is none.
type captureFilter struct {
	words   string
	expr    *bpf.Filter     // of -f
	made    *capture.Filter // of expr or program
	program bpf.Program     // of --bpf
}

// filterExamples are what people may type instead of a filter that is wrong.
type filterExamples struct {
	expr  string // one that works
	dump  string // how a program is made
	twice string // what is said of an expression and a program
	use   string // how a program is used
}

var (
	fileFilters = &filterExamples{
		expr: "elbscope -f 'tcp port 80 or tcp port 8081' FILE", dump: "tcpdump -r FILE -ddd 'EXPRESSION' > filter.bpf",
		twice: "-f and --bpf are two capture filters", use: "elbscope --bpf filter.bpf FILE",
	}
	liveFilters = &filterExamples{
		expr: "elbscope live 'tcp port 80 or tcp port 8081'", dump: "tcpdump -i any -ddd 'EXPRESSION' > filter.bpf",
		twice: "--bpf is the whole filter; no words can follow it", use: "elbscope live --bpf filter.bpf",
	}
)

// newCaptureFilter reads an expression, or a file with the output of tcpdump
// -ddd.
func newCaptureFilter(expr, file string, try *filterExamples) (c captureFilter, err error) {
	switch {
	case expr != "" && file != "":
		return c, &hintError{try.twice, try.expr}
	case expr != "":
		c.words = strings.Join(strings.Fields(expr), " ")
		if c.expr, err = bpf.Parse(expr); err != nil {
			return c, captureFilterError(expr, err, try)
		}
		if c.made, err = capture.NewFilter(c.expr); err != nil {
			err = &hintError{"capture filter: " + err.Error(), "elbscope -f 'net 10.99.0.0/16' FILE"}
		}
	case file != "":
		c.words = "--bpf " + file
		if c.program, err = readProgram(file, try); err == nil {
			c.made = capture.NewProgramFilter(c.program)
		}
	}
	return c, err
}

// readProgram reads the output of tcpdump -ddd.
func readProgram(name string, try *filterExamples) (bpf.Program, error) {
	f, err := os.Open(name)
	if err != nil {
		var path *fs.PathError
		if errors.As(err, &path) {
			err = path.Err
		}
		return nil, &hintError{fmt.Sprintf("--bpf %s: %v", name, err), try.dump}
	}
	defer f.Close()
	p, err := bpf.FromTcpdump(f)
	if err != nil {
		return nil, &hintError{fmt.Sprintf("--bpf %s: %v", name, err), try.dump}
	}
	return p, nil
}

// forFiles returns the filter for packets that are read, and nil if there is
// none. It is one for all files, and for saving from them: a program is for the
// link type of the first packet.
func (c *captureFilter) forFiles() *capture.Filter { return c.made }

// checkForFiles refuses a program that only the kernel can run.
func (c *captureFilter) checkForFiles() error {
	if c.program.AsksKernel() {
		return &hintError{"the program of " + c.words + " was made for a live interface: it asks for what only the kernel knows of a packet",
			"tcpdump -r FILE -ddd 'EXPRESSION' > filter.bpf"}
	}
	return nil
}

// forReport says to people what was left out.
func (c *captureFilter) forReport() report.CaptureFilter {
	return report.CaptureFilter{Words: c.words, Misses: c.expr.Misses(), Program: c.program != nil}
}

// captureFilterError says what is wrong with a filter and where, and shows
// what works.
func captureFilterError(expr string, err error, try *filterExamples) error {
	var e *bpf.Error
	if !errors.As(err, &e) {
		return err
	}
	column := utf8.RuneCountInString(expr[:e.Offset]) + 1
	hint := try.expr
	if e.Elsewhere {
		hint = try.dump + " && " + try.use
	}
	return &hintError{fmt.Sprintf("capture filter: column %d: %s; %s", column, e.Problem, e.Hint), hint}
}
