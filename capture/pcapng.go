package capture

import (
	"fmt"
	"io"

	"elbscope/capture/flow"
)

// The block types that are read; all others are passed over. The numbers and
// layouts are those of draft-ietf-opsawg-pcapng.
const (
	blockSection    = 0x0A0D0D0A // the same in both byte orders
	blockInterface  = 1
	blockOldPacket  = 2 // obsolete, section "Packet Block (obsolete!)"
	blockSimple     = 3
	blockStatistics = 5
	blockEnhanced   = 6
)

const (
	// blockFrame is what every block has: type and length before the body,
	// the length again behind it.
	blockHeaderLen = 8
	blockFrame     = blockHeaderLen + 4
	// sectionLen is the fixed part of a section header with its frame.
	sectionLen = blockFrame + 16
	// byteOrderMagic tells the byte order of a section.
	byteOrderMagic = 0x1A2B3C4D
	// maxBlock is the longest block that is loaded as a whole. The longest
	// packet takes a sixtieth of it; the rest is room for options.
	maxBlock = 16 << 20
	// maxInterfaces bounds what a file can make us remember.
	maxInterfaces = 65536
)

// pcapngSource reads a pcapng file of any number of sections.
type pcapngSource struct {
	reading
	order byteOrder
	// ifaces are the interfaces of the current section; firstIface is how
	// many the earlier sections had.
	ifaces     []ngInterface
	firstIface int
	// lastTime is the time of the latest packet, for those without their own.
	lastTime flow.Time
	// dropped is the sum of what the interfaces' statistics say was lost.
	dropped uint64

	untimedAt, strayAt, overlongAt problemIndex
}

// newPcapng reads the first section header. It fails as Next does.
func newPcapng(r reading) (*pcapngSource, error) {
	s := &pcapngSource{reading: r}
	s.info.Format = "pcapng"
	if err := s.section(); err != nil {
		return nil, err
	}
	return s, nil
}

// KernelDropped returns how many packets the capturing host lost, as far as
// the file has been read and says so (isb_ifdrop and isb_osdrop in its
// Interface Statistics Blocks).
func (s *pcapngSource) KernelDropped() uint64 { return s.dropped }

// Next fills in p with the next packet of the file, or with a heartbeat where
// the file says when packets were lost. A packet that contradicts
// itself inside a sound block comes with no data, link type 0xFFFF and the
// time of the packet before it, so that it can be counted.
func (s *pcapngSource) Next(p *Packet) error {
	for s.end == nil {
		if packet, err := s.block(p); packet || err != nil {
			return err
		}
	}
	return s.end
}

// detach implements aheadReader.
func (s *pcapngSource) detach() (Source, *window, bool) {
	c := *s
	return &c, c.win, c.lend()
}

// block reads one block and tells whether it was one for Next to return.
func (s *pcapngSource) block(p *Packet) (packet bool, err error) {
	head, err := s.win.need(blockHeaderLen)
	if err != nil {
		return false, s.stop(err, "the header of a block", s.win.at, blockHeaderLen)
	}
	kind, total := s.order.u32(head), s.order.u32(head[4:])
	if kind == blockSection {
		return false, s.section()
	}
	if err := s.checkLength(total); err != nil {
		return false, err
	}
	switch kind {
	case blockEnhanced, blockOldPacket, blockSimple:
		return true, s.packet(p, kind, total)
	case blockInterface:
		return false, s.describe(total)
	case blockStatistics:
		return s.statistics(p, total)
	}
	return false, s.pass(total)
}

// section starts a new section: another byte order perhaps, and interfaces
// numbered from 0 again. The section's length is not used; readers need it
// only to jump, and writers to a pipe leave it at -1.
func (s *pcapngSource) section() error {
	head, err := s.win.need(sectionLen - 4)
	if err != nil {
		return s.stop(err, "a section header", s.win.at, sectionLen)
	}
	switch {
	case littleEndian.u32(head[8:]) == byteOrderMagic:
		s.order = littleEndian
	case bigEndian.u32(head[8:]) == byteOrderMagic:
		s.order = bigEndian
	default:
		return s.damage("a section has no byte order")
	}
	total, major := s.order.u32(head[4:]), s.order.u16(head[12:])
	if err := s.checkLength(total); err != nil {
		return err
	}
	if total < sectionLen {
		return s.damage("a section header is too short")
	}
	if major != 1 {
		return s.damage(fmt.Sprintf("a section is in version %d of the pcapng format, and only version 1 is known", major))
	}
	s.firstIface += len(s.ifaces)
	s.ifaces = s.ifaces[:0]
	return s.pass(total)
}

// checkLength refuses lengths that no block has. Rounding an odd one up, as
// some readers do, only moves the trouble to the next block.
func (s *pcapngSource) checkLength(total uint32) error {
	if total < blockFrame || total%4 != 0 {
		return s.damage(fmt.Sprintf("a block claims a length of %d bytes", total))
	}
	return nil
}

// load returns a whole block and moves on behind it.
func (s *pcapngSource) load(total uint32) ([]byte, error) {
	block, err := s.win.need(int(total))
	if err != nil {
		return nil, s.stop(err, "a block", s.win.at, int64(total))
	}
	if s.order.u32(block[total-4:]) != total {
		return nil, s.damage("the two lengths of a block differ")
	}
	s.win.take(int(total))
	return block, nil
}

// pass moves on behind a block of any length without keeping it.
func (s *pcapngSource) pass(total uint32) error {
	from := s.win.at
	if err := s.win.skip(int64(total) - 4); err != nil {
		return s.stop(err, "a block", from, int64(total))
	}
	trailer, err := s.win.need(4)
	if err == io.EOF {
		// Clean for the window, which does not know that we are in a block.
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return s.stop(err, "a block", from, int64(total))
	}
	if s.order.u32(trailer) != total {
		return s.damage("the two lengths of a block differ")
	}
	s.win.take(4)
	return nil
}
