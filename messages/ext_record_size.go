package messages

import "github.com/tacitls/tacitls/messages/wire"

// RecordSizeLimit is the largest plaintext its sender takes in one protected record. RFC 8449, Section 4.
type RecordSizeLimit struct {
	Limit uint16 // bytes; in TLS 1.3 content type and padding count. Below MinRecordSizeLimit is not allowed
}

// MinRecordSizeLimit is the least limit that may be sent, in bytes. RFC 8449, Section 4.
const MinRecordSizeLimit = 64

// ExtensionType returns ExtensionRecordSizeLimit.
func (b *RecordSizeLimit) ExtensionType() ExtensionType { return ExtensionRecordSizeLimit }

func (b *RecordSizeLimit) layout(c *wire.Codec) { wire.U16(c, &b.Limit) }

// MaxFragmentLength asks for smaller records and repeats the wish to grant it. RFC 6066, Section 4.
type MaxFragmentLength struct {
	Code FragmentLength // any other than the four is for the reader to refuse
}

// ExtensionType returns ExtensionMaxFragmentLength.
func (b *MaxFragmentLength) ExtensionType() ExtensionType { return ExtensionMaxFragmentLength }

func (b *MaxFragmentLength) layout(c *wire.Codec) { wire.U8(c, &b.Code) }

// FragmentLength is a length of plaintext that a client may ask for. RFC 6066, Section 4.
type FragmentLength uint8

// The lengths there are, by their bytes.
const (
	FragmentLength512  FragmentLength = 1
	FragmentLength1024 FragmentLength = 2
	FragmentLength2048 FragmentLength = 3
	FragmentLength4096 FragmentLength = 4
)

// Bytes returns the length in bytes. It is not ok, and zero, for a value that RFC 6066, Section 4., does not define.
func (l FragmentLength) Bytes() (n int, ok bool) {
	if l < FragmentLength512 || l > FragmentLength4096 {
		return 0, false
	}
	return 1 << (8 + l), true
}

// String returns the RFC's name; an unknown value prints as FragmentLength(0x2a).
func (l FragmentLength) String() string { return nameOf(fragmentLengthNames[:], l, "FragmentLength") }

var fragmentLengthNames = [...]named[FragmentLength]{
	{FragmentLength512, "2^9"},
	{FragmentLength1024, "2^10"},
	{FragmentLength2048, "2^11"},
	{FragmentLength4096, "2^12"},
}
