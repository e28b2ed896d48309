//go:build linux

package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// tools are what all scenes share: programs that were built, and a certificate.
type tools struct {
	dir, root, elbscope, servers, certificate string
	// npm is where the packages from npm are, once they are installed.
	npm string
	// release gives the lock of this run back.
	release func()
}

// packages says what to install for a program that is missing.
var packages = map[string]string{
	"ip": "iproute2", "ethtool": "ethtool", "tcpdump": "tcpdump", "tmux": "tmux", "sysctl": "procps",
	"editcap": "wireshark-common", "mergecap": "wireshark-common", "dumpcap": "wireshark-common",
	"nginx": "nginx", "haproxy": "haproxy", "apache2": "apache2-bin", "varnishd": "varnish",
	"gnutls-serv": "gnutls-bin", "node": "nodejs", "npm": "npm", "chromium-headless-shell": "chromium-headless-shell",
}

// newTools checks the machine and builds the programs.
func newTools(all []*scene) (*tools, error) {
	if os.Geteuid() != 0 {
		return nil, errors.New("network namespaces need root: sudo go run ./samples/lab")
	}
	if err := installed(all); err != nil {
		return nil, err
	}
	release, err := claim(os.Getpid())
	if err != nil {
		return nil, err
	}
	sweep()
	t := &tools{release: release}
	if err := t.build(all); err != nil {
		t.close(false)
		return nil, err
	}
	return t, nil
}

// close removes what the run has made, its folder only if it is not to be kept.
func (t *tools) close(keep bool) {
	if t.dir != "" && !keep {
		os.RemoveAll(t.dir)
	}
	t.release()
}

// build builds the programs, and what else the scenes share.
func (t *tools) build(all []*scene) error {
	out, err := exec.Command("go", "env", "GOMOD").Output()
	if err != nil {
		return fmt.Errorf("looking for the module: %w", err)
	}
	t.root = filepath.Dir(strings.TrimSpace(string(out)))
	if _, err := os.Stat(filepath.Join(t.root, "samples/lab/servers")); err != nil {
		return errors.New("run the lab in elbscope's own folder: go run ./samples/lab")
	}
	if t.dir, err = os.MkdirTemp("", "elblab-"); err != nil {
		return err
	}
	// Servers that give up root look in here, too.
	if err := os.Chmod(t.dir, 0o755); err != nil {
		return err
	}
	t.elbscope, t.servers = filepath.Join(t.dir, "elbscope"), filepath.Join(t.dir, "servers")
	build := exec.Command("go", "build", "-trimpath", "-o", t.elbscope, "./cmd/elbscope")
	build.Dir, build.Env = t.root, append(os.Environ(), "CGO_ENABLED=0")
	if err := ran(build); err != nil {
		return err
	}
	build = exec.Command("go", "build", "-o", t.servers, ".")
	build.Dir = filepath.Join(t.root, "samples/lab/servers")
	if err := ran(build); err != nil {
		return err
	}
	if slices.ContainsFunc(all, func(s *scene) bool { return s.npm }) {
		if err := t.installNPM(); err != nil {
			return err
		}
	}
	return t.makeCertificate()
}

// installed names everything that is missing at once.
func installed(all []*scene) error {
	needed := map[string]bool{"ip": true, "ethtool": true, "tcpdump": true, "editcap": true, "mergecap": true, "dumpcap": true, "sysctl": true}
	for _, s := range all {
		programs := append([]string{s.balancer.needs}, s.needs...)
		if !s.proxy.direct {
			programs = append(programs, "nginx")
		}
		if s.live != nil {
			programs = append(programs, "tmux")
		}
		if s.npm {
			programs = append(programs, "node", "npm")
		}
		for _, p := range programs {
			needed[p] = needed[p] || p != ""
		}
	}
	var missing []string
	for program, is := range needed {
		if !is {
			continue
		}
		if _, err := exec.LookPath(program); err != nil {
			missing = append(missing, packages[program])
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("programs are missing: apt-get install %s", strings.Join(missing, " "))
	}
	return nil
}

// makeCertificate makes a self-signed certificate and its key, in one file.
func (t *tools) makeCertificate() error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	about := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "app.lab"}, DNSNames: []string{"app.lab"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
	}
	cert, err := x509.CreateCertificate(rand.Reader, about, about, &key.PublicKey, key)
	if err != nil {
		return err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	t.certificate = filepath.Join(t.dir, "certificate.pem")
	text := append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})...)
	return os.WriteFile(t.certificate, text, 0o600)
}
