package secrets

import (
	"crypto/subtle"
	"fmt"
	"io"
	"strconv"
)

// MaxSecretLen is the number of bytes a Secret can hold.
const MaxSecretLen = 48

// Secret is key material of at most MaxSecretLen bytes, held by value so that
// copying a state copies its secrets. It prints as its length alone under every
// verb of package fmt. The zero Secret holds no bytes.
//
// Package fmt cannot call methods on unexported fields: a struct that keeps a
// Secret in one needs a Format method too, as the types of this package have.
type Secret struct {
	n uint8
	b [MaxSecretLen]byte
}

// NewSecret copies b into a Secret. It reports false, with the zero Secret, when
// b is longer than MaxSecretLen.
func NewSecret(b []byte) (Secret, bool) {
	var s Secret
	if len(b) > MaxSecretLen {
		return s, false
	}
	s.n = uint8(copy(s.b[:], b))
	return s, true
}

// Bytes returns the bytes of s. They alias s: they change when s is wiped and
// are writable by whoever holds them.
func (s *Secret) Bytes() []byte { return s.b[:s.n:s.n] }

// Len returns the number of bytes s holds, 0 to MaxSecretLen.
func (s *Secret) Len() int { return int(s.n) }

// IsZero reports whether s holds no bytes. A Secret of zero bytes of a positive
// length is not zero.
func (s *Secret) IsZero() bool { return s.n == 0 }

// Equal reports whether s and o hold the same bytes, in time that depends on
// their lengths alone.
func (s *Secret) Equal(o *Secret) bool { return s.EqualBytes(o.Bytes()) }

// EqualBytes reports whether s holds exactly b, in time that depends on the
// lengths alone.
func (s *Secret) EqualBytes(b []byte) bool {
	return subtle.ConstantTimeCompare(s.Bytes(), b) == 1
}

// Wipe overwrites the bytes of s and leaves the zero Secret. Copies keep theirs.
func (s *Secret) Wipe() { *s = Secret{} }

// Format writes the length of s and never its bytes, whatever the verb.
func (s Secret) Format(f fmt.State, _ rune) {
	writeHidden(f, "secret", int(s.n))
}

// writeHidden is the printed form of everything here that holds key material.
func writeHidden(w io.Writer, what string, size int) {
	out := make([]byte, 0, 40)
	out = append(out, what...)
	out = append(out, '(')
	out = strconv.AppendInt(out, int64(size), 10)
	out = append(out, " bytes)"...)
	// A failing fmt.State has nobody to tell: fmt reports its writer's errors.
	_, _ = w.Write(out)
}
