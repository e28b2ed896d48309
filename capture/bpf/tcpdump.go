package bpf

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	netbpf "golang.org/x/net/bpf"
)

// FromTcpdump reads a program as "tcpdump -ddd" prints it: the number of
// instructions, then one a line, each as code, jt, jf and k in decimal.
//
// tcpdump makes it for one link type, and the program does not say which.
func FromTcpdump(r io.Reader) (Program, error) {
	lines := bufio.NewScanner(r)
	count, err := countLine(lines)
	if err != nil {
		return nil, err
	}
	p := make(Program, 0, count)
	for line := 2; lines.Scan(); line++ {
		text := strings.TrimSpace(lines.Text())
		if text == "" {
			continue
		}
		if len(p) == count {
			return nil, fmt.Errorf("line %d: there are more instructions than the %d that the first line says", line, count)
		}
		i, err := instruction(text)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", line, err)
		}
		p = append(p, i)
	}
	if err := lines.Err(); err != nil {
		return nil, unlikely(err)
	}
	if len(p) < count {
		return nil, fmt.Errorf("it ends after %d of %d instructions", len(p), count)
	}
	if at, err := p.validate(); err != nil {
		return nil, fmt.Errorf("instruction %d of %d: %w", at+1, len(p), err)
	}
	return p, nil
}

// unlikely explains an error of the reading itself.
func unlikely(err error) error {
	if errors.Is(err, bufio.ErrTooLong) {
		return errors.New("it has a line that is far too long for the output of tcpdump -ddd")
	}
	return err
}

// countLine reads the first line.
func countLine(lines *bufio.Scanner) (int, error) {
	if !lines.Scan() {
		if err := lines.Err(); err != nil {
			return 0, unlikely(err)
		}
		return 0, errors.New("it is empty, and the output of tcpdump -ddd is not")
	}
	first := strings.TrimSpace(lines.Text())
	count, err := strconv.ParseUint(first, 10, 32)
	switch {
	case strings.HasPrefix(first, "(000)"):
		return 0, errors.New("this is the output of tcpdump -d, and that of -ddd is needed")
	case strings.HasPrefix(first, "{"):
		return 0, errors.New("this is the output of tcpdump -dd, and that of -ddd is needed")
	case strings.Contains(first, ","):
		return 0, errors.New("this has commas, as iptables wants it, and the output of tcpdump -ddd is needed as it is")
	case err != nil:
		return 0, errors.New("line 1: the output of tcpdump -ddd begins with a number alone on its line, the count of instructions")
	case count == 0 || count > maxProgram:
		return 0, fmt.Errorf("line 1: a program has from 1 to %d instructions, not %d", maxProgram, count)
	}
	return int(count), nil
}

// instruction reads one line.
func instruction(text string) (i netbpf.RawInstruction, err error) {
	fields := strings.Fields(text)
	if len(fields) != 4 {
		return i, errors.New("an instruction is four numbers, as tcpdump -ddd prints it")
	}
	var n [4]uint64
	for at, size := range []int{16, 8, 8, 32} {
		if n[at], err = strconv.ParseUint(fields[at], 10, size); err != nil {
			return i, fmt.Errorf("number %d of the four is no whole number of %d bits", at+1, size)
		}
	}
	return netbpf.RawInstruction{Op: uint16(n[0]), Jt: uint8(n[1]), Jf: uint8(n[2]), K: uint32(n[3])}, nil
}
