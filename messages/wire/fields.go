package wire

// U8 is one byte: a uint8 or an enumeration of up to 255.
func U8[T ~uint8](c *Codec, v *T) {
	if read, ok := c.number(1, uint64(*v)); ok {
		*v = T(read)
	}
}

// U16 is a number or an enumeration of two bytes.
func U16[T ~uint16](c *Codec, v *T) {
	if read, ok := c.number(2, uint64(*v)); ok {
		*v = T(read)
	}
}

// U24 is a number of three bytes. Writing one of 1<<24 or more fails with ErrBounds.
func U24(c *Codec, v *uint32) {
	if c.writing && *v >= 1<<24 {
		c.Fail(ErrBounds)
		return
	}
	if read, ok := c.number(3, uint64(*v)); ok {
		*v = uint32(read)
	}
}

// U32 is a number of four bytes.
func U32[T ~uint32](c *Codec, v *T) {
	if read, ok := c.number(4, uint64(*v)); ok {
		*v = T(read)
	}
}

// U64 is a number of eight bytes.
func U64[T ~uint64](c *Codec, v *T) {
	if read, ok := c.number(8, uint64(*v)); ok {
		*v = T(read)
	}
}

// Fixed is an opaque field of exactly len(b) bytes, copied into b or from it.
func (c *Codec) Fixed(b []byte) {
	if c.writing {
		c.append(b)
		return
	}
	copy(b, c.take(len(b)))
}

// Rest is all that is left in the innermost vector, or in the input outside of any. What is read aliases the input;
// an empty rest reads as nil.
func (c *Codec) Rest(b *[]byte) {
	if c.writing {
		c.append(*b)
		return
	}
	if read := c.take(len(c.in)); c.err == nil {
		*b = orNil(read)
	}
}

// append writes b unless an error came before.
func (c *Codec) append(b []byte) {
	if c.err == nil {
		c.out = append(c.out, b...)
	}
}

// orNil makes one value of the two forms of an empty slice, and keeps no hold of the input for it.
func orNil(b []byte) []byte {
	if len(b) == 0 {
		return nil
	}
	return b
}
