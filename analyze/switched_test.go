package analyze

import "testing"

// TestSwitchedTo: what follows a 101 to a handshake are frames, unless it names
// another protocol that was asked for.
func TestSwitchedTo(t *testing.T) {
	frame := []byte{0x81, 0x82, 1, 2, 3, 4, 5, 6}
	for _, c := range []struct {
		name, asked string
		answer      []string
		frames      uint64
	}{
		{"websocket", "websocket", []string{"Upgrade: WebSocket"}, 1},
		{"no Upgrade", "websocket", nil, 1},
		{"a name that is wrong", "websocket", []string{"Upgrade: WebSockets"}, 1},
		{"an empty one", "websocket", []string{"Upgrade: "}, 1},
		{"another that was asked for", "websocket, h2c", []string{"Upgrade: H2C"}, 0},
		{"another that was asked for, in a version", "websocket, foo/2", []string{"Upgrade: foo/1"}, 0},
	} {
		tp := newTape(t, Config{})
		tp.open(client, front).asks(hs(keyA, "Upgrade: "+c.asked)...).
			answers(append([]string{"HTTP/1.1 101 Switching Protocols", "Connection: Upgrade"}, c.answer...)...).
			bytes(fromClient, frame).closes()
		snap := tp.finish()
		want(t, snap, "healthy proven 101 0:client:101")
		if got := snap.Handshakes[0].First().WebSocket.Total(); got != c.frames {
			t.Errorf("%s: %d frames, want %d", c.name, got, c.frames)
		}
	}
}

// TestCompressed: the first frame that is compressed without an agreement is
// remembered with its packet and its sender, and each side's close code by side.
func TestCompressed(t *testing.T) {
	plain, odd := []byte{0x81, 1, 'x'}, []byte{0xc1, 1, 0}
	closing := func(code byte) []byte { return []byte{0x88, 0x82, 0, 0, 0, 0, 3, code} }
	play := func(extensions ...string) *Sighting {
		tp := newTape(t, Config{})
		tp.open(client, front).asks(hs(keyA, "Sec-WebSocket-Extensions: permessage-deflate")...).answers(append(switching[:3:3], extensions...)...).
			bytes(fromServer, plain).bytes(fromServer, odd[:1]).bytes(fromServer, odd[1:]).bytes(fromServer, odd).
			bytes(fromClient, closing(0xea)).bytes(fromServer, []byte{0x88, 2, 3, 0xe8}).closes()
		return tp.finish().Handshakes[0].First()
	}
	s := play()
	w := &s.WebSocket
	if w.Compressed.Num != s.ResponsePacket.Num+3 || w.CompressedFrom != fromServer || len(w.Violations[fromServer]) != 1 || w.Violations[fromClient] != nil {
		t.Errorf("%+v", w)
	}
	if w.CloseCode != [2]int{1002, 1000} {
		t.Errorf("close codes %v", w.CloseCode)
	}
	if w := &play("Sec-WebSocket-Extensions: permessage-deflate").WebSocket; w.Compressed.Num != 0 || w.Violations[fromServer] != nil {
		t.Errorf("agreed: %+v", w)
	}
}
