package bpf

import (
	"fmt"
	"slices"

	netbpf "golang.org/x/net/bpf"
)

// maxProgram is the greatest number of instructions in a program; the kernel
// has the same limit (BPF_MAXINSNS).
const maxProgram = 4096

// Everything is a snapshot length that cuts no packet: more than any has.
const Everything = 0x40000

// Compile makes a program for packets of a libpcap LINKTYPE_. Of the packets
// that it selects it returns snaplen, which must not be 0, and of others 0.
// It fails for a link type that is not known, and for a filter whose program
// would be too long.
func (f *Filter) Compile(link uint16, snaplen uint32) (Program, error) {
	l, err := layoutOf(link)
	if err != nil {
		return nil, err
	}
	return f.compile(&l, snaplen)
}

// CompileCooked makes a program for a socket of AF_PACKET and SOCK_DGRAM, which
// gets packets without their link layer. Otherwise it is like Compile.
func (f *Filter) CompileCooked(snaplen uint32) (Program, error) { return f.compile(&cooked, snaplen) }

func (f *Filter) compile(l *layout, snaplen uint32) (Program, error) {
	what := constant(true)
	if !f.Empty() {
		what = l.lower(f.root)
	}
	var e emitter
	if what.is(false) {
		snaplen = 0
	}
	// The last instruction comes first.
	reject := e.emit(netbpf.RetConstant{Val: 0})
	take := e.emit(netbpf.RetConstant{Val: snaplen})
	e.logic(what, take, reject)
	slices.Reverse(e.code)
	if len(e.code) > maxProgram {
		return nil, fmt.Errorf("the filter is too long: it comes to %d instructions, and the kernel takes %d", len(e.code), maxProgram)
	}
	raw, err := netbpf.Assemble(e.code)
	return raw, err
}

// emitter writes a program from its end to its beginning, so that the places
// that jumps lead to are known: all jumps lead forward.
type emitter struct {
	code []netbpf.Instruction // in reverse
}

// emit adds an instruction before all others and returns its place, counted
// from the end.
func (e *emitter) emit(i netbpf.Instruction) int {
	e.code = append(e.code, i)
	return e.at()
}

// at is the place of the first instruction so far.
func (e *emitter) at() int { return len(e.code) - 1 }

// logic adds what goes to one place if l holds, and to another if it does not.
// It returns the place where it begins.
func (e *emitter) logic(l *logic, then, otherwise int) int {
	switch {
	case l.is(true):
		return then
	case l.is(false):
		return otherwise
	case l.op == isNot:
		return e.logic(l.left, otherwise, then)
	case l.op == isAnd:
		return e.logic(l.left, e.logic(l.right, then, otherwise), otherwise)
	case l.op == isOr:
		return e.logic(l.left, then, e.logic(l.right, then, otherwise))
	}
	return e.test(&l.test, then, otherwise)
}

func (e *emitter) test(t *test, then, otherwise int) int {
	e.branch(t.cond, t.value, then, otherwise)
	if t.mask != 0 {
		e.emit(netbpf.ALUOpConstant{Op: netbpf.ALUOpAnd, Val: t.mask})
	}
	e.emit(t.load)
	if t.indirect {
		e.emit(netbpf.LoadMemShift{Off: t.headerAt})
	}
	return e.at()
}

// branch adds a conditional jump. It can skip 255 instructions; for more, a
// plain jump stands behind it.
func (e *emitter) branch(cond netbpf.JumpTest, value uint32, then, otherwise int) {
	const far = 255
	// The jump itself may be moved by two plain ones.
	if e.at()+2-min(then, otherwise) > far {
		if e.at()+2-then > far {
			then = e.jump(then)
		}
		if e.at()+2-otherwise > far {
			otherwise = e.jump(otherwise)
		}
	}
	e.emit(netbpf.JumpIf{Cond: cond, Val: value, SkipTrue: e.skip(then), SkipFalse: e.skip(otherwise)})
}

// skip is how many instructions one that is added next has to skip.
func (e *emitter) skip(to int) uint8 { return uint8(e.at() - to) }

// jump adds a plain jump.
func (e *emitter) jump(to int) int { return e.emit(netbpf.Jump{Skip: uint32(e.at() - to)}) }
