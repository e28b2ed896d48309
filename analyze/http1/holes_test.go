package http1

import (
	"strings"
	"testing"
)

const next = "GET /next HTTP/1.1\r\n\r\n"

// found is what a request is told as that the parser found again.
const found = "lost\nGET /next 1.1\nend"

// requestHoles have their holes written ⟨length⟩.
var requestHoles = []row{
	// In a head. What was there is delivered; fields behind follow as "more".
	{name: "of nothing", in: "GET /⟨0⟩ HTTP/1.1\r\n⟨0⟩\r\n⟨0⟩", want: "GET / 1.1\nend"},
	{name: "in the method", in: "GE⟨9⟩HTTP/1.1\r\nA: 1\r\n\r\n" + next, want: "begin\n" + found},
	{name: "behind the method", in: "GET ⟨9⟩HTTP/1.1\r\nA: 1\r\n\r\n" + next, want: "GET  … !hole\nmore: GET  … | A=1 !hole\n" + found},
	{name: "in the target", in: "GET /a⟨9⟩b HTTP/1.1\r\nA: 1\r\n\r\n" + next, want: "GET /a … !hole\nmore: GET /a … | A=1 !hole\n" + found},
	{name: "behind the target", in: "GET /a ⟨9⟩\r\nA: 1\r\n\r\n", want: "GET /a … !hole\nlost"},
	{name: "in the version", in: "GET /a HTTP/⟨2⟩1\r\nA: 1\r\n\r\n", want: "GET /a … !hole\nmore: GET /a … | A=1 !hole\nlost"},
	{name: "in a name", in: get + "A: 1\r\nHo⟨2⟩: a\r\nB: 2\r\nC: 3\r\n\r\n" + next,
		want: "GET / 1.1 | A=1 | … !hole\nmore: GET / 1.1 | A=1 | B=2 | C=3 | … !hole\n" + found},
	{name: "in a value", in: get + "A: 1\r\nB: 2⟨2⟩2\r\nC: 3\r\n\r\n" + next,
		want: "GET / 1.1 | A=1 | B=2… !hole\nmore: GET / 1.1 | A=1 | B=2… | C=3 !hole\n" + found},
	{name: "in a folded line", in: get + "A: 1\r\n 2⟨2⟩3\r\n 4\r\nB: 5\r\n 6\r\n\r\n",
		want: "GET / 1.1 | A=1 2… !obs-fold,hole\nlost"},
	{name: "before a folded field", in: get + "A: 1⟨2⟩\r\n", want: "GET / 1.1 | A=1… !hole\nlost"},
	{name: "folded behind it", in: get + "A: 1⟨2⟩3\r\nB: 5\r\n 6\r\n\r\n",
		want: "GET / 1.1 | A=1… !hole\nmore: GET / 1.1 | A=1… | B=5 6 !obs-fold,hole\nlost"},
	// Nobody can know that B is whole: its name may have begun in the hole.
	{name: "between fields", in: get + "A: 1\r\n⟨2⟩B: 2\r\nC: 3\r\n\r\n" + next,
		want: "GET / 1.1 | A=1 | … !hole\nmore: GET / 1.1 | A=1 | C=3 | … !hole\n" + found},
	{name: "of whole lines", in: get + "⟨99⟩\r\n" + next, want: "GET / 1.1 | … !hole\n" + found},
	{name: "of the end", in: get + "A: 1\r\n⟨2⟩" + next, want: "GET / 1.1 | A=1 | … !hole\n" + found},
	{name: "in the empty line", in: get + "A: 1\r\n\r⟨1⟩" + next, want: "GET / 1.1 | A=1 | … !hole\n" + found},
	{name: "of the end and a body", in: get + "A: 1\r\n⟨2⟩x=1&y=2" + next, want: "GET / 1.1 | A=1 | … !hole\n" + found},
	{name: "of the end and lines of a body", in: get + "A: 1\r\n⟨2⟩{\r\n  \"a\": 1\r\n}\r\n" + next, want: "GET / 1.1 | A=1 | … !hole\n" + found},
	{name: "twice in a head", in: get + "A: 1⟨2⟩2\r\nB: 2\r\nC: 3⟨2⟩3\r\nD: 4\r\n\r\n" + next,
		want: "GET / 1.1 | A=1… !hole\nmore: GET / 1.1 | A=1… | B=2 !hole\n" + found},
	{name: "then the end of the stream", in: get + "A: 1⟨2⟩2\r\nB: 2\r\nC: 3",
		want: "GET / 1.1 | A=1… !hole\nfinish\nmore: GET / 1.1 | A=1… | B=2 !hole"},
	{name: "then a line too long", in: get + "A: 1⟨2⟩2\r\nB: 2\r\nC: " + strings.Repeat("x", MaxHead) + next,
		want: "GET / 1.1 | A=1… !hole\nmore: GET / 1.1 | A=1… | B=2 !hole\n" + found},
	{name: "then too many lines", in: get + "A: 1⟨2⟩2\r\n" + strings.Repeat("Bcd: efg\r\n", 20000) + next,
		want: "GET / 1.1 | A=1… !hole\nmore: GET / 1.1 | A=1… | Bcd=efg | Bcd=efg | and 13103 !hole\n" + found},
	{name: "in a bare lf head", in: "GET / HTTP/1.1\nA: 1⟨2⟩2\nB: 2\n\n" + next,
		want: "GET / 1.1 | A=1… !bare-lf,hole\nmore: GET / 1.1 | A=1… | B=2 !bare-lf,hole\n" + found},

	// In bodies.
	{name: "in a body", in: post + "Content-Length: 9\r\n\r\nabc⟨3⟩ghi" + next,
		want: "POST / 1.1 | Content-Length=9\nbody \"abc\"\nmissing 3\nbody \"ghi\"\nend\nGET /next 1.1\nend"},
	{name: "of a body", in: post + "Content-Length: 9\r\n\r\n⟨9⟩" + next, want: "POST / 1.1 | Content-Length=9\nmissing 9\nend\nGET /next 1.1\nend"},
	{name: "over the end of a body", in: post + "Content-Length: 9\r\n\r\nabc⟨20⟩x\r\n" + next,
		want: "POST / 1.1 | Content-Length=9\nbody \"abc\"\nmissing 6\nend\n" + found},
	{name: "several in a body", in: post + "Content-Length: 9\r\n\r\n⟨1⟩b⟨2⟩e⟨4⟩" + next,
		want: "POST / 1.1 | Content-Length=9\nmissing 1\nbody \"b\"\nmissing 2\nbody \"e\"\nmissing 4\nend\nGET /next 1.1\nend"},
	{name: "of 2 to the power of 63", in: post + "Content-Length: 9223372036854775807\r\n\r\n⟨9223372036854775808⟩" + next,
		want: "POST / 1.1 | Content-Length=9223372036854775807\nmissing 9223372036854775807\nend\n" + found},
	{name: "in a chunk", in: post + te + "4\r\na⟨2⟩d\r\n0\r\n\r\n" + next,
		want: "POST / 1.1 | Transfer-Encoding=chunked\nbody \"a\"\nmissing 2\nbody \"d\"\nend\nGET /next 1.1\nend"},
	{name: "over the end of a chunk", in: post + te + "4\r\na⟨5⟩\r\n" + next,
		want: "POST / 1.1 | Transfer-Encoding=chunked\nbody \"a\"\nmissing 3\nend !hole\n" + found},
	{name: "to the end of a chunk", in: post + te + "4\r\na⟨3⟩\r\n0\r\n\r\n" + next,
		want: "POST / 1.1 | Transfer-Encoding=chunked\nbody \"a\"\nmissing 3\nend\nGET /next 1.1\nend"},
	{name: "in a size line", in: post + te + "4⟨1⟩\r\nabcd\r\n0\r\n\r\n" + next, want: "POST / 1.1 | Transfer-Encoding=chunked\nend !hole\n" + found},
	{name: "behind a chunk", in: post + te + "4\r\nabcd\r⟨3⟩\n\r\n" + next, want: "POST / 1.1 | Transfer-Encoding=chunked\nbody \"abcd\"\nend !hole\n" + found},
	{name: "in the trailers", in: post + te + "0\r\nA: 1⟨3⟩\r\n\r\n" + next, want: "POST / 1.1 | Transfer-Encoding=chunked\nend !hole\n" + found},

	// Between messages. Any number of them may be missing.
	{name: "between messages", in: get + "\r\n⟨500⟩" + next, want: "GET / 1.1\nend\n" + found},
	{name: "between, ends in a head", in: get + "\r\n⟨500⟩pt: 1\r\nA: 1\r\n\r\n" + next, want: "GET / 1.1\nend\n" + found},
	{name: "at the start", in: "⟨500⟩" + next, want: found},
	{name: "several, and nothing between", in: "⟨1⟩⟨1⟩" + next, want: "lost\n" + found},
	{name: "several, and little between", in: "⟨1⟩abc⟨1⟩def\r\n⟨1⟩" + next, want: "lost\nlost\n" + found},
	{name: "then empty lines", in: "⟨1⟩\r\n\r\n" + next, want: found},

	// With a short snapshot length every segment ends in a hole.
	{name: "snapshot length", in: "GET /a HTTP/1.1\r\nHost: a⟨9⟩GET /b HTTP/1.1\r\nHost: b⟨9⟩GET /c HTTP/1.1\r\nHost: c⟨9⟩",
		want: "GET /a 1.1 | Host=a… !hole\nlost\nGET /b 1.1 | Host=b… !hole\nlost\nGET /c 1.1 | Host=c… !hole"},
	{name: "snapshot length in the line end", in: "GET /a HTTP/1.1\r⟨9⟩GET /b HTTP/1.1\r⟨9⟩",
		want: "GET /a 1.1… !hole\nlost\nGET /b 1.1… !hole"},
	{name: "snapshot length in the start line", in: "GET /abcde⟨9⟩POST /abcd⟨9⟩GET http://⟨9⟩CONNECT a:⟨9⟩GET /last",
		want: "GET /abcde … !hole\nlost\nPOST /abcd … !hole\nlost\nGET http:// … !hole\nlost\nCONNECT a: … !hole\nfinish\nlost\nGET /last …"},
	{name: "snapshot length, bodies between", in: "POST /a HTTP/1.1\r\nHost: a⟨9⟩{\"a\": 1, ⟨9⟩GET /b ⟨9⟩GET is a method⟨9⟩GET /\x01⟨9⟩XGET /c⟨9⟩GET⟨9⟩",
		want: "POST /a 1.1 | Host=a… !hole\nlost\nGET /b … !hole\nlost\nlost\nlost\nlost"},

	// While lost, a head is told from what speaks of one.
	{name: "behind a body", in: "⟨1⟩a=b" + next, want: found},
	{name: "behind a json body", in: "⟨1⟩{\"a\":1}" + next, want: found},
	{name: "behind a tag that closes", in: "⟨1⟩<a><b>c</b></a>" + next, want: found},
	{name: "in an example", in: "⟨1⟩<pre>" + get + "\r\n" + next, want: found},
	{name: "in a sentence", in: "⟨1⟩Send GET / HTTP/1.1\r\n" + next, want: found},
	{name: "in a sentence, first", in: "⟨1⟩GET requests HTTP/1.1\r\n" + next, want: found},
	{name: "in quotes", in: "⟨1⟩\"GET / HTTP/1.1\r\n" + next, want: found},
	{name: "in a log line", in: "⟨1⟩a \"GET / HTTP/1.1\" 200\r\n" + next, want: found},
	{name: "in an escaped string", in: "⟨1⟩{\"a\":\"\\nGET / HTTP/1.1\r\n" + next, want: found},
	{name: "in a longer word", in: "⟨1⟩FORGET / HTTP/1.1\r\n" + next, want: found},
	{name: "no target", in: "⟨1⟩GET  HTTP/1.1\r\nA: 1\r\n\r\n" + next, want: found},
	{name: "no version", in: "⟨1⟩GET / HTTP/1.x\r\nA: 1\r\n\r\n" + next, want: found},
	{name: "control byte in the target", in: "⟨1⟩GET /\x00 HTTP/1.1\r\n" + next, want: found},
	{name: "methods within methods", in: "⟨1⟩UNLOCK / HTTP/1.1\r\n\r\n", want: "lost\nUNLOCK / 1.1\nend"},
	{name: "connect", in: "⟨1⟩CONNECT a:1 HTTP/1.1\r\n\r\n", want: "lost\nCONNECT a:1 1.1\nend"},
	{name: "a star", in: "⟨1⟩OPTIONS * HTTP/1.1\r\n\r\n", want: "lost\nOPTIONS * 1.1\nend"},
	{name: "behind a long body", in: "⟨1⟩" + strings.Repeat("x", 40000) + next, want: found},
	{name: "long target", in: "⟨1⟩GET /" + strings.Repeat("x", maxLostLine-15) + " HTTP/1.1\r\n\r\n",
		want: "lost\nGET /" + strings.Repeat("x", maxLostLine-15) + " 1.1\nend"},
	{name: "target too long", in: "⟨1⟩GET /" + strings.Repeat("x", maxLostLine-13) + " HTTP/1.1\r\n\r\n" + next, want: found},
	{name: "found and cut", in: "⟨1⟩GET / HTTP/1.1\r\n⟨1⟩" + next, want: "lost\nGET / 1.1 | … !hole\n" + found},
	{name: "lost by text", in: "x\r\n⟨1⟩" + next, want: "begin\nlost\n" + found},
}

var found304 = "lost\n1.1 304 \"x\"\nend"

const next304 = "HTTP/1.1 304 x\r\n\r\n"

var responseHoles = []row{
	{name: "until close", in: ok + "\r\nabc⟨3⟩ghi⟨1⟩", want: "1.1 200 \"OK\"\nbody \"abc\"\nmissing 3\nbody \"ghi\"\nmissing 1\nfinish\nend"},
	{name: "in the version", in: "HTTP/1⟨3⟩ OK\r\nA: 1\r\n\r\n" + next304, want: "1 0 \"\"… !hole\nmore: 1 0 \"\"… | A=1 !hole\n" + found304},
	{name: "in the status", in: "HTTP/1.1 50⟨3⟩d\r\nA: 1\r\n\r\n" + next304, want: "1.1 0 \"\"… !hole\nmore: 1.1 0 \"\"… | A=1 !hole\n" + found304},
	{name: "in the name", in: "HT⟨3⟩d\r\nA: 1\r\n\r\n" + next304, want: "begin\n" + found304},
	{name: "in the reason", in: "HTTP/1.1 502 B⟨3⟩d\r\nA: 1\r\n\r\nHTTP/1.1 is meant" + next304,
		want: "1.1 502 \"B\"… !hole\nmore: 1.1 502 \"B\"… | A=1 !hole\n" + found304},
	{name: "of a switch", in: "HTTP/1.1 101 Switching⟨9⟩\r\n\r\n\x81\x01a", want: "1.1 101 \"Switching\"… !hole\nlost"},
	{name: "behind a switch", in: "HTTP/1.1 101 x\r\n\r\n⟨9⟩\x81\x01a", want: "1.1 101 \"x\"\nswitch, then \"\\x81\\x01a\""},
	{name: "snapshot length", in: "HTTP/1.1 200 OK\r\nA: 1⟨9⟩HTTP/1.1 502 Bad⟨9⟩HTTP/1.1 40⟨9⟩HTTP/1.1 404⟨9⟩abc\r\nHTTP/1.1 200 O⟨9⟩",
		want: "1.1 200 \"OK\" | A=1… !hole\nlost\n1.1 502 \"Bad\"… !hole\nlost\n1.1 404 \"\"… !hole\nlost"},
	{name: "behind a body", in: "⟨1⟩</html>" + next304, want: found304},
	{name: "behind a tag", in: "⟨1⟩<br/>HTTP/1.1 200 OK\r\n" + next304, want: found304},
	{name: "behind what is no tag", in: "⟨1⟩a>HTTP/1.1 200 OK\r\n" + next304, want: found304},
	{name: "in a sentence", in: "⟨1⟩the answer was HTTP/1.1 200 OK\r\n" + next304, want: found304},
	{name: "in brackets", in: "⟨1⟩(HTTP/1.1 200 OK\r\n" + next304, want: found304},
	{name: "in an escaped string", in: "⟨1⟩\\r\\nHTTP/1.1 200 OK\r\n" + next304, want: found304},
	{name: "no status", in: "⟨1⟩HTTP/1.1 OK\r\n" + next304, want: found304},
	{name: "reason speaks of http", in: "⟨1⟩HTTP/1.1 304 no HTTP/1.1 304 x\r\n\r\n", want: "lost\n1.1 304 \"no HTTP/1.1 304 x\"\nend"},
	{name: "spaces before the status", in: "⟨1⟩aHTTP/1.1     304 x\r\n\r\n", want: "lost\n1.1 304 \"x\" !bad-start-line\nend"},
	{name: "cr for a space", in: "⟨1⟩HTTP/1.1 304\rx\r\n" + next304, want: found304},
}

func holeTests() (all []row) {
	for _, test := range requestHoles {
		test.name = "hole, " + test.name
		all = append(all, test)
	}
	for _, test := range responseHoles {
		test.name, test.response = "hole in responses, "+test.name, true
		all = append(all, test)
	}
	return all
}

// TestSearch: a stream whose beginning is not in the capture.
func TestSearch(t *testing.T) {
	var p Parser
	r := &recorder{}
	p.Init(r, false)
	if p.Astray() {
		t.Error("astray before the first byte")
	}
	p.Search()
	if !p.Astray() {
		t.Error("not astray while it searches")
	}
	p.Feed([]byte("half a line " + get + next))
	if p.Astray() {
		t.Error("astray behind a head")
	}
	if got := r.String(); got != found {
		t.Errorf("got\n%s", got)
	}
}
