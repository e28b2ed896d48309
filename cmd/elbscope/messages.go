package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"syscall"

	"elbscope/capture"
	"elbscope/internal/wiretext"
)

// hintError is an error with something to type.
type hintError struct {
	what, hint string
}

func (e *hintError) Error() string { return e.what }

// messages are what is said to people beside the report, on stderr.
type messages struct {
	w     io.Writer
	ascii bool
}

// complain prints errors for people: what is, then what to type. It returns
// status, so that a caller can return with a complaint.
func (m *messages) complain(status int, err error) int {
	out := bufio.NewWriter(m.w)
	defer out.Flush()
	for _, e := range flatten(err) {
		fmt.Fprintf(out, "elbscope: %s\n", m.plain(e.Error()))
		if hint := hintOf(e); hint != "" {
			fmt.Fprintf(out, "  try: %s\n", m.plain(hint))
		}
	}
	return status
}

// note says to somebody at a terminal what is good to know.
func (m *messages) note(what string) {
	if what != "" && isTerminal(m.w) {
		fmt.Fprintf(m.w, "elbscope: %s\n", m.plain(what))
	}
}

// plain makes harmless what came from the command line or out of a file: a
// file name can hold the commands of a terminal.
func (m *messages) plain(s string) string {
	if m.ascii {
		return wiretext.ASCII(s, 0)
	}
	return wiretext.Printable(s, 0)
}

// lines is plain for a text of several lines.
func (m *messages) lines(s string) string {
	all := strings.SplitAfter(s, "\n")
	for i, l := range all {
		if text, ended := strings.CutSuffix(l, "\n"); ended {
			all[i] = m.plain(text) + "\n"
		}
	}
	return strings.Join(all, "")
}

// deliver writes what was asked for; say is where a failure is told.
func deliver(w io.Writer, text string, say *messages) int {
	if _, err := io.WriteString(w, text); err != nil && !errors.Is(err, syscall.EPIPE) {
		return say.complain(exitInput, writeError(err))
	}
	return exitFine
}

// writeError says that the output could not be written, without the chain of
// who tried to.
func writeError(err error) error {
	cause := err
	var path *fs.PathError
	if errors.As(err, &path) {
		cause = path.Err
	}
	hint := "elbscope FILE > report.txt"
	if errors.Is(err, syscall.ENOSPC) {
		hint = "df -h"
	}
	return &hintError{"the output could not be written: " + cause.Error(), hint}
}

// hintOf returns what to type against an error, or nothing.
func hintOf(err error) string {
	var ie *capture.InputError
	var he *hintError
	switch {
	case errors.As(err, &ie):
		return ie.Hint
	case errors.As(err, &he):
		return he.hint
	}
	return ""
}

// flatten takes joined errors apart.
func flatten(err error) []error {
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		var all []error
		for _, e := range many.Unwrap() {
			all = append(all, flatten(e)...)
		}
		return all
	}
	return []error{err}
}

// inputStatus is the exit status for inputs that could not be read.
func inputStatus(err error) int {
	for _, e := range flatten(err) {
		var ie *capture.InputError
		if errors.As(e, &ie) && (ie.Kind == capture.Permission || ie.Kind == capture.NoInterface) {
			return exitPermission
		}
	}
	return exitInput
}
