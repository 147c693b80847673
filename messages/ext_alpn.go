package messages

import "github.com/tacitls/tacitls/messages/wire"

// ALPNOffer lists the application protocols a client speaks, the preferred first. RFC 7301, Section 3.1.
type ALPNOffer struct {
	Protocols [][]byte // at least one, each of 1 to 255 bytes
}

// ExtensionType returns ExtensionALPN.
func (b *ALPNOffer) ExtensionType() ExtensionType { return ExtensionALPN }

func (b *ALPNOffer) layout(c *wire.Codec) {
	c.Vector16(2, 1<<16-1, func() { wire.List(c, &b.Protocols, layoutProtocol) })
}

// ALPNChoice is the one application protocol the server chose. RFC 7301, Section 3.1.
type ALPNChoice struct {
	Protocol []byte // 1 to 255 bytes
}

// ExtensionType returns ExtensionALPN.
func (b *ALPNChoice) ExtensionType() ExtensionType { return ExtensionALPN }

func (b *ALPNChoice) layout(c *wire.Codec) {
	c.Vector16(2, 1<<16-1, func() { layoutProtocol(c, &b.Protocol) })
}

func layoutProtocol(c *wire.Codec, protocol *[]byte) { c.Opaque8(1, 1<<8-1, protocol) }
