package analyze

import (
	"fmt"
	"testing"
)

// TestConduct: what other connections show of the server that hung up, in either
// order, and live as in a file.
func TestConduct(t *testing.T) {
	proxy := []byte("PROXY TCP4 10.0.0.9 10.0.0.1 40001 80\r\n")
	clientHello, serverHello := []byte("\x16\x03\x01\x00\x2f\x01\x00\x00\x2b\x03\x03"), []byte("\x16\x03\x03\x00\x2c\x02\x00\x00\x28\x03\x03")
	alert := []byte("\x15\x03\x03\x00\x02\x02\x28")
	hello := func(w *wire) { w.bytes(fromClient, clientHello).bytes(fromServer, serverHello).closes() }
	plain := func(w *wire) { w.asks(get("/")...).answers(fine...).closes() }
	proxied := func(w *wire) { w.bytes(fromClient, proxy).asks(get("/")...).answers(fine...).closes() }
	for _, c := range []struct {
		name  string
		plays []func(*wire)
		want  string // the packets of the precedents, counted from the connection's own
	}{
		{"nothing else", nil, "proxy - tls -"},
		{"a hello", []func(*wire){hello}, "proxy - tls 1"},
		{"a hello in pieces", []func(*wire){func(w *wire) {
			w.bytes(fromClient, clientHello[:4]).bytes(fromClient, clientHello[4:]).bytes(fromServer, serverHello[:5]).bytes(fromServer, serverHello[5:]).closes()
		}}, "proxy - tls 1"},
		{"a hello, captured after its answer", []func(*wire){func(w *wire) {
			w.bytes(fromServer, serverHello).bytes(fromClient, clientHello).closes()
		}}, "proxy - tls 2"},
		{"a hello, and no answer", []func(*wire){func(w *wire) { w.bytes(fromClient, clientHello).closes() }}, "proxy - tls -"},
		{"a hello, and an alert", []func(*wire){func(w *wire) { w.bytes(fromClient, clientHello).bytes(fromServer, alert).closes() }}, "proxy - tls -"},
		{"a hello, and HTTP", []func(*wire){func(w *wire) { w.bytes(fromClient, clientHello).answers(bad...).closes() }}, "proxy - tls -"},
		{"a hello, and its answer missing", []func(*wire){func(w *wire) {
			w.bytes(fromClient, clientHello).hole(fromServer, 50).bytes(fromServer, serverHello).closes()
		}}, "proxy - tls -"},
		{"a hello, and plain HTTP elsewhere", []func(*wire){hello, plain}, "proxy - tls -"},
		{"a hello, and a 400 elsewhere", []func(*wire){hello, func(w *wire) { w.asks(get("/")...).answers(bad...).closes() }}, "proxy - tls 1"},
		{"a PROXY header", []func(*wire){proxied}, "proxy 1 tls -"},
		{"a PROXY header, and a 400", []func(*wire){func(w *wire) { w.bytes(fromClient, proxy).asks(get("/")...).answers(bad...).closes() }}, "proxy - tls -"},
		{"a PROXY header, and one that does without", []func(*wire){proxied, plain}, "proxy - tls -"},
		{"a PROXY header before a hello", []func(*wire){func(w *wire) { w.bytes(fromClient, proxy); hello(w) }}, "proxy 1 tls 2"},
		{"a PROXY header, and a hello without", []func(*wire){proxied, hello}, "proxy - tls -"},
	} {
		for _, live := range []bool{false, true} {
			for _, later := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s, live %v, later %v", c.name, live, later), func(t *testing.T) {
					got, begin := "", uint64(0)
					number := func(p *Precedent) string {
						if p == nil {
							return "-"
						}
						return fmt.Sprint(p.Packet.Num - begin)
					}
					look := &Rule{ID: "look", Check: func(c *Case) []*Finding {
						got = "proxy " + number(c.WantsProxy) + " tls " + number(c.WantsTLS)
						return nil
					}}
					tp := newTape(t, Config{Live: live, Rules: []*Rule{look}})
					hangsUp := func() { tp.open(back, inst).asks(hs(keyA, xff)...).closes() }
					if later {
						hangsUp()
						tp.e.Tick(tp.now)
					}
					for i, play := range c.plays {
						w := tp.open(fmt.Sprintf("10.0.1.1:%d", 50100+i), inst)
						if i == 0 {
							begin = tp.nums[0]
						}
						play(w)
					}
					if !later {
						hangsUp()
					}
					if live {
						tp.e.Tick(tp.now)
						if got != c.want {
							t.Errorf("live: %s, want %s", got, c.want)
						}
					}
					tp.finish()
					if got != c.want {
						t.Errorf("%s, want %s", got, c.want)
					}
				})
			}
		}
	}
}
