package rules

import (
	"reflect"
	"sync"
	"testing"
)

// TestWordsFromAnyGoroutine: the words of a finding are the same whenever they
// are asked for, and whoever asks; with -race, also that nobody has to wait.
func TestWordsFromAnyGoroutine(t *testing.T) {
	for _, f := range article(t).judge() {
		title, facts, proofs := f.Title(), f.Facts(), f.Evidence()
		if title == "" || len(proofs) == 0 {
			t.Fatalf("%s says nothing", f.Rule)
		}
		var readers sync.WaitGroup
		for range 4 {
			readers.Go(func() {
				if f.Title() != title || f.Facts() != facts || !reflect.DeepEqual(f.Evidence(), proofs) {
					t.Errorf("%s says something else", f.Rule)
				}
			})
		}
		readers.Wait()
	}
}
