package live

import (
	"encoding/binary"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"elbscope/capture"
	"elbscope/capture/flow"
)

// ring is one packet socket with the memory that it shares with the kernel.
// The kernel fills blocks of packets in turn and hands each over when it is
// full or retireAfter old; the reader hands it back when it has read it all.
type ring struct {
	fd      int
	mem     []byte
	name    string
	cooked  bool
	link    capture.LinkType
	iface   int // index within the source, for sockets of one interface
	ifindex int
	// block is the one to be read next. It is held while the kernel has given
	// it to us; left packets of it are to be read, the next one at offset.
	block  int
	held   bool
	left   uint32
	offset uint32
	// head is the packet to be delivered next, if ready; seen is when its
	// block came, by the monotonic clock.
	head  packet
	ready bool
	seen  flow.Time
	// down is set while the interface is not there.
	down bool
}

// packet is one of the ring. Its data is valid until the ring advances.
type packet struct {
	time    flow.Time
	data    []byte
	orig    uint32
	ifindex int32
}

const (
	// retireAfter is how long the kernel may hold a block back that is not
	// full, in milliseconds. Its timer counts once more if a packet has come.
	retireAfter = 20
	// lateness is how long after its time a packet may become visible.
	lateness = flow.Time(100 * time.Millisecond)
	// headroom is kept free before each packet, for a LINUX_SLL2 header and a
	// VLAN tag.
	headroom = sll2HeaderLen + vlanTag
	vlanTag  = 4
)

// allocate gives the socket its ring, of about size bytes.
func (r *ring) allocate(size int64) error {
	if err := unix.SetsockoptInt(r.fd, unix.SOL_PACKET, unix.PACKET_VERSION, unix.TPACKET_V3); err != nil {
		return err
	}
	if err := unix.SetsockoptInt(r.fd, unix.SOL_PACKET, unix.PACKET_RESERVE, headroom); err != nil {
		return err
	}
	blocks := uint32(max(size/blockSize, minBlocks))
	const frame = 2048 // no more than a unit of account in this version
	req := unix.TpacketReq3{
		Block_size: blockSize, Block_nr: blocks, Frame_size: frame, Frame_nr: blocks * (blockSize / frame),
		Retire_blk_tov: retireAfter,
	}
	if err := unix.SetsockoptTpacketReq3(r.fd, unix.SOL_PACKET, unix.PACKET_RX_RING, &req); err != nil {
		return err
	}
	mem, err := unix.Mmap(r.fd, 0, int(blocks)*blockSize, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return err
	}
	r.mem = mem
	return nil
}

// blockHeader returns the head of the block to be read next.
func (r *ring) blockHeader() *unix.TpacketHdrV1 {
	desc := (*unix.TpacketBlockDesc)(unsafe.Pointer(&r.mem[r.block*blockSize]))
	return (*unix.TpacketHdrV1)(unsafe.Pointer(&desc.Hdr))
}

// advance makes the packet after head the new one, if there is any at present;
// now is the monotonic clock.
func (r *ring) advance(now flow.Time) {
	r.ready = false
	for {
		if r.held && r.left == 0 {
			atomic.StoreUint32(&r.blockHeader().Block_status, unix.TP_STATUS_KERNEL)
			r.held = false
			r.block = (r.block + 1) % (len(r.mem) / blockSize)
		}
		if !r.held {
			h := r.blockHeader()
			if atomic.LoadUint32(&h.Block_status)&unix.TP_STATUS_USER == 0 {
				return
			}
			r.held, r.left, r.offset, r.seen = true, h.Num_pkts, h.Offset_to_first_pkt, now
		}
		if r.left > 0 {
			r.left--
			r.ready = true
			r.read()
			return
		}
	}
}

// pending tells whether the kernel is filling a block that holds packets: it
// counts them in its header as they come.
func (r *ring) pending() bool {
	h := r.blockHeader()
	return !r.held && (atomic.LoadUint32(&h.Block_status)&unix.TP_STATUS_USER != 0 || atomic.LoadUint32(&h.Num_pkts) > 0)
}

// read makes head of the packet at offset.
func (r *ring) read() {
	at := r.block*blockSize + int(r.offset)
	h := (*unix.Tpacket3Hdr)(unsafe.Pointer(&r.mem[at]))
	from := (*unix.RawSockaddrLinklayer)(unsafe.Pointer(&r.mem[at+tpacketAlign(int(unsafe.Sizeof(*h)))]))
	r.offset += h.Next_offset
	start := at + int(h.Mac)
	r.head.time = flow.Time(h.Sec)*1e9 + flow.Time(h.Nsec)
	r.head.orig = h.Len
	r.head.ifindex = from.Ifindex
	end := start + int(h.Snaplen)
	tagged := h.Status&unix.TP_STATUS_VLAN_VALID != 0
	tpid := uint16(unix.ETH_P_8021Q)
	if h.Status&unix.TP_STATUS_VLAN_TPID_VALID != 0 {
		tpid = h.Hv1.Vlan_tpid
	}
	switch {
	case r.cooked:
		start = r.cook(start, from, tagged, tpid, uint16(h.Hv1.Vlan_tci))
	case tagged && r.link == capture.LinkEthernet && end-start >= 12:
		// Back to where the interface took it from, behind the addresses.
		copy(r.mem[start-vlanTag:], r.mem[start:start+12])
		start -= vlanTag
		binary.BigEndian.PutUint16(r.mem[start+12:], tpid)
		binary.BigEndian.PutUint16(r.mem[start+14:], uint16(h.Hv1.Vlan_tci))
	}
	r.head.orig += uint32(end-start) - h.Snaplen
	r.head.data = r.mem[start:end:end]
}

// cook puts a LINUX_SLL2 header before a packet, and a VLAN tag between them
// that the interface took off. It returns where the whole begins.
func (r *ring) cook(start int, from *unix.RawSockaddrLinklayer, tagged bool, tpid, tci uint16) int {
	protocol := bigEndian(from.Protocol)
	if tagged {
		start -= vlanTag
		binary.BigEndian.PutUint16(r.mem[start:], tci)
		binary.BigEndian.PutUint16(r.mem[start+2:], protocol)
		protocol = tpid
	}
	start -= sll2HeaderLen
	h := r.mem[start : start+sll2HeaderLen]
	binary.BigEndian.PutUint16(h, protocol)
	h[2], h[3] = 0, 0
	binary.BigEndian.PutUint32(h[4:], uint32(from.Ifindex))
	binary.BigEndian.PutUint16(h[8:], from.Hatype)
	h[10], h[11] = from.Pkttype, from.Halen
	copy(h[12:], from.Addr[:])
	return start
}

// statistics returns how many packets the kernel passed to the ring, and how
// many of them it dropped, since the last call.
func (r *ring) statistics() (packets, dropped uint64) {
	s, err := unix.GetsockoptTpacketStatsV3(r.fd, unix.SOL_PACKET, unix.PACKET_STATISTICS)
	if err != nil {
		return 0, 0
	}
	return uint64(s.Packets), uint64(s.Drops)
}

func (r *ring) close() {
	if r.mem != nil {
		_ = unix.Munmap(r.mem)
		r.mem = nil
	}
	_ = unix.Close(r.fd)
}

func tpacketAlign(n int) int { return (n + unix.TPACKET_ALIGNMENT - 1) &^ (unix.TPACKET_ALIGNMENT - 1) }

// bigEndian turns a number in network order, as it stands in memory, into one
// of this machine, and back.
func bigEndian(n uint16) uint16 {
	var b [2]byte
	binary.NativeEndian.PutUint16(b[:], n)
	return binary.BigEndian.Uint16(b[:])
}
