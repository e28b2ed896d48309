package capture

import (
	"bytes"
	"errors"
	"io"
	"os"
	"testing"
)

// FuzzReaders feeds anything to Open and to the readers of both formats. They
// must neither panic nor loop, and what they say must add up.
func FuzzReaders(f *testing.F) {
	for _, file := range forgedFiles() {
		if len(file.data) < 1<<16 {
			f.Add(file.data)
		}
	}
	for _, test := range lookCases {
		f.Add([]byte(test.data))
	}
	f.Add(gzipped(forgedPcapng(littleEndian).data))
	f.Add(zstdCompressed(f, forgedPcapng(bigEndian).data))
	for _, name := range sampleFiles(f) {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := OpenReader("fuzz", bytes.NewReader(data), true)
		if err != nil {
			var input *InputError
			if !errors.As(err, &input) || input.What == "" {
				t.Errorf("%v is no complete InputError", err)
			}
			return
		}
		defer s.Close()
		checkAnySource(t, s, data)
	})
}

// checkAnySource reads a source of which nothing is known.
func checkAnySource(t *testing.T, s Source, data []byte) {
	var p Packet
	var err error
	packets, captured := uint64(0), uint64(0)
	for err = s.Next(&p); err == nil; err = s.Next(&p) {
		packets++
		captured += uint64(len(p.Data))
		if p.Num != packets || p.Data == nil || len(p.Data) > maxCapLen || int(p.Orig) < len(p.Data) || p.Iface < 0 {
			t.Fatalf("packet makes no sense: %+v", p)
		}
		if p.Offset >= 0 && !bytes.Equal(data[p.Offset:][:len(p.Data)], p.Data) {
			t.Fatalf("packet %d is not at its offset %d", p.Num, p.Offset)
		}
	}
	info := s.Info()
	if info.Packets != packets || info.Bytes != captured || info.First > info.Last {
		t.Errorf("%+v, but %d packets of %d bytes were read", info, packets, captured)
	}
	switch {
	case err == io.EOF:
	case !errors.Is(err, ErrTruncated) && !errors.Is(err, ErrDamaged):
		t.Errorf("ended with %v", err)
	case len(info.Problems) == 0:
		t.Errorf("ended with %v, but no problem", err)
	}
	problemCodes(t, s)
}

// BenchmarkReaders reads 40,000 packets of 850 bytes in every format, from
// memory.
func BenchmarkReaders(b *testing.B) {
	data := make([]byte, 850)
	pcap := newPcapFile(little, pcapMagicMicro, 1)
	ng := new(fileWriter).section(little, nil).iface(LinkEthernet, 0)
	for n := range 40_000 {
		pcap.record(uint32(n), 0, data, len(data), LinkEthernet, 1000)
		ng.enhanced(0, uint64(n), data, len(data), Packet{})
	}
	for name, file := range map[string][]byte{
		"pcap": pcap.data, "pcapng": ng.data, "pcap.gz": gzipped(pcap.data), "pcap.zst": zstdCompressed(b, pcap.data),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(pcap.data)))
			for b.Loop() {
				s, err := OpenReader(name, bytes.NewReader(file), true)
				if err != nil {
					b.Fatal(err)
				}
				var p Packet
				for err == nil {
					err = s.Next(&p)
				}
				if s.Info().Packets != 40_000 {
					b.Fatal(err)
				}
				s.Close()
			}
		})
	}
}

// TestReadersAllocate: reading a packet takes no memory, in any format.
func TestReadersAllocate(t *testing.T) {
	data := make([]byte, 850)
	pcap := newPcapFile(little, pcapMagicMicro, 1)
	for n := range 2000 {
		pcap.record(uint32(n), 0, data, len(data), LinkEthernet, 1000)
	}
	ng := new(fileWriter).section(little, nil).iface(LinkEthernet, 0)
	for n := range 2000 {
		ng.enhanced(0, uint64(n), data, len(data), Packet{})
	}
	for name, file := range map[string]*fileWriter{"pcap": pcap, "pcapng": ng} {
		s, err := OpenReader(name, bytes.NewReader(file.data), true)
		if err != nil {
			t.Fatal(err)
		}
		var p Packet
		next := func() {
			if err := s.Next(&p); err != nil {
				t.Fatal(err)
			}
		}
		for range 200 { // the window grows once
			next()
		}
		if n := testing.AllocsPerRun(1000, next); n != 0 {
			t.Errorf("%s: %v allocations per packet", name, n)
		}
	}
}
