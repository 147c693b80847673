package messages

import "github.com/tacitls/tacitls/messages/wire"

// SignatureAlgorithms lists the schemes its sender accepts in a CertificateVerify and, without a list for those, in
// certificates, the preferred first. RFC 8446, Section 4.2.3.
type SignatureAlgorithms struct {
	Schemes []SignatureScheme // 1 to 32767
}

// ExtensionType returns ExtensionSignatureAlgorithms.
func (b *SignatureAlgorithms) ExtensionType() ExtensionType { return ExtensionSignatureAlgorithms }

func (b *SignatureAlgorithms) layout(c *wire.Codec) { wire.U16List(c, 2, 1<<16-2, &b.Schemes) }

// SignatureAlgorithmsCert lists the schemes its sender accepts in certificates, the preferred first. RFC 8446,
// Section 4.2.3.
type SignatureAlgorithmsCert struct {
	Schemes []SignatureScheme // 1 to 32767
}

// ExtensionType returns ExtensionSignatureAlgorithmsCert.
func (b *SignatureAlgorithmsCert) ExtensionType() ExtensionType {
	return ExtensionSignatureAlgorithmsCert
}

func (b *SignatureAlgorithmsCert) layout(c *wire.Codec) { wire.U16List(c, 2, 1<<16-2, &b.Schemes) }
