package messages

import "github.com/tacitls/tacitls/messages/wire"

// NewSessionTicket13 gives the client a ticket to resume with in TLS 1.3. RFC 8446, Section 4.6.1.
type NewSessionTicket13 struct {
	Lifetime   uint32 // seconds; more than 604800, seven days, is not allowed
	AgeAdd     uint32 // milliseconds added, modulo 2^32, to the age a client tells
	Nonce      []byte // at most 255 bytes
	Ticket     []byte // 1 to 65535 bytes
	Extensions Extensions
}

// Type returns TypeNewSessionTicket.
func (m *NewSessionTicket13) Type() HandshakeType { return TypeNewSessionTicket }

func (m *NewSessionTicket13) layout(c *wire.Codec) {
	wire.U32(c, &m.Lifetime)
	wire.U32(c, &m.AgeAdd)
	c.Opaque8(0, 1<<8-1, &m.Nonce)
	c.Opaque16(1, 1<<16-1, &m.Ticket)
	m.Extensions.layout(c, 0, 1<<16-2)
}
