package messages

import "github.com/tacitls/tacitls/messages/wire"

// CertificateRequest12 asks the client for a certificate in TLS 1.2. RFC 5246, Section 7.4.4.
//
// An authority takes at least three bytes on the wire and 24 in memory on a 64-bit machine, and the list may have twice
// the room it needs: what is decoded takes at most a megabyte and a half.
type CertificateRequest12 struct {
	Types       []ClientCertificateType // 1 to 255
	Schemes     []SignatureScheme       // 1 to 32767, the preferred first
	Authorities [][]byte                // DER distinguished names, each of at least one byte; none if any will do
}

// Type returns TypeCertificateRequest.
func (m *CertificateRequest12) Type() HandshakeType { return TypeCertificateRequest }

func (m *CertificateRequest12) layout(c *wire.Codec) {
	wire.U8List(c, 1, 1<<8-1, &m.Types)
	wire.U16List(c, 2, 1<<16-2, &m.Schemes)
	c.Vector16(0, 1<<16-1, func() { wire.List(c, &m.Authorities, layoutDistinguishedName) })
}

// ClientCertificateType is a kind of key in a client's certificate and of what it does: a codepoint of the IANA
// registry "TLS ClientCertificateType Identifiers". RFC 5246, Section 7.4.4.
type ClientCertificateType uint8

// The types of the registry that are not reserved. RFC 5246, Section 7.4.4. RFC 8422, Section 5.5. RFC 9189,
// Section 7.
const (
	ClientCertificateRSASign        ClientCertificateType = 1
	ClientCertificateDSSSign        ClientCertificateType = 2
	ClientCertificateRSAFixedDH     ClientCertificateType = 3
	ClientCertificateDSSFixedDH     ClientCertificateType = 4
	ClientCertificateECDSASign      ClientCertificateType = 64 // ECDSA and EdDSA
	ClientCertificateRSAFixedECDH   ClientCertificateType = 65
	ClientCertificateECDSAFixedECDH ClientCertificateType = 66
	ClientCertificateGOSTSign256    ClientCertificateType = 67
	ClientCertificateGOSTSign512    ClientCertificateType = 68
)

// String returns the registry's name; an unknown type prints as ClientCertificateType(0x2a).
func (t ClientCertificateType) String() string {
	return nameOf(clientCertificateTypeNames[:], t, "ClientCertificateType")
}

var clientCertificateTypeNames = [...]named[ClientCertificateType]{
	{ClientCertificateRSASign, "rsa_sign"},
	{ClientCertificateDSSSign, "dss_sign"},
	{ClientCertificateRSAFixedDH, "rsa_fixed_dh"},
	{ClientCertificateDSSFixedDH, "dss_fixed_dh"},
	{ClientCertificateECDSASign, "ecdsa_sign"},
	{ClientCertificateRSAFixedECDH, "rsa_fixed_ecdh"},
	{ClientCertificateECDSAFixedECDH, "ecdsa_fixed_ecdh"},
	{ClientCertificateGOSTSign256, "gost_sign256"},
	{ClientCertificateGOSTSign512, "gost_sign512"},
}
