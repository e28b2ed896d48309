package bpf

import (
	"errors"
	"fmt"
	"slices"

	netbpf "golang.org/x/net/bpf"
)

// opcodes are those that exist, but for jumps and arithmetic.
var opcodes = []uint16{
	classLD | sizeW | modeABS, classLD | sizeH | modeABS, classLD | sizeB | modeABS,
	classLD | sizeW | modeIND, classLD | sizeH | modeIND, classLD | sizeB | modeIND,
	classLD | modeIMM, classLD | modeMEM, classLD | modeLEN,
	classLDX | modeIMM, classLDX | modeMEM, classLDX | modeLEN, classLDX | sizeB | modeMSH,
	classST, classSTX, classRET, classRET | returnA, classMISC, classMISC | moveTXA,
}

// validate returns the first instruction that no machine may run. These are
// the kernel's conditions (bpf_check_classic), but for memory that is read
// before it is written.
func (p Program) validate() (at int, err error) {
	if n := len(p); n == 0 || n > maxProgram {
		return 0, fmt.Errorf("a program has from 1 to %d instructions", maxProgram)
	}
	for at := range p {
		if err := checked(p[at], len(p)-at-1); err != nil {
			return at, err
		}
	}
	if last := len(p) - 1; p[last].Op&classMask != classRET {
		return last, errors.New("the last one has to be a return")
	}
	return 0, nil
}

// checked looks at one instruction that has so many behind it.
func checked(i netbpf.RawInstruction, behind int) error {
	switch i.Op & classMask {
	case classALU:
		return checkedALU(i)
	case classJMP:
		return checkedJump(i, behind)
	}
	if !slices.Contains(opcodes, i.Op) {
		return unknown(i)
	}
	inMemory := i.Op&classMask == classST || i.Op&classMask == classSTX ||
		i.Op&classMask <= classLDX && i.Op&modeMask == modeMEM
	if inMemory && i.K >= memorySize {
		return fmt.Errorf("memory has %d places, and not one with number %d", memorySize, i.K)
	}
	return nil
}

func unknown(i netbpf.RawInstruction) error { return fmt.Errorf("there is no operation %d", i.Op) }

func checkedALU(i netbpf.RawInstruction) error {
	op := i.Op & opMask
	if i.Op>>8 != 0 || op > aluXor || op == aluNeg && i.Op&sourceX != 0 {
		return unknown(i)
	}
	constant := i.Op&sourceX == 0
	switch {
	case constant && (op == aluDiv || op == aluMod) && i.K == 0:
		return errors.New("a division by zero")
	case constant && (op == aluLsh || op == aluRsh) && i.K >= 32:
		return fmt.Errorf("a shift by %d bits of 32", i.K)
	}
	return nil
}

func checkedJump(i netbpf.RawInstruction, behind int) error {
	op := i.Op & opMask
	if i.Op>>8 != 0 || op > jumpBitsSet || op == jumpAlways && i.Op&sourceX != 0 {
		return unknown(i)
	}
	far := max(int64(i.Jt), int64(i.Jf))
	if op == jumpAlways {
		far = int64(i.K)
	}
	if far >= int64(behind) {
		return errors.New("a jump beyond the end")
	}
	return nil
}
