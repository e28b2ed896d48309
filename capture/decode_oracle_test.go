package capture

import (
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"elbscope/internal/needs"
)

// TestDecodeAgainstTshark compares with what Wireshark makes of packets.
func TestDecodeAgainstTshark(t *testing.T) {
	tshark := needs.Program(t, "tshark")
	byLink := make(map[LinkType][]*Packet)
	for _, p := range oraclePackets(t) {
		byLink[p.Link] = append(byLink[p.Link], p)
	}
	for link, packets := range byLink {
		t.Run(link.String(), func(t *testing.T) {
			want := tsharkSegments(t, tshark, link, packets)
			d := newDecoder(nil)
			for i, p := range packets {
				var s segment
				got := ""
				if d.decodeUnguarded(p, &s) == bucketTCP {
					got = fmt.Sprintf("%v %v %d %d %d %d", s.src.addrPort(), s.dst.addrPort(), s.seq, s.ack, s.flags, s.length)
				}
				if got != want[i] {
					t.Errorf("packet %d\n%x\nelbscope %s\ntshark   %s", i+1, p.Data, got, want[i])
				}
			}
		})
	}
}

// strangeToTshark names cases that Wireshark takes otherwise, by choice: it has
// to be told of port 8472, expects nothing behind a mobility header and a
// length in UDP over IPv4, and has its own idea of address families. Where
// options are damaged, it stops.
var strangeToTshark = map[string]bool{
	"vxlan vlan": true, "mobility": true, "vxlan no udp length": true,
	"null linux": true, "loop swapped": true,
}

// oraclePackets returns packets of all link types, several of each kind, whole
// and cut within the payload.
func oraclePackets(t *testing.T) (packets []*Packet) {
	add := func(link LinkType, data []byte) {
		for _, cut := range []int{0, 1, len(forgeText)} {
			p := forgePacket(link, data)
			p.Data = p.Data[:len(data)-cut]
			packets = append(packets, p)
		}
	}
	for _, c := range append(decodeCases(), tunnelCases()...) {
		if strings.Contains(c.name, "odd options") || strangeToTshark[c.name] || c.bucket != bucketTCP {
			continue
		}
		add(c.link, c.data)
	}
	tcp := forgeTCP(forgeOptions, forgeText)
	for _, p := range append(pieces4(6, 5, 24, tcp), pieces6(6, 6, 24, tcp)...) {
		packets = append(packets, forgePacket(LinkRaw, p))
	}
	for _, p := range append(pieces6(6, 7, 16, tcp), pieces4(17, 5, 40, forgeUDP(4789, forgeVXLAN(2, forgeEthernet(0x0800, forgeIPv4(6, tcp)))))...) {
		packets = append(packets, forgePacket(LinkRaw, p))
	}
	for i := range 20 {
		add(LinkEthernet, serialized(t, i))
	}
	return packets
}

// serialized builds a packet with gopacket's encoder, varied by i.
func serialized(t *testing.T, i int) []byte {
	t.Helper()
	eth := &layers.Ethernet{SrcMAC: make([]byte, 6), DstMAC: make([]byte, 6), EthernetType: layers.EthernetTypeDot1Q}
	tag := &layers.Dot1Q{VLANIdentifier: uint16(i), Type: layers.EthernetTypeIPv4}
	ip := &layers.IPv4{Version: 4, TTL: 9, Id: uint16(i), Protocol: layers.IPProtocolTCP, SrcIP: []byte{10, 0, 0, byte(i)}, DstIP: []byte{10, 0, 1, 2}}
	tcp := &layers.TCP{SrcPort: layers.TCPPort(1000 + i), DstPort: 80, Seq: uint32(i) << 27, Ack: uint32(i), Window: 9,
		SYN: i&1 != 0, ACK: i&2 != 0, FIN: i&4 != 0, RST: i&8 != 0}
	for range i % 10 {
		tcp.Options = append(tcp.Options, layers.TCPOption{OptionType: layers.TCPOptionKindNop, OptionLength: 1})
	}
	if err := tcp.SetNetworkLayerForChecksum(ip); err != nil {
		t.Fatal(err)
	}
	b := gopacket.NewSerializeBuffer()
	err := gopacket.SerializeLayers(b, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true},
		eth, tag, ip, tcp, gopacket.Payload(strings.Repeat("x", len(forgeText)+i*i)))
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// tsharkSegments has tshark read packets, and returns a line for each: empty
// where it found no TCP, and else in the form in which the test prints them.
func tsharkSegments(t *testing.T, tshark string, link LinkType, packets []*Packet) (lines []string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "packets.pcap")
	if err := os.WriteFile(file, pcapOf(link, packets), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"-r", file, "-n", "-T", "fields", "-E", "separator=|", "-E", "occurrence=l"}
	fields := []string{"ip.src", "ipv6.src", "tcp.srcport", "ip.dst", "ipv6.dst", "tcp.dstport", "tcp.seq_raw", "tcp.ack_raw", "tcp.flags", "tcp.len", "frame.protocols"}
	for _, f := range fields {
		args = append(args, "-e", f)
	}
	out, err := exec.Command(tshark, args...).Output()
	if err != nil {
		t.Fatal("tshark: ", err)
	}
	for line := range strings.Lines(string(out)) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "|")
		if len(f) != len(fields) {
			t.Fatalf("tshark printed %q", line)
		}
		if f[2] == "" {
			lines = append(lines, "")
			continue
		}
		src, dst := f[0], f[3]
		// "eth:ethertype:ip:ipv6:tcp": the innermost of the two counts.
		if layers := ":" + f[10] + ":"; strings.LastIndex(layers, ":ipv6:") > strings.LastIndex(layers, ":ip:") {
			src, dst = "["+f[1]+"]", "["+f[4]+"]"
		}
		var flags int
		if _, err := fmt.Sscanf(f[8], "0x%x", &flags); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, fmt.Sprintf("%s:%s %s:%s %s %s %d %s", src, f[2], dst, f[5], f[6], f[7], flags&0xff, f[9]))
	}
	if len(lines) != len(packets) {
		t.Fatalf("tshark read %d of %d packets", len(lines), len(packets))
	}
	return lines
}

// pcapOf writes packets as a classic pcap file.
func pcapOf(link LinkType, packets []*Packet) []byte {
	le := binary.LittleEndian
	var f []byte
	for _, v := range []uint32{0xa1b2c3d4, 4<<16 | 2, 0, 0, 1 << 18, uint32(link)} {
		f = le.AppendUint32(f, v)
	}
	for i, p := range packets {
		for _, v := range []uint32{1700000000, uint32(i), uint32(len(p.Data)), p.Orig} {
			f = le.AppendUint32(f, v)
		}
		f = append(f, p.Data...)
	}
	return f
}
