package secrets

import (
	"bytes"

	"github.com/tacitls/tacitls/messages"
)

// Finite fields in TLS 1.2, RFC 5246, Section 7.4.3. and 8.1.2. There the server
// sends the prime and the generator, numbers have whatever length their sender
// likes, and the premaster secret is the shared secret without its leading zeros.
// Groups are still those of RFC 7919 and no others: whether a prime of the peer's
// own is one, and a safe one, would cost more than the handshake to find out.
//
// A premaster secret without its zeros is hashed in fewer blocks when there are
// many of them, and that shows in the time of a handshake. Whoever can measure it
// learns the first bits of the secret of this one handshake. To get at a secret
// that way, as the attack called Raccoon does, takes thousands of handshakes with
// one and the same private exponent. Here every Generate and every Respond makes a
// new one, whose share is used once: what leaked would be of a number that never
// comes again. TLS 1.3 strips nothing.

// IsFiniteField reports whether a group is one of RFC 7919. In TLS 1.2 they are for
// the suites whose KeyExchange says FiniteField, and the other groups are for the
// ones that say Curves.
func IsFiniteField(id messages.Group) bool {
	group, _ := LookupGroup(id)
	_, ok := group.(ffdheGroup)
	return ok
}

// LookupFiniteField returns the group whose prime and generator are dh_p and dh_g
// of a ServerKeyExchange, leading zeros aside, and whether there is one. A client
// accepts nothing else. RFC 7919, Section 3.
func LookupFiniteField(p, g []byte) (messages.Group, bool) {
	p, g = trimZeros(p), trimZeros(g)
	if !bytes.Equal(g, []byte{ffdheGenerator}) {
		return 0, false
	}
	for _, group := range [...]ffdheGroup{ffdhe2048, ffdhe3072, ffdhe4096, ffdhe6144, ffdhe8192} {
		if len(p) == group.parameters().primeLen && bytes.Equal(p, group.prime()) {
			return group.ID(), true
		}
	}
	return 0, false
}

// FiniteFieldParams returns dh_p and dh_g of a group for a ServerKeyExchange, in
// slices of the caller's own, and whether the group is one of RFC 7919.
func FiniteFieldParams(id messages.Group) (p, g []byte, ok bool) {
	if !IsFiniteField(id) {
		return nil, nil, false
	}
	return ffdheGroup(id).prime(), []byte{ffdheGenerator}, true
}

// PadPublic returns dh_Yc or dh_Ys as the group's share: with leading zeros, or
// without some, so that it has the length of the prime. The caller owns the slice.
// It reports false when the group is none of RFC 7919, and for a number that is
// longer than the prime. The range is for Respond and Agree to check; in TLS 1.2 a
// share they find bad has the alert handshake_failure. RFC 7919, Section 3. and 4.
func PadPublic(id messages.Group, public []byte) ([]byte, bool) {
	public = trimZeros(public)
	length := ffdheGroup(id).parameters().primeLen
	if !IsFiniteField(id) || len(public) > length {
		return nil, false
	}
	share := make([]byte, length)
	copy(share[len(share)-len(public):], public)
	return share, true
}

// TrimPremaster returns the part of the shared secret of a finite field that is
// the premaster secret of TLS 1.2, or Z of a suite with a PSK: all behind its
// leading zeros. The result aliases secret. It is not for the secrets of curves,
// which keep their zeros, and the time it takes tells how many there are.
// RFC 5246, Section 8.1.2. RFC 4279, Section 3. RFC 8422, Section 5.10.
func TrimPremaster(secret []byte) []byte { return trimZeros(secret) }

func trimZeros(number []byte) []byte {
	for len(number) > 0 && number[0] == 0 {
		number = number[1:]
	}
	return number
}
