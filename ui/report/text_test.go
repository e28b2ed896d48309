package report

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"elbscope/analyze"
	"elbscope/capture/flow"
	"elbscope/internal/wiretext"
)

var update = flag.Bool("update", false, "write the golden files anew")

// stories are the snapshots that the golden files show.
func stories(t testing.TB) map[string]*analyze.Snapshot {
	return map[string]*analyze.Snapshot{
		"article":  articleSnapshot(t),
		"healthy":  healthySnapshot(t),
		"empty":    {Sources: []analyze.Source{{SourceInfo: flow.SourceInfo{Name: "none.pcap", Format: "pcap", LinkTypes: []string{"EN10MB"}}}}},
		"polling":  pollingSnapshot(),
		"broken":   brokenSnapshot(t),
		"alike":    alikeSnapshot(t),
		"hostile":  hostileSnapshot(t),
		"two-legs": twoFilesSnapshot(t),
	}
}

func articleSnapshot(t testing.TB) *analyze.Snapshot {
	return &analyze.Snapshot{
		Sources:    []analyze.Source{source("01_sails.pcap", 68)},
		Totals:     totals(68, 2),
		Handshakes: []*analyze.Handshake{article(t, "h1", 18, 0), article(t, "h2", 48, 4000)},
	}
}

func healthySnapshot(t testing.TB) *analyze.Snapshot {
	s := &analyze.Snapshot{
		Sources: []analyze.Source{source("good.pcap", 90)}, Totals: totals(90, 3),
		Handshakes: []*analyze.Handshake{
			sane(t, "h1", 4, 0, "/socket.io/?EIO=4&transport=websocket&sid=lv_VI97HAXpY6yYWAAAC"),
			sane(t, "h2", 24, 1500, "/chat?token=hunter2"),
			sane(t, "h3", 44, 86400000, "/chat"),
		},
	}
	s.Totals.WebSocketFrames = 21
	return s
}

func pollingSnapshot() *analyze.Snapshot {
	s := &analyze.Snapshot{Sources: []analyze.Source{source("polling.pcap", 12)}, Totals: totals(12, 0)}
	s.Totals.Requests, s.Totals.Responses = 4, 4
	s.Sources[0].Problems = []flow.Problem{{Code: "encrypted", Message: "TLS on port 443. Give the keys with `--keylog FILE`.", Count: 2}}
	return s
}

func brokenSnapshot(t testing.TB) *analyze.Snapshot {
	cut := head(t, false, "GET /socket.io/1/websock…")
	h := &analyze.Handshake{
		ID: "h1", Target: "/socket.io/1/websock", Start: at(0), Verdict: analyze.Undetermined, Certainty: analyze.Unsure,
		Why: "the request head is cut short by the snapshot length, so that nobody can tell what it said",
		Sightings: []*analyze.Sighting{{Conn: instanceWire.conn(), Leg: analyze.InstanceLeg, Request: cut,
			RequestPacket: packet(4, 0), Time: at(0), ForwardedFor: "198.51.100.7"}},
	}
	s := &analyze.Snapshot{Sources: []analyze.Source{source("broken.pcap", 40)}, Totals: totals(40, 1), Handshakes: []*analyze.Handshake{h}}
	s.Sources[0].Problems = []flow.Problem{
		{Code: "truncated-file", Message: "The file ends in the middle of a packet, so that what came after is missing. Copy it again.", Packet: 41, Count: 1},
		{Code: "snaplen", Message: "Packets are cut to 96 bytes. Capture with `tcpdump -s 0`.", Packet: 1, Count: 1234},
	}
	s.Totals.Gaps, s.Totals.GapBytes, s.Totals.SnaplenCuts, s.Totals.KernelDropped, s.Totals.Evicted = 3, 4096, 2, 7, 1
	return s
}

func alikeSnapshot(t testing.TB) *analyze.Snapshot {
	s := &analyze.Snapshot{Sources: []analyze.Source{source("many.pcap", 123456)}, Totals: totals(123456, 22)}
	for i := range 20 {
		h := article(t, "h"+string(rune('a'+i)), uint64(18+30*i), 250*i)
		h.Target = "/socket.io/1/websocket/" + strings.Repeat(string(rune('A'+i)), 20)
		s.Handshakes = append(s.Handshakes, h)
	}
	s.Handshakes = append(s.Handshakes, sane(t, "hy", 900, 6000, "/chat"), sane(t, "hz", 930, 6100, "/chat"))
	return s
}

func hostileSnapshot(t testing.TB) *analyze.Snapshot {
	h := article(t, "h1", 18, 0)
	evil := "/\x1b[31m[red]\u202egnp.exe?token=hunter2&x=" + strings.Repeat("A", 60000)
	request := "GET " + evil + " HTTP/1.1\nHost: \x1b]0;pwned\x07\nConnection: Upgrade, \x9b31m\nUpgrade: websocket\nSec-WebSocket-Key: " + key +
		"\nSec-WebSocket-Version: 13\nSec-WebSocket-Protocol: " + strings.Repeat("日本", 300) + "\nCookie: connect.sid=hunter2"
	arrived := strings.Replace(request, "Upgrade, \x9b31m", "\x1b[2J", 1)
	h.Target, h.Host = evil, "\x1b]0;pwned\x07"
	h.Sightings[0] = clientWire.sighting(t, 18, 0, request, "HTTP/1.1 502 \x1b[5mBad\u202e")
	h.Sightings[1] = instanceWire.sighting(t, 20, 2, arrived, gateway)
	reword(h.Findings[0], func(title *string, _ *analyze.Facts, proofs []analyze.Evidence) {
		*title = "The load balancer replaces Connection: Upgrade by \x1b[2J\u202e"
		proofs[2].Quote = "GET " + evil + " HTTP/1.1\nCookie: connect.sid=hunter2\nAuthorization: Basic hunter2"
		proofs[2].Packet.Num = 99
	})
	s := &analyze.Snapshot{Sources: []analyze.Source{source("\x1b[2J.pcap", 68)}, Totals: totals(68, 1), Handshakes: []*analyze.Handshake{h}}
	return s
}

// twoFilesSnapshot has each leg in a file of its own, one with a clock that
// runs ahead.
func twoFilesSnapshot(t testing.TB) *analyze.Snapshot {
	h := article(t, "h1", 18, 0)
	for _, s := range h.Sightings[1:] {
		s.RequestPacket.Source, s.ResponsePacket.Source, s.ClosePacket.Source = 1, 1, 1
		s.RequestPacket.Time += 3.7e9
	}
	h.Sightings[1].Proxy.Version = "v1"
	h.Findings = articleFindings(h)
	offset := -3700 * time.Millisecond
	s := &analyze.Snapshot{Sources: []analyze.Source{source("40a.pcap", 30), source("40b.pcap.gz", 38)}, Totals: totals(68, 1), Handshakes: []*analyze.Handshake{h}}
	s.Sources[1].ClockOffset, s.Sources[1].Compression = &offset, "gzip"
	return s
}

func options() Options {
	return Options{Version: "1.0.0", Explain: explain, Location: time.UTC}
}

func text(t testing.TB, s *analyze.Snapshot, o Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := Text(&b, s, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestGolden(t *testing.T) {
	for name, s := range stories(t) {
		t.Run(name, func(t *testing.T) {
			o := options()
			golden(t, name+".txt", text(t, s, o))
			if name == "article" {
				o.ASCII = true
				golden(t, name+"-ascii.txt", text(t, s, o))
				o.Width, o.ASCII = 60, false
				golden(t, name+"-60.txt", text(t, s, o))
			}
			if name == "article" || name == "healthy" || name == "polling" {
				o := options()
				o.Full = true
				golden(t, name+"-full.txt", text(t, s, o))
			}
			if name == "healthy" {
				o.Note = "Filter `target:/chat` shows 3 of 40 handshakes."
				golden(t, name+"-note.txt", text(t, s, o))
			}
		})
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v (run go test -update)", err)
	}
	if got != string(want) {
		t.Errorf("%s differs (run go test -update and look at the change):\n%s", name, got)
	}
}

// TestWidth holds that no line is wider than asked for, save what is there to
// be copied: configurations, commands and addresses.
func TestWidth(t *testing.T) {
	toCopy := regexp.MustCompile(`^ +(https://|SSLCertificateId|curl |proxy_set_header )`)
	for name, s := range stories(t) {
		for _, width := range []int{40, 60, 80, 132} {
			for _, full := range []bool{false, true} {
				o := options()
				o.Width, o.ASCII, o.Full = width, width == 60, full
				for l := range strings.Lines(text(t, s, o)) {
					l = strings.TrimSuffix(l, "\n")
					if w := wiretext.Width(l); w > width && !toCopy.MatchString(l) {
						t.Errorf("%s: %d cells of %d: %q", name, w, width, l)
					}
				}
			}
		}
	}
}

var anySGR = regexp.MustCompile("\x1b\\[[0-9;]*m")

func TestColor(t *testing.T) {
	for name, s := range stories(t) {
		o := options()
		bare := text(t, s, o)
		if i := strings.IndexFunc(bare, func(r rune) bool { return r != '\n' && !wiretext.Safe(r) }); i >= 0 {
			t.Errorf("%s: not safe: %q", name, bare[i:min(i+20, len(bare))])
		}
		o.Color = true
		coloured := text(t, s, o)
		if stripped := anySGR.ReplaceAllString(coloured, ""); stripped != bare {
			t.Errorf("%s: colour changes the text:\n%s", name, stripped)
		}
		if !strings.Contains(coloured, "\x1b[") {
			t.Errorf("%s: no colour", name)
		}
		for _, m := range anySGR.FindAllString(coloured, -1) {
			if !regexp.MustCompile("^\x1b\\[(0|1|3[0-7]|9[0-7])m$").MatchString(m) {
				t.Errorf("%s: %q is none of the 16 colours", name, m)
			}
		}
		for l := range strings.Lines(coloured) {
			if all := anySGR.FindAllString(l, -1); len(all) > 0 && all[len(all)-1] != "\x1b[0m" {
				t.Errorf("%s: colour runs over the end of %q", name, l)
			}
		}
	}
}

func TestASCII(t *testing.T) {
	for name, s := range stories(t) {
		o := options()
		o.ASCII = true
		got := text(t, s, o)
		if i := strings.IndexFunc(got, func(r rune) bool { return r > '~' }); i >= 0 {
			t.Errorf("%s: %q is not ASCII", name, got[i:min(i+20, len(got))])
		}
	}
}

func TestSecretsAreMasked(t *testing.T) {
	for name, s := range stories(t) {
		o := options()
		if got := text(t, s, o); strings.Contains(got, "hunter2") {
			t.Errorf("%s: the text tells a secret", name)
		}
		if got := jsonOf(t, s, o); strings.Contains(got, "hunter2") {
			t.Errorf("%s: the JSON tells a secret", name)
		}
	}
	o := options()
	o.NoRedact = true
	if !strings.Contains(text(t, hostileSnapshot(t), o), "hunter2") || !strings.Contains(jsonOf(t, hostileSnapshot(t), o), "hunter2") {
		t.Error("NoRedact masks")
	}
}

// TestChoicesAreMasked: what a 101 had to choose from is a header line, in which a
// token may stand.
func TestChoicesAreMasked(t *testing.T) {
	const offer, shown = "Sec-WebSocket-Protocol: bearer, hunter2, chat", "Sec-WebSocket-Protocol: bearer, <masked>, chat"
	f := &analyze.Finding{Words: analyze.FixedWords("", analyze.Facts{Expected: offer, Found: offer})}
	if facts := (masking{}).finding(f).Facts(); facts.Expected != shown || facts.Found != shown {
		t.Errorf("%q, %q", facts.Expected, facts.Found)
	}
	if facts := (masking{off: true}).finding(f).Facts(); facts.Expected != offer {
		t.Errorf("%q", facts.Expected)
	}
}

// TestAnswer holds the first line, which is all that some will read.
func TestAnswer(t *testing.T) {
	damagedOnly := &analyze.Snapshot{Totals: totals(9, 1), Handshakes: []*analyze.Handshake{article(t, "h1", 1, 0)}}
	damagedOnly.Handshakes[0].Status = 101
	mixed := articleSnapshot(t)
	mixed.Handshakes = append(mixed.Handshakes, sane(t, "h3", 90, 5000, "/chat"))
	two := articleSnapshot(t)
	two.Handshakes[1].Findings = two.Handshakes[1].Findings[1:2]
	one := articleSnapshot(t)
	for _, h := range one.Handshakes {
		h.Findings = h.Findings[:1]
	}
	// A hop that understands upgrades drops one that Connection does not name:
	// then the second fault may go away with the first.
	haproxy := articleSnapshot(t)
	for _, h := range haproxy.Handshakes {
		reword(h.Findings[1], func(_ *string, facts *analyze.Facts, _ []analyze.Evidence) {
			facts.Looks = "HAProxy or Envoy (it writes all header names in lower case)"
		})
	}
	if got := text(t, haproxy, options()); !strings.Contains(got, "Change 1 first, then look again") || strings.Contains(got, "Both must") {
		t.Errorf("both are blamed on a proxy that may be innocent: %s", got[:600])
	}
	for name, tt := range map[string]struct {
		s    *analyze.Snapshot
		want string
	}{
		"all failed": {articleSnapshot(t), "2 of 2 WebSocket handshakes failed, in two places:\n" +
			"  1. the load balancer at 10.99.0.1:80 replaces Connection: Upgrade by\n     keep-alive.\n" +
			"     Remedy: Classic Load Balancer: make the listener TCP.\n" +
			"  2. the instance's own proxy at 10.99.1.2:80 removes the Upgrade header.\n" +
			"     Remedy: nginx on the instance: pass the upgrade on.\n" +
			"Change both. The first alone does not help while 2 is there; the second alone\nhelps only if the hop at 1 passes the 101 on.\n"},
		"one place":  {one, "2 of 2 WebSocket handshakes failed: the load balancer at 10.99.0.1:80 replaces\nConnection: Upgrade by keep-alive.\nRemedy: Classic"},
		"not nginx":  {haproxy, "2 of 2 WebSocket handshakes failed, in two places:"},
		"mixed":      {mixed, "2 of 3 WebSocket handshakes failed, in two places:"},
		"reasons":    {two, "2 of 2 WebSocket handshakes failed, for two reasons:\n   1× the load balancer"},
		"healthy":    {healthySnapshot(t), "3 WebSocket handshakes, all healthy.\n"},
		"damaged":    {damagedOnly, "1 of 1 WebSocket handshake succeeded although damaged"},
		"no packets": {stories(t)["empty"], "No WebSocket handshake in 0 packets: there are no packets at all."},
		"requests":   {pollingSnapshot(), "No WebSocket handshake in 12 packets: there are connections that are encrypted\n(TLS).\nAlso: none of 4 HTTP requests asks"},
		"nothing":    {&analyze.Snapshot{}, "No WebSocket handshake in 0 packets"},
	} {
		if got := text(t, tt.s, options()); !strings.HasPrefix(got, tt.want) {
			first, _, _ := strings.Cut(got, "\n\n")
			t.Errorf("%s: %q", name, first)
		}
	}
}

func TestEmptyIsAlwaysExplained(t *testing.T) {
	packets := func(change func(*analyze.Totals)) *analyze.Snapshot {
		s := &analyze.Snapshot{}
		s.Totals.Packets = 10
		change(&s.Totals)
		return s
	}
	for want, s := range map[string]*analyze.Snapshot{
		"none of them carries IP":           packets(func(t *analyze.Totals) { t.Ledger.NotIP = 10 }),
		"none of them carries TCP":          packets(func(t *analyze.Totals) { t.Ledger.NotTCP = 10 }),
		"the filter left out every packet":  packets(func(t *analyze.Totals) { t.Ledger.Filtered = 10 }),
		"there is no HTTP request on 3 TCP": packets(func(t *analyze.Totals) { t.Connections = 3 }),
		"cut short by the snapshot length":  packets(func(t *analyze.Totals) { t.Connections, t.SnaplenCuts = 3, 2 }),
		"the one HTTP request does not ask": packets(func(t *analyze.Totals) { t.Connections, t.Requests = 1, 1 }),
		"most of the packets are damaged":   packets(func(t *analyze.Totals) { t.Ledger.Damaged = 9 }),
	} {
		got := strings.Join(strings.Fields(text(t, s, options())), " ")
		if !strings.Contains(got, want) || !strings.Contains(got, "Try: ") {
			t.Errorf("no %q in %s", want, got)
		}
	}
	cut := packets(func(t *analyze.Totals) { t.Connections = 3 })
	cut.Sources = []analyze.Source{{SourceInfo: flow.SourceInfo{Name: "x", Problems: []flow.Problem{{Code: "truncated-file", Message: "It ends. Copy it again.", Count: 1}}}}}
	if got := text(t, cut, options()); !strings.Contains(got, "the capture is cut off, and what came\nlater is not in it.\nTry: the whole file") || !strings.Contains(got, "truncated-file: It ends") {
		t.Errorf("a capture that is cut off: %s", got)
	}
	o := options()
	o.Note = "Filter shows none."
	if got := text(t, packets(func(t *analyze.Totals) { t.Handshakes = 4 }), o); !strings.Contains(got, "None of 4 WebSocket handshakes was chosen: the filter hides all of them.\nWithout -Y they are shown.") {
		t.Errorf("with a filter: %s", got)
	}
}

// TestCutHeader wants a header that goes on behind the snapshot length to look
// cut, and not changed.
func TestCutHeader(t *testing.T) {
	whole := head(t, false, sound)
	for _, tt := range []struct{ end, row, ladder string }{
		{"\nConnection: Upgrade\nUpgrade: webs…", "    Upgrade                  websocket                 webs…", "Upgrade: webs…"},
		{"\nConnection: Upgrade\nUpgrade: h2…", "  ! Upgrade                  websocket                 h2…", "Upgrade: h2…"},
		{"\nUpgrade: websocket\nConnection: Up…", "    Connection               Upgrade                   Up…", "Connection: Up…"},
	} {
		var out strings.Builder
		o := Options{Width: 80}
		s := &analyze.Snapshot{}
		p := newPage(&out, s, newBuilder(s, nil, &o), &o)
		cut := head(t, false, "GET "+session+" HTTP/1.1"+tt.end)
		for _, r := range p.rows(whole, cut) {
			p.row(r, 24)
		}
		p.line(strings.Join(p.handshakeWords(cut, 60), gutter))
		if p.w.Flush(); !strings.Contains(out.String(), tt.row+"\n") || !strings.Contains(out.String(), tt.ladder) {
			t.Errorf("no %q in\n%s", tt.row, out.String())
		}
	}
}
