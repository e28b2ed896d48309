//go:build linux

package main

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"time"
)

// point is one place where packets are recorded, into NAME.pcap.
type point struct {
	name string
	// at and dev say where; more are further flags of tcpdump.
	at   func(*site) *namespace
	dev  string
	more []string
	// mark is an address to which a datagram from marker passes this point.
	marker func(*site) *namespace
	mark   string

	file  string
	proc  *process
	marks int
}

func onClient(s *site) *namespace   { return s.client }
func onBalancer(s *site) *namespace { return s.balancer }
func onInstance(s *site) *namespace { return s.instance }
func onWire(s *site) *namespace     { return s.wire }

// The usual points: the balancer's face to the client, and everything on the
// instance, its loopback included.
func clientLeg(more ...string) point {
	return point{name: "client", at: onBalancer, dev: "e0", more: more, marker: onBalancer, mark: clientAddr}
}

func instanceLegs(more ...string) point {
	return point{name: "instance", at: onInstance, dev: "any", more: more, marker: onInstance, mark: "127.0.0.1"}
}

// anyOnBalancer sees both legs of the load balancer.
func anyOnBalancer(more ...string) point {
	return point{name: "balancer", at: onBalancer, dev: "any", more: more, marker: onBalancer, mark: "127.0.0.1"}
}

// onInterface sees one machine's end of a wire, with an address to mark it by.
func onInterface(name string, at func(*site) *namespace, dev, mark string, more ...string) point {
	return point{name: name, at: at, dev: dev, more: more, marker: at, mark: mark}
}

// tagged is the wire between the balancer and the instance, where the frames
// bear their VLAN tag.
func tagged() point {
	return point{name: "tagged", at: onWire, dev: tapDevice, marker: onBalancer, mark: instanceAddr}
}

// record starts tcpdump at a point and waits until it sees packets. Its buffer
// is divided into slots of the snapshot length; no packet of the lab is longer
// than loopback's MTU of 16384.
func (s *site) record(p point) error {
	p.file = s.path(p.name + ".pcap")
	args := append([]string{"-i", p.dev, "--immediate-mode", "-U", "-n", "-Z", "root",
		"-B", "131072", "-s", "32768", "-w", p.file}, p.more...)
	var err error
	if p.proc, err = s.start(p.at(s), "tcpdump", args...); err != nil {
		return err
	}
	s.points = append(s.points, &p)
	return p.seesMark(s)
}

// seesMark sends a datagram past the point and waits until it is in the file.
// Everything that passed before is then recorded, too.
func (p *point) seesMark(s *site) error {
	p.marks++
	text := fmt.Sprintf("mark %d of %s", p.marks, p.name)
	sent := 0
	err := until("tcpdump has recorded a mark", 10*time.Second, func() bool {
		if sent%20 == 0 {
			if err := p.marker(s).datagram(p.mark+":9", text); err != nil {
				return false
			}
		}
		sent++
		b, _ := os.ReadFile(p.file)
		return bytes.Contains(b, []byte(text))
	})
	if err != nil {
		return fmt.Errorf("%s: %w; tcpdump said: %s", p.name, err, p.proc.said())
	}
	return nil
}

// stopRecording ends all recordings once everything is in them.
func (s *site) stopRecording() error {
	points := s.points
	s.points = nil
	for _, p := range points {
		if err := p.seesMark(s); err != nil {
			return err
		}
		if err := p.proc.interrupt(); err != nil {
			return err
		}
		if !strings.Contains(p.proc.said(), "\n0 packets dropped by kernel") {
			return fmt.Errorf("%s: packets were lost while recording: %s", p.name, p.proc.said())
		}
	}
	return nil
}
