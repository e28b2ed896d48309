package capture

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"elbscope/capture/flow"
)

// Pump moves packets from sources through decoding and reassembly into a
// Sink. It is the one path of this program, the same for files, pipes and live
// interfaces. The Sink is called on one goroutine, the caller's; large files are
// read and decoded on another (ahead.go).
type Pump struct {
	// OnProgress is called now and then from within Run, if set.
	OnProgress func(Progress)
	// Pacer, if set, decides when each packet passes.
	Pacer Pacer
	// Filter chooses among the packets; nil keeps all.
	Filter *Filter

	shared shared
	totals flow.Counters
	dec    *decoder
	points []*point
	fp     flow.Packet
	// parted is set for a moment when the source at hand turned out not to
	// continue its point: it is the new one.
	parted *point
}

// Progress says how far Run has come.
type Progress struct {
	// Source is the index of the input at hand, of Sources.
	Source, Sources int
	// Packets is the number of packets read so far, of all inputs.
	Packets uint64
	// Dropped is how many packets were lost before they reached us.
	Dropped uint64
	// Done and Size say how far the input at hand has been read, in bytes of
	// the file; Size is -1 where that is not known.
	Done, Size int64
}

// point is a capture point: inputs that share reassembly and the detection of
// duplicates, because one continues the other.
type point struct {
	*assembler
	frags *fragments
	// links are the link types of its inputs, last the time of the latest
	// packet in those that have been read, and jitter by how much the first
	// packet of the next one may be earlier.
	links        []string
	last, jitter flow.Time
	// ticked is the packet time of the last tick.
	ticked flow.Time
	// reading is set while one of its inputs is.
	reading bool
}

// NewPump returns a Pump that keeps its own memory within a share of memory,
// in bytes.
func NewPump(sink flow.Sink, memory int64) *Pump {
	p := &Pump{dec: newDecoder(nil)}
	p.shared = shared{sink: sink, totals: &p.totals, names: p.dec.encapName, lim: limitsFor(memory), ackGrace: ackGrace}
	return p
}

// Totals returns the counters as they stand.
func (p *Pump) Totals() flow.Counters { return p.totals }

// Run reads all sources to their ends and closes them: one after the other,
// or, with a Pacer, all together in the order of their packets' times. What is
// wrong with one source ends that source alone; the errors are joined, each
// names its source. A cancelled context ends the reading; what was read stays.
func (p *Pump) Run(ctx context.Context, sources []Source) error {
	p.dec.filter = p.Filter
	all := make([]*intake, len(sources))
	for i, s := range sources {
		all[i] = &intake{source: s, index: i, of: len(sources)}
	}
	if len(sources) > 1 || p.Pacer != nil {
		for _, in := range all {
			in.peek()
		}
		// A file that continues another must be read after it.
		slices.SortStableFunc(all, func(a, b *intake) int { return cmp.Compare(a.first.Time, b.first.Time) })
	}
	if p.Pacer != nil {
		p.replay(ctx, all)
	} else {
		for _, in := range all {
			if ctx.Err() == nil || in.endsItself() {
				p.drain(ctx, in)
			}
		}
	}
	p.stop(all)
	for _, pt := range p.points {
		pt.finish()
	}
	var errs []error
	for _, in := range all {
		if in.err != nil && !errors.Is(in.err, io.EOF) {
			errs = append(errs, fmt.Errorf("reading %s: %w", in.source.Info().Name, in.err))
		}
		in.source.Close()
	}
	return errors.Join(errs...)
}

func (p *Pump) progress(in *intake) Progress {
	at := Progress{
		Source: in.index, Sources: in.of, Packets: p.totals.Packets, Dropped: p.totals.KernelDropped,
		Done: in.at.Offset, Size: -1,
	}
	if sized, ok := in.source.(interface{ Size() int64 }); ok && in.at.Offset >= 0 {
		at.Size = sized.Size()
	}
	return at
}

// ackGrace is by how much an acknowledgement may be captured before the bytes
// that it acknowledges, as happens where several processors handle packets.
const ackGrace = flow.Time(100 * time.Microsecond)

const (
	// rotationPause is how long a wire may have been silent between two files
	// of one rotation. Nothing hangs on it where the files share no connection.
	rotationPause = flow.Time(time.Minute)
	// rotationJitter is by how much the second may seem to begin before the
	// end of the first: packets that several processors handled are a little
	// out of order, and those of several interfaces that dumpcap reads by turns
	// more so (4 ms were seen).
	rotationJitter = flow.Time(20 * time.Millisecond)
)

// pointFor returns the capture point that a source continues, or a new one.
func (p *Pump) pointFor(info *flow.SourceInfo, start flow.Time) *point {
	var best *point
	for _, pt := range p.points {
		if pt.continuedBy(info, start) && (best == nil || pt.last > best.last) {
			best = pt
		}
	}
	if best == nil {
		best = p.newPoint(start)
	}
	return best
}

func (p *Pump) newPoint(start flow.Time) *point {
	pt := &point{assembler: newAssembler(&p.shared), frags: new(fragments), ticked: start - tickEvery}
	p.points = append(p.points, pt)
	return pt
}

// part gives a source a point of its own that seemed to continue pt, and takes
// along the connections that it has opened there. It is a second recording of
// the same packets, by a clock that is ahead.
func (p *Pump) part(pt *point, source int, now flow.Time) *point {
	own := p.newPoint(now)
	own.ticked, own.reading = now, true
	// The decoder may work ahead, and goes on with the fragments that it has.
	own.frags, pt.frags = pt.frags, own.frags
	pt.handOver(own.assembler, source)
	pt.carried, pt.reading = false, false
	return own
}

// continuedBy tells whether a source that starts so goes on where the point's
// last one ended. A pcapng file may tell of more link types later on.
func (pt *point) continuedBy(info *flow.SourceInfo, start flow.Time) bool {
	for _, link := range info.LinkTypes {
		if !slices.Contains(pt.links, link) {
			return false
		}
	}
	return !pt.reading && len(info.LinkTypes) > 0 && start >= pt.last-pt.jitter && start-pt.last <= rotationPause
}

// packet takes one packet through reassembly and into one bucket of the ledger.
// It tells whether there was a tick.
func (p *Pump) packet(pt *point, source int, pk *decoded) (ticked bool) {
	if pk.Data == nil { // a heartbeat
		if sink, ok := p.shared.sink.(flow.LossSink); ok && pk.LostTo > 0 {
			sink.Lost(source, pk.LostFrom, pk.LostTo)
		}
		// Where several interfaces take turns, it may say less than was known.
		if pk.Time >= pt.ticked || pk.Time <= pt.ticked-clockSetBack {
			p.tick(pt, pk.Time)
		}
		return true
	}
	if passed := pk.Time - pt.ticked; passed >= tickEvery || passed <= -clockSetBack {
		p.tick(pt, pk.Time)
		ticked = true
	}
	ledger := &p.totals.Ledger
	p.totals.Packets++
	packets := 1 + pk.segment.held
	if pk.bucket != bucketWaiting {
		ledger.Waiting -= pk.segment.held
	}
	switch pk.bucket {
	case bucketWaiting:
		ledger.Waiting++
	case bucketNotTCP:
		ledger.NotTCP += packets
	case bucketFiltered:
		ledger.Filtered += packets
	case bucketNotIP:
		ledger.NotIP += packets
	case bucketDamaged:
		ledger.Damaged += packets
	default:
		p.segment(pt, source, pk, packets)
	}
	if pk.evicted > 0 {
		ledger.Waiting -= pk.evicted
		ledger.OverBudget += pk.evicted
	}
	return ticked
}

// segment hands the segment in pk to the assembler.
func (p *Pump) segment(pt *point, source int, pk *decoded, packets uint64) {
	ledger := &p.totals.Ledger
	p.fp = flow.Packet{
		Source: source, Num: pk.Num, Time: pk.Time, Link: uint16(pk.Link), Offset: pk.Offset,
		CapLen: uint32(len(pk.Data)), OrigLen: pk.Orig, Raw: pk.Data,
	}
	if pt.knowsFromBefore(&pk.segment, source) {
		pt = p.part(pt, source, pk.Time)
		p.parted = pt
	}
	switch pt.segment(&pk.segment, &p.fp) {
	case broughtSomething:
		ledger.Delivered += packets
	case broughtNothing:
		ledger.Empty += packets
	case repeated:
		ledger.Duplicate += packets
	case heldBack:
		// The assembler has counted it, as what waits may have moved on since.
	}
}

const (
	// tickEvery is how often time passes, in packet time.
	tickEvery = flow.Time(time.Second)
	// clockSetBack is how far time goes back if the clock was set. Less than
	// that is the interfaces of a pcapng file taking turns, and time stands
	// still until they have caught up.
	clockSetBack = flow.Time(time.Minute)
)

// tick lets time pass at the capture point.
func (p *Pump) tick(pt *point, now flow.Time) {
	pt.ticked = now
	pt.tick(now)
	p.shared.sink.Tick(now)
}
