package messages

import "github.com/tacitls/tacitls/messages/wire"

// KeyShareEntry is one endpoint's half of a key agreement. RFC 8446, Section 4.2.8.
type KeyShareEntry struct {
	Group       Group
	KeyExchange []byte // 1 to 65535 bytes, in the group's own encoding
}

// KeyShareOffer is the client's shares, in the order of its supported groups. RFC 8446, Section 4.2.8.
type KeyShareOffer struct {
	Shares []KeyShareEntry // none, if the client asks to be told a group
}

// ExtensionType returns ExtensionKeyShare.
func (b *KeyShareOffer) ExtensionType() ExtensionType { return ExtensionKeyShare }

func (b *KeyShareOffer) layout(c *wire.Codec) {
	c.Vector16(0, 1<<16-1, func() { wire.List(c, &b.Shares, layoutKeyShareEntry) })
}

// KeyShareChoice is the server's share, in the ServerHello. RFC 8446, Section 4.2.8.
type KeyShareChoice struct {
	Share KeyShareEntry
}

// ExtensionType returns ExtensionKeyShare.
func (b *KeyShareChoice) ExtensionType() ExtensionType { return ExtensionKeyShare }

func (b *KeyShareChoice) layout(c *wire.Codec) { layoutKeyShareEntry(c, &b.Share) }

// KeyShareRetry names the group a client is to send a share for, in a HelloRetryRequest. RFC 8446, Section 4.2.8.
type KeyShareRetry struct {
	Group Group
}

// ExtensionType returns ExtensionKeyShare.
func (b *KeyShareRetry) ExtensionType() ExtensionType { return ExtensionKeyShare }

func (b *KeyShareRetry) layout(c *wire.Codec) { wire.U16(c, &b.Group) }

func layoutKeyShareEntry(c *wire.Codec, e *KeyShareEntry) {
	wire.U16(c, &e.Group)
	c.Opaque16(1, 1<<16-1, &e.KeyExchange)
}
