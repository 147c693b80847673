package messages

import "github.com/tacitls/tacitls/messages/wire"

// ServerNameOffer is the name of the server the client wants. RFC 6066, Section 3. The list it stands in can hold one
// name of each type, and no type but host_name was ever defined: anything else than one host_name is refused.
type ServerNameOffer struct {
	Name []byte // 1 to 65530 bytes of ASCII, not checked
}

// ExtensionType returns ExtensionServerName.
func (b *ServerNameOffer) ExtensionType() ExtensionType { return ExtensionServerName }

func (b *ServerNameOffer) layout(c *wire.Codec) {
	c.Vector16(1, 1<<16-1, func() {
		hostName := uint8(0)
		wire.U8(c, &hostName)
		if hostName != 0 {
			c.Fail(wire.ErrValue)
		}
		c.Opaque16(1, 1<<16-1, &b.Name)
	})
}

// ServerNameAck says that the server used the name. RFC 6066, Section 3.
type ServerNameAck struct{}

// ExtensionType returns ExtensionServerName.
func (b *ServerNameAck) ExtensionType() ExtensionType { return ExtensionServerName }

func (b *ServerNameAck) layout(*wire.Codec) {}
