package messages

import "github.com/tacitls/tacitls/messages/wire"

// PSKIdentity names a key both sides may have. RFC 8446, Section 4.2.11.
type PSKIdentity struct {
	Identity      []byte // 1 to 65535 bytes: a ticket, or a label agreed on elsewhere
	ObfuscatedAge uint32 // milliseconds since the ticket came, plus its AgeAdd, modulo 2^32
}

// PreSharedKeyOffer is the keys a client could use, each with a binder that proves it has it. It is the last extension
// of its ClientHello. That there are as many binders as identities is not a matter of form and left to the reader.
// RFC 8446, Section 4.2.11.
type PreSharedKeyOffer struct {
	Identities []PSKIdentity // at least one
	Binders    [][]byte      // at least one, each of 32 to 255 bytes
}

// ExtensionType returns ExtensionPreSharedKey.
func (b *PreSharedKeyOffer) ExtensionType() ExtensionType { return ExtensionPreSharedKey }

func (b *PreSharedKeyOffer) layout(c *wire.Codec) {
	c.Vector16(7, 1<<16-1, func() { wire.List(c, &b.Identities, layoutPSKIdentity) })
	c.Vector16(33, 1<<16-1, func() { wire.List(c, &b.Binders, layoutBinder) })
}

func layoutPSKIdentity(c *wire.Codec, p *PSKIdentity) {
	c.Opaque16(1, 1<<16-1, &p.Identity)
	wire.U32(c, &p.ObfuscatedAge)
}

func layoutBinder(c *wire.Codec, binder *[]byte) { c.Opaque8(32, 1<<8-1, binder) }

// BinderListLen returns how many bytes at the end of a ClientHello with this offer are its list of binders, the two
// bytes of its length included: a binder covers the hello without them. RFC 8446, Section 4.2.11.2.
func BinderListLen(offer *PreSharedKeyOffer) int {
	n := 2
	for _, binder := range offer.Binders {
		n += 1 + len(binder)
	}
	return n
}

// PreSharedKeyChoice is the key the server chose. RFC 8446, Section 4.2.11.
type PreSharedKeyChoice struct {
	Selected uint16 // the index into the Identities offered
}

// ExtensionType returns ExtensionPreSharedKey.
func (b *PreSharedKeyChoice) ExtensionType() ExtensionType { return ExtensionPreSharedKey }

func (b *PreSharedKeyChoice) layout(c *wire.Codec) { wire.U16(c, &b.Selected) }
