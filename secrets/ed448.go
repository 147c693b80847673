package secrets

import (
	"bytes"

	"github.com/cloudflare/circl/sign/ed448"
)

// Ed448PublicKey is a public key of Ed448, 57 bytes as RFC 8032, Section 5.2.2.
// encodes a point. It is the type of package ed448 of github.com/cloudflare/circl,
// whose private keys are signers for it: with no hash function they sign a message
// as TLS wants it, with an empty context.
type Ed448PublicKey = ed448.PublicKey

// ed448Prefix is what stands before the 57 bytes of a key in its
// SubjectPublicKeyInfo: the OID 1.3.101.113 without parameters, and the header of
// a bit string without unused bits. RFC 8410, Section 4.
const ed448Prefix = "\x30\x43\x30\x05\x06\x03\x2b\x65\x71\x03\x3a\x00"

// ParseEd448 reads the DER of a SubjectPublicKeyInfo of Ed448, as
// RawSubjectPublicKeyInfo of an x509.Certificate holds it. It reports false for
// anything else. The caller owns the key.
//
// Package crypto/x509 does not know the algorithm: it parses such a certificate
// and leaves its PublicKey nil. It does not verify signatures of Ed448 in chains
// either, so that these keys serve end entities, below certificates of other keys.
func ParseEd448(publicKeyInfo []byte) (Ed448PublicKey, bool) {
	key, found := bytes.CutPrefix(publicKeyInfo, []byte(ed448Prefix))
	if !found || len(key) != ed448.PublicKeySize {
		return nil, false
	}
	return bytes.Clone(key), true
}
