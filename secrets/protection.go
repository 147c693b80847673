package secrets

import (
	"crypto/cipher"
	"encoding/binary"
	"errors"
	"math"
)

// Protection of records, RFC 8446, Section 5.2. to 5.5. A Sealer and an Opener
// are two ends of one direction under one traffic secret; a key update makes a
// new one. Neither allocates per record: the nonce is built in a field, since
// what is passed to an interface would otherwise move to the heap each time.

const (
	// HeaderLen is the length in bytes of the header of a record.
	HeaderLen = 5
	// MaxContent is the largest content of a record in bytes.
	MaxContent = 1 << 14
	// MaxInner is the largest TLSInnerPlaintext in bytes: content, its type and
	// padding. RFC 8446, Section 5.4.
	MaxInner = MaxContent + 1
	// MaxProtected is the largest encrypted_record in bytes. RFC 8446, Section 5.2.
	MaxProtected = MaxContent + 256
)

var (
	// ErrSuite says that a Suite did not come from LookupSuite.
	ErrSuite = errors.New("secrets: unknown cipher suite")
	// ErrSequence says that all sequence numbers of a key have been used.
	// RFC 8446, Section 5.3.
	ErrSequence = errors.New("secrets: sequence numbers exhausted")
	// ErrOverflow says that a record is larger than RFC 8446, Section 5.2. or
	// 5.4. allows; the alert is record_overflow.
	ErrOverflow = errors.New("secrets: record too large")
	// ErrBadMAC says that a record is not authentic; the alert is bad_record_mac.
	ErrBadMAC = errors.New("secrets: record not authentic")
	// ErrNoContentType says that a record holds nothing but padding; the alert is
	// unexpected_message. RFC 8446, Section 5.4.
	ErrNoContentType = errors.New("secrets: record of nothing but padding")
	// ErrContentType says that zero was given as the type of content to seal.
	ErrContentType = errors.New("secrets: zero is no content type")
	// ErrPadding says that a negative amount of padding was asked for.
	ErrPadding = errors.New("secrets: negative padding")
)

// protection is what both directions keep: the cipher, its IV, and the sequence
// number of the next record. The key stays so that the cipher can be let go.
type protection struct {
	aead  cipher.AEAD
	suite *Suite
	next  uint64
	nonce [nonceLen]byte
	iv    [nonceLen]byte
	key   [maxKey]byte
}

func (p *protection) init(suite *Suite, traffic *Secret) error {
	if suite == nil || suite.cipher == 0 {
		return ErrSuite
	}
	key, iv := suite.TrafficKeys(traffic)
	p.suite = suite
	copy(p.key[:], key.Bytes())
	copy(p.iv[:], iv.Bytes())
	key.Wipe()
	iv.Wipe()
	return nil
}

// wake makes the cipher, for the first record and after it was let go: many a
// key of a handshake never protects a record.
func (p *protection) wake() error {
	if p.aead != nil {
		return nil
	}
	if p.suite == nil {
		return ErrSuite
	}
	made, err := p.suite.newAEAD(p.key[:p.suite.keyLen])
	if err != nil {
		return err
	}
	p.aead = made
	return nil
}

// ready makes the nonce of the next record. The last number of all stays unused,
// so that the counter never wraps. RFC 8446, Section 5.3.
func (p *protection) ready() error {
	if p.next == math.MaxUint64 {
		return ErrSequence
	}
	if err := p.wake(); err != nil {
		return err
	}
	tail := binary.BigEndian.Uint64(p.iv[4:]) ^ p.next
	copy(p.nonce[:4], p.iv[:4])
	binary.BigEndian.PutUint64(p.nonce[4:], tail)
	return nil
}

// fork returns a copy. A cipher of CCM holds what it is at, so that it cannot serve
// two: the copy makes its own.
func (p *protection) fork() protection {
	f := *p
	if _, stateful := f.aead.(*ccm); stateful {
		f.aead = nil
	}
	return f
}

// overhead is the length of a tag, and the usual one after a wipe.
func (p *protection) overhead() int {
	if p.suite == nil {
		return tagLen
	}
	return p.suite.Overhead()
}

func (p *protection) keyLen() int {
	if p.suite == nil {
		return 0
	}
	return p.suite.KeyLen()
}
