//go:build unix

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"elbscope/analyze"
	"elbscope/analyze/rules"
	"elbscope/capture"
	"elbscope/capture/flow"
	"elbscope/internal/story"
	"elbscope/ui/report"
)

// streamLine is a line of the stream as a reader takes it.
type streamLine struct {
	Type                                 string
	Revision                             float64
	Time                                 string
	Final, Retracted                     bool
	Handshake, Finding, Counters, Report map[string]any
}

// streamCheck follows a stream.
type streamCheck struct {
	revisions map[string]float64
	last      map[string]map[string]any // handshakes and findings by id
	over      map[string]bool           // final or retracted
	retracted []string
	time      string
}

func (c *streamCheck) line(l *streamLine, last bool) error {
	id := l.Type
	for _, object := range []map[string]any{l.Handshake, l.Finding} {
		if object != nil {
			id = object["id"].(string)
			c.last[id] = object
		}
	}
	switch {
	case (l.Type == "report") != last:
		return fmt.Errorf("a %s at the wrong end", l.Type)
	case l.Revision <= c.revisions[id]:
		return fmt.Errorf("%s comes with revision %v after %v", id, l.Revision, c.revisions[id])
	case c.over[id] && !slices.Contains(c.retracted, id):
		return fmt.Errorf("%s comes again after it was final", id)
	case l.Time < c.time:
		return fmt.Errorf("%s comes after %s", l.Time, c.time)
	}
	c.revisions[id], c.time = l.Revision, l.Time
	if l.Handshake != nil {
		c.over[id] = l.Final
		if l.Retracted {
			c.retracted = append(c.retracted, id)
			delete(c.last, id)
		}
		for _, f := range l.Handshake["findings"].([]any) {
			if c.last[f.(string)] == nil {
				return fmt.Errorf("%s has finding %s, which was not told", id, f)
			}
		}
	}
	if last {
		return c.report(l.Report)
	}
	return nil
}

// report compares the report with what was told last.
func (c *streamCheck) report(r map[string]any) error {
	told := 0
	for id := range c.last {
		if strings.HasPrefix(id, "h") {
			told++
			if !c.over[id] {
				return fmt.Errorf("%s was never final", id)
			}
		}
	}
	all := r["handshakes"].([]any)
	if told != len(all) {
		return fmt.Errorf("%d handshakes were told, and the report has %d", told, len(all))
	}
	for _, h := range all {
		h := h.(map[string]any)
		was := c.last[h["id"].(string)]
		for _, field := range []string{"verdict", "certainty", "status", "culprit", "findings", "target", "key"} {
			if was == nil || !reflect.DeepEqual(was[field], h[field]) {
				return fmt.Errorf("%s: %s is %v in the report, and was %v", h["id"], field, h[field], was[field])
			}
		}
	}
	for _, f := range r["findings"].([]any) {
		f := f.(map[string]any)
		was := c.last[f["id"].(string)]
		if was == nil || was["rule"] != f["rule"] {
			return fmt.Errorf("%v of the report was not told before", f["id"])
		}
	}
	return nil
}

// streamed prints the stream of a source.
func streamed(t testing.TB, o *options, sources ...capture.Source) (string, *analyze.Snapshot) {
	t.Helper()
	var out bytes.Buffer
	o.format, o.memory, o.files = "jsonl", defaultMemory, make([]string, len(sources))
	s := newStreamer(o, &out, func() { t.Error("stopped") })
	engine := analyze.New(analyze.Config{Rules: rules.All, Memory: o.memory, Live: true, EarlyFinal: len(sources) == 1})
	pump := s.connect(engine, o.memory)
	in := &inputs{sources: sources}
	for _, src := range sources {
		in.infos = append(in.infos, src.Info())
	}
	if err := pump.Run(context.Background(), sources); err != nil {
		t.Log(err)
	}
	in.conclude(engine)
	snap := engine.Snapshot(in.infos, pump.Totals())
	note, err := o.choose(snap)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.end(snap, note); err != nil {
		t.Fatal(err)
	}
	return out.String(), snap
}

// TestStreamOfSamples holds the stream of every sample to its schema and its
// promises; the report in its last line is the one that is printed otherwise.
func TestStreamOfSamples(t *testing.T) {
	for _, folder := range []string{"../../samples", "testdata/lab"} {
		for _, s := range shelf(t, os.DirFS(folder)) {
			t.Run(s.Name, func(t *testing.T) {
				t.Parallel()
				var sources []capture.Source
				for _, c := range s.Captures {
					src, err := capture.OpenReader(c.Name, bytes.NewReader(c.Bytes), true)
					if err != nil {
						t.Fatal(err)
					}
					sources = append(sources, src)
				}
				text, snap := streamed(t, &options{}, sources...)
				if err := checkStream(text); err != nil {
					t.Errorf("%v\n%s", err, text)
				}
				if err := sameReport(text, snap); err != nil {
					t.Error(err)
				}
				if got, want := essence(snap), essence(analyse(t, s.Captures)); got != want {
					t.Errorf("streamed:\n%s\nnot streamed:\n%s", got, want)
				}
			})
		}
	}
}

// sameReport compares the last line of a stream with the report that is
// printed otherwise. Findings are numbered as they came, and else in order.
func sameReport(text string, snap *analyze.Snapshot) error {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	var line struct{ Report map[string]any }
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &line); err != nil {
		return err
	}
	var b bytes.Buffer
	if err := report.JSON(&b, snap, report.Options{Version: version(), Explain: explanation}); err != nil {
		return err
	}
	var want map[string]any
	if err := json.Unmarshal(b.Bytes(), &want); err != nil {
		return err
	}
	names := make(map[any]any)
	told, printed := line.Report["findings"].([]any), want["findings"].([]any)
	if len(told) != len(printed) {
		return fmt.Errorf("%d findings, and %d", len(told), len(printed))
	}
	for i := range told {
		names[told[i].(map[string]any)["id"]] = printed[i].(map[string]any)["id"]
	}
	if got := renamed(line.Report, names); !reflect.DeepEqual(got, any(want)) {
		return fmt.Errorf("the report in the stream differs:\n%v\n%v", got, want)
	}
	return nil
}

// renamed gives findings other ids, wherever they are named.
func renamed(v any, names map[any]any) any {
	switch v := v.(type) {
	case map[string]any:
		for k := range v {
			v[k] = renamed(v[k], names)
		}
	case []any:
		for i := range v {
			v[i] = renamed(v[i], names)
		}
	case string:
		if name, ok := names[v]; ok {
			return name
		}
	}
	return v
}

// TestStreamOfOneCapture is a long stream: all samples with silence between.
func TestStreamOfOneCapture(t *testing.T) {
	r := &relay{info: flow.SourceInfo{Name: "all", Format: "live"}}
	at := flow.Time(time.Hour)
	for _, c := range singles(t) {
		at = r.pause(r.add(t, c, at), 200*time.Second)
	}
	for _, expr := range []string{"", "verdict:rewritten,dropped"} {
		source := *r
		text, _ := streamed(t, &options{expr: expr}, &source)
		if err := checkStream(text); err != nil && expr == "" {
			t.Errorf("%q: %v", expr, err)
		}
		counters, early := strings.Count(text, `"type":"counters"`), strings.Count(text, `"final":true`)
		if span := int((at - flow.Time(time.Hour)) / flow.Time(10*time.Second)); counters > span || counters < span-2*len(singles(t)) {
			t.Errorf("%d counters in %d times ten seconds", counters, span)
		}
		if early == 0 {
			t.Error("nothing was ever final")
		}
	}
}

// TestStreamEnds: when nobody reads any more, the run is stopped.
func TestStreamEnds(t *testing.T) {
	full := errors.New("full")
	stopped := 0
	o := &options{format: "jsonl", memory: defaultMemory, files: []string{"x"}}
	s := newStreamer(o, failingWriter{full}, func() { stopped++ })
	engine := analyze.New(analyze.Config{Rules: rules.All, Live: true, EarlyFinal: true})
	pump := s.connect(engine, o.memory)
	b, err := os.ReadFile("../../samples/article-502.pcapng")
	if err != nil {
		t.Fatal(err)
	}
	src := &relay{info: flow.SourceInfo{Name: "x", Format: "live"}}
	src.pause(src.add(t, story.Capture{Name: "x", Bytes: b}, flow.Time(time.Hour)), time.Minute)
	if err := pump.Run(context.Background(), []capture.Source{src}); err != nil {
		t.Fatal(err)
	}
	engine.Finish()
	if err := s.end(engine.Snapshot([]*flow.SourceInfo{src.Info()}, pump.Totals()), ""); !errors.Is(err, full) || stopped != 1 {
		t.Errorf("%v, stopped %d times", err, stopped)
	}
}

type failingWriter struct{ err error }

func (w failingWriter) Write([]byte) (int, error) { return 0, w.err }
