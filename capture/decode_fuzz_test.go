package capture

import (
	"encoding/binary"
	"testing"
	"unsafe"

	"elbscope/capture/flow"
)

var fuzzLinks = []LinkType{LinkNull, LinkEthernet, LinkRawBSD, LinkRaw, LinkLoop,
	LinkLinuxSLL, LinkIPv4, LinkIPv6, LinkLinuxSLL2}

// checkSegment checks what holds for the segment of any packet.
func checkSegment(t *testing.T, s *segment) {
	t.Helper()
	if s.length < len(s.payload) || s.length > maxOffload {
		t.Fatalf("length %d with %d bytes", s.length, len(s.payload))
	}
}

// FuzzDecode decodes one packet of any link type without the net of recover.
func FuzzDecode(f *testing.F) {
	for _, c := range append(decodeCases(), tunnelCases()...) {
		f.Add(uint16(c.link), uint32(len(c.data)), c.data)
	}
	f.Fuzz(func(t *testing.T, link uint16, orig uint32, data []byte) {
		d := newDecoder(func(flow.Problem) {})
		var s segment
		p := &Packet{Link: LinkType(link), Data: data, Orig: orig}
		b := d.decodeUnguarded(p, &s)
		comparePlain(t, p)
		if b != bucketTCP {
			return
		}
		checkSegment(t, &s)
		if s.held != 0 {
			t.Fatalf("one packet held %d", s.held)
		}
		d.encapName(s.encap)
		if len(s.payload) > 0 {
			at := uintptr(unsafe.Pointer(&s.payload[0])) - uintptr(unsafe.Pointer(&data[0]))
			if at+uintptr(len(s.payload)) > uintptr(len(data)) {
				t.Fatalf("the payload is at %d in %d bytes", at, len(data))
			}
		}
	})
}

// FuzzFragments decodes several packets with one decoder, so that fragments
// meet. Each packet is preceded by its length and by how much of it was cut.
func FuzzFragments(f *testing.F) {
	record := func(all []byte, packets [][]byte) []byte {
		for _, p := range packets {
			all = append(append(binary.BigEndian.AppendUint16(all, uint16(len(p))), 0), p...)
		}
		return all
	}
	tcp := forgeTCP(nil, forgeText)
	four, six := pieces4(6, 1, 16, tcp), pieces6(6, 1, 16, tcp)
	f.Add(uint8(3), record(nil, append(four, four...)))
	f.Add(uint8(3), record(record(nil, six), four))
	f.Add(uint8(3), record(nil, pieces4(17, 2, 48, forgeUDP(4789, forgeVXLAN(8, forgeEthernet(0x0800, four[0]))))))
	f.Fuzz(func(t *testing.T, link uint8, data []byte) {
		d := newDecoder(func(flow.Problem) {})
		var waiting, now uint64
		for len(data) > 3 {
			n, cut := int(binary.BigEndian.Uint16(data)), int(data[2])
			n = min(n, len(data)-3)
			p := &Packet{Link: fuzzLinks[int(link)%len(fuzzLinks)], Time: flow.Time(now), Orig: uint32(n)}
			p.Data, data = data[3:3+max(n-cut, 0)], data[3+n:]
			now += uint64(cut) << 28
			var s segment
			b := d.decodeUnguarded(p, &s)
			if b == bucketTCP {
				checkSegment(t, &s)
			}
			if b == bucketWaiting {
				waiting++
			}
			freed := s.held + d.frags.takeEvicted()
			if freed > waiting || b == bucketWaiting && s.held != 0 {
				t.Fatalf("bucket %d: %d freed of %d waiting", b, freed, waiting)
			}
			waiting -= freed
			if d.frags.bytes > maxDatagramBytes {
				t.Fatalf("%d bytes kept", d.frags.bytes)
			}
		}
	})
}
