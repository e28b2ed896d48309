package live

import (
	"fmt"
	"net/netip"
	"slices"

	"golang.org/x/net/bpf"

	"elbscope/capture"
)

// Codes of classic BPF (bpf.h), as far as they are needed here.
const (
	opLoadWord    = 0x20 // ld  [k]
	opLoadHalf    = 0x28 // ldh [k]
	opLoadByte    = 0x30 // ldb [k]
	opLoadHalfInd = 0x48 // ldh [x+k]
	opLoadX       = 0xb1 // ldx 4*([k]&0xf)
	opAnd         = 0x54 // and #k
	opShiftRight  = 0x74 // rsh #k
	opJumpEqual   = 0x15
	opJumpSet     = 0x45
	opReturn      = 0x06 // ret #k

	// The kernel's own data, at negative offsets (linux/filter.h).
	auxProtocol = 0xfffff000     // SKF_AD_OFF + SKF_AD_PROTOCOL
	auxPktType  = 0xfffff000 + 4 // SKF_AD_PKTTYPE
	auxIfindex  = 0xfffff000 + 8
	auxHatype   = 0xfffff000 + 28

	sll2HeaderLen = 20

	pktOutgoing   = 4   // PACKET_OUTGOING
	arphrdLoop    = 772 // ARPHRD_LOOPBACK
	etherHeader   = 14
	ipv6Header    = 40
	fragOffset    = 0x1fff // in the half word at offset 6 (RFC 791)
	protoTCP      = 6
	extHopByHop   = 0 // headers that TCP may follow (RFC 8200)
	extRouting    = 43
	extFragment   = 44
	extDestOption = 60
)

// Endpoints are the two ends of one connection.
type Endpoints struct{ A, B netip.AddrPort }

// TCPOnly returns the program that is used where no filter was given:
// everything TCP, with fragments, and frames whose VLAN tag is in their bytes.
// IPv6 packets with extension headers pass unseen into: they may be TCP. The
// connection except is left out, if it is valid; its fragments are not.
func TCPOnly(link capture.LinkType, cooked bool, except Endpoints) []bpf.RawInstruction {
	a := &assembly{labels: make(map[string]int)}
	at := uint32(0) // where the network layer begins
	switch {
	case cooked:
		a.load(opLoadWord, auxProtocol)
	case link == capture.LinkEthernet:
		a.load(opLoadHalf, 12)
		at = etherHeader
	default:
		a.load(opLoadByte, 0)
		a.load(opShiftRight, 4)
		a.equal(4, "ip4")
		a.equal(6, "ip6")
		a.reject()
	}
	if at > 0 || cooked {
		a.equal(0x0800, "ip4")
		a.equal(0x86dd, "ip6")
		for _, vlan := range []uint32{0x8100, 0x88a8, 0x9100} {
			a.equal(vlan, "accept")
		}
		a.reject()
	}
	a.label("ip4")
	a.load(opLoadByte, at+9)
	a.equal(protoTCP, "tcp4")
	a.reject()
	a.label("ip6")
	a.load(opLoadByte, at+6)
	for _, next := range []uint32{extFragment, extHopByHop, extRouting, extDestOption} {
		a.equal(next, "accept")
	}
	a.equal(protoTCP, "tcp6")
	a.reject()
	a.except(at, except)
	a.label("accept")
	a.load(opReturn, defaultSnapLen)
	return a.finish()
}

// except leaves out both directions of one connection; all else goes on to
// accept.
func (a *assembly) except(at uint32, c Endpoints) {
	v4 := c.A.IsValid() && c.A.Addr().Is4()
	v6 := c.A.IsValid() && !v4
	a.label("tcp4")
	if v4 {
		a.exceptOneWay(at, c, "4ab")
		a.exceptOneWay(at, Endpoints{c.B, c.A}, "4ba")
	}
	a.jump("accept")
	a.label("tcp6")
	if v6 {
		a.exceptOneWay(at, c, "6ab")
		a.exceptOneWay(at, Endpoints{c.B, c.A}, "6ba")
	}
	a.jump("accept")
}

func (a *assembly) exceptOneWay(at uint32, c Endpoints, name string) {
	other := "not " + name
	src, dst := at+12, at+16
	if c.A.Addr().Is6() {
		src, dst = at+8, at+24
	}
	for _, end := range []struct {
		at   uint32
		addr netip.Addr
	}{{src, c.A.Addr()}, {dst, c.B.Addr()}} {
		bytes := end.addr.AsSlice()
		for i := 0; i < len(bytes); i += 4 {
			a.load(opLoadWord, end.at+uint32(i))
			a.differs(uint32(bytes[i])<<24|uint32(bytes[i+1])<<16|uint32(bytes[i+2])<<8|uint32(bytes[i+3]), other)
		}
	}
	if c.A.Addr().Is4() {
		a.load(opLoadHalf, at+6)
		a.code = append(a.code, bpf.RawInstruction{Op: opJumpSet, K: fragOffset})
		a.fixups = append(a.fixups, fixup{len(a.code) - 1, other, true})
		a.load(opLoadX, at)
		a.load(opLoadHalfInd, at)
		a.differs(uint32(c.A.Port()), other)
		a.load(opLoadHalfInd, at+2)
	} else {
		a.load(opLoadHalf, at+ipv6Header)
		a.differs(uint32(c.A.Port()), other)
		a.load(opLoadHalf, at+ipv6Header+2)
	}
	a.differs(uint32(c.B.Port()), other)
	a.reject()
	a.label(other)
}

// assembly is a program in the making, with labels.
type assembly struct {
	code   []bpf.RawInstruction
	labels map[string]int
	fixups []fixup
}

// fixup is a jump to a label, taken when its condition is true, or false.
type fixup struct {
	at    int
	label string
	when  bool
}

func (a *assembly) load(op uint16, k uint32) {
	a.code = append(a.code, bpf.RawInstruction{Op: op, K: k})
}

func (a *assembly) label(name string) { a.labels[name] = len(a.code) }

// equal jumps to a label if the accumulator is k, differs if it is not.
func (a *assembly) equal(k uint32, label string) {
	a.load(opJumpEqual, k)
	a.fixups = append(a.fixups, fixup{len(a.code) - 1, label, true})
}

func (a *assembly) differs(k uint32, label string) {
	a.load(opJumpEqual, k)
	a.fixups = append(a.fixups, fixup{len(a.code) - 1, label, false})
}

func (a *assembly) jump(label string) {
	const always = 0x05 // ja
	a.load(always, 0)
	a.fixups = append(a.fixups, fixup{len(a.code) - 1, label, true})
}

func (a *assembly) reject() { a.load(opReturn, 0) }

// finish puts in the distances. A conditional jump reaches 255 instructions,
// more than there are here.
func (a *assembly) finish() []bpf.RawInstruction {
	const always = 0x05
	for _, f := range a.fixups {
		far := a.labels[f.label] - f.at - 1
		switch in := &a.code[f.at]; {
		case in.Op == always:
			in.K = uint32(far)
		case f.when:
			in.Jt = uint8(far)
		default:
			in.Jf = uint8(far)
		}
	}
	return a.code
}

// bounded returns a program that takes at most snapLen bytes of a packet, and
// of the two copies of a packet that the loopback interface delivers only the
// one that comes in. A nil program is one that takes everything.
func bounded(program []bpf.RawInstruction, snapLen int, loopback bool) []bpf.RawInstruction {
	if program == nil {
		program = []bpf.RawInstruction{{Op: opReturn, K: defaultSnapLen}}
	}
	var out []bpf.RawInstruction
	if loopback {
		out = append(out,
			bpf.RawInstruction{Op: opLoadWord, K: auxPktType},
			bpf.RawInstruction{Op: opJumpEqual, K: pktOutgoing, Jf: 3},
			bpf.RawInstruction{Op: opLoadHalf, K: auxHatype},
			bpf.RawInstruction{Op: opJumpEqual, K: arphrdLoop, Jf: 1},
			bpf.RawInstruction{Op: opReturn})
	}
	for _, in := range program {
		if in.Op == opReturn {
			in.K = min(in.K, uint32(snapLen))
		}
		out = append(out, in)
	}
	return out
}

// ForCooked turns a program that tcpdump made for its -i any, which looks for
// everything behind a LINUX_SLL2 header, into one for a cooked socket, on which
// that header does not exist yet: what it looks for is asked of the kernel.
func ForCooked(program []bpf.RawInstruction) ([]bpf.RawInstruction, error) {
	const (
		modeMask  = 0xe0
		absolute  = 0x20
		indirect  = 0x40
		length    = 0xa0 // ldx 4*([k]&0xf)
		ancillary = 0xffe00000
	)
	out := slices.Clone(program)
	for i := range out {
		in := &out[i]
		mode := in.Op & modeMask
		if class := in.Op & 7; class > 1 || mode != absolute && mode != indirect && mode != length || in.K >= ancillary {
			continue
		}
		switch {
		case in.K >= sll2HeaderLen:
			in.K -= sll2HeaderLen
		case in.Op == opLoadHalf && in.K == 0:
			in.Op, in.K = opLoadWord, auxProtocol
		case in.Op == opLoadWord && in.K == 4:
			in.K = auxIfindex
		case in.Op == opLoadHalf && in.K == 8:
			in.Op, in.K = opLoadWord, auxHatype
		case in.Op == opLoadByte && in.K == 10:
			in.Op, in.K = opLoadWord, auxPktType
		default:
			return nil, fmt.Errorf("instruction %d of the filter looks into the link layer, which -i any does not have", i)
		}
	}
	return out, nil
}
