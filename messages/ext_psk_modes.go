package messages

import "github.com/tacitls/tacitls/messages/wire"

// PSKMode is a way to use a pre-shared key. RFC 8446, Section 4.2.9.
type PSKMode uint8

// The two modes.
const (
	PSKModeKE    PSKMode = 0 // the key alone
	PSKModeDHEKE PSKMode = 1 // the key and a key agreement
)

// String returns the RFC's name; an unknown mode prints as PSKMode(0x02).
func (m PSKMode) String() string { return nameOf(pskModeNames[:], m, "PSKMode") }

// PSKModes lists the ways a client is ready to use pre-shared keys. RFC 8446, Section 4.2.9.
type PSKModes struct {
	Modes []PSKMode // 1 to 255
}

// ExtensionType returns ExtensionPSKModes.
func (b *PSKModes) ExtensionType() ExtensionType { return ExtensionPSKModes }

func (b *PSKModes) layout(c *wire.Codec) { wire.U8List(c, 1, 255, &b.Modes) }

var pskModeNames = [...]named[PSKMode]{
	{PSKModeKE, "psk_ke"},
	{PSKModeDHEKE, "psk_dhe_ke"},
}
