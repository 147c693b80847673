package messages

import "github.com/tacitls/tacitls/messages/wire"

// EncryptedExtensions is the server's answer to the extensions that need no protection by the key exchange itself.
// RFC 8446, Section 4.3.1.
type EncryptedExtensions struct {
	Extensions Extensions
}

// Type returns TypeEncryptedExtensions.
func (m *EncryptedExtensions) Type() HandshakeType { return TypeEncryptedExtensions }

func (m *EncryptedExtensions) layout(c *wire.Codec) { m.Extensions.layout(c, 0, 1<<16-1) }
