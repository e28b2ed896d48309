package capture

import (
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

	sink     flow.Sink
	limits   limits
	totals   flow.Counters
	dec      *decoder
	points   []*point
	ids      uint64
	lastTick flow.Time
	seg      segment
	fp       flow.Packet
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
	links []string
	last  flow.Time
}

// NewPump returns a Pump that keeps its own memory within a share of memory,
// in bytes.
func NewPump(sink flow.Sink, memory int64) *Pump {
	p := &Pump{sink: sink, limits: limitsFor(memory)}
	p.dec = newDecoder(nil)
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
		slices.SortStableFunc(firsts, func(a, b first) int {
			return int(min(max(a.packet.Time-b.packet.Time, -1), 1))
		})
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

// progressEvery is how many packets pass between two looks at the context.
const progressEvery = 1 << 12

// runSource pumps one source dry.
func (p *Pump) runSource(ctx context.Context, f *first, sources int) error {
	info := f.source.Info()
	p.dec.note = info.AddProblem
	pk, err := f.packet, f.err
	if !f.peeked {
		err = f.source.Next(&pk)
	}
	pt := p.pointFor(info, pk.Time)
	p.dec.frags = pt.frags
	for n := 1; err == nil; n++ {
		p.packet(pt, f.index, &pk)
		if n%progressEvery == 0 {
			if ctx.Err() != nil {
				break
			}
			if p.OnProgress != nil {
				p.OnProgress(p.progress(f, &pk, sources))
			}
		}
		err = f.source.Next(&pk)
	}
	if d, ok := f.source.(interface{ KernelDropped() uint64 }); ok {
		p.totals.KernelDropped += d.KernelDropped()
	}
	if pt.carried {
		info.Continues, info.Predecessor = true, pt.carriedFrom
		pt.carried = false
	}
	pt.last = max(pt.last, info.Last)
	pt.links = append(pt.links, info.LinkTypes...)
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

func (p *Pump) progress(f *first, pk *Packet, sources int) Progress {
	at := Progress{Source: f.index, Sources: sources, Packets: p.totals.Packets, Done: pk.Offset, Size: -1}
	if sized, ok := f.source.(interface{ Size() int64 }); ok && pk.Offset >= 0 {
		at.Size = sized.Size()
	}
	return at
}

// rotationPause is how long a wire may have been silent between two files of
// one rotation. Nothing hangs on it where the files share no connection.
const rotationPause = flow.Time(time.Minute)

// pointFor returns the capture point that a source continues, or a new one.
func (p *Pump) pointFor(info *flow.SourceInfo, start flow.Time) *point {
	var best *point
	for _, pt := range p.points {
		continues := len(info.LinkTypes) > 0 && slices.Contains(pt.links, info.LinkTypes[0]) &&
			start >= pt.last && start-pt.last <= rotationPause
		if continues && (best == nil || pt.last > best.last) {
			best = pt
		}
	}
	if best == nil {
		best = &point{
			assembler: newAssembler(p.sink, &p.totals, p.dec.encapName, p.limits, &p.ids),
			frags:     new(fragments),
		}
		p.points = append(p.points, best)
	}
	return best
}

// packet takes one packet through decoding and reassembly and into one bucket
// of the ledger.
func (p *Pump) packet(pt *point, source int, pk *Packet) {
	p.tick(pt, pk.Time)
	if pk.Data == nil {
		return // a heartbeat
	}
	ledger := &p.totals.Ledger
	p.totals.Packets++
	got := p.dec.decode(pk, &p.seg)
	packets := 1 + p.seg.held
	if got != bucketWaiting {
		ledger.Waiting -= p.seg.held
	}
	switch got {
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
	if evicted := p.dec.frags.takeEvicted(); evicted > 0 {
		ledger.Waiting -= evicted
		ledger.OverBudget += evicted
	}
}

// segment hands p.seg to the assembler. A packet that is held back is entered
// in the ledger by the assembler, once when it waits and again when it moves.
func (p *Pump) segment(pt *point, source int, pk *Packet, packets uint64) {
	ledger := &p.totals.Ledger
	p.fp = flow.Packet{
		Source: source, Num: pk.Num, Time: pk.Time, Link: uint16(pk.Link), Offset: pk.Offset,
		CapLen: uint32(len(pk.Data)), OrigLen: pk.Orig, Raw: pk.Data,
	}
	switch pt.segment(&p.seg, &p.fp) {
	case broughtSomething:
		ledger.Delivered += packets
	case broughtNothing:
		ledger.Empty += packets
	case repeated:
		ledger.Duplicate += packets
	case heldBack:
		// The assembler counts the packet itself; fragments of it are done.
		ledger.Delivered += packets - 1
	}
}

// tick lets time pass at the capture point, once per second of packet time.
func (p *Pump) tick(pt *point, now flow.Time) {
	if now-p.lastTick < flow.Time(time.Second) && now >= p.lastTick {
		return
	}
	p.lastTick = now
	pt.tick(now)
	p.sink.Tick(now)
}
