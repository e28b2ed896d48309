package bpf

import (
	"encoding/binary"

	netbpf "golang.org/x/net/bpf"
)

// IP protocol numbers (IANA) that filters ask for.
const (
	protoICMP     = 1
	protoTCP      = 6
	protoUDP      = 17
	protoFragment = 44
	protoICMPv6   = 58
	protoSCTP     = 132
)

var protocolNumbers = map[string]uint32{
	"tcp": protoTCP, "udp": protoUDP, "sctp": protoSCTP, "icmp": protoICMP, "icmp6": protoICMPv6,
}

// lower says what an expression asks of packets with a layout.
func (l *layout) lower(e *expr) *logic {
	switch e.op {
	case isNot:
		return opposite(l.lower(e.left))
	case isAnd:
		return both(l.lower(e.left), l.lower(e.right))
	case isOr:
		return either(l.lower(e.left), l.lower(e.right))
	}
	p := &e.primitive
	switch p.kind {
	case "host", "net":
		return l.address(p)
	case "port", "portrange":
		return either(l.ports6(p), l.ports4(p))
	}
	switch p.protocol {
	case "ip":
		return l.carries(etherIPv4)
	case "ip6":
		return l.carries(etherIPv6)
	case "arp":
		return l.carries(etherARP)
	case "rarp":
		return l.carries(etherRARP)
	case "icmp":
		return l.protocol4(protoICMP)
	case "icmp6":
		return l.protocol6(protoICMPv6)
	}
	n := protocolNumbers[p.protocol]
	return either(l.protocol4(n), l.protocol6(n))
}

// protocol4 asks for IPv4 that carries a protocol (RFC 791 section 3.1).
func (l *layout) protocol4(n uint32) *logic {
	return both(l.carries(etherIPv4), equals(l.network+9, 1, n))
}

// protocol6 asks for IPv6 that carries a protocol, directly or behind one
// fragment header (RFC 8200 sections 3 and 4.5). libpcap looks behind no other
// extension header.
func (l *layout) protocol6(n uint32) *logic {
	direct := equals(l.network+6, 1, n)
	fragment := both(equals(l.network+6, 1, protoFragment), equals(l.network+40, 1, n))
	return both(l.carries(etherIPv6), either(direct, fragment))
}

// headers says where a protocol has its two addresses.
type headers struct {
	etherType uint32
	src, dst  uint32 // from the beginning of the network header
}

// address asks for a host or a net. Without a protocol before it, an IPv4
// address is looked for in ARP and RARP as well.
func (l *layout) address(p *primitive) *logic {
	if !p.value.addr.Is4() {
		return l.addressIn(p, headers{etherIPv6, 8, 24})
	}
	ip, arp, rarp := headers{etherIPv4, 12, 16}, headers{etherARP, 14, 24}, headers{etherRARP, 14, 24}
	switch p.protocol {
	case "ip":
		return l.addressIn(p, ip)
	case "arp":
		return l.addressIn(p, arp)
	case "rarp":
		return l.addressIn(p, rarp)
	}
	return either(either(l.addressIn(p, ip), l.addressIn(p, arp)), l.addressIn(p, rarp))
}

func (l *layout) addressIn(p *primitive, h headers) *logic {
	at := func(offset uint32) *logic {
		return both(l.carries(h.etherType), words(l.network+offset, &p.value))
	}
	return directed(p.direction, at(h.src), at(h.dst))
}

// words compares an address, as far as its mask goes.
func words(at uint32, v *value) *logic {
	addr, mask := v.addr.AsSlice(), v.mask.AsSlice()
	all := constant(true)
	for i := 0; i < len(addr); i += 4 {
		a, m := binary.BigEndian.Uint32(addr[i:]), binary.BigEndian.Uint32(mask[i:])
		switch m {
		case 0: // holds if it is there
			none := test{load: netbpf.LoadAbsolute{Off: at + uint32(i), Size: 4}, cond: netbpf.JumpBitsSet}
			all = both(all, opposite(none.logic()))
		case 0xffffffff:
			all = both(all, equals(at+uint32(i), 4, a))
		default:
			all = both(all, masks(at+uint32(i), 4, m, a))
		}
	}
	return all
}

// directed wants something of the source, of the destination, or of both.
func directed(direction string, src, dst *logic) *logic {
	switch direction {
	case "src":
		return src
	case "dst":
		return dst
	case "src and dst":
		return both(src, dst)
	}
	return either(src, dst)
}

// transports asks for one of the protocols that p's ports may belong to.
func transports(p *primitive, at uint32) *logic {
	if p.protocol != "" {
		return equals(at, 1, protocolNumbers[p.protocol])
	}
	return either(equals(at, 1, protoTCP), either(equals(at, 1, protoUDP), equals(at, 1, protoSCTP)))
}

// ports4 asks for ports in IPv4. Only the first fragment of a packet has any.
func (l *layout) ports4(p *primitive) *logic {
	at := func(offset uint32) *logic {
		return inRange(test{
			load:     netbpf.LoadIndirect{Off: l.network + offset, Size: 2},
			headerAt: l.network, indirect: true,
		}, &p.value)
	}
	later := test{load: netbpf.LoadAbsolute{Off: l.network + 6, Size: 2}, cond: netbpf.JumpBitsSet, value: 0x1fff}.logic()
	of := both(transports(p, l.network+9), opposite(later))
	return both(l.carries(etherIPv4), both(of, directed(p.direction, at(0), at(2))))
}

// ports6 asks for ports in IPv6, directly behind its header.
func (l *layout) ports6(p *primitive) *logic {
	at := func(offset uint32) *logic {
		return inRange(test{load: netbpf.LoadAbsolute{Off: l.network + offset, Size: 2}}, &p.value)
	}
	return both(l.carries(etherIPv6), both(transports(p, l.network+6), directed(p.direction, at(40), at(42))))
}

// inRange compares what t loads with the ends of a range.
func inRange(t test, v *value) *logic {
	if v.from == v.to {
		t.value = uint32(v.from)
		return t.logic()
	}
	low, high := t, t
	low.cond, low.value = netbpf.JumpGreaterOrEqual, uint32(v.from)
	high.cond, high.value = netbpf.JumpGreaterThan, uint32(v.to)
	return both(low.logic(), opposite(high.logic()))
}
