//go:build !unix

package main

// pauseSelf is not known here.
var pauseSelf func()
