package secrets

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"errors"
	"io"
	"math"

	"golang.org/x/crypto/chacha20poly1305"
)

// Protection of records of TLS 1.2, RFC 5246, Section 6.2.3. The key block of a
// handshake serves both directions, each with a sequence number of its own that
// starts at zero.

const (
	// MaxProtected12 is the largest fragment of a TLSCiphertext of TLS 1.2 in
	// bytes. RFC 5246, Section 6.2.3.
	MaxProtected12 = MaxContent + 2048
)

var (
	// ErrCBCOrder says that encrypt-then-MAC was asked of an AEAD, or an order
	// that is none. RFC 7366, Section 3.
	ErrCBCOrder = errors.New("secrets: no such order of encryption and MAC for the suite")
	// ErrKeyLength says that keys do not have the lengths of the suite.
	ErrKeyLength = errors.New("secrets: keys do not fit the suite")
	// ErrNoPadding says that padding was asked of a record of TLS 1.2.
	ErrNoPadding = errors.New("secrets: records of TLS 1.2 take no padding")
)

// RecordKeys are the keys of one direction. Each holds as many bytes as the suite
// says, or none.
type RecordKeys struct {
	// MAC is the key of the HMAC of a CBC suite.
	MAC Secret
	// Key is the encryption key.
	Key Secret
	// IV is the fixed part of every nonce of an AEAD.
	IV Secret
}

// Wipe overwrites all three.
func (k *RecordKeys) Wipe() { *k = RecordKeys{} }

// KeyBlock are the keys of one connection state. RFC 5246, Section 6.3.
type KeyBlock struct {
	// Client are the keys the client writes with.
	Client RecordKeys
	// Server are the keys the server writes with.
	Server RecordKeys
}

// Wipe overwrites all keys.
func (b *KeyBlock) Wipe() { *b = KeyBlock{} }

// maxKeyBlock is the longest key block: two MAC keys and two keys.
const maxKeyBlock = 2 * (maxMACLen + maxKey + nonceLen)

// KeyBlock derives the keys of a connection. RFC 5246, Section 6.3.
func (s *Suite12) KeyBlock(master *Secret, randoms *Randoms) (b KeyBlock) {
	var room [maxKeyBlock]byte
	material := room[:2*(s.MACKeyLen()+s.KeyLen()+s.FixedIVLen())]
	PRF12(s.Hash, material, master.Bytes(), labelKeyBlock, randoms.Server[:], randoms.Client[:])
	take := func(secret *Secret, length int) {
		secret.n = uint8(copy(secret.b[:length], material))
		material = material[length:]
	}
	take(&b.Client.MAC, s.MACKeyLen())
	take(&b.Server.MAC, s.MACKeyLen())
	take(&b.Client.Key, s.KeyLen())
	take(&b.Server.Key, s.KeyLen())
	take(&b.Client.IV, s.FixedIVLen())
	take(&b.Server.IV, s.FixedIVLen())
	clear(room[:])
	return b
}

// protection12 is what both directions keep. The keys stay so that the cipher can
// be let go.
type protection12 struct {
	aead    cipher.AEAD
	cbc     *cbc
	suite   *Suite12
	entropy io.Reader
	order   CBCOrder
	next    uint64
	keys    RecordKeys

	// What passes through cipher.AEAD lives here, off the stack of each call.
	nonce      [nonceLen]byte
	additional [macHeaderLen]byte
}

func (p *protection12) init(suite *Suite12, keys *RecordKeys, order CBCOrder) error {
	switch {
	case suite == nil || suite.cipher == 0:
		return ErrSuite
	case order > EncryptThenMAC || order == EncryptThenMAC && suite.AEAD():
		return ErrCBCOrder
	case keys.MAC.Len() != suite.MACKeyLen() || keys.Key.Len() != suite.KeyLen() || keys.IV.Len() != suite.FixedIVLen():
		return ErrKeyLength
	}
	p.suite, p.order, p.keys = suite, order, *keys
	return nil
}

// ready makes the cipher unless it is there, as for the first record and after it
// was let go. The last sequence number of all stays unused. RFC 5246, Section 6.1.
func (p *protection12) ready() (err error) {
	switch {
	case p.suite == nil:
		return ErrSuite
	case p.next == math.MaxUint64:
		return ErrSequence
	case p.aead != nil || p.cbc != nil:
		return nil
	}
	if p.suite.AEAD() {
		p.aead, err = p.suite.newAEAD(p.keys.Key.Bytes())
		return err
	}
	p.cbc, err = newCBC(p.suite.mac, p.keys.Key.Bytes(), p.keys.MAC.Bytes(), p.order)
	return err
}

// newAEAD returns the AEAD under key, which has the suite's key length.
func (s *Suite12) newAEAD(key []byte) (cipher.AEAD, error) {
	switch s.cipher {
	case aesGCM:
		block, err := aes.NewCipher(key)
		if err != nil {
			return nil, err
		}
		return cipher.NewGCM(block)
	case aesCCM:
		return newCCM(key, nonceLen, tagLen)
	case aesCCM8:
		return newCCM(key, nonceLen, ccm8TagLen)
	case chaCha20Poly1305:
		return chacha20poly1305.New(key)
	}
	return nil, ErrSuite
}

// aeadTagLen returns the length of a tag, and 0 for CBC.
func (s *Suite12) aeadTagLen() int {
	switch s.cipher {
	case aesCCM8:
		return ccm8TagLen
	case aesCBC:
		return 0
	}
	return tagLen
}

// setNonce builds the nonce of a record: salt and the part that travels, RFC 5288,
// Section 3., or the IV and the sequence number, RFC 7905, Section 2.
func (p *protection12) setNonce(explicit []byte) {
	copy(p.nonce[:], p.keys.IV.Bytes())
	if len(explicit) > 0 {
		copy(p.nonce[saltLen:], explicit)
		return
	}
	tail := binary.BigEndian.Uint64(p.nonce[4:]) ^ p.next
	binary.BigEndian.PutUint64(p.nonce[4:], tail)
}

// rest lets the cipher go. What of keys it had outside the protection is
// overwritten, but for the round keys of AES and what the standard library's AEADs
// made of theirs, which cannot be.
func (p *protection12) rest() {
	if p.cbc != nil {
		p.cbc.mac.wipe()
	}
	if c, ours := p.aead.(*ccm); ours {
		c.wipe()
	}
	p.aead, p.cbc = nil, nil
}

// wipe overwrites the keys.
func (p *protection12) wipe() {
	p.rest()
	*p = protection12{}
}

// fork returns a copy that shares no cipher: those of CBC and CCM hold what they
// are at.
func (p *protection12) fork() protection12 {
	f := *p
	f.aead, f.cbc = nil, nil
	return f
}

func (p *protection12) keyLen() int { return p.keys.MAC.Len() + p.keys.Key.Len() }
