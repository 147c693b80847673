package secrets

import "fmt"

// RecordSealer is what protects the records of one direction, whatever the
// version: a *Sealer or a *Sealer12. The sets of methods are the same.
type RecordSealer interface {
	// Seal appends one protected record to dst.
	Seal(dst []byte, contentType uint8, content []byte, padding int) ([]byte, error)
	// SealedLen returns the number of bytes Seal appends.
	SealedLen(content, padding int) int
	// Sequence returns the sequence number of the next record.
	Sequence() uint64
	// RecordLimit returns the number of records one key should protect at most.
	RecordLimit() uint64
	// Rest lets the cipher go until the next record.
	Rest()
	// Wipe overwrites the keys, for good.
	Wipe()
	fmt.Formatter
	forkSealer() RecordSealer
}

// RecordOpener is what removes the protection of the records of one direction,
// whatever the version: an *Opener or an *Opener12.
type RecordOpener interface {
	// Open opens one record, given its header and what is behind it.
	Open(dst, header, body []byte) (content []byte, contentType uint8, err error)
	// Sequence returns the sequence number of the next record.
	Sequence() uint64
	// Rest lets the cipher go until the next record.
	Rest()
	// Wipe overwrites the keys, for good.
	Wipe()
	fmt.Formatter
	forkOpener() RecordOpener
}

// ForkSealer returns a copy of s as its own Fork makes it, with the same danger:
// the two seal under the same nonces.
func ForkSealer(s RecordSealer) RecordSealer { return s.forkSealer() }

// ForkOpener returns a copy of o as its own Fork makes it.
func ForkOpener(o RecordOpener) RecordOpener { return o.forkOpener() }

// RecordLimit returns the limit of the suite, and 0 after Wipe.
func (s *Sealer) RecordLimit() uint64 {
	if s.p.suite == nil {
		return 0
	}
	return s.p.suite.RecordLimit
}

func (s *Sealer) forkSealer() RecordSealer   { return s.Fork() }
func (s *Sealer12) forkSealer() RecordSealer { return s.Fork() }
func (o *Opener) forkOpener() RecordOpener   { return o.Fork() }
func (o *Opener12) forkOpener() RecordOpener { return o.Fork() }
