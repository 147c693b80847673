package transport

// theStream is the identifier of the one stream there is: the first that a client opens
// in both directions (RFC 9000, Section 2.1).
const theStream = 0

// stream is the stream of data in both directions, and the limits that each end sets for
// the other. Since there is one stream alone, those of the stream and of the connection
// count the same bytes (RFC 9000, Section 4.1).
type stream struct {
	in  receiving
	out sending

	allowed                bool   // by the peer, to be opened
	open                   bool   // the peer has sent of it, or this end has
	maxData, maxStreamData uint64 // by the peer
	advertised             uint64 // to the peer, for both

	dueMaxData, dueMaxStreamData bool
	reset                        *uint64 // the code by which the peer has ended in
	stopped                      *uint64 // the code by which the peer wants no more of out
	dueReset                     bool
}

// limit is how far this end may send.
func (s *stream) limit() uint64 {
	if !s.allowed || s.stopped != nil {
		return 0
	}
	return min(s.maxData, s.maxStreamData)
}

// maxWaiting is how many bytes Write keeps that are not acknowledged.
const maxWaiting = 1 << 18

// Room is how many bytes Write takes now.
func (c *Conn) Room() int { return max(0, maxWaiting-len(c.stream.out.data)) }

// Write takes bytes to send on the stream, as many as there is room for, and tells how
// many. They go with early data where the engine offers it: somebody may then send them
// to the server again, and if the server takes none, they are sent anew when the
// handshake is complete.
func (c *Conn) Write(p []byte) int {
	n := min(len(p), c.Room())
	if c.stream.out.ended {
		return 0
	}
	c.stream.out.write(p[:n])
	return n
}

// CloseWrite tells the peer that there are no more bytes. Write takes none from here on.
func (c *Conn) CloseWrite() { c.stream.out.finish() }

// WriteDone tells that the peer has acknowledged all that was written, and its end; or
// wants none of it.
func (c *Conn) WriteDone() bool { return c.stream.out.done() || c.stream.stopped != nil }

// Read moves bytes that have come on the stream into p, and tells how many. On a server
// they may have come with early data, see Engine().Completed().
func (c *Conn) Read(p []byte) int {
	s := &c.stream
	n := s.in.take(p)
	if s.in.base+window >= s.advertised+window/2 {
		s.advertised = s.in.base + window
		s.dueMaxData, s.dueMaxStreamData = true, !s.in.final
	}
	return n
}

// ReadDone tells that all that comes on the stream has been read, or that the peer has
// given it up.
func (c *Conn) ReadDone() bool { return c.stream.in.taken() || c.stream.reset != nil }

// receive takes a STREAM frame.
func (s *stream) receive(f *frame) error {
	to := f.offset + uint64(len(f.data))
	if err := s.size(f, to); err != nil {
		return err
	}
	if !s.in.insert(f.offset, f.data, window) {
		return refuse(codeInternal, f.kind, "the stream comes in too many parts")
	}
	s.in.final = s.in.final || f.fin
	return nil
}

// size checks the limits, and that the end of a stream stays where it is. A fin that
// comes before data puts the end behind what has come.
func (s *stream) size(f *frame, to uint64) error {
	switch {
	case to > s.advertised:
		return refuse(codeFlowControl, f.kind, "%d bytes, and %d are allowed", to, s.advertised)
	case s.in.final && (to > s.in.end || f.fin && to != s.in.end), f.fin && to < s.in.end:
		return refuse(codeFinalSize, f.kind, "the stream ends at %d, and at %d", s.in.end, to)
	}
	return nil
}
