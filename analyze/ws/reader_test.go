package ws

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// frame builds a frame; mask nil means unmasked. The length takes its
// shortest form.
func frame(first byte, mask []byte, payload string) []byte {
	var maskBit byte
	if mask != nil {
		maskBit = 0x80
	}
	b := []byte{first}
	switch n := len(payload); {
	case n < 126:
		b = append(b, maskBit|byte(n))
	case n < 1<<16:
		b = binary.BigEndian.AppendUint16(append(b, maskBit|126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, maskBit|127), uint64(n))
	}
	b = append(b, mask...)
	for i := range len(payload) {
		c := payload[i]
		if mask != nil {
			c ^= mask[i%4]
		}
		b = append(b, c)
	}
	return b
}

var key = []byte{0x37, 0xfa, 0x21, 0x3d}

func fromClient(first byte, payload string) []byte { return frame(first, key, payload) }
func fromServer(first byte, payload string) []byte { return frame(first, nil, payload) }
func cat(parts ...[]byte) []byte                   { return slices.Concat(parts...) }

// op is one call: a hole if gap is not 0, else bytes.
type op struct {
	data []byte
	gap  uint64
}

func run(s Settings, ops []op) *Reader {
	r := NewReader(s)
	for _, o := range ops {
		if o.gap != 0 {
			r.Gap(o.gap)
		} else {
			r.Feed(o.data)
		}
	}
	return r
}

// summary is everything that a Reader says.
func summary(r *Reader) string {
	var ops []string
	for i, n := range r.Opcodes {
		if n != 0 {
			ops = append(ops, fmt.Sprintf("%x:%d", i, n))
		}
	}
	at, maybe := r.HTTPAt()
	compressed := ""
	if r.Compressed > 0 {
		compressed = fmt.Sprintf(" compressed=%d", r.Compressed)
	}
	return fmt.Sprintf("frames=%d bytes=%d messages=%d ops=%v close=%v %d %q lost=%v %v http=%v %q at=%d %v%s offset=%d",
		r.Frames, r.Bytes, r.Messages, ops, r.CloseSeen, r.CloseCode, r.CloseReason(), r.Lost,
		r.Violations(), r.HTTP, r.HTTPLine(), at, maybe, compressed, r.Offset())
}

// everyCut calls f with ops whose bytes are cut into single bytes and in two
// at every place.
func everyCut(ops []op, f func(how string, ops []op)) {
	var single []op
	for _, o := range ops {
		if o.gap != 0 {
			single = append(single, o)
			continue
		}
		for i := range o.data {
			single = append(single, op{data: o.data[i : i+1]})
		}
	}
	f("single bytes", single)
	for k, o := range ops {
		for i := 1; i < len(o.data); i++ {
			cut := slices.Concat(ops[:k:k], []op{{data: o.data[:i]}, {data: o.data[i:]}}, ops[k+1:])
			f(fmt.Sprintf("op %d cut at %d", k, i), cut)
		}
	}
}

var client = Settings{Masked: true}
var server = Settings{}

const get = "GET /socket.io/?EIO=3&transport=polling HTTP/1.1"

var readerTests = []struct {
	name string
	set  Settings
	ops  []op
	want string // fields as in summary, those that are zero left out
}{
	{"rfc 5.7 unmasked text", server, []op{{data: []byte{0x81, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f}}},
		"frames=1 bytes=5 messages=1 ops=[1:1]"},
	{"rfc 5.7 masked text", client, []op{{data: []byte{0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58}}},
		"frames=1 bytes=5 messages=1 ops=[1:1]"},
	{"rfc 5.7 fragmented", server, []op{{data: []byte{0x01, 0x03, 0x48, 0x65, 0x6c, 0x80, 0x02, 0x6c, 0x6f}}},
		"frames=2 bytes=5 messages=1 ops=[0:1 1:1]"},
	{"rfc 5.7 ping and pong", server, []op{{data: cat(fromServer(0x89, "Hello"), fromServer(0x8A, "Hello"))}},
		"frames=2 bytes=10 ops=[9:1 a:1]"},
	{"rfc 5.7 256 bytes", server, []op{{data: fromServer(0x82, strings.Repeat("x", 256))}},
		"frames=1 bytes=256 messages=1 ops=[2:1]"},
	{"64-bit length", client, []op{{data: fromClient(0x82, strings.Repeat("x", 65536))}, {data: fromClient(0x89, "")}},
		"frames=2 bytes=65536 messages=1 ops=[2:1 9:1]"},
	{"head counts before the payload", server, []op{{data: []byte{0x82, 127, 0, 0, 0, 1, 0, 0, 0, 0}}},
		"frames=1 messages=1 ops=[2:1]"},
	{"several frames at once, control between fragments", client,
		[]op{{data: cat(fromClient(0x01, "a"), fromClient(0x89, "p"), fromClient(0x00, "b"), fromClient(0x8A, ""), fromClient(0x80, ""), fromClient(0x81, "x"))}},
		"frames=6 bytes=4 messages=2 ops=[0:2 1:2 9:1 a:1]"},
	{"close with reason", client, []op{{data: fromClient(0x88, "\x03\xe9going away")}},
		`frames=1 bytes=12 ops=[8:1] close=true 1001 "going away"`},
	{"close without code", server, []op{{data: fromServer(0x88, "")}}, `frames=1 ops=[8:1] close=true 0 ""`},
	{"only the first close counts", server, []op{{data: cat(fromServer(0x88, "\x03\xe8a"), fromServer(0x88, "\x03\xe9b"))}},
		`frames=2 bytes=6 ops=[8:2] close=true 1000 "a"`},
	{"close reason of full length", server, []op{{data: fromServer(0x88, "\x03\xe8"+strings.Repeat("r", 123))}},
		`frames=1 bytes=125 ops=[8:1] close=true 1000 "` + strings.Repeat("r", 123) + `"`},

	{"unmasked client frame", client, []op{{data: cat(fromServer(0x81, "hi"), fromServer(0x81, "ho"))}},
		"frames=2 bytes=4 messages=2 ops=[1:2] [unmasked-client-frame]"},
	{"masked server frame", server, []op{{data: fromClient(0x88, "\x03\xe8")}},
		`frames=1 bytes=2 ops=[8:1] close=true 1000 "" [masked-server-frame]`},
	{"reserved opcode", server, []op{{data: cat(fromServer(0x83, "x"), fromServer(0x8B, ""))}},
		"frames=2 bytes=1 ops=[3:1 b:1] [reserved-opcode]"},
	{"rsv without extension", server, []op{{data: fromServer(0xC1, "x")}},
		"frames=1 bytes=1 messages=1 ops=[1:1] [rsv-bits] compressed=1"},
	{"the first of several frames without extension", server, []op{{data: cat(fromServer(0x41, "x"), fromServer(0x80, "y"))}},
		"frames=2 bytes=2 messages=1 ops=[0:1 1:1] [rsv-bits]"},
	{"more than RSV1 without extension", server, []op{{data: cat(fromServer(0xE1, "x"), fromServer(0xD2, "y"), fromServer(0xC9, ""))}},
		"frames=3 bytes=2 messages=2 ops=[1:1 2:1 9:1] [rsv-bits]"},
	{"rsv1 with deflate", Settings{Deflate: true}, []op{{data: cat(fromServer(0xC1, "x"), fromServer(0x41, "x"), fromServer(0x80, "y"))}},
		"frames=3 bytes=3 messages=2 ops=[0:1 1:2]"},
	{"rsv1 with deflate on a control frame", Settings{Deflate: true}, []op{{data: fromServer(0xC9, "")}},
		"frames=1 ops=[9:1] [rsv-bits]"},
	{"rsv1 with deflate on a later fragment", Settings{Deflate: true}, []op{{data: cat(fromServer(0x41, "x"), fromServer(0xC0, "y"))}},
		"frames=2 bytes=2 messages=1 ops=[0:1 1:1] [rsv-bits]"},
	{"anything goes with an unknown extension", Settings{Extended: true}, []op{{data: fromServer(0xF3, "x")}},
		"frames=1 bytes=1 ops=[3:1]"},
	{"fragmented control", server, []op{{data: fromServer(0x09, "x")}}, "frames=1 bytes=1 ops=[9:1] [fragmented-control]"},
	{"long control", server, []op{{data: fromServer(0x89, strings.Repeat("x", 126))}}, "frames=1 bytes=126 ops=[9:1] [long-control]"},
	{"long close", server, []op{{data: fromServer(0x88, "\x03\xe8"+strings.Repeat("x", 200))}},
		`frames=1 bytes=202 ops=[8:1] close=true 1000 "` + strings.Repeat("x", 123) + `" [long-control]`},
	{"unexpected continuation", server, []op{{data: cat(fromServer(0x80, "x"), fromServer(0x81, "y"))}},
		"frames=2 bytes=2 messages=1 ops=[0:1 1:1] [unexpected-continuation]"},
	{"interleaved message", server, []op{{data: cat(fromServer(0x01, "x"), fromServer(0x81, "y"), fromServer(0x80, "z"))}},
		"frames=3 bytes=3 messages=2 ops=[0:1 1:2] [interleaved-message]"},
	{"non-minimal lengths", server, []op{{data: []byte{0x81, 126, 0, 1, 'x', 0x81, 127, 0, 0, 0, 0, 0, 0, 0, 1, 'y'}}},
		"frames=2 bytes=2 messages=2 ops=[1:2] [non-minimal-length]"},
	{"length too large", server, []op{{data: []byte{0x81, 127, 0x80, 0, 0, 0, 0, 0, 0, 1, 0x81, 0}}},
		"lost=true [length-too-large]"},
	{"data after close", server, []op{{data: cat(fromServer(0x88, ""), fromServer(0x8A, ""), fromServer(0x81, "x"))}},
		`frames=3 bytes=1 messages=1 ops=[1:1 8:1 a:1] close=true 0 "" [data-after-close]`},
	{"violations in order", client, []op{{data: cat(fromClient(0x83, ""), fromServer(0xC1, "x"))}},
		"frames=2 bytes=1 messages=1 ops=[1:1 3:1] [reserved-opcode unmasked-client-frame rsv-bits] compressed=1"},

	{"hole in a payload", client, []op{{data: fromClient(0x82, strings.Repeat("x", 100))[:20]}, {gap: 86}, {data: fromClient(0x89, "")}},
		"frames=2 bytes=100 messages=1 ops=[2:1 9:1]"},
	{"hole in the middle of a payload", client, []op{{data: fromClient(0x82, strings.Repeat("x", 100))[:20]}, {gap: 80}, {data: []byte("xxxxxx")}, {data: fromClient(0x89, "")}},
		"frames=2 bytes=100 messages=1 ops=[2:1 9:1]"},
	{"hole in a close frame's reason", client, []op{{data: fromClient(0x88, "\x03\xe8abcdef")[:10]}, {gap: 2}, {data: []byte("zz")}},
		`frames=1 bytes=8 ops=[8:1] close=true 1000 "ab"`},
	{"hole over a head, then a frame", client, []op{{data: fromClient(0x81, "x")}, {gap: 10}, {data: fromClient(0x80, "y")}, {data: fromClient(0x88, "\x03\xe8")}},
		`frames=3 bytes=4 messages=2 ops=[0:1 1:1 8:1] close=true 1000 "" lost=true`},
	{"hole over a head, then no frame", client, []op{{gap: 10}, {data: []byte("abc")}, {data: fromClient(0x88, "")}},
		"lost=true"},
	{"a further hole gives a further chance", client, []op{{gap: 10}, {data: []byte("abc")}, {gap: 1}, {data: fromClient(0x81, "a")}},
		"frames=1 bytes=1 messages=1 ops=[1:1] lost=true"},
	{"hole beyond the end of a payload", client, []op{{data: fromClient(0x82, "abc")[:6]}, {gap: 4}, {data: fromClient(0x89, "")}},
		"frames=2 bytes=3 messages=1 ops=[2:1 9:1] lost=true"},
	{"in doubt an unsound head is no violation", server, []op{{gap: 1}, {data: cat(fromServer(0x81, "x"), fromClient(0x81, "x"))}},
		"frames=1 bytes=1 messages=1 ops=[1:1] lost=true"},
	{"after four sound heads it is one", server, []op{{gap: 1}, {data: cat(bytes.Repeat(fromServer(0x81, "x"), 4), fromClient(0x81, "x"))}},
		"frames=5 bytes=5 messages=5 ops=[1:5] lost=true [masked-server-frame]"},
	{"zeros behind a hole are no frames", server, []op{{gap: 1}, {data: make([]byte, 100)}}, "lost=true"},
	{"huge frame behind a hole", server, []op{{gap: 1}, {data: []byte{0x82, 127, 0, 0, 1, 0, 0, 0, 0, 0, 'x'}}}, "lost=true"},

	{"http request from the client's side", client, []op{{data: cat(fromClient(0x81, "x"), []byte(get+"\r\nHost: a\r\n\r\n"))}},
		"frames=1 bytes=1 messages=1 ops=[1:1] http=true \"" + get + "\" at=7 true"},
	{"http response from the server's side", server, []op{{data: []byte("HTTP/1.1 400 Bad Request\r\n")}},
		`http=true "HTTP/1.1 400 Bad Request"`},
	{"http response without reason", server, []op{{data: []byte("HTTP/1.0 200\r\n")}}, `http=true "HTTP/1.0 200"`},
	{"http in the middle of a message", client, []op{{data: cat(fromClient(0x01, "x"), []byte("A / HTTP/1.1\r\n"))}},
		`frames=1 bytes=1 ops=[1:1] http=true "A / HTTP/1.1" at=7 true`},
	{"http after close", server, []op{{data: cat(fromServer(0x88, ""), []byte("HTTP/1.1 200 OK\r\n"))}},
		`frames=1 ops=[8:1] close=true 0 "" http=true "HTTP/1.1 200 OK" at=2 true`},
	{"http with a long line", client, []op{{data: []byte("GET /" + strings.Repeat("a", 500) + " HTTP/1.1\r\n")}},
		`http=true "GET /` + strings.Repeat("a", 195) + `"`},
	{"http line cut by a hole is a frame", client, []op{{data: []byte("GET / HT")}, {gap: 3}, {data: []byte("\r\n")}},
		"frames=1 bytes=11 ops=[7:1] [unmasked-client-frame rsv-bits reserved-opcode]"},
	{"http in doubt, client", client, []op{{gap: 7}, {data: []byte("GET / HTTP/1.1\r\n")}},
		`lost=true http=true "GET / HTTP/1.1" at=7 true`},
	{"http in doubt, server", server, []op{{gap: 7}, {data: []byte("HTTP/1.1 200 OK\r\n")}}, "lost=true"},
	{"text that is no http", client, []op{{data: []byte("HELO example.org\r\n")}},
		"frames=1 bytes=16 ops=[8:1] close=true 19535 \" example.org\\r\\n\" [unmasked-client-frame rsv-bits fragmented-control]"},
	{"a legal frame that begins like text", Settings{Deflate: true}, []op{{data: []byte("ACL / HTTP/1.1\r\n")}},
		"frames=1 bytes=14 ops=[1:1]"},
}

func TestReader(t *testing.T) {
	for _, test := range readerTests {
		t.Run(test.name, func(t *testing.T) {
			got := summary(run(test.set, test.ops))
			if short := shorten(got); short != test.want {
				t.Errorf("\ngot  %s\nwant %s", short, test.want)
			}
			if testing.Short() && len(got) > 1e5 {
				return
			}
			total := 0
			for _, o := range test.ops {
				total += len(o.data)
			}
			if total > 10000 {
				t.Skip("too long to cut everywhere; the fuzz target cuts these")
			}
			everyCut(test.ops, func(how string, ops []op) {
				if cut := summary(run(test.set, ops)); cut != got {
					t.Fatalf("%s:\ngot  %s\nwant %s", how, cut, got)
				}
			})
		})
	}
}

// shorten leaves out what is zero, and the offset.
func shorten(s string) string {
	s, _, _ = strings.Cut(s, " offset=")
	s = " " + s
	for _, zero := range []string{
		" frames=0", " bytes=0", " messages=0", " ops=[]", ` close=false 0 ""`,
		" lost=false", " []", ` http=false ""`, " at=0 false", " at=0 true",
	} {
		s = strings.Replace(s, zero, "", 1)
	}
	return strings.TrimSpace(s)
}

// A line of more than 8 KiB is none; its bytes are then what the frame rules
// say, however late that is known.
func TestLineBound(t *testing.T) {
	for _, target := range []int{maxLine - len("GET /") - len(" HTTP/1.1\r\n"), maxLine - len("GET /") - len(" HTTP/1.1\r\n") + 1} {
		data := []byte("GET /" + strings.Repeat("a", target) + " HTTP/1.1\r\n")
		r := run(client, []op{{data: data}})
		if want := len(data) <= maxLine; r.HTTP != want {
			t.Errorf("line of %d bytes: HTTP %v, want %v", len(data), r.HTTP, want)
		}
	}
}

// Until it is decided whether bytes are HTTP nothing is counted, and
// afterwards the caller can find the packet in which it began.
func TestUndecided(t *testing.T) {
	r := NewReader(client)
	r.Feed(fromClient(0x81, "abc"))
	before := r.Frames
	var at uint64
	for i, part := range []string{"G", "ET / HT", "TP/1.1\r", "\n"} {
		from := r.Offset()
		r.Feed([]byte(part))
		if r.Frames != before || r.Violations() != nil {
			t.Fatalf("part %d: %s", i, summary(r))
		}
		if off, ok := r.HTTPAt(); ok && off >= from {
			at = uint64(i) + 100
		}
	}
	if !r.HTTP || at != 100 {
		t.Errorf("HTTP %v, began in part %d", r.HTTP, at-100)
	}
}

func TestAllocations(t *testing.T) {
	stream := cat(fromClient(0x01, "abc"), fromClient(0x89, ""), fromClient(0x80, strings.Repeat("x", 70000)),
		fromClient(0xC1, "deflated"), fromClient(0x41, "A"), fromClient(0x83, "reserved"), fromClient(0x88, "\x03\xe8bye"))
	r := NewReader(Settings{Masked: true, Deflate: true})
	n := testing.AllocsPerRun(100, func() {
		r.Feed(stream[:50])
		r.Feed(stream[50:])
		r.Gap(1)
	})
	if n != 0 {
		t.Errorf("%v allocations per run, want 0", n)
	}
}

func TestAccept(t *testing.T) {
	// RFC 6455 section 1.3.
	const want = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
	for _, key := range []string{"dGhlIHNhbXBsZSBub25jZQ==", " dGhlIHNhbXBsZSBub25jZQ==\t"} {
		if got := Accept(key); got != want {
			t.Errorf("Accept(%q) = %q, want %q", key, got, want)
		}
	}
}

func TestExtensionsOf(t *testing.T) {
	for _, test := range []struct {
		header         string
		deflate, other bool
	}{
		{"", false, false},
		{"permessage-deflate", true, false},
		{"Permessage-Deflate; client_max_window_bits=15, ", true, false},
		{"x-webkit-deflate-frame", false, true},
		{"foo;bar=1 , permessage-deflate;server_no_context_takeover", true, true},
		{`permessage-deflate; note="a, b\", c"`, true, false},
		{`permessage-deflate; note="a, foo`, true, false},
	} {
		if d, o := ExtensionsOf(test.header); d != test.deflate || o != test.other {
			t.Errorf("ExtensionsOf(%q) = %v, %v", test.header, d, o)
		}
	}
}
