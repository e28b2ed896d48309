package http1

import (
	"strings"
	"testing"
)

// seeds are the bytes of the tables, the holes among them given apart.
func seeds(add func(in string, who byte)) {
	for _, test := range allTests() {
		who := byte(0)
		if test.response {
			who = 1
		}
		switch test.answers {
		case "HEAD":
			who |= 2
		case "CONNECT":
			who |= 4
		}
		if len(test.in) < 5000 {
			add(test.in, who)
		}
	}
}

func rowOf(who byte) *row {
	test := &row{response: who&1 != 0}
	switch who >> 1 & 3 {
	case 1:
		test.answers = "HEAD"
	case 2:
		test.answers = "CONNECT"
	}
	return test
}

// FuzzParser: no bytes make the parser panic or keep more than a head, how
// they are cut changes nothing, and it tells of no byte twice.
func FuzzParser(f *testing.F) {
	seeds(func(in string, who byte) {
		f.Add([]byte(holeMark.ReplaceAllString(in, "")), who, uint16(3))
	})
	f.Fuzz(func(t *testing.T, data []byte, who byte, cut uint16) {
		compareCuts(t, rowOf(who), []op{{data: string(data)}}, int(cut))
	})
}

// FuzzGaps: the same with holes. holes says after how many bytes there is one
// and how long it is.
func FuzzGaps(f *testing.F) {
	seeds(func(in string, who byte) {
		var data, holes []byte
		for _, c := range ops(in) {
			if c.gap == 0 {
				data = append(data, c.data...)
				holes = append(holes, byte(len(c.data)), 0)
			} else if len(holes) > 0 {
				holes[len(holes)-1] = byte(c.gap)
			}
		}
		f.Add(data, holes, who, uint16(7))
	})
	f.Fuzz(func(t *testing.T, data, holes []byte, who byte, cut uint16) {
		var calls []op
		for len(holes) >= 2 {
			n := min(int(holes[0]), len(data))
			calls = append(calls, op{data: string(data[:n])}, op{gap: uint64(holes[1])})
			data, holes = data[n:], holes[2:]
		}
		compareCuts(t, rowOf(who), append(calls, op{data: string(data)}), int(cut))
	})
}

func compareCuts(t *testing.T, test *row, calls []op, cut int) {
	var p Parser
	whole := test.run(&p, calls)
	var given, missing uint64
	var input strings.Builder
	for _, c := range calls {
		given += uint64(len(c.data))
		missing += c.gap
		input.WriteString(c.data)
	}
	if len(whole.faults) > 0 {
		t.Errorf("%q", whole.faults)
	}
	if whole.bytes > given || whole.missing > missing {
		t.Errorf("%d bytes of %d, %d missing of %d", whole.bytes, given, whole.missing, missing)
	}
	for _, h := range whole.heads {
		checkHead(t, h, input.String())
	}
	want := whole.String()
	for _, size := range []int{1, cut%97 + 2, 1460} {
		if got := test.run(&p, inParts(calls, size)).String(); got != want {
			t.Errorf("parts of %d:\ngot\n%s\nwant\n%s", size, got, want)
		}
	}
	if cut%16 == 0 { // it takes its time
		checkMemory(t, test, calls)
	}
}

// checkHead: what a head says is in the bytes that were given.
func checkHead(t *testing.T, h *Head, input string) {
	if h.Whole && !strings.Contains(input, h.Raw) {
		t.Errorf("head %q is not in the input", h.Raw)
	}
	if !strings.HasPrefix(h.Raw, h.Start()) || !strings.Contains(h.Start(), h.Target()) || !strings.HasPrefix(h.Start(), h.Method()) {
		t.Errorf("start line %q of %q", h.Start(), h.Raw)
	}
	if h.Whole && (!h.StartLineWhole || h.cut != 0 || h.Flaws&(Hole|HeadTooLong) != 0) {
		t.Errorf("%q is whole, but not its lines", h.Raw)
	}
	for f := range h.Fields() {
		if !strings.Contains(h.Raw, f.Name) || strings.Trim(f.Value, " \t") != f.Value ||
			!h.Flaws.Has(ObsFold) && !strings.Contains(h.Raw, f.Value) {
			t.Errorf("field %q of %q", f, h.Raw)
		}
	}
	flaws := h.Flaws
	h.HasBody()
	h.Join("Host")
	h.HasToken("Connection", "upgrade")
	if h.Flaws != flaws {
		t.Error("asking changes the flaws")
	}
}

// checkMemory: however much comes, no more than a head is kept.
func checkMemory(t *testing.T, test *row, calls []op) {
	var p Parser
	p.Init(&silent{}, test.response)
	for _, c := range calls[:min(len(calls), 6)] {
		if c.gap != 0 {
			p.Gap(c.gap)
			continue
		}
		for n := 0; len(c.data) > 0 && n < 2*MaxHead/6; n += len(c.data) {
			p.Feed([]byte(c.data))
			if len(p.buf) > MaxHead+len(c.data) {
				t.Fatalf("%d bytes kept", len(p.buf))
			}
		}
	}
}
