package secrets

import (
	"fmt"
	"slices"
)

const (
	// applicationData is the outer type of every protected record.
	applicationData = 23
	// The version in the header of every protected record.
	legacyVersionHigh, legacyVersionLow = 3, 3
)

// Sealer protects the records of one direction under one traffic secret.
type Sealer struct{ p protection }

// NewSealer returns a Sealer whose first record has sequence number 0. It fails
// with ErrSuite unless suite came from LookupSuite.
func NewSealer(suite *Suite, traffic *Secret) (*Sealer, error) {
	s := new(Sealer)
	if err := s.p.init(suite, traffic); err != nil {
		return nil, err
	}
	return s, nil
}

// Seal appends to dst one TLSCiphertext, header and all, that holds content, its
// type and padding zeros, and returns the extended slice. It allocates nothing
// when dst has room for SealedLen more bytes. The content must not overlap the
// free part of dst.
//
// It returns dst as it was, and uses no sequence number, with ErrOverflow when
// content is longer than MaxContent or exceeds MaxInner with its padding, with
// ErrContentType and ErrPadding for arguments without meaning, and with
// ErrSequence when the key has no sequence number left.
func (s *Sealer) Seal(dst []byte, contentType uint8, content []byte, padding int) ([]byte, error) {
	switch {
	case contentType == 0:
		return dst, ErrContentType
	case padding < 0:
		return dst, ErrPadding
	case len(content) > MaxContent || padding > MaxContent-len(content):
		return dst, ErrOverflow
	}
	if err := s.p.ready(); err != nil {
		return dst, err
	}
	inner := len(content) + 1 + padding
	length := inner + s.p.suite.Overhead()

	start := len(dst)
	out := slices.Grow(dst, HeaderLen+length)
	out = append(out, applicationData, legacyVersionHigh, legacyVersionLow, byte(length>>8), byte(length))
	header := out[start:]
	out = append(out, content...)
	out = append(out, contentType)
	if padding > 0 {
		n := len(out)
		out = out[:n+padding]
		clear(out[n:])
	}

	plaintext := out[start+HeaderLen:]
	out = s.p.aead.Seal(out[:start+HeaderLen], s.p.nonce[:], plaintext, header)
	s.p.next++
	return out, nil
}

// SealedLen returns the number of bytes Seal appends for so much content and
// padding. After Wipe it is that of a suite with a tag of 16 bytes.
func (s *Sealer) SealedLen(content, padding int) int {
	return HeaderLen + content + 1 + padding + s.p.overhead()
}

// Sequence returns the sequence number of the next record.
func (s *Sealer) Sequence() uint64 { return s.p.next }

// Suite returns the suite, or nil after Wipe.
func (s *Sealer) Suite() *Suite { return s.p.suite }

// Expired reports whether the key has protected as many records as its AEAD
// allows, so that a key update is due. Seal goes on working, since the KeyUpdate
// message itself has yet to be sealed. RFC 8446, Section 5.5.
func (s *Sealer) Expired() bool { return s.p.next >= s.p.suite.RecordLimit }

// Rest lets the cipher go, some hundreds of bytes, until the next record makes it
// anew. The sequence number stays.
func (s *Sealer) Rest() { s.p.aead = nil }

// Fork returns a copy that goes on from the same sequence number. The two seal
// under the same nonces: if records of both reach a network, confidentiality and
// authenticity of the connection are lost. It serves tests, models and replays.
func (s *Sealer) Fork() *Sealer {
	return &Sealer{s.p.fork()}
}

// Wipe overwrites key and IV. The Sealer is of no use afterwards: Seal fails
// with ErrSuite.
func (s *Sealer) Wipe() { s.p = protection{} }

// Format hides the key from every verb.
func (s Sealer) Format(f fmt.State, _ rune) { writeHidden(f, "sealer", s.p.keyLen()) }
