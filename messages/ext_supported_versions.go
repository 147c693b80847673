package messages

import "github.com/tacitls/tacitls/messages/wire"

// SupportedVersionsOffer lists the versions a client speaks, the preferred first. RFC 8446, Section 4.2.1.
type SupportedVersionsOffer struct {
	Versions []Version // 1 to 127
}

// ExtensionType returns ExtensionSupportedVersions.
func (b *SupportedVersionsOffer) ExtensionType() ExtensionType { return ExtensionSupportedVersions }

func (b *SupportedVersionsOffer) layout(c *wire.Codec) { wire.U16List8(c, 2, 254, &b.Versions) }

// SupportedVersionsChoice is the version the server chose, in a ServerHello or a HelloRetryRequest. RFC 8446,
// Section 4.2.1.
type SupportedVersionsChoice struct {
	Version Version
}

// ExtensionType returns ExtensionSupportedVersions.
func (b *SupportedVersionsChoice) ExtensionType() ExtensionType { return ExtensionSupportedVersions }

func (b *SupportedVersionsChoice) layout(c *wire.Codec) { wire.U16(c, &b.Version) }
