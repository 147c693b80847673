package wire

// Opaque8 is opaque<min..max> behind a length of one byte. What is read aliases the input; an empty field reads as
// nil. A length outside of the bounds fails with ErrBounds, both ways.
func (c *Codec) Opaque8(min, max int, b *[]byte) { c.opaque(1, min, max, b) }

// Opaque16 is opaque<min..max> behind a length of two bytes, else like Opaque8.
func (c *Codec) Opaque16(min, max int, b *[]byte) { c.opaque(2, min, max, b) }

// Opaque24 is opaque<min..max> behind a length of three bytes, else like Opaque8.
func (c *Codec) Opaque24(min, max int, b *[]byte) { c.opaque(3, min, max, b) }

// Vector8 is a vector<min..max>, in bytes, behind a length of one byte. The body walks what is inside; while reading
// it sees nothing beyond the vector and fails with ErrTrailing if it leaves something. A length outside of the bounds
// fails with ErrBounds, both ways. The body is not called after an error.
func (c *Codec) Vector8(min, max int, body func()) { c.vector(1, min, max, body) }

// Vector16 is a vector<min..max> behind a length of two bytes, else like Vector8.
func (c *Codec) Vector16(min, max int, body func()) { c.vector(2, min, max, body) }

// Vector24 is a vector<min..max> behind a length of three bytes, else like Vector8.
func (c *Codec) Vector24(min, max int, body func()) { c.vector(3, min, max, body) }

func (c *Codec) opaque(width, min, max int, b *[]byte) {
	if c.writing {
		if c.length(width, min, max, len(*b)) {
			c.append(*b)
		}
		return
	}
	if read, ok := c.prefixed(width, min, max); ok {
		*b = orNil(read)
	}
}

func (c *Codec) vector(width, min, max int, body func()) {
	if c.err != nil {
		return
	}
	if c.writing {
		c.writeVector(width, min, max, body)
		return
	}
	inner, ok := c.prefixed(width, min, max)
	if !ok {
		return
	}
	outer := c.in
	c.in = inner
	body()
	if len(c.in) > 0 {
		c.Fail(ErrTrailing)
	}
	c.in = outer
}

// writeVector leaves room for the length, writes the body, and fills the length in.
func (c *Codec) writeVector(width, min, max int, body func()) {
	start := len(c.out)
	c.put(width, 0)
	body()
	if c.err != nil {
		return
	}
	size := len(c.out) - start - width
	if !fits(width, min, max, size) {
		c.err = ErrBounds
		return
	}
	for i := range width {
		c.out[start+i] = byte(size >> (8 * (width - 1 - i)))
	}
}

// prefixed reads a length and as many bytes. The length is checked before anything is made of it.
func (c *Codec) prefixed(width, min, max int) ([]byte, bool) {
	size, ok := c.number(width, 0)
	if !ok {
		return nil, false
	}
	if !fits(width, min, max, int(size)) {
		c.Fail(ErrBounds)
		return nil, false
	}
	b := c.take(int(size))
	return b, c.err == nil
}

// length writes a length if it is within the bounds.
func (c *Codec) length(width, min, max, size int) bool {
	if !fits(width, min, max, size) {
		c.Fail(ErrBounds)
	}
	c.put(width, uint64(size))
	return c.err == nil
}

// fits reports whether a size is within the bounds and can be said in width bytes.
func fits(width, min, max, size int) bool {
	return size >= min && size <= max && size>>(8*width) == 0
}
