package analyze

import "testing"

// TestForwardedFor joins a sighting that lost its key with the client's by any
// spelling of the client's address, and by no other address.
func TestForwardedFor(t *testing.T) {
	const (
		client6, front6, back6, inst6 = "[fd00::9]:40001", "[fd00::1]:80", "[fd00:1::1]:50001", "[fd00:1::2]:80"
		joined4                       = "altered proven 400 (10.0.0.1:80|10.0.1.1) 0:client:400 1:instance:400"
		joined6                       = "altered proven 400 ([fd00::1]:80|fd00:1::1) 0:client:400 1:instance:400"
	)
	apart := func(back string) []string {
		return []string{"refused proven 400 0:client:400", "altered inferred 400 (-|" + back + ") 0:instance:400"}
	}
	for _, c := range []struct {
		value  string
		v6     bool
		briefs []string
	}{
		{"10.0.0.9", false, []string{joined4}},
		{"10.0.0.9:40001", false, []string{joined4}},
		{"203.0.113.7,\t10.0.0.9", false, []string{joined4}},
		{"::ffff:10.0.0.9", false, []string{joined4}},
		{"10.0.0.99", false, apart("10.0.1.1")},
		{"unknown, , 10.0.0.8", false, apart("10.0.1.1")},
		{"fd00::9", true, []string{joined6}},
		{"[fd00::9]", true, []string{joined6}},
		{"[fd00::9]:40001", true, []string{joined6}},
		{"FD00:0:0::0009", true, []string{joined6}},
		{`"[fd00::9]:40001"`, true, []string{joined6}},
		{"fd00::9:1", true, apart("fd00:1::1")}, // another address, not a port
	} {
		t.Run(c.value, func(t *testing.T) {
			from, to, behind, server := client, front, back, inst
			if c.v6 {
				from, to, behind, server = client6, front6, back6, inst6
			}
			tp := newTape(t, Config{})
			outer := tp.relay(from, to, keyA)
			tp.relay(behind, server, "", "X-Forwarded-For: "+c.value).answers(bad...)
			outer.answers(bad...)
			want(t, tp.finish(), c.briefs...)
		})
	}
}
