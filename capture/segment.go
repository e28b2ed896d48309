package capture

import (
	"net/netip"
)

// endpoint is an address and a port in comparable form; IPv4 is stored as
// IPv4-mapped IPv6.
type endpoint struct {
	addr [16]byte
	port uint16
}

// addrPort converts e for the world outside the assembler.
func (e endpoint) addrPort() netip.AddrPort {
	return netip.AddrPortFrom(netip.AddrFrom16(e.addr).Unmap(), e.port)
}

// TCP flags as they stand in the header.
const (
	flagFIN = 1 << iota
	flagSYN
	flagRST
	flagPSH
	flagACK
)

// segment is what decoding leaves of a TCP packet.
type segment struct {
	src, dst endpoint
	// hash is the one of hasher, for the table of connections.
	hash uint64
	// encap identifies the stack of VLANs and tunnels around the packet; 0 is
	// none. decoder.encapName turns it into words.
	encap    uint32
	seq, ack uint32
	flags    uint8
	// payload holds the captured payload bytes, inside the packet's Data or,
	// for a packet put together from fragments, in memory that is not written
	// to any more.
	payload []byte
	// length is the payload's length on the wire; payload is shorter where
	// the snapshot length cut it.
	length int
	// print is a fingerprint over all that identifies one packet of its
	// connection on its way through several interfaces of a host: ports, IP id,
	// sequence and acknowledgement numbers, flags, window, length, TCP checksum
	// and TCP options; not TTL, IP checksum, MAC addresses or interface.
	print uint32
	// held is how many earlier packets (fragments) waited for this one and
	// now share its bucket.
	held uint64
}

// bucket says where in the ledger a packet belongs after decoding.
type bucket uint8

const (
	bucketTCP bucket = iota // a segment was filled in; the assembler decides further
	bucketNotTCP
	bucketNotIP
	bucketDamaged
	bucketWaiting  // a fragment, kept until the rest comes
	bucketFiltered // not looked at: the capture filter leaves it out
)
