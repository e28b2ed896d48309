package story

import (
	"encoding/binary"
	"net/netip"
)

// The link types of stories (https://www.tcpdump.org/linktypes.html).
const (
	linkNull     uint16 = 0
	linkEthernet uint16 = 1
	linkRaw      uint16 = 101
	linkSLL      uint16 = 113
	linkSLL2     uint16 = 276
)

// TCP flags (RFC 9293 section 3.1).
const (
	flagFIN byte = 1 << iota
	flagSYN
	flagRST
	flagPSH
	flagACK
)

const (
	etherIPv4, etherIPv6, etherVLAN = 0x0800, 0x86dd, 0x8100

	protoTCP, protoUDP = 6, 17
	portVXLAN          = 4789
)

// segment is what distinguishes one packet of a leg from the others.
type segment struct {
	fromClient bool
	flags      byte
	seq, ack   uint32
	payload    []byte
	ident      uint16
}

// frame builds the whole packet. n counts its captures: a host that captures
// on all interfaces sees it come in on one and leave by the next.
func (l *leg) frame(s *segment, n int) []byte {
	src, dst := l.client, l.server
	if !s.fromClient {
		src, dst = dst, src
	}
	packet := ip(src.Addr(), dst.Addr(), protoTCP, s.ident, tcp(src, dst, s))
	if l.vxlan > 0 {
		return vxlan(l, src.Addr(), dst.Addr(), s.ident, packet)
	}
	return link(l.link, l.vlan, src.Addr(), dst.Addr(), n, packet)
}

// link wraps an IP packet.
func link(kind uint16, vlan int, src, dst netip.Addr, n int, packet []byte) []byte {
	proto := uint16(etherIPv4)
	if src.Is6() {
		proto = etherIPv6
	}
	be := binary.BigEndian
	var b []byte
	switch kind {
	case linkEthernet:
		b = append(append(b, mac(dst)...), mac(src)...)
		if vlan > 0 {
			b = be.AppendUint16(be.AppendUint16(b, etherVLAN), uint16(vlan))
		}
		b = be.AppendUint16(b, proto)
	case linkSLL:
		// Packet type, ARPHRD_ETHER, address length, address, protocol.
		b = append(b, 0, byte(4*n), 0, 1, 0, 6)
		b = append(append(b, mac(src)...), 0, 0)
		b = be.AppendUint16(b, proto)
	case linkSLL2:
		// Protocol, reserved, interface, ARPHRD_ETHER, packet type, address.
		b = be.AppendUint16(b, proto)
		b = append(b, 0, 0, 0, 0, 0, byte(2+n), 0, 1, byte(4*n), 6)
		b = append(append(b, mac(src)...), 0, 0)
	case linkNull:
		family := byte(2)
		if src.Is6() {
			family = 30 // as on Darwin
		}
		b = append(b, family, 0, 0, 0)
	}
	return append(b, packet...)
}

// mac makes a locally administered address from an IP address; loopback has
// none.
func mac(a netip.Addr) []byte {
	if a.IsLoopback() {
		return make([]byte, 6)
	}
	s := a.AsSlice()
	return append([]byte{0x02, 0x00}, s[len(s)-4:]...)
}

// ip wraps a payload in IPv4 (RFC 791) or IPv6 (RFC 8200).
func ip(src, dst netip.Addr, proto byte, ident uint16, payload []byte) []byte {
	be := binary.BigEndian
	var b []byte
	if src.Is6() {
		b = append(b, 0x60, 0, 0, 0)
		b = be.AppendUint16(b, uint16(len(payload)))
		b = append(b, proto, 64)
	} else {
		b = append(b, 0x45, 0)
		b = be.AppendUint16(b, uint16(20+len(payload)))
		b = be.AppendUint16(b, ident)
		b = append(b, 0x40, 0, 64, proto, 0, 0)
	}
	b = append(append(b, src.AsSlice()...), dst.AsSlice()...)
	if src.Is4() {
		be.PutUint16(b[10:], checksum(b))
	}
	return append(b, payload...)
}

// tcp builds a segment (RFC 9293). A SYN announces a maximum segment size,
// because some readers take one without options for a scan.
func tcp(src, dst netip.AddrPort, s *segment) []byte {
	be := binary.BigEndian
	var b []byte
	b = be.AppendUint16(b, src.Port())
	b = be.AppendUint16(b, dst.Port())
	b = be.AppendUint32(b, s.seq)
	b = be.AppendUint32(b, s.ack)
	if s.flags&flagACK == 0 {
		be.PutUint32(b[8:], 0)
	}
	length := byte(20)
	var tail []byte
	if s.flags&flagSYN != 0 {
		length, tail = 24, []byte{2, 4, 0x05, 0xb4}
	}
	b = append(b, length<<2, s.flags)
	b = be.AppendUint16(b, 64240)
	b = append(b, 0, 0, 0, 0)
	b = append(append(b, tail...), s.payload...)
	pseudo := append(src.Addr().AsSlice(), dst.Addr().AsSlice()...)
	pseudo = be.AppendUint32(pseudo, uint32(len(b)))
	pseudo = append(pseudo, 0, 0, 0, protoTCP)
	be.PutUint16(b[16:], checksum(pseudo, b))
	return b
}

// vxlan wraps a packet as a mirrored one arrives: between two hosts that have
// nothing to do with the conversation (RFC 7348).
func vxlan(l *leg, src, dst netip.Addr, ident uint16, packet []byte) []byte {
	inner := link(linkEthernet, l.vlan, src, dst, 0, packet)
	be := binary.BigEndian
	var b []byte
	b = be.AppendUint16(b, 65400)
	b = be.AppendUint16(b, portVXLAN)
	b = be.AppendUint16(b, uint16(8+8+len(inner)))
	b = append(b, 0, 0) // no checksum, as RFC 7348 section 5 wants it
	b = append(b, 0x08, 0, 0, 0)
	b = be.AppendUint32(b, uint32(l.vxlan)<<8)
	b = append(b, inner...)
	from, to := netip.MustParseAddr("10.9.0.1"), netip.MustParseAddr("10.9.0.2")
	return link(linkEthernet, 0, from, to, 0, ip(from, to, protoUDP, ident, b))
}

// checksum is the Internet checksum (RFC 1071) over parts of which all but
// the last are of even length.
func checksum(parts ...[]byte) uint16 {
	var sum uint32
	for _, b := range parts {
		for len(b) > 1 {
			sum += uint32(b[0])<<8 | uint32(b[1])
			b = b[2:]
		}
		if len(b) == 1 {
			sum += uint32(b[0]) << 8
		}
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return ^uint16(sum)
}
