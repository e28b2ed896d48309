package rules

import (
	"slices"
	"unique"

	"elbscope/analyze"
)

// damageRules tells which rule speaks of which damage.
var damageRules = map[analyze.Verdict]string{
	analyze.Malformed:  idClientMalformed,
	analyze.Rewritten:  idConnectionRewrite,
	analyze.Dropped:    idUpgradeDropped,
	analyze.Downgraded: idHTTP10Downgrade,
	analyze.Altered:    idHandshakeAltered,
}

// damageTitles say a damage in one line: done by a hop that both its legs
// prove, or seen on one leg only. more, if it is not nil, stands behind it.
type damageTitles struct {
	proven   func(hop string, after *analyze.Sighting) string
	inferred func(server string, after *analyze.Sighting) string
	more     func(*analyze.Finding) string
}

// damageWords returns the words for findings of damageFindings.
func damageWords(titles damageTitles) *analyze.Words {
	return words{
		title: func(f *analyze.Finding) string {
			title := ""
			if f.Before != nil {
				title = titles.proven(hopShort(f.Before, f.After), f.After)
			} else {
				title = titles.inferred(f.After.Conn.Server.String(), f.After)
			}
			if titles.more != nil {
				title += titles.more(f)
			}
			return title
		},
		facts: func(f *analyze.Finding, facts *analyze.Facts) {
			h := f.Handshake
			setHop(facts, f.Before, f.After)
			setOutcome(facts, h)
			facts.Missing = missing(f.Before, f.After)
			facts.Unnamed = unnamed(f)
			facts.Damaged = f.After != h.Sightings[h.Damages[0].After]
		},
		proof: func(f *analyze.Finding, p *proof) { p.path(f.Handshake, f.Before, f.After) },
	}.made()
}

// unnamed reports whether Connection did not name Upgrade any more when the
// handshake came to the hop that damaged it.
func unnamed(f *analyze.Finding) bool {
	return f.Before != nil && f.Before.Signs.Connection == analyze.No
}

// damageFindings returns one finding for each damage of that kind. effect, if it
// is not nil, says what makes it another thing wrong beside hop and server.
func damageFindings(c *analyze.Case, kind analyze.Verdict, words *analyze.Words, effect func(*analyze.Finding) string) []*analyze.Finding {
	var found []*analyze.Finding
	for _, d := range c.Damages {
		if d.Kind != kind {
			continue
		}
		f := damageFinding(c, d)
		f.Words = words
		if effect == nil {
			f.Group = likeness(f, "")
		} else {
			f.Group = likeness(f, effect(f))
		}
		found = append(found, f)
	}
	return found
}

func damageFinding(c *analyze.Case, d analyze.Damage) *analyze.Finding {
	after := c.Sightings[d.After]
	f := &analyze.Finding{
		Rule:      damageRules[d.Kind],
		Severity:  errorUnlessSucceeded(c),
		Certainty: analyze.Inferred,
		DamageHop: after.Hop + 1,
		Handshake: c.Handshake,
		After:     after,
	}
	if d.Before >= 0 {
		f.Before = c.Sightings[d.Before]
		f.Certainty = analyze.Proven
	}
	return f
}

// likeness is what damage has in common that the same hop did, before the same
// server. effect is what else matters.
func likeness(f *analyze.Finding, effect string) unique.Handle[analyze.Likeness] {
	l := analyze.Likeness{Back: f.After.Conn.Client.Addr(), Server: f.After.Conn.Server, Effect: effect}
	if f.Before != nil {
		l.Front = f.Before.Conn.Server
	}
	return l.Handle()
}

// errorUnlessSucceeded is the severity of damage: what a server forgave this
// time, the next version of it may not.
func errorUnlessSucceeded(c *analyze.Case) analyze.Severity {
	if c.Succeeded() {
		return analyze.Warning
	}
	return analyze.Error
}

// causeOf returns the finding that a refusal or a silence follows from: TLS or
// HTTP/2 that was wanted, for then nothing was read; the first damage on the way; or else a
// PROXY header that was not expected, or was and was not there.
func causeOf(c *analyze.Case) *analyze.Finding {
	if f := earlier(c, idTLSExpected, idHTTP2Expected); f != nil {
		return f
	}
	if c.Verdict == analyze.Malformed {
		if f := earlier(c, idClientMalformed); f != nil {
			return f
		}
	}
	// What a server did not like is what the hop next to it did last.
	for i := len(c.Damages) - 1; i >= 0; i-- {
		if f := earlier(c, damageRules[c.Damages[i].Kind]); f != nil {
			return f
		}
	}
	return earlier(c, idProxyUnexpected, idProxyMissing)
}

// earlier returns the first finding of one of those rules.
func earlier(c *analyze.Case, ids ...string) *analyze.Finding {
	for _, f := range c.Earlier {
		if slices.Contains(ids, f.Rule) {
			return f
		}
	}
	return nil
}

// asSymptom gives f its cause and severity: with a cause it only informs, as
// the cause is what must be changed.
func asSymptom(c *analyze.Case, f *analyze.Finding, alike analyze.Likeness) {
	f.Severity = errorUnlessSucceeded(c)
	f.Cause = causeOf(c)
	if f.Cause != nil {
		f.Severity = analyze.Info
	}
	f.Group = following(f.Cause, alike)
}

// following tells findings apart by their cause, too, if there is one.
func following(cause *analyze.Finding, alike analyze.Likeness) unique.Handle[analyze.Likeness] {
	if cause != nil {
		alike.CauseRule, alike.Cause = cause.Rule, cause.Group
	}
	return alike.Handle()
}
