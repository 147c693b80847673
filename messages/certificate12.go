package messages

import "github.com/tacitls/tacitls/messages/wire"

// Certificate12 is a chain of X.509 certificates in TLS 1.2, the sender's first. A client that has none to show sends
// an empty one. RFC 5246, Section 7.4.2. RFC 5246, Section 7.4.6.
//
// An entry takes at least four bytes on the wire and 24 in memory on a 64-bit machine, and the list may have twice the
// room it needs: what is decoded takes at most twelve times the size of the message, which the caller bounds.
type Certificate12 struct {
	Chain [][]byte // DER, each of 1 to 2^24-1 bytes
}

// Type returns TypeCertificate.
func (m *Certificate12) Type() HandshakeType { return TypeCertificate }

func (m *Certificate12) layout(c *wire.Codec) {
	c.Vector24(0, 1<<24-1, func() { wire.List(c, &m.Chain, layoutCertificate) })
}

func layoutCertificate(c *wire.Codec, der *[]byte) { c.Opaque24(1, 1<<24-1, der) }

// RawPublicKey12 is the form of the Certificate message in TLS 1.2 when the type RawPublicKey was negotiated for its
// sender. RFC 7250, Section 3. The document has no word for a client that has none to show; those in use send an empty
// one.
type RawPublicKey12 struct {
	SubjectPublicKeyInfo []byte // DER, at most 2^24-1 bytes
}

// Type returns TypeCertificate.
func (m *RawPublicKey12) Type() HandshakeType { return TypeCertificate }

func (m *RawPublicKey12) layout(c *wire.Codec) { c.Opaque24(0, 1<<24-1, &m.SubjectPublicKeyInfo) }
