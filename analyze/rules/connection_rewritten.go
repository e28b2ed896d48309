package rules

import (
	"fmt"

	"elbscope/analyze"
	"elbscope/internal/wiretext"
)

// connectionRewritten: Upgrade is still there, but Connection no longer names
// it. To every proxy Connection is its own header (RFC 9110 section 7.6.1),
// so it is the first to be lost where a hop does not know WebSocket.
var connectionRewritten = &analyze.Rule{
	ID: idConnectionRewrite,
	Check: func(c *analyze.Case) []*analyze.Finding {
		return damageFindings(c, analyze.Rewritten, rewrittenWords, nil)
	},
}

var rewrittenWords = damageWords(damageTitles{
	proven: func(hop string, after *analyze.Sighting) string {
		if !after.Request.Has("Connection") {
			return hop + " removes Connection: Upgrade"
		}
		return fmt.Sprintf("%s replaces Connection: Upgrade by %s", hop, connectionWord(after))
	},
	inferred: func(server string, after *analyze.Sighting) string {
		if !after.Request.Has("Connection") {
			return fmt.Sprintf("The handshake reaches %s without Connection: Upgrade", server)
		}
		return fmt.Sprintf("The handshake reaches %s with Connection: %s instead of Upgrade", server, connectionWord(after))
	},
})

// connectionWord is the Connection value for a title.
func connectionWord(s *analyze.Sighting) string {
	if v := wiretext.Printable(s.Request.Join("Connection"), 40); v != "" {
		return v
	}
	return "an empty value"
}
