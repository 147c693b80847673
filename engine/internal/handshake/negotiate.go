package handshake

import (
	"slices"

	"github.com/tacitls/tacitls/messages"
)

// Common keeps those of ours that the peer has too, in our order.
func Common[T comparable](ours, theirs []T) []T {
	var both []T
	for _, v := range ours {
		if slices.Contains(theirs, v) {
			both = append(both, v)
		}
	}
	return both
}

// Few is the beginning of a list of the peer's, which may be as long as it
// likes, for an error to name.
func Few[T any](list []T) []T { return list[:min(len(list), 16)] }

// First is the first of ours that the peer has too.
func First[T comparable](ours, theirs []T) (T, bool) {
	for _, v := range ours {
		if slices.Contains(theirs, v) {
			return v, true
		}
	}
	var none T
	return none, false
}

// ChooseSuite chooses the cipher suite. The server's order decides, but where
// the client likes ChaCha20-Poly1305 best, which tells of a client without AES
// in hardware, it gets that if we have it at all.
func ChooseSuite(ours, theirs []messages.CipherSuite) (messages.CipherSuite, bool) {
	const chacha = messages.TLS_CHACHA20_POLY1305_SHA256
	if theirFirst, ok := First(theirs, ours); ok && theirFirst == chacha {
		return chacha, true
	}
	return First(ours, theirs)
}

// PreferSuites orders the suites that both ends have as ChooseSuite does.
func PreferSuites(ours, theirs []messages.CipherSuite) []messages.CipherSuite {
	return Common(ours, theirs)
}

// Classical keeps the groups that TLS 1.2 can use: a post-quantum key share
// has no room in its messages (RFC 8422, Section 5.4).
func Classical(groups []messages.Group) []messages.Group {
	return slices.DeleteFunc(slices.Clone(groups), PostQuantum)
}

// Curves keeps the groups that ECDHE of TLS 1.2 can use.
func Curves(groups []messages.Group) []messages.Group {
	return slices.DeleteFunc(slices.Clone(groups), func(g messages.Group) bool { return PostQuantum(g) || FiniteField(g) })
}

// FiniteFields keeps the groups that DHE of TLS 1.2 can use.
func FiniteFields(groups []messages.Group) []messages.Group {
	return slices.DeleteFunc(slices.Clone(groups), func(g messages.Group) bool { return !FiniteField(g) })
}

// FiniteField tells whether a codepoint is of the range of finite fields, known
// or not (RFC 7919, Section 2).
func FiniteField(g messages.Group) bool { return g>>8 == 1 }

// PostQuantum tells whether a group resists quantum computers.
func PostQuantum(g messages.Group) bool {
	switch g {
	case messages.X25519MLKEM768, messages.SecP256r1MLKEM768, messages.SecP384r1MLKEM1024,
		messages.MLKEM512, messages.MLKEM768, messages.MLKEM1024:
		return true
	}
	return false
}

// SignsHandshakes tells whether a scheme may sign a CertificateVerify of
// TLS 1.3: neither PKCS #1 nor SHA-1 may (RFC 8446, Section 4.4.3).
func SignsHandshakes(s messages.SignatureScheme) bool {
	switch s {
	case messages.ECDSASecp256r1SHA256, messages.ECDSASecp384r1SHA384, messages.ECDSASecp521r1SHA512,
		messages.Ed25519, messages.Ed448, messages.MLDSA44, messages.MLDSA65, messages.MLDSA87,
		messages.RSAPSSRSAESHA256, messages.RSAPSSRSAESHA384, messages.RSAPSSRSAESHA512,
		messages.RSAPSSPSSSHA256, messages.RSAPSSPSSSHA384, messages.RSAPSSPSSSHA512:
		return true
	}
	return false
}

// Signing keeps the schemes that may sign a handshake of TLS 1.3.
func Signing(schemes []messages.SignatureScheme) []messages.SignatureScheme {
	var signing []messages.SignatureScheme
	for _, s := range schemes {
		if SignsHandshakes(s) {
			signing = append(signing, s)
		}
	}
	return signing
}

// SHA1Last gives the schemes with those of SHA-1 behind all others, which is where
// they have to be offered (RFC 8446, Section 4.2.3).
func SHA1Last(schemes []messages.SignatureScheme) []messages.SignatureScheme {
	ordered := slices.DeleteFunc(slices.Clone(schemes), sha1)
	for _, s := range schemes {
		if sha1(s) {
			ordered = append(ordered, s)
		}
	}
	return ordered
}

func sha1(s messages.SignatureScheme) bool {
	return s == messages.RSAPKCS1SHA1 || s == messages.ECDSASHA1
}

// OfferSchemes is what signature_algorithms offers. The schemes that only a chain
// may have are among them, as everybody does it, so that
// signature_algorithms_cert is needed only where the two lists differ
// otherwise (RFC 8446, Section 4.2.3).
func OfferSchemes(handshake, chain []messages.SignatureScheme) []messages.SignatureScheme {
	all := slices.Clone(handshake)
	for _, s := range chain {
		if !slices.Contains(all, s) && !SignsHandshakes(s) {
			all = append(all, s)
		}
	}
	return all
}

// SeparateSchemesCert tells whether the chain needs a list of its own.
func (p *Policy) SeparateSchemesCert() bool { return !slices.Equal(p.Offered, p.SchemesCert) }
