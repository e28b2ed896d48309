package analyze

// This file decides what becomes of requests without an answer, and which
// pairs are not certain enough to be made.

// Lost implements http1.Handler.
func (s *side) Lost() {
	c := s.c
	s.open = false
	if s.who == 0 {
		s.lostRequests()
		return
	}
	if !s.holed && !s.inGap {
		// No hole, but no HTTP either.
		c.alien()
		return
	}
	c.answersLost()
}

// lostRequests takes a hole in what the client sends: any number of requests
// may have been in it.
func (s *side) lostRequests() {
	c := s.c
	if x := c.suspect; x != nil && s.inGap {
		// Its answer came behind a hole, and what came next is missing as well:
		// the answer may be to that.
		c.suspect = nil
		x.takeBack()
		c.publish(x)
	}
	e := c.early
	c.early = nil
	switch {
	case e == nil, e.doubtful:
	case e.head.Status() == 101:
		s.next, s.cutSwitch = c.side[1].stage, true
	default:
		c.orphaned = true // the request that it answers is missing
	}
}

// takeBack undoes an answer.
func (x *exchange) takeBack() {
	x.Status, x.Response, x.ResponseBody, x.Answer = 0, PacketRef{}, 0, AnswerLost
	if x.sighting != nil {
		x.sighting.Response, x.sighting.Body, x.sighting.Early = nil, nil, false
		x.sighting.noteAnswer(x)
	}
}

// alien notes that what came back to the requests that wait is no HTTP.
func (c *conn) alien() {
	for _, x := range c.pending {
		c.settle(x, AnswerAlien)
	}
}

// broken notes that an answer began and has no end: because the server closed,
// or because the capture does not hold more.
func (c *conn) broken() {
	if c.closes[1].how != 0 {
		c.alien()
	} else if len(c.pending) > 0 {
		c.settle(c.pending[0], AnswerLost)
	}
}

// answersLost gives up the answers that may have been in a hole. Unless the
// client sends without waiting, only the latest request can still get one.
func (c *conn) answersLost() {
	c.unpause()
	keep := 1
	if c.pipelined {
		keep = 0
	}
	c.giveUp(len(c.pending) - keep)
}

// giveUp settles the oldest n requests that wait: their answers are missing.
func (c *conn) giveUp(n int) {
	for ; n > 0; n-- {
		x := c.pending[0]
		c.pending = c.pending[1:]
		c.settle(x, AnswerLost)
		if s := c.side[0]; s != nil && s.stage == paused && s.waitsFor == x {
			s.turn(speaking)
		}
	}
}

// settlePending gives the requests that got no answer their reason.
func (c *conn) settlePending(why Answer) {
	if s := c.side[1]; c.orphaned || s != nil && s.holed {
		why = AnswerLost
	}
	closed := c.closes[1]
	for _, x := range c.pending {
		if x.Answer != AnswerNone {
			continue
		}
		if (c.shifted || c.strayed && c.requests == 1) && closed.how != 0 && before(closed.packet, x.Request) {
			why = AnswerLost // a server that says something unasked and closes
		}
		c.settle(x, why)
	}
	c.pending = nil
}

func (c *conn) settle(x *exchange, why Answer) {
	x.Answer = why
	if x.sighting != nil {
		x.sighting.noteAnswer(x)
	}
	c.publish(x)
}

// joinedLate reports whether requests may have been sent before the capture. A
// PROXY header stands in front of all of them.
func (c *conn) joinedLate() bool {
	return c.info.Midstream && c.requests == 0 && c.proxy.Version == ""
}

// awaitsRequest reports whether a 101 without a request can only be to the next
// one, which was captured behind it: all that the client has sent so far is
// known, and answered.
func (c *conn) awaitsRequest() bool {
	client := c.side[0]
	switch {
	case c.missed[0], c.lossy, c.early != nil:
		return false
	case c.requests == 0:
		return !c.joinedLate() && !c.seen[0]
	}
	return client != nil && client.stage == speaking && !client.open && !c.orphaned
}
