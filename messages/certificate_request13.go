package messages

import "github.com/tacitls/tacitls/messages/wire"

// CertificateRequest13 asks the client for a certificate in TLS 1.3. RFC 8446, Section 4.3.2.
type CertificateRequest13 struct {
	Context    []byte // at most 255 bytes; empty during the handshake
	Extensions Extensions
}

// Type returns TypeCertificateRequest.
func (m *CertificateRequest13) Type() HandshakeType { return TypeCertificateRequest }

func (m *CertificateRequest13) layout(c *wire.Codec) {
	c.Opaque8(0, 1<<8-1, &m.Context)
	m.Extensions.layout(c, 2, 1<<16-1)
}
