package messages

import "github.com/tacitls/tacitls/messages/wire"

// CertificateType is the form of what a Certificate message carries: a codepoint of the IANA registry "TLS Certificate
// Types". RFC 7250, Section 3.
type CertificateType uint8

// The types of the registry.
const (
	CertificateX509         CertificateType = 0
	CertificateOpenPGP      CertificateType = 1
	CertificateRawPublicKey CertificateType = 2
	Certificate1609Dot2     CertificateType = 3
)

// String returns the registry's name; an unknown type prints as CertificateType(0x2a).
func (t CertificateType) String() string {
	return nameOf(certificateTypeNames[:], t, "CertificateType")
}

// ClientCertificateTypeOffer lists the forms of certificate a client can show. RFC 7250, Section 3.
type ClientCertificateTypeOffer struct {
	Types []CertificateType // 1 to 255
}

// ExtensionType returns ExtensionClientCertificateType.
func (b *ClientCertificateTypeOffer) ExtensionType() ExtensionType {
	return ExtensionClientCertificateType
}

func (b *ClientCertificateTypeOffer) layout(c *wire.Codec) { wire.U8List(c, 1, 255, &b.Types) }

// ClientCertificateTypeChoice is the form the server asks the client for. RFC 7250, Section 3.
type ClientCertificateTypeChoice struct {
	Chosen CertificateType
}

// ExtensionType returns ExtensionClientCertificateType.
func (b *ClientCertificateTypeChoice) ExtensionType() ExtensionType {
	return ExtensionClientCertificateType
}

func (b *ClientCertificateTypeChoice) layout(c *wire.Codec) { wire.U8(c, &b.Chosen) }

// ServerCertificateTypeOffer lists the forms of certificate a client can verify. RFC 7250, Section 3.
type ServerCertificateTypeOffer struct {
	Types []CertificateType // 1 to 255
}

// ExtensionType returns ExtensionServerCertificateType.
func (b *ServerCertificateTypeOffer) ExtensionType() ExtensionType {
	return ExtensionServerCertificateType
}

func (b *ServerCertificateTypeOffer) layout(c *wire.Codec) { wire.U8List(c, 1, 255, &b.Types) }

// ServerCertificateTypeChoice is the form the server will show. RFC 7250, Section 3.
type ServerCertificateTypeChoice struct {
	Chosen CertificateType
}

// ExtensionType returns ExtensionServerCertificateType.
func (b *ServerCertificateTypeChoice) ExtensionType() ExtensionType {
	return ExtensionServerCertificateType
}

func (b *ServerCertificateTypeChoice) layout(c *wire.Codec) { wire.U8(c, &b.Chosen) }

var certificateTypeNames = [...]named[CertificateType]{
	{CertificateX509, "X509"},
	{CertificateOpenPGP, "OpenPGP"},
	{CertificateRawPublicKey, "RawPublicKey"},
	{Certificate1609Dot2, "1609Dot2"},
}
