package capture

// chain is a list of connections, the one that was pushed last at its end.
type chain struct{ oldest, newest *node }

// node is the place of a connection in a chain.
type node struct {
	conn         *conn
	older, newer *node
	linked       bool
}

// push puts n at the newest end, wherever it was.
func (l *chain) push(n *node) {
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
}

// remove takes n out, if it is in.
func (l *chain) remove(n *node) {
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
}
