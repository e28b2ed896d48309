package main

import (
	"context"
	"fmt"

	"elbscope/analyze"
)

// A load balancer sends the handshakes of many clients over the connections
// that it keeps to the instance. A connection is saved whole, so that of each of
// its other handshakes one leg would be in the file and the others not, and who
// reads that would see another finding: damage without its author, say. So the
// other legs are saved as well, and what went over those.

// maxCompanions is how many handshakes that nobody chose are saved at most.
const maxCompanions = 64

// companions returns the handshakes that have to be saved with those that were
// chosen, and says so. If they are too many it returns none, and says what the
// file will show instead. What went over a connection is looked at once, however
// many were chosen of it.
func (s *saver) companions(ctx context.Context, chosen, all []*analyze.Handshake) (with []*analyze.Handshake, remark string, err error) {
	byConn := make(map[uint64][]*analyze.Handshake)
	for _, h := range all {
		s.shared(h, func(conn uint64) { byConn[conn] = append(byConn[conn], h) })
	}
	taken := make(map[string]bool, len(chosen))
	for _, h := range chosen {
		taken[h.ID] = true
	}
	looked, direct := 0, 0
	for next := chosen; len(next) > 0; {
		var found []*analyze.Handshake
		for _, h := range next {
			s.shared(h, func(conn uint64) {
				for _, o := range byConn[conn] {
					if looked++; looked%1024 == 0 && ctx.Err() != nil {
						err = errStopped
						return
					}
					if !taken[o.ID] {
						taken[o.ID] = true
						found = append(found, o)
					}
				}
				delete(byConn, conn)
			})
			if err != nil {
				return nil, "", err
			}
		}
		if with == nil {
			direct = len(found)
		}
		with, next = append(with, found...), found
		if len(with) > maxCompanions {
			return nil, fmt.Sprintf("%s went over the same connections: of them the file holds these legs only, "+
				"so that read by itself it may say something else of them", plural(direct, "other handshake")), nil
		}
	}
	if len(with) > 0 {
		remark = "with " + plural(len(with), "other handshake") + " on shared connections"
	}
	return with, remark, nil
}

// shared names the connections of a handshake that are saved whole: of a pipe
// only the packets of the handshake itself are kept.
func (s *saver) shared(h *analyze.Handshake, f func(conn uint64)) {
	for _, x := range h.Sightings {
		if s.canReread(x.RequestPacket.Source) {
			f(x.Conn.ID)
		}
	}
}
