//go:build !linux

package live

import (
	"context"
	"runtime"

	"elbscope/capture"
	"elbscope/capture/flow"
)

// Source is never there on this system.
type Source struct{}

// Description is an interface that packets come from, by Packet.Iface.
type Description struct {
	Name string
	Link capture.LinkType
}

// Open says what to do instead: capturing works on Linux only.
func Open(context.Context, Options) (*Source, error) {
	return nil, &capture.InputError{
		Name: "live", Kind: capture.Unreadable,
		What: "capturing works on Linux only, and this is " + runtime.GOOS + "; capture on the instance and read here",
		Hint: "ssh INSTANCE sudo tcpdump -i any -s 0 -U -w - tcp | elbscope -",
	}
}

// Next implements capture.Source.
func (*Source) Next(*capture.Packet) error { panic("live: there is no source on this system") }

// Info implements capture.Source.
func (*Source) Info() *flow.SourceInfo { return &flow.SourceInfo{} }

// Interfaces returns nothing.
func (*Source) Interfaces() []Description { return nil }

// KernelDropped returns 0.
func (*Source) KernelDropped() uint64 { return 0 }

// Received returns 0.
func (*Source) Received() uint64 { return 0 }

// Close implements capture.Source.
func (*Source) Close() error { return nil }
