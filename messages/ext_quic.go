package messages

import "github.com/tacitls/tacitls/messages/wire"

// QUICTransportParameters carries the parameters of a QUIC endpoint, which its transport reads and writes. RFC 9001,
// Section 8.2.
type QUICTransportParameters struct {
	Parameters []byte // all of the extension's data
}

// ExtensionType returns ExtensionQUICTransportParameters.
func (b *QUICTransportParameters) ExtensionType() ExtensionType {
	return ExtensionQUICTransportParameters
}

func (b *QUICTransportParameters) layout(c *wire.Codec) { c.Rest(&b.Parameters) }
