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
		found := damageFindings(c, analyze.Dropped, damageTitles{
			proven: func(hop string, _ *analyze.Sighting) string {
				return hop + " removes the Upgrade header"
			},
			inferred: func(server string, _ *analyze.Sighting) string {
				return fmt.Sprintf("The handshake reaches %s without its Upgrade header", server)
			},
		})
		for _, f := range found {
			if f.Facts.Unnamed && !strings.HasPrefix(f.Facts.Looks, "nginx") {
				f.Title += ", as it may once Connection no longer names it"
				f.Group = group(f.Group, "unnamed")
			}
		}
		return found
	},
}
