package capture

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"elbscope/capture/flow"
)

// pieces4 cuts the payload of an IPv4 packet into fragments of step bytes.
func pieces4(proto uint8, id, step int, body []byte) (packets [][]byte) {
	for at := 0; at < len(body); at += step {
		end := min(at+step, len(body))
		field := at / 8
		if end < len(body) {
			field |= 0x2000
		}
		packets = append(packets, forgeIPv4Piece(proto, id, field, nil, body[at:end]))
	}
	return packets
}

// pieces6 is pieces4 for IPv6, with an extension header before the fragments.
func pieces6(next uint8, id, step int, body []byte) (packets [][]byte) {
	for at := 0; at < len(body); at += step {
		end := min(at+step, len(body))
		f := forgeFragmentHeader(next, id, at, end < len(body), body[at:end])
		packets = append(packets, forgeIPv6(60, forgeExtension(44, 0, f)))
	}
	return packets
}

// replay decodes packets with d, one per millisecond. It returns the segments
// with copied payloads, and checks that held packets had been waiting.
func replay(t *testing.T, d *decoder, link LinkType, packets ...[]byte) (segments []segment, buckets []bucket) {
	t.Helper()
	var waiting uint64
	for i, data := range packets {
		p := forgePacket(link, data)
		p.Time = flow.Time(i) * flow.Time(time.Millisecond)
		var s segment
		b := d.decodeUnguarded(p, &s)
		buckets = append(buckets, b)
		switch {
		case b == bucketWaiting:
			waiting++
		case s.held > waiting:
			t.Fatalf("packet %d: %d held, %d waiting", i, s.held, waiting)
		default:
			waiting -= s.held
		}
		if b == bucketTCP {
			s.payload = bytes.Clone(s.payload)
			segments = append(segments, s)
		}
	}
	return segments, buckets
}

func TestFragments(t *testing.T) {
	tcp := forgeTCP(nil, forgeText) // 42 bytes
	for _, c := range []struct {
		name    string
		packets [][]byte
	}{
		{"ipv4", pieces4(6, 9, 16, tcp)},
		{"ipv6", pieces6(6, 9, 16, tcp)},
	} {
		for _, order := range [][]int{{0, 1, 2}, {2, 1, 0}, {1, 2, 0}, {0, 0, 1, 1, 2}, {2, 2, 0, 2, 1}} {
			var packets [][]byte
			for _, i := range order {
				packets = append(packets, c.packets[i])
			}
			d := newDecoder(nil)
			segments, _ := replay(t, d, LinkRaw, packets...)
			if len(segments) != 1 {
				t.Fatalf("%s %v: %d segments", c.name, order, len(segments))
			}
			s := segments[0]
			if string(s.payload) != forgeText || s.length != len(forgeText) || s.held != uint64(len(order)-1) {
				t.Errorf("%s %v: %q, length %d, held %d", c.name, order, s.payload, s.length, s.held)
			}
		}
	}
}

// TestFragmentsAllOrders compares with a plain model: the bytes that come first
// stay.
func TestFragmentsAllOrders(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		var f fragments
		size := 1 + random.IntN(200)
		model, known := make([]byte, size), make([]bool, size)
		for n := uint64(0); ; n++ {
			start := random.IntN(size+7) / 8 * 8
			end := min(start+8*(1+random.IntN(6)), size)
			if start >= end {
				n--
				continue
			}
			body := make([]byte, end-start)
			for i := range body {
				body[i] = byte(random.Uint32())
				if !known[start+i] {
					model[start+i], known[start+i] = body[i], true
				}
			}
			whole, held, b := f.add(datagramKey{}, fragment{start: start, more: end < size, body: extent{body, len(body)}}, 1, 0)
			if slices.Contains(known, false) {
				if b != bucketWaiting || whole != nil {
					t.Fatalf("size %d: complete too early", size)
				}
				continue
			}
			if whole == nil || !bytes.Equal(whole.extent().data, model) || whole.total != size || held != n {
				t.Fatalf("size %d: %+v, held %d, want %d, %x", size, whole, held, n, model)
			}
			break
		}
	}
}

// TestFragmentsCapturedTwice is what -i any makes of fragments: the second
// capture of the last one comes when the datagram is complete.
func TestFragmentsCapturedTwice(t *testing.T) {
	p := pieces4(6, 9, 24, forgeTCP(nil, forgeText))
	d := newDecoder(nil)
	segments, buckets := replay(t, d, LinkRaw, p[0], p[0], p[1], p[1], p[0])
	if want := []bucket{bucketWaiting, bucketWaiting, bucketTCP, bucketTCP, bucketTCP}; !slices.Equal(buckets, want) {
		t.Fatalf("buckets %v, want %v", buckets, want)
	}
	for i, held := range []uint64{2, 0, 0} {
		if s := segments[i]; s.held != held || s.print != segments[0].print || string(s.payload) != forgeText {
			t.Errorf("segment %d: %+v", i, s)
		}
	}
	// Another datagram under the same identification is not mistaken for it.
	other := pieces4(6, 9, 24, forgeTCP(nil, "HTTP/1.1 101 Switching"))
	segments, _ = replay(t, d, LinkRaw, other[1], other[0])
	if len(segments) != 1 || string(segments[0].payload) != "HTTP/1.1 101 Switching" {
		t.Errorf("%+v", segments)
	}
}

// TestFragmentsCut cuts fragments by a snapshot length: a cut packet comes out.
func TestFragmentsCut(t *testing.T) {
	p := pieces4(6, 9, 32, forgeTCP(nil, forgeText))
	d := newDecoder(nil)
	var s segment
	cut := forgePacket(LinkRaw, p[0])
	cut.Data = cut.Data[:20+27]
	if b := d.decodeUnguarded(cut, &s); b != bucketWaiting {
		t.Fatalf("bucket %d", b)
	}
	if b := d.decodeUnguarded(forgePacket(LinkRaw, p[1]), &s); b != bucketTCP {
		t.Fatalf("bucket %d", b)
	}
	if string(s.payload) != forgeText[:7] || s.length != len(forgeText) || s.held != 1 {
		t.Errorf("%q, length %d, held %d", s.payload, s.length, s.held)
	}
}

func TestFragmentsDamaged(t *testing.T) {
	for _, c := range []struct {
		name string
		data []byte
	}{
		{"no multiple of 8", forgeIPv4Piece(6, 1, 0x2000, nil, make([]byte, 12))},
		{"empty", forgeIPv4Piece(6, 1, 0x2000, nil, nil)},
		{"beyond 64 KiB", forgeIPv4Piece(6, 1, 0x1fff, nil, make([]byte, 16))},
		{"beyond the end", forgeIPv4Piece(6, 9, 0x2000|8, nil, make([]byte, 8))},
		{"another end", forgeIPv4Piece(6, 9, 5, nil, make([]byte, 8))},
	} {
		d := newDecoder(nil)
		_, buckets := replay(t, d, LinkRaw, forgeIPv4Piece(6, 9, 4, nil, make([]byte, 30)), c.data)
		if buckets[1] != bucketDamaged {
			t.Errorf("%s: bucket %d", c.name, buckets[1])
		}
	}
	// A last fragment that ends before another one does.
	_, buckets := replay(t, newDecoder(nil), LinkRaw,
		forgeIPv4Piece(6, 9, 0x2000|8, nil, make([]byte, 8)), forgeIPv4Piece(6, 9, 4, nil, make([]byte, 8)))
	if buckets[1] != bucketDamaged {
		t.Errorf("contradicting end: bucket %d", buckets[1])
	}
}

// TestFragmentsApart checks that everything in the key tells datagrams apart,
// and that what is complete and no TCP frees its fragments as well.
func TestFragmentsApart(t *testing.T) {
	tcp := forgeTCP(nil, forgeText)
	a, b, udp := pieces4(6, 1, 24, tcp), pieces4(6, 2, 24, tcp), pieces4(17, 1, 24, forgeUDP(53, make([]byte, 30)))
	tag := func(p []byte) []byte { return forgeEthernet(0x8100, forgeTags(0x0800, p, 5)) }
	plain := func(p []byte) []byte { return forgeEthernet(0x0800, p) }
	d := newDecoder(nil)
	segments, buckets := replay(t, d, LinkEthernet, plain(a[0]), plain(b[0]), tag(a[0]), plain(udp[0]),
		plain(a[1]), tag(a[1]), plain(b[1]), plain(udp[1]))
	want := []bucket{bucketWaiting, bucketWaiting, bucketWaiting, bucketWaiting, bucketTCP, bucketTCP, bucketTCP, bucketNotTCP}
	if !slices.Equal(buckets, want) || d.frags.open.n != 0 {
		t.Fatalf("buckets %v, %d open", buckets, d.frags.open.n)
	}
	for _, s := range segments {
		if string(s.payload) != forgeText || s.held != 1 {
			t.Errorf("%q, held %d", s.payload, s.held)
		}
	}
}

// TestFragmentsNested has a tunnel's packet in fragments, and in it another
// fragment: all wait until the innermost packet is complete.
func TestFragmentsNested(t *testing.T) {
	inner := pieces4(6, 3, 24, forgeTCP(nil, forgeText))
	var packets [][]byte
	for i, p := range inner {
		packets = append(packets, pieces4(17, 70+i, 40, forgeUDP(4789, forgeVXLAN(8, forgeEthernet(0x0800, p))))...)
	}
	d := newDecoder(nil)
	segments, _ := replay(t, d, LinkRaw, packets...)
	if len(segments) != 1 || len(packets) != 4 {
		t.Fatalf("%d segments from %d packets", len(segments), len(packets))
	}
	s := segments[0]
	if string(s.payload) != forgeText || s.held != 3 || d.encapName(s.encap) != "vxlan 8" {
		t.Errorf("%q, held %d, %s", s.payload, s.held, d.encapName(s.encap))
	}
}

func TestFragmentsTimeout(t *testing.T) {
	p := pieces4(6, 9, 24, forgeTCP(nil, forgeText))
	for after, want := range map[time.Duration]bucket{fragmentLife: bucketTCP, fragmentLife + 1: bucketWaiting} {
		d := newDecoder(nil)
		var s segment
		d.decodeUnguarded(forgePacket(LinkRaw, p[0]), &s)
		second := forgePacket(LinkRaw, p[1])
		second.Time = flow.Time(after)
		if b := d.decodeUnguarded(second, &s); b != want || d.frags.takeEvicted() != 0 {
			t.Errorf("after %v: bucket %d, want %d", after, b, want)
		}
	}
}

// TestFragmentsLimits floods with fragments that never become complete.
func TestFragmentsLimits(t *testing.T) {
	for _, c := range []struct{ count, size, offset int }{{5000, 8, 0}, {5000, 1480, 0}, {300, 8, 8180}} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			d := newDecoder(nil)
			var s segment
			var waiting, evicted uint64
			for i := range c.count {
				for range 2 {
					if b := d.decodeUnguarded(forgePacket(LinkRaw, forgeIPv4Piece(6, i, 0x2000|c.offset, nil, make([]byte, c.size))), &s); b != bucketWaiting {
						t.Fatalf("bucket %d", b)
					}
					waiting++
					evicted += d.frags.takeEvicted()
					if d.frags.bytes > maxDatagramBytes || d.frags.open.n > maxDatagrams || len(d.frags.byKey) != d.frags.open.n {
						t.Fatalf("%d bytes, %d datagrams, %d keys", d.frags.bytes, d.frags.open.n, len(d.frags.byKey))
					}
				}
			}
			var kept uint64
			for g := d.frags.open.oldest; g != nil; g = g.newer {
				kept += g.of.packets
			}
			if evicted == 0 || evicted+kept != waiting {
				t.Errorf("%d waited, %d evicted, %d kept", waiting, evicted, kept)
			}
		})
	}
}

// TestFragmentsRemembered completes many datagrams: few are remembered, and
// their memory is accounted for.
func TestFragmentsRemembered(t *testing.T) {
	d := newDecoder(nil)
	for id := range 1000 {
		segments, _ := replay(t, d, LinkRaw, pieces4(6, id, 24, forgeTCP(nil, forgeText))...)
		if len(segments) != 1 {
			t.Fatalf("%d segments", len(segments))
		}
	}
	if f := d.frags; f.complete.n != maxRemembered || f.open.n != 0 || len(f.byKey) != maxRemembered || f.evicted != 0 {
		t.Errorf("%d remembered, %d open, %d keys, %d evicted", f.complete.n, f.open.n, len(f.byKey), f.evicted)
	}
	d.frags.forgetBefore(1 << 62)
	if d.frags.bytes != 0 || len(d.frags.byKey) != 0 {
		t.Errorf("%d bytes for nothing", d.frags.bytes)
	}
}

// TestFragmentsForgetsCompleteFirst fills the memory: what is complete goes
// before anything that waits does.
func TestFragmentsForgetsCompleteFirst(t *testing.T) {
	d := newDecoder(nil)
	replay(t, d, LinkRaw, pieces4(6, 0, 24, forgeTCP(nil, forgeText))...)
	for id := range maxDatagrams {
		replay(t, d, LinkRaw, forgeIPv4Piece(6, 1+id, 0x2000, nil, make([]byte, 8)))
	}
	if f := d.frags; f.complete.n != 0 || f.open.n != maxDatagrams || f.evicted != 0 {
		t.Errorf("%d remembered, %d open, %d evicted", f.complete.n, f.open.n, f.evicted)
	}
}

// TestFragmentsOfTwoPoints has the same fragments captured at two places.
func TestFragmentsOfTwoPoints(t *testing.T) {
	p := pieces4(6, 9, 24, forgeTCP(nil, forgeText))
	d := newDecoder(nil)
	for range 2 {
		d.frags = new(fragments)
		if _, got := replay(t, d, LinkRaw, p...); !slices.Equal(got, []bucket{bucketWaiting, bucketTCP}) {
			t.Errorf("buckets %v", got)
		}
	}
}
