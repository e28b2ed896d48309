package capture

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"elbscope/capture/flow"
)

// packets is a Source of packets that are at hand.
type packets struct {
	info    flow.SourceInfo
	rest    []Packet
	err     error
	closed  bool
	dropped uint64
	// onNext is called with what is left, if set.
	onNext func(left int)
}

func source(name string, all ...Packet) *packets {
	s := &packets{info: flow.SourceInfo{Name: name}, rest: all, err: io.EOF}
	for i := range all {
		p := &all[i]
		p.Num = uint64(i + 1)
		if p.Link == 0 {
			p.Link = LinkRaw
		}
		if p.Data != nil {
			p.Orig = max(p.Orig, uint32(len(p.Data)))
		}
		if l := p.Link.String(); !slices.Contains(s.info.LinkTypes, l) {
			s.info.LinkTypes = append(s.info.LinkTypes, l)
		}
	}
	return s
}

func (s *packets) Next(p *Packet) error {
	if s.onNext != nil {
		s.onNext(len(s.rest))
	}
	if len(s.rest) == 0 {
		return s.err
	}
	*p = s.rest[0]
	s.rest = s.rest[1:]
	if s.info.Packets == 0 {
		s.info.First, s.info.Last = p.Time, p.Time
	}
	s.info.Packets++
	s.info.First, s.info.Last = min(s.info.First, p.Time), max(s.info.Last, p.Time)
	return nil
}

func (s *packets) Info() *flow.SourceInfo { return &s.info }
func (s *packets) KernelDropped() uint64  { return s.dropped }
func (s *packets) Close() error           { s.closed = true; return nil }

// ends are the two ports of a connection.
type ends struct{ client, server int }

// tcp builds a packet of IPv4. The client's numbers start at 1000 and the
// server's at 5000; at is the offset in the stream, ack that of the peer's.
func (e ends) tcp(d flow.Dir, flags byte, at, ack int, payload string) []byte {
	numbers, ports := [2]int{1001, 5001}, [2]int{e.client, e.server}
	if flags&flagSYN != 0 {
		at--
	}
	addrs := [2][]byte{forgeSrc4.AsSlice(), forgeDst4.AsSlice()}
	tcp := join(be16(ports[d]), be16(ports[d.Other()]), be32(numbers[d]+at), be32(numbers[d.Other()]+ack),
		[]byte{5 << 4, flags}, be16(501), be16(0), be16(0), []byte(payload))
	return join([]byte{0x45, 0}, be16(20+len(tcp)), be16(len(payload)), be16(0), []byte{64, 6}, be16(0),
		addrs[d], addrs[d.Other()], tcp)
}

func (e ends) syn() []byte                   { return e.tcp(0, flagSYN, 0, 0, "") }
func (e ends) synAck() []byte                { return e.tcp(1, flagSYN|flagACK, 0, 0, "") }
func (e ends) says(at int, s string) []byte  { return e.tcp(0, flagACK, at, 0, s) }
func (e ends) hears(at int, s string) []byte { return e.tcp(1, flagACK, at, 0, s) }

var alice = ends{41000, 8080}

// at returns packets that follow each other by 10 ms from a second on.
func at(from float64, data ...[]byte) (all []Packet) {
	for i, d := range data {
		all = append(all, Packet{Time: flow.Time(from*1e9) + flow.Time(i)*second/100, Data: d, Offset: -1})
	}
	return all
}

// pumped pumps sources and checks what holds in every run.
func pumped(t testing.TB, rec *recorder, sources ...*packets) (*Pump, error) {
	t.Helper()
	rec.t = t
	p := NewPump(rec, 8<<20)
	var all []Source
	for _, s := range sources {
		all = append(all, s)
	}
	err := p.Run(context.Background(), all)
	for _, s := range sources {
		if !s.closed {
			t.Errorf("%s is not closed", s.info.Name)
		}
	}
	checkPumped(t, p, rec)
	return p, err
}

// checkPumped checks what holds at the end of every run.
func checkPumped(t testing.TB, p *Pump, rec *recorder) {
	t.Helper()
	totals := p.Totals()
	if sum := totals.Ledger.Sum(); sum != totals.Packets {
		t.Errorf("the ledger adds up to %d, not %d: %+v", sum, totals.Packets, totals.Ledger)
	}
	if totals.Connections != uint64(len(rec.conns)) {
		t.Errorf("%d connections, %d were opened", totals.Connections, len(rec.conns))
	}
	for _, c := range rec.conns {
		if !c.ended {
			t.Errorf("connection %d never ends", c.info.ID)
		}
	}
	if p.shared.queued != 0 {
		t.Errorf("%d bytes are still queued", p.shared.queued)
	}
}

func TestPumpLedger(t *testing.T) {
	udp := forgeIPv4(17, forgeUDP(53, []byte("who?")))
	long := alice.says(0, "a request that comes in pieces")
	piece := func(i int) []byte { return pieces4(6, 77, 24, long[20:])[i] }
	arp := Packet{Link: LinkEthernet, Data: forgeEthernet(0x0806, make([]byte, 28))}
	for _, c := range []struct {
		name    string
		packets []Packet
		want    string
	}{
		{"delivered", at(1, alice.syn(), alice.synAck(), alice.says(0, "hello")), "delivered 3"},
		{"empty", at(1, alice.syn(), alice.synAck(), alice.says(0, "")), "delivered 2, empty 1"},
		{"duplicate", at(1, alice.syn(), alice.syn(), alice.syn()), "delivered 1, duplicate 2"},
		{"not TCP", at(1, udp, udp), "notTCP 2"},
		{"not IP", []Packet{arp}, "notIP 1"},
		{"unknown link type", []Packet{{Link: 147, Data: []byte("?")}}, "notIP 1"},
		{"damaged", at(1, alice.syn()[:30], []byte{}), "damaged 2"},
		{"heartbeats", at(1, nil, alice.syn(), nil), "delivered 1"},
		{"out of order", at(1, alice.syn(), alice.says(5, "world"), alice.says(0, "hello")), "delivered 3"},
		{"held in vain", at(1, alice.syn(), alice.says(5, "world")), "delivered 2"},
		{"fragments", at(1, alice.syn(), piece(0), piece(1), piece(2)), "delivered 4"},
		{"fragments and more of them", at(1, alice.syn(), piece(0), piece(0), piece(1), piece(2), piece(1)), "delivered 5, duplicate 1"},
		{"fragments without an end", at(1, alice.syn(), piece(0), piece(2)), "delivered 1, waiting 2"},
		{"fragments of what is known", at(1, alice.syn(), long, piece(0), piece(1), piece(2)), "delivered 2, empty 3"},
		{"fragments out of order", at(1, alice.syn(), alice.says(30, "!"), piece(2), piece(0), piece(1)), "delivered 5"},
		{"fragments of what is not TCP", at(1, pieces4(17, 5, 8, udp[20:])...), "notTCP 2"},
		{"fragments of a segment that is held", at(1, alice.syn(),
			pieces4(6, 5, 24, alice.says(20, "which was never delivered")[20:])[0],
			pieces4(6, 5, 24, alice.says(20, "which was never delivered")[20:])[1],
			alice.tcp(0, flagACK|flagFIN, 10, 0, ""), alice.says(0, "0123456789")), "delivered 3, empty 2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := pumped(t, new(recorder), source("a.pcap", c.packets...))
			if got := ledgerWords(p.Totals().Ledger); got != c.want || err != nil {
				t.Errorf("%s, not %s; %v", got, c.want, err)
			}
		})
	}
}

// TestPumpOverBudget has more begun datagrams than are kept.
func TestPumpOverBudget(t *testing.T) {
	var all [][]byte
	for id := range maxDatagrams + 10 {
		all = append(all, forgeIPv4Piece(6, id, 0x2000, nil, make([]byte, 16)))
	}
	p, _ := pumped(t, new(recorder), source("a.pcap", at(1, all...)...))
	if got, want := ledgerWords(p.Totals().Ledger), fmt.Sprintf("overBudget 10, waiting %d", maxDatagrams); got != want {
		t.Errorf("%s, not %s", got, want)
	}
}

func TestPumpPacketsOnTheirWay(t *testing.T) {
	var got []flow.Packet
	sink := &packetTap{add: func(p flow.Packet) { got = append(got, p) }}
	s := source("a.pcap", at(3, alice.syn(), alice.says(5, "world"), alice.says(0, "hello"))...)
	for i := range s.rest {
		s.rest[i].Offset = int64(1000 * i)
	}
	s.rest[1].Orig = uint32(len(s.rest[1].Data)) // the reader's
	if err := NewPump(sink, 8<<20).Run(context.Background(), []Source{s}); err != nil {
		t.Fatal(err)
	}
	for i, want := range []uint64{1, 3, 2} {
		p := got[i]
		if p.Num != want || p.Offset != int64(1000*(want-1)) || p.Link != uint16(LinkRaw) || p.Time != 3*second+flow.Time(want-1)*second/100 ||
			p.CapLen == 0 || p.CapLen != p.OrigLen || (p.Raw == nil) != (want == 2) {
			t.Errorf("%d: %+v", i, p)
		}
	}
}

// packetTap is a Sink for the packets alone.
type packetTap struct {
	nothing
	add func(flow.Packet)
}

func (s *packetTap) Open(_ *flow.Conn, p *flow.Packet) flow.Stream { s.add(*p); return s }
func (s *packetTap) Data(_ flow.Dir, _ []byte, p *flow.Packet)     { s.add(*p) }

// TestPumpEncap: the same addresses and ports in different VLANs and VNIs.
func TestPumpEncap(t *testing.T) {
	eth := func(etherType int, body []byte) Packet {
		return Packet{Link: LinkEthernet, Data: forgeEthernet(etherType, body), Offset: -1}
	}
	vxlan := func(vni int) Packet {
		return eth(0x0800, forgeIPv4(17, forgeUDP(4789, forgeVXLAN(vni, forgeEthernet(0x0800, alice.syn())))))
	}
	rec := new(recorder)
	p, _ := pumped(t, rec, source("a.pcap", eth(0x0800, alice.syn()), eth(0x8100, forgeTags(0x0800, alice.syn(), 7)),
		eth(0x8100, forgeTags(0x0800, alice.syn(), 8)), vxlan(1), vxlan(2), vxlan(1)))
	var names []string
	for _, c := range rec.conns {
		names = append(names, c.info.Encap)
	}
	if got := strings.Join(names, ", "); got != ", vlan 7, vlan 8, vxlan 1, vxlan 2" {
		t.Error(got)
	}
	if got := ledgerWords(p.Totals().Ledger); got != "delivered 5, duplicate 1" {
		t.Error(got)
	}
}

// TestPumpUnsorted has two interfaces that take turns, several seconds apart:
// the time of the one is not to pass for the other.
func TestPumpUnsorted(t *testing.T) {
	bob := ends{42000, 8080}
	rec := new(recorder)
	var all []Packet
	for i := range 20 {
		late, early := float64(10+i)/10, float64(i)/10
		all = append(all, at(late, bob.says(i, "x"))...)
		if i == 0 {
			all = append(all, at(early, alice.syn())...)
		}
		// Every two packets are swapped, and nothing is acknowledged.
		all = append(all, at(early, alice.says(i^1, "y"))...)
	}
	for i := range all {
		if i%2 == 0 {
			all[i].Time += 5 * second
		}
	}
	p, _ := pumped(t, rec, source("a.pcapng", all...))
	if p.Totals().Gaps != 0 || len(rec.conns) != 2 {
		t.Errorf("%+v", p.Totals())
	}
	if len(rec.ticks) > 10 {
		t.Errorf("%d ticks in 9 seconds", len(rec.ticks))
	}
	if n := len(rec.conns[1].halves[0].data); n != 20 {
		t.Errorf("%d bytes", n)
	}
}

// TestPumpClockSetBack: time goes on from where the clock was set.
func TestPumpClockSetBack(t *testing.T) {
	rec := new(recorder)
	pumped(t, rec, source("live", slices.Concat(at(5000, alice.syn()), at(1000, alice.says(1, "b")), at(1003, nil), at(1003, nil))...))
	if got := fmt.Sprint(rec.ticks); got != fmt.Sprint([]flow.Time{5000 * second, 1000 * second, 1003 * second, 1003 * second}) {
		t.Error(got)
	}
	if rec.conns[0].halves[0].gaps != 1 || rec.words[len(rec.words)-2] != ">b #2" {
		t.Error(rec.words)
	}
}

// TestPumpHeartbeats: on a silent wire, time passes all the same.
func TestPumpHeartbeats(t *testing.T) {
	rec := new(recorder)
	s := source("eth0", slices.Concat(at(1, alice.syn(), alice.says(1, "b")), at(3, nil))...)
	s.onNext = func(left int) {
		if left == 0 && rec.words[len(rec.words)-1] != ">b #2" {
			t.Error("the hole is not given up in time")
		}
	}
	s.dropped = 7
	p, _ := pumped(t, rec, s)
	if p.Totals().Packets != 2 || p.Totals().KernelDropped != 7 {
		t.Errorf("%+v", p.Totals())
	}
}

func TestPumpCancelled(t *testing.T) {
	for _, heartbeats := range []bool{false, true} {
		ctx, cancel := context.WithCancel(context.Background())
		var all []Packet
		for i := range 3 * progressEvery {
			all = append(all, Packet{Time: second, Data: alice.says(i, "x")})
			if heartbeats {
				all[i] = Packet{Time: second + flow.Time(i)*second/10}
			}
		}
		s := source("a.pcap", all...)
		var left int
		s.onNext = func(n int) {
			if left = n; n == 2*progressEvery-10 {
				cancel()
			}
		}
		unread := source("b.pcap", at(1e6, alice.syn())...)
		rec := &recorder{t: t}
		p := NewPump(rec, 8<<20)
		progress := 0
		p.OnProgress = func(at Progress) {
			if progress++; !heartbeats && at.Packets != 1 && at.Packets != progressEvery || at.Sources != 2 || at.Source != 0 {
				t.Errorf("%+v", at)
			}
		}
		if err := p.Run(ctx, []Source{s, unread}); err != nil {
			t.Error(err)
		}
		checkPumped(t, p, rec)
		if !s.closed || !unread.closed || len(unread.rest) != 0 && len(rec.conns) > 1 {
			t.Error("the sources are not closed, or were read")
		}
		if want := map[bool]int{true: 2*progressEvery - 10, false: progressEvery + 1}[heartbeats]; left != want {
			t.Errorf("read on until %d packets were left, not %d", left, want)
		}
		if progress != 2 && !heartbeats { // with the first tick, and then
			t.Errorf("%d calls of OnProgress", progress)
		}
	}
}

// TestPumpErrors: what is wrong with one source ends that source alone.
func TestPumpErrors(t *testing.T) {
	bad := source("bad.pcap", at(1, alice.syn(), alice.says(0, "hello"))...)
	bad.err = fmt.Errorf("%w: in the middle", ErrDamaged)
	worse := source("worse.pcap")
	worse.err = ErrTruncated
	good := source("good.pcap", at(500, alice.syn(), alice.says(0, "hello"))...)
	rec := new(recorder)
	p, err := pumped(t, rec, good, worse, bad)
	if !errors.Is(err, ErrDamaged) || !errors.Is(err, ErrTruncated) || !strings.Contains(err.Error(), "reading bad.pcap: ") ||
		!strings.Contains(err.Error(), "reading worse.pcap: ") || strings.Contains(err.Error(), "good") {
		t.Error(err)
	}
	if got := ledgerWords(p.Totals().Ledger); got != "delivered 4" {
		t.Error(got)
	}
	for i, s := range []*packets{good, bad} {
		single := *s
		single.closed = false
		if _, err := pumped(t, new(recorder), &single); (err != nil) != (i == 1) {
			t.Error(err)
		}
	}
	if _, err := pumped(t, new(recorder)); err != nil {
		t.Error(err)
	}
}
