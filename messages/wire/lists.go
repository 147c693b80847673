package wire

// List is a list of elements that ends where the innermost vector ends. A list that is read is a new slice, nil if
// it has no elements. It grows as elements are read, so it has room for at most about twice as many as were in the
// input. An element that takes no bytes fails with ErrElement.
func List[T any](c *Codec, list *[]T, element func(*Codec, *T)) { SizedList(c, list, usual, element) }

// usual is how many elements a list of unknown length has room for at first.
const usual = 4

// SizedList is List with room for count elements set aside at once when reading. The layout counts them in the input
// itself (see Peek); more than one per byte of input left are not believed.
func SizedList[T any](c *Codec, list *[]T, count int, element func(*Codec, *T)) {
	if c.writing {
		for i := range *list {
			before := len(c.out)
			element(c, &(*list)[i])
			if len(c.out) == before {
				c.Fail(ErrElement)
			}
			if c.err != nil {
				return
			}
		}
		return
	}
	var read []T
	if c.More() && count > 0 {
		read = make([]T, 0, min(count, len(c.in)))
	}
	for c.More() {
		var zero T
		read = append(read, zero)
		before := len(c.in)
		element(c, &read[len(read)-1])
		if len(c.in) == before {
			c.Fail(ErrElement)
		}
	}
	if c.err == nil {
		*list = read
	}
}

// U8List is a list of one-byte values behind a length of one byte, with the bounds of the length in bytes. The list
// read is the caller's own; nil if empty.
func U8List[T ~uint8](c *Codec, min, max int, list *[]T) {
	c.vector(1, min, max, func() { SizedList(c, list, len(c.in), U8[T]) })
}

// U16List is a list of two-byte values behind a length of two bytes, with the bounds of the length in bytes: the
// common <2..2^16-2>. An odd length fails with ErrBounds. The list read is the caller's own; nil if empty.
func U16List[T ~uint16](c *Codec, min, max int, list *[]T) {
	c.vector(2, min, max, func() { pairs(c, list) })
}

// U16List8 is U16List behind a length of one byte.
func U16List8[T ~uint16](c *Codec, min, max int, list *[]T) {
	c.vector(1, min, max, func() { pairs(c, list) })
}

func pairs[T ~uint16](c *Codec, list *[]T) {
	if len(c.in)%2 != 0 {
		c.Fail(ErrBounds)
	}
	SizedList(c, list, len(c.in)/2, U16[T])
}
