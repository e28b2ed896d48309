package capture

import (
	"encoding/binary"

	"github.com/google/gopacket/layers"

	"elbscope/capture/flow"
)

// decoder turns captured packets into TCP segments. One serves all inputs in
// turn; what it may not carry from one input to the next is in note and frags,
// for the pump to replace between packets.
//
// The structs of gopacket's layers are filled in place, one of each, because
// its packet objects would cost several allocations per packet. Their errors
// are mostly not asked for: gopacket refuses a header as a whole where, for
// instance, a snapshot length cut off its options, and what it filled in
// until then is what is wanted here. Each use checks by itself what it needs.
type decoder struct {
	// note receives the problems found in packets, with Count 1 each and a
	// Message that is built only once. It belongs to the source at hand; nil
	// discards them.
	note func(flow.Problem)
	// filter chooses what is looked at; nil for everything.
	filter *Filter
	// frags holds the fragments that wait for the rest of their packet. It
	// belongs to the capture point: two captures of the same fragments at
	// different places must not be taken for one.
	frags *fragments

	hasher  hasher
	encaps  encapTable
	unknown map[LinkType]flow.Problem // of link types, by type

	eth   layers.Ethernet
	tag   layers.Dot1Q
	ip4   layers.IPv4
	ip6   layers.IPv6
	tcp   layers.TCP
	udp   layers.UDP
	vxlan layers.VXLAN

	// What is known of the packet being decoded.
	num     uint64    // its number, for problems
	now     flow.Time // its time, for the age of fragments
	tunnels int       // how many tunnels were entered
	ipID    uint32    // identification of the innermost IP packet

	tcpHeader [tcpMinHeader]byte // a header that was cut, filled up with zeros
}

// newDecoder returns a decoder that reports problems to note, which may be nil,
// and keeps fragments of its own.
func newDecoder(note func(flow.Problem)) *decoder {
	return &decoder{note: note, hasher: newHasher(), frags: new(fragments), unknown: make(map[LinkType]flow.Problem)}
}

// encapName returns the words for segment.encap, outermost layer first, for
// instance "vxlan 12 vlan 7"; "" for 0.
func (d *decoder) encapName(i uint32) string { return d.encaps.name(i) }

// SetTruncated makes d a gopacket.DecodeFeedback. The news is of no use: what
// was cut off shows in every extent.
func (d *decoder) SetTruncated() {}

// decode fills in s with the TCP segment in p and says where p belongs. Only
// with bucketTCP does s hold a segment, but s.held counts with every bucket
// except bucketWaiting: a datagram put together from fragments may turn out to
// be anything.
//
// A panic is a defect of this program, and no reason to lose all the other
// packets: it costs the packet, which counts as damaged, and the fragments
// kept so far, as they may be half changed.
func (d *decoder) decode(p *Packet, s *segment) (b bucket) {
	defer func() {
		if recover() != nil {
			*s = segment{held: s.held}
			*d.frags = fragments{evicted: d.frags.evicted}
			d.report(&decoderFailed)
			b = bucketDamaged
		}
	}()
	return d.decodeUnguarded(p, s)
}

// decodeUnguarded is decode without its safety net, so that tests can see that
// the net is not needed.
func (d *decoder) decodeUnguarded(p *Packet, s *segment) bucket {
	if d.plain(p, s) {
		return bucketTCP
	}
	return d.layers(p, s)
}

// layers decodes a packet layer by layer.
func (d *decoder) layers(p *Packet, s *segment) bucket {
	*s = segment{}
	d.num, d.now, d.tunnels, d.ipID = p.Num, p.Time, 0, 0
	// A file may claim fewer bytes on the wire than it holds.
	e := extent{p.Data, max(int(p.Orig), len(p.Data))}
	switch p.Link {
	case LinkEthernet:
		return d.ethernet(e, s)
	case LinkLinuxSLL:
		return d.cooked(e, 16, 14, s)
	case LinkLinuxSLL2:
		return d.cooked(e, 20, 0, s)
	case LinkRaw, LinkRawBSD:
		return d.raw(e, s)
	case LinkIPv4:
		return d.ipv4(e, s)
	case LinkIPv6:
		return d.ipv6(e, s)
	case LinkNull, LinkLoop:
		return d.loopback(e, s)
	}
	if p.Link == noLink && len(p.Data) == 0 {
		return bucketDamaged // the reader has said why
	}
	d.reportLinkType(p.Link)
	return bucketNotIP
}

// extent is a stretch of a packet: the bytes that were captured, and how many
// there were on the wire, which is more where a snapshot length cut the end.
type extent struct {
	data []byte
	wire int
}

// skip returns e without its first n bytes; they must have been captured.
func (e extent) skip(n int) extent { return extent{e.data[n:], e.wire - n} }

// sized returns e with the length n that its own header claims: less than the
// enclosing layer has room for where that one is padded, more where the packet
// was cut without a trace in the enclosing layers, as mirroring can do.
func (e extent) sized(n int) extent { return extent{e.data[:min(n, len(e.data))], n} }

// EtherTypes that are decoded.
const (
	etherIPv4     = uint16(layers.EthernetTypeIPv4)
	etherIPv6     = uint16(layers.EthernetTypeIPv6)
	etherVLAN     = uint16(layers.EthernetTypeDot1Q)
	etherQinQ     = uint16(layers.EthernetTypeQinQ)
	etherOldQinQ  = 0x9100 // QinQ before 802.1ad gave it a number
	etherBridging = uint16(layers.EthernetTypeTransparentEthernetBridging)
)

// maxTags is how many VLAN tags one frame may have. Two are in use; without a
// limit, one hostile frame could fill the table of encapsulations.
const maxTags = 8

func (d *decoder) ethernet(e extent, s *segment) bucket {
	const header = 14
	if len(e.data) < header {
		return bucketDamaged
	}
	_ = d.eth.DecodeFromBytes(e.data, d)
	// For a frame of 802.3, whose field is a length, gopacket says LLC, which
	// is no IP.
	return d.network(uint16(d.eth.EthernetType), e.skip(header), s)
}

// network decodes what an EtherType announces, after any VLAN tags.
func (d *decoder) network(etherType uint16, e extent, s *segment) bucket {
	for range maxTags {
		switch etherType {
		case etherIPv4:
			return d.ipv4(e, s)
		case etherIPv6:
			return d.ipv6(e, s)
		case etherVLAN, etherQinQ, etherOldQinQ:
			if len(e.data) < 4 {
				return bucketDamaged
			}
			_ = d.tag.DecodeFromBytes(e.data, d)
			// VLAN 0 is a tag for the sake of its priority bits, and says
			// nothing of a VLAN (IEEE 802.1Q, 9.6).
			if id := d.tag.VLANIdentifier; id != 0 {
				s.encap = d.encaps.within(s.encap, layerVLAN, uint32(id))
			}
			etherType, e = uint16(d.tag.Type), e.skip(4)
		default:
			if p := wrappedByEtherType(etherType); p != nil {
				d.report(p)
			}
			return bucketNotIP
		}
	}
	return bucketNotIP
}

// cooked decodes LINUX_SLL and LINUX_SLL2, which hold an EtherType and else
// nothing that is needed. VLAN tags follow such a header as they follow that
// of Ethernet.
func (d *decoder) cooked(e extent, header, typeAt int, s *segment) bucket {
	if len(e.data) < header {
		return bucketDamaged
	}
	return d.network(binary.BigEndian.Uint16(e.data[typeAt:]), e.skip(header), s)
}

// raw decodes a packet without link layer, where the IP version decides.
func (d *decoder) raw(e extent, s *segment) bucket {
	if len(e.data) == 0 {
		return bucketDamaged
	}
	switch e.data[0] >> 4 {
	case 4:
		return d.ipv4(e, s)
	case 6:
		return d.ipv6(e, s)
	}
	return bucketDamaged
}

// loopback decodes the loopback headers of BSD: an address family in the byte
// order of the machine that wrote it (NULL) or of the network (LOOP). Either
// is accepted for both, as all families known fit one byte and cannot be
// mistaken for each other.
func (d *decoder) loopback(e extent, s *segment) bucket {
	const header = 4
	if len(e.data) < header {
		return bucketDamaged
	}
	family := binary.BigEndian.Uint32(e.data)
	if family > 0xffff {
		family = binary.LittleEndian.Uint32(e.data)
	}
	switch family {
	case 2: // AF_INET, everywhere
		return d.ipv4(e.skip(header), s)
	case 10, 24, 28, 30: // AF_INET6 of Linux; NetBSD, OpenBSD, Npcap; FreeBSD; macOS
		return d.ipv6(e.skip(header), s)
	}
	return bucketNotIP
}
