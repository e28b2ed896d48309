package rules

import "elbscope/analyze"

// words are what a rule says of its findings. They are made when somebody
// reads them, of nothing but the finding.
type words struct {
	title func(*analyze.Finding) string
	// facts adds to those that every finding has.
	facts func(*analyze.Finding, *analyze.Facts)
	proof func(*analyze.Finding, *proof)
}

func (w words) made() *analyze.Words {
	return &analyze.Words{
		Title: w.title,
		Facts: func(f *analyze.Finding) analyze.Facts {
			all := baseFacts(f)
			w.facts(f, &all)
			return all
		},
		Evidence: func(f *analyze.Finding) []analyze.Evidence {
			var p proof
			w.proof(f, &p)
			return p.list
		},
	}
}
