# What can be made here. Each target stops by itself.

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)
DIST    ?= dist
GOBUILD  = CGO_ENABLED=0 go build -trimpath -ldflags '-s -w'

.PHONY: build test lab record load soak bench dist dist-check clean

build:
	$(GOBUILD) -o elbscope ./cmd/elbscope

test:
	go test ./...

# Live capture in network namespaces, as root; nothing is skipped.
lab:
	CI=true go test -count=1 -run 'TestLive' ./cmd/elbscope

# The real captures of samples/ anew, from the lab, as root; then the list, the
# pictures and the golden screens that show them. Look at what has changed.
record:
	go run ./samples/lab -record
	go run ./internal/story/generate
	go test ./ui -update
	ELBSCOPE_UPDATE=1 go test ./cmd/elbscope -run README
	go run ./internal/picture

# elbscope live against tcpdump under full load, taking turns; as root. See docs/live.md.
load:
	go run ./internal/load

# A million short connections and ten thousand long ones in 64 MB. See docs/live.md.
soak:
	ELBSCOPE_SOAK=1 go test -count=1 -timeout 20m -v -run 'TestSoak' ./cmd/elbscope

# One static file for each system, with checksums.
dist:
	rm -rf $(DIST) && mkdir -p $(DIST)
	GOOS=linux   GOARCH=amd64 $(GOBUILD) -o $(DIST)/elbscope-$(VERSION)-linux-amd64       ./cmd/elbscope
	GOOS=linux   GOARCH=arm64 $(GOBUILD) -o $(DIST)/elbscope-$(VERSION)-linux-arm64       ./cmd/elbscope
	GOOS=darwin  GOARCH=amd64 $(GOBUILD) -o $(DIST)/elbscope-$(VERSION)-darwin-amd64      ./cmd/elbscope
	GOOS=darwin  GOARCH=arm64 $(GOBUILD) -o $(DIST)/elbscope-$(VERSION)-darwin-arm64      ./cmd/elbscope
	GOOS=windows GOARCH=amd64 $(GOBUILD) -o $(DIST)/elbscope-$(VERSION)-windows-amd64.exe ./cmd/elbscope
	cd $(DIST) && sha256sum elbscope-* > SHA256SUMS

# That they are what they should be; needs qemu-user and jq.
dist-check: dist
	.ci/dist $(DIST)

clean:
	rm -rf $(DIST) elbscope

# Measures against tcpdump, tcpflow and tshark; see docs/speed.md. It makes its
# captures itself and needs 4 GB in TMPDIR.
bench:
	go run ./internal/bench
