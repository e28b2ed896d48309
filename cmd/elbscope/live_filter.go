package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	netbpf "golang.org/x/net/bpf"

	"elbscope/capture"
	"elbscope/capture/bpf"
	"elbscope/capture/live"
)

// captureFilter is what is let in.
type captureFilter struct {
	program func(link capture.LinkType, cooked bool) ([]netbpf.RawInstruction, error)
	// notes say for people what is left out.
	notes []string
}

// captureFilter makes the filter of what was typed: exactly tcpdump's meaning,
// or everything TCP where nothing was.
func (l *liveOptions) captureFilter() (*captureFilter, error) {
	switch {
	case l.bpf != "":
		return l.translatedFilter()
	case l.words == "":
		return defaultFilter(), nil
	}
	f, err := bpf.Parse(l.words)
	if err != nil {
		return nil, captureFilterError(l.words, err)
	}
	c := &captureFilter{program: func(link capture.LinkType, cooked bool) ([]netbpf.RawInstruction, error) {
		if cooked {
			return f.CompileCooked(bpf.Everything)
		}
		return f.Compile(uint16(link), bpf.Everything)
	}}
	if m := f.Misses(); len(m) > 0 {
		c.notes = append(c.notes, "the filter leaves out, should there be any: "+strings.Join(m, "; "))
	}
	return c, nil
}

func defaultFilter() *captureFilter {
	ssh, over := sshConnection()
	c := &captureFilter{program: func(link capture.LinkType, cooked bool) ([]netbpf.RawInstruction, error) {
		return live.TCPOnly(link, cooked, ssh), nil
	}}
	if over {
		c.notes = append(c.notes, fmt.Sprintf("your own ssh connection (%s to %s) is left out", ssh.A, ssh.B))
	}
	return c
}

// translatedFilter takes a program that tcpdump has made.
func (l *liveOptions) translatedFilter() (*captureFilter, error) {
	const how = "tcpdump -i any -ddd 'tcp port 80' > filter.bpf"
	f := os.Stdin
	if l.bpf != stdinName {
		var err error
		if f, err = os.Open(l.bpf); err != nil {
			return nil, &hintError{"--bpf: " + err.Error(), how}
		}
		defer f.Close()
	}
	program, err := bpf.FromTcpdump(f)
	if err != nil {
		return nil, &hintError{"--bpf " + l.bpf + ": " + err.Error(), how}
	}
	return &captureFilter{program: func(_ capture.LinkType, cooked bool) ([]netbpf.RawInstruction, error) {
		if cooked {
			return live.ForCooked(program)
		}
		return program, nil
	}}, nil
}

// captureFilterError says where a filter is wrong, and what to type instead.
func captureFilterError(words string, err error) error {
	var fe *bpf.Error
	if !errors.As(err, &fe) {
		return err
	}
	at := min(fe.Offset, len(words))
	return &hintError{fmt.Sprintf("filter %q, behind %q: %s", words, words[:at], fe.Problem), fe.Hint}
}
