package secrets

import (
	"crypto/aes"
	"crypto/cipher"
	"math"

	"golang.org/x/crypto/chacha20poly1305"

	"github.com/tacitls/tacitls/messages"
)

// Suite is a cipher suite of TLS 1.3: a hash function and an AEAD, with the
// limits on how long one key of that AEAD may serve. It is not to be changed.
// RFC 8446, Appendix B.4.
type Suite struct {
	// ID is the codepoint of the suite.
	ID messages.CipherSuite
	// Hash is the hash function of the transcript and of the key schedule.
	Hash Hash
	// RecordLimit is the number of records one key may protect before a key
	// update is due: 2^24.5 for AES-GCM, and no limit short of the sequence
	// numbers' own for ChaCha20-Poly1305, RFC 8446, Section 5.5.; 2^23 for AES-CCM
	// with tags of either length, RFC 9147, Section 4.5.3.
	RecordLimit uint64
	// ForgeryLimit is the number of records that may fail to open under one key
	// where a failure does not end the connection. RFC 9147, Section 4.5.3. That of
	// TLS_AES_128_CCM_8_SHA256 is so low that QUIC must not use the suite, and DTLS
	// not without more safeguards.
	ForgeryLimit uint64
	// PacketLimit is the number of packets of QUIC that one key may protect, and
	// PacketForgeries the number that may fail to open on one connection, under all its
	// keys; both 0 for TLS_AES_128_CCM_8_SHA256, which QUIC has not. RFC 9001, Section 6.6.
	PacketLimit, PacketForgeries uint64

	keyLen uint8
	tagLen uint8
	cipher aead
}

// aead names an AEAD algorithm.
type aead uint8

const (
	aesGCM aead = iota + 1
	chaCha20Poly1305
	aesCCM
	aesCCM8
)

const (
	// aesGCMRecords is 2^24.5, rounded down.
	aesGCMRecords = 23726566
	// aesCCMRecords and aesCCMForgeries are 2^23 and 2^23.5, rounded down. RFC 9147,
	// Section 4.5.3.
	aesCCMRecords   = 1 << 23
	aesCCMForgeries = 11863283
	// aesCCM8Forgeries is what the same bound leaves a tag of 8 bytes. RFC 9147,
	// Appendix B.3.
	aesCCM8Forgeries = 1 << 7
	// aesGCMPackets and aesGCMPacketForgeries are those of RFC 9001, Appendix B.1, and
	// aesCCMPackets is 2^21.5, rounded down, for either. RFC 9001, Appendix B.2.
	aesGCMPackets         = 1 << 23
	aesGCMPacketForgeries = 1 << 52
	aesCCMPackets         = 2965820
	chaChaPacketForgeries = 1 << 36

	// nonceLen is that of every AEAD here, tagLen that of all but AES-CCM-8.
	nonceLen   = 12
	tagLen     = 16
	ccm8TagLen = 8
	maxKey     = 32
)

// suites13 is the table of LookupSuite. Nothing writes to it.
var suites13 = [...]Suite{
	{ID: messages.TLS_AES_128_GCM_SHA256, Hash: SHA256, RecordLimit: aesGCMRecords, ForgeryLimit: 1 << 36,
		PacketLimit: aesGCMPackets, PacketForgeries: aesGCMPacketForgeries,
		keyLen: 16, tagLen: tagLen, cipher: aesGCM},
	{ID: messages.TLS_AES_256_GCM_SHA384, Hash: SHA384, RecordLimit: aesGCMRecords, ForgeryLimit: 1 << 36,
		PacketLimit: aesGCMPackets, PacketForgeries: aesGCMPacketForgeries,
		keyLen: 32, tagLen: tagLen, cipher: aesGCM},
	{ID: messages.TLS_CHACHA20_POLY1305_SHA256, Hash: SHA256, RecordLimit: math.MaxUint64, ForgeryLimit: 1 << 36,
		PacketLimit: MaxPacketNumber + 1, PacketForgeries: chaChaPacketForgeries,
		keyLen: chacha20poly1305.KeySize, tagLen: tagLen, cipher: chaCha20Poly1305},
	{ID: messages.TLS_AES_128_CCM_SHA256, Hash: SHA256, RecordLimit: aesCCMRecords, ForgeryLimit: aesCCMForgeries,
		PacketLimit: aesCCMPackets, PacketForgeries: aesCCMPackets,
		keyLen: 16, tagLen: tagLen, cipher: aesCCM},
	{ID: messages.TLS_AES_128_CCM_8_SHA256, Hash: SHA256, RecordLimit: aesCCMRecords, ForgeryLimit: aesCCM8Forgeries,
		keyLen: 16, tagLen: ccm8TagLen, cipher: aesCCM8},
}

// LookupSuite returns the suite with this codepoint, and whether this package
// has it. The suites of TLS 1.2 are not among them. All callers share the
// Suite.
func LookupSuite(id messages.CipherSuite) (*Suite, bool) {
	for i := range suites13 {
		if suites13[i].ID == id {
			return &suites13[i], true
		}
	}
	return nil, false
}

// Suites13 returns the suites LookupSuite knows, the recommended first, in a
// slice of the caller's own.
func Suites13() []messages.CipherSuite {
	return []messages.CipherSuite{
		messages.TLS_AES_128_GCM_SHA256,
		messages.TLS_AES_256_GCM_SHA384,
		messages.TLS_CHACHA20_POLY1305_SHA256,
		messages.TLS_AES_128_CCM_SHA256,
		messages.TLS_AES_128_CCM_8_SHA256,
	}
}

// KeyLen returns the length of a key in bytes.
func (s *Suite) KeyLen() int { return int(s.keyLen) }

// Overhead returns the number of bytes protection adds to a TLSInnerPlaintext: 8
// for TLS_AES_128_CCM_8_SHA256, 16 for all others.
func (s *Suite) Overhead() int { return int(s.tagLen) }

// TrafficKeys derives the key and the per-record IV of a traffic secret, for
// whoever protects records elsewhere. RFC 8446, Section 7.3.
func (s *Suite) TrafficKeys(traffic *Secret) (key, iv Secret) {
	key.n, iv.n = s.keyLen, nonceLen
	s.Hash.expandLabel(key.b[:key.n], traffic, TLSPrefix, "key", nil)
	s.Hash.expandLabel(iv.b[:iv.n], traffic, TLSPrefix, "iv", nil)
	return key, iv
}

// newAEAD returns the AEAD under key, which has the suite's key length.
func (s *Suite) newAEAD(key []byte) (cipher.AEAD, error) {
	switch s.cipher {
	case aesGCM:
		block, err := aes.NewCipher(key)
		if err != nil {
			return nil, err
		}
		return cipher.NewGCM(block)
	case aesCCM, aesCCM8:
		return newCCM(key, nonceLen, int(s.tagLen))
	case chaCha20Poly1305:
		return chacha20poly1305.New(key)
	}
	return nil, ErrSuite
}
