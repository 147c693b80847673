package secrets

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/subtle"
	"slices"
)

// AES-CBC with HMAC, RFC 5246, Section 6.2.3.2., in both orders.
//
// MAC-then-encrypt leaves the receiver with padding that nothing has vouched for.
// Whoever can tell bad padding from a bad MAC, by an alert or by a clock, reads
// plaintext. So a record of a given length is opened in steps that its plaintext
// has no influence on:
//
//  1. Decrypt. Read the padding's length from the last byte, and compare the 256
//     bytes before it (all, in a shorter record) to it under masks.
//  2. When the padding is bad, go on as if there were none.
//  3. Compute the MAC over the length this leaves. Every block that could be the
//     last is hashed. See sumSecret.
//  4. Gather the MAC of the record from everywhere it could lie. See gatherMAC.
//  5. Compare the two, and only then branch, on both verdicts as one.
//
// Lengths that say without decryption that a record is none are refused at once.

// CBCOrder says which of MAC and encryption of a CBC suite comes first. It means
// nothing to an AEAD.
type CBCOrder uint8

const (
	// MACThenEncrypt is the order of RFC 5246, Section 6.2.3.2.
	MACThenEncrypt CBCOrder = iota
	// EncryptThenMAC is the order both sides agreed on by the encrypt_then_mac
	// extension. RFC 7366, Section 3.
	EncryptThenMAC
)

// maxPadding is the most padding there can be, its length byte included.
const maxPadding = 256

// ivSetter is a CBC mode that can be given a new IV. The ones of the standard
// library can; another would be made anew for every record.
type ivSetter interface {
	cipher.BlockMode
	SetIV(iv []byte)
}

// cbc is the cipher and the MAC of one direction.
type cbc struct {
	block cipher.Block
	mode  cipher.BlockMode
	mac   *recordMAC
	order CBCOrder
}

func newCBC(kind macHash, key, macKey []byte, order CBCOrder) (*cbc, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, ErrSuite
	}
	mac, err := newRecordMAC(kind, macKey)
	if err != nil {
		return nil, err
	}
	return &cbc{block: block, mac: mac, order: order}, nil
}

// cbcSealedLen returns the length of the fragment of a record with so much content.
func (s *Suite12) cbcSealedLen(content int, order CBCOrder) int {
	if order == EncryptThenMAC {
		return cbcBlock + padded(content) + s.mac.size()
	}
	return cbcBlock + padded(content+s.mac.size())
}

// padded returns the length with the least padding.
func padded(length int) int { return length/cbcBlock*cbcBlock + cbcBlock }

// seal turns an IV and the content behind it into a fragment, in place: there is
// room behind the content for what follows it.
func (c *cbc) seal(h *recordHeader, fragment []byte) []byte {
	if c.order == MACThenEncrypt {
		c.mac.setHeader(h, len(fragment)-cbcBlock)
		fragment = append(fragment, c.mac.sumOpen(fragment[cbcBlock:])...)
	}
	last := byte(cbcBlock - 1 - len(fragment)%cbcBlock)
	for range int(last) + 1 {
		fragment = append(fragment, last)
	}
	body := fragment[cbcBlock:]
	c.crypter(cipher.NewCBCEncrypter, fragment[:cbcBlock]).CryptBlocks(body, body)
	if c.order == EncryptThenMAC {
		c.mac.setHeader(h, len(fragment))
		fragment = append(fragment, c.mac.sumOpen(fragment)...)
	}
	return fragment
}

// open decrypts a fragment to behind start in dst, or in place with a nil dst, and
// returns the content. It fails with ErrBadMAC alone, and has then overwritten
// what it decrypted.
func (c *cbc) open(h *recordHeader, dst, fragment []byte) ([]byte, error) {
	macLen, least := c.mac.kind.size(), 1
	if c.order == MACThenEncrypt {
		least += macLen
	} else {
		if len(fragment) < macLen {
			return nil, ErrBadMAC
		}
		end := len(fragment) - macLen
		c.mac.setHeader(h, end)
		if subtle.ConstantTimeCompare(c.mac.sumOpen(fragment[:end]), fragment[end:]) != 1 {
			return nil, ErrBadMAC
		}
		fragment = fragment[:end]
	}
	if len(fragment) < cbcBlock+least || len(fragment)%cbcBlock != 0 {
		return nil, ErrBadMAC
	}

	iv, body := fragment[:cbcBlock], fragment[cbcBlock:]
	plain := body
	if dst != nil {
		start := len(dst)
		plain = slices.Grow(dst, len(body))[start : start+len(body)]
	}
	c.crypter(cipher.NewCBCDecrypter, iv).CryptBlocks(plain, body)

	content, good := c.check(h, plain)
	if good != 1 {
		clear(plain)
		return nil, ErrBadMAC
	}
	return plain[:content:content], nil
}

// check returns the length of the content in what was decrypted, and 1 when its
// padding and, unless that was checked before, its MAC are as they should be.
func (c *cbc) check(h *recordHeader, plain []byte) (content, good int) {
	if c.order == EncryptThenMAC {
		padding, good := checkPadding(plain, 0)
		return len(plain) - 1 - padding, good
	}
	macLen := c.mac.kind.size()
	padding, good := checkPadding(plain, macLen)
	most := len(plain) - 1 - macLen
	least := max(0, most-(maxPadding-1))
	content = most - padding

	var found [maxMACLen]byte
	gatherMAC(&found, plain, content, least, macLen)
	c.mac.setHeader(h, content)
	wanted := c.mac.sumSecret(plain, content, least, most)
	return content, good & subtle.ConstantTimeCompare(wanted, found[:macLen])
}

// crypter returns the mode under iv: the one of the last record when it can be
// given a new IV.
func (c *cbc) crypter(newMode func(cipher.Block, []byte) cipher.BlockMode, iv []byte) cipher.BlockMode {
	if set, ok := c.mode.(ivSetter); ok {
		set.SetIV(iv)
		return set
	}
	c.mode = newMode(c.block, iv)
	return c.mode
}
