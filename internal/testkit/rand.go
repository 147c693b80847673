// Package testkit holds what the tests of several packages share: entropy from
// a seed, certificates from fixed keys, the answers that go with them, and
// engines ready to be joined. Everything in it is deterministic.
package testkit

import (
	"crypto/sha256"
	"math/rand/v2"
	"time"
)

// Now is the time that tests tell engines.
var Now = time.Date(2026, 3, 14, 15, 9, 26, 0, time.UTC)

// Rand gives bytes that depend on seed alone.
func Rand(seed string) *rand.ChaCha8 { return rand.NewChaCha8(sha256.Sum256([]byte(seed))) }
