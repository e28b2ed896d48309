//go:build unix

package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"elbscope/internal/traffic"
)

// part is how much less tshark gets to read; its times are scaled.
const part = 20

// racer is a program that is measured.
type racer struct {
	name string
	argv []string
	// scale is what its time is multiplied with, as it reads only a part.
	scale int
	// slow is set for one that gets fewer turns.
	slow  bool
	turns []turn
}

// turn is one run of a program.
type turn struct {
	wall, cpu time.Duration
	// peak is the largest resident size in bytes.
	peak int64
}

// build builds elbscope as it is shipped.
func build(program string) error {
	cmd := exec.Command("go", "build", "-trimpath", "-o", program, "./cmd/elbscope")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("building elbscope: %w: %s", err, text)
	}
	return nil
}

// measureKind writes a capture, lets all programs read it by turns and prints
// a part of the table.
func measureKind(out io.Writer, o *options, program, folder string, k traffic.Kind) (err error) {
	whole, little := filepath.Join(folder, k.Name+".pcap"), filepath.Join(folder, k.Name+"-part.pcap")
	if err := writeCapture(whole, k, o.rounds); err != nil {
		return err
	}
	if err := writeCapture(little, k, max(o.rounds/part, 1)); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(whole), os.Remove(little)) }()
	flows := filepath.Join(folder, "flows")
	racers := []*racer{
		{name: "reading alone (`dd bs=1M`)", argv: []string{"dd", "if=" + whole, "of=/dev/null", "bs=1M"}, scale: 1},
		{name: "`tcpdump -r FILE -w /dev/null`, which only copies", argv: []string{"tcpdump", "-r", whole, "-w", "/dev/null"}, scale: 1},
		{name: "**`elbscope --format json FILE`**", argv: []string{program, "--format", "json", whole}, scale: 1},
		{name: "`tcpflow`, which only takes the streams apart", argv: []string{"tcpflow", "-q", "-r", whole, "-o", flows}, scale: 1, slow: true},
		{name: "`tshark -T fields`", argv: []string{
			"tshark", "-r", little, "-Y", "http||websocket", "-T", "fields", "-e", "frame.number", "-e", "tcp.stream",
			"-e", "http.request.line", "-e", "http.response.line", "-e", "websocket.opcode",
		}, scale: part, slow: true},
	}
	if k.Name == "handshakes" {
		// tcpflow makes two files of each of the 160,000 connections.
		racers = slices.DeleteFunc(racers, func(r *racer) bool { return r.argv[0] == "tcpflow" })
	}
	for i := range o.turns {
		for _, r := range racers {
			if r.slow && i > o.turns/3 {
				continue // and its figures are far off anyway
			}
			t, err := race(r.argv)
			if err != nil {
				return err
			}
			r.turns = append(r.turns, t)
			if err := os.RemoveAll(flows); err != nil {
				return err
			}
		}
	}
	return printKind(out, k, whole, racers)
}

// race runs a program once. elbscope's exit status 1 says that it has found
// something.
func race(argv []string) (turn, error) {
	cmd := exec.Command(argv[0], argv[1:]...)
	start := time.Now()
	err := cmd.Run()
	wall := time.Since(start)
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 1 && filepath.Base(argv[0]) == "elbscope" {
		err = nil
	}
	if err != nil {
		return turn{}, fmt.Errorf("running %s: %w", argv[0], err)
	}
	t := turn{wall: wall, cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
	if u, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		t.peak = u.Maxrss << 10
	}
	return t, nil
}

// median returns the middle of the turns by wall clock, by processor time and
// by peak, each on its own, scaled to the whole capture.
func (r *racer) median() turn {
	middle := func(of func(turn) int64) int64 {
		all := make([]int64, len(r.turns))
		for i, t := range r.turns {
			all[i] = of(t)
		}
		slices.Sort(all)
		return all[len(all)/2]
	}
	return turn{
		wall: time.Duration(middle(func(t turn) int64 { return int64(t.wall) })) * time.Duration(r.scale),
		cpu:  time.Duration(middle(func(t turn) int64 { return int64(t.cpu) })) * time.Duration(r.scale),
		peak: middle(func(t turn) int64 { return t.peak }),
	}
}

func printKind(out io.Writer, k traffic.Kind, file string, racers []*racer) error {
	stat, err := os.Stat(file)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "\n%s: %s, %d MB\n\n| | median | processor | peak memory |\n|---|---|---|---|\n", k.Name, k.Text, stat.Size()/1e6)
	for _, r := range racers {
		m := r.median()
		scaled, peak := "", fmt.Sprintf("%d MB", m.peak>>20)
		if r.scale > 1 {
			scaled, peak = fmt.Sprintf(" (1/%d, scaled)", r.scale), ""
		}
		fmt.Fprintf(out, "| %s%s | %.2f s | %.2f s | %s |\n", r.name, scaled, m.wall.Seconds(), m.cpu.Seconds(), peak)
	}
	return nil
}

// measureGrowth prints how elbscope's cost grows with the capture.
func measureGrowth(out io.Writer, o *options, program, folder string, k traffic.Kind) error {
	fmt.Fprintf(out, "| %s | median | processor | per round of 2,000 | peak memory |\n|---|---|---|---|---|\n", k.Name)
	for _, size := range []int{1, 2, 5, 10, 20, 50, 100} {
		if size > o.growth {
			break
		}
		name := filepath.Join(folder, k.Name+".pcap")
		if err := writeCapture(name, k, size*o.rounds); err != nil {
			return err
		}
		r := racer{argv: []string{program, "--format", "json", name}, scale: 1}
		for range o.turns {
			t, err := race(r.argv)
			if err != nil {
				return err
			}
			r.turns = append(r.turns, t)
		}
		m := r.median()
		fmt.Fprintf(out, "| %d × | %.2f s | %.2f s | %.1f ms | %d MB |\n", size, m.wall.Seconds(), m.cpu.Seconds(),
			1000*m.cpu.Seconds()/float64(size*o.rounds), m.peak>>20)
	}
	return nil
}
