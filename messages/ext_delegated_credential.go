package messages

import "github.com/tacitls/tacitls/messages/wire"

// DelegatedCredentialOffer lists the schemes by which its sender lets the key of a delegated credential sign, the
// preferred first. RFC 9345, Section 4.1.1 and Section 4.1.2.
type DelegatedCredentialOffer struct {
	Schemes []SignatureScheme // 1 to 32767
}

// ExtensionType returns ExtensionDelegatedCredential.
func (b *DelegatedCredentialOffer) ExtensionType() ExtensionType { return ExtensionDelegatedCredential }

func (b *DelegatedCredentialOffer) layout(c *wire.Codec) { wire.U16List(c, 2, 1<<16-2, &b.Schemes) }

// DelegatedCredential stands beside an end-entity certificate and lets another key sign in place of the certificate's,
// which has signed it. RFC 9345, Section 4.
type DelegatedCredential struct {
	Key       DelegatedKey
	Algorithm SignatureScheme // by which the certificate's key has signed
	Signature []byte          // 1 to 65535 bytes
}

// DelegatedKey is what a delegated credential says: the struct Credential of RFC 9345, Section 4.
type DelegatedKey struct {
	ValidTime     uint32          // seconds from the certificate's notBefore to the end of the credential's validity
	Scheme        SignatureScheme // dc_cert_verify_algorithm, by which the key signs, and by no other
	PublicKeyInfo []byte          // SubjectPublicKeyInfo in DER, at least a byte; an extension has room for fewer than 65522
}

// ExtensionType returns ExtensionDelegatedCredential.
func (b *DelegatedCredential) ExtensionType() ExtensionType { return ExtensionDelegatedCredential }

func (b *DelegatedCredential) layout(c *wire.Codec) {
	b.Key.layout(c)
	wire.U16(c, &b.Algorithm)
	c.Opaque16(1, 1<<16-1, &b.Signature)
}

func (k *DelegatedKey) layout(c *wire.Codec) {
	wire.U32(c, &k.ValidTime)
	wire.U16(c, &k.Scheme)
	c.Opaque24(1, 1<<24-1, &k.PublicKeyInfo)
}

// Append appends the credential to dst as it stands on the wire. On an error, when a field is out of its bounds, it
// returns dst as it was.
func (b *DelegatedCredential) Append(dst []byte) ([]byte, error) { return appendPart(dst, b.layout) }

// Decode reads what Append wrote and fails, with an error of type wire.Error, unless all of it was consumed. Slices of
// the credential alias data.
func (b *DelegatedCredential) Decode(data []byte) error { return decodePart(data, b.layout) }

// AppendSigned appends the part of the credential that the certificate's key signs to dst, and the algorithm behind it.
// On an error, when a field is out of its bounds, it returns dst as it was. RFC 9345, Section 4.
func (b *DelegatedCredential) AppendSigned(dst []byte) ([]byte, error) {
	return appendPart(dst, func(c *wire.Codec) {
		b.Key.layout(c)
		wire.U16(c, &b.Algorithm)
	})
}
