package bpf_test

import (
	"errors"
	"strings"
	"testing"

	"elbscope/capture/bpf"
	"elbscope/internal/needs"
)

// refused are expressions with the place of what is wrong, a part of what is
// said about it and a part of what is said to type instead. stricter marks
// those that tcpdump takes.
var refused = []struct {
	expr     string
	at       int
	problem  string
	hint     string
	stricter bool
}{
	// What says too little or ends too early.
	{"10.0.0.1", 0, "without a word that says what it is", "write host 10.0.0.1", false},
	{"10.0.0.0/8", 0, "without a word", "write net 10.0.0.0/8", false},
	{"80", 0, "without a word", "write port 80", false},
	{"http", 0, "without a word", "write port http", false},
	{"8000-8999", 0, "without a word", "write portrange 8000-8999", false},
	{"2001:db8::1", 0, "without a word", "write host 2001:db8::1", false},
	{"tcp or 80", 7, "without a word", "write port 80", false},
	{"port 80 or tcp or 81", 18, "without a word", "write port 81", false},
	{"(port 80) or 81", 13, "without a word", "write port 81", false},
	{"(not port 80) or 81", 17, "without a word", "write port 81", false},
	{"not (80 or 81)", 5, "without a word", "write port 80", false},
	{"port 80 or ((81 or 82))", 12, "at the beginning of another", "leave one of them out", false},
	{"port ((80 or 81) or 82)", 6, "at the beginning of another", "leave one of them out", false},
	{"tcp port", 8, "port ends without a value", "port 80", false},
	{"tcp src", 0, "tcp has ports, and no host", "tcp and", false},
	{"host", 4, "host ends without a value", "host 10.99.0.1", false},
	{"port and tcp", 5, "and stands where the value of port has to be", "port 80", false},
	{"port )", 5, ") stands where", "port 80", false},
	{"not", 3, "ends too early", "behind not", false},
	{"tcp and", 7, "ends too early", "behind and", false},
	{"(", 1, "ends too early", "behind (", false},
	{"()", 1, "nothing stands before )", "port 80", false},
	{"and", 0, "nothing stands before and", "port 80", false},
	{"tcp and or udp", 8, "nothing stands before or", "port 80", false},
	{"(tcp", 0, "a ( without its )", "where it belongs", false},
	{"port (80 or 81", 5, "a ( without its )", "where it belongs", false},
	{"tcp)", 3, "a ) without its (", "leave it out", false},

	// What stands in the wrong place.
	{"tcp udp", 4, `"udp" follows tcp without and or or`, "tcp and udp", false},
	{"ip tcp", 3, `"tcp" follows ip`, "ip and tcp", false},
	{"tcp 80", 4, "without a word that says what it is", "write tcp and port 80", false},
	{"tcp port 80 81", 12, `"81" follows without and or or`, "or 81", false},
	{"tcp port 80 port 81", 12, `"port" follows without and or or`, "or port", false},
	{"tcp (port 80 or port 81)", 4, `"(" follows tcp`, "tcp and (", false},
	{"port src 80", 5, "where the value of port has to be", "src port 80", false},
	{"port tcp 80", 5, "where the value of port has to be", "write tcp first", false},
	{"src tcp port 80", 4, "where the value of host has to be", "write tcp first", false},
	{"src dst port 80", 4, "where the value of host has to be", "dst host", false},
	{"src and src port 80", 4, "src stands without", "src host ADDRESS", false},
	{"src or port 80", 4, "src stands without", "src or dst", false},
	{"tcp & udp", 4, "a single &", "&&", false},
	{"tcp | udp", 4, "a single |", "||", false},
	{"port 80, 81", 7, "a comma", "port 80 or 8081", false},
	{"'tcp'", 0, "a quote", "leave it out", false},

	// Qualifiers that do not go together.
	{"ip port 80", 0, "ip has no ports", "ip and port", false},
	{"arp port 80", 0, "arp has no ports", "arp and port", false},
	{"tcp host 10.0.0.1", 0, "tcp has ports, and no host", "tcp and host", false},
	{"icmp host 10.0.0.1", 0, "icmp has no host", "icmp and host", false},
	{"icmp port 80", 0, "icmp has no port", "icmp and port", false},
	{"ip host ::1", 8, "cannot follow ip", "ip6", false},
	{"ip6 host 10.0.0.1", 9, "cannot follow ip6", "ip instead", false},
	{"arp host ::1", 9, "cannot follow arp", "ip6", false},
	{"ip host 10.0.0.1 or ::1", 20, "cannot follow ip", "ip6", false},
	{"ip6 net 10.0.0.0/8", 8, "cannot follow ip6", "ip instead", false},
	{"ip net fe80::/10", 7, "cannot follow ip", "ip6", false},

	// Values that are none.
	{"port 65536", 5, "65536 is no port", "up to 65535", false},
	{"port 99999999999999999999", 5, "is no port", "up to 65535", false},
	{"portrange 80-70000", 13, "70000 is no port", "up to 65535", false},
	{"port 80-90", 5, "a range of ports", "portrange 80-90", false},
	{"port 10.0.0.1", 5, "is no port", "host", false},
	{"port gopher-x", 5, "no port with the name", "its number", false},
	{"portrange 80 - 90", 13, `"-" `, "", false},
	{"host 256.1.1.1", 5, "is no address", "host 10.99.0.1", false},
	{"host 1.2.3.4.5", 5, "is no address", "host 10.99.0.1", false},
	{"host 10.0.0.0/8", 5, "is a network", "net 10.0.0.0/8", false},
	{"src 10.0.0.0/8", 4, "is a network", "src net 10.0.0.0/8", false},
	{"host ::1::", 5, "is no IPv6 address", "2001:db8::1", false},
	{"host fe80::1%eth0", 12, "a zone", "leave out the %", false},
	{"host example.invalid", 5, "names are not looked up here", "getent hosts example.invalid", false},
	{"net 10.0.0.1/8", 4, "bits outside its mask", "net 10.0.0.0/8", false},
	{"net 10.0.0.0/0", 4, "bits outside its mask", "net 0.0.0.0/0", false},
	{"net 10.1.0.0 mask 255.0.0.0", 4, "bits outside its mask", "net 10.0.0.0/8", false},
	{"net 10.0.0.0/33", 13, "no prefix length up to 32", "net 10.99.0.0/16", false},
	{"net ::/129", 7, "no prefix length up to 128", "", false},
	{"net 10.0.0.0/", 13, "no prefix length", "", false},
	{"net 10/8", 4, "too short", "net 10.0.0.0/LENGTH", false},
	{"net 10 mask 255.0.0.0", 7, `"mask"`, "", false},
	{"net fe80:: mask ffff::", 16, "a length and no mask", "2001:db8::/32", false},
	{"host 10.0.0.1 mask 255.0.0.0", 14, `"mask"`, "", false},
	{"net example", 4, "is no address of a network", "net 10.99.0.0/16", false},

	// Words and signs that are not known.
	{"TCP", 0, "small letters", "write tcp", false},
	{"tpc port 80", 0, "is no word of a filter", "did you mean tcp?", false},
	{"prot 80", 0, "is no word of a filter", "did you mean port?", false},
	{"tcp and prot 80", 8, "is no word of a filter", "did you mean port?", false},
	{"websocket", 0, "is no word of a filter", "known are", false},
	{"tcp port 80 and héllo", 17, "means nothing in a filter", "for instance", false},
	{"tcp\x00", 3, "means nothing in a filter", "for instance", false},

	// What libpcap knows and this does not, or not exactly.
	{"vlan", 0, "a word of tcpdump's", "--bpf", true},
	{"vlan 7 and tcp", 0, "a word of tcpdump's", "--bpf", true},
	{"tcp and vlan", 8, "a word of tcpdump's", "--bpf", true},
	{"ether host 00:11:22:33:44:55", 0, "a word of tcpdump's", "--bpf", true},
	{"greater 100", 0, "a word of tcpdump's", "--bpf", true},
	{"less 100", 0, "a word of tcpdump's", "--bpf", true},
	{"ip proto 6", 3, "a word of tcpdump's", "--bpf", true},
	{"ip multicast", 3, "a word of tcpdump's", "--bpf", true},
	{"broadcast", 0, "a word of tcpdump's", "--bpf", true},
	{"igmp", 0, "a word of tcpdump's", "--bpf", true},
	{"tcp[13] & 2 != 0", 3, "read headers or compare", "--bpf", true},
	{"len > 100", 4, "read headers or compare", "--bpf", true},
	{"host localhost", 5, "names are not looked up here", "its address", true},
	{"host 10.99", 5, "only a part of an address", "net 10.99", true},
	{"src 10.99", 4, "only a part of an address", "src net 10.99", true},
	{"host 10", 5, "is no address", "host 10.99.0.1", true},
	{"src 80", 4, "is no address", "src port 80", true},
	{"net 0", 4, "the single address 0.0.0.0", "net 0.0.0.0/0", true},
	{"port 010", 5, "is no decimal number", "like 80", true},
	{"port 0x50", 5, "is no decimal number", "like 80", true},
	{"host 01.2.3.4", 5, "is no address", "", true},
	{"net 10.0 mask 255.0", 14, "is no mask", "255.255.0.0", true},
	{"net 10.0.0.0 / 8", 13, "", "", true},
	{"port telnet", 5, "no port with the name", "its number", true},
	{"portrange http-https", 10, "", "", true},
}

// TestRefuses shows that what is not understood is refused, at its place and
// with something to type; and that tcpdump refuses it as well, but for what is
// known to be stricter.
func TestRefuses(t *testing.T) {
	for _, c := range refused {
		_, err := bpf.Parse(c.expr)
		var e *bpf.Error
		switch {
		case !errors.As(err, &e):
			t.Errorf("%q: %v", c.expr, err)
		case e.Offset != c.at, !strings.Contains(e.Problem, c.problem), !strings.Contains(e.Hint, c.hint), e.Hint == "":
			t.Errorf("%q: %v", c.expr, e)
		}
	}
	tcpdump := needs.Program(t, "tcpdump")
	file := writeTemp(t, pcapFile(1, forgeCapture(t, 1, 10, 0)))
	var exprs []string
	for _, c := range refused {
		if !strings.Contains(c.expr, "\x00") {
			exprs = append(exprs, c.expr)
		}
	}
	each(exprs, func(expr string) {
		stricter := false
		for _, c := range refused {
			stricter = stricter || c.expr == expr && c.stricter
		}
		if _, said := oracle(t, tcpdump, file, expr); (said == "") != stricter {
			t.Errorf("%q: tcpdump says %q", expr, said)
		}
	})
}

// TestServiceNames: a name stands for its port with every protocol, whatever
// /etc/services has.
func TestServiceNames(t *testing.T) {
	for name, number := range map[string]string{"http": "80", "https": "443", "ssh": "22", "domain": "53", "http-alt": "8080"} {
		f, err := bpf.Parse("port " + name)
		if err != nil || f.String() != "port "+number {
			t.Errorf("port %s is %v, %v", name, f, err)
		}
	}
}

// TestTooLong: what no kernel takes is refused, not cut short.
func TestTooLong(t *testing.T) {
	long := "host 10.0.0.1" + strings.Repeat(" or 10.0.0.1", 1000)
	f, err := bpf.Parse(long)
	if err != nil {
		t.Fatal(err)
	}
	if _, err = f.Compile(1, bpf.Everything); err == nil || !strings.Contains(err.Error(), "too long") {
		t.Errorf("a filter of %d bytes: %v", len(long), err)
	}
	for _, expr := range []string{
		long + strings.Repeat(" or 10.0.0.1", 3000),
		strings.Repeat("(", 300) + "tcp" + strings.Repeat(")", 300),
		strings.Repeat("not ", 300) + "tcp",
		"port " + strings.Repeat("not ", 300) + "80",
	} {
		if _, err := bpf.Parse(expr); err == nil {
			t.Errorf("%.20q with %d bytes is taken", expr, len(expr))
		}
	}
	if _, err := f.Compile(105, 1); err == nil || !strings.Contains(err.Error(), "105") {
		t.Errorf("link type 105: %v", err)
	}
}

// TestMisses: what a filter can leave out is said, and only that.
func TestMisses(t *testing.T) {
	const (
		fragments = "all but the first fragment of a packet"
		extension = "IPv6 packets with extension headers"
		vlan      = "packets with a VLAN tag"
		tunnel    = "packets in a tunnel (VXLAN, GENEVE, GRE or IP in IP)"
		geneve    = "packets in a tunnel (GENEVE, GRE or IP in IP)"
		gre       = "packets in a tunnel (GRE or IP in IP)"
	)
	for expr, want := range map[string][]string{
		"":                                 nil,
		"tcp port 80":                      {fragments, extension, vlan, tunnel},
		"tcp port 80 or tcp port 8081":     {fragments, extension, vlan, tunnel},
		"port 80 or tcp":                   {extension, vlan, tunnel},
		"tcp":                              {extension, vlan, tunnel},
		"tcp or ip6":                       {vlan, tunnel},
		"host 10.0.0.1":                    {vlan, tunnel},
		"host 10.0.0.1 and tcp port 80":    {fragments, extension, vlan, tunnel},
		"not port 22":                      nil,
		"not (tcp port 22 and host ::1)":   nil,
		"not tcp":                          nil,
		"tcp or not tcp":                   nil,
		"tcp port 80 or udp port 4789":     {fragments, extension, vlan, geneve},
		"tcp port 80 or udp":               {fragments, extension, vlan, gre},
		"udp portrange 4000-6100":          {fragments, extension, vlan, gre},
		"tcp port 80 or udp src port 4789": {fragments, extension, vlan, tunnel},
		"tcp and not port 22":              {extension, vlan, tunnel},
		"port 80 or not arp":               nil,
	} {
		f, err := bpf.Parse(expr)
		if err != nil {
			t.Fatal(err)
		}
		if got := f.Misses(); strings.Join(got, "; ") != strings.Join(want, "; ") {
			t.Errorf("%q misses %q", expr, got)
		}
	}
}
