package netconn

import "sync"

const (
	// smallRead is enough for most handshakes and requests.
	smallRead = 4 << 10
	// largeRead takes a whole record of the largest size, and another's start.
	largeRead = 32 << 10
	// largestKept bounds the buffers that are kept for reuse.
	largestKept = 128 << 10
)

// The buffers that idle connections do without. They are kept by size, so that
// small ones do not crowd out large ones.
var smallBuffers, largeBuffers sync.Pool

// borrow lends an empty buffer with room for at least n bytes.
func borrow(n int) []byte {
	pool, size := &smallBuffers, smallRead
	if n > smallRead {
		pool, size = &largeBuffers, max(n, largeRead)
	}
	if kept, ok := pool.Get().(*[]byte); ok && cap(*kept) >= n {
		return (*kept)[:0]
	}
	return make([]byte, 0, size)
}

// giveBack takes a buffer that nobody uses any more. Who had plaintext in it has
// cleared it.
func giveBack(b []byte) {
	b = b[:0]
	switch {
	case cap(b) < smallRead || cap(b) > largestKept:
	case cap(b) < largeRead:
		smallBuffers.Put(&b)
	default:
		largeBuffers.Put(&b)
	}
}
