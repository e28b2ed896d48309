// Package live captures packets from the interfaces of this machine, as a
// capture.Source. It works on Linux, in pure Go: packet(7) sockets with a
// TPACKET_V3 ring that the kernel fills and this package empties.
//
// A run is one Source, whatever the number of interfaces, so that everything
// that one machine sees shares reassembly and the detection of duplicates.
//
// Non-goals: it compiles no filters and writes no files.
package live

import (
	"golang.org/x/net/bpf"

	"elbscope/capture"
)

// Any is the name that stands for all interfaces, those to come included. Its
// packets have a LINUX_SLL2 header in the place of their own link layer's, as
// with tcpdump.
const Any = "any"

// Options say what to capture.
type Options struct {
	// Interfaces are names, or Any alone.
	Interfaces []string
	// Program returns the filter for packets of a link type; cooked says that
	// they come without their link layer (SOCK_DGRAM), so that a program finds
	// the network layer at offset 0 and the EtherType by SKF_AD_PROTOCOL. Nil
	// lets everything pass.
	Program func(link capture.LinkType, cooked bool) ([]bpf.RawInstruction, error)
	// SnapLen bounds the captured bytes of a packet; 0 stands for 262144.
	SnapLen int
	// Buffer is the size of all rings together in bytes; 0 stands for
	// DefaultBuffer.
	Buffer int64
	// Promiscuous asks the named interfaces for packets to other machines, too.
	Promiscuous bool
	// Count ends the source after so many packets; 0 stands for no end.
	Count uint64
}

// Sizes of the rings together, in bytes.
const (
	DefaultBuffer = 32 << 20
	// MinBuffer leaves a few blocks for one ring.
	MinBuffer = 2 << 20
)

const (
	// blockSize is the unit in which the kernel hands packets over. One packet
	// must fit into it: offloading makes segments of up to 64 KiB, or of half
	// a MiB with BIG TCP, whose end is cut then.
	blockSize = 512 << 10
	// minBlocks is the least number of blocks for a ring: the kernel fills
	// one while another is read.
	minBlocks = 4
	// defaultSnapLen is tcpdump's: more than any packet has.
	defaultSnapLen = 262144
)
