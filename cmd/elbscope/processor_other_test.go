//go:build !unix

package main

import (
	"testing"
	"time"
)

var processStart = time.Now()

// processorTime is the time that has passed, where there is no better measure.
func processorTime(testing.TB) time.Duration { return time.Since(processStart) }
