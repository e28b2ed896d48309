package wiretext

import (
	"strings"
	"testing"
)

const token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"

func TestRedact(t *testing.T) {
	tests := []struct{ name, value, want string }{
		{"Cookie", "a=b; connect.sid=s%3Axyz", "a=<masked>; connect.sid=<masked>"},
		{"cookie", "lonely", "<masked>"},
		{"COOKIE", "a=b;c=d; ", "a=<masked>;c=<masked>; "},
		{"Cookie\x00", "a=b", "a=<masked>"},
		{"Cookie", "", ""},
		{"Set-Cookie", "io=abc; Path=/; HttpOnly; Expires=Wed, 21 Oct 2026 07:28:00 GMT; SameSite=Lax",
			"io=<masked>; Path=/; HttpOnly; Expires=Wed, 21 Oct 2026 07:28:00 GMT; SameSite=Lax"},
		{"Set-Cookie", "a=b; Path=/, c=d; Secure", "a=<masked>; Path=<masked>; Secure"},
		{"Set-Cookie", "AWSELB=0DAF; PATH=/; MAX-AGE=60", "AWSELB=<masked>; PATH=/; MAX-AGE=60"},
		{"Authorization", "Basic dXNlcjpwYXNz", "Basic <masked>"},
		{"Proxy-Authorization", "Bearer abc def", "Bearer <masked>"},
		{"Authorization", "AWS4-HMAC-SHA256 Credential=x", "AWS4-HMAC-SHA256 <masked>"},
		{"Authorization", "dXNlcjpwYXNz", "<masked>"},
		{"Authorization", "dXNlcjpwYXNz== trailing", "<masked>"},
		{"X-Api-Key", "abc", "<masked>"},
		{"X-Amz-Security-Token", "abc", "<masked>"},
		{"X-Session-ID", "abc", "<masked>"},
		{"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==", "dGhlIHNhbXBsZSBub25jZQ=="},
		{"Sec-WebSocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="},
		{"Sec-WebSocket-Protocol", "chat, bearer, abc", "chat, bearer, <masked>"},
		{"Sec-WebSocket-Protocol", "base64url.bearer.authorization.k8s.io.abc, v4.channel.k8s.io",
			"base64url.bearer.authorization.k8s.io.<masked>, v4.channel.k8s.io"},
		{"Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits", "permessage-deflate; client_max_window_bits"},
		{"Connection", "keep-alive, Upgrade", "keep-alive, Upgrade"},
		{"Keep-Alive", "timeout=5, max=100", "timeout=5, max=100"},
		{"X-Amzn-Trace-Id", "Root=1-67891233-abcdef012345678912345678", "Root=1-67891233-abcdef012345678912345678"},
		{"X-Amzn-Oidc-Data", token, "<masked>"},
		{"X-Whatever", "a " + token + " b", "a <masked> b"},
		{"X-Whatever", "eyJhbGciOiJIUzI1NiJ9eyJzdWIi", "<masked>"},
		{"Referer", "https://h/a?token=x&b=1", "https://h/a?token=<masked>&b=1"},
		{"Location", "https://u:p@h/cb#access_token=x&state=1", "https://<masked>@h/cb#access_token=<masked>&state=1"},
		{"X-Original-URL", "/a?api_key=x", "/a?api_key=<masked>"},
		{"Link", `</a?jwt=x>; rel="next"`, `</a?jwt=<masked> rel="next"`},
		{"X-Thing", `password="a b", c=1`, `password=<masked>, c=1`},
		{"User-Agent", "Mozilla/5.0 (X11; Linux x86_64)", "Mozilla/5.0 (X11; Linux x86_64)"},
	}
	for _, tt := range tests {
		if got := Redact(tt.name, tt.value); got != tt.want {
			t.Errorf("Redact(%q, %q)\n got %q\nwant %q", tt.name, tt.value, got, tt.want)
		}
	}
}

func TestRedactTarget(t *testing.T) {
	tests := []struct{ in, want string }{
		{"/socket.io/1/websocket/yDVKbcONE4", "/socket.io/1/websocket/yDVKbcONE4"},
		{"/socket.io/?EIO=4&transport=websocket&sid=lv_VI97HAXpY6yYWAAAC&t=N8hyd6w",
			"/socket.io/?EIO=4&transport=websocket&sid=lv_VI97HAXpY6yYWAAAC&t=N8hyd6w"},
		{"/a?token=x", "/a?token=<masked>"},
		{"/a?token=", "/a?token=<masked>"},
		{"/a?TOKEN=x&b=2", "/a?TOKEN=<masked>&b=2"},
		{"/a?access_token=x&id_token=y&auth=z", "/a?access_token=<masked>&id_token=<masked>&auth=<masked>"},
		{"/a?key=x&api_key=x&apikey=x&secret=x", "/a?key=<masked>&api_key=<masked>&apikey=<masked>&secret=<masked>"},
		{"/a?password=x&passwd=x&pwd=x&jwt=x", "/a?password=<masked>&passwd=<masked>&pwd=<masked>&jwt=<masked>"},
		{"/a?signature=x&sig=x&session=x&code=x", "/a?signature=<masked>&sig=<masked>&session=<masked>&code=<masked>"},
		{"/a?X-Amz-Signature=x&X-Amz-Date=1", "/a?X-Amz-Signature=<masked>&X-Amz-Date=1"},
		{"/a?accessToken=x&__sails_io_sdk_version=0.10.0", "/a?accessToken=<masked>&__sails_io_sdk_version=0.10.0"},
		{"/a?to%6ben=x", "/a?to%6ben=<masked>"},
		{"/a?user[password]=x&ids[]=1", "/a?user[password]=<masked>&ids[]=1"},
		{"/a?token=x;y=z&b", "/a?token=<masked>&b"},
		{"/a?b=1;token=x;c", "/a?b=1;token=<masked>"},
		{"/a?b=c?token=x", "/a?b=c?token=<masked>"},
		{"/a?token=a=b?c", "/a?token=<masked>"},
		{"/a?next=%2Fb%3Ftoken%3Dx&c=1", "/a?next=<masked>&c=1"},
		{"/a?next=%2Fb%3Fpage%3D2", "/a?next=%2Fb%3Fpage%3D2"},
		{"/a;token=x/b?c=1", "/a;token=<masked>/b?c=1"},
		{"/a;jsessionid=x/b", "/a;jsessionid=x/b"},
		{"/ws/" + token, "/ws/<masked>"},
		{"ws://user:secret@h:80/a?b=1", "ws://<masked>@h:80/a?b=1"},
		{"/a?country_code=49&zipcode=1&postcode=2", "/a?country_code=49&zipcode=1&postcode=2"},
		{"*", "*"},
		{"", ""},
	}
	for _, tt := range tests {
		if got := RedactTarget(tt.in); got != tt.want {
			t.Errorf("RedactTarget(%q)\n got %q\nwant %q", tt.in, got, tt.want)
		}
	}
}

func TestRedactHeadLine(t *testing.T) {
	tests := []struct{ in, want string }{
		{"GET /a?token=x HTTP/1.1", "GET /a?token=<masked> HTTP/1.1"},
		{"GET /a?token=x y HTTP/1.1", "GET /a?token=<masked> HTTP/1.1"},
		{"GET /a?token=cut", "GET /a?token=<masked>"},
		{"GET http://h/a?token=x HTTP/1.0", "GET http://h/a?token=<masked> HTTP/1.0"},
		{"HTTP/1.1 502 Bad Gateway", "HTTP/1.1 502 Bad Gateway"},
		{"Connection: keep-alive", "Connection: keep-alive"},
		{"Cookie: a=b", "Cookie: a=<masked>"},
		{"Cookie : a=b", "Cookie : a=<masked>"},
		{"COOKIE : a=b", "COOKIE : a=<masked>"},
		{"cookie:a=b\r", "cookie:a=<masked>\r"},
		{"authorization:\tBasic abc", "authorization:\tBasic <masked>"},
		{"GET / HTTP/1.1\r\nCookie: a=b\r\nHost: h", "GET / HTTP/1.1\r\nCookie: a=<masked>\r\nHost: h"},
		{"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="},
		{"PROXY TCP4 10.99.0.2 10.99.0.1 41178 80", "PROXY TCP4 10.99.0.2 10.99.0.1 41178 80"},
		{"closed with code=1006 after " + token, "closed with code=1006 after <masked>"},
		{`Filter "target:~token=abc" shows 1 of 3 handshakes.`, `Filter "target:~token=<masked>" shows 1 of 3 handshakes.`},
		{`It reads 'https://u:p@h/a?token=abc'.`, `It reads 'https://<masked>@h/a?token=<masked>'.`},
		{"The filter `token=a'b`, as given", "The filter `token=<masked>`, as given"},
		{`Filter "token=a"b" shows`, `Filter "token=<masked>" shows`},
		{`{"access_token": "abc","code":"x"}`, `{"access_token": "<masked>","code":"x"}`},
		{"", ""},
	}
	for _, tt := range tests {
		if got := RedactHeadLine(tt.in); got != tt.want {
			t.Errorf("RedactHeadLine(%q)\n got %q\nwant %q", tt.in, got, tt.want)
		}
	}
}

func FuzzRedact(f *testing.F) {
	f.Add("Cookie", "a=b; c=d")
	f.Add("Set-Cookie", "a=b; Path=/, c=d")
	f.Add("Authorization", "Basic abc")
	f.Add("Referer", "https://u:p@h/?token=a;b&next=%3Ftoken%3Dx")
	f.Add("Sec-WebSocket-Protocol", "token, x")
	f.Add("X", `token="a b" eyJabc.def`)
	f.Fuzz(func(t *testing.T, name, value string) {
		for what, redact := range map[string]func(string) string{
			"Redact":         func(s string) string { return Redact(name, s) },
			"RedactTarget":   RedactTarget,
			"RedactText":     RedactText,
			"RedactHeadLine": RedactHeadLine,
		} {
			once := redact(value)
			if twice := redact(once); twice != once {
				t.Errorf("%s(%q, %q) = %q, and again = %q", what, name, value, once, twice)
			}
		}
	})
}

// FuzzCookieNeverLeaks holds the promise from its other side: a secret that
// was put in does not come out.
func FuzzCookieNeverLeaks(f *testing.F) {
	f.Add("a=", "; b=c")
	f.Add("", "")
	f.Fuzz(func(t *testing.T, before, after string) {
		const secret = "hunter2hunter2"
		value := before + secret + after
		if strings.Contains(before, "=") && !strings.ContainsAny(after, "=") {
			if got := Redact("Cookie", value); strings.Contains(got, secret) && !strings.Contains(before, ";") {
				t.Errorf("Redact(Cookie, %q) = %q", value, got)
			}
		}
		target := "/a?token=" + secret + strings.NewReplacer("&", "", "#", "").Replace(after)
		if got := RedactTarget(target); strings.Contains(got, secret) {
			t.Errorf("RedactTarget(%q) = %q", target, got)
		}
	})
}
