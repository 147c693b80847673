// Package fuzz holds the fuzz targets: what a peer may send, at every state of
// the engine, in clear and under the right keys. Each runs alone by
//
//	go test -fuzz='^FuzzClient$' -fuzztime=30s ./fuzz
//
// and all of their seeds run with the tests.
package fuzz
