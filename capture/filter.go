package capture

import (
	"fmt"
	"sync/atomic"

	"elbscope/capture/bpf"
	"elbscope/capture/flow"
)

// Filter chooses among the packets of an input before they are decoded. What
// it leaves out is counted as filtered, and numbers stay those of the input.
// nil leaves out nothing.
type Filter struct {
	// programs are by link type. A packet of another link type is kept: a
	// filter that cannot read it has nothing to say about it.
	programs map[LinkType]bpf.Program
	// any is a program that does not say for which link type it was made: for
	// that of the first packet, which is link.
	any  bpf.Program
	link atomic.Pointer[LinkType]
}

// NewFilter returns a Filter for all link types that are decoded, which does
// not change. It fails if a program would be too long.
func NewFilter(f *bpf.Filter) (*Filter, error) {
	out := &Filter{programs: make(map[LinkType]bpf.Program)}
	for _, link := range []LinkType{
		LinkNull, LinkEthernet, LinkRawBSD, LinkRaw, LinkLoop, LinkLinuxSLL, LinkIPv4, LinkIPv6, LinkLinuxSLL2,
	} {
		p, err := f.Compile(uint16(link), bpf.Everything)
		if err != nil {
			return nil, err
		}
		out.programs[link] = p
	}
	return out, nil
}

// NewProgramFilter returns a Filter that asks p, which was made for one link
// type; that of the first packet is taken for it. Packets of others are kept,
// which one problem tells, however many link types they are of. Whoever looks at the same packets again, to save some,
// takes the same Filter: the link type stays what it was.
func NewProgramFilter(p bpf.Program) *Filter { return &Filter{any: p} }

// Keep tells whether p is to be looked at. note receives what is wrong, and
// may be nil.
func (f *Filter) Keep(p *Packet, note func(flow.Problem)) bool {
	if f == nil {
		return true
	}
	program, ok := f.programs[p.Link]
	if f.any != nil {
		link := f.link.Load()
		if link == nil {
			first := p.Link
			f.link.CompareAndSwap(nil, &first)
			link = f.link.Load()
		}
		program, ok = f.any, p.Link == *link
		if !ok && note != nil {
			note(flow.Problem{Code: flow.ProblemFilterLink, Packet: p.Num, Message: fmt.Sprintf(
				"packets were not filtered that are not of link type %s, as the first one is: a program is for one link type; "+
					"filter the others with a program of their own, or all by an expression: elbscope -f 'tcp port 80' FILE", *link)})
		}
	}
	return !ok || program.Match(p.Data, max(int(p.Orig), len(p.Data)))
}
