package messages

import "github.com/tacitls/tacitls/messages/wire"

// PostHandshakeAuth says that the client can be asked for a certificate after the handshake. RFC 8446, Section 4.2.6.
type PostHandshakeAuth struct{}

// ExtensionType returns ExtensionPostHandshakeAuth.
func (b *PostHandshakeAuth) ExtensionType() ExtensionType { return ExtensionPostHandshakeAuth }

func (b *PostHandshakeAuth) layout(*wire.Codec) {}
