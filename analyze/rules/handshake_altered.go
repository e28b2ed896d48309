package rules

import (
	"fmt"
	"strings"

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

// The pages tell apart what was changed by the words of missing. What stands
// behind "was changed from" came from the wire, and decides nothing.

// ChangedMethod reports whether the method did not stay GET.
func (f *facts) ChangedMethod() bool { return f.Example || f.misses(notGET) }

// ChangedUpgrade reports whether Upgrade says something else than websocket.
func (f *facts) ChangedUpgrade() bool { return f.Example || f.misses(notWebSocket) }

// LostHeader reports whether the key or the version did not arrive.
func (f *facts) LostHeader() bool { return f.misses(noKey) || f.misses(noVersion) }

// ChangedHeader reports whether the key or the version is another one.
func (f *facts) ChangedHeader() bool { return f.Example || strings.Contains(f.Missing, changedFrom) }

func (f *facts) misses(words string) bool {
	own, _, _ := strings.Cut(f.Missing, changedFrom)
	return strings.Contains(own, words)
}
