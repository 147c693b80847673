package transport

// sending is one direction of bytes to the peer, of a handshake at one level or of the
// stream: what is not acknowledged is kept, and sent again where it was lost.
type sending struct {
	data  []byte // what is kept, from base on
	base  uint64 // everything before it has been acknowledged
	due   spans  // to be sent: for the first time, or again
	acked spans
	sent  uint64 // behind the last byte that was sent

	ended    bool // no more bytes come
	finDue   bool // the end is to be told
	finAcked bool // the peer knows of it
}

// end is behind the last byte there is.
func (s *sending) end() uint64 { return s.base + uint64(len(s.data)) }

// write adds bytes.
func (s *sending) write(p []byte) {
	from := s.end()
	s.data = append(s.data, p...)
	s.due.add(from, s.end())
}

// finish tells that no more bytes come.
func (s *sending) finish() {
	if !s.ended {
		s.ended, s.finDue = true, true
	}
}

// next gives the next piece to be sent, of at most room bytes, none of which lies
// behind limit. The bytes are valid until the next call.
func (s *sending) next(room int, limit uint64) (piece piece, data []byte, ok bool) {
	if room <= 0 {
		return piece, nil, false
	}
	if len(s.due) > 0 && s.due[0].from < limit {
		from := s.due[0].from
		to := min(s.due[0].to, limit, from+uint64(room))
		s.due.cut(from, to)
		s.sent = max(s.sent, to)
		piece.from, piece.to = from, to
		ok = true
	} else if len(s.due) > 0 || !s.finDue {
		return piece, nil, false
	} else {
		piece.from, piece.to = s.end(), s.end()
	}
	if s.ended && piece.to == s.end() {
		piece.fin, s.finDue, ok = true, false, true
	}
	return piece, s.data[piece.from-s.base : piece.to-s.base], ok
}

// piece is bytes of a direction, and perhaps its end, in one frame.
type piece struct {
	from, to uint64
	fin      bool
}

// acknowledge tells that a piece has arrived.
func (s *sending) acknowledge(p piece) {
	s.finAcked = s.finAcked || p.fin
	s.acked.add(p.from, p.to)
	s.due.cut(p.from, p.to)
	if len(s.acked) > 0 && s.acked[0].from <= s.base && s.acked[0].to > s.base {
		s.data = s.data[s.acked[0].to-s.base:]
		s.base = s.acked[0].to
	}
}

// lose tells that a piece may not have arrived.
func (s *sending) lose(p piece) {
	s.finDue = s.finDue || p.fin && !s.finAcked
	s.due.add(p.from, p.to)
	s.due.cut(0, s.base)
	for _, arrived := range s.acked {
		s.due.cut(arrived.from, arrived.to)
	}
}

// rewind sends everything that is kept anew, as if nothing had been sent.
func (s *sending) rewind() {
	s.lose(piece{s.base, s.end(), s.ended})
	s.sent = s.base
}

// done tells that all has been acknowledged, the end too.
func (s *sending) done() bool { return s.finAcked && len(s.data) == 0 }
