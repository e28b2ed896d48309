package bpf

import netbpf "golang.org/x/net/bpf"

// logic is a condition on the bytes of a packet: what a filter comes to for
// one layout. Its parts are tried from the left and only as far as needed,
// which matters where a packet is too short for a later one: such a load
// rejects the packet, whatever the rest of the filter says.
type logic struct {
	op          operator
	left, right *logic
	test        test // if op is isPrimitive and always is nil
	always      *bool
}

// test compares something loaded with a value.
type test struct {
	load netbpf.Instruction
	// headerAt is where an IPv4 header begins whose length is loaded into X
	// first, if indirect is set.
	headerAt uint32
	indirect bool
	mask     uint32 // 0 for none
	cond     netbpf.JumpTest
	value    uint32
}

func (t test) logic() *logic { return &logic{test: t} }

func constant(b bool) *logic { return &logic{always: &b} }

// equals compares size bytes at an offset.
func equals(at uint32, size int, value uint32) *logic {
	return test{load: netbpf.LoadAbsolute{Off: at, Size: size}, value: value}.logic()
}

// masks compares the bits of a mask in size bytes at an offset.
func masks(at uint32, size int, mask, value uint32) *logic {
	return test{load: netbpf.LoadAbsolute{Off: at, Size: size}, mask: mask, value: value}.logic()
}

// is tells whether l is settled to be b.
func (l *logic) is(b bool) bool { return l.always != nil && *l.always == b }

// both is left and right. What is settled on the right does not save the look
// at the left: it may reject a packet for being too short.
func both(left, right *logic) *logic {
	switch {
	case left.is(true):
		return right
	case left.is(false):
		return left
	}
	return &logic{op: isAnd, left: left, right: right}
}

// either is left or right; otherwise it is like both.
func either(left, right *logic) *logic {
	switch {
	case left.is(false):
		return right
	case left.is(true):
		return left
	}
	return &logic{op: isOr, left: left, right: right}
}

func opposite(l *logic) *logic {
	if l.always != nil {
		return constant(!*l.always)
	}
	return &logic{op: isNot, left: l}
}
