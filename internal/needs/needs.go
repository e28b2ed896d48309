// Package needs is for tests that compare with another program, or that take a
// right which not everybody has. Where it is missing they are skipped; with
// CI=true, on the machine that says whether all is well, they fail instead.
package needs

import (
	"os"
	"os/exec"
	"testing"
)

// Program returns the path of a program, without which the test ends here.
func Program(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		lack(t, name+" is not installed")
	}
	return path
}

// Root ends the test here where it does not run as root.
func Root(t testing.TB) {
	t.Helper()
	if os.Geteuid() != 0 {
		lack(t, "it takes root")
	}
}

func lack(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(what)
	}
	t.Skip(what)
}
