package live

import (
	"net/netip"
	"testing"

	"golang.org/x/net/bpf"

	"elbscope/capture"
)

// TestTCPOnly runs the default filter over packets of all kinds.
func TestTCPOnly(t *testing.T) {
	end := netip.MustParseAddrPort
	v4 := Endpoints{end("10.0.0.1:5000"), end("10.0.0.2:22")}
	v6 := Endpoints{end("[fd00::1]:5000"), end("[fd00::2]:22")}
	tcp4 := func(from, to string) []byte { return ip4(end(from), end(to), 6, 0) }
	tcp6 := func(from, to string, next byte) []byte { return ip6(end(from), end(to), next) }
	for _, c := range []struct {
		name   string
		except Endpoints
		ether  uint16
		ip     []byte
		want   bool
	}{
		{"TCP", Endpoints{}, 0x0800, tcp4("10.0.0.1:5000", "10.0.0.2:22"), true},
		{"UDP", Endpoints{}, 0x0800, ip4(end("10.0.0.1:5000"), end("10.0.0.2:53"), 17, 0), false},
		{"ARP", Endpoints{}, 0x0806, make([]byte, 28), false},
		{"a fragment of TCP", Endpoints{}, 0x0800, ip4(end("10.0.0.1:5000"), end("10.0.0.2:22"), 6, 100), true},
		{"VLAN", Endpoints{}, 0x8100, make([]byte, 40), true},
		{"QinQ", Endpoints{}, 0x88a8, make([]byte, 40), true},
		{"IPv6", Endpoints{}, 0x86dd, tcp6("[fd00::1]:1", "[fd00::2]:80", 6), true},
		{"IPv6 fragment", Endpoints{}, 0x86dd, tcp6("[fd00::1]:1", "[fd00::2]:80", 44), true},
		{"IPv6 extension", Endpoints{}, 0x86dd, tcp6("[fd00::1]:1", "[fd00::2]:80", 60), true},
		{"IPv6 UDP", Endpoints{}, 0x86dd, tcp6("[fd00::1]:1", "[fd00::2]:80", 17), false},

		{"ssh", v4, 0x0800, tcp4("10.0.0.1:5000", "10.0.0.2:22"), false},
		{"ssh, the other way", v4, 0x0800, tcp4("10.0.0.2:22", "10.0.0.1:5000"), false},
		{"another ssh", v4, 0x0800, tcp4("10.0.0.1:5001", "10.0.0.2:22"), true},
		{"another server", v4, 0x0800, tcp4("10.0.0.1:5000", "10.0.0.3:22"), true},
		{"another port", v4, 0x0800, tcp4("10.0.0.1:5000", "10.0.0.2:80"), true},
		{"both ports swapped", v4, 0x0800, tcp4("10.0.0.1:22", "10.0.0.2:5000"), true},
		{"a fragment of ssh", v4, 0x0800, ip4(v4.A, v4.B, 6, 100), true},
		{"IPv6 beside ssh", v4, 0x86dd, tcp6("[fd00::1]:5000", "[fd00::2]:22", 6), true},
		{"ssh over IPv6", v6, 0x86dd, tcp6("[fd00::1]:5000", "[fd00::2]:22", 6), false},
		{"and back", v6, 0x86dd, tcp6("[fd00::2]:22", "[fd00::1]:5000", 6), false},
		{"another one over IPv6", v6, 0x86dd, tcp6("[fd00::1]:5000", "[fd00::2]:23", 6), true},
		{"another host over IPv6", v6, 0x86dd, tcp6("[fd00::1:1]:5000", "[fd00::2]:22", 6), true},
		{"IPv4 beside that", v6, 0x0800, tcp4("10.0.0.1:5000", "10.0.0.2:22"), true},
	} {
		t.Run(c.name, func(t *testing.T) {
			frame := append(append(make([]byte, 12), byte(c.ether>>8), byte(c.ether)), c.ip...)
			if got := passes(t, bounded(TCPOnly(capture.LinkEthernet, false, c.except), 100, false), frame); (got > 0) != c.want || got > 100 {
				t.Errorf("Ethernet: %d bytes", got)
			}
			if c.ether == 0x0800 || c.ether == 0x86dd {
				if got := passes(t, TCPOnly(capture.LinkRaw, false, c.except), c.ip); (got > 0) != c.want {
					t.Errorf("raw IP: %d bytes", got)
				}
			}
		})
	}
}

func passes(t *testing.T, program []bpf.RawInstruction, packet []byte) int {
	t.Helper()
	in, all := bpf.Disassemble(program)
	if !all {
		t.Fatal("the program has unknown instructions")
	}
	vm, err := bpf.NewVM(in)
	if err != nil {
		t.Fatal(err)
	}
	n, err := vm.Run(packet)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// ip4 has options, so that the ports are not where they mostly are.
func ip4(from, to netip.AddrPort, protocol byte, offset uint16) []byte {
	b := make([]byte, 24+20)
	b[0], b[6], b[7], b[9] = 0x46, byte(offset>>8), byte(offset), protocol
	copy(b[12:], from.Addr().AsSlice())
	copy(b[16:], to.Addr().AsSlice())
	ports(b[24:], from, to)
	return b
}

func ip6(from, to netip.AddrPort, next byte) []byte {
	b := make([]byte, 40+20)
	b[0], b[6] = 0x60, next
	copy(b[8:], from.Addr().AsSlice())
	copy(b[24:], to.Addr().AsSlice())
	ports(b[40:], from, to)
	return b
}

func ports(b []byte, from, to netip.AddrPort) {
	b[0], b[1], b[2], b[3] = byte(from.Port()>>8), byte(from.Port()), byte(to.Port()>>8), byte(to.Port())
}

// TestForCooked translates what tcpdump -i any -ddd 'tcp port 80' gives.
func TestForCooked(t *testing.T) {
	got, err := ForCooked([]bpf.RawInstruction{
		{Op: opLoadHalf, K: 0}, {Op: opLoadByte, K: 26}, {Op: opLoadX, K: 20}, {Op: opLoadHalfInd, K: 20},
		{Op: opLoadWord, K: 4}, {Op: opLoadByte, K: 10}, {Op: opLoadHalf, K: 8}, {Op: opReturn, K: 262144},
	})
	want := []bpf.RawInstruction{
		{Op: opLoadWord, K: auxProtocol}, {Op: opLoadByte, K: 6}, {Op: opLoadX, K: 0}, {Op: opLoadHalfInd, K: 0},
		{Op: opLoadWord, K: auxIfindex}, {Op: opLoadWord, K: auxPktType}, {Op: opLoadWord, K: auxHatype}, {Op: opReturn, K: 262144},
	}
	if err != nil || len(got) != len(want) {
		t.Fatalf("%v (%v)", got, err)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("instruction %d is %v, not %v", i, got[i], want[i])
		}
	}
	if _, err := ForCooked([]bpf.RawInstruction{{Op: opLoadWord, K: 12}}); err == nil {
		t.Error("it takes a look at the address, which is not there")
	}
}
