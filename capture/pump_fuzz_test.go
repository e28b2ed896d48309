package capture

import (
	"bytes"
	"context"
	"errors"
	"os"
	"runtime/metrics"
	"testing"
)

// FuzzPump takes its input as a capture file; or, if it is none, as packets
// behind one byte each for link type and length.
func FuzzPump(f *testing.F) {
	for _, file := range forgedFiles() {
		if len(file.data) < 1<<14 {
			f.Add(file.data)
		}
	}
	for _, name := range sampleFiles(f) {
		if data, err := os.ReadFile(name); err != nil {
			f.Fatal(err)
		} else if len(data) < 1<<14 {
			f.Add(data)
		}
	}
	long := alice.says(0, "a request that comes in pieces")
	pieces := pieces4(6, 7, 24, long[20:])
	var seeds [3][]byte
	for i, all := range [3][][]byte{
		{alice.syn(), alice.synAck(), alice.says(0, "hello"), alice.hears(0, "world"), alice.tcp(0, flagFIN|flagACK, 5, 5, "")},
		{alice.syn(), alice.says(5, "world"), alice.says(2, "llo!"), alice.says(0, "hello"), alice.tcp(1, flagRST, 1, 0, "")},
		{alice.syn(), pieces[1], pieces[0], pieces[0], pieces[2]},
	} {
		for _, p := range all {
			seeds[i] = append(append(seeds[i], 3, byte(len(p))), p...)
		}
		f.Add(seeds[i])
	}
	// More waits behind a hole than there is room for.
	holed := append([]byte{3, byte(len(alice.syn()))}, alice.syn()...)
	for n := range 40 {
		p := alice.says(1+100*n, string(letters(100)))
		holed = append(append(holed, 3, byte(len(p))), p...)
	}
	f.Add(holed)
	f.Fuzz(func(t *testing.T, data []byte) {
		// Given again, the file is a second capture point; or goes on where it
		// ended, if it holds but one moment.
		file := asCapture(data)
		six, ok := pumpWork(t, file, 6)
		if !ok {
			return
		}
		six.check(t, len(data))
		// Three times as much of it costs three times as much, and not nine. Up
		// to three of them may be capture points that tell nothing new, which
		// makes five of it.
		if eighteen, ok := pumpWork(t, file, 18); ok {
			eighteen.check(t, len(data))
			if eighteen.calls > 5*six.calls+20 || eighteen.allocated > 4*six.allocated+others {
				t.Errorf("six times a file of %d bytes: %+v; eighteen times: %+v", len(file), six, eighteen)
			}
		}
	})
}

// work is what a run came to, counted, so that it does not depend on how busy
// the machine is.
type work struct {
	rec *recorder
	// packets were read, with captured bytes.
	packets, captured uint64
	// calls of the sink were made, which brought bytes.
	calls, bytes uint64
	// allocated bytes were asked for, opening the files included, which may
	// take as many as open.
	allocated, open uint64
}

// others is how many bytes of memory may be asked for meanwhile by what does the
// fuzzing.
const others = 4 << 20

// check holds the work against what came in: each packet is worth a few calls,
// each byte is told once, and what was asked for is in proportion.
func (w *work) check(t *testing.T, size int) {
	t.Helper()
	const perPacket, perByte = 4 << 10, 16
	if w.calls > 10+8*w.packets {
		t.Errorf("%d calls for %d packets", w.calls, w.packets)
	}
	if w.bytes > w.captured {
		t.Errorf("%d bytes were told, of %d", w.bytes, w.captured)
	}
	if most := others + w.open + perPacket*w.packets + perByte*w.captured; w.allocated > most {
		t.Errorf("%d bytes were asked for, for %d packets of a file of %d", w.allocated, w.packets, size)
	}
}

// pumpWork pumps a file several times over within little memory, and holds what
// has to be so in every run. ok is false if it cannot be opened.
func pumpWork(t *testing.T, file []byte, times int) (w work, ok bool) {
	t.Helper()
	before := allocatedSoFar()
	var sources []Source
	for range times {
		s, err := OpenReader("fuzz", bytes.NewReader(file), len(file)%2 == 0)
		if err != nil {
			return w, false
		}
		sources = append(sources, s)
		switch {
		case s.Info().Compression != "":
			w.open += 32 << 20
		case len(file) >= firstWindow:
			w.open += 2 * windowSize
		default:
			w.open += 4 * firstWindow
		}
	}
	w.rec = &recorder{t: t, mute: true, forgetful: true}
	p := NewPump(w.rec, 8<<20)
	lim := limits{conns: 3, ended: 1, queued: 3000, connQueued: 2000}
	p.shared.lim = lim
	w.rec.onCall = func() {
		w.calls++
		// One more may be on its way to the queue, as large as all its fragments.
		if q := p.shared.queued; q > lim.queued+min(len(file), maxCapLen) {
			t.Errorf("%d bytes wait, of %d", q, lim.queued)
		}
		if n := p.shared.conns; n > lim.conns {
			t.Errorf("%d connections are remembered, of %d", n, lim.conns)
		}
	}
	err := p.Run(context.Background(), sources)
	if err != nil && !errors.Is(err, ErrTruncated) && !errors.Is(err, ErrDamaged) {
		t.Errorf("ended with %v", err)
	}
	checkPumped(t, p, w.rec)
	for _, pt := range p.points {
		checkAssembler(t, pt.assembler)
	}
	for _, s := range sources {
		w.packets += s.Info().Packets
		w.captured += s.Info().Bytes
	}
	if w.packets != p.Totals().Packets {
		t.Errorf("%d packets were read, %d are counted", w.packets, p.Totals().Packets)
	}
	w.bytes, w.allocated = w.rec.bytes, allocatedSoFar()-before
	return w, true
}

// allocatedSoFar returns how many bytes of memory were ever asked for.
func allocatedSoFar() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// asCapture returns data as a capture file.
func asCapture(data []byte) []byte {
	s, err := OpenReader("fuzz", bytes.NewReader(data), true)
	if err == nil {
		s.Close()
		return data
	}
	links := [...]LinkType{LinkEthernet, LinkLinuxSLL, LinkLinuxSLL2, LinkRaw}
	link := LinkRaw
	var packets []*Packet
	for len(data) > 2 {
		link = links[data[0]%4]
		n := min(int(data[1]), len(data)-2)
		packets = append(packets, forgePacket(link, data[2:2+n]))
		data = data[2+n:]
	}
	return pcapOf(link, packets)
}
