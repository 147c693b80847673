package messages

import "github.com/tacitls/tacitls/messages/wire"

// Cookie is what a client returns from a HelloRetryRequest in its second ClientHello. RFC 8446, Section 4.2.2.
type Cookie struct {
	Cookie []byte // 1 to 65535 bytes; an extension's data has room for 65533
}

// ExtensionType returns ExtensionCookie.
func (b *Cookie) ExtensionType() ExtensionType { return ExtensionCookie }

func (b *Cookie) layout(c *wire.Codec) { c.Opaque16(1, 1<<16-1, &b.Cookie) }
