package capture

import (
	"bytes"
	"context"
	"errors"
	"os"
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
	f.Fuzz(func(t *testing.T, data []byte) {
		// Given twice, the file is a second capture point; or goes on where it
		// ended, if it holds but one moment.
		var sources []Source
		for range 2 {
			s, err := OpenReader("fuzz", bytes.NewReader(asCapture(data)), len(data)%2 == 0)
			if err != nil {
				return
			}
			sources = append(sources, s)
		}
		rec := &recorder{t: t, mute: true, forgetful: true}
		p := NewPump(rec, 8<<20)
		p.shared.lim = limits{conns: 3, queued: 3000, connQueued: 2000}
		err := p.Run(context.Background(), sources)
		if err != nil && !errors.Is(err, ErrTruncated) && !errors.Is(err, ErrDamaged) {
			t.Errorf("ended with %v", err)
		}
		checkPumped(t, p, rec)
		for _, pt := range p.points {
			checkAssembler(t, pt.assembler)
		}
		if n := sources[0].Info().Packets + sources[1].Info().Packets; n != p.Totals().Packets {
			t.Errorf("%d packets were read, %d are counted", n, p.Totals().Packets)
		}
	})
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
