package secrets

import (
	"crypto/sha256"
	"crypto/sha512"
)

// HMAC of RFC 2104 over inputs that fit a fixed array. crypto/hmac keeps two
// running hashes on the heap for every key; the key schedule uses each key for
// one or two messages of some fifty bytes, so the two one-shot sums below cost
// neither an allocation nor an interface call. What does not fit is joined on the
// heap first.

// maxShortMessage is the longest message handled without the heap. It holds the
// longest input of HKDF-Expand here: a block of output, an HkdfLabel whose label
// and context are 255 bytes each, and the counter.
const maxShortMessage = maxHashSize + maxHKDFLabel + 1

const (
	innerPad = 0x36
	outerPad = 0x5c
)

// digest is room for the output of either hash; the bytes past the size of the
// hash that made it are zero.
type digest [maxHashSize]byte

// sum hashes data into a digest.
func (h Hash) sum(data []byte) (out digest) {
	switch h {
	case SHA256:
		s := sha256.Sum256(data)
		copy(out[:], s[:])
	case SHA384:
		out = sha512.Sum384(data)
	}
	return out
}

// mac returns the HMAC of message under key, both of any length.
func (h Hash) mac(key, message []byte) digest {
	block := h.blockSize()
	var keyDigest digest
	if len(key) > block {
		keyDigest = h.sum(key)
		key = keyDigest[:h.Size()]
	}
	var room [maxHashBlock + maxShortMessage]byte
	pad := room[:block]
	copy(pad, key)
	flip(pad, innerPad)

	var inner digest
	if len(message) <= maxShortMessage {
		n := copy(room[block:], message)
		inner = h.sum(room[:block+n])
	} else {
		inner = h.sumLong(pad, message)
	}

	flip(pad, innerPad^outerPad)
	n := copy(room[block:], inner[:h.Size()])
	out := h.sum(room[:block+n])
	clear(room[:])
	clear(keyDigest[:])
	clear(inner[:])
	return out
}

// sumLong hashes the concatenation of pad and message. It joins them on the heap:
// given to a running hash behind an interface, both would be taken to escape, and
// so would the arrays of every short message.
func (h Hash) sumLong(pad, message []byte) digest {
	joined := make([]byte, 0, len(pad)+len(message))
	joined = append(joined, pad...)
	joined = append(joined, message...)
	out := h.sum(joined)
	clear(joined)
	return out
}

func flip(b []byte, mask byte) {
	for i := range b {
		b[i] ^= mask
	}
}
