package rules

import (
	"slices"
	"strings"

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
// prove, or seen on one leg only.
type damageTitles struct {
	proven   func(hop string, after *analyze.Sighting) string
	inferred func(server string, after *analyze.Sighting) string
}

// damageFindings returns one finding for each damage of that kind.
func damageFindings(c *analyze.Case, kind analyze.Verdict, titles damageTitles) []*analyze.Finding {
	var found []*analyze.Finding
	for i, d := range c.Damages {
		if d.Kind == kind {
			f := damageFinding(c, d, titles)
			f.Facts.Damaged = i > 0
			found = append(found, f)
		}
	}
	return found
}

func damageFinding(c *analyze.Case, d analyze.Damage, titles damageTitles) *analyze.Finding {
	after := c.Sightings[d.After]
	var before *analyze.Sighting
	if d.Before >= 0 {
		before = c.Sightings[d.Before]
	}
	f := &analyze.Finding{
		Rule:      damageRules[d.Kind],
		Severity:  errorUnlessSucceeded(c),
		Certainty: analyze.Inferred,
		DamageHop: after.Hop + 1,
		Facts:     baseFacts(c),
	}
	setHop(&f.Facts, before, after)
	setOutcome(&f.Facts, c)
	f.Facts.Missing = missing(before, after)
	f.Facts.Unnamed = before != nil && before.Signs.Connection == analyze.No
	server := after.Conn.Server.String()
	if before != nil {
		f.Certainty = analyze.Proven
		f.Title = titles.proven(hopShort(before, after), after)
	} else {
		f.Title = titles.inferred(server, after)
	}
	f.Group = group(string(d.Kind), f.Facts.Front, f.Facts.Back, server)
	var p proof
	p.path(c, before, after)
	f.Evidence = p.list
	return f
}

// group joins what makes two findings the same thing wrong.
func group(parts ...string) string { return strings.Join(parts, "|") }

// errorUnlessSucceeded is the severity of damage: what a server forgave this
// time, the next version of it may not.
func errorUnlessSucceeded(c *analyze.Case) analyze.Severity {
	if c.Succeeded() {
		return analyze.Warning
	}
	return analyze.Error
}

// causeOf returns the finding that a refusal or a silence follows from: the
// first damage on the way, or else a PROXY header that was not expected.
func causeOf(c *analyze.Case) *analyze.Finding {
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
	return earlier(c, idProxyUnexpected)
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
func asSymptom(c *analyze.Case, f *analyze.Finding) {
	f.Severity = errorUnlessSucceeded(c)
	if f.Cause = causeOf(c); f.Cause != nil {
		f.Severity = analyze.Info
		f.Facts.Symptom = true
		f.Group = group(f.Group, f.Cause.Rule, f.Cause.Group)
	}
}
