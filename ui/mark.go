package ui

import (
	"fmt"

	"elbscope/analyze"
)

// Marks are of handshakes, by ID, so that they outlive sorting, folding,
// filtering and new knowledge. A row of several is marked when all of them are.

// markCache remembers what was found out about large groups; a drawing must
// not look through a hundred thousand members for each row.
type markCache map[*group]bool

// marked reports whether a row is marked.
func (h *home) marked(r *homeRow) bool {
	if len(h.list.marks) == 0 {
		return false
	}
	if r.member != nil {
		return h.list.marks[r.member.ID]
	}
	all, known := h.marks[r.group]
	if !known {
		all = true
		for _, m := range r.group.members {
			if !h.list.marks[m.ID] {
				all = false
				break
			}
		}
		if h.marks == nil || len(h.marks) > 1000 { // groups that are gone
			h.marks = make(markCache)
		}
		h.marks[r.group] = all
	}
	return all
}

// mark marks the selected row, or takes the mark from it, and goes on to the
// next one.
func (h *home) mark() {
	if len(h.now.rows) == 0 {
		return
	}
	r := &h.now.rows[h.list.selected]
	members := r.group.members
	if r.member != nil {
		members = []*analyze.Handshake{r.member}
	}
	h.toggle(members, !h.marked(r))
	h.list.move(1)
}

// toggle sets marks or takes them away, and says how many there are now.
func (h *home) toggle(members []*analyze.Handshake, set bool) {
	for _, m := range members {
		if set {
			h.list.marks[m.ID] = true
		} else {
			delete(h.list.marks, m.ID)
		}
	}
	h.marks = nil
	h.a.frame.say(fmt.Sprintf("%d marked", len(h.list.marks)))
}

// unmark takes all marks away.
func (h *home) unmark() {
	clear(h.list.marks)
	h.marks = nil
	h.a.frame.say("nothing is marked")
}

// chosen returns the marked handshakes, whether the filter shows them or not;
// without marks, all that are shown.
func (h *home) chosen() []*analyze.Handshake {
	var out []*analyze.Handshake
	if len(h.list.marks) > 0 {
		for _, hs := range h.a.state.Snap.Handshakes {
			if h.list.marks[hs.ID] {
				out = append(out, hs)
			}
		}
		return out
	}
	for i := range h.now.rows {
		if r := &h.now.rows[i]; r.member == nil {
			out = append(out, r.group.members...)
		}
	}
	return out
}

func (h *home) marking() []binding {
	return []binding{
		{keys: []string{"Space"}, help: "mark, or unmark, and go on (a folded row: all of it)", brief: "mark", do: h.mark},
		{keys: []string{"u"}, help: "unmark all", do: h.unmark},
	}
}
