package preface

import (
	"bytes"
	"crypto/tls"
	"encoding/binary"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
)

func ap(s string) netip.AddrPort { return netip.MustParseAddrPort(s) }

// v2 builds a version 2 header.
func v2(command, family byte, body ...[]byte) string {
	all := bytes.Join(body, nil)
	b := append([]byte(v2Signature), command, family)
	return string(append(binary.BigEndian.AppendUint16(b, uint16(len(all))), all...))
}

var (
	v4body  = []byte{10, 0, 0, 1, 10, 0, 0, 2, 0x9C, 0x40, 0, 80}
	v6body  = append(append(netip.MustParseAddr("2001:db8::1").AsSlice(), netip.MustParseAddr("2001:db8::2").AsSlice()...), 0x9C, 0x40, 1, 0xBB)
	tlvBody = append([]byte{0xEA, 0, 4, 1, 2, 3, 4}, bytes.Repeat([]byte{4, 0, 0}, 20)...)
)

// want and more are what Detect says of the whole input.
var detectTests = []struct {
	name, in string
	want     Result
	more     bool
}{
	{"nothing", "", Result{}, true},
	{"get", "GET / HTTP/1.1\r\n", Result{Kind: Request}, false},
	{"get with a broken target", "GET  x", Result{Kind: Request}, false},
	{"get, method cut", "GE", Result{}, true},
	{"get behind empty lines", "\r\n\r\nGET / HTTP/1.1\r\n", Result{Kind: Request}, false},
	{"post", "POST /socket.io/?EIO=3", Result{Kind: Request}, false},
	{"connect", "CONNECT a:443", Result{Kind: Request}, false},
	{"unknown method, path", "M-SEARCH * HTTP/1.1", Result{Kind: Request}, false},
	{"unknown method, absolute", "REPORT HTTP://a/", Result{Kind: Request}, false},
	{"unknown method, word", "EHLO example.org", Result{}, false},
	{"unknown method, word like http", "EHLO host.example", Result{}, false},
	{"unknown method, target cut", "EHLO htt", Result{}, true},
	{"lower case", "get / HTTP/1.1", Result{}, false},
	{"method too long", strings.Repeat("A", 24) + " / HTTP/1.1", Result{}, false},
	{"response", "HTTP/1.1 101 Switching Protocols\r\n", Result{Kind: Response}, false},
	{"response of 1.0", "HTTP/1.0 502", Result{Kind: Response}, false},
	{"response, version cut", "HTTP/1.", Result{}, true},
	{"response of another version", "HTTP/2 200", Result{}, false},
	{"ssh", "SSH-2.0-OpenSSH_9.6\r\n", Result{}, false},
	{"frame", "\x81\x85abcd", Result{}, false},

	{"http2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00", Result{Kind: HTTP2}, false},
	{"http2 settings", "\x00\x00\x12\x04\x00\x00\x00\x00\x00\x00\x03", Result{Kind: HTTP2, Settings: true}, false},
	{"http2 settings, none", "\x00\x00\x00\x04\x00\x00\x00\x00\x00", Result{Kind: HTTP2, Settings: true}, false},
	{"http2 settings, cut", "\x00\x00\x12\x04\x00\x00\x00\x00", Result{}, true},
	{"http2 settings, most of the length cut", "\x00", Result{}, true},
	{"http2 settings of no whole length", "\x00\x00\x13\x04\x00\x00\x00\x00\x00", Result{}, false},
	{"http2 settings, too long", "\x00\x40\x02\x04\x00\x00\x00\x00\x00", Result{}, false},
	{"http2 settings, acknowledged", "\x00\x00\x00\x04\x01\x00\x00\x00\x00", Result{}, false},
	{"http2 settings on a stream", "\x00\x00\x12\x04\x00\x00\x00\x00\x01", Result{}, false},
	{"another http2 frame", "\x00\x00\x12\x07\x00\x00\x00\x00\x00", Result{}, false},
	{"http2 cut", "PRI * HTTP/2.0\r\n\r\nS", Result{}, true},
	{"http2, not quite", "PRI * HTTP/2.0\r\nHost: a\r\n", Result{Kind: Request}, false},

	{"tls client hello", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc", Result{Kind: TLS, ClientHello: true}, false},
	{"tls server hello", "\x16\x03\x03\x00\x7a\x02", Result{Kind: TLS, ServerHello: true}, false},
	{"tls handshake cut", "\x16\x03\x03\x00\x7a", Result{}, true},
	{"tls application data", "\x17\x03\x03\x00\x1f\x00", Result{Kind: TLS}, false},
	{"tls empty application data", "\x17\x03\x03\x00\x00", Result{Kind: TLS}, false},
	{"tls alert", "\x15\x03\x03\x00\x02\x01\x00", Result{Kind: TLS, AlertLevel: 1}, false},
	{"tls alert, fatal", "\x15\x03\x01\x00\x02\x02\x46", Result{Kind: TLS, AlertLevel: 2, Alert: 70}, false},
	{"tls alert, cut", "\x15\x03\x03\x00\x02\x02", Result{}, true},
	{"tls alert of level 3", "\x15\x03\x03\x00\x02\x03\x00", Result{}, false},
	{"tls alert, encrypted", "\x15\x03\x03\x00\x1a\x00", Result{Kind: TLS}, false},
	{"tls of version 3.5", "\x16\x03\x05\x00\x7a\x01", Result{}, false},
	{"tls record too long", "\x16\x03\x01\x48\x01\x01", Result{}, false},
	{"tls record empty", "\x16\x03\x01\x00\x00\x01", Result{}, false},

	{"v1 tcp4", "PROXY TCP4 10.0.0.1 10.0.0.2 40000 80\r\nGET /",
		Result{Kind: ProxyV1, Len: 39, Source: ap("10.0.0.1:40000"), Dest: ap("10.0.0.2:80")}, false},
	{"v1 tcp6", "PROXY TCP6 2001:db8::1 ::ffff:10.0.0.2 40000 443\r\n",
		Result{Kind: ProxyV1, Len: 50, Source: ap("[2001:db8::1]:40000"), Dest: ap("10.0.0.2:443")}, false},
	{"v1 unknown", "PROXY UNKNOWN\r\n", Result{Kind: ProxyV1, Len: 15}, false},
	{"v1 unknown with more", "PROXY UNKNOWN ffff::1 ffff::2 65535 65535\r\n", Result{Kind: ProxyV1, Len: 43}, false},
	{"v1 longest", "PROXY UNKNOWN " + strings.Repeat("x", 91) + "\r\n", Result{Kind: ProxyV1, Len: 107}, false},
	{"v1 too long", "PROXY UNKNOWN " + strings.Repeat("x", 92) + "\r\n", Result{}, false},
	{"v1 endless", "PROXY TCP4 " + strings.Repeat("1", 200), Result{}, false},
	{"v1 cut", "PROXY TCP4 10.0.0.1 10.0.0.2 40000 80\r", Result{}, true},
	{"v1 bare line feed", "PROXY TCP4 10.0.0.1 10.0.0.2 40000 80\nGET /", Result{}, false},
	{"v1 bare carriage return", "PROXY TCP4 10.0.0.1 10.0.0.2 40000 80\rGET /", Result{}, false},
	{"v1 wrong family", "PROXY TCP4 ::1 ::2 40000 80\r\n", Result{}, false},
	{"v1 wrong family, six", "PROXY TCP6 10.0.0.1 10.0.0.2 40000 80\r\n", Result{}, false},
	{"v1 udp", "PROXY UDP4 10.0.0.1 10.0.0.2 40000 80\r\n", Result{}, false},
	{"v1 zone", "PROXY TCP6 fe80::1%eth0 ::2 40000 80\r\n", Result{}, false},
	{"v1 port too high", "PROXY TCP4 10.0.0.1 10.0.0.2 40000 65536\r\n", Result{}, false},
	{"v1 leading zero", "PROXY TCP4 10.0.0.1 10.0.0.2 40000 080\r\n", Result{}, false},
	{"v1 leading zero in the address", "PROXY TCP4 10.0.0.01 10.0.0.2 40000 80\r\n", Result{}, false},
	{"v1 two spaces", "PROXY TCP4  10.0.0.1 10.0.0.2 40000 80\r\n", Result{}, false},
	{"v1 one word short", "PROXY TCP4 10.0.0.1 10.0.0.2 40000\r\n", Result{}, false},
	{"v1 unknown, line feed inside", "PROXY UNKNOWN a\nb\r\n", Result{}, false},
	{"a method called proxy", "PROXY /x HTTP/1.1\r\n", Result{Kind: Request}, false},

	{"v2 tcp4", v2(0x21, 0x11, v4body) + "GET",
		Result{Kind: ProxyV2, Len: 28, Source: ap("10.0.0.1:40000"), Dest: ap("10.0.0.2:80")}, false},
	{"v2 tcp6", v2(0x21, 0x21, v6body),
		Result{Kind: ProxyV2, Len: 52, Source: ap("[2001:db8::1]:40000"), Dest: ap("[2001:db8::2]:443")}, false},
	{"v2 with tlvs", v2(0x21, 0x11, v4body, tlvBody),
		Result{Kind: ProxyV2, Len: 28 + 67, Source: ap("10.0.0.1:40000"), Dest: ap("10.0.0.2:80")}, false},
	{"v2, tlvs still to come", v2(0x21, 0x11, v4body, tlvBody)[:30],
		Result{Kind: ProxyV2, Len: 28 + 67, Source: ap("10.0.0.1:40000"), Dest: ap("10.0.0.2:80")}, false},
	{"v2 of the greatest length", v2(0x21, 0x11, v4body, make([]byte, 65523)),
		Result{Kind: ProxyV2, Len: 16 + 65535, Source: ap("10.0.0.1:40000"), Dest: ap("10.0.0.2:80")}, false},
	{"v2 local", v2(0x20, 0x00), Result{Kind: ProxyV2, Len: 16}, false},
	{"v2 local with addresses", v2(0x20, 0x11, v4body), Result{Kind: ProxyV2, Len: 28}, false},
	{"v2 unspec", v2(0x21, 0x00, tlvBody), Result{Kind: ProxyV2, Len: 16 + 67}, false},
	{"v2 udp", v2(0x21, 0x12, v4body), Result{Kind: ProxyV2, Len: 28}, false},
	{"v2 unix", v2(0x21, 0x31, make([]byte, 216)), Result{Kind: ProxyV2, Len: 232}, false},
	{"v2 cut in the addresses", v2(0x21, 0x11, v4body)[:27], Result{}, true},
	{"v2 too short for its addresses", v2(0x21, 0x11, v4body[:11]), Result{}, false},
	{"v2 of version 3", v2(0x31, 0x11, v4body), Result{}, false},
	{"v2 unknown command", v2(0x22, 0x11, v4body), Result{}, false},
	{"v2 unknown family", v2(0x21, 0x41, v4body), Result{}, false},
	{"v2 signature cut", v2Signature[:11], Result{}, true},
}

func TestDetect(t *testing.T) {
	for _, test := range detectTests {
		t.Run(test.name, func(t *testing.T) {
			got, more := Detect([]byte(test.in))
			if got != test.want || more != test.more {
				t.Fatalf("got %+v, more %v\nwant %+v, more %v", got, more, test.want, test.more)
			}
			checkPrefixes(t, []byte(test.in))
		})
	}
}

// checkPrefixes: once there is an answer, more bytes do not change it; with
// Enough bytes there is one.
func checkPrefixes(t *testing.T, b []byte) {
	t.Helper()
	want, more := Detect(b)
	if more && (len(b) >= Enough || want != (Result{})) {
		t.Errorf("%d bytes: %+v and more", len(b), want)
	}
	decided := false
	for i := range min(len(b), 2*Enough) {
		got, stillMore := Detect(b[:i])
		switch {
		case stillMore && decided:
			t.Fatalf("the first %d bytes ask for more again", i)
		case !stillMore && (more || got != want):
			t.Fatalf("the first %d bytes: %+v, all: %+v, more %v", i, got, want, more)
		}
		decided = !stillMore
	}
}

// Two headers in a row, then HTTP: the caller asks again with the rest.
func TestTwoHeaders(t *testing.T) {
	b := []byte("PROXY TCP4 10.0.0.1 10.0.0.2 40000 80\r\n" + v2(0x21, 0x21, v6body) + "GET / HTTP/1.1\r\n")
	var kinds []Kind
	for len(kinds) < 5 {
		r, more := Detect(b)
		if more {
			t.Fatalf("more is wanted after %v", kinds)
		}
		kinds = append(kinds, r.Kind)
		if r.Len == 0 {
			break
		}
		b = b[r.Len:]
	}
	if want := []Kind{ProxyV1, ProxyV2, Request}; !slices.Equal(kinds, want) {
		t.Errorf("got %v, want %v", kinds, want)
	}
}

// hello is what crypto/tls sends.
func hello(t testing.TB) []byte {
	a, b := net.Pipe()
	defer a.Close()
	defer b.Close()
	go tls.Client(a, &tls.Config{ServerName: "ws.example.org", InsecureSkipVerify: true}).Handshake() //nolint:errcheck // it cannot succeed
	buf := make([]byte, 1<<15)
	n, err := b.Read(buf)
	if err != nil {
		t.Fatal(err)
	}
	return buf[:n]
}

func TestKindString(t *testing.T) {
	if s := ProxyV2.String() + " " + Kind(99).String(); s != "proxy-v2 unknown" {
		t.Error(s)
	}
}

// FuzzDetect: no panic, and an answer never changes with more bytes.
func FuzzDetect(f *testing.F) {
	for _, test := range detectTests {
		f.Add([]byte(test.in))
	}
	f.Add(hello(f))
	f.Fuzz(func(t *testing.T, b []byte) {
		checkPrefixes(t, b)
		if r, _ := Detect(b); (r.Len > 0) != (r.Kind == ProxyV1 || r.Kind == ProxyV2) {
			t.Errorf("%+v", r)
		}
	})
}
