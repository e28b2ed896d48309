package capture

import (
	"fmt"

	"elbscope/capture/flow"
)

// Sizes of the two structures of a classic capture file, as in libpcap's
// pcap-savefile(5).
const (
	pcapFileHeaderLen   = 24
	pcapRecordHeaderLen = 16
)

// The magic numbers of a classic capture file, read in the writer's order.
const (
	pcapMagicMicro = 0xA1B2C3D4
	pcapMagicNano  = 0xA1B23C4D
)

// pcapSource reads a classic capture file.
//
// The snapshot length in the file header is not used: several programs write
// a wrong one, and a longer packet that is really there is a good packet.
type pcapSource struct {
	reading
	order byteOrder
	// unit is how many nanoseconds the second half of a time stamp counts in.
	unit  flow.Time
	link  LinkType
	clock ifaceClock
}

// pcapMagic tells what the first four bytes of a classic capture say: the
// byte order and the unit of the time stamps in nanoseconds.
func pcapMagic(head []byte) (order byteOrder, unit flow.Time, ok bool) {
	if len(head) < 4 {
		return littleEndian, 0, false
	}
	for _, order := range []byteOrder{littleEndian, bigEndian} {
		switch order.u32(head) {
		case pcapMagicMicro:
			return order, 1000, true
		case pcapMagicNano:
			return order, 1, true
		}
	}
	return littleEndian, 0, false
}

// newPcap reads the file header. It fails as Next does.
func newPcap(r reading) (*pcapSource, error) {
	s := &pcapSource{reading: r}
	s.info.Format = "pcap"
	head, err := s.win.need(pcapFileHeaderLen)
	if err != nil {
		return nil, s.stop(err, "the file header", 0, pcapFileHeaderLen)
	}
	s.order, s.unit, _ = pcapMagic(head)
	// The upper half holds the length of a frame check sequence and flags
	// (pcap draft, section 4); who decodes stops at the end of the IP packet
	// anyway and need not know of it.
	s.link = LinkType(s.order.u32(head[20:]))
	s.win.take(pcapFileHeaderLen)
	s.addLink(s.link)
	return s, nil
}

// Next fills in p with the next packet of the file.
func (s *pcapSource) Next(p *Packet) error {
	if s.end != nil {
		return s.end
	}
	head, err := s.win.need(pcapRecordHeaderLen)
	if err != nil {
		return s.stopInside("the header of packet", err, pcapRecordHeaderLen)
	}
	capLen := s.order.u32(head[8:])
	if capLen > maxCapLen {
		return s.damage(fmt.Sprintf("packet %d claims a length of %d bytes", s.info.Packets+1, capLen))
	}
	size := pcapRecordHeaderLen + int(capLen)
	record, err := s.win.need(size)
	if err != nil {
		return s.stopInside("packet", err, size)
	}
	p.Time = flow.Time(s.order.u32(record))*nanosPerSecond + flow.Time(s.order.u32(record[4:]))*s.unit
	p.Iface = 0
	p.Link = s.link
	p.Data = record[pcapRecordHeaderLen:]
	// Some writers leave the original length at 0, or below what they kept.
	p.Orig = max(s.order.u32(record[12:]), capLen)
	p.Offset = s.offset(s.win.at + pcapRecordHeaderLen)
	s.win.take(size)
	s.count(p)
	s.countTime(p, &s.clock)
	return nil
}

// detach implements aheadReader.
func (s *pcapSource) detach() (Source, *window, bool) {
	c := *s
	return &c, c.win, c.lend()
}

// stopInside ends the source in the record of the next packet.
func (s *pcapSource) stopInside(what string, err error, want int) error {
	return s.stop(err, fmt.Sprintf("%s %d", what, s.info.Packets+1), s.win.at, int64(want))
}
