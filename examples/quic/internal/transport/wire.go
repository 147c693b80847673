package transport

import "encoding/binary"

// reader takes bytes apart from the front. Once something is missing it gives zeros,
// and bad tells so.
type reader struct {
	b   []byte
	bad bool
}

// take gives the next n bytes, which alias what is read.
func (r *reader) take(n uint64) []byte {
	if r.bad || n > uint64(len(r.b)) {
		r.bad, r.b = true, nil
		return nil
	}
	taken := r.b[:n:n]
	r.b = r.b[n:]
	return taken
}

func (r *reader) byte() byte {
	if b := r.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (r *reader) uint32() uint32 {
	if b := r.take(4); b != nil {
		return binary.BigEndian.Uint32(b)
	}
	return 0
}

// varint reads an integer whose first two bits say how long it is
// (RFC 9000, Section 16).
func (r *reader) varint() uint64 {
	if len(r.b) == 0 {
		r.bad = true
		return 0
	}
	b := r.take(1 << (r.b[0] >> 6))
	if b == nil {
		return 0
	}
	value := uint64(b[0] & 0x3f)
	for _, next := range b[1:] {
		value = value<<8 | uint64(next)
	}
	return value
}

// opaque reads bytes behind their length.
func (r *reader) opaque() []byte { return r.take(r.varint()) }

// maxVarint is the greatest integer that has an encoding.
const maxVarint = 1<<62 - 1

// appendVarint writes an integer of up to maxVarint in as few bytes as it takes.
func appendVarint(b []byte, value uint64) []byte {
	switch {
	case value < 1<<6:
		return append(b, byte(value))
	case value < 1<<14:
		return binary.BigEndian.AppendUint16(b, uint16(value)|1<<14)
	case value < 1<<30:
		return binary.BigEndian.AppendUint32(b, uint32(value)|2<<30)
	}
	return binary.BigEndian.AppendUint64(b, value|3<<62)
}

// varintLen is how many bytes appendVarint writes.
func varintLen(value uint64) int {
	switch {
	case value < 1<<6:
		return 1
	case value < 1<<14:
		return 2
	case value < 1<<30:
		return 4
	}
	return 8
}

func appendOpaque(b, value []byte) []byte {
	return append(appendVarint(b, uint64(len(value))), value...)
}
