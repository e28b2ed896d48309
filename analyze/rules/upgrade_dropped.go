package rules

import (
	"fmt"

	"elbscope/analyze"
)

// upgradeDropped: the Upgrade header itself was removed. Nothing behind that
// hop can repair it, as it no longer knows what was asked for.
var upgradeDropped = &analyze.Rule{
	ID: idUpgradeDropped,
	Check: func(c *analyze.Case) []*analyze.Finding {
		return damageFindings(c, analyze.Dropped, damageTitles{
			proven: func(hop string, _ *analyze.Sighting) string {
				return hop + " removes the Upgrade header"
			},
			inferred: func(server string, _ *analyze.Sighting) string {
				return fmt.Sprintf("The handshake reaches %s without its Upgrade header", server)
			},
		})
	},
}
