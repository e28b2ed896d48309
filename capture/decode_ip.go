package capture

import (
	"encoding/binary"

	"github.com/google/gopacket/layers"
)

// IP protocol numbers that are decoded.
const (
	protoHopByHop    = uint8(layers.IPProtocolIPv6HopByHop)
	protoTCP         = uint8(layers.IPProtocolTCP)
	protoUDP         = uint8(layers.IPProtocolUDP)
	protoRouting     = uint8(layers.IPProtocolIPv6Routing)
	protoFragment    = uint8(layers.IPProtocolIPv6Fragment)
	protoAuth        = uint8(layers.IPProtocolAH)
	protoDestination = uint8(layers.IPProtocolIPv6Destination)
	protoMobility    = 135
)

// maxOffload bounds the length of a packet whose IP header holds 0 for it: the
// largest that Linux hands to a card for splitting (GSO_MAX_SIZE), headers
// included. A packet that claims more is not believed, lest 4 GiB of payload
// be missed in the stream.
const maxOffload = 8*65535 + 256

func (d *decoder) ipv4(e extent, s *segment) bucket {
	if len(e.data) < 20 || e.data[0]>>4 != 4 {
		return bucketDamaged
	}
	_ = d.ip4.DecodeFromBytes(e.data, d)
	header := int(d.ip4.IHL) * 4
	// gopacket replaces a length of 0 by that of the captured bytes, modulo
	// 64 KiB; so it is read again here. 0 stands in packets that were captured
	// before the card split them, and then the packet fills the frame.
	total := int(binary.BigEndian.Uint16(e.data[2:]))
	if total == 0 && e.wire <= maxOffload {
		total = e.wire
	}
	if header < 20 || header > total || header > len(e.data) {
		return bucketDamaged
	}
	body := e.sized(total).skip(header)
	s.src.addr, s.dst.addr = mappedAddr(d.ip4.SrcIP), mappedAddr(d.ip4.DstIP)
	d.ipID = uint32(d.ip4.Id)
	next := uint8(d.ip4.Protocol)

	more := d.ip4.Flags&layers.IPv4MoreFragments != 0
	if more || d.ip4.FragOffset != 0 {
		piece := fragment{start: int(d.ip4.FragOffset) * 8, more: more, next: next, body: body}
		whole, b := d.reassemble(next, piece, s)
		if whole == nil {
			return b
		}
		body = whole.extent()
	}
	if next == protoAuth { // the one extension header that IPv4 has too (RFC 4302)
		return d.extensions(next, body, s)
	}
	return d.transport(next, body, s)
}

// mappedAddr returns the IPv4-mapped form of an IPv4 address.
func mappedAddr(ip []byte) (a [16]byte) {
	a[10], a[11] = 0xff, 0xff
	copy(a[12:], ip)
	return a
}

func (d *decoder) ipv6(e extent, s *segment) bucket {
	const header = 40
	if len(e.data) < header || e.data[0]>>4 != 6 {
		return bucketDamaged
	}
	// gopacket gets to see the fixed header alone. It would take hop-by-hop
	// options along, but allocates for each of them and then counts the length
	// of the payload from behind them.
	_ = d.ip6.DecodeFromBytes(e.data[:header], d)
	size := int(d.ip6.Length)
	if size == 0 {
		// A packet above 64 KiB, captured before the card split it; with a
		// jumbo payload option (RFC 2675) or, from newer kernels, without.
		// It fills the frame either way, so the option need not be read.
		if e.wire > maxOffload {
			return bucketDamaged
		}
		size = e.wire - header
	}
	copy(s.src.addr[:], d.ip6.SrcIP)
	copy(s.dst.addr[:], d.ip6.DstIP)
	d.ipID = 0
	return d.extensions(uint8(d.ip6.NextHeader), e.skip(header).sized(size), s)
}

// maxExtensions is how many extension headers are walked. RFC 8200, 4.1 has
// each once, one of them twice; a longer chain is made to hide something.
const maxExtensions = 12

// extensions walks the extension headers of IPv6 up to the transport header.
func (d *decoder) extensions(next uint8, e extent, s *segment) bucket {
	for range maxExtensions {
		unit, base := 8, 8 // the length field counts units beyond the first
		switch next {
		case protoHopByHop, protoRouting, protoDestination, protoMobility:
		case protoAuth:
			unit = 4 // RFC 4302, 2.2: 4-byte units, minus 2
		case protoFragment:
			unit = 0 // fixed size; the byte is reserved
		default:
			return d.transport(next, e, s)
		}
		if len(e.data) < base {
			return bucketDamaged
		}
		header := e.data
		size := base + unit*int(header[1])
		if size > len(header) {
			return bucketDamaged
		}
		after := header[0]
		e = e.skip(size)
		if next == protoFragment {
			field := binary.BigEndian.Uint16(header[2:])
			start, more := int(field&^7), field&1 != 0
			// One that is the whole packet, an atomic fragment, goes straight
			// on (RFC 6946).
			if start != 0 || more {
				d.ipID = binary.BigEndian.Uint32(header[4:])
				piece := fragment{start: start, more: more, next: after, body: e}
				whole, b := d.reassemble(protoFragment, piece, s)
				if whole == nil {
					return b
				}
				after, e = whole.next, whole.extent()
			}
		}
		next = after
	}
	return bucketDamaged
}

// reassemble adds one fragment and returns the datagram if that completes it;
// otherwise the bucket for the packet. proto takes part in telling datagrams
// apart. What it leaves in s.held is how many packets wait no longer.
func (d *decoder) reassemble(proto uint8, f fragment, s *segment) (*datagram, bucket) {
	key := datagramKey{s.src.addr, s.dst.addr, d.ipID, s.encap, proto}
	// The packets that already came together in s, fragments of a tunnel's
	// outer packet, wait on as part of the inner one.
	whole, held, b := d.frags.add(key, f, 1+s.held, d.now)
	if b == bucketWaiting {
		s.held = 0
	} else if whole != nil {
		s.held = held
	}
	return whole, b
}

// transport decodes what an IP packet carries.
func (d *decoder) transport(proto uint8, e extent, s *segment) bucket {
	if proto == protoTCP {
		return d.tcpSegment(e, s)
	}
	b := bucketNotTCP // ESP as well: there is nothing in it to read
	switch {
	case d.tunnels == maxTunnels:
	case proto == protoUDP:
		b = d.tunnel(e, s)
	case proto == protoIPv4:
		b = d.throughIP(d.ipv4, e, s)
	case proto == protoIPv6:
		b = d.throughIP(d.ipv6, e, s)
	case proto == protoGRE:
		b = d.throughGRE(e, s)
	}
	if b == bucketNotIP {
		return bucketNotTCP // the packet itself is IP, with ARP or the like inside
	}
	return b
}
