package capture

import (
	"bytes"
	"errors"
	"io"
	"math"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"elbscope/capture/flow"
)

// drain reads a source to its end; the packets are copies.
func drain(s Source) (packets []Packet, err error) {
	for {
		var p Packet
		if err = s.Next(&p); err != nil {
			return packets, err
		}
		p.Data = append([]byte{}, p.Data...)
		packets = append(packets, p)
	}
}

// problemCodes returns the codes of a source's problems, and fails the test
// if one of them is not fit to be shown.
func problemCodes(t *testing.T, s Source) (codes []string) {
	t.Helper()
	for _, p := range s.Info().Problems {
		codes = append(codes, p.Code)
		if p.Message == "" || p.Count == 0 || !strings.HasSuffix(p.Message, ".") {
			t.Errorf("problem is not complete: %+v", p)
		}
	}
	return codes
}

// checkPackets compares packets with what the writer wanted.
func checkPackets(t *testing.T, got []Packet, want []wantPacket, reread bool) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d packets, want %d", len(got), len(want))
	}
	for i := range want {
		w := want[i].Packet
		if w.Data == nil {
			w.Data = []byte{}
		}
		if !reread {
			w.Offset = -1
		}
		if !reflect.DeepEqual(got[i], w) {
			t.Errorf("packet %d\n got %+v\nwant %+v", i+1, got[i], w)
		}
	}
}

func TestReaders(t *testing.T) {
	for name, file := range forgedFiles() {
		t.Run(name, func(t *testing.T) {
			s, err := OpenReader(name, bytes.NewReader(file.data), true)
			if err != nil {
				t.Fatal(err)
			}
			packets, err := drain(s)
			checkPackets(t, packets, file.want, true)
			if file.err == nil && err != io.EOF || !errors.Is(err, file.err) && file.err != nil {
				t.Errorf("ended with %v, want %v", err, file.err)
			}
			if again := s.Next(new(Packet)); again != err {
				t.Errorf("Next after the end: %v, want %v again", again, err)
			}
			if got := problemCodes(t, s); !slices.Equal(got, file.problems) {
				t.Errorf("problems %q, want %q", got, file.problems)
			}
			for _, p := range packets {
				if p.Offset >= 0 && !bytes.Equal(file.data[p.Offset:][:len(p.Data)], p.Data) {
					t.Errorf("packet %d is not at its offset %d", p.Num, p.Offset)
				}
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestReadersSlowPipe delivers one byte at a time, and errors with data.
func TestReadersSlowPipe(t *testing.T) {
	for name, file := range forgedFiles() {
		for _, r := range []io.Reader{
			iotest.OneByteReader(bytes.NewReader(file.data)),
			iotest.DataErrReader(bytes.NewReader(file.data)),
		} {
			s, err := OpenReader(name, r, false)
			if err != nil {
				t.Fatal(name, err)
			}
			packets, _ := drain(s)
			checkPackets(t, packets, file.want, false)
		}
	}
}

// TestReadersCut cuts every file at every byte.
func TestReadersCut(t *testing.T) {
	for name, file := range forgedFiles() {
		if len(file.data) > 4096 {
			continue
		}
		t.Run(name, func(t *testing.T) {
			for n := range len(file.data) {
				checkCut(t, file, n)
			}
		})
	}
}

// checkCut reads the first n bytes of a file.
func checkCut(t *testing.T, file *fileWriter, n int) {
	t.Helper()
	s, err := OpenReader("cut", bytes.NewReader(file.data[:n]), true)
	if err != nil {
		var input *InputError
		if !errors.As(err, &input) || n >= file.ends[0] {
			t.Errorf("cut at %d: %v", n, err)
		}
		return
	}
	packets, err := drain(s)
	var want []wantPacket
	for _, p := range file.want {
		if p.end <= n {
			want = append(want, p)
		}
	}
	checkPackets(t, packets, want, true)
	harmless := slices.Contains(file.ends, n)
	reported := slices.ContainsFunc(s.Info().Problems, func(p flow.Problem) bool {
		return p.Code == "truncated-file" && p.Packet == uint64(len(want)+1)
	})
	switch {
	case file.err != nil && n > file.ends[len(file.ends)-1] && errors.Is(err, file.err):
		// Cut behind the place that shows the damage.
	case harmless && err != io.EOF:
		t.Errorf("cut at %d, between two records: %v", n, err)
	case !harmless && (!errors.Is(err, ErrTruncated) || !reported):
		t.Errorf("cut at %d: %v, problems %+v", n, err, s.Info().Problems)
	}
}

func TestInfo(t *testing.T) {
	file := forgedPcapng(littleEndian)
	s, err := OpenReader("name", bytes.NewReader(file.data), true)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := drain(s); err != io.EOF {
		t.Fatal(err)
	}
	got := *s.Info()
	got.Problems = nil
	want := flow.SourceInfo{
		Name: "name", Format: "pcapng", LinkTypes: []string{"EN10MB", "LINUX_SLL2", "RAW"}, Packets: 7,
		Bytes: uint64(5*len(ping) + len(pong) + 3), First: 3*second + second/1024, Last: 1_700_000_001 * second, Reread: true, LostSometime: true,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("\n got %+v\nwant %+v", got, want)
	}
	if n := s.(*pcapngSource).KernelDropped(); n != 13 {
		t.Errorf("%d packets dropped, want 13", n)
	}
}

func TestProblems(t *testing.T) {
	for name, want := range map[string]flow.Problem{
		"pcap, cut packets":                  {Code: "snaplen", Message: "cut to 100 bytes", Packet: 1, Count: 3},
		"pcap, time goes back":               {Code: "time-backwards", Message: "`reordercap IN OUT`", Packet: 3, Count: 2},
		"pcapng, unknown interface":          {Code: "damaged-record", Message: "does not describe", Packet: 2, Count: 1},
		"pcapng, section of another version": {Code: "damaged-record", Message: "version 2", Packet: 2, Count: 1},
		"pcap, little-endian, nanoseconds":   {Code: "truncated-file", Message: "`kill -INT $(pidof tcpdump)`", Packet: 1, Count: 1},
	} {
		data := forgedFiles()[name].data
		if want.Code == flow.ProblemTruncated {
			data = data[:len(data)-1]
		}
		s, err := OpenReader(name, bytes.NewReader(data), true)
		if err != nil {
			t.Fatal(err)
		}
		drain(s)
		got := s.Info().Problems[0]
		if !strings.Contains(got.Message, want.Message) {
			t.Errorf("%s: message %q, want %q in it", name, got.Message, want.Message)
		}
		missing := got.Code == flow.ProblemTruncated || got.Code == flow.ProblemDamaged
		if (got.What != "") != missing || (got.Try != "") != missing || !strings.HasPrefix(got.Message, got.What) {
			t.Errorf("%s: what is %q, to try %q, and both: %q", name, got.What, got.Try, got.Message)
		}
		got.What, got.Try = "", ""
		if got.Message = want.Message; got != want {
			t.Errorf("%s: %+v, want %+v", name, got, want)
		}
	}
}

// TestClaimedLengths reads files that claim to hold gigabytes.
func TestClaimedLengths(t *testing.T) {
	claim := func(kind, total uint32) []byte {
		w := new(fileWriter).section(little, nil).iface(LinkEthernet, 0)
		w.add32(kind)
		w.add32(total)
		return append(w.data, make([]byte, 100)...)
	}
	record := newPcapFile(little, pcapMagicMicro, 1)
	for _, v := range []uint32{1, 2, maxCapLen, maxCapLen} {
		record.add32(v)
	}
	for name, data := range map[string][]byte{
		"pcap record":       record.data,
		"unknown block":     claim(99, math.MaxUint32-3),
		"packet block":      claim(blockEnhanced, maxBlock),
		"huge packet block": claim(blockEnhanced, math.MaxUint32-3),
		"statistics":        claim(blockStatistics, math.MaxUint32-3),
		"interface":         claim(blockInterface, maxBlock),
		"section":           claim(blockSection, math.MaxUint32-3),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		s, err := OpenReader(name, bytes.NewReader(data), true)
		if err != nil {
			t.Fatal(name, err)
		}
		_, err = drain(s)
		runtime.ReadMemStats(&after)
		if err == io.EOF {
			t.Errorf("%s: not reported", name)
		}
		if n := after.TotalAlloc - before.TotalAlloc; n > 4<<20 {
			t.Errorf("%s: %d bytes allocated", name, n)
		}
	}
}

// TestLargeBlocks reads blocks that are really there and larger than the
// window.
func TestLargeBlocks(t *testing.T) {
	eth := Packet{Link: LinkEthernet, Time: second}
	w := new(fileWriter).section(little, nil).iface(LinkEthernet, 0)
	w.block(10, make([]byte, 3*windowSize))
	at := w.block(blockEnhanced, w.enhancedBody(0, 1e6, len(ping), len(ping), append(slices.Clone(ping), make([]byte, 3*windowSize)...)))
	w.packet(eth, ping, len(ping), at+enhancedLen)
	w.block(blockEnhanced, make([]byte, maxBlock))
	w.expectBroken(second)
	w.enhanced(0, 1e6, ping, 5, eth)
	s, err := OpenReader("large", bytes.NewReader(w.data), true)
	if err != nil {
		t.Fatal(err)
	}
	packets, err := drain(s)
	checkPackets(t, packets, w.want, true)
	if err != io.EOF {
		t.Error(err)
	}
}

func TestInterfaceLimit(t *testing.T) {
	w := new(fileWriter)
	for n := 0; n <= maxInterfaces; n++ {
		if n%1000 == 0 {
			w.section(big, nil)
		}
		w.iface(LinkEthernet, 0)
	}
	s, err := OpenReader("many", bytes.NewReader(w.data), true)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := drain(s); !errors.Is(err, ErrDamaged) {
		t.Errorf("ended with %v, want %v", err, ErrDamaged)
	}
}

func TestTimeScale(t *testing.T) {
	for _, test := range []struct {
		resolution byte
		seconds    int64
		stamp      uint64
		want       flow.Time
	}{
		{6, 0, 1_700_000_000_123_456, 1_700_000_000_123_456_000},
		{9, 0, 1_700_000_000_123_456_789, 1_700_000_000_123_456_789},
		{0, 0, 5, 5 * second},
		{3, -1, 5, 5*second/1000 - second},
		{12, 1, 5_999, 5 + second},
		{28, 0, math.MaxUint64, 1}, // 10^19 is the last power that fits
		{127, 0, math.MaxUint64, 1},
		{0x80, 0, 5, 5 * second},
		{0x80 | 10, 0, 3<<10 | 512, 3*second + second/2},
		{0x80 | 30, 0, 1<<62 | 1<<29, (1<<32)*second + second/2},
		{0x80 | 63, 0, 3 << 62, second * 3 / 2},
		{0x80 | 64, 0, 1 << 63, second / 2},
		{0x80 | 70, 0, 1 << 63, second / 128},
		{0x80 | 127, 0, math.MaxUint64, 0},
		{6, 0, math.MaxUint64, math.MaxInt64},
		{9, 0, math.MaxUint64, math.MaxInt64},
		{9, 0, math.MaxInt64, math.MaxInt64},
		{9, math.MaxInt64, 1, math.MaxInt64},
		{9, math.MinInt64, 1, math.MinInt64 + 1},
		{9, -5, 1, 1 - 5*second},
	} {
		scale := newTimeScale(test.resolution, test.seconds)
		if got := scale.time(test.stamp); got != test.want {
			t.Errorf("resolution %#x, offset %d: %d is %d, want %d", test.resolution, test.seconds, test.stamp, got, test.want)
		}
	}
}

// TestOptions goes through lists that are wrong.
func TestOptions(t *testing.T) {
	w := new(fileWriter).section(little, nil)
	for _, list := range [][]byte{
		{9}, {9, 0, 1}, {9, 0, 1, 0}, {9, 0, 0xFF, 0xFF, 9}, {9, 0, 0, 0}, {14, 0, 1, 0, 9},
		append(w.option(optionEnd), w.option(optionTsresol, 9)...),
	} {
		w.iface(LinkEthernet, 0, list)
	}
	w.iface(LinkEthernet, 0, []byte{9, 0, 1, 0, 9}) // value at the very end
	n := uint32(len(w.ends) - 2)
	for id := range n {
		w.enhanced(id, 1e6, ping, 5, Packet{Iface: int(id), Link: LinkEthernet, Time: second})
	}
	w.enhanced(n, 1e9, ping, 5, Packet{Iface: int(n), Link: LinkEthernet, Time: second})
	s, err := OpenReader("options", bytes.NewReader(w.data), true)
	if err != nil {
		t.Fatal(err)
	}
	packets, _ := drain(s)
	checkPackets(t, packets, w.want, true)
}

// TestNextAllocates reads endless files and counts what a packet costs.
func TestNextAllocates(t *testing.T) {
	pcap := newPcapFile(little, pcapMagicMicro, 1)
	ng := new(fileWriter).section(little, nil).iface(LinkEthernet, 0)
	for name, w := range map[string]*fileWriter{"pcap": pcap, "pcapng": ng} {
		start := len(w.data)
		if name == "pcap" {
			w.record(1, 0, pong, 200, LinkEthernet, 1000).record(9, 0, pong, 200, LinkEthernet, 1000)
		} else {
			w.enhanced(0, 1e6, pong, 200, Packet{}).enhanced(0, 9e6, pong, 200, Packet{}).enhanced(5, 0, ping, 0, Packet{}).simple(ping, 5, Packet{})
		}
		s, err := OpenReader(name, io.MultiReader(bytes.NewReader(w.data), &endless{loop: w.data[start:]}), false)
		if err != nil {
			t.Fatal(err)
		}
		var p Packet
		next := func() {
			if err := s.Next(&p); err != nil {
				t.Fatal(err)
			}
		}
		for range 10 {
			next() // until each problem has been seen once
		}
		if n := testing.AllocsPerRun(100_000, next); n != 0 {
			t.Errorf("%s: %v allocations per packet", name, n)
		}
	}
}

// endless delivers the same bytes for ever.
type endless struct {
	loop []byte
	at   int
}

func (e *endless) Read(b []byte) (n int, err error) {
	for n < len(b) {
		c := copy(b[n:], e.loop[e.at:])
		n += c
		e.at = (e.at + c) % len(e.loop)
	}
	return n, nil
}
