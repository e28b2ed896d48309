package http1

import (
	"bufio"
	"bytes"
	"io"
	"math/rand/v2"
	"net/http"
	"net/textproto"
	"slices"
	"strings"
	"testing"
)

// message is what net/http and we can be compared by.
type message struct {
	method, target string // of a request
	minor, status  int
	host           string
	header         http.Header
	length         int64 // -1 if chunked or until close
	chunked        bool
	body           int
}

// theirs is what net/http reads from b; ok is false where it refuses to.
func theirs(b, answers string, response bool) (m message, ok bool) {
	r := bufio.NewReader(strings.NewReader(b))
	var body io.ReadCloser
	var coding []string
	if response {
		resp, err := http.ReadResponse(r, &http.Request{Method: answers})
		if err != nil || resp.ProtoMajor != 1 || resp.ProtoMinor > 9 {
			return m, false
		}
		body, coding = resp.Body, resp.TransferEncoding
		m = message{minor: resp.ProtoMinor, status: resp.StatusCode, header: resp.Header, length: resp.ContentLength}
	} else {
		req, err := http.ReadRequest(r)
		if err != nil || req.ProtoMajor != 1 || req.ProtoMinor > 9 {
			return m, false
		}
		body, coding = req.Body, req.TransferEncoding
		m = message{method: req.Method, target: req.RequestURI, minor: req.ProtoMinor, host: req.Host, header: req.Header, length: req.ContentLength}
	}
	m.chunked = slices.Equal(coding, []string{"chunked"})
	n, err := io.Copy(io.Discard, body)
	m.body = int(n)
	return m, err == nil
}

// ours is the first message that we read from b.
type ours struct {
	silent
	answers string
	head    *Head
	kind    framing
	length  uint64
	body    int
	ended   bool
	flaws   Flaw
	lost    bool
}

func (o *ours) Head(h *Head) Next {
	if o.head == nil {
		o.head = h.Clone()
		o.kind, o.length = h.Clone().bodyFraming()
	}
	if o.answers == "HEAD" {
		return NoBody
	}
	return AsFramed
}

func (o *ours) Body(b []byte) {
	if !o.ended {
		o.body += len(b)
	}
}

func (o *ours) End(f Flaw) {
	if !o.ended {
		o.ended, o.flaws = true, f
	}
}

func (o *ours) Lost() { o.lost = o.lost || o.head == nil }

// differs are the reasons why net/http may accept what we read otherwise, with
// whether in is such a case.
var differs = []struct {
	why string
	is  func(in string, o *ours) bool
}{
	{"net/http knows no limit of a method's or a head's length here", func(in string, o *ours) bool {
		method, _, _ := strings.Cut(in, " ")
		return len(method) > maxMethod || len(in) > MaxHead
	}},
	{"net/http takes 099 or +99 for a status; we take 100 to 999", func(in string, o *ours) bool {
		_, status, _ := strings.Cut(in, " ")
		status = strings.TrimLeft(status, " ")
		return strings.HasPrefix(in, "HTTP/") && (status == "" || status[0] < '1' || status[0] > '9')
	}},
	{"net/http keeps a space before the colon in the name, which makes it another field; we say space-before-colon", func(in string, o *ours) bool {
		return o.head != nil && o.head.Flaws.Has(SpaceBeforeColon)
	}},
	{"net/http ignores Transfer-Encoding in HTTP/1.0; we read chunks and say unknown-coding", func(in string, o *ours) bool {
		return o.head != nil && o.head.Version() == "1.0" && o.head.Has("Transfer-Encoding")
	}},
	{"net/http takes a start line with a colon for a trailer; we take it for the next head", func(in string, o *ours) bool {
		_, rest, _ := strings.Cut(in, "\n0")
		return o.flaws.Has(BadChunk) && slices.ContainsFunc(strings.Split(rest, "\n"), func(line string) bool {
			return strings.Contains(line, ":") && validStart([]byte(line), response(in))
		})
	}},
}

func response(in string) bool { return strings.HasPrefix(in, "HTTP/") }

func compare(t *testing.T, in, answers string, response bool, met map[int]bool) (accepted bool) {
	t.Helper()
	m, accepted := theirs(in, answers, response)
	if !accepted {
		return false
	}
	o := &ours{answers: answers}
	var p Parser
	p.Init(o, response)
	p.Feed([]byte(in))
	p.Finish()
	for i, d := range differs {
		if d.is(in, o) {
			met[i] = true
			return true
		}
	}
	h := o.head
	if h == nil || o.lost || !h.Whole {
		t.Errorf("net/http accepts what we do not: %q", in)
		return true
	}
	if h.Method() != m.method || h.Target() != m.target || h.Status() != m.status || h.Version() != "1."+string(rune('0'+m.minor)) {
		t.Errorf("%q: start line %s, theirs %+v", in, describe(h), m)
	}
	compareFields(t, in, h, m)
	if o.body != m.body || !o.ended || o.flaws&^BareLF != 0 {
		t.Errorf("%q: body of %d %v, theirs of %d", in, o.body, o.flaws, m.body)
	}
	if none := response && (answers == "HEAD" || m.status < 200 || m.status == 204 || m.status == 304); none {
		return true
	}
	if (o.kind == chunked) != m.chunked {
		t.Errorf("%q: framing %d, theirs chunked %v", in, o.kind, m.chunked)
	}
	if length := int64(o.length); o.kind != chunked && o.kind != untilClose && length != m.length {
		t.Errorf("%q: length %d, theirs %d", in, length, m.length)
	}
	return true
}

func compareFields(t *testing.T, in string, h *Head, m message) {
	t.Helper()
	// Of an absolute target, net/http takes the host from there.
	if m.method != "" && !strings.Contains(h.Target(), "://") && m.method != "CONNECT" && clean([]string{h.Get("Host")}) != clean([]string{m.host}) {
		t.Errorf("%q: host %q, theirs %q", in, h.Get("Host"), m.host)
	}
	got := http.Header{}
	for f := range h.Fields() {
		name := textproto.CanonicalMIMEHeaderKey(f.Name)
		got[name] = append(got[name], f.Value)
	}
	for name, values := range m.header {
		switch name {
		case "Content-Length": // equal ones become one
		case "Cache-Control": // added where there is Pragma: no-cache
		default:
			if clean(got[name]) != clean(values) {
				t.Errorf("%q: %s %q, theirs %q", in, name, got[name], values)
			}
		}
	}
	for name := range got {
		switch name {
		case "Host", "Transfer-Encoding", "Content-Length", "Trailer": // moved out of the map
		default:
			if m.header[name] == nil {
				t.Errorf("%q: %s is ours only", in, name)
			}
		}
	}
}

// clean makes one of the white space where a value was folded: textproto keeps
// the space for each folded line, even an empty one.
func clean(values []string) string {
	var all []string
	for _, v := range values {
		all = append(all, strings.Join(strings.FieldsFunc(v, func(r rune) bool { return r == ' ' }), " "))
	}
	return strings.Join(all, ", ")
}

// TestOracle: where net/http accepts, we agree.
func TestOracle(t *testing.T) {
	accepted, met := 0, map[int]bool{} // met are the reasons among differs
	try := func(in, answers string, response bool) {
		if compare(t, in, answers, response, met) {
			accepted++
		}
	}
	var all []row
	for _, test := range allTests() {
		if !strings.Contains(test.in, "⟨") && len(test.in) < 5000 {
			all = append(all, test)
			try(test.in, test.answers, test.response)
		}
	}
	if accepted < 50 {
		t.Errorf("net/http accepts only %d rows", accepted)
	}
	// Rows with a few bytes altered, taken away or taken from another row.
	random := rand.New(rand.NewPCG(1, 2))
	for range 50000 {
		test := all[random.IntN(len(all))]
		try(alter(random, []byte(test.in), all[random.IntN(len(all))].in), test.answers, test.response)
		if t.Failed() {
			return
		}
	}
	for i, d := range differs {
		if !met[i] {
			t.Errorf("not met: %s", d.why)
		}
	}
	if accepted < 5000 {
		t.Errorf("net/http accepts only %d altered rows", accepted)
	}
}

func alter(random *rand.Rand, b []byte, other string) string {
	const bytesOfInterest = "\r\n\t :;,/.0123456789aAHTP\x00\x7f\xff"
	for range 1 + random.IntN(3) {
		if len(b) == 0 {
			break
		}
		at := random.IntN(len(b))
		switch random.IntN(4) {
		case 0:
			b[at] = bytesOfInterest[random.IntN(len(bytesOfInterest))]
		case 1:
			b = slices.Delete(b, at, at+1)
		case 2:
			b = slices.Insert(b, at, bytesOfInterest[random.IntN(len(bytesOfInterest))])
		case 3:
			// A line of the other row behind one of this.
			lines := strings.SplitAfter(other, "\n")
			if i := bytes.IndexByte(b[at:], '\n'); i >= 0 {
				b = slices.Insert(b, at+i+1, []byte(lines[random.IntN(len(lines))])...)
			}
		}
	}
	return string(b)
}
