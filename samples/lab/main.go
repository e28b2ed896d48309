//go:build linux

// Command lab makes real software fail in front of elbscope, and checks what
// elbscope says about it. It builds network namespaces for a client, a load
// balancer and an instance, starts programs in them, drives clients, records
// the legs with tcpdump or dumpcap, and runs elbscope on what it has recorded, or
// live. It needs root; see README.md beside it.
//
//	go run ./samples/lab             all scenes that need only Debian packages and Go
//	go run ./samples/lab -list       names and sentences
//	go run ./samples/lab article     the scenes whose names begin so
//	go run ./samples/lab -npm        also those that install from npm
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
)

// options are the flags.
type options struct {
	list, npm, keep, record bool
	jobs                    int
	names                   []string
}

// exitDownload is the exit status if packages could not be downloaded; 1 is
// everything else that is wrong.
const exitDownload = 4

func main() {
	var o options
	flag.BoolVar(&o.list, "list", false, "list the scenes")
	flag.BoolVar(&o.npm, "npm", false, "play the scenes that install from npm, too")
	flag.BoolVar(&o.keep, "keep", false, "keep the folder with configurations, logs and recordings")
	flag.BoolVar(&o.record, "record", false, "record the real captures of samples/ anew")
	flag.IntVar(&o.jobs, "jobs", 2, "scenes to play at a time")
	flag.Parse()
	o.names = flag.Args()
	if err := run(o); err != nil {
		fmt.Fprintln(os.Stderr, "lab:", err)
		if errors.Is(err, errDownload) {
			os.Exit(exitDownload)
		}
		os.Exit(1)
	}
}
