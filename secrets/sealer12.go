package secrets

import (
	"encoding/binary"
	"fmt"
	"io"
	"slices"
)

// Sealer12 protects the records of one direction of TLS 1.2 under one set of keys.
type Sealer12 struct{ p protection12 }

// NewSealer12 returns a Sealer12 whose first record has sequence number 0. It
// copies the keys. A CBC suite reads 16 bytes of entropy for every record, which
// is kept; an AEAD needs none, and entropy may be nil.
//
// It fails with ErrSuite unless suite came from LookupSuite12, with ErrKeyLength
// unless the keys came from its KeyBlock, with ErrCBCOrder when an AEAD is to
// encrypt before a MAC, and with ErrEntropy when a CBC suite has none.
func NewSealer12(suite *Suite12, keys *RecordKeys, order CBCOrder, entropy io.Reader) (*Sealer12, error) {
	s := new(Sealer12)
	if err := s.p.init(suite, keys, order); err != nil {
		return nil, err
	}
	if entropy == nil && !suite.AEAD() {
		s.Wipe()
		return nil, ErrEntropy
	}
	s.p.entropy = entropy
	return s, nil
}

// Seal appends to dst one TLSCiphertext of version 3.3, header and all, that holds
// content, and returns the extended slice. It allocates nothing when dst has room
// for SealedLen more bytes, short of what entropy does. The content must not
// overlap the free part of dst. RFC 5246, Section 6.2.3.
//
// It returns dst as it was, and uses no sequence number, with ErrOverflow when
// content is longer than MaxContent, with ErrContentType for type 0, with
// ErrNoPadding for padding other than 0, with ErrEntropy when no IV could be read,
// and with ErrSequence when the key has no sequence number left.
func (s *Sealer12) Seal(dst []byte, contentType uint8, content []byte, padding int) ([]byte, error) {
	switch {
	case contentType == 0:
		return dst, ErrContentType
	case padding != 0:
		return dst, ErrNoPadding
	case len(content) > MaxContent:
		return dst, ErrOverflow
	}
	if err := s.p.ready(); err != nil {
		return dst, err
	}
	start, sealedLen := len(dst), s.SealedLen(len(content), 0)
	length := sealedLen - HeaderLen
	out := slices.Grow(dst, sealedLen)
	out = append(out, contentType, legacyVersionHigh, legacyVersionLow, byte(length>>8), byte(length))
	header := recordHeader{s.p.next, contentType, legacyVersionHigh, legacyVersionLow}
	fragment, err := s.p.seal(&header, out[start+HeaderLen:], content)
	if err != nil {
		return dst, err
	}
	s.p.next++
	return out[:start+HeaderLen+len(fragment)], nil
}

// seal appends the fragment of a record to room, which has enough.
func (p *protection12) seal(header *recordHeader, room, content []byte) ([]byte, error) {
	if p.cbc != nil {
		iv := room[:cbcBlock]
		if err := readEntropy(p.entropy, iv); err != nil {
			return nil, err
		}
		return p.cbc.seal(header, append(iv, content...)), nil
	}
	explicit := room
	if p.suite.explicitLen() > 0 {
		// The sequence number, and nothing random, is sure never to come again.
		explicit = binary.BigEndian.AppendUint64(explicit, p.next)
	}
	p.setNonce(explicit)
	header.put(&p.additional, len(content))
	fragment := append(explicit, content...)
	return p.aead.Seal(explicit, p.nonce[:], fragment[len(explicit):], p.additional[:]), nil
}

// SealedLen returns the number of bytes Seal appends for so much content. Padding
// is 0 with TLS 1.2.
func (s *Sealer12) SealedLen(content, padding int) int {
	switch {
	case s.p.suite == nil:
		return HeaderLen + content
	case s.p.suite.AEAD():
		return HeaderLen + s.p.suite.explicitLen() + content + s.p.suite.aeadTagLen()
	}
	return HeaderLen + s.p.suite.cbcSealedLen(content, s.p.order)
}

// Sequence returns the sequence number of the next record.
func (s *Sealer12) Sequence() uint64 { return s.p.next }

// Suite returns the suite, or nil after Wipe.
func (s *Sealer12) Suite() *Suite12 { return s.p.suite }

// RecordLimit returns the limit of the suite, and 0 after Wipe.
func (s *Sealer12) RecordLimit() uint64 {
	if s.p.suite == nil {
		return 0
	}
	return s.p.suite.RecordLimit
}

// Expired reports whether the key has protected as many records as RecordLimit
// says. Seal goes on working: only a new connection, or a renegotiation, brings a
// new key.
func (s *Sealer12) Expired() bool { return s.p.next >= s.RecordLimit() }

// Rest lets the cipher go until the next record makes it anew. The sequence number
// stays.
func (s *Sealer12) Rest() { s.p.rest() }

// Fork returns a copy that goes on from the same sequence number and reads the
// same entropy. The two seal under the same nonces: if records of both reach a
// network, confidentiality and authenticity of the connection are lost. It serves
// tests, models and replays.
func (s *Sealer12) Fork() *Sealer12 { return s.ForkWith(s.p.entropy) }

// ForkWith is Fork with another source of entropy for the copy, which a suite of
// CBC needs and no other reads.
func (s *Sealer12) ForkWith(entropy io.Reader) *Sealer12 {
	fork := &Sealer12{s.p.fork()}
	fork.p.entropy = entropy
	return fork
}

// Wipe overwrites the keys. The Sealer12 is of no use afterwards: Seal fails with
// ErrSuite.
func (s *Sealer12) Wipe() { s.p.wipe() }

// Format hides the keys from every verb.
func (s Sealer12) Format(f fmt.State, _ rune) { writeHidden(f, "sealer", s.p.keyLen()) }
