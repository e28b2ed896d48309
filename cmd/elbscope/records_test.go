package main

import (
	"encoding/binary"
	"os"
	"slices"
	"testing"

	"elbscope/internal/story"
)

// span is where something is in a capture file: from and, behind it, to.
type span struct{ from, to int }

// recordsOf finds the packet records of a whole capture file, pcap or pcapng
// in either byte order, and where all that it consists of ends.
func recordsOf(t testing.TB, file []byte) (packets []span, ends map[int]bool) {
	t.Helper()
	ends = make(map[int]bool)
	order := func(magic []byte, little byte) binary.ByteOrder {
		if magic[0] == little {
			return binary.LittleEndian
		}
		return binary.BigEndian
	}
	if binary.BigEndian.Uint32(file) != 0x0A0D0D0A {
		o := binary.ByteOrder(binary.BigEndian)
		if file[0] != 0xA1 {
			o = binary.LittleEndian
		}
		at := 24
		for ends[at] = true; at < len(file); ends[at] = true {
			next := at + 16 + int(o.Uint32(file[at+8:]))
			packets = append(packets, span{at, next})
			at = next
		}
	} else {
		o := order(file[8:], 0x4D)
		for at := 0; at < len(file); ends[at] = true {
			next := at + int(o.Uint32(file[at+4:]))
			if o.Uint32(file[at:]) == 6 {
				packets = append(packets, span{at, next})
			}
			at = next
		}
	}
	if len(packets) == 0 || !ends[len(file)] {
		t.Fatalf("the file has %d packets and does not end with one", len(packets))
	}
	return packets, ends
}

// everySample returns all samples, stories and recordings.
func everySample(t testing.TB) []story.Sample {
	t.Helper()
	return slices.Concat(shelf(t, os.DirFS("../../samples")), shelf(t, os.DirFS("testdata/lab")))
}
