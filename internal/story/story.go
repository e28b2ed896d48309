package story

import (
	"net/netip"
	"time"
)

// Story is a parsed story. It does not change: every call makes its packets
// anew.
type Story struct {
	// Name is the file's name without ".story".
	Name string
	// Sentence says what happened; it is the first sentence of the story.
	Sentence string
	// Wants stand in the order of the file.
	Wants []Want

	files []file
	legs  []leg
	steps []step
}

// Capture is one capture file.
type Capture struct {
	// Name is the file's name, with ".pcap" or ".pcapng".
	Name  string
	Bytes []byte
}

// Packet is one packet as captured.
type Packet struct {
	// Leg names the leg, FromClient the direction on it.
	Leg        string
	FromClient bool
	// File and Iface index the capture file and the interface within it.
	File, Iface int
	// Time is by the clock of that file.
	Time time.Time
	// Link is a LINKTYPE_ value.
	Link uint16
	// Data holds the bytes as captured, Orig is the length on the wire.
	Data []byte
	Orig int
	// Payload is the number of TCP payload bytes on the wire.
	Payload int
}

// Stream is what one end of one connection sends.
type Stream struct {
	Leg        string
	FromClient bool
	// Len is the number of bytes sent, whether captured or not; Ends are where in
	// them each of the payloads ends that the story has.
	Len  int
	Ends []int
}

// file is a capture file of the story.
type file struct {
	name     string
	pcapng   bool
	unsorted bool
	link     uint16
	snaplen  int
	clock    time.Duration
}

// leg is the wire between two neighbours.
type leg struct {
	name           string
	client, server netip.AddrPort
	file           int
	link           uint16
	vlan, vxlan    int
	mss            int
	twice, wraps   bool
}

// verb says what a step does.
type verb int

const (
	doSend verb = iota
	doOpen
	doClose
	doReset
	doProbe
	doWait
	doBegin
	doEnd
	doRotate
)

// step is one thing that happens.
type step struct {
	verb       verb
	leg        int
	fromClient bool
	data       []byte
	accidents  accidents
	wait       time.Duration
	file       int
}

// accidents are what befalls a payload on its way into the capture.
type accidents struct {
	cuts         []int
	lost         bool
	from, to     int // the lost bytes; to is -1 for "through the end"
	swap         bool
	again, twice bool
}

// loses reports whether the bytes [from,to) of the payload are lost.
func (a *accidents) loses(from, to int) bool {
	return a.lost && from >= a.from && (a.to < 0 || to <= a.to)
}

// Fragile reports whether another segmentation would change what is visible
// in the capture, because a snapshot length cuts each packet.
func (s *Story) Fragile() bool {
	for _, f := range s.files {
		if f.snaplen > 0 {
			return true
		}
	}
	return false
}

// Captures returns the story's capture files.
func (s *Story) Captures(opts ...Option) []Capture {
	return s.Pack(s.Packets(opts...))
}
