//go:build linux

package main

import (
	"fmt"
	"path/filepath"
	"slices"
)

// recorded is the recording of a point as tcpdump wrote it.
func recorded(point string) file {
	return func(s *site) ([]string, error) { return []string{s.path(point + ".pcap")}, nil }
}

// dumpedAt is the recording of a point as dumpcap wrote it, in all its files.
func dumpedAt(point string) file {
	return func(s *site) ([]string, error) {
		files, err := filepath.Glob(s.path(point + "*.pcapng"))
		if err == nil && len(files) == 0 {
			err = fmt.Errorf("dumpcap has written nothing at %s", point)
		}
		slices.Sort(files)
		return files, err
	}
}

// atLeast wants a recording to be in so many files.
func atLeast(n int, of file) file {
	return func(s *site) ([]string, error) {
		files, err := of(s)
		if err == nil && len(files) < n {
			err = fmt.Errorf("%d files are less than %d", len(files), n)
		}
		return files, err
	}
}

// shifted is a recording by a clock that is some seconds ahead.
func shifted(point, seconds string) file {
	return func(s *site) ([]string, error) {
		out := s.path(point + "-shifted.pcap")
		return []string{out}, command("editcap", "-F", "pcap", "-t", seconds, s.path(point+".pcap"), out)
	}
}

// rotated is a recording that went on in a new file after every few packets.
func rotated(point string, packets int) file {
	return func(s *site) ([]string, error) {
		out := s.path(point + "-part.pcap")
		if err := command("editcap", "-F", "pcap", "-c", fmt.Sprint(packets), s.path(point+".pcap"), out); err != nil {
			return nil, err
		}
		parts, err := filepath.Glob(s.path(point + "-part_*.pcap"))
		if err != nil {
			return nil, err
		}
		if len(parts) < 2 {
			return nil, fmt.Errorf("the recording of %s is too small for a second file", point)
		}
		slices.Sort(parts)
		return parts, nil
	}
}

// merged is one file with the packets of several points, by time.
func merged(points ...string) file {
	return func(s *site) ([]string, error) {
		out := s.path("merged.pcapng")
		args := []string{"-F", "pcapng", "-w", out}
		for _, p := range points {
			args = append(args, s.path(p+".pcap"))
		}
		return []string{out}, command("mergecap", args...)
	}
}

// appended is one file with all packets of one point after those of another,
// as some recorders of several interfaces write them.
func appended(points ...string) file {
	return func(s *site) ([]string, error) {
		out := s.path("appended.pcapng")
		args := []string{"-a", "-F", "pcapng", "-w", out}
		for _, p := range points {
			args = append(args, s.path(p+".pcap"))
		}
		return []string{out}, command("mergecap", args...)
	}
}
