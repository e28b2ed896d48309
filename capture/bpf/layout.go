package bpf

import (
	"fmt"

	netbpf "golang.org/x/net/bpf"
)

// The link types of https://www.tcpdump.org/linktypes.html that filters are
// compiled for.
const (
	linkNull     = 0
	linkEthernet = 1
	linkRawBSD   = 12
	linkRaw      = 101
	linkLoop     = 108
	linkLinuxSLL = 113
	linkIPv4     = 228
	linkIPv6     = 229
	linkSLL2     = 276
)

// EtherTypes that filters ask for.
const (
	etherIPv4 = 0x0800
	etherARP  = 0x0806
	etherRARP = 0x8035
	etherIPv6 = 0x86dd
)

// layout says where a link type has what a filter asks for.
type layout struct {
	// network is where the network header begins, in bytes.
	network uint32
	// carries is what holds if a packet carries the protocol of an EtherType.
	carries func(etherType uint32) *logic
}

// layoutOf returns the layout of a link type.
func layoutOf(link uint16) (layout, error) {
	switch link {
	case linkEthernet:
		return layout{14, typeAt(12)}, nil
	case linkLinuxSLL:
		return layout{16, typeAt(14)}, nil
	case linkSLL2:
		return layout{20, typeAt(0)}, nil
	case linkRaw, linkRawBSD:
		return layout{0, version}, nil
	case linkIPv4:
		return layout{0, always(etherIPv4)}, nil
	case linkIPv6:
		return layout{0, always(etherIPv6)}, nil
	case linkNull, linkLoop:
		return layout{4, family}, nil
	}
	return layout{}, fmt.Errorf("filters cannot be compiled for link type %d: no place of its network header is known", link)
}

// cooked is the layout that a socket of AF_PACKET and SOCK_DGRAM shows: the
// network header comes first, and the kernel knows the EtherType.
var cooked = layout{0, func(etherType uint32) *logic {
	return test{load: netbpf.LoadExtension{Num: netbpf.ExtProto}, value: etherType}.logic()
}}

// typeAt is for links with an EtherType in their header.
func typeAt(at uint32) func(uint32) *logic {
	return func(etherType uint32) *logic { return equals(at, 2, etherType) }
}

// version is for links without a header, where the IP version decides.
func version(etherType uint32) *logic {
	switch etherType {
	case etherIPv4:
		return masks(0, 1, 0xf0, 0x40)
	case etherIPv6:
		return masks(0, 1, 0xf0, 0x60)
	}
	return constant(false)
}

// always is for links that carry but one protocol.
func always(only uint32) func(uint32) *logic {
	return func(etherType uint32) *logic { return constant(etherType == only) }
}

// family is for the loopback headers of BSD: an address family, in the byte
// order of the machine that wrote it (NULL) or of the network (LOOP). A link
// type tells neither the byte order nor the system, whose families for IPv6
// differ, so all that the decoder takes are accepted, in either order.
func family(etherType uint32) *logic {
	families := map[uint32][]uint32{
		etherIPv4: {2},
		etherIPv6: {10, 24, 28, 30}, // Linux; NetBSD, OpenBSD, Npcap; FreeBSD; macOS
	}
	any := constant(false)
	for _, f := range families[etherType] {
		any = either(any, either(equals(0, 4, f), equals(0, 4, f<<24)))
	}
	return any
}
