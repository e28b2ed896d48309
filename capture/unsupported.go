package capture

import (
	"fmt"

	"elbscope/capture/flow"
)

// unsupported returns the problem of packets wrapped in something that is not
// decoded. The messages are built when the program starts, so that a capture
// full of such packets costs no more than counting.
func unsupported(wrapping, remedy string) *flow.Problem {
	return &flow.Problem{
		Code: flow.ProblemEncapsulation,
		Message: fmt.Sprintf("packets wrapped in %s are not decoded, so what is inside is missing here; %s",
			wrapping, remedy),
		Count: 1,
	}
}

// innerInterface returns the remedy for tunnels that end in an interface of
// their own.
func innerInterface(name string) string {
	return fmt.Sprintf("capture on the inner interface, for instance `tcpdump -i %s -s 0 -w FILE`", name)
}

var (
	inGRE    = unsupported("GRE for PPTP, or with a route in it", "capture behind where it ends")
	inPPPoE  = unsupported("PPPoE", innerInterface("ppp0"))
	inMPLS   = unsupported("MPLS", "capture behind the router that takes the labels off")
	inMACsec = unsupported("MACsec", innerInterface("macsec0"))
	inPBB    = unsupported("802.1ah (MAC-in-MAC)", "capture behind the bridge that unwraps them")
	inNSH    = unsupported("NSH (service chaining)", "capture on the instance itself")

	decoderFailed = flow.Problem{
		Code:    flow.ProblemDecoder,
		Message: "packets made the decoder fail and were left out, which is a defect of elbscope; please report it with the packet named here",
		Count:   1,
	}
)

// wrappedByEtherType returns the problem for an EtherType that wraps other
// packets, or nil.
func wrappedByEtherType(etherType uint16) *flow.Problem {
	switch etherType {
	case 0x8847, 0x8848:
		return inMPLS
	case 0x8864:
		return inPPPoE
	case 0x88e5:
		return inMACsec
	case 0x88e7:
		return inPBB
	case 0x894f:
		return inNSH
	}
	return nil
}

// maxUnknownLinks is how many unknown link types are reported one by one; no
// real capture has more than a few, a hostile one 65536.
const maxUnknownLinks = 16

// unknownLink is the problem of packets of a link type that is not decoded.
func unknownLink(name string) flow.Problem {
	return flow.Problem{
		Code: flow.ProblemUnknownLink,
		Message: "packets of link type " + name +
			" are not decoded; capture on an Ethernet or loopback interface, or with `tcpdump -i any`",
		Count: 1,
	}
}

// otherLinks is that of the link types that are not named.
var otherLinks = unknownLink("other than the ones named before")

// reportLinkType reports a packet of a link type that is not decoded.
func (d *decoder) reportLinkType(l LinkType) {
	p, ok := d.unknown[l]
	switch {
	case ok:
	case len(d.unknown) >= maxUnknownLinks:
		p = otherLinks
	default:
		p = unknownLink(fmt.Sprintf("%s (%d)", l, uint16(l)))
		d.unknown[l] = p
	}
	d.report(&p)
}

// report passes on p for the packet at hand.
func (d *decoder) report(p *flow.Problem) {
	if d.note == nil {
		return
	}
	found := *p
	found.Packet = d.num
	d.note(found)
}
