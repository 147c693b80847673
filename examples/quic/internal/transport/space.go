package transport

import (
	"time"

	"github.com/tacitls/tacitls/events"
)

// spaceID names a packet number space: packets of different spaces are numbered and
// acknowledged apart (RFC 9000, Section 12.3).
type spaceID uint8

const (
	initialSpace spaceID = iota
	handshakeSpace
	applicationSpace // of early data too
	spaceCount
)

// spaceOf is the space of a level's packets.
func spaceOf(level events.Level) spaceID {
	switch level {
	case events.Initial:
		return initialSpace
	case events.Handshake:
		return handshakeSpace
	}
	return applicationSpace
}

// space is what one end knows of a packet number space.
type space struct {
	next   uint64 // the number of the next packet to be sent
	came   spans  // numbers that have come
	forgot uint64 // below it nothing is known, and everything counts as having come

	ackDue  bool
	pingDue bool
	crypto  struct {
		in  receiving
		out sending
	}
	under    []sentPacket // under way, in the order of their numbers
	lastSent time.Time    // of those that are to be acknowledged
}

// maxRanges is how many ranges of numbers are remembered, and told in an ACK.
const maxRanges = 32

// expected is one more than the greatest number that has come.
func (s *space) expected() uint64 {
	if len(s.came) == 0 {
		return s.forgot
	}
	return s.came[len(s.came)-1].to
}

// seen tells whether a packet has come before, or may have.
func (s *space) seen(number uint64) bool { return number < s.forgot || s.came.holds(number) }

// note remembers that a packet has come.
func (s *space) note(number uint64) {
	s.came.add(number, number+1)
	if len(s.came) > maxRanges {
		s.forgot = s.came[0].to
		s.came = append(s.came[:0], s.came[1:]...)
	}
}

// sentPacket is a packet under way that the peer is to acknowledge, and what is to be
// sent again if it gets lost.
type sentPacket struct {
	number uint64
	level  events.Level
	at     time.Time
	size   int
	frames []sentFrame
}

// sentFrame is what of a frame has to be known to send it again.
type sentFrame struct {
	kind  uint64
	piece piece  // of CRYPTO and STREAM
	id    uint64 // of RETIRE_CONNECTION_ID
}
