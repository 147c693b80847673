package messages

import "github.com/tacitls/tacitls/messages/wire"

// AuthzFormat is a form of authorization data: a codepoint of the IANA registry "TLS Authorization Data Formats".
// RFC 5878, Section 2.3.
type AuthzFormat uint8

// The formats of the registry that RFC 5878, Section 2.3., defines.
const (
	AuthzX509AttributeCert    AuthzFormat = 0
	AuthzSAMLAssertion        AuthzFormat = 1
	AuthzX509AttributeCertURL AuthzFormat = 2
	AuthzSAMLAssertionURL     AuthzFormat = 3
)

// ClientAuthz lists the formats of the authorization data that the client can send, in the ClientHello, or that the
// server wants, in the ServerHello. RFC 5878, Section 2.3.
type ClientAuthz struct {
	Formats []AuthzFormat // 1 to 255
}

// ExtensionType returns ExtensionClientAuthz.
func (b *ClientAuthz) ExtensionType() ExtensionType { return ExtensionClientAuthz }

func (b *ClientAuthz) layout(c *wire.Codec) { wire.U8List(c, 1, 1<<8-1, &b.Formats) }

// ServerAuthz lists the formats of the authorization data that the client wants, in the ClientHello, or that the server
// will send, in the ServerHello. RFC 5878, Section 2.3.
type ServerAuthz struct {
	Formats []AuthzFormat // 1 to 255
}

// ExtensionType returns ExtensionServerAuthz.
func (b *ServerAuthz) ExtensionType() ExtensionType { return ExtensionServerAuthz }

func (b *ServerAuthz) layout(c *wire.Codec) { wire.U8List(c, 1, 1<<8-1, &b.Formats) }
