package messages

import "github.com/tacitls/tacitls/messages/wire"

// ServerHello answers a ClientHello. In TLS 1.3 a HelloRetryRequest has its form too. RFC 8446, Section 4.1.3.
// RFC 5246, Section 7.4.1.3.
type ServerHello struct {
	LegacyVersion     Version
	Random            [32]byte
	SessionID         []byte // at most 32 bytes; in TLS 1.3 the client's, returned
	CipherSuite       CipherSuite
	CompressionMethod uint8
	Extensions        Extensions
	// HasExtensions says that a block of extensions was there, as in ClientHello.
	HasExtensions bool
}

// Type returns TypeServerHello.
func (m *ServerHello) Type() HandshakeType { return TypeServerHello }

// IsRetry reports whether the message is a HelloRetryRequest: its Random is HelloRetryRandom.
func (m *ServerHello) IsRetry() bool { return m.Random == HelloRetryRandom() }

// HelloRetryRandom returns the Random that makes a ServerHello a HelloRetryRequest: the SHA-256 hash of the text
// "HelloRetryRequest". RFC 8446, Section 4.1.3.
func HelloRetryRandom() [32]byte {
	return [32]byte{
		0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
		0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
	}
}

// DowngradeTLS12 returns the last eight bytes of a Random by which a server that knows TLS 1.3 says that it negotiated
// TLS 1.2. RFC 8446, Section 4.1.3.
func DowngradeTLS12() [8]byte { return [8]byte{'D', 'O', 'W', 'N', 'G', 'R', 'D', 1} }

// DowngradeTLS11 returns the same for TLS 1.1 and below. RFC 8446, Section 4.1.3.
func DowngradeTLS11() [8]byte { return [8]byte{'D', 'O', 'W', 'N', 'G', 'R', 'D', 0} }

func (m *ServerHello) layout(c *wire.Codec) {
	wire.U16(c, &m.LegacyVersion)
	c.Fixed(m.Random[:])
	c.Opaque8(0, 32, &m.SessionID)
	wire.U16(c, &m.CipherSuite)
	wire.U8(c, &m.CompressionMethod)
	m.Extensions.optional(c, &m.HasExtensions)
}
