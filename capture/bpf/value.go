package bpf

import (
	"fmt"
	"math"
	"net/netip"
	"strconv"
	"strings"
)

// value reads the value that q announced.
func (p *parser) value(q qualifiers) (value, error) {
	t := p.peek()
	switch t.text {
	case "":
		return value{}, fail(t, fmt.Sprintf("%s ends without a value", q.kind), "write for instance "+exampleOf(q.kind))
	case "and", "or", ")":
		return value{}, fail(t, fmt.Sprintf("%s stands where the value of %s has to be", t.text, q.kind), "write for instance "+exampleOf(q.kind))
	}
	p.take()
	if isKeyword(t.text) {
		return value{}, fail(t, fmt.Sprintf("%q stands where the value of %s has to be", t.text, q.kind), orderHint(t.text, q.kind))
	}
	switch q.kind {
	case "port":
		return portValue(t)
	case "portrange":
		return rangeValue(t)
	case "net":
		return p.netValue(t, q)
	}
	return hostValue(t, q)
}

func exampleOf(kind string) string {
	switch kind {
	case "port":
		return "port 80"
	case "portrange":
		return "portrange 8000-8999"
	case "net":
		return "net 10.99.0.0/16"
	}
	return "host 10.99.0.1"
}

// orderHint answers qualifiers in the wrong order, which is a common slip.
func orderHint(word, kind string) string {
	switch word {
	case "src", "dst":
		return fmt.Sprintf("write %s %s", word, exampleOf(kind))
	case "tcp", "udp", "sctp", "ip", "ip6":
		return fmt.Sprintf("write %s first: %s %s", word, word, exampleOf(kind))
	}
	return "write for instance " + exampleOf(kind)
}

// number reads a decimal number as people write it. libpcap would take 010 for
// eight, and nobody means that.
func number(s string) (n int, ok bool) {
	if s == "" || len(s) > 1 && s[0] == '0' || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		return math.MaxInt, true
	}
	return n, true
}

// port reads a number or a name; at is where s stands in the expression.
func port(s string, at int) (uint16, error) {
	if n, ok := services[s]; ok {
		return n, nil
	}
	t := token{s, at}
	n, ok := number(s)
	switch {
	case ok && n <= math.MaxUint16:
		return uint16(n), nil
	case ok:
		return 0, fail(t, fmt.Sprintf("%s is no port: the highest is 65535", s), "write a number up to 65535")
	case strings.ContainsAny(s, ":/"), strings.Contains(s, "."):
		return 0, fail(t, fmt.Sprintf("%q is no port", s), "write the address with host: host ADDRESS and port NUMBER")
	case startsNumber(s):
		return 0, fail(t, fmt.Sprintf("%q is no decimal number", s), "write the port like 80")
	}
	return 0, fail(t, fmt.Sprintf("no port with the name %q is known", s), "write its number; known are ssh, domain, http, https, http-alt and a few more")
}

func portValue(t token) (value, error) {
	if from, to, ok := strings.Cut(t.text, "-"); ok && startsNumber(from) && startsNumber(to) {
		return value{}, fail(t, fmt.Sprintf("%q is a range of ports", t.text), "write portrange "+t.text)
	}
	n, err := port(t.text, t.at)
	return value{from: n, to: n}, err
}

// rangeValue reads a range; a single port is one, and its ends may stand in
// any order.
func rangeValue(t token) (value, error) {
	if services[t.text] != 0 {
		n, err := port(t.text, t.at)
		return value{from: n, to: n}, err
	}
	first, second, found := strings.Cut(t.text, "-")
	from, err := port(first, t.at)
	if err != nil {
		return value{}, err
	}
	to := from
	if found {
		if to, err = port(second, t.at+len(first)+1); err != nil {
			return value{}, err
		}
	}
	return value{from: min(from, to), to: max(from, to)}, nil
}

// hostValue reads a whole address.
func hostValue(t token, q qualifiers) (value, error) {
	addr, err := netip.ParseAddr(t.text)
	switch {
	case err == nil:
		return value{addr: addr, mask: maskOf(addr, addr.BitLen())}, q.checkFamily(t, addr)
	case strings.Contains(t.text, "/"):
		return value{}, fail(t, fmt.Sprintf("%q is a network, no host", t.text), "write net "+t.text)
	case startsNumber(t.text) && strings.Trim(t.text, "0123456789.") == "":
		if _, err := abbreviated(t); err == nil && strings.Contains(t.text, ".") {
			return value{}, fail(t, fmt.Sprintf("%q is only a part of an address", t.text), "write net "+t.text+", or the whole address")
		}
		return value{}, fail(t, fmt.Sprintf("%q is no address", t.text), "write it like host 10.99.0.1")
	case strings.Contains(t.text, ":"):
		return value{}, fail(t, fmt.Sprintf("%q is no IPv6 address", t.text), "write it like host 2001:db8::1")
	}
	if err := foreign(t); err != nil && strings.Contains(err.Error(), viaTcpdump) {
		return value{}, err
	}
	return value{}, fail(t, fmt.Sprintf("%q is a name, and names are not looked up here", t.text), "write its address (getent hosts "+t.text+" tells it)")
}

// netValue reads a network: whole or abbreviated, with a length, a mask, or
// neither.
func (p *parser) netValue(t token, q qualifiers) (value, error) {
	base, length, found := strings.Cut(t.text, "/")
	v, err := netBase(token{base, t.at}, found)
	if err != nil {
		return v, err
	}
	switch {
	case found:
		n, ok := number(length)
		if !ok || n > v.addr.BitLen() {
			return v, fail(token{length, t.at + len(base) + 1}, fmt.Sprintf("%q is no prefix length up to %d", length, v.addr.BitLen()), "write for instance "+exampleOf("net"))
		}
		v.mask = maskOf(v.addr, n)
	case p.peek().text == "mask":
		p.take()
		if v.mask, err = p.mask(v.addr); err != nil {
			return v, err
		}
	}
	if !within(v.addr, v.mask) {
		return v, fail(t, fmt.Sprintf("%s has bits outside its mask", t.text), "write "+masked(v))
	}
	return v, q.checkFamily(t, v.addr)
}

// netBase reads the address of a network; the mask is that of the parts which
// are given.
func netBase(t token, hasLength bool) (value, error) {
	if addr, err := netip.ParseAddr(t.text); err == nil {
		return value{addr: addr, mask: maskOf(addr, addr.BitLen())}, nil
	}
	if strings.Contains(t.text, ":") || !startsNumber(t.text) {
		return value{}, fail(t, fmt.Sprintf("%q is no address of a network", t.text), "write it like net 10.99.0.0/16 or net 2001:db8::/32")
	}
	v, err := abbreviated(t)
	if err != nil {
		return v, err
	}
	if single := !strings.Contains(t.text, "."); single && hasLength {
		return v, fail(t, fmt.Sprintf("%q is too short for a network with a length", t.text), fmt.Sprintf("write net %s.0.0.0/LENGTH", t.text))
	} else if single && t.text == "0" {
		return v, fail(t, "libpcap takes net 0 for the single address 0.0.0.0", "write net 0.0.0.0/8, or net 0.0.0.0/0 for all")
	}
	return v, nil
}

// abbreviated reads the first one to three numbers of an IPv4 address.
func abbreviated(t token) (value, error) {
	parts := strings.Split(t.text, ".")
	var a [4]byte
	if len(parts) > 3 {
		return value{}, fail(t, fmt.Sprintf("%q is no address of a network", t.text), "write it like net 10.99.0.0/16")
	}
	for i, part := range parts {
		n, ok := number(part)
		if !ok || n > math.MaxUint8 {
			return value{}, fail(t, fmt.Sprintf("%q is no address of a network", t.text), "write it like net 10.99.0.0/16")
		}
		a[i] = byte(n)
	}
	addr := netip.AddrFrom4(a)
	return value{addr: addr, mask: maskOf(addr, 8*len(parts))}, nil
}

// mask reads what stands behind the word mask.
func (p *parser) mask(addr netip.Addr) (netip.Addr, error) {
	t := p.take()
	mask, err := netip.ParseAddr(t.text)
	if err != nil || !mask.Is4() {
		return mask, fail(t, fmt.Sprintf("%q is no mask", t.text), "write it like net 10.99.0.0 mask 255.255.0.0")
	}
	if !addr.Is4() {
		return mask, fail(t, "an IPv6 network has a length and no mask", "write it like net 2001:db8::/32")
	}
	return mask, nil
}

// masked shows the network that v may have been meant as.
func masked(v value) string {
	a, m := v.addr.AsSlice(), v.mask.AsSlice()
	for i := range a {
		a[i] &= m[i]
	}
	v.addr, _ = netip.AddrFromSlice(a)
	return "net " + v.text("net")
}

// checkFamily refuses an address that the protocol before it cannot have.
func (q *qualifiers) checkFamily(t token, addr netip.Addr) error {
	switch {
	case q.protocol == "":
		return nil
	case q.protocol == "ip6" && addr.Is4():
		return fail(t, t.text+" is an IPv4 address, and cannot follow ip6", "write ip instead of ip6")
	case q.protocol != "ip6" && !addr.Is4():
		return fail(t, fmt.Sprintf("%s is an IPv6 address, and cannot follow %s", t.text, q.protocol), fmt.Sprintf("write ip6 instead of %s", q.protocol))
	}
	return nil
}
