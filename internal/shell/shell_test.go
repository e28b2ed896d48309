package shell

import (
	"os/exec"
	"testing"
)

// TestWords has a shell print what it takes a word for.
func TestWords(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"", "a", "a b", "it's", "$(id)", "`id`", "a\nb", `a\b`, `"`, "*", "~", "naïve.pcap", "a;b", "-n", "#x", "a=b", "!x", "{a,b}"} {
		for _, quoted := range []string{Word(word), Quote(word)} {
			got, err := exec.Command(sh, "-c", "printf %s "+quoted).Output()
			if word == "-n" { // printf's own option is no business of quoting
				got, err = exec.Command(sh, "-c", "printf %s -- "+quoted).Output()
				got = got[min(2, len(got)):]
			}
			if err != nil || string(got) != word {
				t.Errorf("%q is written %s and read as %q (%v)", word, quoted, got, err)
			}
		}
	}
	if Word("samples/a-b_1.pcap") != "samples/a-b_1.pcap" {
		t.Error("a plain word is quoted")
	}
}

func TestFile(t *testing.T) {
	for name, want := range map[string]string{
		"a.pcap": "a.pcap", "-w.pcap": "./-w.pcap", "-": "FILE", "": "FILE", "a\x1b[2J": "FILE", "my file": "'my file'",
	} {
		if got := File(name); got != want {
			t.Errorf("%q becomes %s, not %s", name, got, want)
		}
	}
}
