package rules

import (
	"fmt"

	"elbscope/analyze"
)

// http10Downgrade: the request became HTTP/1.0, in which there is no upgrade
// (RFC 9110 section 7.8). What happened to the headers does not matter then.
var http10Downgrade = &analyze.Rule{
	ID: idHTTP10Downgrade,
	Check: func(c *analyze.Case) []*analyze.Finding {
		return damageFindings(c, analyze.Downgraded, downgradeWords, nil)
	},
}

var downgradeWords = damageWords(damageTitles{
	proven: func(hop string, _ *analyze.Sighting) string {
		return hop + " turns the handshake into HTTP/1.0"
	},
	inferred: func(server string, _ *analyze.Sighting) string {
		return fmt.Sprintf("The handshake reaches %s as HTTP/1.0", server)
	},
})
