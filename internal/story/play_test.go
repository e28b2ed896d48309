package story

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
)

// parse reads a story whose packets have no link header.
func parse(t *testing.T, conversation string) *Story {
	t.Helper()
	s, err := Parse("x", intro+conversation)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// tell describes the packets of a raw IPv4 story in a line each: milliseconds,
// sender, flags, sequence number from the start of the connection, payload.
func tell(packets []Packet) string {
	var b strings.Builder
	first := make(map[bool]uint32)
	for _, p := range packets {
		tcp := p.Data[20:]
		seq, flags := binary.BigEndian.Uint32(tcp[4:]), tcp[13]
		if _, ok := first[p.FromClient]; !ok || flags&flagSYN != 0 {
			first[p.FromClient] = seq
		}
		names := ""
		for i, c := range "FSRPA" {
			if flags&(1<<i) != 0 {
				names += string(c)
			}
		}
		arrow := "<"
		if p.FromClient {
			arrow = ">"
		}
		line := fmt.Sprintf("%.2f %s %s %d %s", float64(p.Time.Sub(start).Microseconds())/1000, arrow, names,
			seq-first[p.FromClient], tcp[tcp[12]>>4*4:])
		b.WriteString(strings.TrimSpace(line) + "\n")
	}
	return b.String()
}

func TestAccidents(t *testing.T) {
	const open = "1.05 > S 0\n1.10 < SA 0\n1.15 > A 1\n"
	tests := []struct{ name, conversation, want string }{
		{"plain", "client >> abcdef", open + "1.20 > PA 1 abcdef\n1.25 < A 1\n"},
		{"cut", "cut 2 4\nclient >> abcdef", open + "1.20 > PA 1 ab\n1.25 > PA 3 cd\n1.30 > PA 5 ef\n1.35 < A 1\n"},
		{"swap", "cut 2\nswap\nclient >> abcdef", open + "1.20 > PA 3 cdef\n1.25 > PA 1 ab\n1.30 < A 1\n"},
		{"lose", "lose\nclient >> abcdef", open + "1.25 < A 1\n"},
		{"lose the end", "lose 4-\nclient >> abcdef", open + "1.20 > PA 1 abcd\n1.30 < A 1\n"},
		{"lose the middle", "lose 2-4\nclient >> abcdef", open + "1.20 > PA 1 ab\n1.30 > PA 5 ef\n1.35 < A 1\n"},
		{"twice", "twice\nclient >> abcdef", open + "1.20 > PA 1 abcdef\n1.22 > PA 1 abcdef\n1.25 < A 1\n"},
		{"again", "again\nclient >> abcdef", open + "1.20 > PA 1 abcdef\n1.25 < A 1\n201.30 > PA 1 abcdef\n201.35 < A 1\n"},
		{"close", "client: server closes\nclient: client closes",
			open + "1.20 < FA 1\n1.25 > A 1\n2.30 > FA 1\n2.35 < A 2\n"},
		{"reset", "client: server resets", open + "1.20 < RA 1\n"},
		{"probe", "client >> a\nwait 1s\nclient: client probes",
			open + "1.20 > PA 1 a\n1.25 < A 1\n1002.30 > A 1\n1002.35 < A 1\n"},
		{"late", "client >> a\ncapture begins\nclient << b", "2.30 < PA 0 b\n2.35 > A 0\n"},
		{"early", "client >> a\ncapture ends\nclient << b", open + "1.20 > PA 1 a\n1.25 < A 1\n"},
		{"reuse", "client: server resets\nclient >> a",
			open + "1.20 < RA 1\n2.25 > S 0\n2.30 < SA 0\n2.35 > A 1\n2.40 > PA 1 a\n2.45 < A 1\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tell(parse(t, tt.conversation).Packets()); got != tt.want {
				t.Errorf("got\n%swant\n%s", got, tt.want)
			}
		})
	}
}

func TestPayloads(t *testing.T) {
	tests := []struct{ name, conversation, want string }{
		{"head", "client > GET / HTTP/1.1\n       > Host: a\n       >", "GET / HTTP/1.1\r\nHost: a\r\n\r\n"},
		{"bare LF", `client > GET / HTTP/1.1\n` + "\n" + `       > \n`, "GET / HTTP/1.1\n\n"},
		{"body", "client > POST / HTTP/1.1\n       > Content-Length: *\n       >\n       > a\\r\\n\n       > b",
			"POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\na\r\nb"},
		{"chunks", "client > POST / HTTP/1.1\n       > Transfer-Encoding: chunked\n       >\n       > ab\n       > \\{17*c}",
			"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n11\r\n" + strings.Repeat("c", 17) + "\r\n0\r\n\r\n"},
		{"open chunks", "client > POST / HTTP/1.1\n       > Transfer-Encoding: chunked\n       >\n       > ab\n       > ...",
			"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n"},
		{"bytes", `client >> \x16\x03\t\\`, "\x16\x03\t\\"},
		{"unmasked", "client <~ text hi", "\x81\x02hi"},
		{"masked", "client ~> text hi", "\x81\x82\x5e\x1b\x5c\x0e" + string([]byte{'h' ^ 0x5e, 'i' ^ 0x1b})},
		{"close", "client <~ close 1000 bye", "\x88\x05\x03\xe8bye"},
		{"16 bits", `client <~ binary \{126*a}`, "\x82\x7e\x00\x7e" + strings.Repeat("a", 126)},
		{"64 bits", `client <~ binary \{65536*a}`, "\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00" + strings.Repeat("a", 65536)},
		{"fragments", "client <~ begin a\n       <~ more b\n       <~ end c", "\x01\x01a\x00\x01b\x80\x01c"},
		{"proxy v1", "client: proxy v1 1.2.3.4:5 -> 6.7.8.9:10", "PROXY TCP4 1.2.3.4 6.7.8.9 5 10\r\n"},
		{"proxy v2", "client: proxy v2 1.2.3.4:5 -> 6.7.8.9:10",
			"\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x0c\x01\x02\x03\x04\x06\x07\x08\x09\x00\x05\x00\x0a"},
		{"proxy v2 over IPv6", "client: proxy v2 [::1]:5 -> [::2]:10", "\r\n\r\n\x00\r\nQUIT\n\x21\x21\x00\x24" +
			strings.Repeat("\x00", 15) + "\x01" + strings.Repeat("\x00", 15) + "\x02\x00\x05\x00\x0a"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := parse(t, tt.conversation).steps[0].data; string(got) != tt.want {
				t.Errorf("got\n%swant\n%s", hex.Dump(got), hex.Dump([]byte(tt.want)))
			}
		})
	}
}

// The vector is the one of RFC 6455 section 1.3.
func TestAccept(t *testing.T) {
	if got := accept("dGhlIHNhbXBsZSBub25jZQ=="); got != "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" {
		t.Error(got)
	}
}

// streamsOf puts the payloads of raw IPv4 packets where they belong.
func streamsOf(t *testing.T, s *Story, opts ...Option) map[bool][]byte {
	t.Helper()
	out := make(map[bool][]byte)
	first := make(map[bool]uint32)
	for _, p := range s.Packets(opts...) {
		tcp := p.Data[20:]
		seq := binary.BigEndian.Uint32(tcp[4:])
		if tcp[13]&flagSYN != 0 {
			first[p.FromClient] = seq + 1
		}
		payload := tcp[tcp[12]>>4*4:]
		at := int(seq - first[p.FromClient])
		b := out[p.FromClient]
		if n := at + len(payload); n > len(b) && len(payload) > 0 {
			b = append(b, make([]byte, n-len(b))...)
		}
		copy(b[min(at, len(b)):], payload)
		out[p.FromClient] = b
	}
	return out
}

// However a story is segmented, its streams are the same, and what is lost
// stays lost.
func TestSegmentsKeepStreams(t *testing.T) {
	s := parse(t, "cut 3\nswap\nclient >> abcdefghij\nlose 4-8\nclient << 0123456789\nagain\nclient >> klm\nclient << !")
	want := streamsOf(t, s)
	if string(want[true]) != "abcdefghijklm" || string(want[false]) != "0123\x00\x00\x00\x0089!" {
		t.Fatalf("%q and %q", want[true], want[false])
	}
	check := func(name string, opts ...Option) {
		t.Helper()
		for from, b := range streamsOf(t, s, opts...) {
			if !bytes.Equal(b, want[from]) {
				t.Errorf("%s: %q, want %q", name, b, want[from])
			}
		}
	}
	before := len(s.Packets())
	for n := 1; n < 12; n++ {
		check(fmt.Sprintf("segments of %d", n), WithSegments(n))
	}
	for i, stream := range s.Streams() {
		for at := 1; at < stream.Len; at++ {
			check(fmt.Sprintf("stream %d cut at %d", i, at), WithCut(i, at))
		}
	}
	if n := len(s.Packets(WithCut(0, 5))); n != before+1 {
		t.Errorf("a cut makes %d packets of %d", n, before)
	}
}

func TestStreams(t *testing.T) {
	s := parse(t, "client >> abc\nclient << de\nclient: server resets\nclient >> f")
	want := []Stream{{"client", true, 3, []int{3}}, {"client", false, 2, []int{2}}, {"client", true, 1, []int{1}}, {"client", false, 0, nil}}
	if got := s.Streams(); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// A test may drop packets; each file is written all the same.
func TestPackSubset(t *testing.T) {
	s, err := Parse("x", "# A.\nwant findings none\nfile a\nfile b pcapng\nleg l 1.1.1.1:1 -> 1.1.1.2:2 in a\nl >> x\n")
	if err != nil {
		t.Fatal(err)
	}
	c := s.Pack(s.Packets()[:2])
	if len(c) != 2 || c[0].Name != "x.a.pcap" || c[1].Name != "x.b.pcapng" {
		t.Fatalf("captures %v", c)
	}
	if want := 24 + 2*(16+14+20+24); len(c[0].Bytes) != want {
		t.Errorf("x.a.pcap has %d bytes, want %d", len(c[0].Bytes), want)
	}
}
