package capture

import (
	"encoding/binary"
	"strconv"
	"sync"
)

// UDP ports of the tunnels that are entered.
const (
	portVXLAN      = 4789
	portVXLANLinux = 8472 // the default of Linux, from before the IANA number
	portGENEVE     = 6081
)

// IP protocols of the tunnels that are entered.
const (
	protoIPv4 = 4  // IP in IP (RFC 2003), as Calico puts it between nodes
	protoIPv6 = 41 // RFC 2473, RFC 4213
	protoGRE  = 47 // RFC 2784
)

// maxTunnels is how many tunnels one packet may go through. Mirrored traffic
// of a Gateway Load Balancer has two.
const maxTunnels = 4

// tunnel decodes a UDP datagram as far as it is a tunnel. Everything else, and
// also what comes on a tunnel's port and does not look like it, is plain UDP.
func (d *decoder) tunnel(e extent, s *segment) bucket {
	const header = 8
	if err := d.udp.DecodeFromBytes(e.data, d); err != nil || e.wire < header {
		return bucketNotTCP
	}
	body := e.skip(header)
	if n := int(d.udp.Length); n >= header { // 0 means up to the end
		body = body.sized(min(n-header, body.wire))
	}
	b := bucketNotTCP
	switch d.udp.DstPort {
	case portVXLAN, portVXLANLinux:
		b = d.throughVXLAN(body, s)
	case portGENEVE:
		b = d.throughGENEVE(body, s)
	}
	return b
}

// throughVXLAN decodes RFC 7348. Of the bytes around the network id only one
// bit is in use; anything else there means that this is something else.
func (d *decoder) throughVXLAN(e extent, s *segment) bucket {
	const header = 8
	if err := d.vxlan.DecodeFromBytes(e.data, d); err != nil {
		return bucketNotTCP
	}
	if binary.BigEndian.Uint32(e.data) != 0x08000000 || e.data[7] != 0 {
		return bucketNotTCP
	}
	d.tunnels++
	s.encap = d.encaps.within(s.encap, layerVXLAN, d.vxlan.VNI)
	return d.ethernet(e.skip(header), s)
}

// throughGENEVE decodes RFC 8926. It does so by hand because gopacket 1.1.19
// keeps all options of all packets, counts their length in 4 of its 5 bits
// (3.5), and indexes out of range where the packet ends inside of one.
func (d *decoder) throughGENEVE(e extent, s *segment) bucket {
	const header = 8
	if len(e.data) < header || e.data[0]>>6 != 0 {
		return bucketNotTCP
	}
	protocol := binary.BigEndian.Uint16(e.data[2:])
	if protocol != etherBridging && protocol != etherIPv4 && protocol != etherIPv6 {
		return bucketNotTCP
	}
	size := header + int(e.data[0]&0x3f)*4
	if size > len(e.data) {
		return bucketDamaged
	}
	d.tunnels++
	s.encap = d.encaps.within(s.encap, layerGENEVE, binary.BigEndian.Uint32(e.data[4:])>>8)
	inner := e.skip(size)
	if protocol == etherBridging {
		return d.ethernet(inner, s)
	}
	return d.network(protocol, inner, s)
}

// throughIP decodes an IP packet that is in another one, without a header
// between them.
func (d *decoder) throughIP(version func(extent, *segment) bucket, e extent, s *segment) bucket {
	d.tunnels++
	s.encap = d.encaps.within(s.encap, layerIPIP, 0)
	return version(e, s)
}

// Protocol types of GRE for ERSPAN, which switches mirror with
// (draft-foschiano-erspan-03).
const (
	greERSPAN2 = 0x88be // also of type I, which has no header of its own
	greERSPAN3 = 0x22eb
)

// throughGRE decodes RFC 2784 with the key and the number of RFC 2890. It does
// so by hand because gopacket 1.1.19 indexes out of range where the packet ends
// inside of the header.
func (d *decoder) throughGRE(e extent, s *segment) bucket {
	const (
		checksum, routing, key, number = 0x8000, 0x4000, 0x2000, 0x1000
		version                        = 7 // 1 is of PPTP, with PPP inside
	)
	if len(e.data) < 4 {
		return bucketDamaged
	}
	flags, protocol := binary.BigEndian.Uint16(e.data), binary.BigEndian.Uint16(e.data[2:])
	if flags&(routing|version) != 0 {
		d.report(inGRE)
		return bucketNotTCP
	}
	size, id := 4, uint32(0)
	for _, field := range [...]uint16{checksum, key, number} {
		if flags&field == 0 {
			continue
		}
		if size += 4; size > len(e.data) {
			return bucketDamaged
		}
		if field == key {
			id = binary.BigEndian.Uint32(e.data[size-4:])
		}
	}
	d.tunnels++
	inner := e.skip(size)
	switch {
	case protocol == greERSPAN2 && flags&number == 0:
		s.encap = d.encaps.within(s.encap, layerERSPAN, 0)
		return d.ethernet(inner, s)
	case protocol == greERSPAN2, protocol == greERSPAN3:
		return d.throughERSPAN(protocol, inner, s)
	}
	s.encap = d.encaps.within(s.encap, layerGRE, id)
	if protocol == etherBridging {
		return d.ethernet(inner, s)
	}
	return d.network(protocol, inner, s)
}

// throughERSPAN decodes the header of ERSPAN of type II or III, and the frame
// behind it.
func (d *decoder) throughERSPAN(protocol uint16, e extent, s *segment) bucket {
	size := 8
	if protocol == greERSPAN3 {
		const platform = 1 // the last bit: eight bytes more
		if size = 12; len(e.data) >= size && e.data[size-1]&platform != 0 {
			size += 8
		}
	}
	if size > len(e.data) {
		return bucketDamaged
	}
	s.encap = d.encaps.within(s.encap, layerERSPAN, uint32(binary.BigEndian.Uint16(e.data[2:])&0x3ff))
	return d.ethernet(e.skip(size), s)
}

// encapLayer is a kind of wrapping that tells connections apart.
type encapLayer uint8

const (
	layerVLAN encapLayer = iota + 1
	layerVXLAN
	layerGENEVE
	layerIPIP // has no id
	layerGRE
	layerERSPAN
)

// String returns the word for l in Conn.Encap.
func (l encapLayer) String() string {
	switch l {
	case layerVLAN:
		return "vlan"
	case layerVXLAN:
		return "vxlan"
	case layerGENEVE:
		return "geneve"
	case layerIPIP:
		return "ipip"
	case layerGRE:
		return "gre"
	case layerERSPAN:
		return "erspan"
	}
	return ""
}

// maxEncaps is how many stacks of VLANs and tunnels are told apart; all beyond
// share the last one. All VLANs of a switch fit ten times over.
const maxEncaps = 1 << 16

// encap is a stack of VLANs and tunnels: its innermost layer and the number of
// the stack around that, 0 for none. One lookup per layer leads from the outside
// in, and no stack is too deep.
type encap struct {
	outer uint32
	layer encapLayer
	id    uint32 // of the VLAN or tunnel; 0 also for a tunnel without
}

// encapTable numbers the stacks of VLANs and tunnels around packets. The zero
// value is ready; number 0 is the empty stack. It may be used by several
// goroutines: names are asked for by who does not decode.
type encapTable struct {
	mu      sync.Mutex
	numbers map[encap]uint32 // by entry
	entries []encap          // by number - 1
}

// within returns the number of the stack that has one more layer inside of
// outer.
func (t *encapTable) within(outer uint32, layer encapLayer, id uint32) uint32 {
	entry := encap{outer, layer, id}
	t.mu.Lock()
	defer t.mu.Unlock()
	if i, ok := t.numbers[entry]; ok {
		return i
	}
	if len(t.entries) == maxEncaps {
		return maxEncaps
	}
	if t.numbers == nil {
		t.numbers = make(map[encap]uint32)
	}
	t.entries = append(t.entries, entry)
	i := uint32(len(t.entries))
	t.numbers[entry] = i
	return i
}

// name returns stack i in words, outermost layer first.
func (t *encapTable) name(i uint32) string {
	var words string
	if i == 0 {
		return words
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for i != 0 {
		entry := t.entries[i-1]
		word := entry.layer.String()
		if entry.id != 0 || entry.layer < layerIPIP {
			word += " " + strconv.FormatUint(uint64(entry.id), 10)
		}
		if words != "" {
			word += " " + words
		}
		words, i = word, entry.outer
	}
	return words
}
