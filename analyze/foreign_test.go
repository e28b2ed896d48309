package analyze

import (
	"testing"

	"elbscope/capture/flow"
)

// TestTLS plays connections on which at least one side speaks TLS: what was
// asked in plain text has been answered, and only where both sides speak it is
// a connection called encrypted.
func TestTLS(t *testing.T) {
	clientHello := []byte("\x16\x03\x01\x00\x2f\x01\x00\x00\x2b\x03\x03")
	serverHello := []byte("\x16\x03\x03\x00\x2c\x02\x00\x00\x28\x03\x03")
	alert, data := []byte("\x15\x03\x03\x00\x02\x02\x0a"), []byte("\x17\x03\x03\x00\x20")
	for _, c := range []struct {
		name      string
		midstream bool
		play      func(w *wire)
		encrypted int // connections that are called so
		handshake string
	}{
		{"both", false, func(w *wire) { w.bytes(fromClient, clientHello).bytes(fromServer, serverHello).closes() }, 1, ""},
		{"a server that likes no hello", false, func(w *wire) { w.bytes(fromClient, clientHello).bytes(fromServer, alert).closes() }, 1, ""},
		{"both, the server captured first", false, func(w *wire) { w.bytes(fromServer, serverHello).bytes(fromClient, clientHello).closes() }, 1, ""},
		{"both, the hello in pieces", false, func(w *wire) {
			w.bytes(fromServer, serverHello).bytes(fromClient, clientHello[:3]).bytes(fromClient, clientHello[3:]).closes()
		}, 1, ""},
		{"both, the hello missing", false, func(w *wire) {
			w.bytes(fromServer, serverHello).hole(fromClient, 200).bytes(fromClient, data).closes()
		}, 1, ""},
		{"the server alone", false, func(w *wire) { w.bytes(fromServer, serverHello).bytes(fromServer, data) }, 1, ""},
		{"the server alone, begun before the capture", true, func(w *wire) { w.bytes(fromServer, data).bytes(fromServer, data) }, 1, ""},
		{"both, begun before the capture", true, func(w *wire) { w.bytes(fromServer, data).bytes(fromClient, data) }, 1, ""},
		{"a handshake, and an alert", false, func(w *wire) { w.asks(hs(keyA)...).bytes(fromServer, alert).closes() }, 0,
			"refused proven 0 0:client:TLS alert 10"},
		{"a handshake, and what may be the middle of anything", true, func(w *wire) { w.asks(hs(keyA)...).bytes(fromServer, data).closes() }, 0,
			"undetermined undetermined 0 0:client:alien"},
		{"a handshake begun before the capture, and an alert", true, func(w *wire) { w.asks(hs(keyA)...).bytes(fromServer, alert).closes() }, 0,
			"refused proven 0 0:client:TLS alert 10"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var handshakes []string
			if c.handshake != "" {
				handshakes = []string{c.handshake}
			}
			playsForeign(t, c.midstream, c.play, "encrypted", c.encrypted, handshakes)
		})
	}
}

// TestHTTP2 plays connections on which at least one side speaks HTTP/2.
func TestHTTP2(t *testing.T) {
	preface := []byte("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
	settings := []byte("\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x64")
	const refused, unsure = "refused proven 0 0:client:HTTP/2", "undetermined undetermined 0 0:client:alien"
	for _, c := range []struct {
		name      string
		midstream bool
		play      func(w *wire)
		http2     int // connections that are called so
		want      []string
	}{
		{"both", false, func(w *wire) { w.bytes(fromClient, preface).bytes(fromServer, settings).closes() }, 1, nil},
		{"both, the server first", false, func(w *wire) { w.bytes(fromServer, settings).bytes(fromClient, preface).closes() }, 1, nil},
		{"both, the server first, the preface in pieces", false, func(w *wire) {
			w.bytes(fromServer, settings[:4]).bytes(fromClient, preface[:9]).bytes(fromServer, settings[4:]).bytes(fromClient, preface[9:]).closes()
		}, 1, nil},
		{"both, the client's beginning missing", false, func(w *wire) {
			w.bytes(fromServer, settings).hole(fromClient, 200).bytes(fromClient, settings).closes()
		}, 1, nil},
		{"the server alone", false, func(w *wire) { w.bytes(fromServer, settings).close(fromServer, flow.FIN).end(flow.EndClosed) }, 1, nil},
		{"a handshake, and SETTINGS", false, func(w *wire) { w.asks(hs(keyA)...).bytes(fromServer, settings).closes() }, 0, []string{refused}},
		{"SETTINGS, and a handshake", false, func(w *wire) { w.bytes(fromServer, settings).asks(hs(keyA)...).closes() }, 0, []string{refused}},
		{"a handshake, SETTINGS, and another one", false, func(w *wire) {
			w.asks(hs(keyA)...).bytes(fromServer, settings).asks(hs(keyB)...).closes()
		}, 0, []string{refused, refused}},
		{"a handshake, and what may be the middle of anything", true, func(w *wire) {
			w.asks(hs(keyA)...).bytes(fromServer, settings).closes()
		}, 0, []string{unsure}},
		{"the middle of anything", true, func(w *wire) { w.bytes(fromServer, settings).bytes(fromClient, settings).closes() }, 0, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			playsForeign(t, c.midstream, c.play, "http2", c.http2, c.want)
		})
	}
}

// playsForeign plays one connection, and wants so many to be told of as problem
// code, and these handshakes.
func playsForeign(t *testing.T, midstream bool, play func(*wire), code string, problems int, handshakes []string) {
	t.Helper()
	tp := newTape(t, Config{})
	open := tp.open
	if midstream {
		open = tp.midstream
	}
	play(open(client, front))
	snap := tp.finish()
	want(t, snap, handshakes...)
	if got := problemsOf(snap, code); got != problems {
		t.Errorf("%d connections are called %s", got, code)
	}
}

// TestTLSBehindABalancer: the load balancer makes an answer of its own of what
// the instance said.
func TestTLSBehindABalancer(t *testing.T) {
	tp := newTape(t, Config{})
	c := tp.open(client, front).asks(hs(keyA)...)
	tp.open(back, inst).asks(hs(keyA, xff)...).bytes(fromServer, []byte("\x15\x03\x03\x00\x02\x02\x0a")).close(fromServer, flow.FIN).
		close(fromClient, flow.FIN).end(flow.EndClosed)
	c.answers(gateway...)
	snap := tp.finish()
	want(t, snap, "refused proven 502 0:client:502 1:instance:TLS alert 10")
	if a := snap.Handshakes[0].Last().Foreign; a.Packet.Num != 5 || a.AlertLevel != 2 || a.Alert != 10 {
		t.Errorf("%+v", a)
	}
}

// problemsOf counts how often a problem was met.
func problemsOf(snap *Snapshot, code string) (n int) {
	for _, s := range snap.Sources {
		for _, p := range s.Problems {
			if p.Code == code {
				n += max(1, int(p.Count))
			}
		}
	}
	return n
}
