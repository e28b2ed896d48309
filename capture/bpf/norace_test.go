//go:build !race

package bpf_test

const raceEnabled = false
