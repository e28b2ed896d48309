//go:build race

package http1

// raced is set with the race detector, which has pools forget things at random.
const raced = true
