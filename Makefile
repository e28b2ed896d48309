# Measures against tcpdump, tcpflow and tshark; see docs/speed.md. It makes its
# captures itself and needs 4 GB in TMPDIR.
.PHONY: bench
bench:
	go run ./internal/bench
