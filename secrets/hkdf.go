package secrets

import (
	"encoding/binary"
	"errors"
)

// HKDF of RFC 5869, and the labels RFC 8446, Section 7.1. puts on top of it.

// Prefix is what stands before every label of a protocol in HKDF-Expand-Label.
// The zero Prefix is that of TLS.
type Prefix uint8

const (
	// TLSPrefix is "tls13 ", of TLS and QUIC. RFC 8446, Section 7.1.
	TLSPrefix Prefix = 0
	// DTLSPrefix is "dtls13", of DTLS. RFC 9147, Section 5.9.
	DTLSPrefix Prefix = 1
)

// String returns the six bytes the prefix stands for.
func (p Prefix) String() string {
	if p == DTLSPrefix {
		return "dtls13"
	}
	return "tls13 "
}

const (
	prefixLen  = 6
	maxLabel   = 255 - prefixLen
	maxContext = 255

	// maxHKDFLabel is the longest HkdfLabel: a length of two bytes and two
	// vectors of up to 255 bytes, each after its length of one.
	maxHKDFLabel = 2 + 1 + 255 + 1 + 255
)

var (
	// ErrLabel says that a label has no byte, or more than an HkdfLabel holds.
	ErrLabel = errors.New("secrets: label must have 1 to 249 bytes")
	// ErrContext says that a context is longer than an HkdfLabel holds.
	ErrContext = errors.New("secrets: context must have at most 255 bytes")
	// ErrOutputLength says that HKDF cannot give that many bytes.
	ErrOutputLength = errors.New("secrets: output must have at most 255 times the length of the hash")
)

// ExpandLabel fills dst with HKDF-Expand-Label(secret, label, context, len(dst)).
// It fails, with dst untouched, with ErrLabel unless label has 1 to 249 bytes,
// with ErrContext when context has more than 255, and with ErrOutputLength when
// dst is longer than 255 digests. It does not allocate. RFC 8446, Section 7.1.
func (h Hash) ExpandLabel(dst []byte, secret *Secret, prefix Prefix, label string, context []byte) error {
	switch {
	case len(label) == 0 || len(label) > maxLabel:
		return ErrLabel
	case len(context) > maxContext:
		return ErrContext
	case len(dst) > 255*h.Size():
		return ErrOutputLength
	}
	h.expandLabel(dst, secret, prefix, label, context)
	return nil
}

// expandLabel is ExpandLabel for arguments known to be in bounds. Longer ones
// would be cut, which no caller may let happen.
func (h Hash) expandLabel(dst []byte, secret *Secret, prefix Prefix, label string, context []byte) {
	var room [maxHKDFLabel]byte
	info := binary.BigEndian.AppendUint16(room[:0], uint16(len(dst)))
	info = append(info, byte(prefixLen+len(label)))
	info = append(info, prefix.String()...)
	info = append(info, label...)
	info = append(info, byte(len(context)))
	info = append(info, context...)
	h.expand(dst, secret.Bytes(), info)
}

// expand fills dst with HKDF-Expand of at most 255 digests. RFC 5869, Section
// 2.3. The info has at most maxHKDFLabel bytes.
func (h Hash) expand(dst, key, info []byte) {
	size := h.Size()
	if size == 0 {
		return
	}
	var room [maxShortMessage]byte
	var previous digest
	for counter, used := byte(1), 0; len(dst) > 0; counter, used = counter+1, size {
		message := append(room[:0], previous[:used]...)
		message = append(message, info...)
		message = append(message, counter)
		previous = h.mac(key, message)
		dst = dst[copy(dst, previous[:size]):]
	}
	clear(room[:])
	clear(previous[:])
}

// extract is HKDF-Extract, RFC 5869, Section 2.2. A nil key stands for as many
// zeros as a digest has, as in the key schedule.
func (h Hash) extract(salt, key []byte) (out Secret) {
	var zeros digest
	if key == nil {
		key = zeros[:h.Size()]
	}
	prk := h.mac(salt, key)
	out.n = uint8(copy(out.b[:], prk[:h.Size()]))
	clear(prk[:])
	return out
}

// deriveSecret is Derive-Secret of RFC 8446, Section 7.1. with the hash of the
// messages in place of the messages.
func (h Hash) deriveSecret(secret *Secret, prefix Prefix, label string, transcriptHash []byte) (out Secret) {
	out.n = uint8(h.Size())
	h.expandLabel(out.b[:out.n], secret, prefix, label, transcriptHash)
	return out
}

// deriveEmpty is Derive-Secret over no messages.
func (h Hash) deriveEmpty(secret *Secret, prefix Prefix, label string) Secret {
	empty := h.sum(nil)
	return h.deriveSecret(secret, prefix, label, empty[:h.Size()])
}
