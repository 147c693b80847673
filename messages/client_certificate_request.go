package messages

import "github.com/tacitls/tacitls/messages/wire"

// ClientCertificateRequest is a client's request for an exported authenticator of the server's. It has the form of the
// CertificateRequest of TLS 1.3, and goes over the connection as application data if it goes there at all. RFC 9261,
// Section 4.
type ClientCertificateRequest struct {
	Context    []byte // at most 255 bytes
	Extensions Extensions
}

// Type returns TypeClientCertRequest.
func (m *ClientCertificateRequest) Type() HandshakeType { return TypeClientCertRequest }

func (m *ClientCertificateRequest) layout(c *wire.Codec) {
	c.Opaque8(0, 1<<8-1, &m.Context)
	m.Extensions.layout(c, 2, 1<<16-1)
}
