//go:build linux

package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// The address plan of every site; sites do not see each other.
//
//	client 10.99.0.2 ─── 10.99.0.1 balancer 10.99.1.1 ─── 10.99.1.2 instance
const (
	clientAddr   = "10.99.0.2"
	frontAddr    = "10.99.0.1"
	backAddr     = "10.99.1.1"
	instanceAddr = "10.99.1.2"
)

// sixth is the same plan in IPv6.
var sixth = map[string]string{
	clientAddr: "fd99::2", frontAddr: "fd99::1", backAddr: "fd99:1::1", instanceAddr: "fd99:1::2",
}

// site is the ground that one scene is played on.
type site struct {
	scene *scene
	tools *tools
	// dir holds configurations, logs and recordings.
	dir                        string
	client, balancer, instance *namespace
	wire                       *namespace
	all                        []*namespace
	procs                      []*process
	closers                    []func()
	points                     []*point
	watching                   *watching
	// notes are measurements, to be printed.
	notes []string
	// seen are the answers that the client got, by target.
	seen map[string]int
	lock sync.Mutex
}

// newSite builds the namespaces of a scene. The caller tears it down, also
// after an error.
func newSite(sc *scene, t *tools, number int) (*site, error) {
	s := &site{scene: sc, tools: t, seen: map[string]int{}}
	s.dir = filepath.Join(t.dir, fmt.Sprintf("%03d-%s", number, sc.name))
	if err := os.MkdirAll(s.dir, 0o755); err != nil {
		return s, err
	}
	for _, place := range []struct {
		name string
		at   **namespace
	}{{"client", &s.client}, {"balancer", &s.balancer}, {"instance", &s.instance}, {"wire", &s.wire}} {
		if place.name == "wire" && sc.wire == nil {
			continue
		}
		n, err := newNamespace(fmt.Sprintf("%s%d-%d-%s", namePrefix, os.Getpid(), number, place.name))
		if n != nil {
			*place.at = n
			s.all = append(s.all, n)
		}
		if err != nil {
			return s, err
		}
	}
	return s, s.connect()
}

func (s *site) connect() error {
	mtu := s.scene.mtu
	if mtu == 0 {
		mtu = 1500
	}
	if err := link(s.client, "c0", s.balancer, "e0", mtu); err != nil {
		return err
	}
	if s.wire == nil {
		if err := link(s.balancer, "e1", s.instance, "i0", mtu); err != nil {
			return err
		}
	} else if err := s.connectWire(mtu); err != nil {
		return err
	}
	address := func(addr, dev string) []string {
		four := "addr add " + addr + "/24 dev " + dev
		if mtu < 1280 {
			return []string{four} // too small for IPv6
		}
		return []string{four, "addr add " + sixth[addr] + "/64 dev " + dev + " nodad"}
	}
	return errors.Join(
		s.client.ip(append(address(clientAddr, "c0"), "route add default via "+frontAddr)...),
		s.balancer.ip(append(address(frontAddr, "e0"), address(backAddr, "e1")...)...),
		s.instance.ip(append(address(instanceAddr, "i0"), "route add default via "+backAddr)...))
}

// tearDown ends everything that the scene started.
func (s *site) tearDown() error {
	for _, p := range s.procs {
		p.stop()
	}
	for _, f := range s.closers {
		f()
	}
	var failed error
	for _, n := range s.all {
		failed = errors.Join(failed, n.remove())
	}
	return failed
}

// path names a file of the scene.
func (s *site) path(name string) string { return filepath.Join(s.dir, name) }

// write writes a configuration file and returns its path.
func (s *site) write(name, text string) (string, error) {
	return s.path(name), os.WriteFile(s.path(name), []byte(text), 0o644)
}

// addr returns an address of the plan in the family of the scene, with a port.
func (s *site) addr(of string, port int) string {
	if s.scene.ipv6 {
		return fmt.Sprintf("[%s]:%d", sixth[of], port)
	}
	return fmt.Sprintf("%s:%d", of, port)
}

// until waits for a state of the world.
func until(what string, limit time.Duration, is func() bool) error {
	for end := time.Now().Add(limit); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			return fmt.Errorf("waited %s in vain until %s", limit, what)
		}
	}
	return nil
}
