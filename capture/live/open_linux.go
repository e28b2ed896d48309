package live

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"unsafe"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"

	"elbscope/capture"
	"elbscope/capture/flow"
)

// Open starts capturing. The source ends when ctx does, with all packets that
// had come by then. Errors are of type *capture.InputError where the right or
// the interface is missing; those of o.Program are returned as they are.
//
// After Open nothing here needs a privilege any more.
func Open(ctx context.Context, o Options) (*Source, error) {
	if o.SnapLen <= 0 {
		o.SnapLen = defaultSnapLen
	}
	if o.Buffer <= 0 {
		o.Buffer = DefaultBuffer
	}
	s := &Source{o: o, names: make(map[int32]int), ctx: ctx}
	s.messageCut = fmt.Sprintf("Packets are cut to %d bytes (--snaplen), so that headers may be missing from them. "+
		"Capture whole packets with --snaplen 0.", o.SnapLen)
	s.info = flow.SourceInfo{Name: strings.Join(o.Interfaces, " "), Format: "live"}
	var err error
	if s.wake, err = unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK); err != nil {
		return nil, fmt.Errorf("eventfd: %w", err)
	}
	names := slices.Compact(slices.Sorted(slices.Values(o.Interfaces)))
	if slices.Contains(names, Any) {
		names = []string{Any} // it has all the others
	}
	for _, name := range names {
		r, err := s.open(name, o.Buffer/int64(len(names)))
		if err != nil {
			_ = s.Close()
			return nil, openError(name, err)
		}
		s.rings = append(s.rings, r)
	}
	s.start()
	return s, nil
}

// open makes a socket for one interface, or for all. The order keeps out what
// the filter does not let pass: no protocol, so that nothing comes; the filter;
// the ring; and only then the interface and all protocols.
func (s *Source) open(name string, buffer int64) (r *ring, err error) {
	r = &ring{name: name, cooked: name == Any, fd: -1}
	if name != Any {
		iface, err := net.InterfaceByName(name)
		if err != nil {
			return nil, noInterface(name)
		}
		r.ifindex = iface.Index
		hatype, err := hardwareType(name)
		if err != nil {
			return nil, err
		}
		r.link, r.cooked = linkOf(hatype)
	} else {
		r.link = capture.LinkLinuxSLL2
	}
	kind := unix.SOCK_RAW
	if r.cooked {
		kind = unix.SOCK_DGRAM
	}
	if r.fd, err = unix.Socket(unix.AF_PACKET, kind|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0); err != nil {
		return nil, err
	}
	if err := s.prepare(r, buffer); err != nil {
		r.close()
		return nil, err
	}
	r.iface = s.describe(name, r.link)
	return r, nil
}

func (s *Source) prepare(r *ring, buffer int64) error {
	var program []bpf.RawInstruction
	if s.o.Program != nil {
		var err error
		if program, err = s.o.Program(r.link, r.cooked); err != nil {
			return err
		}
	}
	if err := attach(r.fd, bounded(program, s.o.SnapLen, true)); err != nil {
		return fmt.Errorf("the kernel does not take the filter: %w", err)
	}
	if err := r.allocate(buffer); err != nil {
		return fmt.Errorf("a ring of %d bytes: %w", buffer, err)
	}
	if err := s.askForAll(r); err != nil {
		return fmt.Errorf("promiscuous mode: %w", err)
	}
	return r.bind()
}

// askForAll asks an interface for packets to other machines as well, if that is
// wanted. It ends with the interface, or with the socket.
func (s *Source) askForAll(r *ring) error {
	if !s.o.Promiscuous || r.name == Any {
		return nil
	}
	req := unix.PacketMreq{Ifindex: int32(r.ifindex), Type: unix.PACKET_MR_PROMISC}
	return unix.SetsockoptPacketMreq(r.fd, unix.SOL_PACKET, unix.PACKET_ADD_MEMBERSHIP, &req)
}

// bind joins the socket to its interface, from where packets come from then on.
func (r *ring) bind() error {
	return unix.Bind(r.fd, &unix.SockaddrLinklayer{Protocol: bigEndian(unix.ETH_P_ALL), Ifindex: r.ifindex})
}

// attach puts a filter on a socket.
func attach(fd int, program []bpf.RawInstruction) error {
	code := make([]unix.SockFilter, len(program))
	for i, in := range program {
		code[i] = unix.SockFilter{Code: in.Op, Jt: in.Jt, Jf: in.Jf, K: in.K}
	}
	return unix.SetsockoptSockFprog(fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER,
		&unix.SockFprog{Len: uint16(len(code)), Filter: (*unix.SockFilter)(unsafe.Pointer(&code[0]))})
}

// hardwareType returns the ARPHRD_ value of an interface.
func hardwareType(name string) (uint16, error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, err
	}
	defer unix.Close(fd)
	req, err := unix.NewIfreq(name)
	if err != nil {
		return 0, err
	}
	if err := unix.IoctlIfreq(fd, unix.SIOCGIFHWADDR, req); err != nil {
		return 0, err
	}
	return req.Uint16(), nil // sa_family of ifr_hwaddr
}

// linkOf says what the packets of an interface begin with. What has another
// header than Ethernet's is captured without it.
func linkOf(hatype uint16) (link capture.LinkType, cooked bool) {
	const arphrdRawIP = 519
	switch hatype {
	case unix.ARPHRD_ETHER, unix.ARPHRD_LOOPBACK:
		return capture.LinkEthernet, false
	case unix.ARPHRD_NONE, arphrdRawIP: // tun devices and WireGuard
		return capture.LinkRaw, false
	}
	return capture.LinkLinuxSLL2, true
}

func noInterface(name string) error {
	return &capture.InputError{
		Name: name, Kind: capture.NoInterface, What: "there is no such interface", Hint: "elbscope interfaces",
	}
}

// openError explains why a socket cannot be had.
func openError(name string, err error) error {
	var known *capture.InputError
	switch {
	case errors.As(err, &known):
		return err
	case errors.Is(err, unix.EPERM), errors.Is(err, unix.EACCES):
		return &capture.InputError{
			Name: name, Kind: capture.Permission, What: "capturing needs the right to open packet sockets (CAP_NET_RAW)", Err: err,
		}
	case errors.Is(err, unix.ENODEV), errors.Is(err, unix.ENXIO):
		return noInterface(name)
	case errors.Is(err, unix.EAFNOSUPPORT):
		return &capture.InputError{
			Name: name, Kind: capture.Unreadable, What: "this system has no packet sockets (AF_PACKET)", Err: err,
		}
	case errors.Is(err, unix.ENOMEM):
		return &capture.InputError{
			Name: name, Kind: capture.Unreadable, What: "the kernel has no memory for the ring", Hint: "elbscope live --buffer 4M", Err: err,
		}
	}
	return fmt.Errorf("%s: %w", name, err)
}
