package bpf

import (
	"fmt"
	"math/bits"
	"net/netip"
	"strings"
)

// Filter is an expression that was understood. It does not change; nil and the
// zero value let every packet pass.
type Filter struct {
	root *expr // nil for everything
}

// operator is what an expr does with its parts.
type operator uint8

const (
	isPrimitive operator = iota
	isNot                // of left
	isAnd
	isOr
)

// expr is a node of the expression's tree.
type expr struct {
	op          operator
	left, right *expr
	primitive   primitive // if op says so
}

// primitive is what says something about a packet by itself: its qualifiers
// and its value.
type primitive struct {
	qualifiers
	value value
}

// qualifiers say how a value is meant. An empty one was not given.
type qualifiers struct {
	protocol  string // "ip", "ip6", "arp", "rarp", "tcp", "udp", "sctp", "icmp", "icmp6"
	direction string // "src", "dst", "src or dst", which is the default, "src and dst"
	kind      string // "host", "net", "port", "portrange"; of a protocol alone ""
}

// value is an address with its mask or a range of ports.
type value struct {
	// addr is that of a host or a net, mask its mask, of which addr has no
	// bit outside.
	addr, mask netip.Addr
	// from and to are ports, equal for a single one.
	from, to uint16
}

// Empty tells whether the filter lets every packet pass because it says
// nothing.
func (f *Filter) Empty() bool { return f == nil || f.root == nil }

// String returns the filter with all qualifiers spelled out. It parses to the
// same filter.
func (f *Filter) String() string {
	if f.Empty() {
		return ""
	}
	var b strings.Builder
	f.root.write(&b)
	return b.String()
}

func (e *expr) write(b *strings.Builder) {
	switch e.op {
	case isPrimitive:
		b.WriteString(e.primitive.String())
	case isNot:
		b.WriteString("not ")
		e.left.writeOperand(b)
	default:
		// and and or group from the left by themselves.
		e.left.write(b)
		if e.op == isAnd {
			b.WriteString(" and ")
		} else {
			b.WriteString(" or ")
		}
		e.right.writeOperand(b)
	}
}

// writeOperand writes e so that nothing around it can take it apart.
func (e *expr) writeOperand(b *strings.Builder) {
	if e.op != isAnd && e.op != isOr {
		e.write(b)
		return
	}
	b.WriteByte('(')
	e.write(b)
	b.WriteByte(')')
}

// String returns the primitive in libpcap's language.
func (p *primitive) String() string {
	words := make([]string, 0, 4)
	for _, w := range []string{p.protocol, p.direction, p.kind, p.value.text(p.kind)} {
		if w != "" {
			words = append(words, w)
		}
	}
	return strings.Join(words, " ")
}

// text writes a value as its kind wants it.
func (v *value) text(kind string) string {
	switch kind {
	case "host":
		return v.addr.String()
	case "net":
		if n, ok := prefixLength(v.mask); ok {
			return fmt.Sprintf("%s/%d", v.addr, n)
		}
		return fmt.Sprintf("%s mask %s", v.addr, v.mask)
	case "port":
		return fmt.Sprint(v.from)
	case "portrange":
		return fmt.Sprintf("%d-%d", v.from, v.to)
	}
	return ""
}

// prefixLength returns the number of leading ones, if mask has no others.
func prefixLength(mask netip.Addr) (n int, ok bool) {
	done := false
	for _, b := range mask.AsSlice() {
		ones := bits.LeadingZeros8(^b)
		if done && b != 0 || b<<ones != 0 {
			return 0, false
		}
		n += ones
		done = ones < 8
	}
	return n, true
}

// maskOf returns the mask with n leading ones for an address like addr.
func maskOf(addr netip.Addr, n int) netip.Addr {
	ones := make([]byte, addr.BitLen()/8)
	for i := range ones {
		ones[i] = ^byte(0xff >> min(max(n-8*i, 0), 8))
	}
	mask, _ := netip.AddrFromSlice(ones)
	return mask
}

// within tells whether addr has no bit outside mask.
func within(addr, mask netip.Addr) bool {
	a, m := addr.AsSlice(), mask.AsSlice()
	for i := range a {
		if a[i]&^m[i] != 0 {
			return false
		}
	}
	return true
}
