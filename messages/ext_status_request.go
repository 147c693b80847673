package messages

import "github.com/tacitls/tacitls/messages/wire"

// StatusTypeOCSP is the one type of certificate status in use. RFC 6066, Section 8.
const StatusTypeOCSP = 1

// StatusRequestOffer asks for the status of the server's certificate. RFC 6066, Section 8.
type StatusRequestOffer struct {
	StatusType        uint8    // StatusTypeOCSP, or what Request holds the form of
	ResponderIDs      [][]byte // DER, each of at least one byte; OCSP only
	RequestExtensions []byte   // DER, at most 65535 bytes; OCSP only
	Request           []byte   // any other type: all that follows it
}

// ExtensionType returns ExtensionStatusRequest.
func (b *StatusRequestOffer) ExtensionType() ExtensionType { return ExtensionStatusRequest }

func (b *StatusRequestOffer) layout(c *wire.Codec) {
	if c.Reading() {
		*b = StatusRequestOffer{}
	}
	wire.U8(c, &b.StatusType)
	if b.StatusType != StatusTypeOCSP {
		c.Rest(&b.Request)
		return
	}
	c.Vector16(0, 1<<16-1, func() { wire.List(c, &b.ResponderIDs, layoutResponderID) })
	c.Opaque16(0, 1<<16-1, &b.RequestExtensions)
}

func layoutResponderID(c *wire.Codec, id *[]byte) { c.Opaque16(1, 1<<16-1, id) }

// StatusRequestAck is the empty form: in the ServerHello of TLS 1.2 it says that a CertificateStatus message follows,
// in the CertificateRequest of TLS 1.3 it asks the client for a status. RFC 6066, Section 8. RFC 8446,
// Section 4.4.2.1.
type StatusRequestAck struct{}

// ExtensionType returns ExtensionStatusRequest.
func (b *StatusRequestAck) ExtensionType() ExtensionType { return ExtensionStatusRequest }

func (b *StatusRequestAck) layout(*wire.Codec) {}

// CertificateStatus is an OCSP response beside a certificate. RFC 8446, Section 4.4.2.1.
type CertificateStatus struct {
	Response []byte // DER, 1 to 2^24-1 bytes; an extension's data has room for 65531
}

// ExtensionType returns ExtensionStatusRequest.
func (b *CertificateStatus) ExtensionType() ExtensionType { return ExtensionStatusRequest }

func (b *CertificateStatus) layout(c *wire.Codec) {
	statusType := uint8(StatusTypeOCSP)
	wire.U8(c, &statusType)
	if statusType != StatusTypeOCSP {
		c.Fail(wire.ErrValue)
	}
	c.Opaque24(1, 1<<24-1, &b.Response)
}
