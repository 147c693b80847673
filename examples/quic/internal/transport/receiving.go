package transport

import "bytes"

// receiving is one direction of bytes from the peer, put in order: of a handshake at
// one level, or of the stream. It holds no more than a window.
type receiving struct {
	data  []byte // from base on; where nothing has come yet there are zeros
	dead  int    // bytes before data in its array, which have been taken
	base  uint64 // what is before it has been taken
	have  spans  // what has come
	end   uint64 // behind the last byte that has come
	final bool   // end is the last there is
}

const (
	// window is how many bytes are held in one direction before they are taken, and
	// initialWindow how many at the level Initial, where nobody is known to be at the
	// peer's address: at least 4096 (RFC 9000, Section 7.5).
	window        = 1 << 16
	initialWindow = 1 << 14
	// maxGaps bounds into how many parts what has come may fall: no peer that sends
	// packets of a reasonable size makes more of a window.
	maxGaps = 128
)

// insert puts in bytes that came at an offset. It tells whether they are within so many
// from base on, and the parts in bounds: the connection ends otherwise.
func (r *receiving) insert(offset uint64, b []byte, within uint64) bool {
	to := offset + uint64(len(b))
	if to > r.base+within {
		return false
	}
	r.end = max(r.end, to)
	if offset < r.base {
		b = b[min(r.base-offset, uint64(len(b))):]
		offset = r.base
	}
	if len(b) == 0 {
		return true
	}
	if missing := int(to-r.base) - len(r.data); missing > 0 {
		if len(r.data)+missing > cap(r.data) {
			r.dead = 0 // append makes another array, without them
		}
		r.data = append(r.data, make([]byte, missing)...)
	}
	copy(r.data[offset-r.base:], b)
	r.have.add(offset, to)
	return len(r.have) <= maxGaps
}

// ready is how many bytes can be taken.
func (r *receiving) ready() int {
	if len(r.have) == 0 || r.have[0].from > r.base {
		return 0
	}
	return int(r.have[0].to - r.base)
}

// take moves bytes into p, in their order, and tells how many. What is left stays where it
// is until more than half of the array is dead: so a byte that is taken never costs more
// than the copying of one other, however small the pieces are.
func (r *receiving) take(p []byte) int {
	n := copy(p, r.data[:r.ready()])
	r.data, r.dead = r.data[n:], r.dead+n
	if r.dead > cap(r.data) {
		r.data, r.dead = bytes.Clone(r.data), 0
	}
	r.have.cut(r.base, r.base+uint64(n))
	r.base += uint64(n)
	return n
}

// taken tells that all there is has been taken.
func (r *receiving) taken() bool { return r.final && r.base == r.end }
