package messages

import "github.com/tacitls/tacitls/messages/wire"

// KeyUpdateRequest says whether the receiver of a KeyUpdate is to send one too. RFC 8446, Section 4.6.3.
type KeyUpdateRequest uint8

// The two requests; any other is an illegal parameter.
const (
	UpdateNotRequested KeyUpdateRequest = 0
	UpdateRequested    KeyUpdateRequest = 1
)

// String returns the RFC's name; an unknown request prints as KeyUpdateRequest(0x02).
func (r KeyUpdateRequest) String() string {
	return nameOf(keyUpdateRequestNames[:], r, "KeyUpdateRequest")
}

// KeyUpdate says that its sender changes its keys. RFC 8446, Section 4.6.3.
type KeyUpdate struct {
	Request KeyUpdateRequest // unknown values are decoded; the machine refuses them
}

// Type returns TypeKeyUpdate.
func (m *KeyUpdate) Type() HandshakeType { return TypeKeyUpdate }

func (m *KeyUpdate) layout(c *wire.Codec) { wire.U8(c, &m.Request) }

var keyUpdateRequestNames = [...]named[KeyUpdateRequest]{
	{UpdateNotRequested, "update_not_requested"},
	{UpdateRequested, "update_requested"},
}
