package ws

import "testing"

// FuzzReader: no input makes the Reader panic, and how the bytes are cut
// changes nothing. The first byte chooses the settings; holes says after how
// many bytes a hole comes and how long it is.
func FuzzReader(f *testing.F) {
	for _, test := range readerTests {
		var data []byte
		for _, o := range test.ops {
			data = append(data, o.data...)
		}
		if len(data) > 1000 {
			continue
		}
		f.Add(setByte(test.set), data, []byte{}, uint16(3))
		f.Add(setByte(test.set), data, []byte{5, 3}, uint16(7))
	}
	f.Fuzz(func(t *testing.T, set byte, data, holes []byte, cut uint16) {
		s := Settings{Masked: set&1 != 0, Deflate: set&2 != 0, Extended: set&4 != 0}
		var ops []op
		rest := data
		for len(holes) >= 2 {
			n := min(int(holes[0]), len(rest))
			ops = append(ops, op{data: rest[:n]}, op{gap: uint64(holes[1])})
			rest, holes = rest[n:], holes[2:]
		}
		ops = append(ops, op{data: rest})
		whole := run(s, ops)
		want := summary(whole)
		var single, parts []op
		size := int(cut)%97 + 1
		for _, o := range ops {
			if o.gap != 0 {
				single, parts = append(single, o), append(parts, o)
				continue
			}
			for i := range o.data {
				single = append(single, op{data: o.data[i : i+1]})
			}
			for i := 0; i < len(o.data); i += size {
				parts = append(parts, op{data: o.data[i:min(i+size, len(o.data))]})
			}
		}
		if got := summary(run(s, single)); got != want {
			t.Errorf("single bytes:\ngot  %s\nwant %s", got, want)
		}
		if got := summary(run(s, parts)); got != want {
			t.Errorf("parts of %d:\ngot  %s\nwant %s", size, got, want)
		}
		if whole.Frames > uint64(len(data))/2 {
			t.Errorf("%d frames in %d bytes", whole.Frames, len(data))
		}
	})
}

func setByte(s Settings) (b byte) {
	if s.Masked {
		b |= 1
	}
	if s.Deflate {
		b |= 2
	}
	if s.Extended {
		b |= 4
	}
	return b
}
