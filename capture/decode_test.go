package capture

import (
	"net/netip"
	"strings"
	"testing"

	"elbscope/capture/flow"
)

const forgeText = "GET /socket HTTP/1.1\r\n"

// decodeCase is a packet and what it decodes to; data holds a TCP segment with
// forgeText unless bucket says otherwise.
type decodeCase struct {
	name   string
	link   LinkType
	data   []byte
	v6     bool
	encap  string
	bucket bucket
}

func decodeCases() []decodeCase {
	tcp := forgeTCP(forgeOptions, forgeText)
	v4, v6 := forgeIPv4(6, tcp), forgeIPv6(6, tcp)
	eth4 := forgeEthernet(0x0800, v4)
	return append([]decodeCase{
		{name: "ethernet ipv4", link: LinkEthernet, data: eth4},
		{name: "ethernet ipv6", link: LinkEthernet, data: forgeEthernet(0x86dd, v6), v6: true},
		{name: "no options", link: LinkEthernet, data: forgeEthernet(0x0800, forgeIPv4(6, forgeTCP(nil, forgeText)))},
		{name: "ipv4 options", link: LinkEthernet, data: forgeEthernet(0x0800,
			forgeIPv4Piece(6, 1, 0x4000, []byte{7, 3, 4, 0}, tcp))},
		{name: "ipv4 odd options", link: LinkEthernet, data: forgeEthernet(0x0800,
			forgeIPv4Piece(6, 1, 0x4000, []byte{148, 2, 77, 0}, tcp))},
		{name: "tcp odd options", link: LinkEthernet, data: forgeEthernet(0x0800,
			forgeIPv4(6, forgeTCP([]byte{9, 0, 9, 200}, forgeText)))},
		{name: "vlan", link: LinkEthernet, data: forgeEthernet(0x8100, forgeTags(0x0800, v4, 77)), encap: "vlan 77"},
		{name: "priority tag", link: LinkEthernet, data: forgeEthernet(0x8100, forgeTags(0x0800, v4, 0))},
		{name: "qinq", link: LinkEthernet, data: forgeEthernet(0x88a8, forgeTags(0x86dd, v6, 5, 7)), v6: true, encap: "vlan 5 vlan 7"},
		{name: "old qinq", link: LinkEthernet, data: forgeEthernet(0x9100, forgeTags(0x0800, v4, 5, 7, 9)), encap: "vlan 5 vlan 7 vlan 9"},
		{name: "sll", link: LinkLinuxSLL, data: forgeSLL(0x0800, v4)},
		{name: "sll vlan", link: LinkLinuxSLL, data: forgeSLL(0x8100, forgeTags(0x0800, v4, 3)), encap: "vlan 3"},
		{name: "sll2", link: LinkLinuxSLL2, data: forgeSLL2(0x86dd, v6), v6: true},
		{name: "sll2 vlan", link: LinkLinuxSLL2, data: forgeSLL2(0x8100, forgeTags(0x86dd, v6, 4095)), v6: true, encap: "vlan 4095"},
		{name: "raw 4", link: LinkRaw, data: v4},
		{name: "raw 6", link: LinkRaw, data: v6, v6: true},
		{name: "raw bsd", link: LinkRawBSD, data: v4},
		{name: "ipv4", link: LinkIPv4, data: v4},
		{name: "ipv6", link: LinkIPv6, data: v6, v6: true},
		{name: "null little", link: LinkNull, data: join([]byte{2, 0, 0, 0}, v4)},
		{name: "null big", link: LinkNull, data: join(be32(2), v4)},
		{name: "null linux", link: LinkNull, data: join([]byte{10, 0, 0, 0}, v6), v6: true},
		{name: "null npcap", link: LinkNull, data: join([]byte{24, 0, 0, 0}, v6), v6: true},
		{name: "null macos", link: LinkNull, data: join([]byte{30, 0, 0, 0}, v6), v6: true},
		{name: "loop", link: LinkLoop, data: join(be32(2), v4)},
		{name: "loop freebsd", link: LinkLoop, data: join(be32(28), v6), v6: true},
		{name: "loop swapped", link: LinkLoop, data: join([]byte{28, 0, 0, 0}, v6), v6: true},
		{name: "ipv4 auth", link: LinkRaw, data: forgeIPv4(51, forgeAuth(6, tcp))},
		{name: "extensions", link: LinkRaw, v6: true, data: forgeIPv6(0, forgeExtension(43, 0,
			forgeExtension(60, 2, forgeExtension(51, 1, forgeAuth(44,
				forgeFragmentHeader(6, 9, 0, false, tcp))))))},
		{name: "mobility", link: LinkRaw, v6: true, data: forgeIPv6(135, forgeExtension(6, 0, tcp))},
	}, fruitlessCases(tcp)...)
}

// fruitlessCases are packets without a segment in them.
func fruitlessCases(tcp []byte) []decodeCase {
	endless := forgeExtension(6, 0, tcp)
	for range maxExtensions {
		endless = forgeExtension(60, 0, endless)
	}
	v4 := forgeIPv4(6, tcp)
	return []decodeCase{
		{name: "arp", link: LinkEthernet, data: forgeEthernet(0x0806, make([]byte, 46)), bucket: bucketNotIP},
		{name: "802.3", link: LinkEthernet, data: forgeEthernet(46, make([]byte, 46)), bucket: bucketNotIP},
		{name: "many tags", link: LinkEthernet, data: forgeEthernet(0x8100, forgeTags(0x0800, v4, 1, 2, 3, 4, 5, 6, 7, 8, 9)), bucket: bucketNotIP},
		{name: "sll 802.2", link: LinkLinuxSLL, data: forgeSLL(4, make([]byte, 46)), bucket: bucketNotIP},
		{name: "null appletalk", link: LinkNull, data: join(be32(16), v4), bucket: bucketNotIP},
		{name: "mpls", link: LinkEthernet, data: forgeEthernet(0x8847, join(be32(0x0001ff), v4)), bucket: bucketNotIP},
		{name: "wlan", link: 105, data: v4, bucket: bucketNotIP},
		{name: "icmp", link: LinkRaw, data: forgeIPv4(1, make([]byte, 8)), bucket: bucketNotTCP},
		{name: "udp", link: LinkRaw, data: forgeIPv4(17, forgeUDP(53, make([]byte, 30))), bucket: bucketNotTCP},
		{name: "esp", link: LinkRaw, data: forgeIPv6(50, make([]byte, 40)), bucket: bucketNotTCP},
		{name: "no next header", link: LinkRaw, data: forgeIPv6(59, nil), bucket: bucketNotTCP},
		{name: "wrong version", link: LinkEthernet, data: forgeEthernet(0x86dd, v4), bucket: bucketDamaged},
		{name: "raw version 5", link: LinkRaw, data: []byte{0x50, 0, 0, 0}, bucket: bucketDamaged},
		{name: "tcp offset low", link: LinkRaw, data: forgeIPv4(6, make([]byte, 20)), bucket: bucketDamaged},
		{name: "tcp offset high", link: LinkRaw, data: forgeIPv4(6, join(make([]byte, 12), []byte{0xf0}, make([]byte, 7))), bucket: bucketDamaged},
		{name: "extensions without end", link: LinkRaw, data: forgeIPv6(60, endless), bucket: bucketDamaged},
	}
}

func TestDecode(t *testing.T) {
	for _, c := range decodeCases() {
		t.Run(c.name, func(t *testing.T) { c.check(t, c.data, uint32(len(c.data)), forgeText, 0) })
	}
}

// check decodes data and compares with what c says, and with payload and the
// number of payload bytes that were cut.
func (c *decodeCase) check(t *testing.T, data []byte, orig uint32, payload string, missing int) {
	t.Helper()
	d := newDecoder(nil)
	var s segment
	b := d.decodeUnguarded(&Packet{Num: 1, Link: c.link, Data: data, Orig: orig}, &s)
	if b != c.bucket {
		t.Fatalf("bucket %d, want %d", b, c.bucket)
	}
	if b != bucketTCP {
		return
	}
	src, dst := forgeSrc4, forgeDst4
	if c.v6 {
		src, dst = forgeSrc6, forgeDst6
	}
	if got, want := s.src.addrPort(), netip.AddrPortFrom(src, forgeSrcPort); got != want {
		t.Errorf("source %v, want %v", got, want)
	}
	if got, want := s.dst.addrPort(), netip.AddrPortFrom(dst, forgeDstPort); got != want {
		t.Errorf("destination %v, want %v", got, want)
	}
	if s.seq != forgeSeq || s.ack != forgeAck || s.flags != flagACK|flagPSH {
		t.Errorf("seq %#x ack %#x flags %#x", s.seq, s.ack, s.flags)
	}
	if string(s.payload) != payload || s.length != len(payload)+missing || s.held != 0 {
		t.Errorf("payload %q, length %d, held %d", s.payload, s.length, s.held)
	}
	if got := d.encapName(s.encap); got != c.encap {
		t.Errorf("encapsulation %q, want %q", got, c.encap)
	}
}

// TestDecodeCut cuts every packet at every length, as a snapshot length does,
// and once more with the cut hidden from the outside, as mirroring does. What
// remains of the payload has to be there, with its true length.
func TestDecodeCut(t *testing.T) {
	for _, c := range append(decodeCases(), tunnelCases()...) {
		head := len(c.data) - len(forgeText) - 20
		if strings.Contains(c.name, "options") || c.bucket != bucketTCP {
			head = len(c.data) // what is left without options is not worked out here
		} else if c.name != "no options" {
			head -= len(forgeOptions)
		}
		t.Run(c.name, func(t *testing.T) {
			for n := range c.data {
				for _, orig := range []int{len(c.data), n} {
					if n < head+tcpUseful || c.bucket != bucketTCP {
						var s segment
						d := newDecoder(nil)
						if b := d.decodeUnguarded(&Packet{Link: c.link, Data: c.data[:n], Orig: uint32(orig)}, &s); b == bucketWaiting {
							t.Fatalf("%d bytes: waits", n)
						} else if b == bucketTCP && c.bucket != bucketTCP {
							t.Fatalf("%d bytes: TCP", n)
						}
						continue
					}
					left := max(n-(len(c.data)-len(forgeText)), 0)
					c.check(t, c.data[:n], uint32(orig), forgeText[:left], len(forgeText)-left)
				}
			}
		})
	}
}

// TestDecodeLength is about packets whose frame and IP header disagree.
func TestDecodeLength(t *testing.T) {
	tcp := forgeTCP(nil, forgeText)
	empty := forgeEthernet(0x0800, forgeIPv4(6, forgeTCP(nil, "")))
	offload4 := forgeEthernet(0x0800, forgeIPv4(6, tcp))
	copy(offload4[16:], be16(0))
	offload6 := forgeEthernet(0x86dd, forgeIPv6(6, tcp))
	copy(offload6[18:], be16(0))
	jumbo := join(forgeIPv6(0, nil), []byte{6, 0, 0xc2, 4}, be32(70008+20), forgeTCP(nil, strings.Repeat("x", 70000)))
	big := forgeIPv4(6, forgeTCP(nil, strings.Repeat("x", 65536)))
	copy(big[2:], be16(0))
	for _, c := range []struct {
		name         string
		link         LinkType
		data         []byte
		orig         int
		want, length int
		bucket       bucket
	}{
		{"padded", LinkEthernet, join(empty, make([]byte, 6)), 60, 0, 0, bucketTCP},
		{"offloaded ipv4", LinkEthernet, offload4, len(offload4), 22, 22, bucketTCP},
		{"offloaded ipv4 cut", LinkEthernet, offload4, 40054, 22, 40000, bucketTCP},
		{"offloaded ipv4 cut in options", LinkEthernet, offload4[:54], 40054, 0, 40000, bucketTCP},
		{"offloaded ipv4 absurd", LinkEthernet, offload4, 1 << 31, 0, 0, bucketDamaged},
		{"offloaded ipv6", LinkEthernet, offload6, len(offload6), 22, 22, bucketTCP},
		{"offloaded ipv6 absurd", LinkEthernet, offload6, 1 << 31, 0, 0, bucketDamaged},
		{"above 64 KiB", LinkRaw, big, len(big), 65536, 65536, bucketTCP},
		{"jumbo", LinkRaw, jumbo, len(jumbo), 70000, 70000, bucketTCP},
		{"orig too small", LinkRaw, forgeIPv4(6, tcp), 5, 22, 22, bucketTCP},
	} {
		var s segment
		b := newDecoder(nil).decodeUnguarded(&Packet{Link: c.link, Data: c.data, Orig: uint32(c.orig)}, &s)
		if b != c.bucket || b == bucketTCP && (len(s.payload) != c.want || s.length != c.length) {
			t.Errorf("%s: bucket %d, %d bytes of %d; want %d, %d of %d", c.name, b, len(s.payload), s.length, c.bucket, c.want, c.length)
		}
	}
}

func TestDecodeProblems(t *testing.T) {
	v4 := forgeIPv4(6, forgeTCP(nil, forgeText))
	for _, c := range []struct {
		link       LinkType
		data       []byte
		bucket     bucket
		code, name string
	}{
		{LinkRaw, forgeIPv4(47, forgeGRE(1, 0x880b, v4)), bucketNotTCP, "unsupported-encapsulation", "GRE"},
		{LinkEthernet, forgeEthernet(0x8864, v4), bucketNotIP, "unsupported-encapsulation", "PPPoE"},
		{LinkLinuxSLL, forgeSLL(0x8847, v4), bucketNotIP, "unsupported-encapsulation", "MPLS"},
		{LinkEthernet, forgeEthernet(0x88e5, v4), bucketNotIP, "unsupported-encapsulation", "MACsec"},
		{127, v4, bucketNotIP, "unknown-link-type", "IEEE802_11_RADIO (127)"},
		{999, v4, bucketNotIP, "unknown-link-type", "LINKTYPE_999 (999)"},
	} {
		var info flow.SourceInfo
		d := newDecoder(info.AddProblem)
		for n := range 3 {
			var s segment
			p := forgePacket(c.link, c.data)
			p.Num = uint64(n + 7)
			if b := d.decode(p, &s); b != c.bucket {
				t.Errorf("%s: bucket %d, want %d", c.name, b, c.bucket)
			}
		}
		if len(info.Problems) != 1 {
			t.Fatalf("%s: problems %v", c.name, info.Problems)
		}
		p := info.Problems[0]
		if p.Code != c.code || p.Count != 3 || p.Packet != 7 || !strings.Contains(p.Message, c.name) {
			t.Errorf("%s: problem %+v", c.name, p)
		}
	}
}

// TestDecodeManyLinkTypes has a file name all link types there are.
func TestDecodeManyLinkTypes(t *testing.T) {
	var info flow.SourceInfo
	d := newDecoder(info.AddProblem)
	for l := range 1 << 16 {
		d.decode(forgePacket(LinkType(l), nil), new(segment))
	}
	if n := len(info.Problems); n != maxUnknownLinks+1 {
		t.Errorf("%d problems", n)
	}
}

// TestDecodePanic makes the note panic, as nothing else does.
func TestDecodePanic(t *testing.T) {
	calls := 0
	d := newDecoder(func(flow.Problem) {
		if calls++; calls == 1 {
			panic("defect")
		}
	})
	s := segment{payload: []byte("old")}
	if b := d.decode(forgePacket(105, nil), &s); b != bucketDamaged || s.payload != nil || calls != 2 {
		t.Errorf("bucket %d, payload %q, %d calls", b, s.payload, calls)
	}
}
