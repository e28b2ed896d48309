package wiretext

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestPrintable(t *testing.T) {
	tests := []struct {
		name, in string
		max      int
		want     string
	}{
		{"plain", "keep-alive", 0, "keep-alive"},
		{"empty", "", 5, ""},
		{"exact", "abcde", 5, "abcde"},
		{"cut", "abcdef", 5, "abcd…"},
		{"cut to one", "abcdef", 1, "…"},
		{"no room", "abc", -1, ""},
		{"escape sequence", "\x1b[31mred", 0, `\x1b[31mred`},
		{"title bar", "\x1b]0;x\a", 0, `\x1b]0;x\x07`},
		{"lines", "a\r\nb\tc", 0, `a\r\nb\tc`},
		{"NUL and DEL", "\x00\x7f", 0, `\x00\x7f`},
		{"C1 as a rune", "\u009b31m", 0, `\u009b31m`},
		{"C1 as a byte", "\x9b31m", 0, `\x9b31m`},
		{"invalid", "\xff\xc3(", 0, `\xff\xc3(`},
		{"override", "a\u202egnp.exe", 0, `a\u202egnp.exe`},
		{"isolate", "\u2066x\u2069", 0, `\u2066x\u2069`},
		{"zero width", "a\u200bb\u200dc\ufeff", 0, `a\u200bb\u200dc\ufeff`},
		{"separators", "a\u2028b\u2029", 0, `a\u2028b\u2029`},
		{"no-break space", "a\u00a0b", 0, `a\u00a0b`},
		{"private", "\ue000\U000f0000", 0, `\ue000\U000f0000`},
		{"tags", "\U000e0041", 0, `\U000e0041`},
		{"variation selector", "❤\ufe0f", 0, `❤\ufe0f`},
		{"filler", "\u3164", 0, `\u3164`},
		{"blank Braille", "\u2800", 0, `\u2800`},
		{"accents", "e\u0301é", 0, "e\u0301é"},
		{"leading mark", "\u0301x", 0, `\u0301x`},
		{"Zalgo", "a\u0301\u0302\u0303\u0304b", 0, "a\u0301\u0302\u0303\\u0304b"},
		{"mark behind an escape", "\x1b\u0301", 0, `\x1b\u0301`},
		{"wide", "日本語", 0, "日本語"},
		{"wide cut", "日本語", 5, "日本…"},
		{"wide cut in the middle", "日本語", 4, "日…"},
		{"escape cut", "ab\x1b", 5, `ab\x…`},
		{"markup is left alone", "[red]x", 0, "[red]x"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Printable(tt.in, tt.max); got != tt.want {
				t.Errorf("Printable(%q, %d) = %q, want %q", tt.in, tt.max, got, tt.want)
			}
		})
	}
}

func TestASCII(t *testing.T) {
	for _, tt := range []struct {
		in   string
		max  int
		want string
	}{
		{"plain", 0, "plain"},
		{"é\u202e", 0, `\u00e9\u202e`},
		{"abcdefgh", 6, "abc..."},
		{"abcdefgh", 2, ".."},
	} {
		if got := ASCII(tt.in, tt.max); got != tt.want {
			t.Errorf("ASCII(%q, %d) = %q, want %q", tt.in, tt.max, got, tt.want)
		}
	}
}

func TestWidth(t *testing.T) {
	for in, want := range map[string]int{
		"": 0, "abc": 3, "日本": 4, "e\u0301": 1, "…│▼✓×": 5, "😀": 2, "\x1b[": 1, "\u200b": 0,
	} {
		if got := Width(in); got != want {
			t.Errorf("Width(%q) = %d, want %d", in, got, want)
		}
	}
}

func TestCutAndPad(t *testing.T) {
	if got := Cut("abcdef", 0); got != "" {
		t.Errorf("Cut to nothing = %q", got)
	}
	if got := Cut("日本語", 5); got != "日本…" {
		t.Errorf("Cut = %q", got)
	}
	if got := CutASCII("abcdef", 5); got != "ab..." {
		t.Errorf("CutASCII = %q", got)
	}
	if got := Pad("日", 4); got != "日  " {
		t.Errorf("Pad = %q", got)
	}
	if got := Pad("abc", 2); got != "abc" {
		t.Errorf("Pad of something wide = %q", got)
	}
}

// TestLongInputIsNotReadToItsEnd holds that twenty cells of a huge head cost
// twenty cells.
func TestLongInputIsNotReadToItsEnd(t *testing.T) {
	long := strings.Repeat("\x1b", 1<<20)
	if n := testing.AllocsPerRun(10, func() { Printable(long, 20) }); n > 20 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzPrintable(f *testing.F) {
	for _, s := range []string{"", "abc", "\x1b[31m", "日本\u0301\u202e", "\xff\xfe", "❤\ufe0f\U0001f1e9\U0001f1ea", "\u1100\u1161"} {
		f.Add(s, 7)
		f.Add(s, 0)
	}
	f.Fuzz(func(t *testing.T, s string, max int) {
		for name, show := range map[string]func(string, int) string{"Printable": Printable, "ASCII": ASCII} {
			out := show(s, max)
			if !utf8.ValidString(out) {
				t.Errorf("%s(%q) = %q is no UTF-8", name, s, out)
			}
			for _, r := range out {
				if unicode.In(r, unicode.C, unicode.Zl, unicode.Zp) || !Safe(r) {
					t.Errorf("%s(%q) = %q has %U", name, s, out, r)
				}
			}
			if max > 0 && Width(out) > max {
				t.Errorf("%s(%q, %d) = %q is %d wide", name, s, max, out, Width(out))
			}
			if again := show(out, max); again != out {
				t.Errorf("%s(%q, %d) = %q, and again = %q", name, s, max, out, again)
			}
		}
	})
}
