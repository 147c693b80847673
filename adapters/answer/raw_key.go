package answer

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"errors"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/secrets"
)

// RawKeys are raw public keys that are known to be the peer's, each a
// SubjectPublicKeyInfo in DER (RFC 7250, Section 6). They must not be changed
// once in use.
type RawKeys [][]byte

// Has tells whether a key is among them.
func (k RawKeys) Has(info []byte) bool {
	for _, known := range k {
		if bytes.Equal(known, info) {
			return true
		}
	}
	return false
}

// NewRawPublicKey makes a Certificate that shows the key of a signer as it is, to
// peers that take that (RFC 7250, Section 3). It has no Leaf, and serves under
// every name. It refuses keys that are not supported.
func NewRawPublicKey(signer crypto.Signer) (*Certificate, error) {
	if signer == nil {
		return nil, errors.New("answer: no signer")
	}
	info, err := keyInfo(signer.Public())
	if err != nil {
		return nil, fmt.Errorf("answer: %w", err)
	}
	c := &Certificate{raw: info, signer: signer}
	if c.key, err = parseKeyInfo(info); err != nil {
		return nil, fmt.Errorf("answer: %w", err)
	}
	c.current.Schemes = secrets.SchemesFor(secrets.Rules13, c.key)
	c.legacy.Schemes = secrets.SchemesFor(secrets.Rules12, c.key)
	c.legacy.Decrypts = decrypts(c.key, signer)
	c.complete()
	return c, nil
}

// Raw gives a Certificate that shows the key of c as it is.
func (c *Certificate) Raw() (*Certificate, error) { return NewRawPublicKey(c.signer) }

// RawPublicKey is the SubjectPublicKeyInfo in DER of the key, of either kind of
// certificate, for a peer to know it by. It must not be changed.
func (c *Certificate) RawPublicKey() []byte {
	if c.raw != nil {
		return c.raw
	}
	return c.leaf.RawSubjectPublicKeyInfo
}

// kind is what the peer sees of c.
func (c *Certificate) kind() messages.CertificateType {
	if c.raw != nil {
		return messages.CertificateRawPublicKey
	}
	return messages.CertificateX509
}

// keyInfo is the SubjectPublicKeyInfo of a key in DER.
func keyInfo(key crypto.PublicKey) ([]byte, error) {
	if own, ok := key.(*secrets.MLDSAPublicKey); ok {
		return secrets.MLDSAInfo(own), nil
	}
	own, ok := key.(secrets.Ed448PublicKey)
	if !ok {
		return x509.MarshalPKIXPublicKey(key)
	}
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) { b.AddASN1ObjectIdentifier(oidEd448) })
		b.AddASN1BitString(own)
	})
	return b.Bytes()
}

// parseKeyInfo reads a SubjectPublicKeyInfo as the engine wants the key.
func parseKeyInfo(info []byte) (crypto.PublicKey, error) {
	key, err := servedKey(nil, info)
	if err == nil {
		return key, nil
	}
	parsed, err := x509.ParsePKIXPublicKey(info)
	if err != nil {
		return nil, err
	}
	return servedKey(parsed, info)
}

// verifyRaw verifies a raw public key: it is one of those known, or the answerer
// was told that anything goes.
func (v *verification) verifyRaw(q *events.VerifyPeer) (*Peer, crypto.PublicKey, *Rejection) {
	key, err := parseKeyInfo(q.RawKey)
	if err != nil {
		return nil, nil, &Rejection{Alert: messages.AlertUnsupportedCertificate, Err: err}
	}
	known := v.rawKeys.Has(q.RawKey)
	if !known && (v.rawKeys != nil || !v.skip) {
		return nil, nil, reject(messages.AlertCertificateUnknown, "the raw public key is not one of those known")
	}
	if bits := rsaBits(key); !v.skip && bits != 0 && bits < MinRSABits {
		return nil, nil, reject(messages.AlertBadCertificate, "the raw public key is one of RSA with %d bits", bits)
	}
	return &Peer{Role: q.Role, RawKey: q.RawKey, Resumed: q.Resumed}, key, nil
}
