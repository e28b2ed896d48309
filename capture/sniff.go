package capture

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A look is one thing that people give us instead of a capture: how it is
// recognised, what it is called after "it looks like", and the command line
// that helps. In the command, FILE stands for the input.
type look struct {
	// at and magic are for binary data: bytes at an offset.
	at    int
	magic string
	// pattern is for text.
	pattern string
	what    string
	hint    string
}

// Commands that help with more than one thing.
const (
	hintConvert = "editcap -F pcap FILE out.pcap"
	hintCapture = "sudo tcpdump -i any -s 0 -w capture.pcap"
	hintFetch   = "curl -fLO URL"
	hintPorts   = "sudo tcpdump -i any -s 0 -w capture.pcap tcp port 80"
)

// binaryLooks are tried in this order. Other capture formats come first: for
// those a converter exists.
var binaryLooks = []look{
	{magic: "\x34\xCD\xB2\xA1", what: "a capture in Kuznetzov's modified pcap format", hint: hintConvert},
	{magic: "\xA1\xB2\xCD\x34", what: "a capture in Kuznetzov's modified pcap format", hint: hintConvert},
	{magic: "\xCD\x34\xB2\xA1", what: "a capture in Mesquita's modified pcap format", hint: hintConvert},
	{magic: "\xA1\xB2\x34\xCD", what: "a capture in Mesquita's modified pcap format", hint: hintConvert},
	{magic: "\x4D\x3C\x2B\xA1", what: "a capture in Navtel's modified pcap format", hint: hintConvert},
	{magic: "\xA1\x2B\x3C\x4D", what: "a capture in Navtel's modified pcap format", hint: hintConvert},
	{magic: "\xAC\x01\x00\x1C", what: "a capture in IXIA's modified pcap format (hardware)", hint: hintConvert},
	{magic: "\x1C\x00\x01\xAC", what: "a capture in IXIA's modified pcap format (hardware)", hint: hintConvert},
	{magic: "\xAB\x01\x00\x1C", what: "a capture in IXIA's modified pcap format (software)", hint: hintConvert},
	{magic: "\x1C\x00\x01\xAB", what: "a capture in IXIA's modified pcap format (software)", hint: hintConvert},
	{magic: "snoop\x00\x00\x00", what: "a snoop file (Solaris)", hint: hintConvert},
	{magic: "btsnoop\x00", what: "a Bluetooth capture (btsnoop)"},
	{magic: "GMBU", what: "a Microsoft NetMon capture", hint: hintConvert},
	{magic: "RTSS", what: "a Microsoft NetMon capture (version 1)", hint: hintConvert},
	{magic: "TRSNIFF data", what: "a Sniffer capture", hint: hintConvert},
	{magic: "XCP\x00", what: "a NetXRay or Windows Sniffer capture", hint: hintConvert},
	{magic: "TR\x00d", what: "an HP-UX nettl capture", hint: hintConvert},
	{magic: "iptrace ", what: "an AIX iptrace capture", hint: hintConvert},
	// The pcapng section type has line ends for the very purpose of showing
	// such damage (pcapng draft, section 4.1).
	{magic: "\x0D\x0A\x0D\x0D\x0D\x0A", what: "pcapng whose line ends were changed by a transfer in text mode", hint: "scp HOST:FILE ."},
	{magic: "\x0A\x0D\x0A", what: "pcapng whose line ends were changed by a transfer in text mode", hint: "scp HOST:FILE ."},
	{magic: "\xFD7zXZ\x00", what: "xz-compressed data", hint: "xz -dc FILE | elbscope -"},
	{magic: "BZh", what: "bzip2-compressed data", hint: "bzip2 -dc FILE | elbscope -"},
	{magic: "\x04\x22\x4D\x18", what: "lz4-compressed data", hint: "lz4 -dc FILE | elbscope -"},
	{magic: "\x02\x21\x4C\x18", what: "lz4-compressed data", hint: "lz4 -dc FILE | elbscope -"},
	{magic: "LZIP", what: "lzip-compressed data", hint: "lzip -dc FILE | elbscope -"},
	{magic: "\x1F\x9D", what: "data compressed with compress", hint: "uncompress -c FILE | elbscope -"},
	{magic: "\x28\xB5\x2F\xFD", what: "zstd-compressed data", hint: "zstd -dc FILE | elbscope -"},
	{magic: "\x1F\x8B", what: "gzip-compressed data", hint: "zcat FILE | gzip -dc | elbscope -"},
	{magic: "7z\xBC\xAF\x27\x1C", what: "a 7z archive", hint: "7z x -so FILE | elbscope -"},
	{magic: "PK\x03\x04", what: "a ZIP archive", hint: "unzip -p FILE | elbscope -"},
	{magic: "PK\x05\x06", what: "an empty ZIP archive"},
	{magic: "Rar!\x1A\x07", what: "a RAR archive", hint: "unrar p -inul FILE | elbscope -"},
	{at: 257, magic: "ustar", what: "a tar archive", hint: "tar -xOf FILE | elbscope -"},
	{magic: "\x7FELF", what: "an ELF program", hint: hintCapture},
	{magic: "MZ", what: "a Windows program", hint: hintCapture},
	{magic: "%PDF-", what: "a PDF document", hint: hintFetch},
	{magic: "\x89PNG", what: "a PNG picture", hint: hintFetch},
	{magic: "\xFF\xD8\xFF", what: "a JPEG picture", hint: hintFetch},
	{magic: "SQLite format 3\x00", what: "an SQLite database"},
	{magic: "LPKSHHRH", what: "a systemd journal", hint: hintCapture},
	// Windows PowerShell writes all redirected output as text in UTF-16.
	{magic: "\xFF\xFE", what: "text in UTF-16, as PowerShell's > writes it", hint: "tcpdump -w capture.pcap"},
}

// textLooks are tried in this order on what is text.
var textLooks = []look{
	{pattern: `(?i)\A\s*<(!doctype\s+html|html|head|body)\b`, what: "an HTML page", hint: hintFetch},
	{pattern: `\A\s*<(\?xml[^>]*>\s*<)?(pdml|psml)\b`, what: "packets that Wireshark wrote as XML", hint: "tshark -w capture.pcapng"},
	{pattern: `(?s)\A\s*(<\?xml.*)?<Error>.*<Code>`, what: "an error message of a storage service", hint: hintFetch},
	{pattern: `\A\s*<(\?xml|!--)`, what: "XML", hint: hintCapture},
	{pattern: `\A\s*\{\s*"schema"\s*:\s*"elbscope/`, what: "a report of this program, which is made from a capture", hint: "elbscope report --format json CAPTURE"},
	{pattern: `\A\s*\[\s*\{\s*"_index"`, what: "packets that tshark wrote as JSON", hint: "tshark -w capture.pcapng"},
	{pattern: `\A\s*\{\s*"log"\s*:\s*\{`, what: "a browser's network log (HAR)", hint: hintCapture},
	{pattern: `\A\s*[\[{]`, what: "JSON", hint: hintCapture},
	{pattern: `(?m)^(CLIENT_RANDOM|(CLIENT|SERVER)_(HANDSHAKE_)?TRAFFIC_SECRET(_0)?|EXPORTER_SECRET) [0-9a-fA-F]+ `, what: "a TLS key log, which holds no packets", hint: "elbscope report CAPTURE"},
	{pattern: `\A(https?|h2|grpcs|wss?) \d{4}-\d\d-\d\dT[\d:.]+Z app/`, what: "an ELB access log, which holds no headers", hint: hintPorts},
	{pattern: `\A(tls 2\.0 )?\d{4}-\d\d-\d\dT[\d:.]+Z? \S+ \S+:\d+ \S+ `, what: "an ELB access log, which holds no headers", hint: hintPorts},
	{pattern: `\A\S+ \S+ \S+ \[\d\d/\w{3}/\d{4}:[\d:]+ [+-]\d{4}\] "`, what: "a web server's access log, which holds no headers", hint: hintPorts},
	{pattern: `(?m)\A(tcpdump: |reading from file )|^(\d{4}-\d\d-\d\d )?\d\d:\d\d:\d\d\.\d{6,9} (\S+\s+(In|Out|M|B|P)\s+)?(IP6?|ARP|ethertype|[0-9a-f:]{17})\b`, what: "tcpdump's text output", hint: "tcpdump -w capture.pcap"},
	{pattern: `\A\s*\d+\s+\d+\.\d+\s+\S+\s+(→|->)\s+\S+`, what: "tshark's text output", hint: "tshark -w capture.pcapng"},
	{pattern: `(?i)\A0{4,8}:?\s+[0-9a-f]{2,4} `, what: "a hex dump", hint: "xxd -r FILE | elbscope -"},
	// The magic numbers of pcap and pcapng in base64, as one copies them out
	// of a web console.
	{pattern: `\A(1MOyoQ|TTyyoQ|obLD1A|obI8TQ|Cg0NC)`, what: "a capture in base64", hint: "base64 -d FILE | elbscope -"},
	{pattern: `\A(H4sI)`, what: "gzip-compressed data in base64", hint: "base64 -d FILE | elbscope -"},
	{pattern: `\Aversion https://git-lfs\.`, what: "a pointer of Git LFS", hint: "git lfs pull"},
	{pattern: `\A-----BEGIN `, what: "a certificate or key (PEM)", hint: hintCapture},
	{pattern: `(?i)\A(tcpdump|bash|sh|sudo|zsh)(\[\d+\])?: `, what: "the error message of a command", hint: "cat FILE"},
}

// lookOf tells what data that is no capture looks like, and what helps.
func lookOf(head []byte) (what, hint string) {
	for _, l := range binaryLooks {
		if len(head) >= l.at && bytes.HasPrefix(head[l.at:], []byte(l.magic)) {
			return l.what, l.hint
		}
	}
	if isText(head) {
		return lookOfText(head)
	}
	switch {
	case len(bytes.Trim(head, "\x00")) == 0:
		return "nothing but zero bytes, as from an interrupted copy", "scp HOST:FILE ."
	case isERF(head):
		return "an ERF file (Endace)", hintConvert
	}
	return fmt.Sprintf("binary data of an unknown kind (starts with % x)", head[:min(len(head), 8)]), "file FILE"
}

// lookOfText tells what text looks like.
func lookOfText(text []byte) (what, hint string) {
	text = bytes.TrimPrefix(text, []byte("\xEF\xBB\xBF"))
	for _, l := range textLooks {
		// Compiled here because it happens at most once in a run.
		if regexp.MustCompile(l.pattern).Match(text) {
			return l.what, l.hint
		}
	}
	line, _, _ := strings.Cut(strings.TrimSpace(strings.ToValidUTF8(string(text), "")), "\n")
	if line == "" {
		return "empty lines", hintCapture
	}
	return "plain text (" + quoteWords(line) + ")", hintCapture
}

// quoteWords makes a few words from a file fit to print.
func quoteWords(s string) string {
	const enough = 48
	runes := []rune(strings.TrimSpace(s))
	if len(runes) > enough {
		return strconv.Quote(string(runes[:enough])) + "..."
	}
	return strconv.Quote(string(runes))
}

// isText tells whether this is UTF-8 without control characters, apart from
// white space and the escape of coloured output.
func isText(b []byte) bool {
	for len(b) > 0 {
		r, size := utf8.DecodeRune(b)
		switch {
		case r == utf8.RuneError && size == 1:
			// The last character may be cut off.
			return len(b) < utf8.UTFMax && !utf8.FullRune(b)
		case r < ' ' && !strings.ContainsRune("\t\n\v\f\r\x1B", r), r == 0x7F:
			return false
		}
		b = b[size:]
	}
	return true
}

// isERF recognises Endace's record format, which has no magic number, by a
// first record header that makes sense: a time stamp of 1990 or later, a known
// type, and lengths that fit each other.
func isERF(b []byte) bool {
	const header, types, in1990, in2100 = 16, 27, 631152000, 4102444800
	if len(b) < header {
		return false
	}
	seconds := littleEndian.u32(b[4:])
	kind := b[8] & 0x7F
	recordLen, wireLen := bigEndian.u16(b[10:]), bigEndian.u16(b[14:])
	return seconds >= in1990 && seconds < in2100 && kind >= 1 && kind <= types &&
		recordLen > header && recordLen%4 == 0 && wireLen > 0 && int(recordLen) <= int(wireLen)+64
}
