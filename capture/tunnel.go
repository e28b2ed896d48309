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

// maxTunnels is how many tunnels one packet may go through. Mirrored traffic
// of a Gateway Load Balancer has two.
const maxTunnels = 4

// tunnel decodes a UDP datagram as far as it is a tunnel. Everything else, and
// also what comes on a tunnel's port and does not look like it, is plain UDP.
func (d *decoder) tunnel(e extent, s *segment) bucket {
	const header = 8
	if err := d.udp.DecodeFromBytes(e.data, d); err != nil || e.wire < header || d.tunnels == maxTunnels {
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
	if b == bucketNotIP {
		return bucketNotTCP // the packet itself is IP, with ARP or the like inside
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

// encapLayer is a kind of wrapping that tells connections apart.
type encapLayer uint8

const (
	layerVLAN encapLayer = iota + 1
	layerVXLAN
	layerGENEVE
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
	}
	return ""
}

// maxEncaps is how many stacks of VLANs and tunnels are told apart; all beyond
// share the last one. All VLANs of a switch fit ten times over.
const maxEncaps = 1 << 16

// encapTable numbers the stacks of VLANs and tunnels around packets. A stack is
// stored as its innermost layer and the number of the stack around that, so
// that one lookup per layer leads from the outside in, and no stack is too
// deep. The zero value is ready; number 0 is the empty stack. It may be used by
// several goroutines: names are asked for by who does not decode.
type encapTable struct {
	mu      sync.Mutex
	numbers map[uint64]uint32 // by entry
	entries []uint64          // by number - 1: outer stack, layer and id in 32+8+24 bits
}

// within returns the number of the stack that has one more layer inside of
// outer. id has at most 24 bits.
func (t *encapTable) within(outer uint32, layer encapLayer, id uint32) uint32 {
	entry := uint64(outer)<<32 | uint64(layer)<<24 | uint64(id)
	t.mu.Lock()
	defer t.mu.Unlock()
	if i, ok := t.numbers[entry]; ok {
		return i
	}
	if len(t.entries) == maxEncaps {
		return maxEncaps
	}
	if t.numbers == nil {
		t.numbers = make(map[uint64]uint32)
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
		word := encapLayer(entry>>24).String() + " " + strconv.FormatUint(entry&0xffffff, 10)
		if words != "" {
			word += " " + words
		}
		words, i = word, uint32(entry>>32)
	}
	return words
}
