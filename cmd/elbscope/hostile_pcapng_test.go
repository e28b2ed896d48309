//go:build unix

package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"elbscope/capture"
)

// ngFile puts a pcapng file together out of blocks that may be anything.
type ngFile struct{ bytes.Buffer }

var le = binary.LittleEndian

// block adds one with both its lengths as they are, or the first one as it is
// claimed to be.
func (f *ngFile) block(kind uint32, body []byte, claimed ...uint32) {
	body = append(slices.Clone(body), make([]byte, -len(body)&3)...)
	total := uint32(len(body) + 12)
	first := total
	if len(claimed) > 0 {
		first = claimed[0]
	}
	f.Write(le.AppendUint32(le.AppendUint32(nil, kind), first))
	f.Write(body)
	f.Write(le.AppendUint32(nil, total))
}

// section adds a section header, iface an interface description; each may have
// options.
func (f *ngFile) section(options ...byte) {
	f.block(0x0A0D0D0A, append([]byte{0x4D, 0x3C, 0x2B, 0x1A, 1, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255}, options...))
}

func (f *ngFile) iface(link uint16, options ...byte) {
	f.block(1, append(le.AppendUint16(nil, link), append(make([]byte, 6), options...)...))
}

// packet adds an enhanced packet block of an interface; times are in
// microseconds, or whatever the interface says.
func (f *ngFile) packet(iface, capLen uint32, micros uint64, data []byte) {
	body := le.AppendUint32(le.AppendUint32(le.AppendUint32(nil, iface), uint32(micros>>32)), uint32(micros))
	body = le.AppendUint32(le.AppendUint32(body, capLen), uint32(len(data)))
	f.block(6, append(body, data...))
}

// ngOption is an option as it claims to be, of this many bytes.
func ngOption(code, length uint16, value []byte) []byte {
	b := append(le.AppendUint16(le.AppendUint16(nil, code), length), value...)
	return append(b, make([]byte, -len(value)&3)...)
}

// TestHostilePcapng: whatever a pcapng file claims, nothing crashes, memory
// stays small, the report names what is wrong with it, and the exit status is
// that of report-v1: 3 where part of it is missing, unless there are findings.
// In the middle of each file are packets of a healthy handshake, which is found
// wherever they can be read.
func TestHostilePcapng(t *testing.T) {
	sample, err := capture.Open("../../samples/healthy-firefox.pcap")
	if err != nil {
		t.Fatal(err)
	}
	defer sample.Close()
	var packets []capture.Packet
	var p capture.Packet
	for err = sample.Next(&p); err == nil; err = sample.Next(&p) {
		p.Data = bytes.Clone(p.Data)
		packets = append(packets, p)
	}
	if !errors.Is(err, io.EOF) || len(packets) < 10 {
		t.Fatal(err)
	}
	handshake := func(f *ngFile, iface uint32) {
		for _, p := range packets {
			f.packet(iface, uint32(len(p.Data)), uint64(p.Time)/1000, p.Data)
		}
	}
	const good, part = exitFine, exitInput
	for _, c := range []struct {
		name     string
		status   int
		verdicts int // how many healthy handshakes are found
		problems []string
		write    func(f *ngFile)
	}{
		{"60 KB of options in every header", good, 1, nil, func(f *ngFile) {
			f.section(ngOption(4, 60000, make([]byte, 60000))...)
			f.iface(1, ngOption(2, 60000, bytes.Repeat([]byte("x"), 60000))...)
			handshake(f, 0)
		}},
		{"a section header of 16 MB", good, 1, nil, func(f *ngFile) {
			f.section(make([]byte, 16<<20)...)
			f.iface(1)
			handshake(f, 0)
		}},
		{"100,000 options", good, 1, nil, func(f *ngFile) {
			f.section()
			f.iface(1, bytes.Repeat(ngOption(9, 1, []byte{6}), 100000)...)
			handshake(f, 0)
		}},
		{"options past their block", good, 1, nil, func(f *ngFile) {
			f.section(ngOption(4, 65535, []byte("abcd"))...)
			f.iface(1, ngOption(9, 65535, []byte{9, 0, 0, 0})...)
			handshake(f, 0)
			f.block(5, append(make([]byte, 12), ngOption(5, 65535, []byte{255, 255, 255, 255})...))
		}},
		{"times in units of 10^-127 and 2^-127 seconds, from the end of time", good, 1, nil, func(f *ngFile) {
			f.section()
			f.iface(1, slices.Concat(ngOption(9, 1, []byte{127}), ngOption(14, 8, []byte{255, 255, 255, 255, 255, 255, 255, 127}))...)
			f.iface(1, slices.Concat(ngOption(9, 1, []byte{255}), ngOption(14, 8, []byte{0, 0, 0, 0, 0, 0, 0, 128}))...)
			f.iface(1, ngOption(9, 1, []byte{0})...)
			for id := range uint32(3) {
				handshake(f, id) // the same packets again
			}
		}},
		{"a million interfaces", part, 1, []string{"damaged-record"}, func(f *ngFile) {
			f.section()
			f.iface(1)
			handshake(f, 0)
			var one ngFile
			one.iface(1)
			f.Write(bytes.Repeat(one.Bytes(), 1000000))
		}},
		{"an interface of every link type", good, 1, []string{"link-types"}, func(f *ngFile) {
			f.section()
			for n := range 65536 {
				f.iface(uint16(n))
			}
			handshake(f, 1)
		}},
		{"packets of every link type", good, 1, []string{"link-types", "unknown-link-type"}, func(f *ngFile) {
			f.section()
			for n := range 65000 {
				f.iface(uint16(n))
				f.packet(uint32(n), 4, uint64(packets[0].Time)/1000, []byte("abcd"))
			}
			handshake(f, 1)
		}},
		{"a million sections", good, 1, nil, func(f *ngFile) {
			var one ngFile
			one.section()
			f.Write(bytes.Repeat(one.Bytes(), 1000000))
			f.iface(1)
			handshake(f, 0)
		}},
		{"interfaces beyond those there are", part, 1, []string{"damaged-record"}, func(f *ngFile) {
			f.section()
			f.iface(1)
			for _, id := range []uint32{1, 1 << 16, 1<<31 - 1, 1<<32 - 1} {
				f.packet(id, 4, 0, []byte("abcd"))
			}
			handshake(f, 0)
			f.block(5, append([]byte{255, 255, 255, 255}, make([]byte, 8)...))
		}},
		{"packets longer than their blocks", part, 1, []string{"damaged-record"}, func(f *ngFile) {
			f.section()
			f.iface(1)
			for _, n := range []uint32{5, 262144, 262145, 1<<31 - 1, 1<<32 - 1} {
				f.packet(0, n, 0, []byte("abcd"))
			}
			handshake(f, 0)
		}},
		{"a packet block of 17 MB", part, 1, []string{"damaged-record"}, func(f *ngFile) {
			f.section()
			f.iface(1)
			f.block(6, make([]byte, 17<<20))
			handshake(f, 0)
		}},
		{"16 MB claimed", part, 1, []string{"truncated-file"}, func(f *ngFile) {
			f.section()
			f.iface(1)
			handshake(f, 0)
			f.block(6, make([]byte, 100), 16<<20)
		}},
		{"4 GB claimed", part, 1, []string{"truncated-file"}, func(f *ngFile) {
			f.section()
			f.iface(1)
			handshake(f, 0)
			f.block(6, make([]byte, 100), 1<<32-4)
		}},
		{"an interface description of 17 MB", part, 1, []string{"damaged-record"}, func(f *ngFile) {
			f.section()
			f.iface(1)
			handshake(f, 0)
			f.iface(1, make([]byte, 17<<20)...)
		}},
		{"a length that no block has", part, 1, []string{"damaged-record"}, func(f *ngFile) {
			f.section()
			f.iface(1)
			handshake(f, 0)
			f.block(6, make([]byte, 100), 3)
		}},
		{"two lengths of one block", part, 1, []string{"damaged-record"}, func(f *ngFile) {
			f.section()
			f.iface(1)
			handshake(f, 0)
			f.block(99, make([]byte, 100), 108)
			handshake(f, 0)
		}},
		{"a section without a byte order", part, 1, []string{"damaged-record"}, func(f *ngFile) {
			f.section()
			f.iface(1)
			handshake(f, 0)
			f.block(0x0A0D0D0A, make([]byte, 16))
		}},
		{"a section of another version", part, 1, []string{"damaged-record"}, func(f *ngFile) {
			f.section()
			f.iface(1)
			handshake(f, 0)
			f.block(0x0A0D0D0A, []byte{0x4D, 0x3C, 0x2B, 0x1A, 2, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255})
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var f ngFile
			c.write(&f)
			name := filepath.Join(t.TempDir(), "hostile.pcapng")
			if err := os.WriteFile(name, f.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
			size := f.Len()
			f = ngFile{}
			var out, complaint bytes.Buffer
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := processorTime(t)
			status := run(context.Background(), []string{"--format", "json", "--memory", "8M", name}, &out, &complaint)
			took := processorTime(t) - start
			runtime.ReadMemStats(&after)
			allocated := int64(after.TotalAlloc - before.TotalAlloc)
			t.Logf("%d KB took %v and %d KB", size>>10, took, allocated>>10)
			if status != c.status {
				t.Errorf("exit status %d, not %d: %s", status, c.status, complaint.String())
			}
			if (complaint.Len() > 0) != (c.status == part) {
				t.Errorf("it complains: %q", complaint.String())
			}
			// All that was ever asked for, which is more than is in use at any
			// time: the most is a table of 65,536 interfaces that grew.
			if allocated > 64<<20 {
				t.Errorf("%d MB were allocated", allocated>>20)
			}
			if took > 5*time.Second {
				t.Errorf("it took %v of the processor", took)
			}
			var report struct {
				Sources []struct {
					LinkTypes []string
					Problems  []struct{ Code string }
				}
				Handshakes []struct{ Verdict string }
			}
			if err := json.Unmarshal(out.Bytes(), &report); err != nil {
				t.Fatal(err)
			}
			var codes []string
			for _, p := range report.Sources[0].Problems {
				if !slices.Contains(codes, p.Code) {
					codes = append(codes, p.Code)
				}
			}
			if slices.Sort(codes); !slices.Equal(codes, c.problems) {
				t.Errorf("problems %q, not %q", codes, c.problems)
			}
			if n := len(report.Sources[0].LinkTypes); n > 100 {
				t.Errorf("%d link types are listed", n)
			}
			if len(report.Handshakes) != c.verdicts {
				t.Errorf("%d handshakes, not %d", len(report.Handshakes), c.verdicts)
			}
			for _, h := range report.Handshakes {
				if h.Verdict != "healthy" {
					t.Errorf("a handshake is %s", h.Verdict)
				}
			}
		})
	}
}
