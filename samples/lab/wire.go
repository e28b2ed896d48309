//go:build linux

package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// wire is the leg from the load balancer to the instance when it is not a
// plain one: packets pass through a forwarder that harms them by plan. The
// kernels of build machines often have no netem and no VLANs.
//
//	e1 ─── wa [forwarder] t0 ─── t1 [forwarder] wb ─── i0
//
// Between t0 and t1 the frames bear the VLAN tag, if there is one.
type wire struct {
	// vlan is the tag to add, or 0.
	vlan uint16
	// there and back are the accidents on the way to the instance and back.
	there, back accidents
}

// accidents name packets by number, counting from 1 those of one direction
// that carry TCP payload.
type accidents struct {
	// drop are lost, twice come twice, swap come after the next one.
	drop, twice, swap []int
}

const tapDevice = "t0"

// connectWire puts the forwarders between balancer and instance.
func (s *site) connectWire(mtu int) error {
	err := errors.Join(
		link(s.balancer, "e1", s.wire, "wa", mtu),
		link(s.wire, tapDevice, s.wire, "t1", mtu+8),
		link(s.wire, "wb", s.instance, "i0", mtu))
	if err != nil {
		return err
	}
	w := s.scene.wire
	tag := func(f []byte) []byte { return f }
	untag := tag
	if w.vlan != 0 {
		tag, untag = func(f []byte) []byte { return addTag(f, w.vlan) }, removeTag
	}
	return errors.Join(
		s.forward("wa", tapDevice, w.there, tag), s.forward("t1", "wb", accidents{}, untag),
		s.forward("wb", "t1", w.back, tag), s.forward(tapDevice, "wa", accidents{}, untag))
}

// forward copies frames from one interface of the wire to another.
func (s *site) forward(from, to string, harm accidents, change func([]byte) []byte) error {
	var in, out int
	err := s.wire.do(func() (err error) {
		if in, err = packetSocket(from, unix.ETH_P_ALL); err != nil {
			return err
		}
		out, err = packetSocket(to, 0)
		return err
	})
	if err != nil {
		return fmt.Errorf("forwarding from %s to %s: %w", from, to, err)
	}
	var stopped sync.WaitGroup
	stop := make(chan struct{})
	stopped.Add(1)
	go func() {
		defer stopped.Done()
		pass(in, out, harm, change, stop)
	}()
	s.closers = append(s.closers, func() {
		close(stop)
		stopped.Wait()
		unix.Close(in)
		unix.Close(out)
	})
	return nil
}

// packetSocket opens a packet socket on an interface; protocol 0 only sends.
func packetSocket(dev string, protocol uint16) (int, error) {
	i, err := net.InterfaceByName(dev)
	if err != nil {
		return 0, err
	}
	order := protocol<<8 | protocol>>8
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, int(order))
	if err != nil {
		return 0, err
	}
	if err := unix.Bind(fd, &unix.SockaddrLinklayer{Protocol: order, Ifindex: i.Index}); err != nil {
		return 0, err
	}
	if protocol == 0 {
		return fd, nil
	}
	m := &unix.PacketMreq{Ifindex: int32(i.Index), Type: unix.PACKET_MR_PROMISC}
	if err := unix.SetsockoptPacketMreq(fd, unix.SOL_PACKET, unix.PACKET_ADD_MEMBERSHIP, m); err != nil {
		return 0, err
	}
	// So that a forwarder looks up now and then whether it shall end.
	return fd, unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &unix.Timeval{Usec: 50_000})
}

// holdAtMost is how long a packet waits for the one that overtakes it.
const holdAtMost = 150 * time.Millisecond

// pass forwards until it is stopped.
func pass(in, out int, harm accidents, change func([]byte) []byte, stop chan struct{}) {
	var held []byte
	var since time.Time
	send := func(f []byte) { _, _ = unix.Write(out, change(f)) }
	release := func() {
		if held != nil {
			send(held)
			held = nil
		}
	}
	number := 0
	frame := make([]byte, 65536)
	for {
		select {
		case <-stop:
			return
		default:
		}
		if held != nil && time.Since(since) > holdAtMost {
			release()
		}
		n, from, err := unix.Recvfrom(in, frame, 0)
		if err != nil {
			continue // nothing came for a while
		}
		if l, ok := from.(*unix.SockaddrLinklayer); ok && l.Pkttype == unix.PACKET_OUTGOING {
			continue
		}
		f := append([]byte(nil), frame[:n]...)
		if !carriesPayload(f) {
			send(f)
			continue
		}
		number++
		switch {
		case slices.Contains(harm.drop, number):
		case slices.Contains(harm.swap, number):
			held, since = f, time.Now()
		case slices.Contains(harm.twice, number):
			send(f)
			send(f)
		default:
			send(f)
			release()
		}
	}
}

// carriesPayload reports whether an Ethernet frame holds IPv4 and TCP payload.
func carriesPayload(f []byte) bool {
	const ether, ip4 = 14, 20
	if len(f) < ether+ip4+20 || binary.BigEndian.Uint16(f[12:]) != 0x0800 || f[ether+9] != 6 {
		return false
	}
	ip := f[ether:]
	head := int(ip[0]&15) * 4
	total := int(binary.BigEndian.Uint16(ip[2:]))
	return len(ip) > head+12 && total > head+int(ip[head+12]>>4)*4
}

// addTag puts an IEEE 802.1Q tag behind the addresses.
func addTag(f []byte, vlan uint16) []byte {
	out := append([]byte(nil), f[:12]...)
	out = binary.BigEndian.AppendUint16(out, 0x8100)
	out = binary.BigEndian.AppendUint16(out, vlan)
	return append(out, f[12:]...)
}

// removeTag takes it off. The kernel may have done so on reception.
func removeTag(f []byte) []byte {
	if len(f) < 16 || binary.BigEndian.Uint16(f[12:]) != 0x8100 {
		return f
	}
	return append(append([]byte(nil), f[:12]...), f[16:]...)
}
