package main

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"crypto/sha1" // #nosec G505 -- RFC 6455 section 4.2.2 asks for SHA-1
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"elbscope/internal/needs"
)

// lab is two machines of one wire, in network namespaces: a client, and an
// instance with an nginx on port 80 that forgets the upgrade, or passes it on
// (port 82), and an application on 127.0.0.1:8081.
type lab struct {
	t                *testing.T
	client, instance string // namespaces
	dir              string // anyone may write to it
	program          string
}

const (
	labClient   = "10.79.0.1"
	labInstance = "10.79.0.2"
)

// needLab ends a test where namespaces cannot be made, or where a tool is
// missing.
func needLab(t *testing.T, tools ...string) {
	t.Helper()
	needs.Root(t)
	for _, tool := range append(tools, "ip") {
		needs.Program(t, tool)
	}
}

var shipped struct {
	once sync.Once
	path string
	err  error
}

// shippedProgram builds the program as it is shipped, once.
func shippedProgram(t *testing.T) string {
	t.Helper()
	shipped.once.Do(func() {
		dir, err := os.MkdirTemp("", "elbscope-shipped")
		if err != nil {
			shipped.err = err
			return
		}
		_ = os.Chmod(dir, 0o755)
		shipped.path = filepath.Join(dir, "elbscope")
		build := exec.Command("go", "build", "-trimpath", "-o", shipped.path, ".")
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := build.CombinedOutput(); err != nil {
			shipped.err = fmt.Errorf("%w: %s", err, out)
		}
	})
	if shipped.err != nil {
		t.Fatal(shipped.err)
	}
	return shipped.path
}

// removeShipped is for TestMain.
func removeShipped() {
	if shipped.path != "" {
		_ = os.RemoveAll(filepath.Dir(shipped.path))
	}
}

func newLab(t *testing.T) *lab {
	t.Helper()
	needLab(t, "nginx")
	l := &lab{t: t, dir: t.TempDir(), program: shippedProgram(t)}
	for d := l.dir; d != os.TempDir() && d != "/"; d = filepath.Dir(d) {
		_ = os.Chmod(d, 0o777)
	}
	l.client, l.instance = l.namespace("c"), l.namespace("i")
	l.wire(l.client, "c0", labClient, l.instance, "i0", labInstance)
	l.nginx()
	l.application()
	return l
}

func (l *lab) namespace(suffix string) string {
	name := fmt.Sprintf("elbscope-test-%d-%s", os.Getpid(), suffix)
	l.ip("netns", "add", name)
	l.t.Cleanup(func() { l.ip("netns", "del", name) })
	l.ip("-n", name, "link", "set", "lo", "up")
	return name
}

// wire joins two namespaces.
func (l *lab) wire(a, aName, aAddr, b, bName, bAddr string) {
	l.ip("link", "add", aName, "netns", a, "type", "veth", "peer", "name", bName, "netns", b)
	l.ip("-n", a, "addr", "add", aAddr+"/24", "dev", aName)
	l.ip("-n", b, "addr", "add", bAddr+"/24", "dev", bName)
	l.ip("-n", a, "link", "set", aName, "up")
	l.ip("-n", b, "link", "set", bName, "up")
}

func (l *lab) ip(args ...string) {
	l.t.Helper()
	if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
		l.t.Fatalf("ip %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// nginx starts on the instance and waits until it listens.
func (l *lab) nginx() {
	conf := filepath.Join(l.dir, "nginx.conf")
	text := strings.ReplaceAll(`worker_processes 1; daemon off; pid DIR/pid; error_log DIR/error.log;
events { worker_connections 512; }
http { access_log off; client_body_temp_path DIR/b; proxy_temp_path DIR/p; fastcgi_temp_path DIR/f;
  uwsgi_temp_path DIR/u; scgi_temp_path DIR/s;
  proxy_http_version 1.1; proxy_set_header X-Forwarded-For $remote_addr;
  server { listen 80; location / { proxy_pass http://127.0.0.1:8081; proxy_set_header Connection ""; } }
  server { listen 82; location / { proxy_pass http://127.0.0.1:8081;
    proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade"; } }
  server { listen 84; location / { return 200 "hello"; } }
}`, "DIR", l.dir)
	if err := os.WriteFile(conf, []byte(text), 0o644); err != nil {
		l.t.Fatal(err)
	}
	cmd := l.command(l.instance, "nginx", "-c", conf)
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	})
	l.wait("nginx", func() bool {
		c, err := l.dial(labInstance + ":84")
		if err == nil {
			c.Close()
		}
		return err == nil
	})
}

// application answers a whole handshake with 101, another with 400, and one
// for /slow never.
func (l *lab) application() {
	var listener net.Listener
	l.within(l.instance, func() (err error) {
		listener, err = net.Listen("tcp4", "127.0.0.1:8081")
		return err
	})
	l.t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			go serveHandshakes(c)
		}
	}()
}

func serveHandshakes(c net.Conn) {
	defer c.Close()
	r := bufio.NewReader(c)
	head, err := readHead(r)
	switch {
	case err != nil:
	case strings.Contains(head, "GET /slow"):
		_, _ = io.Copy(io.Discard, r)
	case strings.Contains(strings.ToLower(head), "upgrade: websocket"):
		_, key, _ := strings.Cut(head, "Sec-WebSocket-Key: ")
		key, _, _ = strings.Cut(key, "\r\n")
		sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")) // #nosec G401
		_, _ = fmt.Fprintf(c, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
			"Sec-WebSocket-Accept: %s\r\n\r\n", base64.StdEncoding.EncodeToString(sum[:]))
		_, _ = io.Copy(io.Discard, r)
	default:
		_, _ = io.WriteString(c, "HTTP/1.1 400 Bad Request\r\nContent-Length: 3\r\nConnection: close\r\n\r\nno\n")
	}
}

func readHead(r *bufio.Reader) (string, error) {
	head := ""
	for {
		line, err := r.ReadString('\n')
		head += line
		if err != nil || line == "\r\n" {
			return head, err
		}
	}
}

// within runs f on a thread that is in a namespace, and dies after it: what f
// opens stays there.
func (l *lab) within(namespace string, f func() error) {
	l.t.Helper()
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		ns, err := os.Open("/run/netns/" + namespace)
		if err != nil {
			done <- err
			return
		}
		defer ns.Close()
		if err := unix.Setns(int(ns.Fd()), unix.CLONE_NEWNET); err != nil {
			done <- err
			return
		}
		done <- f()
	}()
	if err := <-done; err != nil {
		l.t.Fatal(err)
	}
}

// dial connects from the client.
func (l *lab) dial(to string) (c net.Conn, err error) {
	l.within(l.client, func() error {
		a, perr := netip.ParseAddrPort(to)
		if perr != nil {
			return perr
		}
		var tcp *net.TCPConn
		if tcp, err = net.DialTCP("tcp4", nil, net.TCPAddrFromAddrPort(a)); err == nil {
			c = tcp
		}
		return nil
	})
	return c, err
}

// handshake sends a WebSocket handshake from the client and returns the status
// line of the answer, "" for /slow.
func (l *lab) handshake(port int, target string) (net.Conn, string) {
	l.t.Helper()
	c, err := l.dial(fmt.Sprintf("%s:%d", labInstance, port))
	if err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(func() { c.Close() })
	var key [16]byte
	_, _ = rand.Read(key[:]) // it does not fail
	fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: app.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n\r\n", target, base64.StdEncoding.EncodeToString(key[:]))
	if target == "/slow" {
		return c, ""
	}
	_ = c.SetReadDeadline(time.Now().Add(10 * time.Second))
	head, err := readHead(bufio.NewReader(c))
	if err != nil {
		l.t.Fatal(err)
	}
	status, _, _ := strings.Cut(head, "\r\n")
	return c, status
}

func (l *lab) command(namespace string, args ...string) *exec.Cmd {
	return exec.Command("ip", append([]string{"netns", "exec", namespace}, args...)...)
}

func (l *lab) wait(what string, is func() bool) {
	l.t.Helper()
	for end := time.Now().Add(30 * time.Second); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			l.t.Fatal(what + " does not come")
		}
	}
}

// taggedSYN is an Ethernet frame to everybody, with a VLAN tag and a SYN in it.
func taggedSYN() []byte {
	frame := []byte{
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1, 0x81, 0x00, 0x60, 0x07, 0x08, 0x00,
		0x45, 0, 0, 40, 0x12, 0x34, 0, 0, 64, 6, 0, 0, 10, 81, 0, 1, 10, 81, 0, 2,
		0x30, 0x39, 0, 80, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, 0x02, 0xff, 0xff, 0, 0, 0, 0,
	}
	return append(frame, make([]byte, 64-len(frame))...)
}

// sendFrame sends a frame from an interface of this thread's namespace.
func sendFrame(iface string, frame []byte) error {
	i, err := net.InterfaceByName(iface)
	if err != nil {
		return err
	}
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	return unix.Sendto(fd, frame, 0, &unix.SockaddrLinklayer{Ifindex: i.Index})
}
