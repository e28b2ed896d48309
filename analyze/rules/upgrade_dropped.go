package rules

import (
	"fmt"
	"strings"

	"elbscope/analyze"
)

// upgradeDropped: the Upgrade header itself was removed. Nothing behind that
// hop can repair it, as it no longer knows what was asked for.
//
// A hop that gets Upgrade without Connection naming it does right to remove it
// (RFC 9110 section 7.6.1), and may pass it on as soon as Connection is whole.
// nginx is not among them: unless it is told otherwise it removes it always.
var upgradeDropped = &analyze.Rule{
	ID: idUpgradeDropped,
	Check: func(c *analyze.Case) []*analyze.Finding {
		return damageFindings(c, analyze.Dropped, droppedWords, asItMay)
	},
}

var droppedWords = damageWords(damageTitles{
	proven: func(hop string, _ *analyze.Sighting) string {
		return hop + " removes the Upgrade header"
	},
	inferred: func(server string, _ *analyze.Sighting) string {
		return fmt.Sprintf("The handshake reaches %s without its Upgrade header", server)
	},
	more: asItMay,
})

// asItMay says that the hop did right, if it did.
func asItMay(f *analyze.Finding) string {
	if !unnamed(f) || strings.HasPrefix(looksLike(f.Before.Request, f.After), "nginx") {
		return ""
	}
	return ", as it may once Connection no longer names it"
}
