package capture

import (
	"encoding/binary"
	"net/netip"
)

// The forge functions build packets from the inside out, each putting its
// header before body. They know nothing of gopacket, so that a mistake shared
// by its encoder and its decoder does not go unnoticed.

var (
	forgeSrc4 = netip.MustParseAddr("10.1.2.3")
	forgeDst4 = netip.MustParseAddr("172.31.9.8")
	forgeSrc6 = netip.MustParseAddr("2001:db8::1")
	forgeDst6 = netip.MustParseAddr("2001:db8:0:7::2")
)

const (
	forgeSrcPort, forgeDstPort = 41000, 8080
	forgeSeq, forgeAck         = 0x89abcdef, 0x01020304
)

// forgeOptions is NOP, NOP and a timestamp.
var forgeOptions = []byte{1, 1, 8, 10, 0, 0, 1, 2, 0, 0, 3, 4}

func be16(v int) []byte { return binary.BigEndian.AppendUint16(nil, uint16(v)) }
func be32(v int) []byte { return binary.BigEndian.AppendUint32(nil, uint32(v)) }

func join(parts ...[]byte) (all []byte) {
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

// forgeTCP builds a segment with ACK and PSH; options must be padded.
func forgeTCP(options []byte, payload string) []byte {
	header := byte(20+len(options)) / 4 << 4
	return join(be16(forgeSrcPort), be16(forgeDstPort), be32(forgeSeq), be32(forgeAck),
		[]byte{header, flagACK | flagPSH}, be16(501), be16(0xbeef), be16(0), options, []byte(payload))
}

func forgeUDP(port int, body []byte) []byte {
	return join(be16(50000), be16(port), be16(8+len(body)), be16(0), body)
}

func forgeIPv4(proto uint8, body []byte) []byte {
	return forgeIPv4Piece(proto, 0x1234, 0, nil, body)
}

// forgeIPv4Piece builds a packet with a given flags-and-offset field.
func forgeIPv4Piece(proto uint8, id, flagsOffset int, options, body []byte) []byte {
	src, dst := forgeSrc4.As4(), forgeDst4.As4()
	size := 20 + len(options)
	return join([]byte{byte(0x40 + size/4), 0}, be16(size+len(body)), be16(id), be16(flagsOffset),
		[]byte{64, proto}, be16(0), src[:], dst[:], options, body)
}

func forgeIPv6(next uint8, body []byte) []byte {
	src, dst := forgeSrc6.As16(), forgeDst6.As16()
	return join([]byte{0x60, 0, 0, 0}, be16(len(body)), []byte{next, 64}, src[:], dst[:], body)
}

// forgeExtension builds an extension header of 8*(1+more) bytes.
func forgeExtension(next uint8, more int, body []byte) []byte {
	h := make([]byte, 8+8*more)
	h[0], h[1] = next, byte(more)
	h[2], h[3] = 1, byte(len(h)-4) // PadN
	return join(h, body)
}

func forgeAuth(next uint8, body []byte) []byte {
	return join([]byte{next, 4, 0, 0}, make([]byte, 20), body)
}

func forgeFragmentHeader(next uint8, id, start int, more bool, body []byte) []byte {
	if more {
		start |= 1
	}
	return join([]byte{next, 0}, be16(start), be32(id), body)
}

func forgeEthernet(etherType int, body []byte) []byte {
	return join([]byte{2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2}, be16(etherType), body)
}

// forgeTags puts VLAN tags before body, to be wrapped with the first tag's
// EtherType. Each id carries priority bits.
func forgeTags(etherType int, body []byte, ids ...int) []byte {
	for i := len(ids) - 1; i >= 0; i-- {
		body = join(be16(ids[i]|0xa000), be16(etherType), body)
		etherType = 0x8100
	}
	return body
}

func forgeSLL(etherType int, body []byte) []byte {
	return join(be16(0), be16(1), be16(6), make([]byte, 8), be16(etherType), body)
}

func forgeSLL2(etherType int, body []byte) []byte {
	return join(be16(etherType), be16(0), be32(2), be16(1), []byte{0, 6}, make([]byte, 8), body)
}

func forgeVXLAN(vni int, body []byte) []byte {
	return join(be32(0x08000000), be32(vni<<8), body)
}

// forgeGENEVE builds a header with options of 4*words bytes.
func forgeGENEVE(vni, etherType, words int, body []byte) []byte {
	return join([]byte{byte(words), 0}, be16(etherType), be32(vni<<8), make([]byte, 4*words), body)
}

// forgePacket wraps captured bytes that were not cut.
// forgeGRE builds a header with the fields that its flags announce.
func forgeGRE(flags, protocol int, body []byte) []byte {
	header := join(be16(flags), be16(protocol))
	if flags&0x8000 != 0 {
		header = join(header, make([]byte, 4))
	}
	if flags&0x2000 != 0 {
		header = join(header, []byte{0xde, 0xad, 0xbe, 0xef})
	}
	if flags&0x1000 != 0 {
		header = join(header, make([]byte, 4))
	}
	return join(header, body)
}

func forgePacket(link LinkType, data []byte) *Packet {
	return &Packet{Num: 1, Link: link, Data: data, Orig: uint32(len(data))}
}
