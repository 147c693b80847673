package messages

import "github.com/tacitls/tacitls/messages/wire"

// StatusTypeOCSPMulti asks for a status of each certificate of the chain. RFC 6961, Section 2.2.
const StatusTypeOCSPMulti = 2

// CertificateStatus12 carries OCSP responses in TLS 1.2, right behind the Certificate message. RFC 6066, Section 8.
// RFC 6961, Section 2.2.
//
// A response takes at least three bytes on the wire and 24 in memory on a 64-bit machine, and the list may have twice
// the room it needs: what is decoded takes at most sixteen times the size of the message, which the caller bounds.
type CertificateStatus12 struct {
	StatusType uint8 // StatusTypeOCSP or StatusTypeOCSPMulti; any other has an unknown form and is refused
	// Responses are in DER. With StatusTypeOCSP it is exactly one, of the server's own certificate, of 1 to 2^24-1
	// bytes. With StatusTypeOCSPMulti there is at least one, in the order of the chain; an empty one says that there
	// is none for its certificate.
	Responses [][]byte
}

// Type returns TypeCertificateStatus.
func (m *CertificateStatus12) Type() HandshakeType { return TypeCertificateStatus }

func (m *CertificateStatus12) layout(c *wire.Codec) {
	wire.U8(c, &m.StatusType)
	switch m.StatusType {
	case StatusTypeOCSP:
		m.layoutOne(c)
	case StatusTypeOCSPMulti:
		c.Vector24(1, 1<<24-1, func() { wire.List(c, &m.Responses, layoutOCSPResponse) })
	default:
		c.Fail(wire.ErrValue)
	}
}

func (m *CertificateStatus12) layoutOne(c *wire.Codec) {
	if c.Reading() {
		m.Responses = make([][]byte, 1)
	} else if len(m.Responses) != 1 {
		c.Fail(wire.ErrBounds)
		return
	}
	c.Opaque24(1, 1<<24-1, &m.Responses[0])
}

func layoutOCSPResponse(c *wire.Codec, response *[]byte) { c.Opaque24(0, 1<<24-1, response) }
