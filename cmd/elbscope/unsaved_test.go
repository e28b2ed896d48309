package main

import (
	"os"
	"testing"

	"elbscope/analyze"
	"elbscope/capture/flow"
)

// TestUnsaved: what a live run shows is in no file without -w, and no longer
// once the disk is full.
func TestUnsaved(t *testing.T) {
	pipe, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer pipe.Close()
	defer in.Close()
	defer func(before *os.File) { os.Stdin = before }(os.Stdin)
	os.Stdin = pipe
	whole := &analyze.Snapshot{Sources: []analyze.Source{{SourceInfo: flow.SourceInfo{Name: "any"}}}}
	full := &analyze.Snapshot{Sources: []analyze.Source{{SourceInfo: flow.SourceInfo{
		Name: "any", Problems: []flow.Problem{{Code: flow.ProblemUnsaved}},
	}}}}
	writing := liveOptions{write: "x.pcapng"}
	for _, test := range []struct {
		name string
		o    options
		live bool
		snap *analyze.Snapshot
		want bool
	}{
		{"live", options{}, true, whole, true},
		{"live -w", options{capture: writing}, true, whole, false},
		{"live -w, disk full", options{capture: writing}, true, full, true},
		{"a pipe", options{files: []string{stdinName}}, false, whole, true},
		{"a file", options{files: []string{"../../samples/article-502.pcapng"}}, false, whole, false},
	} {
		if got := test.o.unsaved(test.live, test.snap); got != test.want {
			t.Errorf("%s: %v", test.name, got)
		}
	}
}
