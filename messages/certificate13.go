package messages

import "github.com/tacitls/tacitls/messages/wire"

// Certificate13 is a chain of certificates in TLS 1.3, the end entity's first. It may be empty. RFC 8446,
// Section 4.4.2.
//
// An entry takes at least six bytes on the wire and 56 in memory on a 64-bit machine, and the list may have twice the
// room it needs: decoding allocates less than twenty times the size of the message, which the caller bounds.
type Certificate13 struct {
	Context []byte // that of the request, at most 255 bytes
	Entries []CertificateEntry
}

// CertificateEntry is one certificate of the chain. RFC 8446, Section 4.4.2.
type CertificateEntry struct {
	Data       []byte // DER of a certificate or of a SubjectPublicKeyInfo, 1 to 2^24-1 bytes
	Extensions Extensions
}

// Type returns TypeCertificate.
func (m *Certificate13) Type() HandshakeType { return TypeCertificate }

func (m *Certificate13) layout(c *wire.Codec) {
	c.Opaque8(0, 1<<8-1, &m.Context)
	c.Vector24(0, 1<<24-1, func() { wire.List(c, &m.Entries, layoutCertificateEntry) })
}

func layoutCertificateEntry(c *wire.Codec, e *CertificateEntry) {
	c.Opaque24(1, 1<<24-1, &e.Data)
	e.Extensions.layout(c, 0, 1<<16-1)
}

// CompressedCertificate carries a Certificate message compressed. RFC 8879, Section 4.
type CompressedCertificate struct {
	Algorithm          CompressionAlgorithm
	UncompressedLength uint32 // bytes, below 1<<24; the body of the message without its header
	Compressed         []byte // 1 to 2^24-1 bytes
}

// Type returns TypeCompressedCertificate.
func (m *CompressedCertificate) Type() HandshakeType { return TypeCompressedCertificate }

func (m *CompressedCertificate) layout(c *wire.Codec) {
	wire.U16(c, &m.Algorithm)
	wire.U24(c, &m.UncompressedLength)
	c.Opaque24(1, 1<<24-1, &m.Compressed)
}
