package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"elbscope/analyze"
	"elbscope/capture"
	"elbscope/capture/flow"
	"elbscope/internal/wiretext"
)

// saver writes the packets of handshakes to a file, for others to look at.
//
// Whole connections are saved, with everything that went over them before and
// after: a stream with a hole is another stream, on which the same verdict
// could not be reached. What was read from a file is read from it once more,
// acknowledgements and copies included; of a pipe there is only what the
// engine kept.
type saver struct {
	o    *options
	feed *feed

	mu   sync.Mutex
	part string // the unfinished file, "" if there is none
}

// errStopped is what the user asked for.
var errStopped = errors.New("stopped; nothing was saved")

// picked is a packet to be saved.
type picked struct {
	source int
	iface  int // of the source; -1 where that is not known
	packet capture.Packet
	// length is how many bytes there are; data holds those that cannot be read
	// at their offset.
	length int
	data   []byte
}

// save writes the packets of hs to path. The note says what was saved, and
// what is missing. It fails with fs.ErrExist if there is a file of that name
// already that is not to be overwritten.
func (s *saver) save(ctx context.Context, hs []*analyze.Handshake, path string, overwrite bool, progress func(float64)) (note string, err error) {
	snap := s.feed.State().Snap
	with, remark, err := s.companions(ctx, hs, snap.Handshakes)
	if err != nil {
		return "", err
	}
	chosen := len(hs)
	hs = append(slices.Clone(hs), with...)
	sel := newSelection(snap.Sources, hs)
	var remarks []string
	if remark != "" {
		remarks = append(remarks, remark)
	}
	chains := sel.chains()
	ofAll := s.share(chains, progress)
	for _, chain := range chains {
		if err := s.collect(ctx, sel, chain, ofAll); err != nil {
			return "", err
		}
	}
	kept, gone := s.collectKept(sel, hs)
	if kept+gone > 0 {
		remarks = append(remarks, s.othersAreAt(chosen))
	}
	if gone > 0 {
		remarks = append(remarks, plural(gone, "packet")+" of these were not kept")
	}
	if len(sel.picked) == 0 {
		return "", errors.New("not one packet of them can be read again")
	}
	remarks = append(remarks, s.align(sel)...)
	slices.SortStableFunc(sel.picked, func(a, b *picked) int { return cmp.Compare(a.packet.Time, b.packet.Time) })
	notes := commentsOf(hs)
	size, err := s.create(path, overwrite, func(w io.Writer) error { return s.write(ctx, w, sel.picked, notes) })
	if err != nil {
		return "", err
	}
	// What is to be known of the file comes first: numbers can be counted again.
	remarks = append(remarks, fmt.Sprintf("%s of %s, %d bytes, not masked", plural(len(sel.picked), "packet"), plural(chosen, "handshake"), size))
	return "saved to " + path + "; " + strings.Join(remarks, "; "), nil
}

// othersAreAt says that of what cannot be read again the file holds the packets
// of the handshakes alone, not whole connections, and who has the others.
func (s *saver) othersAreAt(chosen int) string {
	carried := "only the packets that carried it"
	if chosen > 1 {
		carried = "only the packets that carried them"
	}
	switch v := s.feed.view; {
	case !v.live:
		return carried + ": of a pipe no others are kept, of a file all"
	case v.writing != nil && v.writing() != "":
		return carried + ": the others went to the file of -w"
	}
	return carried + ": -w keeps all"
}

// apart is by how much clocks must differ for times to be changed.
const apart = time.Second

// align moves the packets of sources whose clocks are far from the first
// one's. Times are saved as they were captured otherwise; but in one file all
// times are of one clock, and an answer that comes before its request, or an
// hour later, belongs to nothing. It returns what it did.
func (s *saver) align(sel *selection) (notes []string) {
	moved := make(map[int]time.Duration)
	for i := range sel.sources {
		if by := sel.sources[sel.root(i)].ClockOffset; by != nil && by.Abs() >= apart {
			moved[i] = *by
		}
	}
	told := make(map[int]bool)
	for _, p := range sel.picked {
		by, ok := moved[p.source]
		if !ok {
			continue
		}
		p.packet.Time += flow.Time(by)
		if !told[p.source] {
			told[p.source] = true
			notes = append(notes, fmt.Sprintf("the clock of %s is off: its times were moved by %v", sel.sources[p.source].Name, by))
		}
	}
	return notes
}

func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}

// share returns what turns how far the reading of one input is into how far
// that of all in chains is. The writing at the end takes little beside it.
func (s *saver) share(chains [][]int, progress func(float64)) func(source int, done float64) {
	all := 0
	for _, source := range slices.Concat(chains...) {
		if s.canReread(source) {
			all++
		}
	}
	before := make(map[int]float64)
	return func(source int, done float64) {
		before[source] = done
		sum := 0.0
		for _, d := range before {
			sum += d
		}
		progress(sum / float64(max(all, 1)))
	}
}

// input is what was known of an input when the state was published: the pump
// may be reading it still.
func (s *saver) input(i int) *analyze.Source { return &s.feed.State().Snap.Sources[i] }

// canReread reports whether the input can be opened once more.
func (s *saver) canReread(source int) bool {
	return source < len(s.feed.in.files) && s.feed.in.files[source] != nil && s.input(source).Name != stdinName
}

// collect reads the inputs of one capture point again, in their order.
func (s *saver) collect(ctx context.Context, sel *selection, chain []int, progress func(int, float64)) error {
	tracer := capture.NewTracer()
	copied := int64(0)
	for _, i := range chain {
		if !s.canReread(i) {
			continue
		}
		if err := s.reread(ctx, sel, tracer, i, &copied, progress); err != nil {
			return err
		}
	}
	sel.finish()
	return nil
}

// reread looks through one input for packets of the connections wanted.
func (s *saver) reread(ctx context.Context, sel *selection, tracer *capture.Tracer, i int, copied *int64, progress func(int, float64)) error {
	name := s.input(i).Name
	if stat, err := os.Stat(name); err != nil || !os.SameFile(stat, s.feed.in.files[i]) {
		return &hintError{name + " is not the file any more that was read", "elbscope " + name}
	}
	src, err := capture.Open(name)
	if err != nil {
		return err
	}
	defer src.Close()
	filter := s.o.packets.forFiles()
	var p capture.Packet
	for n := 0; ; n++ {
		if n%1024 == 0 && ctx.Err() != nil {
			return errStopped
		}
		if packets := s.input(i).Packets; n%1024 == 0 && packets > 0 {
			progress(i, float64(n)/float64(packets))
		}
		if err := src.Next(&p); err != nil {
			progress(i, 1)
			return nil // it was told about when the file was read first
		}
		if !filter.Keep(&p, nil) {
			continue
		}
		trace, ok := tracer.Trace(&p)
		if !ok {
			continue
		}
		*copied += sel.take(i, &p, &trace)
		if s.o.memory > 0 && *copied > s.o.memory {
			return &hintError{"the packets take more memory than --memory allows, since " + name + " is compressed", "unpack it first"}
		}
	}
}

// collectKept adds the engine's copies of what cannot be read again, and
// returns how many these are, and how many it knows of and has not got.
func (s *saver) collectKept(sel *selection, hs []*analyze.Handshake) (kept, gone int) {
	seen := make(map[packetKey]bool)
	for _, h := range hs {
		for _, x := range h.Sightings {
			for _, r := range x.Packets {
				if s.canReread(r.Source) || seen[packetKey{r.Source, r.Num}] {
					continue
				}
				seen[packetKey{r.Source, r.Num}] = true
				data := s.feed.engine.KeptPacket(r)
				if data == nil {
					gone++
					continue
				}
				kept++
				sel.picked = append(sel.picked, &picked{source: r.Source, iface: -1, data: data, packet: capture.Packet{
					Num: r.Num, Time: r.Time, Link: capture.LinkType(r.Link), Orig: r.Orig, Offset: -1,
				}})
			}
			if !s.canReread(x.RequestPacket.Source) {
				gone += x.PacketsLeftOut
			}
		}
	}
	return kept, gone
}

// write writes the packets; each interface is described before its first one.
func (s *saver) write(ctx context.Context, to io.Writer, all []*picked, notes map[packetKey][]string) error {
	w := capture.NewWriter(to)
	type key struct {
		source, iface int
		link          capture.LinkType
	}
	ifaces := make(map[key]int)
	files := make(map[int]*os.File)
	defer func() {
		for _, f := range files {
			f.Close()
		}
	}()
	for n, p := range all {
		if n%1024 == 0 && ctx.Err() != nil {
			return errStopped
		}
		k := key{p.source, p.iface, p.packet.Link}
		id, known := ifaces[k]
		if !known {
			var err error
			name := wiretext.Printable(filepath.Base(s.input(p.source).Name), 200)
			if id, err = w.Interface(k.link, name); err != nil {
				return err
			}
			ifaces[k] = id
		}
		if err := s.load(p, files); err != nil {
			return err
		}
		if err := w.Packet(id, &p.packet, notes[packetKey{p.source, p.packet.Num}]...); err != nil {
			return err
		}
		p.packet.Data = nil
	}
	return w.Flush()
}

// load fetches the bytes of a packet.
func (s *saver) load(p *picked, files map[int]*os.File) error {
	if p.data != nil {
		p.packet.Data = p.data
		return nil
	}
	f := files[p.source]
	if f == nil {
		var err error
		if f, err = os.Open(s.input(p.source).Name); err != nil {
			return err
		}
		files[p.source] = f
	}
	p.packet.Data = make([]byte, p.length)
	if _, err := f.ReadAt(p.packet.Data, p.packet.Offset); err != nil {
		return fmt.Errorf("packet %d of %s cannot be read again: %w", p.packet.Num, f.Name(), err)
	}
	return nil
}
