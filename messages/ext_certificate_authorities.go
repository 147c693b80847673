package messages

import "github.com/tacitls/tacitls/messages/wire"

// CertificateAuthorities lists whose certificates its sender accepts. RFC 8446, Section 4.2.4.
type CertificateAuthorities struct {
	Authorities [][]byte // at least one DER distinguished name of at least one byte
}

// ExtensionType returns ExtensionCertificateAuthorities.
func (b *CertificateAuthorities) ExtensionType() ExtensionType {
	return ExtensionCertificateAuthorities
}

func (b *CertificateAuthorities) layout(c *wire.Codec) {
	c.Vector16(3, 1<<16-1, func() { wire.List(c, &b.Authorities, layoutDistinguishedName) })
}

func layoutDistinguishedName(c *wire.Codec, name *[]byte) { c.Opaque16(1, 1<<16-1, name) }

// OIDFilter is a certificate extension, and the values of it, that a client certificate is to have. RFC 8446,
// Section 4.2.5.
type OIDFilter struct {
	OID    []byte // DER, 1 to 255 bytes
	Values []byte // DER, at most 65535 bytes
}

// OIDFilters lists what a client certificate is to have, in a CertificateRequest. RFC 8446, Section 4.2.5.
type OIDFilters struct {
	Filters []OIDFilter
}

// ExtensionType returns ExtensionOIDFilters.
func (b *OIDFilters) ExtensionType() ExtensionType { return ExtensionOIDFilters }

func (b *OIDFilters) layout(c *wire.Codec) {
	c.Vector16(0, 1<<16-1, func() { wire.List(c, &b.Filters, layoutOIDFilter) })
}

func layoutOIDFilter(c *wire.Codec, f *OIDFilter) {
	c.Opaque8(1, 1<<8-1, &f.OID)
	c.Opaque16(0, 1<<16-1, &f.Values)
}
