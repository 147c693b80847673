package secrets

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"errors"

	"github.com/cloudflare/circl/sign/ed448"

	"github.com/tacitls/tacitls/messages"
)

// Signatures over handshakes: which scheme fits which key, and verification.
// RFC 8446, Section 4.2.3. and 4.4.3. Signing is the caller's, who has the key.

// Rules says which version's reading of a SignatureScheme applies.
type Rules uint8

const (
	// Rules13 binds ECDSA schemes to a curve and knows no PKCS#1 v1.5, which
	// signs no TLS 1.3 handshake message. RFC 8446, Section 4.2.3. It alone has
	// ML-DSA.
	Rules13 Rules = iota
	// Rules12 lets an ECDSA scheme name its hash function alone, and allows
	// PKCS#1 v1.5. RFC 5246, Section 7.4.1.4.1. SHA-1 and MD5 stay out.
	Rules12
	// Rules12Legacy is Rules12 with the SHA-1 schemes, which RFC 9155 has withdrawn
	// and which are forgeable at a cost. It is for verifying what peers sent that
	// know nothing else: SchemesFor and HashOf, which are about signing, leave
	// SHA-1 out.
	Rules12Legacy
)

// PSSPublicKey is an RSA key whose certificate says id-RSASSA-PSS: it serves the
// rsa_pss_pss schemes and no other. A plain *rsa.PublicKey says rsaEncryption.
type PSSPublicKey struct{ *rsa.PublicKey }

var (
	// ErrKeyMismatch says that a scheme does not fit a key, or that the key is of
	// a kind, curve or size this package does not serve. The alert for a peer's
	// choice is illegal_parameter.
	ErrKeyMismatch = errors.New("secrets: signature scheme does not fit the key")
	// ErrScheme says that a scheme is unknown or not allowed by the rules given.
	ErrScheme = errors.New("secrets: signature scheme not supported")
	// ErrBadSignature says that a signature does not verify. The alert is
	// decrypt_error.
	ErrBadSignature = errors.New("secrets: bad signature")
)

const (
	// RSA keys of fewer bits are breakable, and verification under much longer
	// ones is work a peer may not impose.
	minRSABits = 1024
	maxRSABits = 8192
)

// algorithm is the signature algorithm of a scheme, without hash function.
type algorithm uint8

const (
	rsaPKCS1 algorithm = iota + 1
	rsaPSSRSAE
	rsaPSSPSS
	ecdsaAny
	ed25519Pure
	ed448Pure
	mldsaPure
)

// schemeParts is what a scheme stands for. The curve is that of TLS 1.3.
type schemeParts struct {
	algorithm algorithm
	hash      crypto.Hash
	curve     elliptic.Curve
}

func partsOf(scheme messages.SignatureScheme) (schemeParts, bool) {
	switch scheme {
	case messages.ECDSASecp256r1SHA256:
		return schemeParts{ecdsaAny, crypto.SHA256, elliptic.P256()}, true
	case messages.ECDSASecp384r1SHA384:
		return schemeParts{ecdsaAny, crypto.SHA384, elliptic.P384()}, true
	case messages.ECDSASecp521r1SHA512:
		return schemeParts{ecdsaAny, crypto.SHA512, elliptic.P521()}, true
	case messages.Ed25519:
		return schemeParts{ed25519Pure, 0, nil}, true
	case messages.Ed448:
		return schemeParts{ed448Pure, 0, nil}, true
	case messages.MLDSA44, messages.MLDSA65, messages.MLDSA87:
		return schemeParts{mldsaPure, 0, nil}, true
	case messages.RSAPSSRSAESHA256:
		return schemeParts{rsaPSSRSAE, crypto.SHA256, nil}, true
	case messages.RSAPSSRSAESHA384:
		return schemeParts{rsaPSSRSAE, crypto.SHA384, nil}, true
	case messages.RSAPSSRSAESHA512:
		return schemeParts{rsaPSSRSAE, crypto.SHA512, nil}, true
	case messages.RSAPSSPSSSHA256:
		return schemeParts{rsaPSSPSS, crypto.SHA256, nil}, true
	case messages.RSAPSSPSSSHA384:
		return schemeParts{rsaPSSPSS, crypto.SHA384, nil}, true
	case messages.RSAPSSPSSSHA512:
		return schemeParts{rsaPSSPSS, crypto.SHA512, nil}, true
	case messages.RSAPKCS1SHA256:
		return schemeParts{rsaPKCS1, crypto.SHA256, nil}, true
	case messages.RSAPKCS1SHA384:
		return schemeParts{rsaPKCS1, crypto.SHA384, nil}, true
	case messages.RSAPKCS1SHA512:
		return schemeParts{rsaPKCS1, crypto.SHA512, nil}, true
	case messages.RSAPKCS1SHA1:
		return schemeParts{rsaPKCS1, crypto.SHA1, nil}, true
	case messages.ECDSASHA1:
		return schemeParts{ecdsaAny, crypto.SHA1, nil}, true
	}
	return schemeParts{}, false
}

// HashOf returns the hash function a scheme signs a digest of, 0 for Ed25519, Ed448
// and ML-DSA, which sign the message itself, and whether the scheme is known.
func HashOf(scheme messages.SignatureScheme) (crypto.Hash, bool) {
	parts, ok := partsOf(scheme)
	if parts.hash == crypto.SHA1 {
		return 0, false
	}
	return parts.hash, ok
}

// SchemesFor returns what pub can sign with under the rules, the recommended
// first, in a slice of the caller's own: nothing for a key this package does not
// serve.
func SchemesFor(rules Rules, pub crypto.PublicKey) []messages.SignatureScheme {
	var fitting []messages.SignatureScheme
	for _, scheme := range [...]messages.SignatureScheme{
		messages.ECDSASecp256r1SHA256, messages.ECDSASecp384r1SHA384, messages.ECDSASecp521r1SHA512,
		messages.Ed25519, messages.Ed448,
		messages.RSAPSSRSAESHA256, messages.RSAPSSRSAESHA384, messages.RSAPSSRSAESHA512,
		messages.RSAPSSPSSSHA256, messages.RSAPSSPSSSHA384, messages.RSAPSSPSSSHA512,
		messages.RSAPKCS1SHA256, messages.RSAPKCS1SHA384, messages.RSAPKCS1SHA512,
		messages.MLDSA44, messages.MLDSA65, messages.MLDSA87,
	} {
		if _, err := checkScheme(rules, pub, scheme); err == nil {
			fitting = append(fitting, scheme)
		}
	}
	return preferOwnCurve(pub, fitting)
}

// preferOwnCurve moves the scheme named after the key's curve to the front: under
// the rules of TLS 1.2 all ECDSA schemes fit, and that one has the matching strength.
func preferOwnCurve(pub crypto.PublicKey, schemes []messages.SignatureScheme) []messages.SignatureScheme {
	key, ok := pub.(*ecdsa.PublicKey)
	if !ok {
		return schemes
	}
	for i, scheme := range schemes {
		if parts, _ := partsOf(scheme); parts.curve == key.Curve {
			copy(schemes[1:i+1], schemes[:i])
			schemes[0] = scheme
			break
		}
	}
	return schemes
}

// checkScheme returns the parts of a scheme that is allowed and fits the key.
func checkScheme(rules Rules, pub crypto.PublicKey, scheme messages.SignatureScheme) (schemeParts, error) {
	parts, ok := partsOf(scheme)
	if !ok || parts.algorithm == rsaPKCS1 && rules == Rules13 || parts.algorithm == mldsaPure && rules != Rules13 ||
		parts.hash == crypto.SHA1 && rules != Rules12Legacy {
		return parts, ErrScheme
	}
	fits := false
	switch key := pub.(type) {
	case *ecdsa.PublicKey:
		fits = parts.algorithm == ecdsaAny && key != nil &&
			(key.Curve == parts.curve || rules != Rules13 && servedCurve(key.Curve))
	case ed25519.PublicKey:
		fits = parts.algorithm == ed25519Pure && len(key) == ed25519.PublicKeySize
	case Ed448PublicKey:
		fits = parts.algorithm == ed448Pure && len(key) == ed448.PublicKeySize
	case *MLDSAPublicKey:
		fits = signsAs(key, scheme)
	case *rsa.PublicKey:
		fits = (parts.algorithm == rsaPSSRSAE || parts.algorithm == rsaPKCS1) && servedModulus(key, parts)
	case PSSPublicKey:
		fits = parts.algorithm == rsaPSSPSS && servedModulus(key.PublicKey, parts)
	}
	if !fits {
		return parts, ErrKeyMismatch
	}
	return parts, nil
}

func servedCurve(c elliptic.Curve) bool {
	return c == elliptic.P256() || c == elliptic.P384() || c == elliptic.P521()
}

// servedModulus reports whether the size of the key is in bounds and holds what
// the scheme encodes: a PSS block is at least hash, salt and two bytes long.
// RFC 8017, Section 9.1.1.
func servedModulus(key *rsa.PublicKey, parts schemeParts) bool {
	if key == nil || key.N == nil {
		return false
	}
	bits := key.N.BitLen()
	if key.N.Sign() <= 0 || bits < minRSABits || bits > maxRSABits {
		return false
	}
	return parts.algorithm == rsaPKCS1 || (bits-1+7)/8 >= 2*parts.hash.Size()+2
}
