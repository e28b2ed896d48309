//go:build linux

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// process is a program that runs on a machine of the lab.
type process struct {
	name   string
	cmd    *exec.Cmd
	log    string
	exited chan struct{}
}

// start runs a program in a namespace, in a process group of its own, until
// the site is torn down. What it says goes to a log.
func (s *site) start(on *namespace, name string, args ...string) (*process, error) {
	p := &process{name: fmt.Sprintf("%s-%d", filepath.Base(name), len(s.procs)), exited: make(chan struct{})}
	p.log = s.path(p.name + ".log")
	log, err := os.Create(p.log)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	p.cmd = exec.Command(name, args...)
	p.cmd.Dir, p.cmd.Stdout, p.cmd.Stderr = s.dir, log, log
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := on.do(p.cmd.Start); err != nil {
		return nil, fmt.Errorf("starting %s: %w", name, err)
	}
	s.procs = append(s.procs, p)
	go func() {
		_ = p.cmd.Wait()
		close(p.exited)
	}()
	return p, nil
}

// interrupt asks a program to end, and waits for it.
func (p *process) interrupt() error {
	_ = p.cmd.Process.Signal(syscall.SIGINT)
	select {
	case <-p.exited:
		return nil
	case <-time.After(5 * time.Second):
		return fmt.Errorf("%s does not end", p.name)
	}
}

// stop ends a program and what it started.
func (p *process) stop() {
	_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
	<-p.exited
}

// said returns what a program has logged.
func (p *process) said() string {
	b, _ := os.ReadFile(p.log)
	return strings.TrimSpace(string(b))
}

// serving waits until something on that machine accepts connections.
func (s *site) serving(from *namespace, addr string, p *process) error {
	err := until("something listens on "+addr, 20*time.Second, func() bool {
		select {
		case <-p.exited:
			return true
		default:
		}
		c, err := from.dial(addr)
		if err != nil {
			return false
		}
		c.Close()
		return true
	})
	select {
	case <-p.exited:
		err = fmt.Errorf("%s has ended", p.name)
	default:
	}
	if err != nil {
		return fmt.Errorf("%w; it said: %s", err, p.said())
	}
	return nil
}

// settle waits until no TCP connection of a machine is being opened or closed:
// what was to be sent has been sent. Some programs leave a connection half
// closed for ever, so the wait has an end.
func settle(on *namespace) {
	calm := 0
	_ = until("connections are at rest", 1500*time.Millisecond, func() bool {
		if on.moving() {
			calm = 0
		} else {
			calm++
		}
		return calm >= 6
	})
}

// moving reports whether a connection is in a state that passes by itself:
// anything but established, listening, half closed by us, or over.
func (n *namespace) moving() (moving bool) {
	_ = n.do(func() error {
		for _, file := range []string{"tcp", "tcp6"} {
			b, _ := os.ReadFile("/proc/thread-self/net/" + file)
			for _, line := range strings.Split(string(b), "\n")[1:] {
				f := strings.Fields(line)
				if len(f) < 5 {
					continue
				}
				switch f[3] {
				case "02", "03", "04", "08", "09", "0B": // SYN_SENT, SYN_RECV, FIN_WAIT1, CLOSE_WAIT, LAST_ACK, CLOSING
					moving = true
				case "01":
					moving = moving || f[4] != "00000000:00000000" // bytes that were not acknowledged or read
				}
			}
		}
		return nil
	})
	return moving
}
