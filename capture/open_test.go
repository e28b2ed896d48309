package capture

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// gzipped compresses data as one member.
func gzipped(data []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write(data)
	w.Close()
	return b.Bytes()
}

// zstdCompressed compresses data as one frame.
func zstdCompressed(t testing.TB, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := zstd.NewWriter(&b, zstd.WithEncoderConcurrency(1))
	if err != nil {
		t.Fatal(err)
	}
	w.Write(data)
	w.Close()
	return b.Bytes()
}

// writeFile puts a file into a temporary folder and returns its name.
func writeFile(t *testing.T, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestOpenFile(t *testing.T) {
	file := forgedPcapng(bigEndian)
	half := len(file.data) / 2
	skippable := []byte("\x50\x2A\x4D\x18\x03\x00\x00\x00...")
	for name, test := range map[string]struct {
		data        []byte
		compression string
	}{
		"plain":           {file.data, ""},
		"gzip":            {gzipped(file.data), "gzip"},
		"gzip, 2 members": {append(gzipped(file.data[:half]), gzipped(file.data[half:])...), "gzip"},
		"zstd":            {zstdCompressed(t, file.data), "zstd"},
		"zstd, 2 frames":  {append(zstdCompressed(t, file.data[:half]), zstdCompressed(t, file.data[half:])...), "zstd"},
		"zstd, skippable": {append(skippable, zstdCompressed(t, file.data)...), "zstd"},
	} {
		t.Run(name, func(t *testing.T) {
			path := writeFile(t, "misnamed.txt", test.data)
			s, err := Open(path)
			if err != nil {
				t.Fatal(err)
			}
			packets, err := drain(s)
			checkPackets(t, packets, file.want, test.compression == "")
			if err != io.EOF {
				t.Error(err)
			}
			if i := s.Info(); i.Name != path || i.Compression != test.compression || i.Reread != (test.compression == "") {
				t.Errorf("%+v", i)
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestOpenCompressedCut cuts compressed captures at every byte: it must always
// be noticed, and what came out before must be right.
func TestOpenCompressedCut(t *testing.T) {
	file := newPcapFile(little, pcapMagicMicro, 1)
	noise := uint32(1)
	for n := range 300 {
		data := make([]byte, 40)
		for i := range data {
			noise = noise*1664525 + 1013904223
			data[i] = byte(noise >> 24)
		}
		file.record(uint32(n), 0, data, 40, LinkEthernet, 1000)
	}
	for name, data := range map[string][]byte{"gzip": gzipped(file.data), "zstd": zstdCompressed(t, file.data)} {
		for n := 0; n < len(data); n += 7 {
			s, err := OpenReader(name, bytes.NewReader(data[:n]), false)
			if err != nil {
				var input *InputError
				if !errors.As(err, &input) {
					t.Errorf("%s cut at %d: %v", name, n, err)
				}
				continue
			}
			packets, err := drain(s)
			if !errors.Is(err, ErrTruncated) {
				t.Errorf("%s cut at %d: %v", name, n, err)
			}
			checkPackets(t, packets, file.want[:len(packets)], false)
		}
		bad := slices.Clone(data)
		bad[len(bad)-6] ^= 1 // in the checksum, which comes after all packets
		if name == "gzip" {
			s, _ := OpenReader(name, bytes.NewReader(bad), false)
			if packets, err := drain(s); !errors.Is(err, ErrDamaged) || len(packets) != 300 {
				t.Errorf("%s with a wrong checksum: %d packets, %v", name, len(packets), err)
			}
		}
	}
}

func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	secret := writeFile(t, "it's mine.pcap", nil)
	if err := os.Chmod(secret, 0); err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		name string
		kind InputErrorKind
		what string
		hint string
	}{
		{filepath.Join(dir, "none.pcap"), NotFound, "no such file", "ls " + dir},
		{secret + "/x", NotFound, "no such file", ""},
		{dir, Directory, "is a directory, and no file in it has a name like capture.pcap", "ls " + dir},
		{writeFile(t, "a.pcap", nil), Empty, "is empty (0 bytes)", "sudo tcpdump"},
		{writeFile(t, "a.pcap", gzipped(nil)), Empty, "is empty (gzip-compressed nothing)", "ls -l "},
	}
	if os.Getuid() != 0 && runtime.GOOS != "windows" {
		cases = append(cases, cases[0])
		cases[5].name, cases[5].kind, cases[5].what, cases[5].hint = secret, Permission, "no permission to read it", `sudo cat '`
	}
	for _, test := range cases {
		_, err := Open(test.name)
		var got *InputError
		if !errors.As(err, &got) {
			t.Errorf("%s: %v is no InputError", test.name, err)
			continue
		}
		if got.Name != test.name || got.Kind != test.kind || got.What != test.what || !strings.HasPrefix(got.Hint, test.hint) {
			t.Errorf("%+v", got)
		}
	}
	if _, err := Open(cases[0].name); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v does not wrap its cause", err)
	}
	if err := openError("x", fs.ErrPermission); err.Kind != Permission || err.Hint != "sudo cat x | elbscope -" {
		t.Errorf("%+v", err)
	}
}

// TestOpenLivePipe checks that packets come out while the pipe is open.
func TestOpenLivePipe(t *testing.T) {
	for name, file := range map[string]*fileWriter{
		"pcap":   newPcapFile(little, pcapMagicMicro, 1).record(1, 0, ping, 5, LinkEthernet, 1000).record(2, 0, pong, 100, LinkEthernet, 1000),
		"pcapng": new(fileWriter).section(little, nil).iface(LinkEthernet, 0).enhanced(0, 1, ping, 5, Packet{}).enhanced(0, 2, pong, 100, Packet{}),
	} {
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		step, done := make(chan bool), make(chan bool)
		go func() {
			defer close(done)
			s, err := OpenReader(name, r, false)
			if err != nil {
				t.Error(err)
				return
			}
			step <- true
			var p Packet
			for range file.want {
				if err := s.Next(&p); err != nil {
					t.Error(err)
				}
				step <- true
			}
			if err := s.Next(&p); err != io.EOF {
				t.Errorf("%s: ended with %v", name, err)
			}
		}()
		from := 0
		for _, to := range append(file.ends[:1:1], file.want[0].end, file.want[1].end) {
			w.Write(file.data[from:to])
			from = to
			select {
			case <-step:
			case <-time.After(10 * time.Second):
				t.Fatalf("%s: nothing came out after %d bytes", name, to)
			}
		}
		w.Close()
		<-done
		r.Close()
	}
}

// TestOpenBrokenReader reads from what fails in ways of its own.
func TestOpenBrokenReader(t *testing.T) {
	file := newPcapFile(little, pcapMagicMicro, 1).record(1, 0, ping, 5, LinkEthernet, 1000)
	broken := errors.New("input/output error")
	s, err := OpenReader("x", io.MultiReader(bytes.NewReader(file.data), iotest.ErrReader(broken)), false)
	if err != nil {
		t.Fatal(err)
	}
	packets, err := drain(s)
	checkPackets(t, packets, file.want, false)
	if !errors.Is(err, ErrTruncated) || !strings.Contains(err.Error(), "input/output error") {
		t.Error(err)
	}
	for name, r := range map[string]io.Reader{
		"at once":        iotest.ErrReader(broken),
		"in the header":  io.MultiReader(bytes.NewReader(file.data[:10]), iotest.ErrReader(broken)),
		"never anything": idle{},
	} {
		var input *InputError
		if _, err := OpenReader("x", r, false); !errors.As(err, &input) || input.Kind != Unreadable {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// idle is a reader that breaks the rule of returning something or an error.
type idle struct{}

func (idle) Read([]byte) (int, error) { return 0, nil }

func TestInputErrorName(t *testing.T) {
	for name, want := range map[string]string{
		"a.pcap": "a.pcap: is bad", "-": "standard input: is bad", "": `"": is bad`, "a\x1b[2J": `"a\x1b[2J": is bad`,
	} {
		if got := (&InputError{Name: name, What: "is bad"}).Error(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
