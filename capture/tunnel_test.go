package capture

import "testing"

// tunnelCases are packets with a segment inside of tunnels; and some that look
// almost so.
func tunnelCases() []decodeCase {
	tcp := forgeTCP(forgeOptions, forgeText)
	v4, v6 := forgeIPv4(6, tcp), forgeIPv6(6, tcp)
	eth := forgeEthernet(0x0800, v4)
	over := func(port int, body []byte) []byte { return forgeEthernet(0x0800, forgeIPv4(17, forgeUDP(port, body))) }
	over6 := func(port int, body []byte) []byte { return forgeEthernet(0x86dd, forgeIPv6(17, forgeUDP(port, body))) }
	tagged := forgeEthernet(0x8100, forgeTags(0x86dd, v6, 7))

	deep := over(4789, forgeVXLAN(4, eth))
	for vni := maxTunnels - 1; vni > 0; vni-- {
		deep = over(4789, forgeVXLAN(vni, deep))
	}
	reserved, noFlag := forgeVXLAN(1, eth), forgeVXLAN(1, eth)
	reserved[7], noFlag[0] = 1, 0
	noLength := forgeUDP(4789, forgeVXLAN(1, eth))
	noLength[4], noLength[5] = 0, 0

	inIP := func(proto uint8, body []byte) []byte { return forgeEthernet(0x0800, forgeIPv4(proto, body)) }
	erspan2 := join([]byte{0x10, 7, 0x0c, 5}, make([]byte, 4), eth) // version 1, VLAN 7, truncated, session 5
	erspan3 := join([]byte{0x20, 7, 0, 5}, make([]byte, 8), eth)    // version 2
	platform := join([]byte{0x20, 7, 0, 5}, make([]byte, 7), []byte{1}, make([]byte, 8), eth)

	fourIP := v4
	for range maxTunnels {
		fourIP = forgeIPv4(4, fourIP)
	}

	cases := []decodeCase{
		{name: "vxlan", data: over(4789, forgeVXLAN(12, eth)), encap: "vxlan 12"},
		{name: "vxlan vlan", data: over6(8472, forgeVXLAN(12, tagged)), v6: true, encap: "vxlan 12 vlan 7"},
		{name: "vlan vxlan", data: forgeEthernet(0x8100, forgeTags(0x0800, over(4789, forgeVXLAN(1<<24-1, eth))[14:], 9)), encap: "vlan 9 vxlan 16777215"},
		{name: "vxlan no udp length", data: forgeEthernet(0x0800, forgeIPv4(17, noLength)), encap: "vxlan 1"},
		{name: "geneve ethernet", data: over(6081, forgeGENEVE(0, 0x6558, 0, eth)), encap: "geneve 0"},
		{name: "geneve ipv4", data: over(6081, forgeGENEVE(5, 0x0800, 8, v4)), encap: "geneve 5"},
		{name: "geneve ipv6", data: over6(6081, forgeGENEVE(5, 0x86dd, 63, v6)), v6: true, encap: "geneve 5"},
		{name: "vxlan in geneve", data: over(6081, forgeGENEVE(1, 0x0800, 2, over(4789, forgeVXLAN(3, eth))[14:])), encap: "geneve 1 vxlan 3"},
		{name: "geneve in vxlan", data: over(4789, forgeVXLAN(3, over(6081, forgeGENEVE(1, 0x0800, 8, v4)))), encap: "vxlan 3 geneve 1"},
		{name: "four deep", data: deep, encap: "vxlan 1 vxlan 2 vxlan 3 vxlan 4"},

		{name: "ip in ip", data: inIP(4, v4), encap: "ipip"},
		{name: "ip in ip in vlan", data: forgeEthernet(0x8100, forgeTags(0x0800, forgeIPv4(4, v4), 7)), encap: "vlan 7 ipip"},
		{name: "6in4", data: inIP(41, v6), v6: true, encap: "ipip"},
		{name: "4in6", data: forgeEthernet(0x86dd, forgeIPv6(4, v4)), encap: "ipip"},
		{name: "6in6 behind an option", data: forgeEthernet(0x86dd, forgeIPv6(60, forgeExtension(41, 0, v6))), v6: true, encap: "ipip"},
		{name: "four ip deep", data: forgeEthernet(0x0800, fourIP), encap: "ipip ipip ipip ipip"},
		{name: "gre ipv4", data: inIP(47, forgeGRE(0, 0x0800, v4)), encap: "gre"},
		{name: "gre ipv6", data: inIP(47, forgeGRE(0, 0x86dd, v6)), v6: true, encap: "gre"},
		{name: "gre over ipv6", data: forgeEthernet(0x86dd, forgeIPv6(47, forgeGRE(0, 0x0800, v4))), encap: "gre"},
		{name: "gre with checksum, key and number", data: inIP(47, forgeGRE(0xb000, 0x0800, v4)), encap: "gre 3735928559"},
		{name: "gre ethernet", data: inIP(47, forgeGRE(0x2000, 0x6558, eth)), encap: "gre 3735928559"},
		{name: "gre vlan", data: inIP(47, forgeGRE(0, 0x6558, tagged)), v6: true, encap: "gre vlan 7"},
		{name: "erspan 1", data: inIP(47, forgeGRE(0, 0x88be, eth)), encap: "erspan"},
		{name: "erspan 2", data: inIP(47, forgeGRE(0x1000, 0x88be, erspan2)), encap: "erspan 5"},
		{name: "erspan 3", data: inIP(47, forgeGRE(0x1000, 0x22eb, erspan3)), encap: "erspan 5"},
		{name: "erspan 3 with a platform", data: inIP(47, forgeGRE(0x1000, 0x22eb, platform)), encap: "erspan 5"},

		{name: "five ip deep", data: inIP(4, fourIP), bucket: bucketNotTCP},
		{name: "gre five deep", data: inIP(47, forgeGRE(0, 0x0800, fourIP)), bucket: bucketNotTCP},
		{name: "gre arp", data: inIP(47, forgeGRE(0, 0x0806, nil)), bucket: bucketNotTCP},
		{name: "gre pptp", data: inIP(47, forgeGRE(1, 0x880b, v4)), bucket: bucketNotTCP},
		{name: "gre with a route", data: inIP(47, forgeGRE(0x4000, 0x0800, v4)), bucket: bucketNotTCP},
		{name: "ip in ip of the other version", data: inIP(4, v6), bucket: bucketDamaged},

		{name: "five deep", data: over(4789, forgeVXLAN(9, deep)), bucket: bucketNotTCP},
		{name: "vxlan arp", data: over(4789, forgeVXLAN(1, forgeEthernet(0x0806, nil))), bucket: bucketNotTCP},
		{name: "vxlan reserved", data: over(4789, reserved), bucket: bucketNotTCP},
		{name: "vxlan no flag", data: over(4789, noFlag), bucket: bucketNotTCP},
		{name: "geneve version", data: over(6081, join([]byte{0x40}, forgeGENEVE(1, 0x6558, 0, eth)[1:])), bucket: bucketNotTCP},
		{name: "geneve other", data: over(6081, forgeGENEVE(1, 0x8847, 0, eth)), bucket: bucketNotTCP},
		{name: "other port", data: over(4790, forgeVXLAN(1, eth)), bucket: bucketNotTCP},
	}
	for i := range cases {
		cases[i].link = LinkEthernet
	}
	return cases
}

func TestTunnel(t *testing.T) {
	for _, c := range tunnelCases() {
		t.Run(c.name, func(t *testing.T) { c.check(t, c.data, uint32(len(c.data)), forgeText, 0) })
	}
}

// TestTunnelMirrorCut has a mirror cut the inner packet and wrap the rest in a
// packet that is whole.
func TestTunnelMirrorCut(t *testing.T) {
	inner := forgeEthernet(0x0800, forgeIPv4(6, forgeTCP(nil, forgeText)))
	c := decodeCase{link: LinkEthernet, encap: "vxlan 1"}
	data := forgeEthernet(0x0800, forgeIPv4(17, forgeUDP(4789, forgeVXLAN(1, inner[:len(inner)-10]))))
	c.check(t, data, uint32(len(data)), forgeText[:len(forgeText)-10], 10)
}

func TestEncapTable(t *testing.T) {
	var e encapTable
	a := e.within(0, layerVLAN, 5)
	b := e.within(a, layerVLAN, 7)
	c := e.within(0, layerVLAN, 7)
	if a == 0 || b == a || c == a || c == b {
		t.Fatalf("numbers %d %d %d", a, b, c)
	}
	if e.within(0, layerVLAN, 5) != a || e.within(a, layerVLAN, 7) != b {
		t.Error("a known stack has a new number")
	}
	if e.within(0, layerVXLAN, 5) == a {
		t.Error("a VXLAN is taken for a VLAN")
	}
	var last uint32
	for id := range uint32(maxEncaps + 10) {
		last = e.within(0, layerGENEVE, id)
	}
	if last != maxEncaps || len(e.entries) != maxEncaps || e.within(last, layerVLAN, 1) != maxEncaps {
		t.Errorf("%d stacks, the last is %d", len(e.entries), last)
	}
	if e.name(0) != "" || e.name(b) != "vlan 5 vlan 7" {
		t.Errorf("names %q, %q", e.name(0), e.name(b))
	}
}
