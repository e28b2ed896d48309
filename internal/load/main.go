//go:build linux

// Command load measures elbscope live against tcpdump -w under full load: nginx
// and wrk on loopback in a network namespace of its own, both programs taking
// turns at the same traffic. As root:
//
//	go run ./internal/load
//
// It needs ip, nginx, wrk and tcpdump, prints a table, and leaves nothing
// behind. It takes about half a minute a turn and fails if elbscope counted
// other requests than wrk did, but for those that were open at the end.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	port        = "8090"
	connections = 20
)

func main() {
	turns := flag.Int("turns", 3, "how often each of the two has its turn")
	seconds := flag.Int("seconds", 5, "how long the load lasts in each")
	flag.Parse()
	if err := run(*turns, *seconds); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// bench is the place where it happens.
type bench struct {
	dir, namespace, elbscope string
	seconds                  int
}

func run(turns, seconds int) (err error) {
	b := &bench{namespace: fmt.Sprintf("elbscope-load-%d", os.Getpid()), seconds: seconds}
	if b.dir, err = os.MkdirTemp("", "elbscope-load"); err != nil {
		return err
	}
	defer os.RemoveAll(b.dir)
	b.elbscope = filepath.Join(b.dir, "elbscope")
	if err := os.Chmod(b.dir, 0o777); err != nil {
		return err
	}
	build := exec.Command("go", "build", "-o", b.elbscope, "./cmd/elbscope")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("building elbscope: %w: %s", err, out)
	}
	if out, err := exec.Command("ip", "netns", "add", b.namespace).CombinedOutput(); err != nil {
		return fmt.Errorf("ip netns add: %w: %s", err, out)
	}
	defer func() { err = errors.Join(err, exec.Command("ip", "netns", "del", b.namespace).Run()) }()
	if out, err := b.command("ip", "link", "set", "lo", "up").CombinedOutput(); err != nil {
		return fmt.Errorf("ip link set: %w: %s", err, out)
	}
	nginx, err := b.nginx()
	if err != nil {
		return err
	}
	defer func() {
		_ = nginx.Process.Signal(syscall.SIGTERM) // it may have ended
		_ = nginx.Wait()
	}()
	return b.compare(turns)
}

// compare gives each its turns and prints the table.
func (b *bench) compare(turns int) error {
	fmt.Println("| program | requests by wrk | counted | packets | dropped by the kernel | processor s | µs a packet | peak memory |")
	fmt.Println("|---|---|---|---|---|---|---|---|")
	var wrong error
	for range turns {
		for _, turn := range []func() (*result, error){b.nothing, b.tcpdump, b.live, b.saving} {
			r, err := turn()
			if err != nil {
				return err
			}
			fmt.Println(r)
			if r.counted > 0 && (r.counted < r.requests || r.counted > r.requests+connections) && r.dropped == 0 {
				wrong = errors.Join(wrong, fmt.Errorf("%s counted %d requests where wrk made %d", r.name, r.counted, r.requests))
			}
		}
	}
	return wrong
}

// result is what one turn came to.
type result struct {
	name              string
	requests, counted int64
	packets, dropped  int64
	processor         time.Duration
	memory            int64 // KiB
	silent            bool
}

func (r *result) String() string {
	if r.silent {
		return fmt.Sprintf("| %s | %d | | | | | | |", r.name, r.requests)
	}
	counted := ""
	if r.counted > 0 {
		counted = strconv.FormatInt(r.counted, 10)
	}
	return fmt.Sprintf("| %s | %d | %s | %d | %d | %.2f | %.2f | %d MiB |", r.name, r.requests, counted, r.packets, r.dropped,
		r.processor.Seconds(), float64(r.processor.Microseconds())/float64(max(r.packets, 1)), r.memory>>10)
}

func (b *bench) command(args ...string) *exec.Cmd {
	return exec.Command("ip", append([]string{"netns", "exec", b.namespace}, args...)...)
}

func (b *bench) nginx() (*exec.Cmd, error) {
	conf := filepath.Join(b.dir, "nginx.conf")
	text := strings.ReplaceAll(`worker_processes 1; daemon off; pid DIR/pid; error_log DIR/error.log;
events { worker_connections 512; }
http { access_log off; client_body_temp_path DIR/b; proxy_temp_path DIR/p; fastcgi_temp_path DIR/f;
  uwsgi_temp_path DIR/u; scgi_temp_path DIR/s; keepalive_requests 1000000;
  server { listen `+port+`; location / { return 200 "hello world"; } } }`, "DIR", b.dir)
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		return nil, err
	}
	cmd := b.command("nginx", "-c", conf)
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	for range 100 {
		if b.command("wrk", "-t1", "-c1", "-d1s", "http://127.0.0.1:"+port+"/").Run() == nil {
			return cmd, nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return nil, errors.New("nginx does not listen")
}

var requestsIn = regexp.MustCompile(`(\d+) requests in`)

// wrk makes the load and returns how many requests were answered.
func (b *bench) wrk() (int64, error) {
	out, err := b.command("wrk", "-t1", "-c"+strconv.Itoa(connections), fmt.Sprintf("-d%ds", b.seconds),
		"http://127.0.0.1:"+port+"/").Output()
	if err != nil {
		return 0, fmt.Errorf("wrk: %w", err)
	}
	m := requestsIn.FindSubmatch(out)
	if m == nil {
		return 0, fmt.Errorf("wrk says %q", out)
	}
	return strconv.ParseInt(string(m[1]), 10, 64)
}

func (b *bench) nothing() (r *result, err error) {
	r = &result{name: "nothing beside it", silent: true}
	r.requests, err = b.wrk()
	return r, err
}

// beside runs the load while cmd captures, and ends cmd with SIGINT.
func (b *bench) beside(r *result, cmd *exec.Cmd) error {
	if err := cmd.Start(); err != nil {
		return err
	}
	const settle = time.Second // for it to open its socket, and to read what is left
	time.Sleep(settle)
	requests, err := b.wrk()
	time.Sleep(settle)
	_ = cmd.Process.Signal(syscall.SIGINT)
	werr := cmd.Wait()
	if err != nil {
		return err
	}
	if werr != nil {
		return fmt.Errorf("%s: %w", r.name, werr)
	}
	r.requests = requests
	r.processor = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		r.memory = usage.Maxrss
	}
	return nil
}

func (b *bench) tcpdump() (*result, error) {
	r := &result{name: "tcpdump -w"}
	file := filepath.Join(b.dir, "t.pcap")
	defer func() { _ = os.Remove(file) }()
	cmd := b.command("tcpdump", "-i", "lo", "-w", file, "tcp port "+port)
	var said strings.Builder
	cmd.Stderr = &said
	if err := b.beside(r, cmd); err != nil {
		return nil, fmt.Errorf("%w: %s", err, said.String())
	}
	for _, c := range []struct {
		words string
		n     *int64
	}{{`(\d+) packets captured`, &r.packets}, {`(\d+) packets dropped by kernel`, &r.dropped}} {
		m := regexp.MustCompile(c.words).FindStringSubmatch(said.String())
		if m == nil {
			return nil, fmt.Errorf("tcpdump says %q", said.String())
		}
		*c.n, _ = strconv.ParseInt(m[1], 10, 64) // digits
	}
	return r, nil
}

func (b *bench) live() (*result, error) { return b.watch("elbscope live") }

func (b *bench) saving() (*result, error) {
	file := filepath.Join(b.dir, "e.pcapng")
	defer func() { _ = os.Remove(file) }()
	return b.watch("elbscope live -w", "-w", file)
}

func (b *bench) watch(name string, more ...string) (*result, error) {
	r := &result{name: name}
	args := append([]string{b.elbscope, "live", "-i", "lo", "--no-tui", "--format", "json"}, more...)
	cmd := b.command(append(args, "tcp port "+port)...)
	var out, said strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := b.beside(r, cmd); err != nil {
		return nil, fmt.Errorf("%w: %s", err, said.String())
	}
	var report struct {
		Counters struct{ Packets, Requests, KernelDropped int64 }
	}
	if err := json.Unmarshal([]byte(out.String()), &report); err != nil {
		return nil, fmt.Errorf("the report of elbscope: %w", err)
	}
	r.packets, r.counted, r.dropped = report.Counters.Packets, report.Counters.Requests, report.Counters.KernelDropped
	return r, nil
}
