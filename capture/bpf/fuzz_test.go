package bpf_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"elbscope/capture/bpf"
)

func writeTemp(t testing.TB, data []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// ddd writes a program as tcpdump -ddd does.
func ddd(p bpf.Program) []byte {
	out := fmt.Appendln(nil, len(p))
	for _, i := range p {
		out = fmt.Appendln(out, i.Op, i.Jt, i.Jf, i.K)
	}
	return out
}

// FuzzParse: any text is refused at a place within it, or is a filter that its
// own words parse to again and whose programs are valid on all link types and
// do what those of another machine do.
func FuzzParse(f *testing.F) {
	for _, expr := range typed {
		f.Add(expr)
	}
	for _, c := range refused {
		f.Add(c.expr)
	}
	for _, expr := range generate(7, 50) {
		f.Add(expr)
	}
	captures := map[uint16][]packet{}
	for _, link := range links {
		captures[link] = forgeCapture(f, link, 20, 20)
	}
	f.Fuzz(func(t *testing.T, expr string) {
		filter, err := bpf.Parse(expr)
		if err != nil {
			var e *bpf.Error
			if !errors.As(err, &e) || e.Offset < 0 || e.Offset > len(expr) || e.Problem == "" || e.Hint == "" {
				t.Fatalf("%#v", err)
			}
			return
		}
		again, err := bpf.Parse(filter.String())
		if err != nil {
			t.Fatalf("%q came back as %q: %v", expr, filter, err)
		}
		filter.Misses()
		for _, link := range links {
			p, err := filter.Compile(link, bpf.Everything)
			if err != nil {
				if !strings.Contains(err.Error(), "too long") {
					t.Fatal(err)
				}
				continue
			}
			if q, err := again.Compile(link, bpf.Everything); err != nil || !reflect.DeepEqual(p, q) {
				t.Fatalf("%q and %q differ: %v", expr, filter, err)
			}
			if _, err := bpf.FromTcpdump(bytes.NewReader(ddd(p))); err != nil {
				t.Fatalf("%q: %v", expr, err)
			}
			vm := netVM(t, p)
			for i, k := range captures[link] {
				n, err := vm.Run(k.data)
				if got := p.Match(k.data, k.wire); err != nil || got != (n != 0) {
					t.Fatalf("%q on packet %d of link type %d: %v, and x/net %d %v", expr, i, link, got, n, err)
				}
			}
		}
		if p, err := filter.CompileCooked(bpf.Everything); err == nil {
			if _, err := bpf.FromTcpdump(bytes.NewReader(ddd(p))); err != nil {
				t.Fatalf("%q: %v", expr, err)
			}
		}
	})
}

// FuzzFromTcpdump: any text is refused, or is a program that ends on any
// packet without a panic.
func FuzzFromTcpdump(f *testing.F) {
	f.Add([]byte("4\n40 0 0 12\n21 0 1 2048\n6 0 0 262144\n6 0 0 0\n"))
	f.Add([]byte("5\n48 0 0 0\n84 0 0 15\n100 0 0 2\n7 0 0 0\n6 0 0 1\n"))
	f.Add([]byte("6\n128 0 0 0\n2 0 0 3\n97 0 0 3\n60 0 0 0\n72 0 0 4294967295\n22 0 0 0\n"))
	packets := forgeCapture(f, 1, 10, 10)
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := bpf.FromTcpdump(bytes.NewReader(text))
		if err != nil {
			return
		}
		for _, k := range packets {
			p.Match(k.data, k.wire)
		}
		p.Match(nil, 0)
		if again, err := bpf.FromTcpdump(bytes.NewReader(ddd(p))); err != nil || !reflect.DeepEqual(p, again) {
			t.Fatalf("%v came back as %v: %v", p, again, err)
		}
	})
}
