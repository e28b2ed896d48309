package http1

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

// headOf parses what must be one head.
func headOf(t *testing.T, response bool, in string) *Head {
	t.Helper()
	var p Parser
	r := &recorder{answers: "HEAD"}
	p.Init(r, response)
	p.Feed([]byte(in))
	if len(r.heads) != 1 {
		t.Fatalf("%d heads in %q", len(r.heads), in)
	}
	return r.heads[0]
}

// TestHead names every field and accessor of a Head once.
func TestHead(t *testing.T) {
	raw := "GET /a HTTP/1.1\r\n" +
		"Host: b\r\n" +
		"\r\n"
	got := headOf(t, false, raw+"more")
	want := &Head{
		Raw:    raw,
		fields: []fieldPlace{{name: place{17, 21}, value: place{23, 24}}},

		start: place{0, 15}, method: place{0, 3}, target: place{4, 6}, version: place{12, 15}, reason: place{},
		status: 0,
		cut:    0,

		Flaws:          0,
		Request:        true,
		StartLineWhole: true,
		Whole:          true,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if got.Start() != "GET /a HTTP/1.1" || got.Method() != "GET" || got.Target() != "/a" || got.Version() != "1.1" || got.Reason() != "" {
		t.Errorf("got %+v", got)
	}
	if f := slices.Collect(got.Fields()); len(f) != 1 || got.Len() != 1 || f[0] != (Field{Name: "Host", Value: "b"}) || got.Field(0) != f[0] {
		t.Errorf("fields %+v", f)
	}
	h := headOf(t, true, "HTTP/1.0 502 Bad Gateway\r\n\r\n")
	if h.Request || h.Status() != 502 || h.Reason() != "Bad Gateway" || h.Version() != "1.0" || h.Method() != "" || h.Target() != "" {
		t.Errorf("got %+v", h)
	}
}

func TestHeadFields(t *testing.T) {
	h := headOf(t, false, get+"Connection: keep-alive,  UPGRADE ,\r\nconnection: x/1\r\nCONNECTION: y;q=0\r\nEmpty:\r\n\r\n")
	if got, want := h.Join("Connection"), "keep-alive,  UPGRADE ,, x/1, y;q=0"; got != want {
		t.Errorf("Join: %q, want %q", got, want)
	}
	if h.Get("CONNECTION") != "keep-alive,  UPGRADE ," || h.Get("None") != "" || h.Join("none") != "" || h.Join("empty") != "" {
		t.Error("Get or Join")
	}
	if h.Count("connection") != 3 || h.Count("none") != 0 || !h.Has("empty") || h.Has("none") {
		t.Error("Count or Has")
	}
	for token, want := range map[string]bool{
		"keep-alive": true, "upgrade": true, "x": true, "y": true, "Y": true,
		"keep": false, "alive": false, "1": false, "q=0": false, "none": false,
	} {
		if h.HasToken("Connection", token) != want {
			t.Errorf("HasToken %q: %v", token, !want)
		}
	}
	for list, want := range map[string]bool{
		"close, Upgrade": true, "X/2": true, ",,a,\ty ": true, "close": false, "": false, ",": false,
	} {
		o := headOf(t, true, "HTTP/1.1 101 Switching Protocols\r\nconnection: "+list+"\r\n\r\n")
		if o.SharesToken("Connection", h) != want || h.SharesToken("connection", o) != want {
			t.Errorf("SharesToken %q: %v", list, !want)
		}
	}
}

// TestClone: a clone outlives the parser's next head.
func TestClone(t *testing.T) {
	var p Parser
	r := &recorder{}
	p.Init(r, false)
	p.Feed([]byte(get + "A: 1\r\n\r\n" + get + "B: 2\r\n\r\n"))
	if got := describe(r.heads[0]); got != "GET / 1.1 | A=1" {
		t.Errorf("got %s", got)
	}
}

func TestHasBody(t *testing.T) {
	for fields, want := range map[string]bool{
		"":                               false,
		"Content-Length: 0\r\n":          false,
		"Content-Length: 1\r\n":          true,
		"Content-Length: x\r\n":          true, // nobody knows
		"Transfer-Encoding: chunked\r\n": true,
	} {
		if got := headOf(t, false, post+fields+"\r\n").HasBody(); got != want {
			t.Errorf("%q: %v", fields, got)
		}
	}
}

func TestFlaws(t *testing.T) {
	if got := (BareLF | Hole).String(); got != "bare-lf,hole" {
		t.Error(got)
	}
	if got := Flaw(0).String(); got != "" {
		t.Error(got)
	}
	if !(BareLF | Hole).Has(Hole) || BareLF.Has(BareLF|Hole) {
		t.Error("Has")
	}
	seen := map[string]bool{}
	for _, n := range flawNames {
		if seen[n] || n != strings.ToLower(n) || strings.ContainsAny(n, " ,") {
			t.Errorf("name %q", n)
		}
		seen[n] = true
	}
}
