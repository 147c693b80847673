package messages

import "github.com/tacitls/tacitls/messages/wire"

// SupplementalDataType is a codepoint of the IANA registry "TLS Supplemental Data Formats". RFC 4680, Section 2.
type SupplementalDataType uint16

// The types of the registry.
const (
	// SupplementalUserMapping is a list of user mappings, see DecodeUserMappings. RFC 4681, Section 3.
	SupplementalUserMapping SupplementalDataType = 0
	// SupplementalAuthz is authorization data in a format of ClientAuthz or ServerAuthz. RFC 5878, Section 3.
	SupplementalAuthz SupplementalDataType = 16386
)

// String returns the registry's name; an unknown type prints as SupplementalDataType(0x1234).
func (t SupplementalDataType) String() string {
	return nameOf(supplementalDataTypeNames[:], t, "SupplementalDataType")
}

// SupplementalData brings data for the application within a handshake of TLS 1.2. RFC 4680, Section 2.
//
// An entry takes at least four bytes on the wire and 32 in memory on a 64-bit machine, and the list may have twice the
// room it needs: what is decoded takes at most sixteen times the size of the message, which the caller bounds.
type SupplementalData struct {
	Entries []SupplementalDataEntry // at least one
}

// SupplementalDataEntry is data of one kind. RFC 4680, Section 2.
type SupplementalDataEntry struct {
	Type SupplementalDataType
	Data []byte // at most 65535 bytes
}

// Type returns TypeSupplementalData.
func (m *SupplementalData) Type() HandshakeType { return TypeSupplementalData }

func (m *SupplementalData) layout(c *wire.Codec) {
	c.Vector24(1, 1<<24-1, func() { wire.List(c, &m.Entries, layoutSupplementalDataEntry) })
}

func layoutSupplementalDataEntry(c *wire.Codec, e *SupplementalDataEntry) {
	wire.U16(c, &e.Type)
	c.Opaque16(0, 1<<16-1, &e.Data)
}

var supplementalDataTypeNames = [...]named[SupplementalDataType]{
	{SupplementalUserMapping, "user_mapping_data"},
	{SupplementalAuthz, "authz_data"},
}
