package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestParseSSH reads what sshd says, and nothing else.
func TestParseSSH(t *testing.T) {
	for text, want := range map[string]string{
		"10.0.0.1 5000 10.0.0.2 22":               "10.0.0.1:5000 10.0.0.2:22",
		"::ffff:10.0.0.1 5000 ::ffff:10.0.0.2 22": "10.0.0.1:5000 10.0.0.2:22",
		"fe80::1%eth0 5000 fe80::2%eth0 22":       "[fe80::1]:5000 [fe80::2]:22",
		"":                                        "",
		"10.0.0.1 5000 10.0.0.2":                  "",
		"10.0.0.1 x 10.0.0.2 22":                  "",
		"here 5000 10.0.0.2 22":                   "",
		"10.0.0.1 70000 10.0.0.2 1":               "",
		"10.0.0.1 5000 fd00::1 22":                "",
	} {
		c, ok := parseSSH(text)
		got := ""
		if ok {
			got = c.A.String() + " " + c.B.String()
		}
		if got != want {
			t.Errorf("%q gives %q, not %q", text, got, want)
		}
	}
}

// TestSSHOfParents finds the connection in the environment of a process above,
// as under sudo, which takes it out of ours.
func TestSSHOfParents(t *testing.T) {
	if os.Getenv("ELBSCOPE_TEST_SSH") != "" {
		c, ok := sshConnection()
		os.Stdout.WriteString("found:" + c.A.String() + " " + map[bool]string{true: "yes", false: "no"}[ok] + "\n")
		return
	}
	if _, err := os.Stat("/proc/self/environ"); err != nil {
		t.Skip("this system has no /proc")
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	sh := exec.Command("sh", "-c", "env -u SSH_CONNECTION ELBSCOPE_TEST_SSH=1 "+program+" -test.run TestSSHOfParents; true")
	sh.Env = append(os.Environ(), "SSH_CONNECTION=10.9.8.7 4711 10.0.0.2 22")
	out, err := sh.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "found:10.9.8.7:4711 yes") {
		t.Errorf("%v: %s", err, out)
	}
}
