package main

import (
	"fmt"
	"strings"

	netbpf "golang.org/x/net/bpf"

	"elbscope/capture"
	"elbscope/capture/bpf"
	"elbscope/capture/live"
)

// liveFilter is a capture filter for the kernel.
type liveFilter struct {
	program func(link capture.LinkType, cooked bool) ([]netbpf.RawInstruction, error)
	// notes say for people what is left out, own that it is their own
	// connection.
	notes []string
	own   string
}

// forLive returns the filter for what is captured: exactly tcpdump's meaning,
// or everything TCP where nothing was typed.
func (c *captureFilter) forLive() *liveFilter {
	switch {
	case c.program != nil:
		return &liveFilter{program: func(_ capture.LinkType, cooked bool) ([]netbpf.RawInstruction, error) {
			if cooked {
				return live.ForCooked(c.program)
			}
			return c.program, nil
		}}
	case c.expr == nil:
		return defaultFilter()
	}
	f := &liveFilter{program: func(link capture.LinkType, cooked bool) ([]netbpf.RawInstruction, error) {
		if cooked {
			return c.expr.CompileCooked(bpf.Everything)
		}
		return c.expr.Compile(uint16(link), bpf.Everything)
	}}
	if m := c.expr.Misses(); len(m) > 0 {
		f.notes = append(f.notes, "the filter leaves out, should there be any: "+strings.Join(m, "; "))
	}
	return f
}

func defaultFilter() *liveFilter {
	ssh, over := sshConnection()
	f := &liveFilter{program: func(link capture.LinkType, cooked bool) ([]netbpf.RawInstruction, error) {
		return live.TCPOnly(link, cooked, ssh), nil
	}}
	if over {
		f.own = fmt.Sprintf("your own ssh connection (%s to %s) is left out", ssh.A, ssh.B)
		f.notes = append(f.notes, f.own)
	}
	return f
}
