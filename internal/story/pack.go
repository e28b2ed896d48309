package story

import (
	"cmp"
	"encoding/binary"
	"slices"
	"time"
)

// Pack writes packets into capture files, in the order given: a test may have
// cut, dropped, doubled or moved some of them. There is a Capture for each
// file of the story, also where no packets are left for it.
func (s *Story) Pack(packets []Packet) []Capture {
	var out []Capture
	for i, f := range s.files {
		var mine []Packet
		for _, p := range packets {
			if p.File == i {
				mine = append(mine, p)
			}
		}
		name := s.Name
		if f.name != "" {
			name += "." + f.name
		}
		if f.pcapng {
			out = append(out, Capture{name + ".pcapng", s.pcapng(i, mine)})
		} else {
			out = append(out, Capture{name + ".pcap", pcap(f, mine)})
		}
	}
	return out
}

// pcap writes the classic format, in microseconds
// (https://www.ietf.org/archive/id/draft-ietf-opsawg-pcap-05.html).
func pcap(f file, packets []Packet) []byte {
	le := binary.LittleEndian
	b := le.AppendUint32(nil, 0xa1b2c3d4)
	b = le.AppendUint16(le.AppendUint16(b, 2), 4)
	b = append(b, make([]byte, 8)...)
	b = le.AppendUint32(b, snaplen(f))
	b = le.AppendUint32(b, uint32(f.link))
	for _, p := range packets {
		us := p.Time.UnixMicro()
		b = le.AppendUint32(b, uint32(us/1e6))
		b = le.AppendUint32(b, uint32(us%1e6))
		b = le.AppendUint32(b, uint32(len(p.Data)))
		b = le.AppendUint32(b, uint32(p.Orig))
		b = append(b, p.Data...)
	}
	return b
}

func snaplen(f file) uint32 {
	if f.snaplen > 0 {
		return uint32(f.snaplen)
	}
	return 262144
}

// Block types of pcapng
// (https://www.ietf.org/archive/id/draft-ietf-opsawg-pcapng-03.html).
const (
	blockSection   = 0x0a0d0d0a
	blockInterface = 1
	blockPacket    = 6
)

// pcapng writes one section with an interface for each leg, in microseconds.
func (s *Story) pcapng(index int, packets []Packet) []byte {
	le := binary.LittleEndian
	f := s.files[index]
	section := le.AppendUint32(nil, 0x1a2b3c4d)
	section = le.AppendUint32(section, 1) // version 1.0
	section = le.AppendUint64(section, ^uint64(0))
	b := appendBlock(nil, blockSection, section)
	for _, l := range s.ifaces(index, len(s.legs)) {
		body := le.AppendUint16(nil, l.link)
		body = le.AppendUint16(body, 0)
		body = le.AppendUint32(body, snaplen(f))
		body = appendOption(body, 2, l.name) // if_name
		body = append(body, 0, 0, 0, 0)      // opt_endofopt
		b = appendBlock(b, blockInterface, body)
	}
	if f.unsorted {
		packets = slices.Clone(packets)
		slices.SortStableFunc(packets, func(x, y Packet) int { return cmp.Compare(x.Iface, y.Iface) })
	}
	for _, p := range packets {
		us := uint64(p.Time.Sub(time.Unix(0, 0)) / time.Microsecond)
		body := le.AppendUint32(nil, uint32(p.Iface))
		body = le.AppendUint32(body, uint32(us>>32))
		body = le.AppendUint32(body, uint32(us))
		body = le.AppendUint32(body, uint32(len(p.Data)))
		body = le.AppendUint32(body, uint32(p.Orig))
		b = appendBlock(b, blockPacket, pad(append(body, p.Data...)))
	}
	return b
}

// ifaces returns those of the first n legs that have an interface in a pcapng
// file; after a rotation that is all of them.
func (s *Story) ifaces(index, n int) []leg {
	rotated := slices.ContainsFunc(s.steps, func(st step) bool { return st.verb == doRotate && st.file == index })
	var out []leg
	for _, l := range s.legs[:n] {
		if l.file == index || rotated {
			out = append(out, l)
		}
	}
	return out
}

func appendBlock(b []byte, kind uint32, body []byte) []byte {
	le := binary.LittleEndian
	length := uint32(12 + len(body))
	b = le.AppendUint32(le.AppendUint32(b, kind), length)
	return le.AppendUint32(append(b, body...), length)
}

func appendOption(b []byte, code uint16, value string) []byte {
	le := binary.LittleEndian
	b = le.AppendUint16(le.AppendUint16(b, code), uint16(len(value)))
	return pad(append(b, value...))
}

// pad fills up to a multiple of four bytes. Blocks and options begin at one.
func pad(b []byte) []byte {
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}
