package messages

import "github.com/tacitls/tacitls/messages/wire"

// StatusRequestV2Offer lists the ways in which a client wants the status of the server's certificates in TLS 1.2, the
// preferred first. RFC 6961, Section 2.2. What is decoded takes at most 22 times the size of the extension's data.
type StatusRequestV2Offer struct {
	Items []StatusRequestItem // at least one
}

// StatusRequestItem is one of them. RFC 6961, Section 2.2.
type StatusRequestItem struct {
	StatusType uint8  // StatusTypeOCSP, StatusTypeOCSPMulti, or one that the reader ignores
	Request    []byte // at most 65535 bytes; for the two types named, an OCSPStatusRequest
}

// ExtensionType returns ExtensionStatusRequestV2.
func (b *StatusRequestV2Offer) ExtensionType() ExtensionType { return ExtensionStatusRequestV2 }

func (b *StatusRequestV2Offer) layout(c *wire.Codec) {
	c.Vector16(1, 1<<16-1, func() { wire.List(c, &b.Items, layoutStatusRequestItem) })
}

func layoutStatusRequestItem(c *wire.Codec, item *StatusRequestItem) {
	wire.U8(c, &item.StatusType)
	c.Opaque16(0, 1<<16-1, &item.Request)
}

// StatusRequestV2Ack is the empty form by which a server says that a CertificateStatus message follows. RFC 6961,
// Section 2.2.
type StatusRequestV2Ack struct{}

// ExtensionType returns ExtensionStatusRequestV2.
func (b *StatusRequestV2Ack) ExtensionType() ExtensionType { return ExtensionStatusRequestV2 }

func (b *StatusRequestV2Ack) layout(*wire.Codec) {}

// OCSPStatusRequest says which OCSP responses a client trusts. The zero value, any, is what clients send. RFC 6066,
// Section 8.
type OCSPStatusRequest struct {
	ResponderIDs      [][]byte // DER, each of at least one byte
	RequestExtensions []byte   // DER, at most 65535 bytes
}

// Append appends the request to dst. On an error, when a field is out of its bounds, it returns dst as it was.
func (r *OCSPStatusRequest) Append(dst []byte) ([]byte, error) { return appendPart(dst, r.layout) }

// Decode reads the request from that of a StatusRequestItem and fails, with an error of type wire.Error, unless all of
// it was consumed. Slices in r alias data. The list takes at most sixteen times the size of data.
func (r *OCSPStatusRequest) Decode(data []byte) error { return decodePart(data, r.layout) }

func (r *OCSPStatusRequest) layout(c *wire.Codec) {
	c.Vector16(0, 1<<16-1, func() { wire.List(c, &r.ResponderIDs, layoutResponderID) })
	c.Opaque16(0, 1<<16-1, &r.RequestExtensions)
}
