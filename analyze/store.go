package analyze

// store accounts for what is kept, against the memory budget, and holds the
// packets of handshakes whose source cannot be read again.
type store struct {
	limit     int64 // 0: no limit
	bytes     int64
	forgotten uint64
	packets   map[packetKey][]byte
	// order is that of arrival, for giving up the oldest.
	order []packetKey
	raw   int64
}

type packetKey struct {
	source int
	num    uint64
}

func (s *store) over() bool { return s.limit > 0 && s.bytes > s.limit }

// keep takes copies of packets. At most half of the budget goes to them; the
// oldest are given up first.
func (e *Engine) keep(copies []Kept) {
	s := &e.kept
	if len(copies) > 0 && s.packets == nil {
		s.packets = make(map[packetKey][]byte)
	}
	for _, k := range copies {
		key := packetKey{k.Source, k.Num}
		if s.packets[key] != nil {
			continue
		}
		s.packets[key] = k.Raw
		s.order = append(s.order, key)
		s.raw += int64(len(k.Raw)) + 64
	}
	for s.limit > 0 && s.raw > s.limit/2 && len(s.order) > 0 {
		key := s.order[0]
		s.order = s.order[1:]
		s.raw -= int64(len(s.packets[key])) + 64
		delete(s.packets, key)
	}
}

// KeptPacket returns the copy of a packet whose source cannot be read again;
// nil if none was kept, which is to be said where the packet is asked for.
func (e *Engine) KeptPacket(r PacketRef) []byte {
	return e.kept.packets[packetKey{r.Source, r.Num}]
}

// forgetExchange drops the oldest exchange.
func (e *Engine) forgetExchange() {
	if x := e.Exchanges.DropOldest(); x != nil {
		e.kept.bytes -= int64(x.size())
		e.kept.forgotten++
	}
}
