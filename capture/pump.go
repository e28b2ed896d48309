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
// interfaces, and runs on one goroutine: the caller's.
type Pump struct {
	// OnProgress is called now and then from within Run, if set.
	OnProgress func(Progress)

	shared shared
	totals flow.Counters
	dec    *decoder
	points []*point
	fp     flow.Packet
}

// Progress says how far Run has come.
type Progress struct {
	// Source is the index of the input at hand, of Sources.
	Source, Sources int
	// Packets is the number of packets read so far, of all inputs.
	Packets uint64
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
}

// NewPump returns a Pump that keeps its own memory within a share of memory,
// in bytes.
func NewPump(sink flow.Sink, memory int64) *Pump {
	p := &Pump{dec: newDecoder(nil)}
	p.shared = shared{sink: sink, totals: &p.totals, names: p.dec.encapName, lim: limitsFor(memory)}
	return p
}

// Totals returns the counters as they stand.
func (p *Pump) Totals() flow.Counters { return p.totals }

// Run reads all sources to their ends and closes them. What is wrong with one
// source ends that source alone; the errors are joined, each names its source.
// A cancelled context ends the reading; what was read stays.
func (p *Pump) Run(ctx context.Context, sources []Source) error {
	firsts := make([]first, len(sources))
	for i, s := range sources {
		firsts[i] = first{source: s, index: i}
	}
	if len(sources) > 1 {
		for i := range firsts {
			firsts[i].err = sources[i].Next(&firsts[i].packet)
			firsts[i].peeked = true
		}
		// A file that continues another must be read after it.
		slices.SortStableFunc(firsts, func(a, b first) int { return cmp.Compare(a.packet.Time, b.packet.Time) })
	}
	var errs []error
	for i := range firsts {
		if ctx.Err() != nil {
			break
		}
		if err := p.runSource(ctx, &firsts[i], len(sources)); err != nil {
			errs = append(errs, fmt.Errorf("reading %s: %w", firsts[i].source.Info().Name, err))
		}
	}
	for _, pt := range p.points {
		pt.finish()
	}
	for _, s := range sources {
		s.Close()
	}
	return errors.Join(errs...)
}

// first is a source with its first packet, read ahead to know its time.
type first struct {
	source Source
	index  int
	packet Packet
	err    error
	peeked bool
}

// progressEvery is how many packets pass at most between two looks at the
// context, and how many do between two calls of OnProgress.
const progressEvery = 1 << 12

// runSource pumps one source dry.
func (p *Pump) runSource(ctx context.Context, f *first, sources int) error {
	pk, err := f.packet, f.err
	if !f.peeked {
		err = f.source.Next(&pk)
	}
	read := f.source
	if err == nil {
		read, err = p.runPackets(ctx, f, pk, sources)
	}
	if d, ok := read.(interface{ KernelDropped() uint64 }); ok {
		p.totals.KernelDropped += d.KernelDropped()
	}
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// runPackets pumps pk, the first packet of f, and all after it. A context that
// was cancelled ends it without an error. It returns the Source that the rest
// was read from.
func (p *Pump) runPackets(ctx context.Context, f *first, pk Packet, sources int) (read Source, err error) {
	info := f.source.Info()
	pt := p.pointFor(info, pk.Time)
	p.dec.note, p.dec.frags = info.AddProblem, pt.frags
	at := &decoded{Packet: pk}
	p.dec.decodePacket(at)
	rest, read := follow(f.source, p.dec)
	for n := 1; err == nil; n++ {
		// On a silent wire, few packets pass, or none.
		ticked := p.packet(pt, f.index, at)
		if (ticked || n%progressEvery == 0) && ctx.Err() != nil {
			rest.stop()
		} else if n%progressEvery == 0 && p.OnProgress != nil {
			p.OnProgress(p.progress(f, &at.Packet, sources))
		}
		at, err = rest.next()
	}
	rest.stop()
	if pt.carried {
		info.Continues, info.Predecessor = true, pt.carriedFrom
		pt.carried = false
	}
	pt.last = max(pt.last, info.Last)
	pt.jitter = min(rotationJitter, (info.Last-info.First)/10)
	pt.links = append(pt.links, info.LinkTypes...)
	return read, err
}

func (p *Pump) progress(f *first, pk *Packet, sources int) Progress {
	at := Progress{Source: f.index, Sources: sources, Packets: p.totals.Packets, Done: pk.Offset, Size: -1}
	if sized, ok := f.source.(interface{ Size() int64 }); ok && pk.Offset >= 0 {
		at.Size = sized.Size()
	}
	return at
}

const (
	// rotationPause is how long a wire may have been silent between two files
	// of one rotation. Nothing hangs on it where the files share no connection.
	rotationPause = flow.Time(time.Minute)
	// rotationJitter is by how much the second may seem to begin before the
	// end of the first: packets that several processors handled are a little
	// out of order.
	rotationJitter = flow.Time(time.Millisecond)
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
		best = &point{assembler: newAssembler(&p.shared), frags: new(fragments), ticked: start - tickEvery}
		p.points = append(p.points, best)
	}
	return best
}

// continuedBy tells whether a source that starts so goes on where the point's
// last one ended. A pcapng file may tell of more link types later on.
func (pt *point) continuedBy(info *flow.SourceInfo, start flow.Time) bool {
	for _, link := range info.LinkTypes {
		if !slices.Contains(pt.links, link) {
			return false
		}
	}
	return len(info.LinkTypes) > 0 && start >= pt.last-pt.jitter && start-pt.last <= rotationPause
}

// packet takes one packet through reassembly and into one bucket of the ledger.
// It tells whether there was a tick.
func (p *Pump) packet(pt *point, source int, pk *decoded) (ticked bool) {
	if pk.Data == nil { // a heartbeat
		p.tick(pt, pk.Time)
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
