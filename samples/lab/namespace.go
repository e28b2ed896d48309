//go:build linux

package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// namespace is one machine of the lab.
type namespace struct {
	name string
	file *os.File
}

// newNamespace makes a network namespace with its loopback up.
func newNamespace(name string) (*namespace, error) {
	if err := command("ip", "netns", "add", name); err != nil {
		return nil, err
	}
	f, err := os.Open("/run/netns/" + name)
	if err != nil {
		return nil, err
	}
	n := &namespace{name, f}
	// Packets on loopback must fit into what tcpdump keeps.
	if err := n.ip("link set lo mtu 16384 up"); err != nil {
		return n, err
	}
	return n, n.offloadsOff("lo")
}

func (n *namespace) remove() error {
	n.file.Close()
	return command("ip", "netns", "del", n.name)
}

// ip runs several commands of ip(8) in the namespace.
func (n *namespace) ip(lines ...string) error {
	c := exec.Command("ip", "-n", n.name, "-batch", "-")
	c.Stdin = strings.NewReader(strings.Join(lines, "\n") + "\n")
	return ran(c)
}

// do calls f on a thread that is in the namespace: sockets that f opens and
// processes that it starts belong there. f must not start goroutines for that.
func (n *namespace) do(f func() error) error {
	done := make(chan error)
	go func() {
		runtime.LockOSThread()
		home, err := os.Open("/proc/thread-self/ns/net")
		if err == nil {
			err = unix.Setns(int(n.file.Fd()), unix.CLONE_NEWNET)
		}
		if err == nil {
			err = f()
			if unix.Setns(int(home.Fd()), unix.CLONE_NEWNET) == nil {
				runtime.UnlockOSThread() // otherwise the thread ends with this goroutine
			}
		}
		home.Close()
		done <- err
	}()
	return <-done
}

// dial connects from within the namespace to a literal address.
func (n *namespace) dial(addr string) (c net.Conn, err error) {
	err = n.do(func() error {
		c, err = net.DialTimeout("tcp", addr, 3*time.Second)
		return err
	})
	return c, err
}

func (n *namespace) listen(addr string) (l net.Listener, err error) {
	err = n.do(func() error {
		l, err = net.Listen("tcp", addr)
		return err
	})
	return l, err
}

// datagram sends one UDP packet.
func (n *namespace) datagram(to, text string) error {
	return n.do(func() error {
		c, err := net.Dial("udp", to)
		if err != nil {
			return err
		}
		defer c.Close()
		_, err = c.Write([]byte(text))
		if strings.Contains(fmt.Sprint(err), "refused") {
			return nil // nobody listens: it was seen on the wire all the same
		}
		return err
	})
}

// offloadsOff makes the packets of an interface what they would be on a wire.
func (n *namespace) offloadsOff(dev string) error {
	return n.do(func() error {
		return command("ethtool", "-K", dev, "tso", "off", "gso", "off", "gro", "off", "tx", "off", "rx", "off")
	})
}

// link connects two namespaces by a pair of interfaces whose packets look as
// on a wire: no segment larger than the MTU, and right checksums.
func link(a *namespace, nameA string, b *namespace, nameB string, mtu int) error {
	err := command("ip", "link", "add", nameA, "mtu", fmt.Sprint(mtu), "netns", a.name,
		"type", "veth", "peer", "name", nameB, "mtu", fmt.Sprint(mtu), "netns", b.name)
	if err != nil {
		return err
	}
	for _, end := range []struct {
		at   *namespace
		name string
	}{{a, nameA}, {b, nameB}} {
		err := end.at.offloadsOff(end.name)
		if err == nil {
			err = end.at.ip("link set " + end.name + " up")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// command runs a program to its end.
func command(name string, args ...string) error { return ran(exec.Command(name, args...)) }

func ran(c *exec.Cmd) error {
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", strings.Join(c.Args, " "), err, strings.TrimSpace(string(out)))
	}
	return nil
}
