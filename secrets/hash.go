package secrets

import (
	"crypto/sha256"
	"crypto/sha512"
	"hash"
)

// Hash is the hash function of a cipher suite: of its transcript, of its HKDF
// and of its Finished messages. The zero Hash is none.
type Hash uint8

const (
	// SHA256 is SHA-256, of 32-byte digests.
	SHA256 Hash = 1
	// SHA384 is SHA-384, of 48-byte digests.
	SHA384 Hash = 2
)

const (
	maxHashSize  = sha512.Size384
	maxHashBlock = sha512.BlockSize
)

// Size returns the length of a digest in bytes, and 0 for an unknown Hash.
func (h Hash) Size() int {
	switch h {
	case SHA256:
		return sha256.Size
	case SHA384:
		return sha512.Size384
	}
	return 0
}

// blockSize returns the length in bytes of what one compression consumes.
func (h Hash) blockSize() int {
	if h == SHA384 {
		return sha512.BlockSize
	}
	return sha256.BlockSize
}

// New returns a running hash, or nil for an unknown Hash. The standard library's
// implementation can be cloned.
func (h Hash) New() hash.Hash {
	switch h {
	case SHA256:
		return sha256.New()
	case SHA384:
		return sha512.New384()
	}
	return nil
}

// Sum returns the digest of the concatenation of data in a slice of its own, and
// nil for an unknown Hash.
func (h Hash) Sum(data ...[]byte) []byte {
	running := h.New()
	if running == nil {
		return nil
	}
	for _, d := range data {
		running.Write(d)
	}
	return running.Sum(nil)
}

// AppendSum appends the digest of data to dst, without allocating when dst has
// room. An unknown Hash appends nothing.
func (h Hash) AppendSum(dst, data []byte) []byte {
	switch h {
	case SHA256:
		sum := sha256.Sum256(data)
		return append(dst, sum[:]...)
	case SHA384:
		sum := sha512.Sum384(data)
		return append(dst, sum[:]...)
	}
	return dst
}

// String returns the name of the hash function.
func (h Hash) String() string {
	switch h {
	case SHA256:
		return "SHA-256"
	case SHA384:
		return "SHA-384"
	}
	return "no hash"
}
