package wiretext

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// RedactTarget returns a request target or a URL without the values of
// token-like parameters, a password before the host, and JSON web tokens.
// Session ids of socket.io (sid, or in the path) stay: the evidence hangs on
// them.
func RedactTarget(target string) string { return redactTarget(target, 0) }

// deepest is how many layers of percent-encoding are looked into: a URL that
// is a parameter of a URL is common, one within that is not, and the bound
// keeps hostile input from costing more than its length.
const deepest = 2

func redactTarget(target string, depth int) string {
	s := maskUserinfo(target)
	path, query := s, ""
	if i := strings.IndexAny(s, "?#"); i >= 0 {
		path, query = s[:i], s[i:]
	}
	var b strings.Builder
	b.WriteString(maskPath(path))
	// A value ends at & or # only: what follows a semicolon or a second
	// question mark may still be part of a secret.
	for query != "" {
		end := strings.IndexAny(query[1:], "&#") + 1
		if end == 0 {
			end = len(query)
		}
		b.WriteByte(query[0])
		b.WriteString(maskParameter(query[1:end], depth))
		query = query[end:]
	}
	return maskJWT(b.String())
}

// maskUserinfo takes out what stands before the host of an absolute URL.
func maskUserinfo(s string) string {
	start := strings.Index(s, "://")
	if start < 0 {
		return s
	}
	start += len("://")
	end := len(s)
	if i := strings.IndexAny(s[start:], "/?#"); i >= 0 {
		end = start + i
	}
	if at := strings.LastIndexByte(s[start:end], '@'); at > 0 {
		return s[:start] + Masked + s[start+at:]
	}
	return s
}

// maskPath masks path parameters (";token=..."), but no session ids.
func maskPath(path string) string {
	if !strings.Contains(path, ";") {
		return path
	}
	segments := strings.Split(path, "/")
	for i, seg := range segments {
		parts := strings.Split(seg, ";")
		for j, p := range parts[1:] {
			name, _, ok := strings.Cut(p, "=")
			if ok && secretName(name) && !strings.Contains(strings.ToLower(name), "sess") {
				parts[j+1] = name + "=" + Masked
			}
		}
		segments[i] = strings.Join(parts, ";")
	}
	return strings.Join(segments, "/")
}

// maskParameter masks the value of p, "name=value", if it is a secret, or if
// it is a URL with a secret in it. The name may begin behind a ; or a further
// question mark.
func maskParameter(p string, depth int) string {
	_, value, ok := strings.Cut(p, "=")
	if !ok {
		return p
	}
	if depth < deepest && strings.Contains(value, "%") {
		plain, err := url.QueryUnescape(value)
		if err == nil && redactText(plain, depth+1) != plain {
			return p[:len(p)-len(value)] + Masked
		}
	}
	for at := 0; ; {
		eq := strings.IndexByte(p[at:], '=') + at
		if eq < at {
			return p
		}
		from := at + strings.LastIndexAny(p[at:eq], ";?") + 1
		if secretName(p[from:eq]) {
			return p[:eq+1] + Masked
		}
		at = eq + 1
	}
}

// quotedParameter is name="value" of a header, quotedMember "name": "value" of
// a JSON body, a piece of which may be quoted as evidence.
var (
	quotedParameter = regexp.MustCompile(`([A-Za-z0-9_.-]+)="[^"]*"?`)
	quotedMember    = regexp.MustCompile(`"([A-Za-z0-9_.-]+)"(\s*:\s*)"[^"]*"?`)
)

// RedactText returns text, or a header value of which nothing particular is
// known, without the secrets that can be told as such: those in URLs, web
// tokens, and "name=value" where the name leaves no doubt.
//
// What is masked may have made the rest look like part of a URL, in which a
// secret ends sooner than in text: it is looked at again, until nothing changes.
func RedactText(s string) string {
	const most = 4 // hostile input is not to cost more than a few times its length
	for range most {
		once := redactText(s, 0)
		if once == s {
			break
		}
		s = once
	}
	return s
}

func redactText(s string, depth int) string {
	if strings.Contains(s, `"`) {
		s = quotedMember.ReplaceAllStringFunc(s, func(m string) string {
			part := quotedMember.FindStringSubmatch(m)
			if plainlySecret(part[1]) {
				return `"` + part[1] + `"` + part[2] + `"` + Masked + `"`
			}
			return m
		})
	}
	if !strings.ContainsAny(s, "=@") {
		return maskJWT(s)
	}
	s = quotedParameter.ReplaceAllStringFunc(s, func(m string) string {
		name, _, _ := strings.Cut(m, "=")
		if plainlySecret(name) {
			return name + "=" + Masked
		}
		return m
	})
	var b strings.Builder
	for s != "" {
		n := strings.IndexAny(s, " \t")
		if n < 0 {
			n = len(s)
		}
		b.WriteString(redactWord(s[:n], depth))
		if n < len(s) {
			b.WriteByte(s[n])
			n++
		}
		s = s[n:]
	}
	return maskJWT(b.String())
}

// closing are the quotes that end a word, with the marks of the sentence after
// them: they belong to the text that quotes, and not to the secret.
var closing = regexp.MustCompile("[\"'`”’»]+[.,;:!?)\\]]*$")

func redactWord(w string, depth int) string {
	if at := closing.FindStringIndex(w); at != nil {
		return redactUnquoted(w[:at[0]], depth) + w[at[0]:]
	}
	return redactUnquoted(w, depth)
}

func redactUnquoted(w string, depth int) string {
	if strings.ContainsAny(w, "?#") || strings.Contains(w, "://") {
		return redactTarget(w, depth)
	}
	var b strings.Builder
	for w != "" {
		n := strings.IndexAny(w, ",;&")
		if n < 0 {
			n = len(w)
		}
		if name, _, ok := strings.Cut(w[:n], "="); ok && plainlySecret(name) {
			b.WriteString(name + "=" + Masked)
		} else {
			b.WriteString(w[:n])
		}
		if n < len(w) {
			b.WriteByte(w[n])
			n++
		}
		w = w[n:]
	}
	return b.String()
}

// plainlySecret leaves out names that are secrets in a URL and everyday words
// elsewhere: "code=1006" in a sentence is a close code.
func plainlySecret(name string) bool {
	switch strings.ToLower(name) {
	case "code", "key", "auth", "pass", "session", "sig", "pin", "ticket":
		return false
	}
	return secretName(name)
}

// secretExact and secretSuffix are the names of parameters and headers whose
// values are secrets, without the signs that join words.
var (
	secretExact = []string{
		"auth", "awsaccesskeyid", "code", "hmac", "otp", "pass", "passphrase",
		"phpsessid", "pin", "samlrequest", "samlresponse", "sig", "ticket",
	}
	secretSuffix = []string{
		"accesskeyid", "apikey", "assertion", "auth", "authcode", "authorization",
		"bearer", "credential", "credentials", "csrf", "jwt", "key", "passwd",
		"password", "pwd", "secret", "sessionid", "session", "signature", "token",
		"tokens", "xsrf",
	}
	joiners = strings.NewReplacer("-", "", "_", "", ".", "", " ", "", "+", "")
)

// secretName reports whether a parameter or header of that name holds a
// secret. sid, EIO, transport and t are those of engine.io and none;
// connect.sid is a session cookie that some put into the query.
func secretName(name string) bool {
	n := strings.ToLower(name)
	if strings.Contains(n, "%") {
		if plain, err := url.QueryUnescape(n); err == nil {
			n = strings.ToLower(plain)
		}
	}
	// user[password] and token[0]: each part counts.
	for part := range strings.FieldsFuncSeq(n, func(r rune) bool { return r == '[' || r == ']' }) {
		if part == "connect.sid" || strings.HasSuffix(part, "_sig") || strings.HasSuffix(part, "-sig") {
			return true
		}
		word := joiners.Replace(part)
		if slices.Contains(secretExact, word) ||
			slices.ContainsFunc(secretSuffix, func(s string) bool { return strings.HasSuffix(word, s) }) {
			return true
		}
	}
	return false
}
