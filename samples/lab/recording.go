//go:build linux

package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// point is one place where packets are recorded, into NAME.pcap, or by dumpcap
// into NAME.pcapng.
type point struct {
	name string
	// at and dev say where; more are further flags of tcpdump.
	at   func(*site) *namespace
	dev  string
	more []string
	// dumpcap is set where it records, Wireshark's own recorder; devs are then
	// its interfaces, all into one file.
	dumpcap bool
	devs    []string
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

// dumped has dumpcap record some interfaces of one machine, marked at the last.
func dumped(name string, at func(*site) *namespace, mark string, devs []string, more ...string) point {
	return point{name: name, at: at, dumpcap: true, devs: devs, more: more, marker: at, mark: mark}
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

// record starts tcpdump or dumpcap at a point and waits until it sees packets.
func (s *site) record(p point) error {
	recorder, args := p.command(s)
	var err error
	if p.proc, err = s.start(p.at(s), recorder, args...); err != nil {
		return err
	}
	s.points = append(s.points, &p)
	return p.seesMark(s)
}

// command is what records, and sets the name of the file. tcpdump's buffer is
// divided into slots of the snapshot length; no packet of the lab is longer
// than loopback's MTU of 16384.
func (p *point) command(s *site) (program string, args []string) {
	if !p.dumpcap {
		p.file = s.path(p.name + ".pcap")
		return "tcpdump", append([]string{"-i", p.dev, "--immediate-mode", "-U", "-n", "-Z", "root",
			"-B", "131072", "-s", "32768", "-w", p.file}, p.more...)
	}
	p.file = s.path(p.name + ".pcapng")
	args = []string{"-q", "-p", "-w", p.file, "-s", "32768", "-B", "128"}
	if !slices.Contains(p.more, "-b") { // the only file can have a comment
		args = append(args, "--capture-comment", "Recorded in the lab: no real traffic.")
	}
	for _, dev := range p.devs {
		args = append(args, "-i", dev)
	}
	return "dumpcap", append(args, p.more...)
}

// holds reports whether what was recorded so far contains a text. dumpcap may
// have gone on in further files.
func (p *point) holds(text string) bool {
	files, _ := filepath.Glob(strings.TrimSuffix(p.file, filepath.Ext(p.file)) + "*" + filepath.Ext(p.file))
	for _, f := range files {
		if b, _ := os.ReadFile(f); bytes.Contains(b, []byte(text)) {
			return true
		}
	}
	return false
}

// complete reports whether the recorder says at its end that it lost nothing.
func (p *point) complete() bool {
	if !p.dumpcap {
		return strings.Contains(p.proc.said(), "\n0 packets dropped by kernel")
	}
	return len(nothingDropped.FindAllString(p.proc.said(), -1)) == len(p.devs)
}

// nothingDropped is dumpcap's word for one interface.
var nothingDropped = regexp.MustCompile(`received/dropped on interface '[^']+': [0-9]+/0 `)

// seesMark sends a datagram past the point and waits until it is in the file.
// Everything that passed before is then recorded, too.
func (p *point) seesMark(s *site) error {
	p.marks++
	text := fmt.Sprintf("mark %d of %s", p.marks, p.name)
	sent := 0
	err := until("a mark is recorded", 10*time.Second, func() bool {
		if sent%20 == 0 {
			if err := p.marker(s).datagram(p.mark+":9", text); err != nil {
				return false
			}
		}
		sent++
		return p.holds(text)
	})
	if err != nil {
		return fmt.Errorf("%s: %w; the recorder said: %s", p.name, err, p.proc.said())
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
		if !p.complete() {
			return fmt.Errorf("%s: packets were lost while recording: %s", p.name, p.proc.said())
		}
	}
	return nil
}
