package messages

import "github.com/tacitls/tacitls/messages/wire"

// TicketRequestOffer is how many tickets a client has use for. RFC 9149, Section 2.
type TicketRequestOffer struct {
	NewSession uint8 // after a full handshake
	Resumption uint8 // after a resumed one
}

// ExtensionType returns ExtensionTicketRequest.
func (b *TicketRequestOffer) ExtensionType() ExtensionType { return ExtensionTicketRequest }

func (b *TicketRequestOffer) layout(c *wire.Codec) {
	wire.U8(c, &b.NewSession)
	wire.U8(c, &b.Resumption)
}

// TicketRequestHint is how many tickets the server means to send. RFC 9149, Section 2.
type TicketRequestHint struct {
	Expected uint8
}

// ExtensionType returns ExtensionTicketRequest.
func (b *TicketRequestHint) ExtensionType() ExtensionType { return ExtensionTicketRequest }

func (b *TicketRequestHint) layout(c *wire.Codec) { wire.U8(c, &b.Expected) }
