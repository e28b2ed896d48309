package capture

import (
	"math/rand/v2"
	"slices"
	"testing"

	"elbscope/capture/flow"
)

// TestTable compares with a plain list, where many connections have one hash.
func TestTable(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	table := newTable()
	var list []*conn
	for range 5000 {
		a := endpoint{[16]byte{byte(rng.IntN(3))}, uint16(rng.IntN(3))}
		b := endpoint{[16]byte{byte(rng.IntN(3))}, uint16(rng.IntN(3))}
		s := segment{src: a, dst: b, encap: uint32(rng.IntN(2)), hash: uint64(a.port + b.port)}
		i := slices.IndexFunc(list, func(c *conn) bool {
			return c.encap == s.encap && (c.client == a && c.server == b || c.client == b && c.server == a)
		})
		c, d := table.find(&s)
		switch {
		case i < 0 && c != nil, i >= 0 && c != list[i]:
			t.Fatalf("found %v for %v", c, s)
		case c == nil:
			c = &conn{hash: s.hash, client: a, server: b, encap: s.encap}
			table.put(c)
			list = append(list, c)
		case d != flow.FromClient && c.client == a, d != flow.FromServer && c.client != a:
			t.Fatalf("%v comes from the %v", s, d)
		case rng.IntN(2) == 0:
			table.remove(c)
			list = slices.Delete(list, i, i+1)
		}
		n := 0
		for range table.all() {
			n++
		}
		if n != len(list) || n != table.n {
			t.Fatalf("%d connections of %d, counted as %d", n, len(list), table.n)
		}
	}
}

// TestHasher changes what a hash is made of: it is that of both directions, and
// else another.
func TestHasher(t *testing.T) {
	h := newHasher()
	first := segment{src: endpoint{[16]byte{1}, 1}, dst: endpoint{[16]byte{2}, 2}}
	back := segment{src: first.dst, dst: first.src, seq: 7}
	if h.of(&first) != h.of(&back) {
		t.Error("the directions have two hashes")
	}
	for name, change := range map[string]func(*segment){
		"address": func(s *segment) { s.src.addr[15]++ },
		"port":    func(s *segment) { s.src.port = 3 },
		"ports":   func(s *segment) { s.src.port, s.dst.port = 2, 1 },
		"encap":   func(s *segment) { s.encap = 1 },
	} {
		other := first
		change(&other)
		if h.of(&other) == h.of(&first) {
			t.Errorf("another %s, and the same hash", name)
		}
	}
}

// TestMostSilent has connections heard of again, ended and forgotten, and asks
// for the most silent one in between.
func TestMostSilent(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	w := newWire(t, plenty)
	for range 400 {
		w.port++
		w.play("> S")
	}
	for range 400 {
		all := w.a.known.byUse()
		c := all[rng.IntN(len(all))].conn
		switch rng.IntN(3) {
		case 0:
			w.port++
			w.play("> S")
		case 1:
			w.port = c.client.port
			w.play("> 5:heard")
		case 2:
			w.a.end(c, flow.EndEvicted)
			w.a.forget(c)
		}
		all = w.a.known.byUse()
		if c := w.a.mostSilent(); c != all[0].conn {
			t.Fatalf("%v was silent since %d, and %v since %d", c.client, c.usedAt, all[0].client, all[0].usedAt)
		}
	}
}
