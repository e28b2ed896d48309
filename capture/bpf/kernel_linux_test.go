package bpf_test

import (
	"net"
	"syscall"
	"testing"
	"unsafe"

	"elbscope/capture/bpf"
	"elbscope/internal/needs"
)

// attach gives a program to the kernel.
func attach(fd int, p bpf.Program) error {
	filter := make([]syscall.SockFilter, len(p))
	for i, raw := range p {
		filter[i] = syscall.SockFilter{Code: raw.Op, Jt: raw.Jt, Jf: raw.Jf, K: raw.K}
	}
	program := syscall.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	_, _, errno := syscall.Syscall6(syscall.SYS_SETSOCKOPT, uintptr(fd), syscall.SOL_SOCKET, syscall.SO_ATTACH_FILTER,
		uintptr(unsafe.Pointer(&program)), unsafe.Sizeof(program), 0)
	if errno != 0 {
		return errno
	}
	return nil
}

// TestKernelTakes: the kernel takes every program.
func TestKernelTakes(t *testing.T) {
	pair, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_DGRAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(pair[0])
	defer syscall.Close(pair[1])
	for _, expr := range append(generate(11, 100), typed...) {
		f, err := bpf.Parse(expr)
		if err != nil {
			t.Fatal(err)
		}
		programs := make([]bpf.Program, 0, len(links)+1)
		for _, link := range links {
			p, err := f.Compile(link, 65535)
			if err != nil {
				t.Fatal(err)
			}
			programs = append(programs, p)
		}
		cooked, err := f.CompileCooked(65535)
		if err != nil {
			t.Fatal(err)
		}
		for i, p := range append(programs, cooked) {
			if err := attach(pair[0], p); err != nil {
				t.Errorf("%q, program %d: %v", expr, i, err)
			}
		}
	}
}

// TestKernelSelects: the kernel selects with a program what Match does. A
// datagram of a unix socket is a packet without any header before it.
func TestKernelSelects(t *testing.T) {
	for _, link := range links {
		packets := forgeCapture(t, link, 100, 30)
		for _, expr := range append(generate(uint64(20+link), 8), "tcp port 80 or tcp port 8081", "not port 80", "net 10.99 and udp") {
			f, err := bpf.Parse(expr)
			if err != nil {
				t.Fatal(err)
			}
			p, err := f.Compile(link, bpf.Everything)
			if err != nil {
				t.Fatal(err)
			}
			for i, selected := range kernelSelects(t, p, packets) {
				n := len(packets[i].data)
				if want := p.Match(packets[i].data, n); n > 0 && selected != want {
					t.Errorf("link type %d: %q on packet %d: the kernel says %v, Match %v", link, expr, i, selected, want)
				}
			}
		}
	}
}

// kernelSelects sends packets through a socket with a filter and tells which
// ones arrive.
func kernelSelects(t *testing.T, p bpf.Program, packets []packet) []bool {
	pair, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_DGRAM|syscall.SOCK_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(pair[0])
	defer syscall.Close(pair[1])
	if err := attach(pair[0], p); err != nil {
		t.Fatal(err)
	}
	out, buffer := make([]bool, len(packets)), make([]byte, 2048)
	for i, k := range packets {
		if len(k.data) == 0 {
			continue // no datagram
		}
		// A datagram that the filter rejects is dropped without an error, or
		// with EPERM, as the kernel's version has it.
		if err := syscall.Sendto(pair[1], k.data, 0, nil); err != nil && err != syscall.EPERM {
			t.Fatal(err)
		}
		n, _, err := syscall.Recvfrom(pair[0], buffer, 0)
		out[i] = err == nil
		if err == nil && n != len(k.data) {
			t.Fatalf("packet %d has %d of %d bytes", i, n, len(k.data))
		}
	}
	return out
}

// TestKernelSelectsCooked tries the program for cooked sockets on the traffic
// of the loopback interface. It needs root.
func TestKernelSelectsCooked(t *testing.T) {
	needs.Root(t)
	const all = 0x0300 // ETH_P_ALL in network order
	fd, err := syscall.Socket(syscall.AF_PACKET, syscall.SOCK_DGRAM|syscall.SOCK_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(fd)
	sink, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer sink.Close()
	other, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	f, err := bpf.Parse("udp dst port " + portOf(t, sink) + " and host 127.0.0.1 and not ip6 and not arp")
	if err != nil {
		t.Fatal(err)
	}
	p, err := f.CompileCooked(bpf.Everything)
	if err != nil {
		t.Fatal(err)
	}
	if err := attach(fd, p); err != nil {
		t.Fatal(err)
	}
	loopback, err := net.InterfaceByName("lo")
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Bind(fd, &syscall.SockaddrLinklayer{Protocol: all, Ifindex: loopback.Index}); err != nil {
		t.Fatal(err)
	}
	for i := range 5 {
		if _, err := other.WriteTo([]byte{byte(i), 1}, sink.LocalAddr()); err != nil {
			t.Fatal(err)
		}
		if _, err := sink.WriteTo([]byte{byte(i), 2}, other.LocalAddr()); err != nil {
			t.Fatal(err)
		}
	}
	// Packets of loopback pass the socket while they are sent, once on their
	// way out and once on their way in.
	var got []byte
	for buffer := make([]byte, 2048); ; {
		n, _, err := syscall.Recvfrom(fd, buffer, 0)
		if err != nil {
			break
		}
		if n != 30 || buffer[29] != 1 {
			t.Fatalf("% x came through", buffer[:n])
		}
		got = append(got, buffer[28])
	}
	if string(got) != "\x00\x00\x01\x01\x02\x02\x03\x03\x04\x04" {
		t.Errorf("the socket had % x", got)
	}
}

func portOf(t *testing.T, c net.PacketConn) string {
	t.Helper()
	_, port, err := net.SplitHostPort(c.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}
