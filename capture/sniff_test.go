package capture

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"unicode"
)

// lookCases are things that are not captures, by what they have to be called.
var lookCases = []struct{ data, what, hint string }{
	{"\x34\xCD\xB2\xA1" + strings.Repeat("\x00", 60), "Kuznetzov's modified pcap", "editcap -F pcap x.pcap out.pcap"},
	{"\xA1\x2B\x3C\x4D", "Navtel's modified pcap", "editcap"},
	{"\xA1\xB2\x34\xCD....", "Mesquita's modified pcap", "editcap"},
	{"\x1C\x00\x01\xAC....", "IXIA's modified pcap", "editcap"},
	{"\xAB\x01\x00\x1C....", "IXIA's modified pcap", "editcap"},
	{"snoop\x00\x00\x00\x00\x00\x00\x02", "a snoop file", "editcap"},
	{"GMBU\x00\x02", "a Microsoft NetMon capture", "editcap"},
	{"\x0D\x0A\x0D\x0D\x0D\x0A\x1C\x00", "changed by a transfer in text mode", "scp HOST:x.pcap ."},
	{"\xFD7zXZ\x00\x00\x04", "xz-compressed data", "xz -dc x.pcap | elbscope -"},
	{"BZh91AY&SY", "bzip2-compressed data", "bzip2 -dc x.pcap | elbscope -"},
	{"\x04\x22\x4D\x18\x64", "lz4-compressed data", "lz4 -dc x.pcap | elbscope -"},
	{"7z\xBC\xAF\x27\x1C\x00", "a 7z archive", "7z x -so x.pcap | elbscope -"},
	{"PK\x03\x04\x14", "a ZIP archive", "unzip -p x.pcap | elbscope -"},
	{strings.Repeat("a", 257) + "ustar\x00", "a tar archive", "tar -xOf x.pcap | elbscope -"},
	{"\x7FELF\x02\x01", "an ELF program", "sudo tcpdump"},
	{"\xFF\xFE\xD4\x00\xC3\x00", "PowerShell", "tcpdump -w"},
	{"<!DOCTYPE html>\n<title>Sign in</title>", "an HTML page", "curl -fLO URL"},
	{"\xEF\xBB\xBF\n <HTML>", "an HTML page", "curl"},
	{`<?xml version="1.0"?>` + "\n<Error><Code>AccessDenied</Code>", "an error message of a storage service", "curl"},
	{`<?xml version="1.0"?><pdml>`, "Wireshark wrote as XML", "tshark -w"},
	{`<?xml version="1.0"?><svg>`, "XML", "tcpdump"},
	{`{"schema": "elbscope/report/v1"}`, "a report of this program", "elbscope report"},
	{`[{"_index": "packets-2024"`, "tshark wrote as JSON", "tshark -w"},
	{`{"log": {"version": "1.2"`, "HAR", "tcpdump"},
	{"\n[1, 2]", "JSON", "tcpdump"},
	{"# keys\nCLIENT_RANDOM 00ff 11ee\n", "a TLS key log", "elbscope report CAPTURE"},
	{"SERVER_HANDSHAKE_TRAFFIC_SECRET 00ff 11ee\n", "a TLS key log", "elbscope"},
	{"2015-05-13T23:39:43.945958Z my-lb 192.168.131.39:2817 10.0.0.1:80 0.000073 ", "an ELB access log", "tcpdump"},
	{"wss 2018-07-02T22:23:00.186641Z app/my-lb/50dc6c495c0c9188 10.0.1.252:48160 ", "an ELB access log", "tcpdump"},
	{`10.0.0.1 - - [02/Jul/2018:22:23:00 +0000] "GET / HTTP/1.1" 200`, "a web server's access log", "tcpdump"},
	{"12:00:00.123456 IP 10.0.0.1.80 > 10.0.0.2.5000: Flags [S]", "tcpdump's text output", "tcpdump -w"},
	{"2024-01-01 12:00:00.123456 eth0  In  IP 10.0.0.1.80 > 10.0.0.2.5000: ", "tcpdump's text output", "tcpdump -w"},
	{"tcpdump: listening on eth0, link-type EN10MB", "tcpdump's text output", "tcpdump -w"},
	{"    1 0.000000000   10.0.0.1 → 10.0.0.2 TCP 74", "tshark's text output", "tshark -w"},
	{"00000000: d4c3 b2a1 0200 0400", "a hex dump", "xxd -r x.pcap | elbscope -"},
	{"1MOyoQIABAAAAAAAAAAAAP//AAABAAAA", "a capture in base64", "base64 -d x.pcap | elbscope -"},
	{"Cg0NCrQAAABNPCsaAQAAAP//////////", "a capture in base64", "base64 -d"},
	{"version https://git-lfs.github.com/spec/v1\n", "Git LFS", "git lfs pull"},
	{"hello\tworld\nsecond line", `plain text ("hello\tworld")`, "tcpdump"},
	{strings.Repeat("ü", 40) + "\xC3", "plain text (\"ü", "tcpdump"},
	{strings.Repeat("long ", 40), `long lon"...)`, "tcpdump"},
	{"a\u202Eb\x1b[2J plain", `plain text ("a\u202eb\x1b[2J plain")`, "tcpdump"},
	{"\n \n", "empty lines", "tcpdump"},
	{"x", `plain text ("x")`, "tcpdump"},
	{strings.Repeat("\x00", 100), "nothing but zero bytes", "scp"},
	{"\x00\x00\x00\x80\x00\xF1\x53\x65\x02\x04\x00\x58\x00\x00\x00\x40\x00\x00", "an ERF file", "editcap"},
	{"\x01\x02\x03\xFF\x05\x06\x07\x08\x09", "an unknown kind (starts with 01 02 03 ff 05 06 07 08)", "file x.pcap"},
}

func TestLooks(t *testing.T) {
	for _, test := range lookCases {
		for _, zip := range []bool{false, true} {
			data, prefix := []byte(test.data), "is not a capture: it looks like "
			if zip {
				data, prefix = gzipped(data), "is not a capture: it is gzip-compressed, and inside it looks like "
			}
			_, err := OpenReader("x.pcap", bytes.NewReader(data), true)
			var got *InputError
			if !errors.As(err, &got) {
				t.Errorf("%.20q: %v", test.data, err)
				continue
			}
			if got.Kind != NotACapture || !strings.HasPrefix(got.What, prefix) ||
				!strings.Contains(got.What, test.what) || !strings.Contains(got.Hint, test.hint) {
				t.Errorf("%.20q: kind %d, %q, hint %q", test.data, got.Kind, got.What, got.Hint)
			}
			if strings.ContainsFunc(got.Error(), func(r rune) bool { return !unicode.IsPrint(r) }) {
				t.Errorf("%q is not fit to print", got.Error())
			}
		}
	}
}

// TestLooksTwice looks at what was compressed twice.
func TestLooksTwice(t *testing.T) {
	data := newPcapFile(little, pcapMagicMicro, 1).data
	for _, zipped := range [][]byte{gzipped(gzipped(data)), gzipped(zstdCompressed(t, data))} {
		var got *InputError
		if _, err := OpenReader("x", bytes.NewReader(zipped), true); !errors.As(err, &got) || got.Kind != NotACapture {
			t.Errorf("%v", err)
		}
	}
}

// TestShortHeaders opens files that start like a capture.
func TestShortHeaders(t *testing.T) {
	for _, data := range []string{"\xD4\xC3", "\xA1\xB2\x3C", "\x0A\x0D\x0D", "\xD4\xC3\xB2\xA1\x02\x00", "\x0A\x0D\x0D\x0A\x1C\x00"} {
		var got *InputError
		if _, err := OpenReader("x", strings.NewReader(data), true); !errors.As(err, &got) || got.Kind != CutShort {
			t.Errorf("%q: %v", data, err)
		}
	}
	var got *InputError
	bad := "\x0A\x0D\x0D\x0A\x1C\x00\x00\x00no byte order magic..............."
	if _, err := OpenReader("x", strings.NewReader(bad), true); !errors.As(err, &got) || got.Kind != NotACapture {
		t.Errorf("%v", err)
	}
}
