package messages

import "github.com/tacitls/tacitls/messages/wire"

// EarlyDataOffer says that early data follows the ClientHello. RFC 8446, Section 4.2.10.
type EarlyDataOffer struct{}

// ExtensionType returns ExtensionEarlyData.
func (b *EarlyDataOffer) ExtensionType() ExtensionType { return ExtensionEarlyData }

func (b *EarlyDataOffer) layout(*wire.Codec) {}

// EarlyDataAck says in EncryptedExtensions that the server accepts the early data. RFC 8446, Section 4.2.10.
type EarlyDataAck struct{}

// ExtensionType returns ExtensionEarlyData.
func (b *EarlyDataAck) ExtensionType() ExtensionType { return ExtensionEarlyData }

func (b *EarlyDataAck) layout(*wire.Codec) {}

// EarlyDataLimit says in a ticket how much early data may be sent with it. RFC 8446, Section 4.2.10.
type EarlyDataLimit struct {
	MaxSize uint32 // bytes of application data; QUIC always says 0xffffffff
}

// ExtensionType returns ExtensionEarlyData.
func (b *EarlyDataLimit) ExtensionType() ExtensionType { return ExtensionEarlyData }

func (b *EarlyDataLimit) layout(c *wire.Codec) { wire.U32(c, &b.MaxSize) }
