package messages

import "github.com/tacitls/tacitls/messages/wire"

// NewSessionTicket12 gives the client a ticket to resume with in TLS 1.2. RFC 5077, Section 3.3.
type NewSessionTicket12 struct {
	LifetimeHint uint32 // seconds; zero leaves it to the client
	Ticket       []byte // at most 65535 bytes; empty if the server thought better of it
}

// Type returns TypeNewSessionTicket.
func (m *NewSessionTicket12) Type() HandshakeType { return TypeNewSessionTicket }

func (m *NewSessionTicket12) layout(c *wire.Codec) {
	wire.U32(c, &m.LifetimeHint)
	c.Opaque16(0, 1<<16-1, &m.Ticket)
}
