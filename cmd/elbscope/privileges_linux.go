package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Nothing that parses packets runs with power. As soon as the sockets are
// open, all threads give up root and every capability for good: the bounding
// set goes, too, and no program that they start can bring any of it back.

// nobodyID is the user for root where nobody else is known.
const nobodyID = 65534

// giveUpPrivileges makes the program run as a user without any privilege, and
// checks that it does. For one that was not started as root the user stays,
// and only capabilities go.
func giveUpPrivileges(who *account) error {
	wasRoot := os.Geteuid() == 0
	// In a program with cgo the runtime does not know all threads, and refuses
	// this. The change of the user then still takes all capabilities away; the
	// check below has the last word.
	noCgo := allThreads(unix.PR_SET_KEEPCAPS, 0) == nil
	if noCgo {
		for c := uintptr(0); c <= unix.CAP_LAST_CAP; c++ {
			// It fails for a capability that this kernel does not have, and
			// without CAP_SETPCAP.
			_ = allThreads(unix.PR_CAPBSET_DROP, c)
		}
		_ = allThreads(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL)
	}
	if wasRoot {
		if err := who.become(); err != nil {
			return fmt.Errorf("cannot become %s: %w", who.name, err)
		}
	}
	if noCgo {
		if err := clearCapabilities(); err != nil {
			return fmt.Errorf("cannot give up the capabilities: %w", err)
		}
		if err := allThreads(unix.PR_SET_NO_NEW_PRIVS, 1); err != nil {
			return fmt.Errorf("no_new_privs: %w", err)
		}
	}
	return checkPowerless()
}

// allThreads calls prctl(2) on every thread.
func allThreads(option, value uintptr) error {
	_, _, errno := syscall.AllThreadsSyscall6(unix.SYS_PRCTL, option, value, 0, 0, 0, 0)
	if errno != 0 {
		return errno
	}
	return nil
}

// become changes to the user on every thread, without any further groups.
func (a *account) become() error {
	if err := syscall.Setgroups([]int{}); err != nil {
		return err
	}
	if err := syscall.Setresgid(a.gid, a.gid, a.gid); err != nil {
		return err
	}
	if err := syscall.Setresuid(a.uid, a.uid, a.uid); err != nil {
		return err
	}
	if a.home != "" {
		return os.Setenv("HOME", a.home)
	}
	return nil
}

// clearCapabilities empties the effective, permitted and inheritable sets.
func clearCapabilities() error {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var none [2]unix.CapUserData
	_, _, errno := syscall.AllThreadsSyscall(unix.SYS_CAPSET,
		uintptr(unsafe.Pointer(&header)), uintptr(unsafe.Pointer(&none[0])), 0)
	if errno != 0 {
		return errno
	}
	return nil
}

// checkPowerless looks at every thread (proc_pid_status(5)).
func checkPowerless() error {
	threads, err := filepath.Glob("/proc/self/task/*/status")
	if err != nil || len(threads) == 0 {
		return errors.New("cannot see in /proc whether the privileges are gone")
	}
	for _, t := range threads {
		status, err := os.ReadFile(t)
		if err != nil {
			continue // a thread that has ended
		}
		for _, line := range strings.Split(string(status), "\n") {
			name, value, _ := strings.Cut(line, ":")
			switch name {
			case "CapInh", "CapPrm", "CapEff", "CapAmb":
				if strings.Trim(value, " \t0") != "" {
					return &hintError{
						fmt.Sprintf("a thread still has capabilities (%s %s), as where it was built with cgo", name, strings.TrimSpace(value)),
						"CGO_ENABLED=0 go build -trimpath ./cmd/elbscope",
					}
				}
			}
		}
	}
	return nil
}

// account is a user of this machine.
type account struct {
	name     string
	uid, gid int
	home     string
}

// accountFor returns whom to become: the user named, else the one who called
// sudo, else nobody.
func accountFor(name string) (*account, error) {
	if name != "" {
		a, err := lookupAccount(name)
		if err == nil && a.uid == 0 {
			return nil, &hintError{fmt.Sprintf("--user %s is root, and nothing that parses packets may run as root", name), "elbscope live --user nobody"}
		}
		return a, err
	}
	uid, err := strconv.Atoi(os.Getenv("SUDO_UID"))
	gid, err2 := strconv.Atoi(os.Getenv("SUDO_GID"))
	if err != nil || err2 != nil || uid <= 0 || gid <= 0 {
		return &account{name: "nobody", uid: nobodyID, gid: nobodyID}, nil
	}
	if a, err := lookupAccount(strconv.Itoa(uid)); err == nil {
		return a, nil
	}
	return &account{name: "user " + strconv.Itoa(uid), uid: uid, gid: gid}, nil
}

// lookupAccount finds a user by name or number in /etc/passwd. A number needs
// no entry there.
func lookupAccount(name string) (*account, error) {
	const fields = 7 // passwd(5)
	list, err := os.ReadFile("/etc/passwd")
	if err != nil {
		list = nil // numbers will do
	}
	for _, line := range strings.Split(string(list), "\n") {
		f := strings.Split(line, ":")
		if len(f) != fields || f[0] != name && f[2] != name {
			continue
		}
		uid, err := strconv.Atoi(f[2])
		gid, err2 := strconv.Atoi(f[3])
		if err == nil && err2 == nil {
			return &account{f[0], uid, gid, f[5]}, nil
		}
	}
	if n, err := strconv.Atoi(name); err == nil && n >= 0 {
		return &account{name: "user " + name, uid: n, gid: n}, nil
	}
	return nil, &hintError{fmt.Sprintf("--user %q: there is no such user in /etc/passwd", name), "elbscope live --user nobody"}
}
