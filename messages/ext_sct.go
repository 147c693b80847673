package messages

import "github.com/tacitls/tacitls/messages/wire"

// SCTOffer asks for certificate timestamps. RFC 6962, Section 3.3.1.
type SCTOffer struct{}

// ExtensionType returns ExtensionSCT.
func (b *SCTOffer) ExtensionType() ExtensionType { return ExtensionSCT }

func (b *SCTOffer) layout(*wire.Codec) {}

// SCTList is the certificate timestamps beside a certificate. RFC 6962, Section 3.3.
type SCTList struct {
	SCTs [][]byte // at least one, each of at least one byte
}

// ExtensionType returns ExtensionSCT.
func (b *SCTList) ExtensionType() ExtensionType { return ExtensionSCT }

func (b *SCTList) layout(c *wire.Codec) {
	c.Vector16(1, 1<<16-1, func() { wire.List(c, &b.SCTs, layoutSCT) })
}

func layoutSCT(c *wire.Codec, sct *[]byte) { c.Opaque16(1, 1<<16-1, sct) }
