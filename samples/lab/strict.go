//go:build linux

package main

import (
	"bufio"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"strings"
)

// startStrict starts a load balancer that writes its own value into Connection,
// keeps Upgrade, and does not become a tunnel: a 101 is a broken answer to it.
func startStrict(connection string) func(*site, int) error {
	return func(s *site, port int) error {
		b := s.scene.balancer
		l, err := s.balancer.listen(s.addr(frontAddr, b.port()))
		if err != nil {
			return err
		}
		if b.tls {
			pair, err := tls.LoadX509KeyPair(s.tools.certificate, s.tools.certificate)
			if err != nil {
				return err
			}
			l = tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12})
		}
		s.closers = append(s.closers, func() { l.Close() })
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					return
				}
				go strictServe(s, c, s.addr(instanceAddr, port), connection)
			}
		}()
		return nil
	}
}

const strictBadGateway = "HTTP/1.1 502 BAD_GATEWAY\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n"

func strictServe(s *site, c net.Conn, instance, connection string) {
	defer c.Close()
	from, _, _ := net.SplitHostPort(c.RemoteAddr().String())
	for r := bufio.NewReader(c); ; {
		req, err := http.ReadRequest(r)
		if err != nil {
			return
		}
		req.Header.Set("Connection", connection)
		req.Header.Set("X-Forwarded-For", from)
		answer, err := strictForward(s, req, instance)
		if err != nil {
			answer = []byte(strictBadGateway)
		}
		if _, err := c.Write(answer); err != nil {
			return
		}
	}
}

// strictForward asks the instance on a connection of its own.
func strictForward(s *site, req *http.Request, instance string) ([]byte, error) {
	c, err := s.balancer.dial(instance)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	var head strings.Builder
	head.WriteString(req.Method + " " + req.RequestURI + " HTTP/1.1\r\nHost: " + req.Host + "\r\n")
	_ = req.Header.Write(&head)
	if _, err := io.WriteString(c, head.String()+"\r\n"); err != nil {
		return nil, err
	}
	res, err := http.ReadResponse(bufio.NewReader(c), req)
	if err != nil {
		return nil, err
	}
	if res.StatusCode == http.StatusSwitchingProtocols {
		return []byte(strictBadGateway), nil
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	var out strings.Builder
	res.Body = io.NopCloser(strings.NewReader(string(body)))
	res.ContentLength, res.TransferEncoding = int64(len(body)), nil
	err = res.Write(&out)
	return []byte(out.String()), err
}
