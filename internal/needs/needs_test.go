package needs

import (
	"runtime"
	"testing"
)

// ending notes how a test was ended.
type ending struct {
	testing.TB
	how string
}

func (e *ending) Helper()      {}
func (e *ending) Fatal(...any) { e.how = "failed"; runtime.Goexit() }
func (e *ending) Skip(...any)  { e.how = "skipped"; runtime.Goexit() }

// TestProgram: what is missing is passed over, but not in CI.
func TestProgram(t *testing.T) {
	for _, c := range []struct{ ci, program, want string }{
		{"", "go", "went on"}, {"true", "go", "went on"},
		{"", "no-such-program", "skipped"}, {"false", "no-such-program", "skipped"}, {"true", "no-such-program", "failed"},
	} {
		t.Setenv("CI", c.ci)
		e := &ending{how: "went on"}
		done := make(chan struct{})
		go func() {
			defer close(done)
			Program(e, c.program)
		}()
		<-done
		if e.how != c.want {
			t.Errorf("CI=%s without %s: the test %s, want %s", c.ci, c.program, e.how, c.want)
		}
	}
}
