package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"

	"elbscope/analyze"
	"elbscope/analyze/rules"
	"elbscope/capture"
	"elbscope/capture/flow"
)

// crowdSource is a Source of made-up packets, raw IPv4, that come as from a
// live interface: a few handshakes that are refused, connections that stay open
// through it all and talk now and then, and very many short ones in between,
// some of them with a hole that never closes.
type crowdSource struct {
	info flow.SourceInfo
	out  []capture.Packet // to be delivered
	now  flow.Time
	beat flow.Time

	refused, open, short int // how many
	talk                 int // one in so many short ones, an open one talks
	lossy                int // one in so many short ones has a hole and no end
	at                   int // the short one that is next
	ends                 map[int]*[2]uint32
	onShort              func(n int)
	want                 wantedCounts
}

// wantedCounts are what the report has to count.
type wantedCounts struct{ packets, connections, requests, responses uint64 }

const (
	soakServer = 80
	soakTalk   = "GET /poll HTTP/1.1\r\nHost: app.example\r\n\r\n"
	soakAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
)

func newCrowd(refused, open, short int) *crowdSource {
	s := &crowdSource{
		refused: refused, open: open, short: short, talk: 7, lossy: 1000,
		now: flow.Time(1764000000e9), ends: make(map[int]*[2]uint32), at: -1,
	}
	s.info = flow.SourceInfo{Name: "crowd", Format: "live", LinkTypes: []string{"RAW"}}
	s.beat = s.now
	return s
}

func (s *crowdSource) Info() *flow.SourceInfo { return &s.info }
func (s *crowdSource) Close() error           { return nil }

func (s *crowdSource) Next(p *capture.Packet) error {
	for len(s.out) == 0 {
		if s.at >= s.short {
			return io.EOF
		}
		s.out = s.out[:0]
		s.play()
	}
	if s.now-s.beat > flow.Time(200*time.Millisecond) {
		s.beat = s.now
		*p = capture.Packet{Time: s.info.Last, Offset: -1}
		return nil
	}
	*p = s.out[0]
	s.out = s.out[1:]
	s.info.Packets++
	p.Num = s.info.Packets
	s.info.Bytes += uint64(len(p.Data))
	s.info.Last = p.Time
	if s.info.First == 0 {
		s.info.First = p.Time
	}
	s.want.packets++
	return nil
}

// play makes the next packets: all that is there at the beginning, or a short
// connection.
func (s *crowdSource) play() {
	n := s.at
	s.at++
	if n < 0 {
		s.begin()
		return
	}
	if s.onShort != nil {
		s.onShort(n)
	}
	c := 1_000_000 + n
	s.connect(c)
	s.exchange(c, "GET /page/"+strconv.Itoa(n)+" HTTP/1.1\r\nHost: app.example\r\n\r\n", soakAnswer)
	if n%s.lossy == s.lossy-1 {
		s.ends[c][0] += 100 // lost
		s.send(c, 0, 0x18, "something behind the hole")
	} else {
		s.send(c, 1, 0x11, "")
		s.send(c, 0, 0x11, "")
	}
	delete(s.ends, c)
	if n%s.talk == 0 && s.open > 0 {
		s.exchange(s.refused+(n/s.talk)%s.open, soakTalk, soakAnswer)
	}
}

func (s *crowdSource) begin() {
	for n := range s.refused {
		s.connect(n)
		s.exchange(n, fmt.Sprintf("GET /chat/%d HTTP/1.1\r\nHost: app.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
			"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %021dA==\r\n\r\n", n, n), "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
		s.send(n, 1, 0x11, "")
		s.send(n, 0, 0x11, "")
	}
	for n := range s.open {
		s.connect(s.refused + n)
	}
}

func (s *crowdSource) connect(c int) {
	s.ends[c] = &[2]uint32{uint32(c) * 7919, uint32(c) * 104729}
	s.want.connections++
	s.send(c, 0, 0x02, "")
	s.send(c, 1, 0x12, "")
}

func (s *crowdSource) exchange(c int, request, answer string) {
	s.want.requests++
	s.want.responses++
	s.send(c, 0, 0x18, request)
	s.send(c, 1, 0x18, answer)
}

// send makes one packet from the client (0) or the server (1) of connection c.
func (s *crowdSource) send(c, from int, flags byte, payload string) {
	const headers = 40
	b := make([]byte, headers+len(payload))
	b[0], b[8], b[9] = 0x45, 64, 6
	binary.BigEndian.PutUint16(b[2:], uint16(len(b)))
	binary.BigEndian.PutUint16(b[4:], uint16(s.want.packets)+uint16(len(s.out)))
	client, server := b[12:16], b[16:20]
	ports := [2]uint16{uint16(1024 + c%60000), soakServer}
	if from == 1 {
		client, server = server, client
		ports[0], ports[1] = ports[1], ports[0]
	}
	binary.BigEndian.PutUint32(client, 10<<24+uint32(c/60000)+1)
	binary.BigEndian.PutUint32(server, 10<<24+200<<16+1)
	binary.BigEndian.PutUint16(b[20:], ports[0])
	binary.BigEndian.PutUint16(b[22:], ports[1])
	seq := s.ends[c]
	binary.BigEndian.PutUint32(b[24:], seq[from])
	if flags != 0x02 {
		binary.BigEndian.PutUint32(b[28:], seq[1-from])
	}
	b[32], b[33], b[34] = 5<<4, flags, 0xff
	copy(b[headers:], payload)
	seq[from] += uint32(len(payload))
	if flags&0x03 != 0 {
		seq[from]++
	}
	s.now += flow.Time(20 * time.Microsecond)
	s.out = append(s.out, capture.Packet{Time: s.now, Link: capture.LinkRaw, Data: b, Orig: uint32(len(b)), Offset: -1})
}

// resident returns how much memory this process has, in bytes.
func resident(t *testing.T) int64 {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Skip("this system has no /proc")
	}
	for _, line := range strings.Split(string(status), "\n") {
		if rest, ok := strings.CutPrefix(line, "RssAnon:"); ok {
			n, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(rest, "kB")), 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			return n << 10
		}
	}
	t.Fatal("/proc does not say RssAnon")
	return 0
}

// TestSoak pushes very many short connections and ten thousand open ones
// through what stands behind the sockets of a live run, within --memory 64M.
// Every run of the tests takes a few; with ELBSCOPE_SOAK=1 it is a million.
func TestSoak(t *testing.T) {
	short, full := 20_000, os.Getenv("ELBSCOPE_SOAK") != ""
	if full {
		short = 1_000_000
	}
	const memory, refused = 64 << 20, 25
	const ring = memory / 8 // as without --buffer
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(heapOf(memory - ring)))
	boundGarbage()
	s := newCrowd(refused, 10_000, short)
	var sizes []int64
	s.onShort = func(n int) {
		if full && n%(short/20) == 0 {
			sizes = append(sizes, resident(t))
		}
	}
	engine := analyze.New(analyze.Config{Rules: rules.All, Memory: keptOf(memory - ring), Live: true})
	pump := capture.NewPump(engine, memory-ring)
	begun := time.Now()
	if err := pump.Run(context.Background(), []capture.Source{s}); err != nil {
		t.Fatal(err)
	}
	took := time.Since(begun)
	engine.Finish()
	snap := engine.Snapshot([]*flow.SourceInfo{s.Info()}, pump.Totals())
	c := snap.Totals
	if got := (wantedCounts{c.Packets, c.Connections, c.Requests, c.Responses}); got != s.want {
		t.Errorf("counted %+v, not %+v", got, s.want)
	}
	if c.Ledger.Sum() != c.Packets || c.Evicted != 0 {
		t.Errorf("ledger %+v, %d evicted", c.Ledger, c.Evicted)
	}
	findings := 0
	for _, h := range snap.Handshakes {
		if h.Verdict == analyze.Refused && len(h.Findings) > 0 {
			findings++
		}
	}
	if findings != refused {
		t.Errorf("%d of %d handshakes with findings are left", findings, refused)
	}
	if !full {
		return
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	t.Logf("%d packets in %v; %d forgotten; anonymous memory, MiB, at each twentieth: %v", c.Packets, took.Round(time.Second), c.Forgotten, mib(sizes))
	half := sizes[len(sizes)/2:]
	for _, size := range half {
		if size > memory-ring {
			t.Errorf("%d MiB of memory and a ring of %d do not stay within %d", size>>20, ring>>20, memory>>20)
			break
		}
	}
	if first, last := half[0], half[len(half)-1]; last > first+first/10 {
		t.Errorf("memory grows: %d MiB, and %d at the end", first>>20, last>>20)
	}
}

func mib(sizes []int64) (out []int64) {
	for _, s := range sizes {
		out = append(out, s>>20)
	}
	return out
}

// TestClockSetBack sets the clock back by an hour between two handshakes, and
// forward again: verdicts, counts and time go on.
func TestClockSetBack(t *testing.T) {
	for _, by := range []time.Duration{-time.Hour, -30 * time.Second, time.Hour} {
		s := newCrowd(1, 0, 50)
		s.lossy = 1 << 30
		s.onShort = func(n int) {
			if n == 25 {
				s.now += flow.Time(by)
				s.beat += flow.Time(by)
				s.connect(500)
				s.exchange(500, "GET /later HTTP/1.1\r\nHost: app.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
					"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
					"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
			}
		}
		engine := analyze.New(analyze.Config{Rules: rules.All, Memory: defaultMemory, Live: true})
		pump := capture.NewPump(engine, defaultMemory)
		if err := pump.Run(context.Background(), []capture.Source{s}); err != nil {
			t.Fatal(err)
		}
		engine.Finish()
		snap := engine.Snapshot([]*flow.SourceInfo{s.Info()}, pump.Totals())
		got := map[string]analyze.Verdict{}
		for _, h := range snap.Handshakes {
			got[h.Target] = h.Verdict
		}
		if len(got) != 2 || got["/chat/0"] != analyze.Refused || got["/later"] != analyze.Healthy {
			t.Errorf("%v: %v", by, got)
		}
		if c := snap.Totals; c.Requests != s.want.requests || c.Ledger.Sum() != c.Packets {
			t.Errorf("%v: %d requests of %d, ledger %+v", by, c.Requests, s.want.requests, c.Ledger)
		}
	}
}
