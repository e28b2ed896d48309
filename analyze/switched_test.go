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
