package analyze

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// TestBegun: what connections have begun and not finished stays
// within the memory there is, whatever it is.
func TestBegun(t *testing.T) {
	const memory = 8 << 20
	const conns = memory / (5 << 10) // as many as the capture side keeps
	line := "X: " + strings.Repeat("x", 1000) + "\r\n"
	for name, c := range map[string]struct{ begin, more string }{
		"heads":             {"GET / HTTP/1.1\r\n", line},
		"first lines":       {"GET /", line[:1000]},
		"no HTTP":           {"\x01\x02", line[:1000]},
		"behind handshakes": {string(head(hs(keyA)...)), line},
	} {
		t.Run(name, func(t *testing.T) {
			tp := newTape(t, Config{Memory: memory, Live: true})
			tp.pipe = true
			before := inUse()
			var wires []*wire
			for i := range conns {
				wires = append(wires, tp.open(fmt.Sprintf("10.0.0.9:%d", 1024+i), front).bytes(fromClient, []byte(c.begin)))
			}
			for range 60 {
				for _, w := range wires {
					w.bytes(fromClient, []byte(c.more))
				}
			}
			if took := inUse() - before; took > memory*5/4 {
				t.Errorf("%d MB are in use, of %d", took>>20, memory>>20)
			}
			runtime.KeepAlive(tp)
		})
	}
}

// inUse returns how many bytes of the heap are.
func inUse() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
