package capture

// chain is a list of connections or datagrams, the one that was pushed last at
// its end.
type chain[T any] struct {
	oldest, newest *node[T]
	n              int
}

// node is the place of one in a chain.
type node[T any] struct {
	of           T
	older, newer *node[T]
	linked       bool
}

// push puts n at the newest end, wherever it was.
func (l *chain[T]) push(n *node[T]) {
	if l.newest == n {
		return
	}
	l.remove(n)
	n.older, n.newer, n.linked = l.newest, nil, true
	if l.newest != nil {
		l.newest.newer = n
	} else {
		l.oldest = n
	}
	l.newest = n
	l.n++
}

// remove takes n out, if it is in.
func (l *chain[T]) remove(n *node[T]) {
	if !n.linked {
		return
	}
	if n.older != nil {
		n.older.newer = n.newer
	} else {
		l.oldest = n.newer
	}
	if n.newer != nil {
		n.newer.older = n.older
	} else {
		l.newest = n.older
	}
	n.older, n.newer, n.linked = nil, nil, false
	l.n--
}
