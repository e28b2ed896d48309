package main

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// hints says 103 (RFC 8297) before its 101.
func hints(w http.ResponseWriter, r *http.Request) {
	c, rw := take(w)
	defer c.Close()
	fmt.Fprint(rw, "HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n")
	rw.Flush()
	accept(rw, r)
	echo(c, rw)
}

// login is for those who say who they are.
func login(w http.ResponseWriter, r *http.Request) {
	if _, _, ok := r.BasicAuth(); !ok {
		w.Header().Set("WWW-Authenticate", `Basic realm="lab"`)
		http.Error(w, "who are you?", http.StatusUnauthorized)
		return
	}
	old(w, r)
}

// late upgrades when it is too late for some.
func late(w http.ResponseWriter, r *http.Request) {
	ms, _ := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/late/"))
	time.Sleep(time.Duration(ms) * time.Millisecond)
	old(w, r)
}

// misfit answers the key with the key, and waits for what the client makes of it.
func misfit(w http.ResponseWriter, r *http.Request) {
	c, rw := take(w)
	defer c.Close()
	fmt.Fprintf(rw, "%s%s\r\n\r\n", switching, r.Header.Get("Sec-WebSocket-Key"))
	rw.Flush()
	_, _ = io.Copy(io.Discard, rw)
}

// bare forgets Upgrade in its 101.
func bare(w http.ResponseWriter, r *http.Request) {
	c, rw := take(w)
	defer c.Close()
	fmt.Fprintf(rw, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n", acceptOf(r))
	rw.Flush()
	_, _ = io.Copy(io.Discard, rw)
}

// list chooses all subprotocols that it was offered, and waits for what the client
// makes of it.
func list(w http.ResponseWriter, r *http.Request) {
	c, rw := take(w)
	defer c.Close()
	fmt.Fprintf(rw, "%s%s\r\nSec-WebSocket-Protocol: %s\r\n\r\n", switching, acceptOf(r), r.Header.Get("Sec-WebSocket-Protocol"))
	rw.Flush()
	_, _ = io.Copy(io.Discard, rw)
}

// gzipped refuses in a way that nobody can read.
func gzipped(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Encoding", "gzip")
	w.Header().Set("Content-Type", "text/html")
	w.WriteHeader(http.StatusForbidden)
	z := gzip.NewWriter(w)
	fmt.Fprint(z, strings.Repeat("<p>Not you, and not now.\n", 100))
	z.Close()
}
