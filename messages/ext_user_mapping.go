package messages

import "github.com/tacitls/tacitls/messages/wire"

// UserMappingType is a way to say which account a client certificate belongs to: a codepoint of the IANA registry "TLS
// UserMappingType Values". RFC 4681, Section 2.
type UserMappingType uint8

// UserMappingUPNDomainHint is a user principal name or a domain, see UPNDomainHint. RFC 4681, Section 6.
const UserMappingUPNDomainHint UserMappingType = 64

// String returns the registry's name; an unknown type prints as UserMappingType(0x2a).
func (t UserMappingType) String() string {
	return nameOf(userMappingTypeNames[:], t, "UserMappingType")
}

// UserMappingTypes lists the types of hints a client can give, in the ClientHello, or a server wants, in the
// ServerHello. RFC 4681, Section 3.
type UserMappingTypes struct {
	Types []UserMappingType // 1 to 255
}

// ExtensionType returns ExtensionUserMapping.
func (b *UserMappingTypes) ExtensionType() ExtensionType { return ExtensionUserMapping }

func (b *UserMappingTypes) layout(c *wire.Codec) { wire.U8List(c, 1, 1<<8-1, &b.Types) }

// UserMapping is one hint. RFC 4681, Section 3.
type UserMapping struct {
	Type UserMappingType
	Data []byte // at most 65535 bytes; the list has room for 65532
}

// AppendUserMappings appends what a SupplementalDataEntry of type SupplementalUserMapping holds to dst. There must be
// at least one mapping. On an error it returns dst as it was. RFC 4681, Section 3.
func AppendUserMappings(dst []byte, mappings []UserMapping) ([]byte, error) {
	return appendPart(dst, func(c *wire.Codec) { layoutUserMappings(c, &mappings) })
}

// DecodeUserMappings reads the data of a SupplementalDataEntry of type SupplementalUserMapping and fails, with an error
// of type wire.Error, unless all of it was consumed. The Data of each mapping aliases data. The list takes at most
// 22 times the size of data. RFC 4681, Section 3.
func DecodeUserMappings(data []byte) ([]UserMapping, error) {
	var mappings []UserMapping
	if err := decodePart(data, func(c *wire.Codec) { layoutUserMappings(c, &mappings) }); err != nil {
		return nil, err
	}
	return mappings, nil
}

func layoutUserMappings(c *wire.Codec, mappings *[]UserMapping) {
	c.Vector16(1, 1<<16-1, func() { wire.List(c, mappings, layoutUserMapping) })
}

func layoutUserMapping(c *wire.Codec, m *UserMapping) {
	wire.U8(c, &m.Type)
	c.Opaque16(0, 1<<16-1, &m.Data)
}

// UPNDomainHint is the data of a UserMapping of type UserMappingUPNDomainHint. One of its fields at least is not
// empty. RFC 4681, Section 6.
type UPNDomainHint struct {
	UserPrincipalName []byte // "user@domain" in UTF-8, not checked; at most 65535 bytes
	DomainName        []byte // ASCII, not checked; at most 65535 bytes
}

// Append appends the hint to dst. On an error, when a field is too long or both are empty, it returns dst as it was.
func (h *UPNDomainHint) Append(dst []byte) ([]byte, error) { return appendPart(dst, h.layout) }

// Decode reads the hint from the data of a UserMapping and fails, with an error of type wire.Error, unless all of it
// was consumed. Both fields alias data.
func (h *UPNDomainHint) Decode(data []byte) error { return decodePart(data, h.layout) }

func (h *UPNDomainHint) layout(c *wire.Codec) {
	c.Opaque16(0, 1<<16-1, &h.UserPrincipalName)
	c.Opaque16(0, 1<<16-1, &h.DomainName)
	if len(h.UserPrincipalName) == 0 && len(h.DomainName) == 0 {
		c.Fail(wire.ErrValue)
	}
}

var userMappingTypeNames = [...]named[UserMappingType]{
	{UserMappingUPNDomainHint, "upn_domain_hint"},
}
