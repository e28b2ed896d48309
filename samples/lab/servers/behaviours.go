package main

import (
	"bufio"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gobwas/ws/wsutil"
)

func page(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html")
	fmt.Fprintf(w, "<title>%s</title><p>An ordinary page.\n", r.URL.Path)
}

// take takes the connection out of the HTTP server's hands.
func take(w http.ResponseWriter) (*net.TCPConn, *bufio.ReadWriter) {
	c, rw, err := w.(http.Hijacker).Hijack()
	if err != nil {
		panic(err)
	}
	return c.(*net.TCPConn), rw
}

func hangUp(w http.ResponseWriter, _ *http.Request) {
	c, _ := take(w)
	c.Close()
}

func reset(w http.ResponseWriter, _ *http.Request) {
	c, _ := take(w)
	_ = c.SetLinger(0)
	c.Close()
}

func wantsUpgrade(r *http.Request) bool {
	return strings.EqualFold(r.Header.Get("Upgrade"), "websocket")
}

func touchy(w http.ResponseWriter, r *http.Request) {
	if wantsUpgrade(r) {
		reset(w, r)
		return
	}
	page(w, r)
}

// silence waits until the other side has had enough.
func silence(w http.ResponseWriter, _ *http.Request) {
	c, rw := take(w)
	defer c.Close()
	_, _ = io.Copy(io.Discard, rw)
}

func refuse(w http.ResponseWriter, r *http.Request) {
	status, err := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/refuse/"))
	if err != nil {
		status = http.StatusForbidden
	}
	http.Error(w, "not you", status)
}

// guid is RFC 6455's, section 1.3.
const guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

const switching = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "

// accept writes a 101 by hand.
func accept(rw *bufio.ReadWriter, r *http.Request) {
	fmt.Fprintf(rw, "%s%s\r\n\r\n", switching, acceptOf(r))
	rw.Flush()
}

// acceptOf is the answer to a request's key (RFC 6455 section 4.2.2).
func acceptOf(r *http.Request) string {
	sum := sha1.Sum([]byte(r.Header.Get("Sec-WebSocket-Key") + guid))
	return base64.StdEncoding.EncodeToString(sum[:])
}

func old(w http.ResponseWriter, r *http.Request) {
	c, rw := take(w)
	defer c.Close()
	if wantsUpgrade(r) {
		accept(rw, r)
		echo(c, rw)
	}
}

func echo(c io.Writer, rw *bufio.ReadWriter) {
	stream := struct {
		io.Reader
		io.Writer
	}{rw, c}
	for {
		text, op, err := wsutil.ReadClientData(stream)
		if err != nil || wsutil.WriteServerMessage(c, op, text) != nil {
			return
		}
	}
}

// cut echoes one frame, waits and goes without a close frame.
func cut(w http.ResponseWriter, r *http.Request) {
	ms, _ := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/cut/"))
	if !wantsUpgrade(r) {
		page(w, r)
		return
	}
	c, rw := take(w)
	defer c.Close()
	accept(rw, r)
	stream := struct {
		io.Reader
		io.Writer
	}{rw, c}
	if text, op, err := wsutil.ReadClientData(stream); err == nil {
		_ = wsutil.WriteServerMessage(c, op, text)
	}
	time.Sleep(time.Duration(ms) * time.Millisecond)
}

// slow takes its time, and then is a page.
func slow(w http.ResponseWriter, r *http.Request) {
	time.Sleep(500 * time.Millisecond)
	page(w, r)
}

// chunked sends a page in chunks, each when it is ready.
func chunked(w http.ResponseWriter, r *http.Request) {
	for range 5 {
		fmt.Fprintf(w, "%s\n", strings.Repeat(r.URL.Path, 300))
		w.(http.Flusher).Flush()
	}
}

// empty answers 204, or 304 to who has the page.
func empty(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("If-None-Match") != "" {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// eager says 101 and something more in one piece.
func eager(w http.ResponseWriter, r *http.Request) {
	c, rw := take(w)
	defer c.Close()
	fmt.Fprintf(rw, "%s%s\r\n\r\n\x81\x05early", switching, acceptOf(r))
	rw.Flush()
	echo(c, rw)
}

func httpAfter101(w http.ResponseWriter, r *http.Request) {
	c, rw := take(w)
	defer c.Close()
	accept(rw, r)
	fmt.Fprint(rw, "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
	rw.Flush()
}

// released is closed when what is held may be answered.
var (
	released    = make(chan struct{})
	releaseOnce sync.Once
)

// hold answers when it is told to, with the status of its path.
func hold(w http.ResponseWriter, r *http.Request) {
	<-released
	if status, err := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/hold/")); err == nil && status != http.StatusSwitchingProtocols {
		http.Error(w, "not you", status)
		return
	}
	old(w, r)
}

// release lets them go, on a connection that is not used again.
func release(w http.ResponseWriter, r *http.Request) {
	releaseOnce.Do(func() { close(released) })
	w.Header().Set("Connection", "close")
	page(w, r)
}

// bulk is a large page on a connection that is not used again.
func bulk(w http.ResponseWriter, r *http.Request) {
	kib, _ := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/bulk/"))
	piece := strings.Repeat("x", 1023) + "\n"
	w.Header().Set("Content-Length", strconv.Itoa(kib<<10))
	w.Header().Set("Connection", "close")
	for range kib {
		if _, err := io.WriteString(w, piece); err != nil {
			return
		}
	}
}
