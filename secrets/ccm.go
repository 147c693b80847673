package secrets

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/subtle"
	"encoding/binary"
	"slices"
)

// AES-CCM: counter mode with a CBC-MAC, RFC 3610, as the AEADs of RFC 5116 and
// RFC 6655 use it. Both passes run block by block through fields of the struct,
// since arrays of a function would move to the heap on their way through
// cipher.Block.

const (
	// maxCCMAdditional is the most additional data whose length has the short
	// form. A record's has 13 bytes at most.
	maxCCMAdditional = 1<<16 - 1<<8 - 1
	// ccmAdditionalFlag says in the first block that there is additional data.
	ccmAdditionalFlag = 0x40
)

// ccm is one key of AES-CCM. It serves one goroutine at a time.
type ccm struct {
	block    cipher.Block
	nonceLen int
	tagLen   int

	mac     [aes.BlockSize]byte
	counter [aes.BlockSize]byte
	stream  [aes.BlockSize]byte
	filled  int
}

// newCCM returns AES-CCM under key, of 16, 24 or 32 bytes, for nonces of 7 to 13
// bytes and tags of 4 to 16, even. It fails with ErrSuite for anything else.
//
// A message has at most 2^24-1 bytes with the 12-byte nonces of TLS. Seal returns
// dst as it was when it is given a nonce of another length, or more than that, or
// more than 65279 bytes of additional data.
func newCCM(key []byte, nonceLen, tagLen int) (cipher.AEAD, error) {
	if nonceLen < 7 || nonceLen > 13 || tagLen < 4 || tagLen > 16 || tagLen%2 != 0 {
		return nil, ErrSuite
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, ErrSuite
	}
	return &ccm{block: block, nonceLen: nonceLen, tagLen: tagLen}, nil
}

func (c *ccm) NonceSize() int { return c.nonceLen }

func (c *ccm) Overhead() int { return c.tagLen }

func (c *ccm) fits(nonce []byte, length int, additional []byte) bool {
	// The length has 15-len(nonce) bytes, two at least.
	lengthBits := 8 * (15 - c.nonceLen)
	return len(nonce) == c.nonceLen && uint64(length)>>lengthBits == 0 && len(additional) <= maxCCMAdditional
}

func (c *ccm) Seal(dst, nonce, plaintext, additional []byte) []byte {
	if !c.fits(nonce, len(plaintext), additional) {
		return dst
	}
	start := len(dst)
	out := slices.Grow(dst, len(plaintext)+c.tagLen)[:start+len(plaintext)+c.tagLen]

	// The MAC comes first: out may be where plaintext is.
	c.authenticate(nonce, plaintext, additional)
	c.restart(nonce)
	c.crypt(out[start:start+len(plaintext)], plaintext)
	copy(out[start+len(plaintext):], c.mac[:c.tagLen])
	c.forget()
	return out
}

func (c *ccm) Open(dst, nonce, ciphertext, additional []byte) ([]byte, error) {
	length := len(ciphertext) - c.tagLen
	if length < 0 || !c.fits(nonce, length, additional) {
		return nil, ErrBadMAC
	}
	start := len(dst)
	out := slices.Grow(dst, length)[:start+length]
	plaintext, tag := out[start:], ciphertext[length:]

	c.restart(nonce)
	c.crypt(plaintext, ciphertext[:length])
	c.authenticate(nonce, plaintext, additional)
	valid := subtle.ConstantTimeCompare(c.mac[:c.tagLen], tag) == 1
	c.forget()
	if !valid {
		clear(plaintext)
		return nil, ErrBadMAC
	}
	return out, nil
}

// authenticate leaves in c.mac the tag: the CBC-MAC encrypted with the first
// block of the key stream. RFC 3610, Section 2.2. and 2.3.
func (c *ccm) authenticate(nonce, plaintext, additional []byte) {
	lengthLen := 15 - c.nonceLen
	clear(c.mac[:])
	binary.BigEndian.PutUint64(c.mac[8:], uint64(len(plaintext)))
	c.mac[0] = byte((c.tagLen-2)/2<<3 | (lengthLen - 1))
	copy(c.mac[1:], nonce)
	if len(additional) > 0 {
		c.mac[0] |= ccmAdditionalFlag
	}
	c.block.Encrypt(c.mac[:], c.mac[:])

	c.filled = 0
	if len(additional) > 0 {
		c.mac[0] ^= byte(len(additional) >> 8)
		c.mac[1] ^= byte(len(additional))
		c.filled = 2
		c.absorb(additional)
	}
	c.absorb(plaintext)

	c.restart(nonce)
	c.counter[aes.BlockSize-1] = 0
	c.block.Encrypt(c.stream[:], c.counter[:])
	subtle.XORBytes(c.mac[:], c.mac[:], c.stream[:])
}

// absorb runs data through the CBC-MAC, as if zeros filled its last block.
func (c *ccm) absorb(data []byte) {
	for len(data) > 0 {
		n := subtle.XORBytes(c.mac[c.filled:], c.mac[c.filled:], data)
		data = data[n:]
		if c.filled += n; c.filled == aes.BlockSize {
			c.block.Encrypt(c.mac[:], c.mac[:])
			c.filled = 0
		}
	}
	if c.filled > 0 {
		c.block.Encrypt(c.mac[:], c.mac[:])
		c.filled = 0
	}
}

// restart sets the counter to the block of the first bytes of a message.
func (c *ccm) restart(nonce []byte) {
	clear(c.counter[:])
	c.counter[0] = byte(14 - c.nonceLen)
	copy(c.counter[1:], nonce)
	c.counter[aes.BlockSize-1] = 1
}

// crypt is counter mode from c.counter on. The length of a message keeps the
// counter, of two bytes at least, from overflowing into the nonce: it has fewer
// blocks than bytes.
func (c *ccm) crypt(dst, src []byte) {
	for len(src) > 0 {
		c.block.Encrypt(c.stream[:], c.counter[:])
		n := subtle.XORBytes(dst, src, c.stream[:])
		dst, src = dst[n:], src[n:]
		tail := binary.BigEndian.Uint64(c.counter[8:])
		binary.BigEndian.PutUint64(c.counter[8:], tail+1)
	}
}

func (c *ccm) forget() {
	clear(c.mac[:])
	clear(c.stream[:])
}

// wipe overwrites the last nonce as well, part of which comes from a key block.
func (c *ccm) wipe() {
	c.forget()
	clear(c.counter[:])
}
