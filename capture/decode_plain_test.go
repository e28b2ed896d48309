package capture

import (
	"bytes"
	"testing"
)

// comparePlain checks that plain says of p what the decoder says layer by layer,
// and tells whether p was for it.
func comparePlain(t *testing.T, p *Packet) bool {
	t.Helper()
	d := newDecoder(nil)
	got := segment{seq: 1, payload: []byte("left"), held: 3}
	if !d.plain(p, &got) {
		return false
	}
	var want segment
	if b := d.layers(p, &want); b != bucketTCP {
		t.Fatalf("%x: plain, but bucket %d", p.Data, b)
	}
	if !bytes.Equal(got.payload, want.payload) || len(got.payload) > 0 && &got.payload[0] != &want.payload[0] {
		t.Fatalf("%x: the payload is %q, not %q", p.Data, got.payload, want.payload)
	}
	got.payload, want.payload = nil, nil
	if got.src != want.src || got.dst != want.dst || got.hash != want.hash || got.encap != want.encap ||
		got.seq != want.seq || got.ack != want.ack || got.flags != want.flags ||
		got.length != want.length || got.print != want.print || got.held != want.held {
		t.Fatalf("%x:\nplain  %+v\nlayers %+v", p.Data, got, want)
	}
	return true
}

// TestPlain holds the short way of decoding against the long one, for every
// value of every header byte and every length.
func TestPlain(t *testing.T) {
	plain, other := 0, 0
	look := func(data []byte, orig int) {
		if comparePlain(t, &Packet{Link: LinkEthernet, Data: data, Orig: uint32(orig)}) {
			plain++
		} else {
			other++
		}
	}
	for _, options := range [][]byte{nil, forgeOptions} {
		whole := forgeEthernet(0x0800, forgeIPv4(6, forgeTCP(options, forgeText)))
		if !comparePlain(t, forgePacket(LinkEthernet, whole)) {
			t.Fatal("the commonest packet takes the long way")
		}
		for n := range len(whole) + 1 {
			look(whole[:n:n], len(whole))
			look(whole[:n:n], 0)
			look(append(bytes.Clone(whole), make([]byte, n)...), len(whole)+n) // padding
		}
		for i := range len(whole) - len(forgeText) {
			data := bytes.Clone(whole)
			for v := range 256 {
				data[i] = byte(v)
				look(data, len(data))
				look(data[:len(data)-len(forgeText)], len(data))
			}
		}
	}
	if plain < 10000 || other < 5000 {
		t.Errorf("%d plain, %d others", plain, other)
	}
	for _, c := range append(decodeCases(), tunnelCases()...) {
		comparePlain(t, forgePacket(c.link, c.data))
	}
}
