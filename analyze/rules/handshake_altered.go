package rules

import (
	"fmt"

	"elbscope/analyze"
)

// handshakeAltered: something else that the server needs was changed on the
// way: the key, the version, the method, the value of Upgrade.
var handshakeAltered = &analyze.Rule{
	ID: idHandshakeAltered,
	Check: func(c *analyze.Case) []*analyze.Finding {
		return damageFindings(c, analyze.Altered, alteredWords, func(f *analyze.Finding) string {
			return missing(f.Before, f.After)
		})
	},
}

var alteredWords = damageWords(damageTitles{
	proven: func(hop string, _ *analyze.Sighting) string {
		return hop + " damages the handshake"
	},
	inferred: func(server string, _ *analyze.Sighting) string {
		return fmt.Sprintf("The handshake reaches %s damaged", server)
	},
	more: func(f *analyze.Finding) string { return behindColon(missing(f.Before, f.After)) },
})

// behindColon is what a title says more; nothing of nothing.
func behindColon(words string) string {
	if words == "" {
		return ""
	}
	return ": " + words
}
