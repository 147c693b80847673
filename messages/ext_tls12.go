package messages

import "github.com/tacitls/tacitls/messages/wire"

// ExtendedMasterSecret binds the master secret of TLS 1.2 to the whole handshake. RFC 7627, Section 5.1.
type ExtendedMasterSecret struct{}

// ExtensionType returns ExtensionExtendedMasterSecret.
func (b *ExtendedMasterSecret) ExtensionType() ExtensionType { return ExtensionExtendedMasterSecret }

func (b *ExtendedMasterSecret) layout(*wire.Codec) {}

// EncryptThenMAC turns around the order of the two in the CBC suites of TLS 1.2. RFC 7366, Section 2.
type EncryptThenMAC struct{}

// ExtensionType returns ExtensionEncryptThenMAC.
func (b *EncryptThenMAC) ExtensionType() ExtensionType { return ExtensionEncryptThenMAC }

func (b *EncryptThenMAC) layout(*wire.Codec) {}

// RenegotiationInfo binds a handshake of TLS 1.2 to the one before it on the connection. RFC 5746, Section 3.2.
type RenegotiationInfo struct {
	Verify []byte // the verify_data of both Finished messages before, at most 255 bytes; empty in a first handshake
}

// ExtensionType returns ExtensionRenegotiationInfo.
func (b *RenegotiationInfo) ExtensionType() ExtensionType { return ExtensionRenegotiationInfo }

func (b *RenegotiationInfo) layout(c *wire.Codec) { c.Opaque8(0, 1<<8-1, &b.Verify) }

// PointFormat is a form of a point on an elliptic curve. RFC 8422, Section 5.1.2.
type PointFormat uint8

// PointUncompressed is the one format that is left. RFC 8422, Section 5.1.2.
const PointUncompressed PointFormat = 0

// ECPointFormats lists the forms of points its sender reads in TLS 1.2. RFC 8422, Section 5.1.2.
type ECPointFormats struct {
	Formats []PointFormat // 1 to 255
}

// ExtensionType returns ExtensionECPointFormats.
func (b *ECPointFormats) ExtensionType() ExtensionType { return ExtensionECPointFormats }

func (b *ECPointFormats) layout(c *wire.Codec) { wire.U8List(c, 1, 255, &b.Formats) }

// SessionTicketOffer is the ticket of a TLS 1.2 session to resume or, empty, the wish for one. RFC 5077, Section 3.2.
type SessionTicketOffer struct {
	Ticket []byte // all of the extension's data
}

// ExtensionType returns ExtensionSessionTicket.
func (b *SessionTicketOffer) ExtensionType() ExtensionType { return ExtensionSessionTicket }

func (b *SessionTicketOffer) layout(c *wire.Codec) { c.Rest(&b.Ticket) }

// SessionTicketAck says that the server will send a NewSessionTicket message. RFC 5077, Section 3.2.
type SessionTicketAck struct{}

// ExtensionType returns ExtensionSessionTicket.
func (b *SessionTicketAck) ExtensionType() ExtensionType { return ExtensionSessionTicket }

func (b *SessionTicketAck) layout(*wire.Codec) {}
