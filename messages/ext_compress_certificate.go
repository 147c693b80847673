package messages

import "github.com/tacitls/tacitls/messages/wire"

// CompressionAlgorithm is a codepoint of the IANA registry "TLS Certificate Compression Algorithm IDs". RFC 8879,
// Section 3.
type CompressionAlgorithm uint16

// The algorithms of RFC 8879, Section 3.
const (
	CompressionZlib   CompressionAlgorithm = 1
	CompressionBrotli CompressionAlgorithm = 2
	CompressionZstd   CompressionAlgorithm = 3
)

// String returns the registry's name; an unknown algorithm prints as CompressionAlgorithm(0x1234).
func (a CompressionAlgorithm) String() string {
	return nameOf(compressionNames[:], a, "CompressionAlgorithm")
}

// ParseCompressionAlgorithm returns the algorithm of a registry name, without regard to upper and lower case.
func ParseCompressionAlgorithm(name string) (CompressionAlgorithm, bool) {
	return valueOf(compressionNames[:], name)
}

// CompressCertificate lists the algorithms its sender can undo. RFC 8879, Section 3.
type CompressCertificate struct {
	Algorithms []CompressionAlgorithm // 1 to 127
}

// ExtensionType returns ExtensionCompressCertificate.
func (b *CompressCertificate) ExtensionType() ExtensionType { return ExtensionCompressCertificate }

func (b *CompressCertificate) layout(c *wire.Codec) { wire.U16List8(c, 2, 1<<8-2, &b.Algorithms) }

var compressionNames = [...]named[CompressionAlgorithm]{
	{CompressionZlib, "zlib"},
	{CompressionBrotli, "brotli"},
	{CompressionZstd, "zstd"},
}
