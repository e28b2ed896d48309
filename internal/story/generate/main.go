// Command generate writes the captures of samples/ and its list anew. Run it
// in the root of the module: go run ./internal/story/generate
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"elbscope/internal/story"
)

func main() {
	folder := "samples"
	if len(os.Args) > 1 {
		folder = os.Args[1]
	}
	if err := run(folder); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

// run leaves captures alone that belong to no story; a test names them.
func run(folder string) error {
	shelf, err := story.Shelf(os.DirFS(folder))
	if err != nil {
		return err
	}
	for _, s := range shelf {
		if s.Story == nil {
			continue
		}
		for _, c := range s.Captures {
			if err := os.WriteFile(filepath.Join(folder, c.Name), c.Bytes, 0o644); err != nil {
				return err
			}
		}
	}
	return os.WriteFile(filepath.Join(folder, "README.md"), []byte(story.ShelfList(shelf)), 0o644)
}
