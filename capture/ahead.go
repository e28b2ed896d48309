package capture

import (
	"io"
	"slices"

	"elbscope/capture/flow"
)

// A file is read and decoded on a goroutine of its own, ahead of the pump,
// which takes over the packets in batches: with two processors, that is a
// third of the work that nobody waits for. What is decoded is handed over
// whole and not touched any more, so the pump sees what it would see if it did
// everything by itself. Pipes and live interfaces are read by the pump: there,
// a packet is to be looked at as soon as it comes.

// decoded is a packet with what the decoder made of it.
type decoded struct {
	Packet
	segment segment
	bucket  bucket
	// evicted is how many packets that had been waiting were given up with
	// this one, for lack of memory.
	evicted uint64
}

// decodePacket fills in what there is to be known about p.Packet.
func (d *decoder) decodePacket(p *decoded) {
	if p.Data == nil {
		return // a heartbeat
	}
	if !d.filter.Keep(&p.Packet, d.note) {
		p.segment.held, p.evicted, p.bucket = 0, 0, bucketFiltered
		return
	}
	p.bucket = d.decode(&p.Packet, &p.segment)
	p.evicted = d.frags.takeEvicted()
}

// supply yields the packets of one source.
type supply interface {
	// next returns the next packet, valid until it is called again; the error
	// is that of Source.Next.
	next() (*decoded, error)
	// stop ends the work. It has to be called. What Info of the source speaks
	// of already, next still returns, and then io.EOF.
	stop()
}

// inStep is a supply that does the work when it is asked.
type inStep struct {
	source Source
	dec    *decoder
	packet decoded
	ended  bool
}

func (s *inStep) next() (*decoded, error) {
	if s.ended {
		return nil, io.EOF
	}
	if err := s.source.Next(&s.packet.Packet); err != nil {
		return nil, err
	}
	s.dec.decodePacket(&s.packet)
	return &s.packet, nil
}

func (s *inStep) stop() { s.ended = true }

const (
	// aheadFrom is the size of a file that is worth a goroutine, in bytes.
	aheadFrom = 1 << 20
	// batchSize is the room for the bytes of one batch: each may cost sending a
	// thread to sleep and waking it, which at 128 KiB was a tenth of the time.
	// batchesAhead is how many there are: one is being filled, one looked at,
	// and two make up for irregularities.
	batchSize    = 512 << 10
	batchesAhead = 4
)

// aheadReader is a source that can be read on another goroutine.
type aheadReader interface {
	Source
	// detach returns a Source that goes on where this one is, and its window.
	// This one is not to be read any more; it stays what has to be closed. ok
	// is false if it is not worth it.
	detach() (s Source, w *window, ok bool)
}

// follow returns the supply of what is left in s, and the Source that it is
// read from.
func follow(s Source, dec *decoder) (supply, Source) {
	if able, ok := s.(aheadReader); ok {
		if source, w, ok := able.detach(); ok {
			return newAhead(s.Info(), source, w, dec), source
		}
	}
	return &inStep{source: s, dec: dec}, s
}

// ahead is a supply that works ahead.
type ahead struct {
	// info is that of the source, as far as the batch at hand.
	info       *flow.SourceInfo
	full, free chan *batch
	quit       chan struct{}
	// at is the batch at hand, n how many of its packets were taken. ended is
	// set once it is the last one.
	at    *batch
	n     int
	ended bool
	// What follows belongs to the other goroutine.
	source  Source
	dec     *decoder
	filling *batch
	packet  Packet // the one at hand
	stopped bool
}

// batch is a number of packets with the buffer that they lie in.
type batch struct {
	packets []decoded
	buf     []byte
	info    flow.SourceInfo // as it is behind them
	err     error           // what follows them, if not nil
}

// newAhead starts reading source, whose window is w. It sees to it that info
// becomes that of source.
func newAhead(info *flow.SourceInfo, source Source, w *window, dec *decoder) *ahead {
	a := &ahead{
		info: info, full: make(chan *batch, batchesAhead), free: make(chan *batch, batchesAhead), quit: make(chan struct{}),
		source: source, dec: dec, filling: new(batch),
	}
	for range batchesAhead - 1 {
		a.free <- new(batch)
	}
	w.renew = a.renew
	dec.note = source.Info().AddProblem
	go a.run()
	return a
}

// run fills batches until the source ends or nobody wants more.
func (a *ahead) run() {
	defer close(a.full)
	for {
		err := a.source.Next(&a.packet)
		if a.stopped {
			return
		}
		if err != nil {
			a.filling.err = err
			a.handOver()
			return
		}
		b := a.filling
		n := len(b.packets)
		b.packets = slices.Grow(b.packets, 1)[:n+1]
		p := &b.packets[n]
		p.Packet = a.packet // in b since Next: it may have begun a new one
		a.dec.decodePacket(p)
	}
}

// renew gives the window another buffer, from within Next: the packets so far
// lie in the old one.
func (a *ahead) renew() []byte {
	a.handOver()
	if a.stopped {
		return make([]byte, batchSize)
	}
	select {
	case a.filling = <-a.free:
	case <-a.quit:
		a.stopped, a.filling = true, new(batch)
	}
	if a.filling.buf == nil {
		a.filling.buf = make([]byte, batchSize)
	}
	return a.filling.buf
}

// handOver gives the batch to the pump.
func (a *ahead) handOver() {
	b := a.filling
	b.info = *a.source.Info()
	b.info.LinkTypes, b.info.Problems = slices.Clone(b.info.LinkTypes), slices.Clone(b.info.Problems)
	select {
	case a.full <- b:
	case <-a.quit:
		a.stopped = true
	}
}

func (a *ahead) next() (*decoded, error) {
	for a.at == nil || a.n == len(a.at.packets) {
		switch {
		case a.at != nil && a.at.err != nil:
			return nil, a.at.err
		case a.ended:
			return nil, io.EOF
		case a.at != nil:
			a.at.packets = a.at.packets[:0]
			a.free <- a.at
		}
		a.at, a.n = <-a.full, 0
		*a.info = a.at.info
	}
	p := &a.at.packets[a.n]
	a.n++
	return p, nil
}

// stop waits until the other goroutine is gone, which takes no longer than one
// read of a file.
func (a *ahead) stop() {
	if a.ended {
		return
	}
	a.ended = true
	close(a.quit)
	for range a.full {
	}
}
