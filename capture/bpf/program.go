package bpf

import (
	"encoding/binary"

	netbpf "golang.org/x/net/bpf"
)

// Program is classic BPF, as the kernel takes it. Those of this package are
// valid: they end in a return, jump only forward and within, and have no more
// instructions than the kernel takes.
type Program []netbpf.RawInstruction

// ancillary is where the offsets begin that mean no place in the packet but
// something that the kernel knows of it (SKF_LL_OFF in linux/filter.h).
const ancillary = 0xffe00000

// The parts of an opcode, and their values (BSD's bpf(4)).
const (
	classMask = 0x07
	classLD   = 0x00
	classLDX  = 0x01
	classST   = 0x02
	classSTX  = 0x03
	classALU  = 0x04
	classJMP  = 0x05
	classRET  = 0x06
	classMISC = 0x07

	sizeMask = 0x18
	sizeW    = 0x00
	sizeH    = 0x08
	sizeB    = 0x10

	modeMask = 0xe0
	modeIMM  = 0x00
	modeABS  = 0x20
	modeIND  = 0x40
	modeMEM  = 0x60
	modeLEN  = 0x80
	modeMSH  = 0xa0

	opMask = 0xf0
	aluAdd = 0x00
	aluSub = 0x10
	aluMul = 0x20
	aluDiv = 0x30
	aluOr  = 0x40
	aluAnd = 0x50
	aluLsh = 0x60
	aluRsh = 0x70
	aluNeg = 0x80
	aluMod = 0x90
	aluXor = 0xa0

	jumpAlways  = 0x00
	jumpEqual   = 0x10
	jumpGreater = 0x20
	jumpAtLeast = 0x30
	jumpBitsSet = 0x40

	sourceX = 0x08
	returnA = 0x10
	moveTXA = 0x80

	memorySize = 16
)

// AsksKernel tells whether the program asks for something that only the kernel
// knows of a packet, as CompileCooked's and some of tcpdump's for live
// interfaces do. Match rejects every packet at such an instruction.
func (p Program) AsksKernel() bool {
	for _, i := range p {
		class, mode := i.Op&classMask, i.Op&modeMask
		if (class == classLD || class == classLDX) && (mode == modeABS || mode == modeIND || mode == modeMSH) && i.K >= ancillary {
			return true
		}
	}
	return false
}

// Match tells whether the program selects a packet: data are its captured
// bytes, wireLen its length on the wire. It follows libpcap's bpf_filter: a
// load from beyond data rejects the packet, and so does a division by zero.
func (p Program) Match(data []byte, wireLen int) bool {
	m := machine{data: data, wireLen: uint32(wireLen)}
	for pc := 0; pc < len(p); pc++ {
		i := &p[pc]
		ok := true
		switch i.Op & classMask {
		case classLD, classLDX:
			ok = m.load(i)
		case classST:
			m.memory[i.K%memorySize] = m.a
		case classSTX:
			m.memory[i.K%memorySize] = m.x
		case classALU:
			ok = m.alu(i)
		case classJMP:
			pc += m.jump(i)
		case classRET:
			if i.Op&sizeMask == returnA {
				return m.a != 0
			}
			return i.K != 0
		case classMISC:
			if i.Op == classMISC|moveTXA {
				m.a = m.x
			} else {
				m.x = m.a
			}
		}
		if !ok {
			return false
		}
	}
	return false
}

// machine holds the registers.
type machine struct {
	a, x    uint32
	memory  [memorySize]uint32
	data    []byte
	wireLen uint32
}

// load tells whether what has to be loaded is there.
func (m *machine) load(i *netbpf.RawInstruction) (ok bool) {
	v := i.K
	switch i.Op & modeMask {
	case modeABS:
		v, ok = m.at(i.Op, uint64(i.K))
	case modeIND:
		v, ok = m.at(i.Op, uint64(m.x)+uint64(i.K))
	case modeMSH:
		v, ok = m.at(sizeB, uint64(i.K))
		v = v & 0xf << 2
	case modeMEM:
		v, ok = m.memory[i.K%memorySize], true
	case modeLEN:
		v, ok = m.wireLen, true
	default: // modeIMM
		ok = true
	}
	if i.Op&classMask == classLDX {
		m.x = v
	} else {
		m.a = v
	}
	return ok
}

// at reads from the packet in the size that op has.
func (m *machine) at(op uint16, offset uint64) (v uint32, ok bool) {
	n := uint64(len(m.data))
	switch op & sizeMask {
	case sizeW:
		if offset+4 <= n {
			return binary.BigEndian.Uint32(m.data[offset:]), true
		}
	case sizeH:
		if offset+2 <= n {
			return uint32(binary.BigEndian.Uint16(m.data[offset:])), true
		}
	case sizeB:
		if offset < n {
			return uint32(m.data[offset]), true
		}
	}
	return 0, false
}

// operand is the second one of an instruction.
func (m *machine) operand(i *netbpf.RawInstruction) uint32 {
	if i.Op&sourceX != 0 {
		return m.x
	}
	return i.K
}

// alu computes; it fails for a division by zero.
func (m *machine) alu(i *netbpf.RawInstruction) (ok bool) {
	v := m.operand(i)
	switch i.Op & opMask {
	case aluAdd:
		m.a += v
	case aluSub:
		m.a -= v
	case aluMul:
		m.a *= v
	case aluOr:
		m.a |= v
	case aluAnd:
		m.a &= v
	case aluXor:
		m.a ^= v
	case aluNeg:
		m.a = -m.a
	case aluLsh:
		m.a <<= v // Go's shifts by 32 and more leave nothing, as libpcap's
	case aluRsh:
		m.a >>= v
	case aluDiv:
		if v == 0 {
			return false
		}
		m.a /= v
	case aluMod:
		if v == 0 {
			return false
		}
		m.a %= v
	}
	return true
}

// jump returns how many instructions to skip.
func (m *machine) jump(i *netbpf.RawInstruction) int {
	v, holds := m.operand(i), false
	switch i.Op & opMask {
	case jumpAlways:
		return int(i.K)
	case jumpEqual:
		holds = m.a == v
	case jumpGreater:
		holds = m.a > v
	case jumpAtLeast:
		holds = m.a >= v
	case jumpBitsSet:
		holds = m.a&v != 0
	}
	if holds {
		return int(i.Jt)
	}
	return int(i.Jf)
}
