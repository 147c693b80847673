package messages

import "github.com/tacitls/tacitls/messages/wire"

// Padding makes a ClientHello longer. RFC 7685, Section 3.
type Padding struct {
	Zeroes int // bytes, at most 65535; reading refuses any that is not zero
}

// ExtensionType returns ExtensionPadding.
func (b *Padding) ExtensionType() ExtensionType { return ExtensionPadding }

func (b *Padding) layout(c *wire.Codec) {
	if !c.Reading() {
		if b.Zeroes < 0 || b.Zeroes > 1<<16-1 {
			c.Fail(wire.ErrBounds)
			return
		}
		c.Fixed(make([]byte, b.Zeroes))
		return
	}
	var zeroes []byte
	c.Rest(&zeroes)
	for _, z := range zeroes {
		if z != 0 {
			c.Fail(wire.ErrValue)
		}
	}
	b.Zeroes = len(zeroes)
}
