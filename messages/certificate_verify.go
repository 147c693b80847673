package messages

import "github.com/tacitls/tacitls/messages/wire"

// CertificateVerify proves that its sender has the private key of its certificate. RFC 8446, Section 4.4.3.
// RFC 5246, Section 7.4.8.
type CertificateVerify struct {
	Scheme    SignatureScheme
	Signature []byte // at most 65535 bytes
}

// Type returns TypeCertificateVerify.
func (m *CertificateVerify) Type() HandshakeType { return TypeCertificateVerify }

func (m *CertificateVerify) layout(c *wire.Codec) {
	wire.U16(c, &m.Scheme)
	c.Opaque16(0, 1<<16-1, &m.Signature)
}
