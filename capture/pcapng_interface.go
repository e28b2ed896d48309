package capture

import (
	"math"
	"math/bits"

	"elbscope/capture/flow"
)

// The options that are read (pcapng draft, sections 4.2 and 4.6).
const (
	optionEnd      = 0
	optionTsresol  = 9  // if_tsresol
	optionTsoffset = 14 // if_tsoffset
	optionIfDrop   = 5  // isb_ifdrop
	optionOSDrop   = 7  // isb_osdrop
)

const (
	describeLen   = 16 // fixed part of an Interface Description Block
	statisticsLen = 20 // fixed part of an Interface Statistics Block
)

const messageDropped = "The machine that captured dropped packets, as it says in the file: what hangs on them cannot be told. " +
	"Capture less with a filter, or give it more room, with `tcpdump -B 65536` for instance."

// ngInterface is what an Interface Description Block says, and what has been
// learnt of the interface since.
type ngInterface struct {
	link    LinkType
	snapLen uint32 // 0 is no limit
	scale   timeScale
	clock   ifaceClock
	// dropped is the last count of lost packets that the file stated; the
	// counts include those before.
	dropped uint64
	// asOf is when it did so, valid if stated.
	asOf   flow.Time
	stated bool
}

// describe reads an Interface Description Block.
func (s *pcapngSource) describe(total uint32) error {
	if total > maxBlock || total < describeLen+4 {
		return s.damage("an interface description has an impossible length")
	}
	if s.firstIface+len(s.ifaces) >= maxInterfaces {
		return s.damage("it describes more than 65536 interfaces")
	}
	block, err := s.load(total)
	if err != nil {
		return err
	}
	iface := ngInterface{
		link:    LinkType(s.order.u16(block[8:])),
		snapLen: s.order.u32(block[12:]),
	}
	resolution, offset := byte(6), int64(0)
	s.eachOption(block[describeLen:total-4], func(code uint16, value []byte) {
		switch {
		case code == optionTsresol && len(value) >= 1:
			resolution = value[0]
		case code == optionTsoffset && len(value) >= 8:
			offset = int64(s.order.u64(value))
		}
	})
	iface.scale = newTimeScale(resolution, offset)
	s.ifaces = append(s.ifaces, iface)
	s.addLink(iface.link)
	return nil
}

// statistics reads an Interface Statistics Block, of which only the losses
// matter. One that makes no sense is passed over: no packet depends on it.
// Where an earlier one tells that the losses came after it, p becomes a
// heartbeat that says so. The only one of a file, at its end, tells no time: then
// it was at any time in it, which is known when all has been read.
func (s *pcapngSource) statistics(p *Packet, total uint32) (heartbeat bool, err error) {
	if total > maxBlock || total < statisticsLen+4 {
		return false, s.pass(total)
	}
	block, err := s.load(total)
	if err != nil {
		return false, err
	}
	id := s.order.u32(block[8:])
	if uint64(id) >= uint64(len(s.ifaces)) {
		return false, nil
	}
	var dropped uint64
	s.eachOption(block[statisticsLen:total-4], func(code uint16, value []byte) {
		if (code == optionIfDrop || code == optionOSDrop) && len(value) >= 8 {
			dropped += s.order.u64(value)
		}
	})
	iface := &s.ifaces[id]
	now := iface.scale.time(uint64(s.order.u32(block[12:]))<<32 | uint64(s.order.u32(block[16:])))
	before := *iface
	iface.asOf, iface.stated = now, true
	if dropped <= before.dropped {
		return false, nil
	}
	s.dropped += dropped - before.dropped
	s.info.AddProblem(flow.Problem{Code: flow.ProblemKernelDropped, Message: messageDropped, Packet: s.info.Packets, Count: dropped - before.dropped})
	iface.dropped = dropped
	if !before.stated || before.asOf >= now || !s.timed {
		s.info.LostSometime = true
		return false, nil
	}
	*p = Packet{Time: s.info.Last, Offset: -1, LostFrom: before.asOf, LostTo: now}
	return true, nil
}

// eachOption calls f for each option of a list. It stops at the end mark and,
// as options are never needed to read packets, silently at the first one that
// does not fit.
func (s *pcapngSource) eachOption(list []byte, f func(code uint16, value []byte)) {
	for len(list) >= 4 {
		code, length := s.order.u16(list), int(s.order.u16(list[2:]))
		list = list[4:]
		if code == optionEnd || length > len(list) {
			return
		}
		f(code, list[:length])
		list = list[min((length+3)&^3, len(list)):]
	}
}

// timeScale turns the time stamps of an interface into nanoseconds:
// stamp*multiply/divide, or stamp*multiply>>shift, plus offset.
type timeScale struct {
	multiply, divide uint64
	shift            uint
	offset           int64
}

// newTimeScale reads if_tsresol (the highest bit set: 2 to the power of minus
// the rest; clear: 10 to it) and if_tsoffset, in seconds.
func newTimeScale(resolution byte, seconds int64) timeScale {
	scale := timeScale{multiply: 1, divide: 1}
	switch power := uint(resolution & 0x7F); {
	case resolution&0x80 != 0:
		scale.multiply, scale.shift = nanosPerSecond, power
	case power <= 9:
		scale.multiply = powerOf10(9 - power)
	default:
		scale.divide = powerOf10(power - 9)
	}
	switch {
	case seconds > math.MaxInt64/nanosPerSecond:
		scale.offset = math.MaxInt64
	case seconds < math.MinInt64/nanosPerSecond:
		scale.offset = math.MinInt64
	default:
		scale.offset = seconds * nanosPerSecond
	}
	return scale
}

// powerOf10 returns 10 to the power of n, at most 10 to the power of 19, the
// largest that a uint64 holds. A resolution so fine that this matters cannot
// count up to a second in 64 bits.
func powerOf10(n uint) uint64 {
	power := uint64(1)
	for range min(n, 19) {
		power *= 10
	}
	return power
}

// time converts a time stamp. What does not fit becomes the nearest time that
// does.
func (c *timeScale) time(stamp uint64) flow.Time {
	high, low := bits.Mul64(stamp, c.multiply)
	switch {
	case c.shift >= 64:
		// In Go a shift by more than the width gives 0.
		high, low = 0, high>>(c.shift-64)
	case c.shift > 0:
		high, low = high>>c.shift, low>>c.shift|high<<(64-c.shift)
	case c.divide > 1:
		low /= c.divide // multiply is 1 here, so high is 0
	}
	if high != 0 || low > math.MaxInt64 {
		low = math.MaxInt64
	}
	sum := int64(low) + c.offset
	if c.offset > 0 && sum < 0 {
		// low is never negative, so only a positive offset can overflow.
		return math.MaxInt64
	}
	return flow.Time(sum)
}
