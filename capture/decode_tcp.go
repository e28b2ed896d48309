package capture

import "encoding/binary"

const (
	tcpMinHeader = 20
	// tcpUseful is how much of a TCP header has to be there for a segment:
	// everything up to and including the flags.
	tcpUseful = 14
)

func (d *decoder) tcpSegment(e extent, s *segment) bucket {
	if len(e.data) < tcpUseful {
		return bucketDamaged
	}
	fixed := e.data
	header := int(fixed[12]>>4) * 4
	if header < tcpMinHeader || header > e.wire {
		return bucketDamaged
	}
	if header > len(fixed) {
		// gopacket refuses a header that was cut. It takes one without options
		// and, where that is cut too, zeros for window and checksum.
		clear(d.tcpHeader[copy(d.tcpHeader[:], fixed):])
		d.tcpHeader[12] = tcpMinHeader / 4 << 4
		fixed = d.tcpHeader[:]
	}
	_ = d.tcp.DecodeFromBytes(fixed, d)
	s.src.port, s.dst.port = uint16(d.tcp.SrcPort), uint16(d.tcp.DstPort)
	s.seq, s.ack, s.flags = d.tcp.Seq, d.tcp.Ack, fixed[13]
	captured := min(header, len(e.data))
	s.payload = e.data[captured:]
	s.length = e.wire - header

	options := e.data[min(tcpMinHeader, captured):captured]
	s.print = fingerprint(s, d.ipID, fixed[12:tcpMinHeader], options)
	s.hash = d.hasher.of(s)
	return bucketTCP
}

// fingerprint computes segment.print. It has to be the same in every run, so
// that a report can be compared with an earlier one; hash/maphash is not.
// tail is the TCP header from the flags on, up to the options.
func fingerprint(s *segment, ipID uint32, tail, options []byte) uint32 {
	h := stir(0x9e3779b97f4a7c15, uint64(s.src.port)<<48|uint64(s.dst.port)<<32|uint64(ipID))
	h = stir(h, uint64(s.seq)<<32|uint64(s.ack))
	h = stir(h, binary.LittleEndian.Uint64(tail))
	h = stir(h, uint64(s.length))
	for ; len(options) >= 8; options = options[8:] {
		h = stir(h, binary.LittleEndian.Uint64(options))
	}
	// What is left is 4 bytes, unless the options were cut.
	var rest uint64
	for _, o := range options {
		rest = rest<<8 | uint64(o)
	}
	return uint32(stir(h, rest))
}

// stir mixes the next 8 bytes into a hash. Each step can be undone knowing v,
// so that two inputs that differ in one word only never have the same hash.
func stir(h, v uint64) uint64 {
	h = (h ^ v) * 0xd6e8feb86659fd93
	return h ^ h>>32
}
