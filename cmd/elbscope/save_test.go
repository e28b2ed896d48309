package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"elbscope/analyze"
	"elbscope/internal/needs"
	"elbscope/ui"
)

// readFiles reads files the way the screen does, to the end.
func readFiles(t testing.TB, names ...string) *saver {
	t.Helper()
	return readThrough(t, captureFilter{}, names...)
}

// readThrough is readFiles with a capture filter.
func readThrough(t testing.TB, packets captureFilter, names ...string) *saver {
	t.Helper()
	o := &options{files: names, packets: packets, memory: defaultMemory, utc: true}
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	f := newFeed(o, filesView(ctx, o, cancel))
	f.run(make(chan struct{}), func() {})
	if failure := f.failure.Load(); failure != nil {
		t.Fatal(*failure)
	}
	return &saver{o: o, feed: f}
}

func (s *saver) handshakes() []*analyze.Handshake { return s.feed.State().Snap.Handshakes }

// fates are what became of handshakes, in order of time, as a saved file must
// show it again.
func fates(hs []*analyze.Handshake) (out []string) {
	for _, h := range hs {
		out = append(out, fmt.Sprintf("%s %s %s %s %d %s [%s]", h.Key, h.Target, h.Verdict, h.Certainty, h.Status,
			culpritValue(h.Culprit), handshakeValue(h, "closed")))
	}
	return out
}

// captureFiles are all captures that the tests have.
func captureFiles(t *testing.T) (groups map[string][]string) {
	t.Helper()
	groups = make(map[string][]string)
	for _, folder := range []string{"../../samples", "testdata/lab"} {
		for _, s := range shelf(t, os.DirFS(folder)) {
			for _, c := range s.Captures {
				path := filepath.Join(t.TempDir(), filepath.Base(c.Name))
				if err := os.WriteFile(path, c.Bytes, 0o600); err != nil {
					t.Fatal(err)
				}
				groups[s.Name] = append(groups[s.Name], path)
			}
		}
	}
	return groups
}

// TestSaveKeepsVerdicts saves all handshakes of every capture and reads the
// file: the same must have become of each.
func TestSaveKeepsVerdicts(t *testing.T) {
	for name, files := range captureFiles(t) {
		t.Run(name, func(t *testing.T) {
			s := readFiles(t, files...)
			if len(s.handshakes()) == 0 {
				return
			}
			path := filepath.Join(t.TempDir(), "saved.pcapng")
			if _, err := s.save(context.Background(), s.handshakes(), path, false, func(float64) {}); err != nil {
				t.Fatal(err)
			}
			got, want := fates(readFiles(t, path).handshakes()), fates(s.handshakes())
			if !slices.Equal(got, want) {
				t.Errorf("saved:\n%s\nwas:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		})
	}
}

// TestSaveProgress saves from two files of two machines, of three that were read:
// it is told how far the reading of both is.
func TestSaveProgress(t *testing.T) {
	files := captureFiles(t)
	s := readFiles(t, append(files["two-clocks"], files["polling-only"]...)...)
	var told []float64
	note := func(done float64) { told = append(told, done) }
	if _, err := s.save(context.Background(), s.handshakes(), filepath.Join(t.TempDir(), "saved.pcapng"), false, note); err != nil {
		t.Fatal(err)
	}
	if len(told) < 4 || !slices.IsSorted(told) || told[len(told)-1] != 1 {
		t.Errorf("told was %v", told)
	}
}

// TestSaveOne saves one handshake out of many. The file says of it what the
// whole capture says, and nothing else of any other: what shares a connection
// comes with all its legs.
func TestSaveOne(t *testing.T) {
	shared := 0
	for name, files := range captureFiles(t) {
		t.Run(name, func(t *testing.T) {
			s := readFiles(t, files...)
			all := fates(s.handshakes())
			for i, h := range s.handshakes() {
				path := filepath.Join(t.TempDir(), fmt.Sprint(i, ".pcapng"))
				note, err := s.save(context.Background(), []*analyze.Handshake{h}, path, false, func(float64) {})
				if err != nil {
					t.Fatal(err)
				}
				got, want := fates(readFiles(t, path).handshakes()), fates([]*analyze.Handshake{h})
				if !slices.Contains(got, want[0]) {
					t.Errorf("handshake %s; saved:\n%s\nwas:\n%s", h.ID, strings.Join(got, "\n"), want[0])
				}
				for _, g := range got {
					if !slices.Contains(all, g) {
						t.Errorf("handshake %s; the file says\n%s\nof which the capture holds\n%s", h.ID, g, strings.Join(all, "\n"))
					}
				}
				if !strings.HasSuffix(note, " bytes, not masked") {
					t.Errorf("who sends the file is not warned: %s", note)
				}
				if told := strings.Contains(note, "other handshake"); told != (len(got) > 1) {
					t.Errorf("%d handshakes were saved, and it is said: %s", len(got), note)
				}
				if i := strings.Index(note, "other handshake"); !strings.HasPrefix(note, "saved to "+path+"; ") || i > strings.Index(note, " packets of 1 handshake, ") {
					t.Errorf("the numbers come before the warning: %s", note)
				}
				if len(got) > 1 {
					shared++
				}
			}
		})
	}
	if shared == 0 {
		t.Error("no connection is shared, so nothing is shown")
	}
}

// TestSaveTooMany: where very many handshakes share connections, only what was
// chosen is saved, and the note says what the file will show.
func TestSaveTooMany(t *testing.T) {
	s := readFiles(t, "../../samples/article-502.pcapng")
	first := s.handshakes()[0]
	all := []*analyze.Handshake{first}
	for i := range maxCompanions + 1 {
		h := *first
		h.ID = fmt.Sprint("copy ", i)
		all = append(all, &h)
	}
	with, remark, err := s.companions(t.Context(), all[:1], all)
	if err != nil || len(with) != 0 || !strings.HasPrefix(remark, fmt.Sprint(maxCompanions+1, " other handshakes went over")) {
		t.Errorf("%d are saved with it: %s, %v", len(with), remark, err)
	}
	with, remark, err = s.companions(t.Context(), all[:1], all[:3])
	if err != nil || len(with) != 2 || remark != "with 2 other handshakes on shared connections" {
		t.Errorf("%d are saved with it: %s, %v", len(with), remark, err)
	}
}

// TestSaveOracle has tshark read a saved file: all packets of both legs, with
// their numbers of bytes, times and comments, and nothing amiss with TCP.
func TestSaveOracle(t *testing.T) {
	tshark := needs.Program(t, "tshark")
	fields := func(file string, more ...string) string {
		out, err := exec.Command(tshark, append([]string{"-n", "-r", file, "-T", "fields", "-e", "frame.time_epoch", "-e", "frame.len",
			"-e", "frame.cap_len", "-e", "frame.encap_type", "-e", "tcp.srcport", "-e", "tcp.flags", "-e", "tcp.analysis.flags"}, more...)...).Output()
		if err != nil {
			t.Fatal(err)
		}
		return string(out)
	}
	for _, name := range []string{"article-502.pcapng", "captured-on-any.pcap", "unsorted-interfaces.pcapng"} {
		file := "../../samples/" + name
		s := readFiles(t, file)
		path := filepath.Join(t.TempDir(), "saved.pcapng")
		note, err := s.save(context.Background(), s.handshakes(), path, false, func(float64) {})
		if err != nil {
			t.Fatal(err)
		}
		saved, all := fields(path), fields(file)
		last := ""
		for _, l := range strings.Split(strings.TrimSpace(saved), "\n") {
			if !strings.Contains(all, l) {
				t.Errorf("%s: %q is not in the capture", name, l)
			}
			if stamp, _, _ := strings.Cut(l, "\t"); stamp < last {
				t.Errorf("%s: %s comes after %s", name, stamp, last)
			} else {
				last = stamp
			}
		}
		comments := fields(path, "-e", "frame.comment")
		for _, h := range s.handshakes() {
			if !strings.Contains(comments, string(h.Verdict)) || len(h.Findings) > 0 && !strings.Contains(comments, h.Findings[0].Rule) {
				t.Errorf("%s: no comment on %s", name, h.ID)
			}
		}
		if name == "article-502.pcapng" && !strings.Contains(comments, "elbscope: request, rewritten by ") {
			t.Errorf("no comment names who rewrote:\n%s\n%s", note, comments)
		}
	}
}

// TestSaveFromPipe saves what is left of a pipe, and says what is missing.
func TestSaveFromPipe(t *testing.T) {
	fifo := filepath.Join(t.TempDir(), "pipe")
	if err := exec.Command(needs.Program(t, "mkfifo"), fifo).Run(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile("../../samples/rewritten-502.pcap")
	if err != nil {
		t.Fatal(err)
	}
	go os.WriteFile(fifo, data, 0) // the reader sees if it fails
	s := readFiles(t, fifo)
	path := filepath.Join(t.TempDir(), "saved.pcapng")
	note, err := s.save(context.Background(), s.handshakes(), path, false, func(float64) {})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(note, "; only the packets that carried it: of a pipe no others are kept, of a file all; ") {
		t.Errorf("it is not said that the connections are not whole: %s", note)
	}
	got, want := fates(readFiles(t, path).handshakes()), fates(s.handshakes())
	if !slices.Equal(got, want) {
		t.Errorf("saved:\n%s\nwas:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestSaveOfLive says who has the packets that are not saved.
func TestSaveOfLive(t *testing.T) {
	for _, test := range []struct {
		writing string
		chosen  int
		want    string
	}{
		{"", 1, "only the packets that carried it: -w keeps all"},
		{"run.pcapng", 2, "only the packets that carried them: the others went to the file of -w"},
	} {
		s := &saver{feed: &feed{view: &view{live: true, writing: func() string { return test.writing }}}}
		if got := s.othersAreAt(test.chosen); got != test.want {
			t.Errorf("%q, not %q", got, test.want)
		}
	}
}

// TestSaveCompressed saves from a compressed file, which is read once more.
func TestSaveCompressed(t *testing.T) {
	data, err := os.ReadFile("../../samples/rewritten-502.pcap")
	if err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	if _, err := z.Write(data); err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	file, path := filepath.Join(folder, "in.pcap.gz"), filepath.Join(folder, "saved.pcapng")
	if err := os.WriteFile(file, packed.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	s := readFiles(t, file)
	note, err := s.save(context.Background(), s.handshakes(), path, false, func(float64) {})
	if err != nil || strings.Contains(note, "only the packets") {
		t.Fatal(note, err)
	}
	again := readFiles(t, path)
	if got, want := fates(again.handshakes()), fates(s.handshakes()); !slices.Equal(got, want) {
		t.Errorf("saved:\n%s\nwas:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestSaveSpares holds what is never written over, and that nothing half
// written stays.
func TestSaveSpares(t *testing.T) {
	folder := t.TempDir()
	data, err := os.ReadFile("../../samples/rewritten-502.pcap")
	if err != nil {
		t.Fatal(err)
	}
	in, old := filepath.Join(folder, "in.pcap"), filepath.Join(folder, "old.pcapng")
	for path, content := range map[string][]byte{in: data, old: []byte("precious")} {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := readFiles(t, in)
	ctx, hs := context.Background(), s.handshakes()
	if _, err := s.save(ctx, hs, old, false, func(float64) {}); !errors.Is(err, fs.ErrExist) {
		t.Errorf("an existing file: %v", err)
	}
	for _, path := range []string{in, folder, "/dev/null", filepath.Join(folder, "no", "such")} {
		if _, err := s.save(ctx, hs, path, true, func(float64) {}); err == nil || errors.Is(err, fs.ErrExist) {
			t.Errorf("%s: %v", path, err)
		}
	}
	for path, want := range map[string]string{
		filepath.Join(folder, "no", "such"): "there is no directory " + filepath.Join(folder, "no"),
		filepath.Join(in, "such"):           in + " is not a directory",
		strings.Repeat("x", 300):            "name too long",
	} {
		if _, err := s.save(ctx, hs, path, false, func(float64) {}); err == nil || !strings.HasPrefix(err.Error(), path+": ") || !strings.Contains(err.Error(), want) {
			t.Errorf("of %s it says: %v", path, err)
		}
	}
	stopped, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := s.save(stopped, hs, old, true, func(float64) {}); err == nil {
		t.Error("what was stopped is done")
	}
	if kept, _ := os.ReadFile(old); string(kept) != "precious" {
		t.Errorf("it was written over: %q", kept)
	}
	if kept, _ := os.ReadFile(in); !bytes.Equal(kept, data) {
		t.Error("the capture itself was written over")
	}
	if _, err := s.save(ctx, hs, old, true, func(float64) {}); err != nil {
		t.Error(err)
	}
	if left, _ := filepath.Glob(filepath.Join(folder, "*.part")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if err := os.Rename(old, in); err != nil {
		t.Fatal(err)
	}
	if _, err := s.save(ctx, hs, old, false, func(float64) {}); err == nil || !strings.Contains(err.Error(), "not the file any more") {
		t.Errorf("another file under its name: %v", err)
	}
}

// TestSaveForOwner: what is written, also over a file that all may read, is
// for its owner alone.
func TestSaveForOwner(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such modes")
	}
	s := readFiles(t, "../../samples/rewritten-502.pcap")
	for name, write := range map[string]ui.Writer{"saved.pcapng": s.save, "report.txt": s.export} {
		path := filepath.Join(t.TempDir(), name)
		for _, overwrite := range []bool{false, true} {
			if _, err := write(context.Background(), s.handshakes(), path, overwrite, func(float64) {}); err != nil {
				t.Fatal(err)
			}
			stat, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			if stat.Mode().Perm() != 0o600 {
				t.Errorf("%s, overwritten: %v: %v", name, overwrite, stat.Mode())
			}
			if err := os.Chmod(path, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestExport writes reports on chosen handshakes; secrets stay masked.
func TestExport(t *testing.T) {
	s := readFiles(t, "../../samples/article-502.pcapng")
	folder, hs := t.TempDir(), s.handshakes()[:1]
	for ending, want := range map[string]string{".txt": "chosen by hand", ".json": `"schema": "elbscope/report/v1"`} {
		path := filepath.Join(folder, "report"+ending)
		if _, err := s.export(context.Background(), hs, path, false, func(float64) {}); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(path)
		if err != nil || !strings.Contains(string(text), want) {
			t.Errorf("%s: %v, no %q in it:\n%.400s", ending, err, want, text)
		}
	}
	if _, err := s.export(context.Background(), hs, filepath.Join(folder, "report.doc"), false, func(float64) {}); err == nil {
		t.Error("a report was written without saying in what format")
	}
}
