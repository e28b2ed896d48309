package bpf

import "strings"

// Misses says, in words that can follow "it leaves out", what of the traffic
// that a filter is meant to select it may leave out all the same, because its
// words look only at what stands directly behind the link layer and the IP
// header. It is empty where nothing of that kind can happen.
func (f *Filter) Misses() []string {
	if f.Empty() {
		return nil
	}
	var out []string
	may := func(part func(*primitive) bool, still situation) bool {
		return f.root.wants(part) && f.root.in(still) != yes
	}
	if may((*primitive).hasPorts, laterFragment) {
		out = append(out, "all but the first fragment of a packet")
	}
	if may((*primitive).hasTransport, behindExtension) {
		out = append(out, "IPv6 packets with extension headers")
	}
	if may((*primitive).exists, tagged) {
		out = append(out, "packets with a VLAN tag")
	}
	var tunnels []string
	for _, t := range [...]struct {
		name   string
		around situation
	}{
		{"VXLAN", tunnelled(4789)},
		{"GENEVE", tunnelled(6081)},
		{"GRE or IP in IP", inIP},
	} {
		if may((*primitive).exists, t.around) {
			tunnels = append(tunnels, t.name)
		}
	}
	if len(tunnels) > 0 {
		out = append(out, "packets in a tunnel ("+strings.Join(tunnels, ", ")+")")
	}
	return out
}

func (p *primitive) exists() bool       { return true }
func (p *primitive) hasPorts() bool     { return p.kind == "port" || p.kind == "portrange" }
func (p *primitive) hasTransport() bool { return p.hasPorts() || protocolNumbers[p.protocol] != 0 }

// wants tells whether a packet can be selected because of a primitive that
// applies, and not only because it does not hold.
func (e *expr) wants(applies func(*primitive) bool) bool { return e.polar(true, applies) }

func (e *expr) polar(positive bool, applies func(*primitive) bool) bool {
	switch e.op {
	case isPrimitive:
		return positive && applies(&e.primitive)
	case isNot:
		return e.left.polar(!positive, applies)
	}
	return e.left.polar(positive, applies) || e.right.polar(positive, applies)
}

// answer is what is known of a condition.
type answer int8

const (
	no    answer = -1
	maybe answer = 0
	yes   answer = 1
)

// situation says what a primitive comes to for a kind of packet.
type situation func(*primitive) answer

// in evaluates an expression.
func (e *expr) in(s situation) answer {
	switch e.op {
	case isPrimitive:
		return s(&e.primitive)
	case isNot:
		return -e.left.in(s)
	case isAnd:
		return min(e.left.in(s), e.right.in(s))
	}
	return max(e.left.in(s), e.right.in(s))
}

// laterFragment is a fragment of TCP over IPv4 that is not the first.
func laterFragment(p *primitive) answer {
	switch {
	case p.kind == "host", p.kind == "net":
		return maybe
	case p.kind == "" && (p.protocol == "ip" || p.protocol == "tcp"):
		return yes
	}
	return no
}

// behindExtension is an IPv6 packet whose transport header follows others.
func behindExtension(p *primitive) answer {
	switch {
	case p.kind == "host", p.kind == "net":
		return maybe
	case p.kind == "" && p.protocol == "ip6":
		return yes
	}
	return no
}

// tagged is a packet with a VLAN tag, in which nothing is found.
func tagged(*primitive) answer { return no }

// inIP is the packet around another one with no transport header between them:
// GRE or IP in IP, over IPv4 or IPv6.
func inIP(p *primitive) answer {
	switch {
	case p.kind == "host", p.kind == "net", p.kind == "" && (p.protocol == "ip" || p.protocol == "ip6"):
		return maybe
	}
	return no
}

// tunnelled is the packet around another one: UDP to a port that is known,
// from a high one that is not.
func tunnelled(port uint16) situation {
	const high = 32768
	return func(p *primitive) answer {
		from, to := p.value.from, p.value.to
		switch {
		case p.kind == "host", p.kind == "net":
			return maybe
		case p.hasPorts() && p.protocol != "" && p.protocol != "udp":
			return no
		case p.hasPorts() && from <= port && port <= to && p.direction != "src" && p.direction != "src and dst":
			return yes
		case p.hasPorts() && to >= high && p.direction != "dst":
			return maybe
		case p.hasPorts():
			return no
		case p.protocol == "udp":
			return yes
		case p.protocol == "ip", p.protocol == "ip6":
			return maybe
		}
		return no
	}
}
