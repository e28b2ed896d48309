package capture

import "elbscope/capture/flow"

// Where the parts of packet blocks are, counted from the block's start
// (pcapng draft, sections 4.3 and 4.4). The obsolete Packet Block differs from
// the Enhanced one only in that its interface has 16 bits, and a drop counter
// follows.
const (
	enhancedLen = 28
	simpleLen   = 12
)

// Problems that are counted; each is said once.
var (
	problemStray = advice{"Write the file anew with `tshark -r FILE -w NEW`.", "tshark -r FILE -w NEW"}.problem(
		flow.ProblemDamaged, "A packet is of an interface that the file does not describe, so that it cannot be decoded")
	problemOverlong = advice{"Copy the file again in binary mode, for instance with `scp`.", "scp HOST:FILE ."}.problem(
		flow.ProblemDamaged, "A packet claims more bytes than its block holds, so that it cannot be decoded")
)

const messageUntimed = "Packets without time stamps (Simple Packet Blocks) take the time of the packet before them, so that durations mean nothing. " +
	"Capture with `tcpdump -w FILE`."

// packet reads a packet block of any of the three kinds.
func (s *pcapngSource) packet(p *Packet, kind, total uint32) error {
	if total > maxBlock {
		if err := s.pass(total); err != nil {
			return err
		}
		s.overlong(p)
		return nil
	}
	at := s.win.at
	block, err := s.load(total)
	if err != nil {
		return err
	}
	if kind == blockSimple {
		s.simple(p, block, at)
	} else {
		s.enhanced(p, block, at, kind)
	}
	return nil
}

// enhanced reads an Enhanced Packet Block, or an obsolete Packet Block, that
// stands at this offset.
func (s *pcapngSource) enhanced(p *Packet, block []byte, at int64, kind uint32) {
	if len(block) < enhancedLen+4 {
		s.overlong(p)
		return
	}
	id := s.order.u32(block[8:])
	if kind == blockOldPacket {
		id = uint32(s.order.u16(block[8:]))
	}
	if uint64(id) >= uint64(len(s.ifaces)) {
		s.stray(p)
		return
	}
	capLen := s.order.u32(block[20:])
	if capLen > maxCapLen || int(capLen) > len(block)-enhancedLen-4 {
		s.overlong(p)
		return
	}
	iface := &s.ifaces[id]
	stamp := uint64(s.order.u32(block[12:]))<<32 | uint64(s.order.u32(block[16:]))
	p.Time = iface.scale.time(stamp)
	p.Iface = s.firstIface + int(id)
	p.Link = iface.link
	p.Data = block[enhancedLen : enhancedLen+int(capLen) : enhancedLen+int(capLen)]
	p.Orig = max(s.order.u32(block[24:]), capLen)
	p.Offset = s.offset(at + enhancedLen)
	s.lastTime = p.Time
	s.count(p)
	s.countTime(p, &iface.clock)
}

// simple reads a Simple Packet Block: of the section's first interface, with
// neither a time nor a captured length of its own.
func (s *pcapngSource) simple(p *Packet, block []byte, at int64) {
	if len(block) < simpleLen+4 {
		s.overlong(p)
		return
	}
	if len(s.ifaces) == 0 {
		s.stray(p)
		return
	}
	iface := &s.ifaces[0]
	p.Orig = s.order.u32(block[8:])
	capLen := min(p.Orig, uint32(len(block)-simpleLen-4))
	if iface.snapLen != 0 {
		capLen = min(capLen, iface.snapLen)
	}
	if capLen > maxCapLen {
		s.overlong(p)
		return
	}
	p.Time = s.lastTime
	p.Iface = s.firstIface
	p.Link = iface.link
	p.Data = block[simpleLen : simpleLen+int(capLen) : simpleLen+int(capLen)]
	p.Offset = s.offset(at + simpleLen)
	s.count(p)
	s.again(&s.untimedAt, flow.ProblemNoTimestamps, messageUntimed, p.Num)
}

// stray makes p a packet of an unknown interface.
func (s *pcapngSource) stray(p *Packet) { s.broken(p, &s.strayAt, &problemStray) }

// overlong makes p a packet whose length does not fit its block.
func (s *pcapngSource) overlong(p *Packet) { s.broken(p, &s.overlongAt, &problemOverlong) }

// broken makes p a packet of which nothing can be said, and counts it. Its
// time is not trusted either, as one wrong time would upset all that wait.
// Iface is 0 only so that whoever keeps a table by it need not fear.
func (s *pcapngSource) broken(p *Packet, index *problemIndex, problem *flow.Problem) {
	*p = Packet{Time: s.lastTime, Link: noLink, Data: []byte{}, Offset: -1}
	s.count(p)
	s.againProblem(index, *problem, p.Num)
}
