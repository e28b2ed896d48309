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
		found := damageFindings(c, analyze.Altered, damageTitles{
			proven: func(hop string, _ *analyze.Sighting) string {
				return hop + " damages the handshake"
			},
			inferred: func(server string, _ *analyze.Sighting) string {
				return fmt.Sprintf("The handshake reaches %s damaged", server)
			},
		})
		for _, f := range found {
			if f.Facts.Missing != "" {
				f.Title += ": " + f.Facts.Missing
				f.Group = group(f.Group, f.Facts.Missing)
			}
		}
		return found
	},
}
