package carrier

import (
	"slices"

	"github.com/tacitls/tacitls/events"
	"github.com/tacitls/tacitls/messages"
	"github.com/tacitls/tacitls/messages/record"
)

// Send has a handshake message wait for its records: messages under one key
// share them.
func (s *Stream) Send(out *events.Output, raw []byte) {
	s.begun = true
	if s.out == nil {
		s.out = out.Borrow(len(raw))
	}
	s.out = append(s.out, raw...)
}

// Flush puts the messages that wait into records.
func (s *Stream) Flush(out *events.Output) error {
	waiting := s.out
	for len(waiting) > 0 {
		n := min(len(waiting), s.options.RecordSize, s.room())
		if err := s.seal(out, record.Handshake, waiting[:n]); err != nil {
			return err
		}
		waiting = waiting[n:]
	}
	if s.out != nil {
		out.Return(s.out)
		s.out = nil
		s.first = true
	}
	return nil
}

// Drop forgets the messages that wait.
func (s *Stream) Drop() { s.out = nil }

// SendChangeCipherSpec sends what waits, then the record that middleboxes want
// to see, in clear (RFC 8446, Appendix D.4). In TLS 1.2 it is one as all others,
// under the keys that it ends (RFC 5246, Section 7.1).
func (s *Stream) SendChangeCipherSpec(out *events.Output) error {
	if err := s.Flush(out); err != nil {
		return err
	}
	if s.tls12 {
		return s.seal(out, record.ChangeCipherSpec, []byte{1})
	}
	s.plain(out, record.ChangeCipherSpec, []byte{1})
	return nil
}

// SendData sends what waits, puts up to one record of b into a record and
// gives back the rest.
func (s *Stream) SendData(out *events.Output, b []byte) (rest []byte, err error) {
	if err := s.Flush(out); err != nil {
		return b, err
	}
	n := min(len(b), s.options.RecordSize, s.room())
	return b[n:], s.seal(out, record.ApplicationData, b[:n])
}

// SendAlert sends what waits, and an alert.
func (s *Stream) SendAlert(out *events.Output, alert messages.AlertMessage) error {
	if err := s.Flush(out); err != nil {
		return err
	}
	var content [messages.AlertMessageLen]byte
	return s.seal(out, record.Alert, alert.Append(content[:0]))
}

// seal sends one record.
func (s *Stream) seal(out *events.Output, kind record.ContentType, content []byte) error {
	if s.sealer == nil {
		s.plain(out, kind, content)
		return nil
	}
	padding := s.padding(kind, len(content))
	size := s.sealer.SealedLen(len(content), padding)
	sealed, err := s.sealer.Seal(slices.Grow(out.Tail(), size), uint8(kind), content, padding)
	if err != nil {
		return recordRefusal(err)
	}
	level := s.write.level
	out.Sent(level, sealed)
	s.trace(out, events.Write, level, kind, size)
	return nil
}

// padding asks the policy, within the bounds of RFC 8446, Section 5.4.
func (s *Stream) padding(kind record.ContentType, length int) int {
	if s.options.Padding == nil || s.tls12 {
		return 0
	}
	room := s.room() - length
	return max(0, min(s.options.Padding(uint8(kind), length, room), room))
}

// EchoVersion has records in clear say the version that the peer's first one
// said (RFC 7507, Section 3).
func (s *Stream) EchoVersion() { s.inClear = s.greeting }

// plain sends one record in clear.
func (s *Stream) plain(out *events.Output, kind record.ContentType, content []byte) {
	header := record.Header{Type: kind, Version: uint16(messages.TLS12), Length: len(content)}
	if s.inClear != 0 {
		header.Version = s.inClear
	}
	if s.options.Role == events.Client && !s.first && kind == record.Handshake {
		// RFC 8446, Section 5.1: the first ClientHello may say TLS 1.0, for
		// the sake of old servers.
		header.Version = uint16(messages.TLS10)
	}
	tail := slices.Grow(out.Tail(), record.HeaderLen+len(content))
	out.Sent(events.Initial, append(header.Append(tail), content...))
	s.trace(out, events.Write, events.Initial, kind, record.HeaderLen+len(content))
}
