//go:build unix

// Command bench measures elbscope against the programs that read the same
// captures, in one run in which they take turns, and prints a table for
// docs/speed.md. It makes its captures itself (4 GB) and removes them.
//
//	go run ./internal/bench             everything
//	go run ./internal/bench -kind small one kind of traffic
//	go run ./internal/bench -screen     the screen against the report
//	go run ./internal/bench -growth 10  how the cost grows up to 10 GB
//	go run ./internal/bench -kind small -write FILE.pcap
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"elbscope/internal/traffic"
)

// options are what the command line says.
type options struct {
	kind   string
	turns  int
	growth int
	screen bool
	write  string
	folder string
	rounds int
}

func main() {
	var o options
	flag.StringVar(&o.kind, "kind", "", "measure this `kind` of traffic only")
	flag.IntVar(&o.turns, "turns", 7, "how often each program gets its `turn`")
	flag.IntVar(&o.growth, "growth", 0, "measure elbscope on 1, 2, 5, ... up to this many `GB` instead")
	flag.BoolVar(&o.screen, "screen", false, "measure loading behind the screen instead")
	flag.StringVar(&o.write, "write", "", "only write the capture to this `file`")
	flag.StringVar(&o.folder, "dir", os.TempDir(), "where the captures go, a `folder` with room for them")
	flag.IntVar(&o.rounds, "rounds", traffic.FullSize, "size of the captures, in `rounds` of 2,000 exchanges")
	flag.Parse()
	if err := run(os.Stdout, &o); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// run does what the options say.
func run(out io.Writer, o *options) (err error) {
	kinds := traffic.Kinds
	if o.kind != "" {
		k, err := traffic.Find(o.kind)
		if err != nil {
			return err
		}
		kinds = []traffic.Kind{k}
	}
	if o.write != "" {
		return writeCapture(o.write, kinds[0], o.rounds)
	}
	folder, err := os.MkdirTemp(o.folder, "elbscope-bench")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	program := filepath.Join(folder, "elbscope")
	if err := build(program); err != nil {
		return err
	}
	if o.growth > 0 {
		return measureGrowth(out, o, program, folder, kinds[0])
	}
	for _, k := range kinds {
		if o.screen {
			if err := measureScreen(out, o, program, folder, k); err != nil {
				return err
			}
			continue
		}
		if err := measureKind(out, o, program, folder, k); err != nil {
			return err
		}
	}
	return nil
}

// writeCapture writes one capture file.
func writeCapture(name string, k traffic.Kind, rounds int) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	if err := traffic.Write(f, k, rounds); err != nil {
		f.Close()
		return fmt.Errorf("writing %s: %w", name, err)
	}
	return f.Close()
}
