package main

import (
	"net/netip"
	"os"
	"strconv"
	"strings"

	"elbscope/capture/live"
)

// sshConnection returns the ssh connection that this program was started over,
// as sshd says it in SSH_CONNECTION. sudo takes that out of the environment,
// but those of the processes above still have it.
func sshConnection() (live.Endpoints, bool) {
	if c, ok := parseSSH(os.Getenv("SSH_CONNECTION")); ok {
		return c, true
	}
	const enough = 64 // no chain of parents is that long
	pid := os.Getppid()
	for range enough {
		if pid <= 1 {
			break
		}
		dir := "/proc/" + strconv.Itoa(pid)
		env, _ := os.ReadFile(dir + "/environ") // what may not be read has nothing to say
		for _, v := range strings.Split(string(env), "\x00") {
			if text, ok := strings.CutPrefix(v, "SSH_CONNECTION="); ok {
				return parseSSH(text)
			}
		}
		pid = parentOf(dir)
	}
	return live.Endpoints{}, false
}

// parentOf reads a process's parent from its stat (proc_pid_stat(5)): the
// second field behind the name, which stands in parentheses and may hold any.
func parentOf(dir string) int {
	stat, err := os.ReadFile(dir + "/stat")
	if err != nil {
		return 0
	}
	text := string(stat)
	fields := strings.Fields(text[strings.LastIndexByte(text, ')')+1:])
	if len(fields) < 2 {
		return 0
	}
	pid, err := strconv.Atoi(fields[1])
	if err != nil {
		return 0
	}
	return pid
}

// parseSSH reads "CLIENT PORT SERVER PORT".
func parseSSH(text string) (c live.Endpoints, ok bool) {
	f := strings.Fields(text)
	if len(f) != 4 {
		return c, false
	}
	ends := [2]netip.AddrPort{}
	for i := range ends {
		addr, err := netip.ParseAddr(f[2*i])
		port, err2 := strconv.ParseUint(f[2*i+1], 10, 16)
		if err != nil || err2 != nil {
			return c, false
		}
		ends[i] = netip.AddrPortFrom(addr.WithZone("").Unmap(), uint16(port))
	}
	if ends[0].Addr().Is4() != ends[1].Addr().Is4() {
		return c, false
	}
	return live.Endpoints{A: ends[0], B: ends[1]}, true
}
