//go:build linux

package main

import (
	"encoding/binary"
	"io"
	"net/http"
	"time"
)

// Acts that no tidy client does.

// bytewise sends a handshake one byte at a time.
func bytewise(target string) act {
	return func(c *caller) error {
		head := handshakeHead(target, "Connection: Upgrade\r\nUpgrade: websocket\r\n")
		for i := range len(head) - 1 {
			if _, err := io.WriteString(c.conn, head[i:i+1]); err != nil {
				return err
			}
		}
		return c.ask(target, head[len(head)-1:])
	}
}

// pipelined sends a page's request and a handshake in one piece.
func pipelined(first, target string) act {
	return func(c *caller) error {
		_, err := io.WriteString(c.conn, "GET "+first+" HTTP/1.1\r\nHost: app.lab\r\n\r\n"+
			handshakeHead(target, "Connection: Upgrade\r\nUpgrade: websocket\r\n"))
		if err != nil {
			return err
		}
		if err := c.ask(first, ""); err != nil {
			return err
		}
		return c.ask(target, "")
	}
}

// shakeKey sends a handshake with a key that others use, too.
func shakeKey(target, key string) act {
	return func(c *caller) error {
		return c.ask(target, "GET "+target+" HTTP/1.1\r\nHost: app.lab\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
			"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "+key+"\r\n\r\n")
	}
}

// raw sends any request, and reads its answer.
func raw(target, method, lines string) act {
	return func(c *caller) error {
		return c.askFor(method, target, method+" "+target+" HTTP/1.1\r\nHost: app.lab\r\n"+lines)
	}
}

// sayLarge sends a binary message in several frames of n bytes each, and waits
// for the echo of them all.
func sayLarge(frames, n int) act {
	return func(c *caller) error {
		if !c.tunnel {
			return nil
		}
		payload := make([]byte, n)
		for i := range payload {
			payload[i] = byte(i)
		}
		for i := range frames {
			opcode := byte(0x82) // the first of the message is binary, the last one is final
			if i > 0 {
				opcode = 0x80
			}
			if i < frames-1 {
				opcode &^= 0x80
			}
			if err := c.frame(opcode, payload); err != nil {
				return err
			}
		}
		for left := frames * n; left > 0; {
			got, err := c.readFrame()
			if err != nil {
				return err
			}
			left -= got
		}
		return nil
	}
}

// ping sends a ping, and waits for the pong.
func ping(c *caller) error {
	if err := c.frame(0x89, binary.BigEndian.AppendUint32(nil, 7)); err != nil {
		return err
	}
	_, err := c.readFrame()
	return err
}

// silent asks for something that is never answered, and goes after a while.
func silent(target string, after time.Duration) act {
	return func(c *caller) error {
		if _, err := io.WriteString(c.conn, handshakeHead(target, "Connection: Upgrade\r\nUpgrade: websocket\r\n")); err != nil {
			return err
		}
		_ = c.conn.SetReadDeadline(time.Now().Add(after))
		_, _ = http.ReadResponse(c.r, nil)
		return nil
	}
}

// stopNow ends the recordings in the middle of a call.
func stopNow(c *caller) error { return c.site.stopRecording() }
