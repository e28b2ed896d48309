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

// packetFilter is what -f or --bpf say about which packets to look at; the
// zero value is none.
type packetFilter struct {
	words   string
	expr    *bpf.Filter     // of -f
	made    *capture.Filter // of expr
	program bpf.Program     // of --bpf
}

// newPacketFilter reads an expression, or a file with the output of tcpdump
// -ddd.
func newPacketFilter(expr, file string) (c packetFilter, err error) {
	switch {
	case expr != "" && file != "":
		return c, &hintError{"-f and --bpf are two capture filters", "elbscope -f 'tcp port 80' FILE"}
	case expr != "":
		c.words = strings.Join(strings.Fields(expr), " ")
		if c.expr, err = bpf.Parse(expr); err != nil {
			return c, packetFilterError(expr, err)
		}
		if c.made, err = capture.NewFilter(c.expr); err != nil {
			err = &hintError{"capture filter: " + err.Error(), "elbscope -f 'net 10.99.0.0/16' FILE"}
		}
	case file != "":
		c.words = "--bpf " + file
		c.program, err = readProgram(file)
	}
	return c, err
}

// readProgram reads the output of tcpdump -ddd.
func readProgram(name string) (bpf.Program, error) {
	const make = "tcpdump -r FILE -ddd 'EXPRESSION' > filter.bpf"
	f, err := os.Open(name)
	if err != nil {
		var path *fs.PathError
		if errors.As(err, &path) {
			err = path.Err
		}
		return nil, &hintError{fmt.Sprintf("--bpf %s: %v", name, err), make}
	}
	defer f.Close()
	p, err := bpf.FromTcpdump(f)
	if err != nil {
		return nil, &hintError{fmt.Sprintf("--bpf %s: %v", name, err), make}
	}
	return p, nil
}

// forFiles returns the filter for packets that are read, and nil if there is
// none. Each goroutine needs its own.
func (c *packetFilter) forFiles() *capture.Filter {
	if c.program != nil {
		return capture.NewProgramFilter(c.program)
	}
	return c.made
}

// checkForFiles refuses a program that only the kernel can run.
func (c *packetFilter) checkForFiles() error {
	if c.program.AsksKernel() {
		return &hintError{"the program of " + c.words + " was made for a live interface: it asks for what only the kernel knows of a packet",
			"tcpdump -r FILE -ddd 'EXPRESSION' > filter.bpf"}
	}
	return nil
}

// forReport says to people what was left out.
func (c *packetFilter) forReport() report.CaptureFilter {
	return report.CaptureFilter{Words: c.words, Misses: c.expr.Misses(), Program: c.program != nil}
}

// packetFilterError says what is wrong with a filter and where, and shows
// what works.
func packetFilterError(expr string, err error) error {
	var e *bpf.Error
	if !errors.As(err, &e) {
		return err
	}
	column := utf8.RuneCountInString(expr[:e.Offset]) + 1
	try := "elbscope -f 'tcp port 80 or tcp port 8081' FILE"
	if e.Elsewhere {
		try = "tcpdump -r FILE -ddd 'EXPRESSION' > filter.bpf && elbscope --bpf filter.bpf FILE"
	}
	return &hintError{fmt.Sprintf("capture filter: column %d: %s; %s", column, e.Problem, e.Hint), try}
}
