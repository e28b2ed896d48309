package http1

import (
	"strings"
	"testing"
)

// get is a request before the field or oddity of a row.
const (
	get  = "GET / HTTP/1.1\r\n"
	post = "POST / HTTP/1.1\r\n"
	ok   = "HTTP/1.1 200 OK\r\n"
	te   = "Transfer-Encoding: chunked\r\n\r\n"
)

var requestTests = []row{
	{
		// The template: all that a row can have.
		name:     "plain", // of the oddity, of which there is one in each row
		response: false,   // who sends
		answers:  "",      // for responses: the method of the request
		in: "GET /chat?x=1 HTTP/1.1\r\n" + // start line: method, target, version
			"Host: app.example\r\n" + // fields in their order, name=value
			"hOst:\t b \t\r\n" + // a repetition; case is kept, white space around is not
			"\r\n",
		// After the colon: start line, fields, flaws behind "!". What is cut
		// ends in "…".
		want: "GET /chat?x=1 1.1 | Host=app.example | hOst=b\nend",
	},
	{name: "nothing", in: "", want: ""},
	{name: "no fields", in: get + "\r\n", want: "GET / 1.1\nend"},
	{name: "pipelined", in: get + "A: 1\r\n\r\n" + get + "A: 2\r\n\r\n", want: "GET / 1.1 | A=1\nend\nGET / 1.1 | A=2\nend"},
	{name: "empty value", in: get + "A:\r\nB: \r\n\r\n", want: "GET / 1.1 | A= | B=\nend"},
	{name: "colons in the value", in: get + "A:b:c\r\n\r\n", want: "GET / 1.1 | A=b:c\nend"},
	{name: "latin-1 value", in: get + "A: \xe9\r\n\r\n", want: "GET / 1.1 | A=\xe9\nend"},

	// Start lines.
	{name: "http/1.0", in: "GET / HTTP/1.0\r\n\r\n", want: "GET / 1.0\nend"},
	{name: "http/1.7", in: "GET / HTTP/1.7\r\n\r\n", want: "GET / 1.7\nend"},
	{name: "http/0.9", in: "GET /\r\n", want: "begin\nlost"},
	{name: "http/2", in: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", want: "begin\nlost"},
	{name: "version of three digits", in: "GET / HTTP/1.10\r\n\r\n", want: "begin\nlost"},
	{name: "version in lower case", in: "GET / http/1.1\r\n\r\n", want: "begin\nlost"},
	{name: "method in lower case", in: "get / HTTP/1.1\r\n\r\n", want: "get / 1.1\nend"},
	{name: "method of tokens", in: "M-SEARCH * HTTP/1.1\r\n\r\n", want: "M-SEARCH * 1.1\nend"},
	{name: "longest method", in: strings.Repeat("A", 20) + " / HTTP/1.1\r\n\r\n", want: strings.Repeat("A", 20) + " / 1.1\nend"},
	{name: "method too long", in: strings.Repeat("A", 21) + " / HTTP/1.1\r\n\r\n", want: "begin\nlost"},
	{name: "no method", in: " / HTTP/1.1\r\n\r\n", want: "begin\nlost"},
	{name: "absolute target", in: "GET http://a:80/b HTTP/1.1\r\n\r\n", want: "GET http://a:80/b 1.1\nend"},
	{name: "connect", in: "CONNECT a:443 HTTP/1.1\r\n\r\n", want: "CONNECT a:443 1.1\nend"},
	{name: "no target", in: "GET  HTTP/1.1\r\n\r\n", want: "begin\nlost"},
	{name: "two spaces before the target", in: "GET  / HTTP/1.1\r\n\r\n", want: "GET / 1.1 !bad-start-line\nend"},
	{name: "tab behind the target", in: "GET /\t HTTP/1.1\r\n\r\n", want: "GET / 1.1 !bad-start-line\nend"},
	{name: "tab for a space", in: "GET\t/ HTTP/1.1\r\n\r\n", want: "begin\nlost"},
	{name: "space in the target", in: "GET /a b HTTP/1.1\r\n\r\n", want: "GET /a b 1.1 !bad-start-line\nend"},
	{name: "version in the target", in: "GET / HTTP/1.1 HTTP/1.1\r\n\r\n", want: "GET / HTTP/1.1 1.1 !bad-start-line\nend"},
	{name: "space behind the version", in: "GET / HTTP/1.1 \r\n\r\n", want: "GET / 1.1 !bad-start-line\nend"},
	{name: "nul in the target", in: "GET /\x00 HTTP/1.1\r\n\r\n", want: "GET /\x00 1.1 !control-bytes\nend"},
	{name: "empty line before", in: "\r\n" + get + "\r\n", want: "GET / 1.1 !empty-line-before\nend"},
	{name: "empty lines between", in: get + "\r\n\r\n\n" + get + "\r\n", want: "GET / 1.1\nend\nGET / 1.1 !empty-line-before\nend"},
	{name: "empty line before what is no head", in: "\r\n?\r\n" + get + "\r\n", want: "begin\nlost\nGET / 1.1\nend"},
	{name: "not http", in: "\x16\x03\x01\x02\x00\x01", want: "begin\nlost"},
	{name: "text", in: "EHLO example.org\r\n", want: "begin\nlost"},
	{name: "text, then a head", in: "EHLO example.org\r\n" + get + "\r\n", want: "begin\nlost\nGET / 1.1\nend"},
	{name: "a response", in: ok + "\r\n", want: "begin\nlost"},

	// Line ends and fields.
	{name: "bare lf", in: "GET / HTTP/1.1\nA: 1\n\n", want: "GET / 1.1 | A=1 !bare-lf\nend"},
	{name: "bare lf, the first only", in: "GET / HTTP/1.1\nA: 1\r\n\r\n", want: "GET / 1.1 | A=1 !bare-lf\nend"},
	{name: "bare lf, the last only", in: get + "A: 1\r\n\n", want: "GET / 1.1 | A=1 !bare-lf\nend"},
	{name: "two crs", in: get + "A: 1\r\r\n\r\n", want: "GET / 1.1 | A=1\r !control-bytes\nend"},
	{name: "bare cr in a value", in: get + "A: 1\rB: 2\r\n\r\n", want: "GET / 1.1 | A=1\rB: 2 !control-bytes\nend"},
	{name: "nul in a value", in: get + "A: 1\x002\r\n\r\n", want: "GET / 1.1 | A=1\x002 !control-bytes\nend"},
	{name: "escape in a value", in: get + "A: \x1b[2J\r\n\r\n", want: "GET / 1.1 | A=\x1b[2J !control-bytes\nend"},
	{name: "del in a name", in: get + "A\x7f: 1\r\n\r\n", want: "GET / 1.1 | A\x7f=1 !bad-field-name,control-bytes\nend"},
	{name: "control byte in a folded line", in: get + "A: 1\r\n \x01\r\n\r\n", want: "GET / 1.1 | A=1 \x01 !obs-fold,control-bytes\nend"},
	{name: "tab in a value", in: get + "A: 1\t2\r\n\r\n", want: "GET / 1.1 | A=1\t2\nend"},
	{name: "folded", in: get + "A: 1\r\n \t2 \r\n\t3\r\nB: 4\r\n\r\n", want: "GET / 1.1 | A=1 2 3 | B=4 !obs-fold\nend"},
	{name: "folded behind an empty value", in: get + "A:\r\n 1\r\n\r\n", want: "GET / 1.1 | A=1 !obs-fold\nend"},
	{name: "folded into nothing", in: get + "A: 1\r\n \r\n\r\n", want: "GET / 1.1 | A=1 !obs-fold\nend"},
	{name: "folded before the first field", in: get + " A: 1\r\nB: 2\r\n\r\n", want: "GET / 1.1 | B=2 !obs-fold\nend"},
	{name: "folded behind a line that is no field", in: get + "A: 1\r\nx\r\n 2\r\n\r\n", want: "GET / 1.1 | A=1 !obs-fold,no-colon\nend"},
	{name: "space before the colon", in: get + "A : 1\r\n\r\n", want: "GET / 1.1 | A=1 !space-before-colon\nend"},
	{name: "space in a name", in: get + "A B: 1\r\n\r\n", want: "GET / 1.1 | A B=1 !bad-field-name\nend"},
	{name: "no name", in: get + ": 1\r\n\r\n", want: "GET / 1.1 | =1 !bad-field-name\nend"},
	{name: "no colon", in: get + "A\r\nB: 1\r\n\r\n", want: "GET / 1.1 | B=1 !no-colon\nend"},
	{name: "long line", in: get + "A: " + strings.Repeat("x", 60<<10) + "\r\n\r\n", want: "GET / 1.1 | A=(61440)\nend"},
	{name: "many fields", in: get + strings.Repeat("Ab: cdef\r\n", 10000) + "\r\n", want: "GET / 1.1 | Ab=cdef | Ab=cdef | Ab=cdef | and 9997\nend"},
	{name: "longest head", in: get + "A: " + strings.Repeat("x", MaxHead-len(get)-7) + "\r\n\r\n", want: "GET / 1.1 | A=(131049)\nend"},
	{name: "head too long", in: get + "A: " + strings.Repeat("x", MaxHead-len(get)-6) + "\r\n\r\n" + get + "\r\n",
		want: "GET / 1.1 | A=(131050) | … !head-too-long\nlost\nGET / 1.1\nend"},
	{name: "head without end", in: get + strings.Repeat("Abc: def\r\n", 14000),
		want: "GET / 1.1 | Abc=def | Abc=def | Abc=def | and 13103 !head-too-long\nlost"},
	{name: "start line without end", in: "GET /" + strings.Repeat("x", 200000), want: "GET /" + strings.Repeat("x", MaxHead-5) + " … !head-too-long\nlost"},

	// Framing. A request without a length has no body (RFC 9112 section 6.3).
	{name: "length", in: post + "Content-Length: 3\r\n\r\nabc" + get + "\r\n",
		want: "POST / 1.1 | Content-Length=3\nbody \"abc\"\nend\nGET / 1.1\nend"},
	{name: "length 0", in: post + "Content-Length: 0\r\n\r\n", want: "POST / 1.1 | Content-Length=0\nend"},
	{name: "length twice, the same", in: post + "Content-Length: 1\r\nContent-Length: 1\r\n\r\na",
		want: "POST / 1.1 | Content-Length=1 | Content-Length=1\nbody \"a\"\nend"},
	{name: "length twice in a line", in: post + "Content-Length: 1, 01\r\n\r\na", want: "POST / 1.1 | Content-Length=1, 01\nbody \"a\"\nend"},
	{name: "length twice, not the same", in: post + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nabGET / HTTP/1.1\r\n\r\n",
		want: "POST / 1.1 | Content-Length=1 | Content-Length=2 !lengths-differ\nend\nlost\nGET / 1.1\nend"},
	{name: "length with a sign", in: post + "Content-Length: +1\r\n\r\na", want: "POST / 1.1 | Content-Length=+1 !bad-length\nend\nlost"},
	{name: "length empty", in: post + "Content-Length:\r\n\r\na", want: "POST / 1.1 | Content-Length= !bad-length\nend\nlost"},
	{name: "length with a comma", in: post + "Content-Length: 1,\r\n\r\na", want: "POST / 1.1 | Content-Length=1, !bad-length\nend\nlost"},
	{name: "length in hex", in: post + "Content-Length: 0x1\r\n\r\na", want: "POST / 1.1 | Content-Length=0x1 !bad-length\nend\nlost"},
	{name: "longest length", in: post + "Content-Length: 9223372036854775807\r\n\r\nabc",
		want: "POST / 1.1 | Content-Length=9223372036854775807\nbody \"abc\"\nfinish\nend !body-cut"},
	{name: "length too long", in: post + "Content-Length: 9223372036854775808\r\n\r\n",
		want: "POST / 1.1 | Content-Length=9223372036854775808 !bad-length\nend\nlost"},
	{name: "length and chunked", in: post + "Content-Length: 2\r\n" + te + "3\r\nabc\r\n0\r\n\r\n",
		want: "POST / 1.1 | Content-Length=2 | Transfer-Encoding=chunked !length-and-chunked\nbody \"abc\"\nend"},
	{name: "not chunked", in: post + "Transfer-Encoding: gzip\r\n\r\n" + get + "\r\n",
		want: "POST / 1.1 | Transfer-Encoding=gzip !unknown-coding\nend\nlost\nGET / 1.1\nend"},
	{name: "chunked not last", in: post + "Transfer-Encoding: chunked, gzip\r\n\r\n",
		want: "POST / 1.1 | Transfer-Encoding=chunked, gzip !unknown-coding\nend\nlost"},
	{name: "chunked in the second line", in: post + "Transfer-Encoding: gzip\r\nTransfer-Encoding: CHUNKED ,\r\n\r\n0\r\n\r\n",
		want: "POST / 1.1 | Transfer-Encoding=gzip | Transfer-Encoding=CHUNKED ,\nend"},
	{name: "no coding", in: post + "Transfer-Encoding:\r\nContent-Length: 1\r\n\r\na",
		want: "POST / 1.1 | Transfer-Encoding= | Content-Length=1 !length-and-chunked,unknown-coding\nend\nlost"},
	{name: "chunked in 1.0", in: "POST / HTTP/1.0\r\n" + te + "0\r\n\r\n", want: "POST / 1.0 | Transfer-Encoding=chunked !unknown-coding\nend"},
	{name: "start line among the trailers", in: post + te + "0\r\nCONNECT a:443 HTTP/1.1\r\n\r\n",
		want: "POST / 1.1 | Transfer-Encoding=chunked\nend !bad-chunk\nlost\nCONNECT a:443 1.1\nend"},
	{name: "body cut", in: post + "Content-Length: 3\r\n\r\nab", want: "POST / 1.1 | Content-Length=3\nbody \"ab\"\nfinish\nend !body-cut"},

	// The end of the stream in a head.
	{name: "ends in the method", in: "GE", want: ""},
	{name: "ends in the target", in: "GET /ab", want: "finish\nGET /ab …"},
	{name: "ends in the name of the version", in: "GET /ab HT", want: "finish\nGET /ab …"},
	{name: "ends in the version", in: "GET /ab HTTP/1.", want: "finish\nGET /ab 1.…"},
	{name: "ends in another version", in: "GET /ab HTTP/2", want: ""},
	{name: "ends before the line end", in: "GET /ab HTTP/1.1\r", want: "finish\nGET /ab 1.1…"},
	{name: "ends in a name", in: get + "A: 1\r\nHo", want: "finish\nGET / 1.1 | A=1 | …"},
	{name: "ends in a value", in: get + "A: 1\r\nHost: ap", want: "finish\nGET / 1.1 | A=1 | Host=ap…"},
	{name: "ends in a folded line", in: get + "A: 1\r\n 2", want: "finish\nGET / 1.1 | A=1 2… !obs-fold"},
	{name: "ends in the empty line", in: get + "A: 1\r\n\r", want: "finish\nGET / 1.1 | A=1 | …"},
	{name: "ends in what is no head", in: "AB \x00\x01", want: ""},
}

var responseTests = []row{
	{name: "length", in: ok + "Content-Length: 3\r\n\r\nabc" + ok + "Content-Length: 0\r\n\r\n",
		want: "1.1 200 \"OK\" | Content-Length=3\nbody \"abc\"\nend\n1.1 200 \"OK\" | Content-Length=0\nend"},
	{name: "until close", in: ok + "\r\nabc\r\n" + ok, want: "1.1 200 \"OK\"\nbody \"abc\\r\\nHTTP/1.1 200 OK\\r\\n\"\nfinish\nend"},
	{name: "until close, empty", in: ok + "\r\n", want: "1.1 200 \"OK\"\nfinish\nend"},
	{name: "not chunked", in: ok + "Transfer-Encoding: gzip\r\n\r\nabc",
		want: "1.1 200 \"OK\" | Transfer-Encoding=gzip !unknown-coding\nbody \"abc\"\nfinish\nend"},
	{name: "lengths differ", in: ok + "Content-Length: 1, 2\r\n\r\nab" + ok + "Content-Length: 0\r\n\r\n",
		want: "1.1 200 \"OK\" | Content-Length=1, 2 !lengths-differ\nend\nlost\n1.1 200 \"OK\" | Content-Length=0\nend"},
	{name: "interim", in: "HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n" + ok + "Content-Length: 1\r\n\r\na",
		want: "1.1 103 \"Early Hints\" | Link=a\nend\n1.1 100 \"Continue\"\nend\n1.1 200 \"OK\" | Content-Length=1\nbody \"a\"\nend"},
	{name: "204 with a length", in: "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n" + ok + "\r\n",
		want: "1.1 204 \"No Content\" | Content-Length=5\nend\n1.1 200 \"OK\"\nfinish\nend"},
	{name: "304 with chunks", in: "HTTP/1.1 304 Not Modified\r\n" + te + ok + "\r\n",
		want: "1.1 304 \"Not Modified\" | Transfer-Encoding=chunked\nend\n1.1 200 \"OK\"\nfinish\nend"},
	{name: "of head", answers: "HEAD", in: ok + "Content-Length: 5\r\n\r\n" + ok + te,
		want: "1.1 200 \"OK\" | Content-Length=5\nend\n1.1 200 \"OK\" | Transfer-Encoding=chunked\nend"},
	{name: "of head, lengths differ", answers: "HEAD", in: ok + "Content-Length: 5,6\r\n\r\n" + ok + te,
		want: "1.1 200 \"OK\" | Content-Length=5,6 !lengths-differ\nend\n1.1 200 \"OK\" | Transfer-Encoding=chunked\nend"},
	{name: "switch", in: "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\x81\x01a",
		want: "1.1 101 \"Switching Protocols\" | Upgrade=websocket\nswitch, then \"\\x81\\x01a\""},
	{name: "switch, nothing behind", in: "HTTP/1.1 101 x\r\n\r\n", want: "1.1 101 \"x\"\nswitch, then \"\""},
	{name: "of connect", answers: "CONNECT", in: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n\r\nHTTP/",
		want: "1.1 200 \"OK\" | Content-Length=5\nswitch, then \"\\r\\nHTTP/\""},
	{name: "of connect, refused", answers: "CONNECT", in: "HTTP/1.1 403 No\r\nContent-Length: 1\r\n\r\na",
		want: "1.1 403 \"No\" | Content-Length=1\nbody \"a\"\nend"},

	{name: "no reason", in: "HTTP/1.1 304 \r\n\r\n", want: "1.1 304 \"\"\nend"},
	{name: "no reason, no space", in: "HTTP/1.1 304\r\n\r\n", want: "1.1 304 \"\"\nend"},
	{name: "spaces before the status", in: "HTTP/1.1    304 x\r\n\r\n", want: "1.1 304 \"x\" !bad-start-line\nend"},
	{name: "spaces before the reason", in: "HTTP/1.1 304   x\r\n\r\n", want: "1.1 304 \"  x\"\nend"},
	{name: "reason speaks of http", in: "HTTP/1.1 304 not HTTP/1.1 304\r\n\r\n", want: "1.1 304 \"not HTTP/1.1 304\"\nend"},
	{name: "escape in the reason", in: "HTTP/1.1 304 \x1b\r\n\r\n", want: "1.1 304 \"\\x1b\" !control-bytes\nend"},
	{name: "http/1.0", in: "HTTP/1.0 304 x\r\n\r\n", want: "1.0 304 \"x\"\nend"},
	{name: "http/2", in: "HTTP/2 200\r\n\r\n", want: "begin\nlost"},
	{name: "status of two digits", in: "HTTP/1.1 99 x\r\n\r\n", want: "begin\nlost"},
	{name: "status of four digits", in: "HTTP/1.1 2000 x\r\n\r\n", want: "begin\nlost"},
	{name: "status 0xx", in: "HTTP/1.1 099 x\r\n\r\n", want: "begin\nlost"},
	{name: "tab behind the status", in: "HTTP/1.1 200\tx\r\n\r\n", want: "begin\nlost"},
	{name: "icy", in: "ICY 200 OK\r\n\r\n", want: "begin\nlost"},
	{name: "a request", in: get + "\r\n", want: "begin\nlost"},
	{name: "empty line before", in: "\r\nHTTP/1.1 304 x\r\n\r\n", want: "1.1 304 \"x\" !empty-line-before\nend"},

	{name: "ends in the name", in: "HTT", want: ""},
	{name: "ends in the version", in: "HTTP/1", want: "finish\n1 0 \"\"…"},
	{name: "ends in the status", in: "HTTP/1.1 50", want: "finish\n1.1 0 \"\"…"},
	{name: "ends in what is no status", in: "HTTP/1.1 x", want: ""},
	{name: "ends in the reason", in: "HTTP/1.1 502 Bad", want: "finish\n1.1 502 \"Bad\"…"},
}

// chunkTests are bodies of a chunked response.
var chunkTests = []row{
	{name: "one", in: "3\r\nabc\r\n0\r\n\r\n", want: "body \"abc\"\nend"},
	{name: "several", in: "3\r\nabc\r\nA\r\n0123456789\r\n00\r\n\r\n", want: "body \"abc0123456789\"\nend"},
	{name: "extensions", in: "3;a=b;c=\"d;e\"\r\nabc\r\n0 ; x\r\n\r\n", want: "body \"abc\"\nend"},
	{name: "trailers", in: "0\r\nA: 1\r\nB: 2\r\n\r\nHTTP/1.1 304 x\r\n\r\n", want: "end\n1.1 304 \"x\"\nend"},
	{name: "trailers unfinished", in: "0\r\nA: 1\r\n", want: "finish\nend !body-cut"},
	{name: "empty line missing", in: "0\r\nHTTP/1.1 304 x\r\n\r\n", want: "end !bad-chunk\nlost\n1.1 304 \"x\"\nend"},
	{name: "leading zeros", in: "0000000000000003\r\nabc\r\n0\r\n\r\n", want: "body \"abc\"\nend"},
	{name: "space behind the size", in: "3 \t\r\nabc\r\n0\r\n\r\n", want: "body \"abc\"\nend"},
	{name: "space before the size", in: " 3\r\nabc\r\n", want: "end !bad-chunk\nlost"},
	{name: "0x", in: "0x3\r\nabc\r\n", want: "end !bad-chunk\nlost"},
	{name: "sign", in: "+3\r\nabc\r\n", want: "end !bad-chunk\nlost"},
	{name: "no size", in: ";a\r\nabc\r\n", want: "end !bad-chunk\nlost"},
	{name: "empty size line", in: "3\r\nabc\r\n\r\n0\r\n\r\n", want: "body \"abc\"\nend !bad-chunk\nlost"},
	{name: "longest", in: "7fffffffffffffff\r\nabc", want: "body \"abc\"\nfinish\nend !body-cut"},
	{name: "too long", in: "8000000000000000\r\nabc", want: "end !bad-chunk\nlost"},
	{name: "far too long", in: "10000000000000000\r\nabc", want: "end !bad-chunk\nlost"},
	{name: "bare lf", in: "3\nabc\r\n0\r\n\r\n", want: "body \"abc\"\nend !bare-lf"},
	{name: "bare lf in the trailers", in: "3\r\nabc\r\n0\r\n\n", want: "body \"abc\"\nend !bare-lf"},
	{name: "two crs", in: "3\r\r\nabc\r\n0\r\n\r\n", want: "end !bad-chunk\nlost"},
	{name: "longer than said", in: "3\r\nabcd\r\n0\r\n\r\nHTTP/1.1 304 x\r\n\r\n", want: "body \"abc\"\nend !bad-chunk\nlost\n1.1 304 \"x\"\nend"},
	{name: "given up for another head", in: "3\r\nabc\r\nHTTP/1.1 304 x\r\n\r\n", want: "body \"abc\"\nend !bad-chunk\nlost\n1.1 304 \"x\"\nend"},
	{name: "long extension", in: "0;" + strings.Repeat("x", 4092) + "\r\n\r\n", want: "end"},
	{name: "extension too long", in: "0;" + strings.Repeat("x", 4093) + "\r\n\r\n", want: "end !bad-chunk\nlost"},
	{name: "extension too long, a head behind it", in: "0;" + strings.Repeat("x", 4093) + "HTTP/1.1 304 x\r\n\r\n",
		want: "end !bad-chunk\nlost\n1.1 304 \"x\"\nend"},
	{name: "no line end behind a chunk", in: "1\r\na" + strings.Repeat("x", 5000), want: "body \"a\"\nend !bad-chunk\nlost"},
	{name: "long trailer", in: "0\r\nA: " + strings.Repeat("x", MaxHead-5) + "\r\n\r\n", want: "end"},
	{name: "trailer too long", in: "0\r\nA: " + strings.Repeat("x", MaxHead-4) + "\r\n\r\n", want: "end !bad-chunk\nlost"},
	{name: "cut in a chunk", in: "3\r\nab", want: "body \"ab\"\nfinish\nend !body-cut"},
	{name: "cut before the last", in: "3\r\nabc\r\n", want: "body \"abc\"\nfinish\nend !body-cut"},
}

// allTests returns every row of every table, complete.
func allTests() (all []row) {
	all = append(all, requestTests...)
	for _, test := range responseTests {
		test.response = true
		all = append(all, test)
	}
	for _, test := range chunkTests {
		test.response = true
		test.name = "chunks, " + test.name
		test.in = ok + te + test.in
		test.want = "1.1 200 \"OK\" | Transfer-Encoding=chunked\n" + test.want
		all = append(all, test)
	}
	return append(all, holeTests()...)
}

func TestParser(t *testing.T) {
	var met Flaw
	for _, test := range allTests() {
		t.Run(test.name, func(t *testing.T) { met |= test.check(t).flaws })
	}
	if want := Flaw(1)<<len(flawNames) - 1; met != want {
		t.Errorf("no row has %v", want&^met)
	}
	if Hole<<1 != 1<<len(flawNames) {
		t.Errorf("%d flaws have names", len(flawNames))
	}
}
