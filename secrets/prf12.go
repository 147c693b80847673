package secrets

import (
	"errors"
	"math"
)

// The pseudorandom function of TLS 1.2, and what is exported from it.

// ErrReservedLabel says that a label is one the handshake itself uses, which
// would export a secret of the connection. RFC 5705, Section 4.
var ErrReservedLabel = errors.New("secrets: label belongs to the handshake")

// ErrContextLength says that the context of an exporter is longer than its
// length field holds. RFC 5705, Section 4.
var ErrContextLength = errors.New("secrets: context must have at most 65535 bytes")

// RandomLen is the length in bytes of the random of either side.
const RandomLen = 32

// Randoms are the random values of both hellos of one handshake of TLS 1.2. They
// are no secret. RFC 5246, Section 7.4.1.2.
type Randoms struct {
	// Client is the random of the ClientHello.
	Client [RandomLen]byte
	// Server is the random of the ServerHello.
	Server [RandomLen]byte
}

// PRF12 fills dst with PRF(secret, label, seed), where the seed is the
// concatenation of seeds. All of them may be of any length; none is retained. It
// does not allocate while label and seeds have at most 516 bytes together. An
// unknown Hash leaves dst as it was. RFC 5246, Section 5.
func PRF12(h Hash, dst, secret []byte, label string, seeds ...[]byte) {
	size := h.Size()
	if size == 0 {
		return
	}
	var hashed digest
	if len(secret) > h.blockSize() {
		hashed = h.sum(secret)
		secret = hashed[:size]
	}
	var room [maxShortMessage]byte
	message := append(room[:size], label...)
	for _, seed := range seeds {
		message = append(message, seed...)
	}

	// A(i) stands before the seed, where the message of each HMAC wants it.
	a := h.mac(secret, message[size:])
	for len(dst) > 0 {
		copy(message, a[:size])
		block := h.mac(secret, message)
		dst = dst[copy(dst, block[:size]):]
		a = h.mac(secret, a[:size])
		clear(block[:])
	}
	clear(message[:size])
	clear(hashed[:])
	clear(a[:])
}

// Export12 fills dst with keying material for an application. A nil context is
// none at all, which gives other bytes than an empty one. It fails with
// ErrReservedLabel and ErrContextLength, and leaves dst untouched then. The
// connection must have used the extended master secret, or the bytes are bound to
// no connection. RFC 5705, Section 4. RFC 7627, Section 5.4.
func Export12(h Hash, master *Secret, randoms *Randoms, label string, context, dst []byte) error {
	switch label {
	case labelClientFinished, labelServerFinished, labelMaster, labelExtendedMaster, labelKeyBlock:
		return ErrReservedLabel
	}
	if len(context) > math.MaxUint16 {
		return ErrContextLength
	}
	if context == nil {
		PRF12(h, dst, master.Bytes(), label, randoms.Client[:], randoms.Server[:])
		return nil
	}
	length := [2]byte{byte(len(context) >> 8), byte(len(context))}
	PRF12(h, dst, master.Bytes(), label, randoms.Client[:], randoms.Server[:], length[:], context)
	return nil
}
