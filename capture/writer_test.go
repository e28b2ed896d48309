package capture

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"testing"

	"elbscope/capture/flow"
	"elbscope/internal/needs"
)

// written is what a writer test writes, packet by packet.
type written struct {
	link     LinkType
	packet   Packet
	comments []string
}

// writeAll writes packets with one interface for each link type, described
// when its first packet comes.
func writeAll(t *testing.T, w io.Writer, all []written) {
	t.Helper()
	out := NewWriter(w)
	ifaces := make(map[LinkType]int)
	for _, x := range all {
		id, ok := ifaces[x.link]
		if !ok {
			var err error
			if id, err = out.Interface(x.link, "the "+x.link.String()); err != nil {
				t.Fatal(err)
			}
			ifaces[x.link] = id
		}
		if err := out.Packet(id, &x.packet, x.comments...); err != nil {
			t.Fatal(err)
		}
	}
	if err := out.Flush(); err != nil {
		t.Fatal(err)
	}
}

// mixed are packets of two link types, the first one of link a.
func mixed(a, b LinkType) []written {
	data := func(n int) []byte { return bytes.Repeat([]byte{0x5A}, n) }
	return []written{
		{a, Packet{Time: 1700000000_123456789, Data: data(60), Orig: 60}, []string{"elbscope: request"}},
		{b, Packet{Time: 1700000000_123456790, Data: data(61), Orig: 9000}, nil},
		{a, Packet{Time: 1700000001_000000000, Data: data(62), Orig: 62}, []string{"één\n二", "two; \"quoted\", 50 % \\x"}},
		{b, Packet{Time: 0, Data: data(63), Orig: 63}, []string{""}},
		{b, Packet{Time: 253402300799_999999999 % (1 << 62), Data: data(1), Orig: 1}, nil},
	}
}

// linkOrders are the orders in which the link types may come.
var linkOrders = [][2]LinkType{{LinkEthernet, LinkLinuxSLL2}, {LinkLinuxSLL2, LinkEthernet}, {LinkRaw, LinkLinuxSLL}}

// TestWriterReadBack reads back what was written, with nothing changed.
func TestWriterReadBack(t *testing.T) {
	for _, links := range linkOrders {
		all := mixed(links[0], links[1])
		var file bytes.Buffer
		writeAll(t, &file, all)
		s, err := OpenReader("written", &file, false)
		if err != nil {
			t.Fatal(err)
		}
		got, err := drain(s)
		if err != io.EOF || len(got) != len(all) || strings.Contains(strings.Join(problemCodes(t, s), " "), "damaged") {
			t.Fatalf("%d packets of %d, %v, problems %v", len(got), len(all), err, s.Info().Problems)
		}
		for i, p := range got {
			want := all[i].packet
			if p.Time != want.Time || p.Orig != want.Orig || !bytes.Equal(p.Data, want.Data) || p.Link != all[i].link {
				t.Errorf("packet %d: %v %v %d of %d bytes, want %v %v %d of %d",
					p.Num, p.Time, p.Link, len(p.Data), p.Orig, want.Time, all[i].link, len(want.Data), want.Orig)
			}
		}
	}
}

// TestWriterOracle has tshark read what was written, comments and link types
// included.
func TestWriterOracle(t *testing.T) {
	tshark := needs.Program(t, "tshark")
	encaps := map[LinkType]string{LinkEthernet: "1", LinkLinuxSLL: "25", LinkLinuxSLL2: "210", LinkRaw: "7"}
	for _, links := range linkOrders {
		all := mixed(links[0], links[1])
		var file bytes.Buffer
		writeAll(t, &file, all)
		out, err := exec.Command(tshark, "-n", "-r", writeFile(t, "written.pcapng", file.Bytes()), "-T", "fields",
			"-E", "separator=|", "-E", "aggregator=&", "-e", "frame.time_epoch", "-e", "frame.cap_len", "-e", "frame.len",
			"-e", "frame.encap_type", "-e", "frame.comment").Output()
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		for _, x := range all {
			p := &x.packet
			// tshark escapes line ends.
			comments := strings.ReplaceAll(strings.Join(x.comments, "&"), "\n", `\n`)
			want = append(want, fmt.Sprintf("%d.%09d|%d|%d|%s|%s", p.Time/second, p.Time%second, len(p.Data), p.Orig, encaps[x.link], comments))
		}
		got := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
		for i := range want {
			if i >= len(got) || got[i] != want[i] {
				t.Errorf("%v, packet %d:\n got %q\nwant %q", links, i+1, got[min(i, len(got)-1)], want[i])
			}
		}
	}
}

// TestWriterComments holds what becomes of comments that must not stay as they
// are.
func TestWriterComments(t *testing.T) {
	for in, want := range map[string]string{
		"plain":             "plain",
		"\x1b[31mred":       "\uFFFD[31mred",
		"a\x00b":            "a\uFFFDb",
		"\xff\xfe":          "\uFFFD",
		"two\nlines\t":      "two\nlines\uFFFD",
		"turned \u202eback": "turned \uFFFDback",
	} {
		if got := commentText(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
	long := strings.Repeat("é", 40000)
	if got := cutUTF8(long, 65535); len(got) != 65534 || !strings.HasPrefix(long, got) {
		t.Errorf("a long comment is cut to %d bytes", len(got))
	}
}

// pieces notes what comes in each call of Write.
type pieces struct{ all [][]byte }

func (p *pieces) Write(b []byte) (int, error) {
	p.all = append(p.all, bytes.Clone(b))
	return len(b), nil
}

// TestWriterWritesWholeBlocks reads what is there after each call of Write:
// it must end where a block ends.
func TestWriterWritesWholeBlocks(t *testing.T) {
	var all []written
	for i := range 300 {
		link := linkOrders[0][i/150]
		all = append(all, written{link, Packet{Time: flow.Time(i), Data: make([]byte, 1+i*7%1500), Orig: 2000}, []string{"n"}})
	}
	all = append(all, written{LinkRaw, Packet{Data: make([]byte, maxCapLen), Orig: maxCapLen}, nil})
	var p pieces
	writeAll(t, &p, all)
	if len(p.all) < 3 {
		t.Fatalf("%d writes; the test needs more", len(p.all))
	}
	var file []byte
	for i, piece := range p.all {
		file = append(file, piece...)
		s, err := OpenReader("cut", bytes.NewReader(file), false)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := drain(s); err != io.EOF {
			t.Errorf("after %d writes: %v", i+1, err)
		}
	}
}

// TestWriterErrors wants a full disk to be told, once and for ever.
func TestWriterErrors(t *testing.T) {
	full := errors.New("disk full")
	w := NewWriter(writerFunc(func([]byte) (int, error) { return 0, full }))
	if err := w.Packet(0, &Packet{}); err == nil {
		t.Error("a packet of no interface was taken")
	}
	id, err := w.Interface(LinkEthernet, "")
	if err != nil {
		t.Fatal(err)
	}
	for range 100 {
		err = w.Packet(id, &Packet{Data: make([]byte, 1500)})
	}
	if !errors.Is(err, full) || !errors.Is(w.Flush(), full) {
		t.Errorf("a full disk gives %v", err)
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }
