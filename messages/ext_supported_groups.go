package messages

import "github.com/tacitls/tacitls/messages/wire"

// SupportedGroups lists the groups its sender can agree on a key in, the preferred first. RFC 8446, Section 4.2.7.
type SupportedGroups struct {
	Groups []Group // at least one
}

// ExtensionType returns ExtensionSupportedGroups.
func (b *SupportedGroups) ExtensionType() ExtensionType { return ExtensionSupportedGroups }

func (b *SupportedGroups) layout(c *wire.Codec) { wire.U16List(c, 2, 1<<16-1, &b.Groups) }
