package live

import (
	"bufio"
	"net"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
)

// Interface describes an interface of this machine.
type Interface struct {
	Name     string
	Up       bool
	Loopback bool
	Addrs    []netip.Addr
	// The traffic since it was made; zero where the system does not tell.
	Packets, Bytes uint64
}

// Interfaces returns the interfaces of this machine in the system's order.
func Interfaces() ([]Interface, error) {
	all, err := net.Interfaces()
	if err != nil {
		return nil, err
	}
	traffic := traffic()
	out := make([]Interface, 0, len(all))
	for _, i := range all {
		one := Interface{Name: i.Name, Up: i.Flags&net.FlagUp != 0, Loopback: i.Flags&net.FlagLoopback != 0}
		addrs, err := i.Addrs()
		if err != nil {
			addrs = nil // the rest of it is worth telling
		}
		for _, a := range addrs {
			if p, err := netip.ParsePrefix(a.String()); err == nil {
				one.Addrs = append(one.Addrs, p.Addr())
			}
		}
		t := traffic[i.Name]
		one.Packets, one.Bytes = t[0], t[1]
		out = append(out, one)
	}
	return out, nil
}

// traffic reads the counters of Linux (proc_pid_net(5)): for each interface
// the packets and bytes, received and sent.
func traffic() map[string][2]uint64 {
	out := make(map[string][2]uint64)
	f, err := os.Open("/proc/self/net/dev")
	if err != nil {
		return out
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		name, rest, ok := strings.Cut(lines.Text(), ":")
		fields := strings.Fields(rest)
		if !ok || len(fields) < 10 {
			continue
		}
		n := func(i int) uint64 { v, _ := strconv.ParseUint(fields[i], 10, 64); return v }
		out[strings.TrimSpace(name)] = [2]uint64{n(1) + n(9), n(0) + n(8)}
	}
	return out
}

// Likeliest returns the interfaces to be named in an example: those that carry
// an address from elsewhere, or Any if proxy and application talk over
// loopback, which cannot be known from here. It is Any unless there is nothing
// but one interface.
func Likeliest(all []Interface) string {
	up := slices.DeleteFunc(slices.Clone(all), func(i Interface) bool { return !i.Up })
	if len(up) == 1 {
		return up[0].Name
	}
	return Any
}
