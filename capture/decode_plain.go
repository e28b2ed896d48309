package capture

import "encoding/binary"

// plain is decode for the packet that most captures consist of: TCP in IPv4
// without options in Ethernet, whole up to the payload. It tells whether p is
// one; if not, s is as it was.
//
// gopacket would be right about these as well, and is asked about all others.
// But it fills in whole layers, of which few fields are used here, and that was
// a tenth of the time that a large file takes. TestPlain holds the two against
// each other.
func (d *decoder) plain(p *Packet, s *segment) bool {
	const ip, tcp = 14, 14 + 20 // where the headers begin
	b := p.Data
	if p.Link != LinkEthernet || len(b) < tcp+tcpMinHeader ||
		binary.BigEndian.Uint16(b[ip-2:]) != etherIPv4 || b[ip] != 4<<4|5 || b[ip+9] != protoTCP ||
		binary.BigEndian.Uint16(b[ip+6:])&^0xc000 != 0 { // a fragment; the two bits say nothing of that
		return false
	}
	end := ip + int(binary.BigEndian.Uint16(b[ip+2:]))
	start := tcp + int(b[tcp+12]>>4)*4
	if start < tcp+tcpMinHeader || start > min(end, len(b)) {
		return false
	}
	*s = segment{
		src:     endpoint{mappedAddr(b[ip+12 : ip+16]), binary.BigEndian.Uint16(b[tcp:])},
		dst:     endpoint{mappedAddr(b[ip+16 : ip+20]), binary.BigEndian.Uint16(b[tcp+2:])},
		seq:     binary.BigEndian.Uint32(b[tcp+4:]),
		ack:     binary.BigEndian.Uint32(b[tcp+8:]),
		flags:   b[tcp+13],
		payload: b[start:min(end, len(b))],
		length:  end - start,
	}
	ipID := uint32(binary.BigEndian.Uint16(b[ip+4:]))
	s.print = fingerprint(s, ipID, b[tcp+12:tcp+tcpMinHeader], b[tcp+tcpMinHeader:start])
	s.hash = d.hasher.of(s)
	return true
}
