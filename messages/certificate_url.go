package messages

import "github.com/tacitls/tacitls/messages/wire"

// ClientCertificateURL says that the client may send a CertificateURL message in place of a Certificate; the server
// repeats it to allow that. RFC 6066, Section 5.
type ClientCertificateURL struct{}

// ExtensionType returns ExtensionClientCertificateURL.
func (b *ClientCertificateURL) ExtensionType() ExtensionType { return ExtensionClientCertificateURL }

func (b *ClientCertificateURL) layout(*wire.Codec) {}

// CertChainType says what the URLs of a CertificateURL message lead to. RFC 6066, Section 5.
type CertChainType uint8

// The two types.
const (
	ChainIndividualCerts CertChainType = 0 // to a certificate each, the client's first
	ChainPkiPath         CertChainType = 1 // a single one, to the chain
)

// String returns the RFC's name; an unknown type prints as CertChainType(0x2a).
func (t CertChainType) String() string { return nameOf(certChainTypeNames[:], t, "CertChainType") }

// CertificateURL says where the client's certificates can be fetched. RFC 6066, Section 5. What is decoded takes at most
// four times the size of the message.
type CertificateURL struct {
	ChainType CertChainType
	URLs      []URLAndHash // at least one
}

// URLAndHash is one place and what is found there. RFC 6066, Section 5. Whoever fetches it decides which schemes and
// hosts it may name.
type URLAndHash struct {
	URL  []byte   // 1 to 65535 bytes; the message has room for 65512. An absolute URI, not checked
	SHA1 [20]byte // the SHA-1 hash of what is there
}

// Type returns TypeCertificateURL.
func (m *CertificateURL) Type() HandshakeType { return TypeCertificateURL }

func (m *CertificateURL) layout(c *wire.Codec) {
	wire.U8(c, &m.ChainType)
	c.Vector16(1, 1<<16-1, func() { wire.List(c, &m.URLs, layoutURLAndHash) })
}

func layoutURLAndHash(c *wire.Codec, u *URLAndHash) {
	c.Opaque16(1, 1<<16-1, &u.URL)
	// An older form of the message had no hash where this byte was zero.
	padding := uint8(1)
	wire.U8(c, &padding)
	if padding != 1 {
		c.Fail(wire.ErrValue)
	}
	c.Fixed(u.SHA1[:])
}

var certChainTypeNames = [...]named[CertChainType]{
	{ChainIndividualCerts, "individual_certs"},
	{ChainPkiPath, "pkipath"},
}
