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

// QUICTransportParametersDraft is the same under the number that the drafts of RFC 9001 gave it.
type QUICTransportParametersDraft struct {
	Parameters []byte // all of the extension's data
}

// ExtensionType returns ExtensionQUICTransportParametersDraft.
func (b *QUICTransportParametersDraft) ExtensionType() ExtensionType {
	return ExtensionQUICTransportParametersDraft
}

func (b *QUICTransportParametersDraft) layout(c *wire.Codec) { c.Rest(&b.Parameters) }
