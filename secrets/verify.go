package secrets

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"slices"

	"filippo.io/mldsa"
	"github.com/cloudflare/circl/sign/ed448"

	"github.com/tacitls/tacitls/messages"
)

// SignatureContext says who signed a CertificateVerify of TLS 1.3, and where, so
// that a signature of one side is none of the other.
type SignatureContext uint8

const (
	// ServerContext is the context of a server's signature.
	ServerContext SignatureContext = iota
	// ClientContext is the context of a client's signature.
	ClientContext
	// AuthenticatorContext is that of either side's signature in an exported
	// authenticator, where the transcript tells the sides apart. RFC 9261,
	// Section 5.2.2.
	AuthenticatorContext
)

// signaturePadding is the 64 spaces before the context string.
const signaturePadding = "                                                                "

func (c SignatureContext) label() string {
	switch c {
	case ClientContext:
		return "TLS 1.3, client CertificateVerify"
	case AuthenticatorContext:
		return "Exported Authenticator"
	}
	return "TLS 1.3, server CertificateVerify"
}

// VerifyInput13 appends to dst what a CertificateVerify signs: 64 spaces, the
// signer's context string, a zero byte, and the hash of the messages up to
// Certificate. With a SHA-384 hash that is 146 bytes. RFC 8446, Section 4.4.3.
func VerifyInput13(dst []byte, signer SignatureContext, transcriptHash []byte) []byte {
	dst = append(dst, signaturePadding...)
	dst = append(dst, signer.label()...)
	dst = append(dst, 0)
	return append(dst, transcriptHash...)
}

// KeyExchangeInput12 appends to dst what the signature in a ServerKeyExchange of
// TLS 1.2 is over: both randoms, and the parameters of the key exchange as they
// are on the wire. RFC 5246, Section 7.4.3. RFC 8422, Section 5.4.
func KeyExchangeInput12(dst []byte, randoms *Randoms, params []byte) []byte {
	dst = slices.Grow(dst, len(randoms.Client)+len(randoms.Server)+len(params))
	dst = append(dst, randoms.Client[:]...)
	dst = append(dst, randoms.Server[:]...)
	return append(dst, params...)
}

// VerifySignature checks signature over the message signed, which it hashes as
// the scheme asks. The key is an *ecdsa.PublicKey on P-256, P-384 or P-521, an
// ed25519.PublicKey, an Ed448PublicKey, an *MLDSAPublicKey, an *rsa.PublicKey of 1024
// to 8192 bits, or a PSSPublicKey of such. An ECDSA key has its coordinates set, as
// every parser leaves it.
//
// It fails with ErrScheme when the rules do not know the scheme, with
// ErrKeyMismatch when the scheme does not fit the key, and with ErrBadSignature
// when the signature does not verify.
func VerifySignature(rules Rules, pub crypto.PublicKey, scheme messages.SignatureScheme, signed, signature []byte) error {
	parts, err := checkScheme(rules, pub, scheme)
	if err != nil {
		return err
	}
	var room [sha512.Size]byte
	digest := appendDigest(room[:0], parts.hash, signed)

	valid := false
	switch key := pub.(type) {
	case *ecdsa.PublicKey:
		valid = ecdsa.VerifyASN1(key, digest, signature)
	case ed25519.PublicKey:
		valid = ed25519.Verify(key, signed, signature)
	case Ed448PublicKey:
		// The context is empty. RFC 8422, Section 5.10.
		valid = ed448.Verify(key, signed, signature, "")
	case *MLDSAPublicKey:
		// In pure mode, with an empty context, as draft-ietf-tls-mldsa has it.
		valid = mldsa.Verify(key, signed, signature, nil) == nil
	case *rsa.PublicKey:
		valid = verifyRSA(key, parts, digest, signature)
	case PSSPublicKey:
		valid = verifyRSA(key.PublicKey, parts, digest, signature)
	}
	if !valid {
		return ErrBadSignature
	}
	return nil
}

func verifyRSA(key *rsa.PublicKey, parts schemeParts, digest, signature []byte) bool {
	if parts.algorithm == rsaPKCS1 {
		return rsa.VerifyPKCS1v15(key, parts.hash, digest, signature) == nil
	}
	// "The length of the Salt MUST be equal to the length of the output of the
	// digest algorithm." RFC 8446, Section 4.2.3.
	options := rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash}
	return rsa.VerifyPSS(key, parts.hash, digest, signature, &options) == nil
}

// appendDigest appends the digest under one of the hash functions of the
// schemes, and nothing for 0.
func appendDigest(dst []byte, h crypto.Hash, data []byte) []byte {
	switch h {
	case crypto.SHA1:
		sum := sha1.Sum(data)
		return append(dst, sum[:]...)
	case crypto.SHA256:
		sum := sha256.Sum256(data)
		return append(dst, sum[:]...)
	case crypto.SHA384:
		sum := sha512.Sum384(data)
		return append(dst, sum[:]...)
	case crypto.SHA512:
		sum := sha512.Sum512(data)
		return append(dst, sum[:]...)
	}
	return dst
}
