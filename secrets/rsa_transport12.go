package secrets

import (
	"crypto/rsa"
	"errors"
	"io"

	"filippo.io/bigmod"
)

// RSA key transport, the client's side: RFC 5246, Section 7.4.7.1. The package
// crypto/rsa draws the padding from a source of its own; here it comes from the
// caller's, so that equal entropy gives equal bytes.

const (
	// Under a longer modulus an encryption is work that a peer may not impose.
	maxTransportBits = 16384
	// The exponents are what crypto/rsa takes: below 3 nothing is hidden, and
	// beyond 31 bits there is no interoperation.
	minExponent, maxExponent = 3, 1<<31 - 1
	// blockEncryption is the second byte of a block that was padded to be
	// encrypted. The first is zero. RFC 8017, Section 7.2.1.
	blockEncryption = 2
)

// ErrPremasterLength says that a premaster secret to encrypt does not have
// RSAPremasterLen bytes.
var ErrPremasterLength = errors.New("secrets: premaster secret of another length than 48 bytes")

// EncryptPremaster encrypts the premaster secret, the version offered and 46 random
// bytes, to a server's key by RSAES-PKCS1-v1_5. The result has the length of the
// modulus, and the caller owns it; the length field before it is the message's.
// About as many bytes as the modulus has are read from rand, less 51.
// RFC 8017, Section 7.2.1.
//
// It fails with ErrPremasterLength, with ErrKeyMismatch unless the modulus is odd
// and has 1024 to 16384 bits and the exponent is odd and from 3 to 2^31-1, and with
// ErrEntropy.
func EncryptPremaster(rand io.Reader, key *rsa.PublicKey, premaster []byte) ([]byte, error) {
	switch {
	case len(premaster) != RSAPremasterLen:
		return nil, ErrPremasterLength
	case !encryptingKey(key):
		return nil, ErrKeyMismatch
	}
	block := make([]byte, key.Size())
	defer clear(block)
	zero := len(block) - RSAPremasterLen - 1
	block[1] = blockEncryption
	if err := readNonzero(rand, block[2:zero]); err != nil {
		return nil, err
	}
	copy(block[zero+1:], premaster)

	n, err := bigmod.NewModulus(key.N.Bytes())
	if err != nil {
		return nil, ErrKeyMismatch
	}
	// With its first byte zero the block is below any modulus of its length.
	message, err := bigmod.NewNat().SetBytes(block, n)
	if err != nil {
		return nil, ErrKeyMismatch
	}
	defer clear(message.Bits())
	return bigmod.NewNat().ExpShortVarTime(message, uint(key.E), n).Bytes(n), nil
}

// encryptingKey reports whether the sizes of a key are in bounds, and whether
// modulus and exponent are odd, as those of every key are.
func encryptingKey(key *rsa.PublicKey) bool {
	if key == nil || key.N == nil || key.N.Sign() <= 0 {
		return false
	}
	bits := key.N.BitLen()
	return bits >= minRSABits && bits <= maxTransportBits && key.N.Bit(0) == 1 &&
		key.E >= minExponent && key.E <= maxExponent && key.E%2 == 1
}

// readNonzero fills b from rand with bytes other than zero, and draws again for
// those that are. One byte of 256 is, so that only a broken source goes on being so.
func readNonzero(rand io.Reader, b []byte) error {
	missing := b
	for range maxTries {
		if err := readEntropy(rand, missing); err != nil {
			return err
		}
		kept := 0
		for _, value := range missing {
			if value != 0 {
				missing[kept] = value
				kept++
			}
		}
		if missing = missing[kept:]; len(missing) == 0 {
			return nil
		}
	}
	return ErrEntropy
}
