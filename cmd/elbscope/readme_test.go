package main

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"
)

// TestREADME keeps the picture in the README true: it is the beginning of what
// the program prints. ELBSCOPE_UPDATE=1 go test ./cmd/elbscope -run README
// takes the picture anew.
func TestREADME(t *testing.T) {
	const begin, end = "<!-- output of: elbscope --utc samples/article-502.pcapng -->\n```\n", "```\n<!-- end of output -->\n"
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(readme), begin)
	picture, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatal("the README has no place for the output")
	}
	t.Setenv("LC_ALL", "C.UTF-8")
	t.Chdir("../..")
	var out, errs bytes.Buffer
	if status := run(context.Background(), []string{"--utc", "samples/article-502.pcapng"}, &out, &errs); status != exitFindings {
		t.Fatalf("exit status %d: %s", status, errs.String())
	}
	want, _, ok := strings.Cut(out.String(), "  What happened")
	if !ok {
		t.Fatalf("the output has changed its shape:\n%s", out.String())
	}
	want = strings.TrimRight(want, "\n") + "\n"
	if picture == want {
		return
	}
	if os.Getenv("ELBSCOPE_UPDATE") == "" {
		t.Fatalf("the README shows\n%s\nand the program prints\n%s", picture, want)
	}
	if err := os.WriteFile("README.md", []byte(before+begin+want+end+after), 0o644); err != nil {
		t.Fatal(err)
	}
}
