// Package house holds the tests that keep the walls of the program where
// ARCHITECTURE.md says they are.
package house

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// mayImport lists for every package which of our own it may import. A package
// that is not here has no place in the house yet: think about where it lives,
// then add it.
var mayImport = map[string][]string{
	"capture/flow":    {},
	"capture/bpf":     {},
	"capture":         {"capture/flow", "capture/bpf", "internal/shell"},
	"capture/live":    {"capture", "capture/flow"},
	"analyze/http1":   {},
	"analyze/ws":      {},
	"analyze/preface": {},
	"analyze":         {"capture/flow", "analyze/http1", "analyze/ws", "analyze/preface"},
	"analyze/rules":   {"analyze", "analyze/http1", "analyze/ws", "capture/flow", "internal/wiretext"},
	"analyze/filter":  {"analyze", "analyze/http1", "capture/flow", "internal/nearest"},
	"ui/report":       {"analyze", "analyze/http1", "capture/flow", "internal/wiretext"},
	"ui": {
		"analyze", "analyze/filter", "capture/flow", "ui/report", "internal/wiretext",
	},
	"internal/shell":          {},
	"internal/nearest":        {},
	"internal/needs":          {},
	"internal/wiretext":       {},
	"internal/story":          {},
	"internal/story/generate": {"internal/story"},
	"internal/traffic":        {},
	"internal/picture":        {},
	"samples/lab":             {"capture", "internal/story"},
	"samples/lab/servers":     {},
	"internal/load":           {},
	"internal/bench":          {"internal/traffic"},
	"cmd/elbscope": {
		"analyze", "analyze/rules", "analyze/filter", "capture", "capture/bpf", "capture/flow", "capture/live", "ui",
		"ui/report", "internal/shell", "internal/nearest", "internal/wiretext",
	},
}

// rooms lists the packages from elsewhere that stay in one part of the house.
var rooms = map[string][]string{
	"github.com/google/gopacket":    {"capture"},
	"github.com/klauspost/compress": {"capture"},
	"github.com/rivo/tview":         {"ui"},
	"github.com/gdamore/tcell":      {"ui"},
	"github.com/spf13/pflag":        {"cmd/elbscope"},
	"golang.org/x/net/bpf":          {"capture/bpf", "capture/live", "cmd/elbscope"},
	"golang.org/x/net/websocket":    {"samples/lab/servers"},
	"github.com/creack/pty":         {"internal/bench"},
	"golang.org/x/term":             {"cmd/elbscope"},
	"golang.org/x/text":             {"ui"},
	"github.com/rivo/uniseg":        {"internal/wiretext"},
	"golang.org/x/sys":              {"capture/live", "cmd/elbscope", "samples/lab"},
	// the lab's servers are a module of their own, with the libraries they show
	"github.com/gorilla/websocket": {"samples/lab/servers"},
	"github.com/coder/websocket":   {"samples/lab/servers"},
	"github.com/gobwas/ws":         {"samples/lab/servers"},
}

// sources calls visit for every Go file that is no test, with its package's
// folder and its imports.
func sources(t *testing.T, visit func(folder, file string, imports []string)) {
	t.Helper()
	files := 0
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != "." && strings.HasPrefix(d.Name(), ".") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		var imports []string
		for _, i := range f.Imports {
			p, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				return err
			}
			imports = append(imports, p)
		}
		files++
		visit(filepath.ToSlash(filepath.Dir(path)), path, imports)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files == 0 {
		t.Fatal("no source files found")
	}
}

// TestImports keeps the direction of imports.
func TestImports(t *testing.T) {
	sources(t, func(folder, file string, imports []string) {
		allowed, known := mayImport[folder]
		if !known {
			t.Errorf("%s: package %s has no place in the house yet", file, folder)
			return
		}
		for _, p := range imports {
			own, ours := strings.CutPrefix(p, "elbscope/")
			switch {
			case ours && !slices.Contains(allowed, own):
				t.Errorf("%s: %s may not import %s", file, folder, own)
			case !ours && !allowedRoom(folder, p):
				t.Errorf("%s: %s may not be used in %s", file, p, folder)
			}
		}
	})
}

// allowedRoom reports whether a package from elsewhere may be used in folder:
// the standard library everywhere, the others in their rooms.
func allowedRoom(folder, p string) bool {
	if first, _, _ := strings.Cut(p, "/"); !strings.Contains(first, ".") {
		return true
	}
	for prefix, folders := range rooms {
		if p == prefix || strings.HasPrefix(p, prefix+"/") {
			return slices.ContainsFunc(folders, func(room string) bool {
				return folder == room || strings.HasPrefix(folder, room+"/")
			})
		}
	}
	return false
}

// TestAnalyzeIsPure keeps clocks, goroutines' tools and printing out of the
// analysis, which must give the same for the same packets at any time.
func TestAnalyzeIsPure(t *testing.T) {
	forbidden := []string{"os", "log", "log/slog", "net", "net/http", "context", "math/rand", "math/rand/v2", "os/exec"}
	sources(t, func(folder, file string, imports []string) {
		if folder != "analyze" && !strings.HasPrefix(folder, "analyze/") && folder != "capture/flow" {
			return
		}
		for _, p := range imports {
			if slices.Contains(forbidden, p) {
				t.Errorf("%s imports %s, which has no business in the analysis", file, p)
			}
		}
	})
}
