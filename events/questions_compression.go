package events

import (
	"fmt"

	"github.com/tacitls/tacitls/messages"
)

// CompressCertificate asks for Content compressed by one of Algorithms, for a
// peer that undoes any of them (RFC 8879, Section 4). Content has what is
// stapled for this peer in it, so that it is the key under which to keep what came
// of it.
type CompressCertificate struct {
	Asked
	Credential *Credential
	// Algorithms are those that both ends name, in the order of this end's
	// config.
	Algorithms []messages.CompressionAlgorithm
	// Content is the body of the Certificate message.
	Content []byte
}

// Reply answers with the content compressed, of 1 to 16777207 bytes, by one of
// Algorithms.
func (q *CompressCertificate) Reply(algorithm messages.CompressionAlgorithm, compressed []byte) Answer {
	return &CertificateCompressed{Replied: Replied{q.ID}, Algorithm: algorithm, Compressed: compressed}
}

// None answers that the message shall go as it is.
func (q *CompressCertificate) None() Answer { return &CertificateCompressed{Replied: Replied{q.ID}} }

// CertificateCompressed answers [CompressCertificate]. An empty Compressed sends
// the message as it is.
type CertificateCompressed struct {
	Replied
	Algorithm  messages.CompressionAlgorithm
	Compressed []byte
}

// DecompressCertificate asks for the body of the peer's Certificate message
// (RFC 8879, Section 4). The bytes are a stranger's: whoever answers must stop
// once there are more than Length of them (RFC 8879, Section 5). The engine undoes
// zlib itself and does not ask.
type DecompressCertificate struct {
	Asked
	// Algorithm is one that this end has offered.
	Algorithm  messages.CompressionAlgorithm
	Compressed []byte
	// Length is that of the content in bytes, as the peer announces it: at most
	// MaxMessage of the config.
	Length int
}

// Reply answers with the content, which the engine keeps. Another length than
// Length ends the handshake with bad_certificate.
func (q *DecompressCertificate) Reply(content []byte) Answer {
	return &CertificateDecompressed{Replied: Replied{q.ID}, Content: content}
}

// Fail answers that it cannot be decompressed; the handshake ends with
// bad_certificate (RFC 8879, Section 4).
func (q *DecompressCertificate) Fail(err error) Answer {
	return refused(q.ID, messages.AlertBadCertificate, err)
}

// CertificateDecompressed answers [DecompressCertificate].
type CertificateDecompressed struct {
	Replied
	Content []byte
}

func (*CompressCertificate) event()   {}
func (*DecompressCertificate) event() {}

func (q *CompressCertificate) String() string {
	return fmt.Sprintf("compress certificate? %v, %d bytes", q.Algorithms, len(q.Content))
}

func (q *DecompressCertificate) String() string {
	return fmt.Sprintf("decompress certificate? %v, %d bytes to %d", q.Algorithm, len(q.Compressed), q.Length)
}
