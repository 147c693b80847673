package messages

import "github.com/tacitls/tacitls/messages/wire"

// RecordSizeLimit is the largest plaintext its sender takes in one protected record. RFC 8449, Section 4.
type RecordSizeLimit struct {
	Limit uint16 // bytes; in TLS 1.3 content type and padding count. Below 64 is not allowed
}

// ExtensionType returns ExtensionRecordSizeLimit.
func (b *RecordSizeLimit) ExtensionType() ExtensionType { return ExtensionRecordSizeLimit }

func (b *RecordSizeLimit) layout(c *wire.Codec) { wire.U16(c, &b.Limit) }

// MaxFragmentLength asks for smaller records and repeats the wish to grant it. RFC 6066, Section 4.
type MaxFragmentLength struct {
	Code uint8 // 1, 2, 3, 4 for 512, 1024, 2048, 4096 bytes
}

// ExtensionType returns ExtensionMaxFragmentLength.
func (b *MaxFragmentLength) ExtensionType() ExtensionType { return ExtensionMaxFragmentLength }

func (b *MaxFragmentLength) layout(c *wire.Codec) { wire.U8(c, &b.Code) }
