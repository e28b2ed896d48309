package bpf_test

import (
	"bytes"
	"fmt"
	"os/exec"
	"strings"
	"testing"

	netbpf "golang.org/x/net/bpf"

	"elbscope/capture/bpf"
	"elbscope/internal/needs"
)

// TestFromTcpdump: what tcpdump makes of expressions that are not known here
// selects what tcpdump selects, lengths on the wire included.
func TestFromTcpdump(t *testing.T) {
	tcpdump := needs.Program(t, "tcpdump")
	for _, link := range []uint16{1, 113, 101} {
		packets := forgeCapture(t, link, 300, 50)
		file := writeTemp(t, pcapFile(link, packets))
		for _, expr := range []string{
			"tcp port 80", "greater 70", "less 60", "tcp[13] & 16 != 0", "ip[2:2] > 40", "ip proto 6",
			"len - 14 < 50 or arp", "ip[0] & 0xf > 5", "icmp[0] * 3 = 24", "ip[6:2] % 7 = 1 or tcp[0:2] >> 4 = 5", "tcp port 80 or len / 3 > 20", "(ip[8] | 1) ^ 3 = 66",
		} {
			out, err := exec.Command(tcpdump, "-r", file, "-ddd", expr).Output()
			if err != nil {
				t.Fatal(expr, err)
			}
			p, err := bpf.FromTcpdump(bytes.NewReader(out))
			if err != nil {
				t.Errorf("%q: %v", expr, err)
				continue
			}
			want, refused := oracle(t, tcpdump, file, expr)
			if got := matching(p, packets); refused != "" || fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("link type %d: %q selects %v\nand tcpdump %v %s", link, expr, got, want, refused)
			}
		}
	}
}

// TestRefusesPrograms: a program that no machine may run is refused, and so is
// what is none.
func TestRefusesPrograms(t *testing.T) {
	long := "5000\n" + strings.Repeat("6 0 0 0\n", 5000)
	for text, want := range map[string]string{
		"":                             "it is empty",
		"\n":                           "begins with a number",
		"tcp port 80":                  "begins with a number",
		"(000) ldh [12]\n":             "of tcpdump -d,",
		"{ 0x28, 0, 0, 0x0000000c },":  "of tcpdump -dd,",
		"1,6 0 0 1":                    "commas",
		"0\n":                          "from 1 to 4096",
		long:                           "from 1 to 4096",
		"2\n6 0 0 0\n":                 "ends after 1 of 2",
		"1\n6 0 0 0\n6 0 0 0\n":        "line 3: there are more",
		"1\n6 0 0\n":                   "line 2: an instruction is four numbers",
		"1\n6 0 0 x\n":                 "number 4",
		"1\n6 256 0 1\n":               "number 2",
		"1\n6 0 0 4294967296\n":        "number 4",
		"1\n-6 0 0 1\n":                "number 1",
		"1\n40 0 0 12\n":               "has to be a return",
		"2\n21 0 1 1\n6 0 0 0\n":       "instruction 1 of 2: a jump beyond the end",
		"2\n5 0 0 1\n6 0 0 0\n":        "a jump beyond the end",
		"2\n5 0 0 2147483647\n6 0 0 0": "a jump beyond the end",
		"2\n5 0 0 4294967295\n6 0 0 0": "a jump backwards",
		"2\n52 0 0 0\n6 0 0 0\n":       "a division by zero",
		"2\n148 0 0 0\n6 0 0 0\n":      "a division by zero",
		"2\n100 0 0 32\n6 0 0 0\n":     "a shift by 32",
		"2\n96 0 0 16\n6 0 0 0\n":      "memory has 16 places",
		"2\n2 0 0 16\n6 0 0 0\n":       "memory has 16 places",
		"2\n180 0 0 0\n6 0 0 0\n":      "no operation 180",
		"2\n85 0 0 0\n6 0 0 0\n":       "no operation 85",
		"2\n65535 0 0 0\n6 0 0 0\n":    "no operation 65535",
		"2\n14 0 0 0\n6 0 0 0\n":       "no operation 14",
		strings.Repeat("1", 1<<17):     "far too long",
	} {
		if _, err := bpf.FromTcpdump(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: %v", text, err)
		}
	}
}

// TestAsksKernel: a program that asks the kernel is told from others, and
// selects nothing in a file.
func TestAsksKernel(t *testing.T) {
	f, err := bpf.Parse("not arp")
	if err != nil {
		t.Fatal(err)
	}
	cooked, err := f.CompileCooked(bpf.Everything)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := f.Compile(1, bpf.Everything)
	if err != nil {
		t.Fatal(err)
	}
	if !cooked.AsksKernel() || plain.AsksKernel() {
		t.Errorf("cooked %v, plain %v", cooked.AsksKernel(), plain.AsksKernel())
	}
	if cooked.Match(make([]byte, 100), 100) || !plain.Match(make([]byte, 100), 100) {
		t.Error("the wrong one matches")
	}
}

// TestMatchAllocatesNothing keeps the reading of files fast.
func TestMatchAllocatesNothing(t *testing.T) {
	p, packets := busyFilter(t)
	if n := testing.AllocsPerRun(10, func() { matching(p, packets[:0]) }); n > 0 {
		t.Fatal("the measure itself allocates")
	}
	if n := testing.AllocsPerRun(10, func() {
		for _, k := range packets {
			p.Match(k.data, k.wire)
		}
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func busyFilter(t testing.TB) (bpf.Program, []packet) {
	f, err := bpf.Parse("tcp port 80 or tcp port 8081")
	if err != nil {
		t.Fatal(err)
	}
	p, err := f.Compile(1, bpf.Everything)
	if err != nil {
		t.Fatal(err)
	}
	return p, forgeCapture(t, 1, 1000, 0)
}

func BenchmarkMatch(b *testing.B) {
	p, packets := busyFilter(b)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		k := &packets[i%len(packets)]
		p.Match(k.data, k.wire)
	}
}

// BenchmarkMatchNetBPF is for comparison: the virtual machine of x/net.
func BenchmarkMatchNetBPF(b *testing.B) {
	p, packets := busyFilter(b)
	vm := netVM(b, p)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if _, err := vm.Run(packets[i%len(packets)].data); err != nil {
			b.Fatal(err)
		}
	}
}

// netVM returns the virtual machine of x/net for a program.
func netVM(t testing.TB, p bpf.Program) *netbpf.VM {
	t.Helper()
	instructions, all := netbpf.Disassemble(p)
	if !all {
		t.Fatal("x/net does not know all instructions")
	}
	vm, err := netbpf.NewVM(instructions)
	if err != nil {
		t.Fatal(err)
	}
	return vm
}
