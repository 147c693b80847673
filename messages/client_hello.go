package messages

import "github.com/tacitls/tacitls/messages/wire"

// ClientHello opens the handshake of every version of TLS. RFC 8446, Section 4.1.2. RFC 5246, Section 7.4.1.2.
type ClientHello struct {
	LegacyVersion      Version
	Random             [32]byte
	SessionID          []byte // at most 32 bytes
	CipherSuites       []CipherSuite
	CompressionMethods []byte // at least one; in TLS 1.3 exactly a zero
	Extensions         Extensions
	// HasExtensions says that a block of extensions was there, even an empty one: a TLS 1.2 hello may end before it.
	// Decode sets it; when writing, a block that is not empty is written anyway.
	HasExtensions bool
}

// Type returns TypeClientHello.
func (m *ClientHello) Type() HandshakeType { return TypeClientHello }

func (m *ClientHello) layout(c *wire.Codec) {
	wire.U16(c, &m.LegacyVersion)
	c.Fixed(m.Random[:])
	c.Opaque8(0, 32, &m.SessionID)
	wire.U16List(c, 2, 1<<16-2, &m.CipherSuites)
	c.Opaque8(1, 1<<8-1, &m.CompressionMethods)
	m.Extensions.optional(c, &m.HasExtensions)
}
