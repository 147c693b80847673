package wire

// Error is a reason why bytes do not have a structure's form, or a value cannot be written in it.
type Error uint8

const (
	// ErrShort says that the input, or the vector being read, ended inside a field.
	ErrShort Error = iota + 1
	// ErrTrailing says that bytes were left after the last field of the input or of a vector.
	ErrTrailing
	// ErrBounds says that a vector or a number is outside of the bounds its structure gives.
	ErrBounds
	// ErrValue says that a field holds a value which its syntax does not allow there.
	ErrValue
	// ErrElement says that an element of a list took no bytes, so that the list would never end.
	ErrElement
)

// Error returns the reason as a sentence.
func (e Error) Error() string {
	switch e {
	case ErrShort:
		return "wire: the input ends inside a field"
	case ErrTrailing:
		return "wire: bytes are left after the last field"
	case ErrBounds:
		return "wire: a length is out of bounds"
	case ErrValue:
		return "wire: a field has a value its syntax does not allow"
	case ErrElement:
		return "wire: an element of a list is empty"
	}
	return "wire: unknown error"
}

// Codec walks a structure once and either reads it from bytes or writes it to bytes.
//
// The zero Codec reads an empty input. A Codec can be used again after each StartReading or StartWriting without
// allocating; it must not be used by two goroutines at once, nor copied while in use.
type Codec struct {
	in      []byte // reading: what is left of the innermost vector
	out     []byte // writing: all that was written, behind what the caller passed
	err     error
	writing bool
}

// Reset lets go of input, output and error.
func (c *Codec) Reset() { *c = Codec{} }

// StartReading makes the codec read b. Opaque fields read from it alias b.
func (c *Codec) StartReading(b []byte) { *c = Codec{in: b} }

// StartWriting makes the codec append to dst.
func (c *Codec) StartWriting(dst []byte) { *c = Codec{out: dst, writing: true} }

// Reading reports whether the codec reads; else it writes.
func (c *Codec) Reading() bool { return !c.writing }

// More reports whether input is left in the innermost vector. It is false while writing and after an error, so a
// layout with an optional tail asks "c.More() || the value has it".
func (c *Codec) More() bool { return c.err == nil && len(c.in) > 0 }

// Peek returns what is left of the innermost vector without consuming it, for layouts that size a list before
// reading it. It is empty while writing and after an error; it aliases the input and must not be changed.
func (c *Codec) Peek() []byte {
	if c.err != nil {
		return nil
	}
	return c.in
}

// Fail makes err the outcome of the walk unless an earlier error already is; a nil err changes nothing.
func (c *Codec) Fail(err error) {
	if c.err == nil {
		c.err = err
	}
}

// Err returns the first error so far.
func (c *Codec) Err() error { return c.err }

// Finish ends the walk and lets go of input and output. After reading it returns nil and the first error, which is
// ErrTrailing if input is left. After writing it returns the slice given to StartWriting with the structure appended;
// on an error it returns nil, and what lies behind the length of the caller's slice is unspecified.
func (c *Codec) Finish() ([]byte, error) {
	out, err := c.out, c.err
	if err == nil && len(c.in) > 0 {
		err = ErrTrailing
	}
	c.Reset()
	if err != nil {
		return nil, err
	}
	return out, nil
}

// take consumes n bytes of the innermost vector, or fails and returns nil.
func (c *Codec) take(n int) []byte {
	if c.err != nil {
		return nil
	}
	if n > len(c.in) {
		c.err = ErrShort
		return nil
	}
	b := c.in[:n:n]
	c.in = c.in[n:]
	return b
}

// number reads or writes an unsigned number of the given width in bytes, most significant byte first. While reading it
// returns what it read; ok is false after an error and whenever nothing is to be assigned.
func (c *Codec) number(width int, v uint64) (read uint64, ok bool) {
	if c.writing {
		c.put(width, v)
		return 0, false
	}
	b := c.take(width)
	if b == nil {
		return 0, false
	}
	for _, digit := range b {
		read = read<<8 | uint64(digit)
	}
	return read, true
}

// put writes a number unless an error came before.
func (c *Codec) put(width int, v uint64) {
	if c.err != nil {
		return
	}
	for shift := 8 * (width - 1); shift >= 0; shift -= 8 {
		c.out = append(c.out, byte(v>>shift))
	}
}
