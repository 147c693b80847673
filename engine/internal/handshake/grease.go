package handshake

import (
	"slices"

	"github.com/tacitls/tacitls/messages"
)

// reservedCount is how many codepoints of 16 bits mean nothing and never will
// (RFC 8701, Section 2).
const reservedCount = 16

// Reserved draws n of them, all different, and at most as many as there are.
func Reserved(hs *Context, n int) ([]uint16, error) {
	drawn := make([]byte, min(n, reservedCount))
	if err := hs.Random(drawn); err != nil {
		return nil, err
	}
	values := make([]uint16, 0, len(drawn))
	for _, b := range drawn {
		value := reserved(b)
		for slices.Contains(values, value) {
			b++
			value = reserved(b)
		}
		values = append(values, value)
	}
	return values, nil
}

// reserved is the codepoint of a number, counted on from the last to the first.
func reserved(b byte) uint16 { return uint16(b%reservedCount)<<4*0x0101 | 0x0a0a }

// PutReserved adds an extension that means nothing.
func PutReserved(x *messages.Extensions, value uint16) {
	x.List = append(x.List, messages.Extension{Type: messages.ExtensionType(value)})
}
