package capture

import (
	"elbscope/capture/flow"
)

// Packet is one captured packet as it came from a Source.
type Packet struct {
	// Num counts from 1 within the source.
	Num uint64
	// Time is the capture time.
	Time flow.Time
	// Iface is the index of the interface within the source, over all
	// sections of a pcapng file.
	Iface int
	// Link is the interface's link type.
	Link LinkType
	// Data holds the captured bytes; valid until the next call of Next. Nil
	// for a heartbeat, which only says that time has passed.
	Data []byte
	// Orig is the length that the packet had on the wire.
	Orig uint32
	// Offset is where Data starts in the file, or -1 if the source cannot be
	// read again.
	Offset int64
	// LostFrom and LostTo are set in a heartbeat if the capturing machine
	// dropped packets for lack of room, at an unknown moment between them.
	LostFrom, LostTo flow.Time
}

// Source is an input of packets: a file, a pipe or a live interface.
type Source interface {
	// Next fills in p with the next packet. It returns io.EOF after the last
	// one; any other error ends the source as well, and tells what is wrong
	// with the rest of it. Everything before it stays valid.
	Next(p *Packet) error
	// Info describes the source as far as it has been read.
	Info() *flow.SourceInfo
	// Close releases what the source holds open.
	Close() error
}
