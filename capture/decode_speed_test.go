package capture

import (
	"testing"

	"elbscope/capture/flow"
)

// speedCases are the packets that captures are made of.
func speedCases() []decodeCase {
	tcp := forgeTCP(forgeOptions, forgeText)
	eth := forgeEthernet(0x0800, forgeIPv4(6, tcp))
	return []decodeCase{
		{name: "ethernet ipv4", link: LinkEthernet, data: eth},
		{name: "sll2 ipv6", link: LinkLinuxSLL2, data: forgeSLL2(0x86dd, forgeIPv6(6, tcp))},
		{name: "vlan", link: LinkEthernet, data: forgeEthernet(0x8100, forgeTags(0x0800, eth[14:], 5))},
		{name: "vxlan", link: LinkEthernet, data: forgeEthernet(0x0800, forgeIPv4(17, forgeUDP(4789, forgeVXLAN(3, eth))))},
		{name: "geneve", link: LinkEthernet, data: forgeEthernet(0x0800, forgeIPv4(17, forgeUDP(6081, forgeGENEVE(3, 0x0800, 8, eth[14:]))))},
		{name: "ethernet ipv4 cut", link: LinkEthernet, data: eth},
		{name: "gre", link: LinkRaw, data: forgeIPv4(47, tcp), bucket: bucketNotTCP},
		{name: "unknown link type", link: 105, data: eth, bucket: bucketNotIP},
	}
}

// packet returns c's packet; one that is to be cut, cut.
func (c *decodeCase) packet() *Packet {
	p := forgePacket(c.link, c.data)
	if c.name == "ethernet ipv4 cut" {
		p.Data = p.Data[:14+20+20]
	}
	return p
}

func TestDecodeAllocates(t *testing.T) {
	for _, c := range speedCases() {
		var info flow.SourceInfo
		d := newDecoder(info.AddProblem)
		p := c.packet()
		var s segment
		if b := d.decode(p, &s); b != c.bucket {
			t.Fatalf("%s: bucket %d", c.name, b)
		}
		if n := testing.AllocsPerRun(100, func() { d.decode(p, &s) }); n != 0 {
			t.Errorf("%s: %v allocations per packet", c.name, n)
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	for _, c := range speedCases() {
		b.Run(c.name, func(b *testing.B) {
			d := newDecoder(nil)
			p := c.packet()
			var s segment
			b.ReportAllocs()
			b.SetBytes(int64(len(p.Data)))
			for b.Loop() {
				d.decode(p, &s)
			}
		})
	}
}

func BenchmarkFingerprint(b *testing.B) {
	c := speedCases()[0]
	d := newDecoder(nil)
	var s segment
	d.decode(c.packet(), &s)
	for b.Loop() {
		s.print = fingerprint(&s, d.ipID, c.data[46:54], forgeOptions)
	}
}

// TestFingerprint changes every byte of a packet: the print has to change with
// all that identifies the packet, and with nothing else.
func TestFingerprint(t *testing.T) {
	printOf := func(data []byte) uint32 {
		var s segment
		if b := newDecoder(nil).decodeUnguarded(forgePacket(LinkRaw, data), &s); b != bucketTCP {
			return 0
		}
		return s.print
	}
	data := forgeIPv4(6, forgeTCP(forgeOptions, forgeText))
	first := printOf(data)
	// The print has to be the same in every run; this is what it was first.
	if first != 0x324a88a4 {
		t.Errorf("fingerprint %#x", first)
	}
	same := map[int]bool{1: true, 6: true, 8: true, 10: true, 11: true}
	for i := 12; i < 20; i++ {
		same[i] = true // with other addresses it is no packet of this connection
	}
	for i := range len(data) - len(forgeText) {
		data[i] ^= 1
		if i == 6 {
			data[i] ^= 1 | 0x40 // "don't fragment"; the lower bits make a fragment of it
		}
		got := printOf(data)
		if i == 6 {
			data[i] ^= 1 | 0x40
		}
		data[i] ^= 1
		if got != 0 && (got == first) != same[i] {
			t.Errorf("byte %d: same %v", i, got == first)
		}
	}
}
