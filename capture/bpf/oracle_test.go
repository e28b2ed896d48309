package bpf_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"elbscope/capture/bpf"
	"elbscope/internal/needs"
)

// links are all link types that filters are compiled for.
var links = []uint16{0, 1, 12, 101, 108, 113, 228, 229, 276}

// oracle asks tcpdump which packets of a file a filter selects. refused is what
// it says where it does not take the filter.
func oracle(t *testing.T, tcpdump, file, expr string, flags ...string) (selected []int, refused string) {
	t.Helper()
	cmd := exec.Command(tcpdump, append(flags, "-r", file, "-w", "-", "--", expr)...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			t.Fatal(err)
		}
		said := strings.TrimSpace(stderr.String())
		said = said[strings.LastIndexByte(said, '\n')+1:]
		if strings.HasSuffix(said, "expression rejects all packets") {
			return nil, ""
		}
		return nil, said
	}
	out := stdout.Bytes()
	if len(out) < 24 {
		t.Fatalf("tcpdump %q wrote %d bytes", expr, len(out))
	}
	for out = out[24:]; len(out) >= 16; {
		selected = append(selected, int(binary.LittleEndian.Uint32(out)))
		out = out[16+binary.LittleEndian.Uint32(out[8:]):]
	}
	return selected, ""
}

func matching(p bpf.Program, packets []packet) (selected []int) {
	for i, k := range packets {
		if p.Match(k.data, k.wire) {
			selected = append(selected, i)
		}
	}
	return selected
}

// TestSelectsWhatTcpdumpSelects is the proof of this package: on every link
// type, every filter of a long table selects the packets that tcpdump selects,
// whole ones and cut ones.
//
// tcpdump runs without its optimiser: where a packet is cut, the outcome
// depends on the order in which bytes are looked at, and the optimiser changes
// that. On one link type it is shown to make no difference for whole packets.
func TestSelectsWhatTcpdumpSelects(t *testing.T) {
	tcpdump := needs.Program(t, "tcpdump")
	const whole, cut = 400, 100
	byHand, generated := typed, 70
	if testing.Short() || raceEnabled {
		byHand, generated = nil, 10
		for i := 0; i < len(typed); i += 5 {
			byHand = append(byHand, typed[i])
		}
	}
	for _, link := range links {
		packets := forgeCapture(t, link, whole, cut)
		file := writeTemp(t, pcapFile(link, packets))
		hit := make([]bool, len(packets))
		var mu sync.Mutex
		each(slices.Concat(byHand, generate(uint64(link), generated)), func(expr string) {
			f, err := bpf.Parse(expr)
			if err != nil {
				t.Errorf("%q: %v", expr, err)
				return
			}
			p, err := f.Compile(link, bpf.Everything)
			if err != nil {
				t.Errorf("link type %d: %q: %v", link, expr, err)
				return
			}
			got := matching(p, packets)
			if want, refused := oracle(t, tcpdump, file, expr, "-O"); refused != "" || !slices.Equal(got, want) {
				t.Errorf("link type %d: %q selects %v\nand tcpdump %v %s", link, expr, got, want, refused)
			}
			if link == 1 {
				want, _ := oracle(t, tcpdump, file, expr)
				if got, want := upTo(whole, got), upTo(whole, want); !slices.Equal(got, want) {
					t.Errorf("%q selects %v\nand tcpdump, optimised, %v", expr, got, want)
				}
			}
			mu.Lock()
			defer mu.Unlock()
			for _, i := range got {
				hit[i] = hit[i] || len(got) < len(packets)
			}
		})
		if n := len(packets) - len(slices.DeleteFunc(hit, func(h bool) bool { return h })); n < whole/2 {
			t.Errorf("link type %d: only %d of %d packets were ever selected", link, n, len(packets))
		}
	}
}

// upTo leaves out the packets from number n on.
func upTo(n int, selected []int) []int {
	return slices.DeleteFunc(slices.Clone(selected), func(i int) bool { return i >= n })
}

// each calls f for all expressions, on all processors.
func each(exprs []string, f func(string)) {
	var wg sync.WaitGroup
	next := make(chan string)
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for expr := range next {
				f(expr)
			}
		})
	}
	for _, expr := range exprs {
		next <- expr
	}
	close(next)
	wg.Wait()
}

// typed are filters as people type them.
var typed = []string{
	"", "tcp", "udp", "icmp", "icmp6", "ip", "ip6", "arp", "rarp", "sctp",
	"tcp port 80", "tcp port 80 or tcp port 8081", "tcp port 80 or 8081", "tcp port 80 or port 8081",
	"port 80", "port 80 or 8081", "port 80 or port 8081", "port (80 or 8081)", "tcp port (80 or 443 or 8081)",
	"port 80 and not 8081", "port not 80", "port (not 80 or 8081)", "port (80 or not (8081 or 443))", "not port 80 or 8081",
	"not port 22", "not (port 22 or port 53)", "! port 22", "!port 22", "!!tcp", "not not tcp",
	"port 80 or (8081)", "port 80 or (8081 or 443) or 53", "port 80 or !8081", "port 80 or not tcp", "port 80 or (tcp)",
	"src port 80", "dst port 80", "src or dst port 80", "dst or src port 80", "src and dst port 80", "dst and src port 80",
	"tcp src port 80", "tcp dst port 80 or 8081", "udp port 53", "udp dst port 53 or tcp src port 80", "sctp port 80",
	"portrange 8000-8999", "tcp portrange 80-443", "portrange 443-80", "portrange 80", "src portrange 40000-65535",
	"portrange 8080-8081 or 53-80", "port 80 or portrange 8080-8081 or 443", "port 0", "portrange 0-65535", "port 65535",
	"host 10.99.0.1", "src host 10.99.0.1", "dst 10.99.0.1", "src 10.99.0.1", "src or dst 10.99.0.1", "src and dst host 10.99.0.1",
	"host 10.99.0.1 or 10.99.0.2", "host (10.99.0.1 or 10.99.0.2)", "host 10.99.0.1 and 10.99.0.2", "host 10.99.0.1 and not 10.99.0.2",
	"host 10.99.0.1 or !(10.99.0.2 or 10.1.2.3)", "ip host 10.99.0.1", "ip src 10.99.0.1", "arp host 10.99.0.1", "rarp src 10.99.0.1",
	"host 10.99.0.1 and port 80", "host 10.99.0.1 and port 80 or 8081", "src 10.99.0.1 and dst port 80", "src 10.99.0.1 and dst 10.99.0.2",
	"host 2001:db8::1", "src 2001:db8::1 or fe80::1", "ip6 host ::1", "ip6 dst 2001:db8::2", "host ::ffff:10.99.0.1",
	"net 10", "net 10.99", "net 10.99.0", "net 10.99.0.1", "net 10.99.0.0", "net 10.99.0.0/16", "net 10.99/16", "src net 10.99", "dst net 10.99.0.0/24 or 192.168.0.0/16",
	"net 10.99.0.0 mask 255.255.0.0", "net 10.0.1.0 mask 255.0.255.0", "ip net 10.99", "arp net 10.0.0.0/8", "net 0.0.0.0/0", "not net 10.0.0.0/8", "net 10.99.0.1/32", "net 128.0.0.0/1",
	"net 2001:db8::/32", "net 2001:db8::/47", "ip6 net fe80::/10", "net ::/0", "net ::1", "net 2001:db8::1/128", "src net 2001:db8::/65 or ::1",
	"tcp and port 80", "tcp and not port 22", "tcp or udp", "tcp||udp", "tcp&&port 80", "tcp && !port 22", "ip and tcp", "ip6 and tcp", "ip or arp", "not arp and not icmp",
	"tcp and (port 80 or port 8081)", "tcp and port 80 or 8081", "(tcp port 80)", "((tcp port 80))", "(tcp or udp) and host 10.99.0.1",
	"port 80 or port 8081 and host 10.99.0.1", "host 10.99.0.1 or port 80 and udp", "tcp or udp and arp", "arp or tcp and port 80",
	"host 10.99.0.1 or port 80 or 8081", "not tcp and not udp", "not (tcp and port 80)", "not ip", "not ip6", "not arp", "ip or ip6 or arp or rarp", "icmp or icmp6", "tcp and udp",
	"host 10.99.0.1 or net 192.168", "tcp port 80 and host 10.99.0.1 and not src 10.99.0.2", "not host 10.99.0.1", "not host 2001:db8::1",
	" tcp\tport\n80 ", "(port 80)or(port 443)", "tcp port domain", "udp port domain", "tcp port ssh or http or https or http-alt", "port domain or 80",
	"tcp port 80 or tcp portrange 8000-8999 or tcp port 8080",
}

// generate makes expressions by the grammar, for a seed always the same.
func generate(seed uint64, n int) (exprs []string) {
	g := grammar{rand.New(rand.NewPCG(seed, 3))}
	for len(exprs) < n {
		exprs = append(exprs, g.expr(3))
	}
	return exprs
}

type grammar struct{ rnd *rand.Rand }

func (g grammar) one(of ...string) string { return of[g.rnd.IntN(len(of))] }

func (g grammar) expr(depth int) string {
	out, repeats := g.term(depth)
	for g.rnd.IntN(3) > 0 {
		op := g.one(" and ", " or ", " or ", " && ", "||")
		if kind := repeats; kind != "" && g.rnd.IntN(2) == 0 {
			out += op + g.operand(kind, 2)
			continue
		}
		var next string
		next, repeats = g.term(depth)
		out += op + next
	}
	return out
}

// term returns a term, and what kind of value may follow it without
// qualifiers.
func (g grammar) term(depth int) (text, repeats string) {
	switch n := g.rnd.IntN(10); {
	case n == 0 && depth > 0:
		text, repeats = g.term(depth - 1)
		return g.one("not ", "!", "! ") + text, repeats
	case n <= 2 && depth > 0:
		return "(" + g.expr(depth-1) + ")", ""
	case n == 3:
		return g.one("ip", "ip6", "arp", "rarp", "tcp", "udp", "sctp", "icmp", "icmp6"), ""
	}
	kind := g.one("port", "portrange", "host4", "host6", "net4", "net6")
	proto := ""
	switch kind {
	case "port", "portrange":
		proto = g.one("", "", "tcp ", "udp ", "sctp ")
	case "host4", "net4":
		proto = g.one("", "", "ip ", "arp ", "rarp ")
	default:
		proto = g.one("", "", "ip6 ")
	}
	dir := g.one("", "", "src ", "dst ", "src or dst ", "src and dst ")
	return proto + dir + strings.TrimRight(kind, "46") + " " + g.operand(kind, 2), kind
}

func (g grammar) operand(kind string, depth int) string {
	switch n := g.rnd.IntN(12); {
	case n == 0 && depth > 0:
		return "not " + g.operand(kind, depth-1)
	case n == 1 && depth > 0:
		out := g.value(kind)
		for g.rnd.IntN(2) == 0 {
			out += g.one(" and ", " or ") + g.operand(kind, depth-1)
		}
		return "(" + out + ")"
	}
	return g.value(kind)
}

func (g grammar) value(kind string) string {
	port := func() string { return fmt.Sprint(ports[g.rnd.IntN(len(ports))]) }
	switch kind {
	case "port":
		return port()
	case "portrange":
		return port() + "-" + port()
	case "host4":
		return g.one(addrs4...)
	case "host6":
		return g.one(addrs6...)
	case "net4":
		return g.one("10.99.0.0/16", "10.99", "10.99.1", "10.0.0.0/8", "192.168.1.0/29", "127.0.0.0/8", "10.99.0.2/31", "0.0.0.0/0", "10.99.0.1")
	}
	return g.one("2001:db8::/32", "2001:db8::/64", "fe80::/10", "::/96", "2001:db8::2/127", "::/0", "2001:db8:1::1")
}
