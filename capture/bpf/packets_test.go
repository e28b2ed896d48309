package bpf_test

import (
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

// The addresses and ports of the captures are few, so that filters hit them.
var (
	addrs4 = []string{"10.99.0.1", "10.99.0.2", "10.99.1.2", "10.1.2.3", "127.0.0.1", "192.168.1.7"}
	addrs6 = []string{"2001:db8::1", "2001:db8::2", "2001:db8:1::1", "fe80::1", "::1"}
	ports  = []uint16{80, 8080, 8081, 443, 53, 22, 4789, 6081, 40000, 65535, 0}
)

// network is what a link carries: an EtherType and the bytes behind it.
type network struct {
	etherType uint16
	data      []byte
}

// forge makes packets at random, of everything that filters tell apart.
type forge struct {
	t   testing.TB
	rnd *rand.Rand
}

func pick[T any](f *forge, of []T) T { return of[f.rnd.IntN(len(of))] }

func (f *forge) serialize(parts ...gopacket.SerializableLayer) []byte {
	f.t.Helper()
	b := gopacket.NewSerializeBuffer()
	if err := gopacket.SerializeLayers(b, gopacket.SerializeOptions{FixLengths: true}, parts...); err != nil {
		f.t.Fatal(err)
	}
	return append([]byte{}, b.Bytes()...)
}

// transport returns something that IP may carry, and its protocol.
func (f *forge) transport() ([]byte, uint8) {
	src, dst := pick(f, ports), pick(f, ports)
	payload := gopacket.Payload("GET / HTTP/1.1\r\n")
	switch f.rnd.IntN(8) {
	case 0, 1, 2:
		return f.serialize(&layers.TCP{SrcPort: layers.TCPPort(src), DstPort: layers.TCPPort(dst), ACK: true}, payload), 6
	case 3, 4:
		return f.serialize(&layers.UDP{SrcPort: layers.UDPPort(src), DstPort: layers.UDPPort(dst)}, payload), 17
	case 5:
		sctp := make([]byte, 16)
		binary.BigEndian.PutUint16(sctp, src)
		binary.BigEndian.PutUint16(sctp[2:], dst)
		return sctp, 132
	case 6:
		return []byte{8, 0, 0, 0, 0, 80, 0, 1, 0, 80, 0, 80}, 1
	}
	return []byte{128, 0, 0, 0, 0, 80, 0, 1, 0, 80, 0, 80}, pick(f, []uint8{58, 50, 47, 0})
}

func (f *forge) ipv4() network {
	body, proto := f.transport()
	ip := layers.IPv4{
		Version: 4, IHL: 5, TTL: 64, Protocol: layers.IPProtocol(proto), Id: uint16(f.rnd.Uint32()),
		SrcIP: netip.MustParseAddr(pick(f, addrs4)).AsSlice(), DstIP: netip.MustParseAddr(pick(f, addrs4)).AsSlice(),
	}
	switch f.rnd.IntN(6) {
	case 0: // the first fragment
		ip.Flags = layers.IPv4MoreFragments
	case 1: // a later one, whose payload may look like ports
		ip.FragOffset = uint16(1 + f.rnd.IntN(0x1fff))
	case 2:
		ip.Options = []layers.IPv4Option{{OptionType: 7, OptionLength: 11, OptionData: make([]byte, 9)}, {OptionType: 0}}
	}
	return network{0x0800, f.serialize(&ip, gopacket.Payload(body))}
}

func (f *forge) ipv6() network {
	body, proto := f.transport()
	ip := layers.IPv6{
		Version: 6, HopLimit: 64, NextHeader: layers.IPProtocol(proto),
		SrcIP: netip.MustParseAddr(pick(f, addrs6)).AsSlice(), DstIP: netip.MustParseAddr(pick(f, addrs6)).AsSlice(),
	}
	switch f.rnd.IntN(6) {
	case 0, 1: // a fragment, the first or a later one
		head := []byte{proto, 0, 0, 1, 0, 0, 0, 9}
		if f.rnd.IntN(2) == 0 {
			binary.BigEndian.PutUint16(head[2:], uint16(1+f.rnd.IntN(99))<<3)
		}
		ip.NextHeader, body = 44, append(head, body...)
	case 2: // hop by hop
		ip.NextHeader, body = 0, append([]byte{proto, 0, 1, 4, 0, 0, 0, 0}, body...)
	}
	return network{0x86dd, f.serialize(&ip, gopacket.Payload(body))}
}

func (f *forge) arp() network {
	arp := layers.ARP{
		AddrType: layers.LinkTypeEthernet, Protocol: layers.EthernetTypeIPv4, HwAddressSize: 6, ProtAddressSize: 4, Operation: 1,
		SourceHwAddress: make([]byte, 6), DstHwAddress: make([]byte, 6),
		SourceProtAddress: netip.MustParseAddr(pick(f, addrs4)).AsSlice(), DstProtAddress: netip.MustParseAddr(pick(f, addrs4)).AsSlice(),
	}
	return network{pick(f, []uint16{0x0806, 0x8035}), f.serialize(&arp)}
}

// any returns a packet of any kind.
func (f *forge) any() network {
	n := f.ip()
	switch f.rnd.IntN(12) {
	case 0:
		n = f.arp()
	case 1: // a VLAN tag
		tag := binary.BigEndian.AppendUint16([]byte{0, 7}, n.etherType)
		n = network{0x8100, append(tag, n.data...)}
	case 2:
		n.etherType = pick(f, []uint16{0x88cc, 0x0801, 38})
	}
	return n
}

func (f *forge) ip() network {
	if f.rnd.IntN(5) < 2 {
		return f.ipv6()
	}
	return f.ipv4()
}

// frame puts a link's header before a packet; nil if the link cannot carry it.
func frame(link uint16, n network) []byte {
	ip := n.etherType == 0x0800 || n.etherType == 0x86dd
	switch link {
	case 1:
		return append(binary.BigEndian.AppendUint16(make([]byte, 12), n.etherType), n.data...)
	case 113:
		head := []byte{0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0}
		return append(binary.BigEndian.AppendUint16(head, n.etherType), n.data...)
	case 276:
		head := make([]byte, 20)
		binary.BigEndian.PutUint16(head, n.etherType)
		head[7], head[9], head[11] = 2, 1, 6
		return append(head, n.data...)
	case 0, 108:
		family := uint32(2)
		if n.etherType == 0x86dd {
			family = []uint32{24, 28, 30}[len(n.data)%3]
		} else if !ip {
			family = 23
		}
		if link == 0 {
			return append(binary.LittleEndian.AppendUint32(nil, family), n.data...)
		}
		return append(binary.BigEndian.AppendUint32(nil, family), n.data...)
	}
	if !ip || link == 228 && n.etherType != 0x0800 || link == 229 && n.etherType != 0x86dd {
		return nil
	}
	return n.data
}

// packet is one of a capture.
type packet struct {
	data []byte
	wire int
}

// forgeCapture makes n whole packets for a link, and some more that are cut.
// Each packet's length on the wire is its own, so that it can be told from the
// others.
func forgeCapture(t testing.TB, link uint16, n, cut int) (all []packet) {
	f := &forge{t, rand.New(rand.NewPCG(uint64(link), 1))}
	for len(all) < n+cut {
		data := frame(link, f.any())
		if data == nil {
			continue
		}
		wire := len(data)
		if len(all) >= n {
			data = data[:f.rnd.IntN(min(len(data), 72))]
		}
		all = append(all, packet{data, wire})
	}
	return all
}

// pcapFile writes a capture in the classic format, with each packet's number
// for its time.
func pcapFile(link uint16, packets []packet) []byte {
	le := binary.LittleEndian
	out := le.AppendUint32(nil, 0xa1b2c3d4)
	out = le.AppendUint32(out, 2|4<<16)
	out = append(out, make([]byte, 8)...)
	out = le.AppendUint32(out, 262144)
	out = le.AppendUint32(out, uint32(link))
	for i, p := range packets {
		for _, v := range []uint32{uint32(i), 0, uint32(len(p.data)), uint32(p.wire)} {
			out = le.AppendUint32(out, v)
		}
		out = append(out, p.data...)
	}
	return out
}
