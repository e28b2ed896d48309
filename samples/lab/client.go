//go:build linux

package main

import (
	"bufio"
	"crypto/rand"
	"crypto/tls"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"
)

// call is one connection of the client: what it does there, in order.
type call []act

// act is one thing that a client does.
type act func(c *caller) error

// caller is a client with its connection.
type caller struct {
	site *site
	conn net.Conn
	r    *bufio.Reader
	// tunnel is set after a 101.
	tunnel bool
	// body is that of the last answer.
	body []byte
}

// patience is how long a client waits for anything.
const patience = 8 * time.Second

// play makes one call. A connection that is still open at its end is closed,
// and the end of the other side awaited.
func (s *site) play(acts call) error {
	to := s.addr(frontAddr, s.scene.balancer.port())
	if s.scene.balancer == router {
		to = s.addr(instanceAddr, s.scene.proxy.port())
	}
	conn, err := s.client.dial(to)
	if err != nil {
		return err
	}
	defer conn.Close()
	c := &caller{site: s, conn: conn}
	if s.scene.balancer.tls {
		c.conn = tls.Client(conn, &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"http/1.1"}}) //nolint:gosec // the lab's own certificate
	}
	c.r = bufio.NewReader(c.conn)
	for _, do := range acts {
		_ = c.conn.SetDeadline(time.Now().Add(patience))
		if err := do(c); err != nil {
			if errors.Is(err, errOver) {
				return nil
			}
			return err
		}
	}
	return hangup(c)
}

// errOver ends a call early, as planned.
var errOver = errors.New("the call is over")

// page asks for a page and reads it.
func page(target string) act {
	return func(c *caller) error {
		return c.ask(target, "GET "+target+" HTTP/1.1\r\nHost: app.lab\r\nAccept: text/html\r\n\r\n")
	}
}

// shake sends a handshake as libraries do and reads the answer.
func shake(target string) act {
	return shakeWith(target, "Connection: Upgrade\r\nUpgrade: websocket\r\n")
}

// shakeWith sends one with other header lines in place of the usual two.
func shakeWith(target, lines string) act {
	return func(c *caller) error { return c.ask(target, handshakeHead(target, lines)) }
}

// session does what a socket.io 0.9 client does: it asks for a session, and for
// a WebSocket in it.
func session(c *caller) error {
	const target = "/socket.io/1/"
	if err := page(target + "?t=1")(c); err != nil {
		return err
	}
	id, _, ok := strings.Cut(string(c.body), ":")
	if !ok {
		return fmt.Errorf("%q is no session", c.body)
	}
	return shake(target + "websocket/" + id)(c)
}

func handshakeHead(target, lines string) string {
	key := make([]byte, 16)
	_, _ = rand.Read(key)
	return "GET " + target + " HTTP/1.1\r\nHost: app.lab\r\n" + lines +
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + base64.StdEncoding.EncodeToString(key) + "\r\n\r\n"
}

// ask sends a GET, reads what comes, and notes the status; 0 is no answer.
func (c *caller) ask(target, head string) error { return c.askFor("GET", target, head) }

func (c *caller) askFor(method, target, head string) error {
	if _, err := io.WriteString(c.conn, head); err != nil {
		return err
	}
	res, err := http.ReadResponse(c.r, &http.Request{Method: method})
	for err == nil && res.StatusCode < 200 && res.StatusCode != http.StatusSwitchingProtocols {
		res, err = http.ReadResponse(c.r, &http.Request{Method: method}) // that was no answer yet
	}
	if os.IsTimeout(err) {
		return fmt.Errorf("%s: no answer within %s", target, patience)
	}
	if err != nil {
		c.site.saw(target, 0)
		return errOver
	}
	c.site.saw(target, res.StatusCode)
	if res.StatusCode == http.StatusSwitchingProtocols {
		c.tunnel = true
		return nil
	}
	if c.body, err = io.ReadAll(res.Body); err != nil {
		return err
	}
	if res.Close {
		return errors.Join(hangup(c), errOver)
	}
	return nil
}

// say sends a text frame and waits for the echo, if there is a WebSocket.
func say(text string) act {
	return func(c *caller) error {
		if !c.tunnel {
			return nil
		}
		if err := c.frame(0x81, []byte(text)); err != nil {
			return err
		}
		_, err := c.readFrame()
		return err
	}
}

// leave says goodbye as RFC 6455 wants it: the server closes the connection.
func leave(c *caller) error {
	if !c.tunnel {
		return hangup(c)
	}
	if err := c.frame(0x88, binary.BigEndian.AppendUint16(nil, 1000)); err != nil {
		return err
	}
	return awaitEnd(c)
}

// hangup closes the client's side and waits for the other one.
func hangup(c *caller) error {
	_ = c.conn.SetDeadline(time.Now().Add(patience))
	switch conn := c.conn.(type) {
	case *tls.Conn:
		_ = conn.CloseWrite()
	case *net.TCPConn:
		_ = conn.CloseWrite()
	}
	_, err := io.Copy(io.Discard, c.r)
	c.conn.Close()
	if os.IsTimeout(err) {
		return fmt.Errorf("the other side does not close: %w", err)
	}
	return nil
}

// abort resets the connection.
func abort(c *caller) error {
	if t, ok := c.conn.(*net.TCPConn); ok {
		_ = t.SetLinger(0)
	}
	c.conn.Close()
	return errOver
}

// awaitEnd waits until the other side closes.
func awaitEnd(c *caller) error {
	_, err := io.Copy(io.Discard, c.r)
	if os.IsTimeout(err) {
		return fmt.Errorf("the other side does not close: %w", err)
	}
	c.conn.Close()
	return errOver
}

// recordNow starts the scene's recordings in the middle of a call.
func recordNow(c *caller) error { return c.site.startRecording() }

// frame sends one masked frame of less than 64 KiB. first is its first byte:
// 0x80 for the last one of a message, and the opcode.
func (c *caller) frame(first byte, payload []byte) error {
	f := []byte{first}
	if len(payload) < 126 {
		f = append(f, 0x80|byte(len(payload)))
	} else {
		f = binary.BigEndian.AppendUint16(append(f, 0x80|126), uint16(len(payload)))
	}
	mask := []byte{1, 2, 3, 4}
	f = append(f, mask...)
	for i, b := range payload {
		f = append(f, b^mask[i%4])
	}
	_, err := c.conn.Write(f)
	return err
}

// readFrame reads one frame and returns the length of its payload.
func (c *caller) readFrame() (int, error) {
	head := make([]byte, 8)
	if _, err := io.ReadFull(c.r, head[:2]); err != nil {
		return 0, fmt.Errorf("reading the echo: %w", err)
	}
	n := uint64(head[1] & 0x7f)
	if wide := map[uint64]int{126: 2, 127: 8}[n]; wide > 0 {
		if _, err := io.ReadFull(c.r, head[8-wide:]); err != nil {
			return 0, fmt.Errorf("reading the echo: %w", err)
		}
		clear(head[:8-wide])
		n = binary.BigEndian.Uint64(head)
	}
	_, err := io.CopyN(io.Discard, c.r, int64(n))
	return int(n), err
}

// saw notes what the client got.
func (s *site) saw(target string, status int) {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.seen[target] = status
}

// filler is a cookie that makes a head long.
func filler(n int) string { return "Cookie: filler=" + strings.Repeat("x", n) + "\r\n" }
