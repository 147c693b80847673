package carrier

import (
	"github.com/tacitls/tacitls/engine/internal/refuse"
	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages/record"
)

// limits are what two ends have agreed that a record of one direction holds at
// the most, in bytes of content and padding. 0 leaves it at the protocol's own
// bound.
type limits struct {
	protected uint16 // under the keys in use
	next      uint16 // under the next keys of TLS 1.2
	clear     uint16
}

// typeLen is the content type behind the content of a protected record of
// TLS 1.3 (RFC 8446, Section 5.2).
const typeLen = 1

// LimitRecords bounds what the records of a direction hold: the protected ones
// (RFC 8449, Section 4), and those in clear (RFC 6066, Section 4). 0 leaves a
// bound at the protocol's own; both are at most record.MaxPlaintext.
//
// A limit on what is read covers the protected records before it as well: who
// agrees to it knows it before anything is protected. Not so where a handshake of
// TLS 1.2 is protected by an earlier one: then it is the next keys that have the
// limit (RFC 8449, Section 4). Until they are in use, what is sent keeps to both
// limits, and what is read to either.
func (s *Stream) LimitRecords(direction events.Direction, protected, clear int) error {
	agreed := limits{uint16(protected), uint16(protected), uint16(clear)}
	switch {
	case direction == events.Write && s.tls12 && s.sealer != nil:
		agreed.protected = tighter(s.sends.protected, agreed.next)
		s.sends = agreed
		return nil
	case direction == events.Write:
		s.sends = agreed
		return nil
	case s.tls12 && s.opener != nil:
		agreed.protected = looser(s.takes.protected, agreed.next)
		s.takes = agreed
		return nil
	}
	s.takes = agreed
	return s.taken(int(s.most))
}

// change is for new keys of TLS 1.2: they have the limit of the handshake that
// made them, or none.
func (l *limits) change() { l.protected, l.next = l.next, 0 }

// tighter is the bound that keeps to both, of which 0 is none.
func tighter(a, b uint16) uint16 {
	if a == 0 || b == 0 {
		return max(a, b)
	}
	return min(a, b)
}

// looser is the bound that keeps to either.
func looser(a, b uint16) uint16 {
	if a == 0 || b == 0 {
		return 0
	}
	return max(a, b)
}

// room is how much the next record may hold, in bytes of content and padding.
func (s *Stream) room() int {
	limit := s.sends.protected
	if s.sealer == nil {
		limit = s.sends.clear
	}
	if limit == 0 {
		return record.MaxPlaintext
	}
	return int(limit)
}

// longest is how many bytes the fragment of a record of a type may have: what
// is longer is refused by its header. Early data, taken or passed over, is written
// before the client knows of a limit.
func (s *Stream) longest(kind record.ContentType) int {
	protected := s.opener != nil || kind == record.ApplicationData
	switch {
	case !protected && s.takes.clear != 0:
		return int(s.takes.clear)
	case !protected:
		return record.MaxPlaintext
	case s.opener != nil && s.takes.protected != 0 && !s.skipping && s.read.level != events.EarlyData:
		limit := int(s.takes.protected) + s.expansion
		if s.tls12 {
			return limit
		}
		return limit + typeLen
	case s.opener != nil && s.tls12:
		return record.MaxPlaintext + record.MaxExpansion12
	}
	return record.MaxPlaintext + record.MaxExpansion13
}

// taken checks what a protected record has held, in bytes of content and
// padding. By its header alone a record may hold more in TLS 1.2, where the
// padding of CBC varies.
func (s *Stream) taken(size int) error {
	if s.read.level == events.EarlyData {
		return nil
	}
	if limit := int(s.takes.protected); limit != 0 && size > limit {
		return refuse.RecordOverflow.With("%d bytes of content and padding, the most is %d", size, limit)
	}
	s.most = max(s.most, uint16(max(size, 0)))
	return nil
}
